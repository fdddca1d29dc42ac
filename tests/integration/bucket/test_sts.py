"""Who a machine is, proven by STS over HTTP: the fake one checks signatures as the real one does."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from cellburst.aws import announcing, names
from cellburst.aws.announcing import Announced, announce
from cellburst.aws.session import Session
from cellburst.aws.sts import presign, replay
from cellburst.bucket.identity import introduce, key_digest, prove
from cellburst.bucket.records import MachineRecord
from cellburst.bucket.signing import KeyPair
from cellburst.errors import TamperedError, UnreachableError
from cellburst.testing.fakecloud import FakeCloud
from tests.keyed_session import Keyed

KEY = KeyPair()
ARN = "arn:aws:sts::123456789012:assumed-role/cellburst-run-x/i-0abc"


@pytest.fixture
def home(cloud: FakeCloud) -> Session:
    return Session(region="us-east-1")


def machine(cloud: FakeCloud, home: Session, instance: str) -> Session:
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    iam = home.client("iam")
    if not any(role["RoleName"] == "cellburst-run-x" for role in iam.list_roles()["Roles"]):
        iam.create_role(RoleName="cellburst-run-x", AssumeRolePolicyDocument=trust)
    arn = iam.get_role(RoleName="cellburst-run-x")["Role"]["Arn"]
    found = home.client("sts").assume_role(RoleArn=arn, RoleSessionName=instance)["Credentials"]
    keys = (found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])
    return Keyed(region="us-east-1", endpoint=cloud.endpoint, keys=keys)


def record(session: Session, name: str = "m1", nonce: str = "aa") -> MachineRecord:
    return introduce(name, KEY.public, nonce, lambda body, headers: presign(session, body, headers))


def proven(home: Session, found: MachineRecord, nonce: str = "aa", announced: Announced | None = None) -> bytes:
    return prove(found, nonce, ARN, lambda headers, body: replay(home, headers, body), announced)


def stale(found: MachineRecord) -> MachineRecord:
    """One that STS takes no more."""
    return replace(found, headers={**found.headers, "X-Amz-Date": "20200101T000000Z"})


@pytest.fixture
def queue(home: Session) -> str:
    home.client("sqs").create_queue(QueueName=names.keys_queue("x"))
    return str(home.client("sqs").create_queue(QueueName=names.queue("x"))["QueueUrl"])


def test_a_machine_that_we_launched_is_believed(cloud: FakeCloud, home: Session) -> None:
    found = record(machine(cloud, home, "i-0abc"))
    assert proven(home, found) == KEY.public


def test_another_instance_of_the_same_role_is_not(cloud: FakeCloud, home: Session) -> None:
    found = record(machine(cloud, home, "i-0def"))
    with pytest.raises(TamperedError, match="i-0def"):
        proven(home, found)


def test_the_users_own_login_is_no_machine(cloud: FakeCloud, home: Session) -> None:
    with pytest.raises(TamperedError, match="was signed by"):
        proven(home, record(home))


def test_a_request_for_another_run_is_of_no_use(cloud: FakeCloud, home: Session) -> None:
    with pytest.raises(TamperedError, match="another run"):
        proven(home, record(machine(cloud, home, "i-0abc"), nonce="bb"))


def test_another_key_cannot_be_put_in(cloud: FakeCloud, home: Session) -> None:
    other = KeyPair()
    honest = record(machine(cloud, home, "i-0abc"))
    with pytest.raises(TamperedError, match="another key"):
        proven(home, MachineRecord(honest.name, other.public, honest.headers, honest.body))
    forged = introduce("m1", other.public, "aa", lambda body, headers: {**honest.headers, **headers})
    with pytest.raises(TamperedError, match="SignatureDoesNotMatch"):
        proven(home, forged)


def test_a_key_beside_the_signature_is_not_covered_by_it(cloud: FakeCloud, home: Session) -> None:
    session = machine(cloud, home, "i-0abc")
    found = introduce("m1", KEY.public, "aa", lambda body, headers: {**presign(session, body, {}), **headers})
    with pytest.raises(TamperedError, match="not covered"):
        proven(home, found)


def test_anything_but_the_question_who_one_is_is_refused(cloud: FakeCloud, home: Session) -> None:
    honest = record(machine(cloud, home, "i-0abc"))
    body = "Action=AssumeRole&Version=2011-06-15"
    with pytest.raises(TamperedError, match="something else"):
        proven(home, MachineRecord(honest.name, honest.public, honest.headers, body))


def test_a_header_that_is_there_twice_is_refused(cloud: FakeCloud, home: Session) -> None:
    honest = record(machine(cloud, home, "i-0abc"))
    headers = {**honest.headers, "x-cellburst-key": honest.headers["X-Cellburst-Key"]}
    with pytest.raises(TamperedError, match="twice"):
        proven(home, MachineRecord(honest.name, honest.public, headers, honest.body))


def test_no_secret_is_in_the_record(cloud: FakeCloud, home: Session) -> None:
    session = machine(cloud, home, "i-0abc")
    secret = session.credentials().secret_key
    assert secret
    assert secret not in repr(record(session))
    assert KEY.private().hex() not in repr(record(session))


def test_sts_that_does_not_answer_is_no_forgery(cloud: FakeCloud, home: Session) -> None:
    found = record(machine(cloud, home, "i-0abc"))
    cloud.arm(service="sts", code="ServiceUnavailable", status=503, times=0)
    with pytest.raises(UnreachableError):
        proven(home, found)


def test_a_machine_that_is_long_gone_is_believed_for_the_word_that_it_left(
    cloud: FakeCloud, home: Session, queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = machine(cloud, home, "i-0abc")
    announce(session, queue, key_digest(KEY.public, "aa"))
    announce(home, queue, "of somebody else")
    with pytest.raises(TamperedError, match="STS does not accept"):
        proven(home, stale(record(session)))
    monkeypatch.setattr(announcing, "_VISIBLE", 0)
    for _ in range(2):  # readers take nothing away
        assert proven(home, stale(record(session)), announced=Announced(home, "x")) == KEY.public


def test_nobody_can_leave_a_word_in_the_name_of_a_machine(cloud: FakeCloud, home: Session, queue: str) -> None:
    other, session = machine(cloud, home, "i-0def"), machine(cloud, home, "i-0abc")
    announce(session, queue, key_digest(KeyPair().public, "aa"))  # of another key
    for stranger in (other, home):
        announce(stranger, queue, key_digest(KEY.public, "aa"))
    with pytest.raises(TamperedError):
        proven(home, stale(record(session)), announced=Announced(home, "x"))


def test_a_word_that_another_reader_holds_is_waited_for(
    cloud: FakeCloud, home: Session, queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = machine(cloud, home, "i-0abc")
    announced = Announced(home, "x")
    with pytest.raises(UnreachableError, match="no word"):
        proven(home, stale(record(session)), announced=announced)
    monkeypatch.setattr(announcing, "_PATIENCE", 0.0)
    with pytest.raises(TamperedError, match="STS does not accept"):
        proven(home, stale(record(session)), announced=announced)


def test_without_the_queue_nothing_is_waited_for(cloud: FakeCloud, home: Session) -> None:
    session = machine(cloud, home, "i-0abc")
    with pytest.raises(TamperedError, match="STS does not accept"):
        proven(home, stale(record(session)), announced=Announced(home, "x"))
