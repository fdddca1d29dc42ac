"""Clients of AWS: made once, shared, and asked over a real socket."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from cellburst import targets
from cellburst.aws.session import Session
from cellburst.cli.checks.target import check_target
from cellburst.errors import AccessError, UsageError
from cellburst.paths import Folders
from cellburst.settings import Settings
from tests.answering_sts import AnsweringSts, answering_sts


@pytest.fixture
def sts(monkeypatch: pytest.MonkeyPatch) -> Iterator[AnsweringSts]:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "not-a-key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with answering_sts() as found:
        yield found


def test_who_we_are_and_what_time_it_is_there(sts: AnsweringSts) -> None:
    session = Session(region="us-east-1", endpoint=sts.endpoint)
    identity = session.identity()
    assert identity.account == "123456789012"
    assert identity.partition == "aws-cn"
    assert session.clock.offset == pytest.approx(1000, abs=2)
    assert "cellburst/" in sts.agents[-1]


def test_the_endpoint_may_come_from_the_environment(sts: AnsweringSts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", sts.endpoint)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    session = Session()
    assert session.region_name == "eu-west-1"
    assert session.identity().user == "A"


def test_a_refusal_names_action_and_service(sts: AnsweringSts) -> None:
    sts.refuse("AccessDenied", "no")
    with pytest.raises(AccessError, match="may not sts:GetCallerIdentity"):
        Session(region="us-east-1", endpoint=sts.endpoint).identity()


def test_threads_share_one_client(sts: AnsweringSts) -> None:
    session, found = Session(region="us-east-1", endpoint=sts.endpoint), []
    start = threading.Barrier(8)

    def ask() -> None:
        start.wait()
        client = session.client("sts")
        found.append((id(client), client.get_caller_identity()["Account"]))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert session.client("sts", "eu-west-1") is not session.client("sts")


def test_no_credentials_no_region_no_profile(sts: AnsweringSts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(AccessError, match="aws configure"):
        Session(region="us-east-1", endpoint=sts.endpoint).identity()
    with pytest.raises(AccessError, match="aws configure"):
        Session(region="us-east-1").credentials()
    with pytest.raises(UsageError, match="--region"):
        Session().client("sts")
    with pytest.raises(AccessError, match="lab"):
        Session(profile="lab", region="us-east-1").client("sts")


def test_a_machine_waits_for_its_credentials(sts: AnsweringSts, monkeypatch: pytest.MonkeyPatch) -> None:
    def attempts(session: Session) -> int:
        return int(session._sdk().get_config_variable("metadata_service_num_attempts"))

    assert attempts(Session()) == 1
    assert attempts(Session(machine=True)) > 3
    monkeypatch.setenv("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "2")
    assert attempts(Session(machine=True)) == 2


def test_without_the_sdk_the_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['botocore'] = None\n"
        "from cellburst.aws.session import Session\n"
        "try: Session(region='us-east-1').client('s3')\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == 'UsageError AWS needs boto3: pip install "cellburst[aws]"'


def test_the_sdk_is_loaded_when_it_is_used() -> None:
    code = "import sys, cellburst.aws.session, cellburst.aws.errors; print('botocore' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


def test_a_clock_that_is_wrong_is_told_with_how_much(sts: AnsweringSts, monkeypatch: pytest.MonkeyPatch) -> None:
    sts.refuse("SignatureDoesNotMatch", "Signature expired: 20260101T000000Z is now earlier than 20260101T001140Z")
    monkeypatch.setenv("AWS_ENDPOINT_URL", sts.endpoint)
    targets.add("gpu", {"backend": "ec2", "region": "us-east-1"})
    found = list(check_target("gpu", Folders.of(Settings.load())))
    assert [one.what for one in found] == ["target", "credentials", "clock"]
    assert "clock is not AWS's" in found[1].found
    assert found[2].found.startswith(("1000", "999"))
    assert found[2].level == "problem"
