"""What we build on in STS: a signed request may carry further signed headers, and says who signed it when sent on."""

from __future__ import annotations

from functools import partial

import pytest

from cellburst.aws import sts
from cellburst.aws.clock import ALLOWED
from cellburst.aws.session import Session
from cellburst.bucket.identity import BODY, HEADER, check, introduce
from cellburst.bucket.records import MachineRecord
from cellburst.errors import TamperedError
from tests.aws.conftest import Account

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
_NONCE = "nonce-of-this-run"


def _introduced(session: Session) -> MachineRecord:
    return introduce("m1", b"public key", _NONCE, partial(sts.presign, session))


def test_who_signed_is_told_to_whoever_sends_it(aws: Account) -> None:
    record = _introduced(aws.session)
    check(record, _NONCE)
    assert sts.replay(aws.session, record.headers, record.body) == aws.session.identity().arn


def test_a_machine_is_told_from_all_others(aws: Account) -> None:
    """The session of its role is named after the instance; here after what the test says."""
    record = _introduced(aws.machine())
    arn = sts.replay(aws.session, record.headers, record.body)
    assert arn.endswith("/i-0abc")
    assert f":assumed-role/cellburst-run-{aws.run}/" in arn


def test_a_changed_key_breaks_the_signature(aws: Account) -> None:
    record = _introduced(aws.session)
    with pytest.raises(TamperedError):
        sts.replay(aws.session, {**record.headers, HEADER: "0" * 64}, BODY)
    with pytest.raises(TamperedError):
        sts.replay(aws.session, record.headers, BODY.replace("GetCallerIdentity", "GetSessionToken"))
    with pytest.raises(TamperedError):
        check(MachineRecord("m1", b"another key", record.headers, BODY), _NONCE)


def test_the_clocks_agree(aws: Account) -> None:
    aws.session.identity()
    offset = aws.session.clock.offset
    assert offset is not None
    assert abs(offset) < ALLOWED
