"""GPUs of this machine for each task of a run on it."""

from __future__ import annotations

from cellburst.errors import UsageError
from cellburst.pool import gpu
from cellburst.settings import Settings


def own_gpus(wanted: int) -> int:
    """The number, if there are so many. Raises UsageError."""
    there = len(gpu.gpus(Settings.load().fake_gpus))
    if wanted > there:
        why = "there is none" if not there else f"there {'is' if there == 1 else 'are'} {there}"
        reason = "" if there else f" ({gpu.trouble()})"
        raise UsageError(
            f"--gpus {wanted}: each task is to have {wanted} on this machine, and {why}{reason}; "
            "a target with machines of its own starts some that have: `%remote targets`"
        )
    return wanted
