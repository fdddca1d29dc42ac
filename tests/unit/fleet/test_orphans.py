"""What may be ended: only what is ours for certain, and nobody needs."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from cellburst.fleet.orphans import GRACE, Thing, Verdict, judged

ENV, NOW = "0123456789ab", 1_800_000_000.0


def _verdict(thing: Thing, live: tuple[str, ...] = (), known: tuple[str, ...] = ()) -> Verdict:
    return judged([thing], ENV, live, known, NOW)[0].verdict


@pytest.mark.parametrize(
    ("env", "run", "deadline", "verdict"),
    [
        (ENV, "live", NOW + 60, Verdict.NEEDED),
        (ENV, "live", NOW - GRACE - 1, Verdict.LATE),
        (ENV, "ended", NOW + 60, Verdict.ENDED),
        (ENV, "strange", NOW + 60, Verdict.UNKNOWN),
        (ENV, "strange", NOW - GRACE + 1, Verdict.UNKNOWN),
        (ENV, "strange", NOW - GRACE - 1, Verdict.LATE),
        (ENV, "strange", None, Verdict.UNKNOWN),
        ("ba9876543210", "ended", NOW - 1e9, Verdict.OTHERS),
        ("", "ended", NOW - 1e9, Verdict.OTHERS),
    ],
)
def test_machines(env: str, run: str, deadline: float | None, verdict: Verdict) -> None:
    machine = Thing("machine", "i-1", env, run, "us-east-1", deadline=deadline)
    assert _verdict(machine, ("live",), ("live", "ended")) is verdict


@pytest.mark.parametrize("env", [ENV, "ba9876543210"])
def test_of_a_run_that_another_computer_has_started_only_what_is_left_is_ended(env: str) -> None:
    def verdicts(*things: Thing, live: tuple[str, ...] = ()) -> list[Verdict]:
        return [each.verdict for each in judged(things, ENV, live, ("far",), NOW, {"far": env})]

    role = Thing("role", "r", env, "far", "us-east-1", made=NOW - 3600)
    machine = Thing("machine", "i-1", env, "far", "us-east-1", deadline=NOW + 60)
    assert verdicts(role, machine) == [Verdict.OTHERS, Verdict.OTHERS]
    assert verdicts(role) == [Verdict.ENDED]
    assert verdicts(role, live=("far",)) == [Verdict.NEEDED]
    assert verdicts(replace(role, made=NOW - 60)) == [Verdict.OTHERS]
    assert verdicts(replace(machine, deadline=NOW - GRACE - 1)) == [Verdict.LATE]
    assert verdicts(Thing("results", "s3://b/x", env, "far", "us-east-1")) == [Verdict.NEEDED]


def test_an_environment_without_a_name_owns_nothing() -> None:
    late = Thing("machine", "i-1", "", "r", "us-east-1", deadline=NOW - 1e6)
    assert judged([late], "", (), (), NOW)[0].verdict is Verdict.OTHERS


def test_a_queue_of_a_live_run_is_kept_whatever_its_deadline_says() -> None:
    queue = Thing("queue", "q", ENV, "live", "us-east-1", deadline=NOW - 1e6)
    assert _verdict(queue, ("live",), ("live",)) is Verdict.NEEDED


def test_results_are_kept_until_they_expire() -> None:
    results = Thing("results", "s3://b/e/r/", ENV, "r", "us-east-1")
    assert _verdict(results, (), ("r",)) is Verdict.KEPT
    assert _verdict(results) is Verdict.KEPT
    assert not Verdict.KEPT.doomed
