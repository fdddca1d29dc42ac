"""Plans, prices and agreement against a cloud that answers over HTTP."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from cellburst import pricing, targets
from cellburst.aws import prices, quotas
from cellburst.aws.session import Session
from cellburst.client.connecting.discover import offline
from cellburst.client.machines import planning
from cellburst.client.machines.agreeing import agree
from cellburst.client.options.searching import Wanted
from cellburst.client.options.submission import SubmitOptions
from cellburst.errors import CapacityError, CloudError, UsageError
from cellburst.model.blob import Packed
from cellburst.model.payload import Payload
from cellburst.model.plan import Plan
from cellburst.model.run import Run, RunOptions
from cellburst.model.sweep import SweepView
from cellburst.paths import Folders
from cellburst.pricing import asking
from cellburst.pricing.catalogue import DAY
from cellburst.testing.fakecloud import FakeCloud

_COPIES = Wanted(None, SweepView("copies", 50))


@pytest.fixture
def session(cloud: FakeCloud) -> Session:
    return Session(region="us-east-1")


def asked(cloud: FakeCloud) -> int:
    """How often anything about prices was asked."""
    told = cloud.calls()
    return sum(count for call, count in told.items() if "GetProducts" in call or "SpotPrice" in call)


def test_prices_by_type_and_of_a_whole_region(session: Session) -> None:
    some = prices.on_demand(session, "eu-west-1", ["g5.xlarge", "m7i.large", "no.type"])
    assert set(some) == {"g5.xlarge", "m7i.large"}
    every = prices.on_demand(session, "eu-west-1")
    assert len(every) > 100
    assert some.items() <= every.items()


def test_spot_prices_are_the_newest_of_each_zone(session: Session) -> None:
    found = prices.spot(session, "us-east-1", ["g5.xlarge"])
    assert len({price.zone for price in found}) == len(found) > 1
    assert all(0 < price.dollars < 1.006 and price.since <= time.time() for price in found)


def test_types_that_are_not_bundled_are_described(session: Session) -> None:
    (found,) = prices.describe(session, "us-east-1", ["m8i.large", "no.type"])
    assert (found.name, found.cpus, found.memory, found.arch) == ("m8i.large", 2, 8 << 30, "x86_64")


def test_quotas_by_family_and_market(session: Session, cloud: FakeCloud, tmp_path: Path) -> None:
    cloud.quota("L-DB2E81BA", 8)
    assert quotas.cores(session, "us-east-1", ["L-DB2E81BA"]) == {"L-DB2E81BA": 8.0}
    found = asking.account_quotas(lambda: session, "me", "us-east-1", tmp_path, 1000.0)
    assert found["G", "on-demand"] == 8.0
    cloud.quota("L-DB2E81BA", 16)
    assert asking.account_quotas(_nobody, "me", "us-east-1", tmp_path, 1001.0) == found
    assert asking.account_quotas(lambda: session, "me", "us-east-1", tmp_path, 5000.0)["G", "on-demand"] == 16.0


def _nobody() -> Session:
    raise AssertionError("asked again")


def test_prices_are_asked_for_once_a_day(session: Session, cloud: FakeCloud, tmp_path: Path) -> None:
    now = time.time()
    old = pricing.load("ec2", "eu-west-1", tmp_path)
    new = asking.refreshed(lambda: session, old, "ec2", tmp_path, now, ["g5.xlarge"], spot=True)
    assert new.on_demand["g5.xlarge"].dollars > 1.006
    assert new.spot["g5.xlarge"]
    before = asked(cloud)
    again = pricing.load("ec2", "eu-west-1", tmp_path)
    assert asking.refreshed(_nobody, again, "ec2", tmp_path, now + DAY / 2, ["g5.xlarge"], spot=True) == again
    assert asked(cloud) == before
    later = asking.refreshed(lambda: session, again, "ec2", tmp_path, now + 1.1 * DAY, ["g5.xlarge"], spot=True)
    assert later.dated(["g5.xlarge"]) == now + 1.1 * DAY
    assert asked(cloud) > before


def test_what_aws_does_not_sell_is_asked_for_once_and_said(session: Session, tmp_path: Path) -> None:
    now = time.time()
    asking.refresh(session, "ec2", "eu-west-1", tmp_path, now, ["no.type", "g5.xlarge"])
    found = pricing.load("ec2", "eu-west-1", tmp_path)
    assert found.stale(["no.type", "g5.xlarge"], now, spot=True) == []
    gone = replace(found, on_demand={})
    west = targets.make("gpu", {"backend": "ec2", "region": "eu-west-1", "instance_type": "g5.xlarge"})
    with pytest.raises(UsageError, match=r"AWS has no g5\.xlarge in eu-west-1"):
        pricing.fitting(west, gone)


def test_refused_prices_are_a_cloud_error(session: Session, cloud: FakeCloud, tmp_path: Path) -> None:
    cloud.arm(action="GetProducts", code="AccessDeniedException", status=400)
    with pytest.raises(CloudError, match="pricing:GetProducts"):
        asking.refresh(session, "ec2", "us-east-1", tmp_path, time.time(), ["g5.xlarge"])
    assert pricing.load("ec2", "us-east-1", tmp_path).on_demand == pricing.bundled().on_demand


# plans of a client


@pytest.fixture
def gpu(folders: Folders) -> None:
    given = {"backend": "ec2", "instance_type": ["g5.xlarge"], "spot_policy": "spot_with_fallback", "max_cost": 20}
    targets.add("gpu", given, folders)


def plan_of(**given: Any) -> Plan:
    found = planning.plan_for(SubmitOptions(**{"target": "gpu", **given}), _COPIES, "f()", offline())
    assert found is not None
    return found


@pytest.mark.usefixtures("gpu")
def test_a_plan_has_prices_of_today_by_zone(cloud: FakeCloud) -> None:
    found = plan_of()
    spot = [offer for offer in found.offers if offer.market == "spot"]
    assert len(spot) > 1
    assert [offer.price for offer in spot] == sorted(offer.price for offer in spot)
    assert time.time() - found.priced < 60
    assert found.worst <= 20
    assert {offer.dearest for offer in found.offers} == {1.006}


@pytest.mark.usefixtures("gpu")
def test_without_credentials_a_plan_says_how_old_its_prices_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    found = plan_of()
    assert any("nobody could be asked for prices of today" in note for note in found.notes)
    assert "prices of 2025-09-01" in " ".join(pricing.sentences(found, time.time()))


@pytest.mark.usefixtures("gpu")
def test_a_quota_is_in_the_plan(cloud: FakeCloud) -> None:
    cloud.quota("L-DB2E81BA", 8)
    cloud.quota("L-3819A6DF", 4)
    assert plan_of().machines == 3


@pytest.mark.usefixtures("gpu")
def test_what_is_in_use_of_a_quota_is_left_out_of_the_plan(session: Session, cloud: FakeCloud) -> None:
    cloud.quota("L-DB2E81BA", 16)
    cloud.quota("L-3819A6DF", 0)
    ec2 = session.client("ec2")
    one = {"MinCount": 1, "MaxCount": 1, "ImageId": "ami-12c6146b"}
    ec2.run_instances(InstanceType="g5.2xlarge", **one)
    ec2.run_instances(InstanceType="m7i.large", **one)  # counts against another quota
    found = plan_of(spot_policy="on-demand")
    assert found.machines == 2
    assert any("allow 2 at once beside the 8 cores that are in use" in note for note in found.notes)
    ec2.run_instances(InstanceType="g5.2xlarge", **one)
    (offline().folders.prices / "used-ec2--us-east-1.json").unlink()
    with pytest.raises(CapacityError, match="beside 16 that are in use"):
        plan_of(spot_policy="on-demand")


@pytest.mark.usefixtures("gpu", "cloud")
def test_what_is_said_on_the_line_goes_before_the_target() -> None:
    found = plan_of(instance_type="m7i.large", spot_policy="on-demand", max_cost="5", max_lifetime="1h", parallel=4)
    assert {offer.type for offer in found.offers} == {"m7i.large"}
    assert (found.machines, found.max_cost, found.max_lifetime) == (2, 5.0, 3600.0)


@pytest.mark.usefixtures("cloud")
def test_a_region_without_bundled_prices_is_asked_for_the_cheapest_that_fit(folders: Folders) -> None:
    targets.add("west", {"backend": "ec2", "region": "eu-west-1", "cpus": "4+", "memory": "32GB"}, folders)
    found = plan_of(target="west")
    assert found.region == "eu-west-1"
    assert all(offer.cpus >= 4 and offer.memory >= 32e9 for offer in found.offers)


@pytest.mark.slow
@pytest.mark.usefixtures("gpu", "cloud")
def test_a_settled_run_names_its_own_things(folders: Folders, capsys: pytest.CaptureFixture[str]) -> None:
    options = SubmitOptions(target="gpu", yes=True)
    plan = plan_of()
    run = _run(plan)
    done = planning.settled(run, plan, options, offline())
    assert done.plan is not None
    assert (done.plan.queue, done.plan.role) == ("cellburst-0abc", "cellburst-run-0abc")
    assert done.plan.prefix == f"{folders.env}/0abc/"
    assert done.plan.bucket == "cellburst-123456789012-us-east-1"
    assert done.environment is not None
    assert done.environment.platform
    assert "g5.xlarge" in capsys.readouterr().err


def _run(plan: Plan) -> Run:
    payload = Payload("function", Packed())
    return Run("0abc", "k", "", "gpu", payload, SweepView("copies", 50), RunOptions(), time.time(), plan=plan)


# agreement


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Callable[[str | type[BaseException]], list[str]]:
    """What is typed at the question, as in a terminal; the questions that were asked."""
    questions: list[str] = []

    def typed(answer: str | type[BaseException]) -> list[str]:
        def ask(question: str) -> str:
            questions.append(question)
            if isinstance(answer, str):
                return answer
            raise answer

        monkeypatch.setattr("builtins.input", ask)
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
        return questions

    return typed


_PLAN = Plan("ec2", "us-east-1", (), 3, worst=5.0)


@pytest.mark.parametrize("answer", ["y", "Yes ", "YES"])
def test_a_yes_starts(answers: Any, answer: str) -> None:
    questions = answers(answer)
    agree(_PLAN, 1.0, yes=False, show=lambda plan: None)
    assert questions == ["Start 3 machines for up to $5.00? [y/N] "]


@pytest.mark.parametrize("answer", ["", "n", "x", EOFError, NotImplementedError])
def test_anything_else_does_not(answers: Any, answer: Any) -> None:
    answers(answer)
    with pytest.raises(UsageError, match=r"nothing was started: 3 machines for up to \$5.00 want a yes"):
        agree(_PLAN, 1.0, yes=False, show=lambda plan: None)


def test_nobody_is_asked_for_little_or_after_yes(answers: Any) -> None:
    questions = answers("n")
    shown: list[Plan] = []
    agree(_PLAN, 1.0, yes=True, show=shown.append)
    agree(replace(_PLAN, worst=1.0), 1.0, yes=False, show=shown.append)
    assert questions == []
    assert len(shown) == 2


def test_where_nobody_can_be_asked_the_way_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    with pytest.raises(UsageError, match="--yes"):
        agree(_PLAN, 1.0, yes=False, show=lambda plan: None)
