from __future__ import annotations

import signal

import pytest

from cellburst.model.outcome import LossReason
from cellburst.pool import explain

GB = 10**9


def _loss(status: int, peak: int = 0, killed: bool = False) -> tuple[LossReason, str]:
    return explain.loss(status, peak=peak, limit=4 * GB, out_of_memory=killed)


def test_an_exit_says_its_code() -> None:
    assert _loss(3 << 8) == (LossReason.EXITED, "exited with code 3 (os._exit, or an exit in C code)")


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_is_named(number: signal.Signals) -> None:
    assert _loss(number) == (LossReason.SIGNALLED, f"killed by {number.name}")


def test_a_signal_without_a_name_is_numbered() -> None:
    assert _loss(40)[1] == "killed by signal 40"


def test_a_core_dump_changes_nothing() -> None:
    assert _loss(signal.SIGSEGV | 0x80)[1] == "killed by SIGSEGV"


@pytest.mark.parametrize(("peak", "killed"), [(3_900_000_000, False), (3_100_000_000, True)])
def test_sigkill_near_the_limit_or_with_the_systems_count_is_memory(peak: int, killed: bool) -> None:
    reason, message = _loss(signal.SIGKILL, peak, killed)
    assert reason is LossReason.OUT_OF_MEMORY
    assert message == f"killed by SIGKILL, likely out of memory: peak {peak / GB:.1f} of 4.0 GB"


def test_other_signals_are_never_memory() -> None:
    assert _loss(signal.SIGSEGV, 4 * GB, True)[0] is LossReason.SIGNALLED
