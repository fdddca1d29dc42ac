"""Names of objects in the bucket: the one place that makes them and takes them apart.

``<env>/<run>/`` holds a run; below ``<env>/`` are the blobs and built environments that runs share; ``runs/`` has a
line for each run of the account, which no machine can write.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

SLOT = 10.0
"""Seconds of the server's time that news are listed by."""

_TASK = re.compile(r"(\d{9})\.(\d+)")
_NUMBER = re.compile(r"0\d{8}")  # nobody counts as far as the rest; who leaves such a name wants to stop the count
_NEWS = re.compile(r"(\d{10})/([a-z0-9-]+)\.(\d+)")
_SHA256 = re.compile(r"[0-9a-f]{64}")
REGISTER = "runs/"
"""Begins the names of what the account knows of its runs."""


def registered(run: str) -> str:
    """What the account knows of a run: where it is, and whose."""
    return f"{REGISTER}{run}.json"


@dataclass(frozen=True)
class RunKeys:
    """The objects of one run. ``env`` is the environment's id, ``run`` the run's."""

    env: str
    run: str

    @property
    def prefix(self) -> str:
        return f"{self.env}/{self.run}/"

    @property
    def record(self) -> str:
        return f"{self.prefix}run.json"

    @property
    def end(self) -> str:
        """Written by whoever notices that every task has its outcome."""
        return f"{self.prefix}end"

    @property
    def inputs(self) -> str:
        return f"{self.prefix}in/"

    def input(self, name: str) -> str:
        """What tasks that were added later are given; ``name`` begins the SHA-256 of what it says (32 digits)."""
        return f"{self.inputs}{name}.json"

    @property
    def queued(self) -> str:
        return f"{self.prefix}queued/"

    def queued_part(self, number: int) -> str:
        """Which tasks were handed to the queue, by the number of the hand-over."""
        return f"{self.queued}{number:09d}"

    def claim(self, index: int, generation: int) -> str:
        """Made before an at-most-once task starts."""
        return f"{self.prefix}claim/{index:09d}.{generation}"

    def tries(self, index: int, generation: int, number: int) -> str:
        """Begins the names of attempts at the task's message of this number."""
        return f"{self.prefix}try/{index:09d}.{generation}.{number}/"

    @property
    def outcomes(self) -> str:
        return f"{self.prefix}done/"

    def done(self, index: int, generation: int) -> str:
        """The only truth about how a task's generation ended."""
        return f"{self.outcomes}{index:09d}.{generation}"

    def task_of_done(self, key: str) -> tuple[int, int] | None:
        """The task and generation of such a key; None if it is none of ours."""
        found = _TASK.fullmatch(key.removeprefix(self.outcomes))
        return (int(found[1]), int(found[2])) if found and key.startswith(self.outcomes) else None

    def out(self, sha256: str) -> str:
        """A blob that a task left."""
        return f"{self.prefix}out/{_checked(sha256)}"

    def blob(self, sha256: str) -> str:
        """A blob that tasks are given; runs share them."""
        return f"{self.env}/blob/{_checked(sha256)}"

    def environment(self, digest: str, platform: str, suffix: str) -> str:
        """A built environment; ``suffix`` is the archive's ("tar.zst")."""
        return f"{self.env}/env/{digest}-{platform}.{suffix}"

    def machine(self, name: str) -> str:
        """Who a machine says it is."""
        return f"{self.prefix}machine/{name}.json"

    def trust(self, name: str) -> str:
        """The user's word, signed, that a machine's key was checked while the machine was there."""
        return f"{self.prefix}trust/{name}.json"

    @property
    def table(self) -> str:
        """Which machines there are and were, as the user's side knows it."""
        return f"{self.prefix}machines.json"

    @property
    def asked(self) -> str:
        """Somebody else of the account asks the user's side to cancel the run."""
        return f"{self.prefix}asked"

    @property
    def news(self) -> str:
        return f"{self.prefix}news/"

    def news_slot(self, now: float) -> str:
        """Begins the names of news that were written at server time ``now`` (seconds), and sorts after earlier ones."""
        return f"{self.news}{int(now // SLOT):010d}"

    def news_part(self, now: float, machine: str, number: int) -> str:
        return f"{self.news_slot(now)}/{machine}.{number}"

    def sender_of_news(self, key: str) -> tuple[str, int] | None:
        """The machine and its number of such a key; None if it is none of ours."""
        found = _NEWS.fullmatch(key.removeprefix(self.news))
        return (found[2], int(found[3])) if found and key.startswith(self.news) else None

    @property
    def stops(self) -> str:
        return f"{self.prefix}stop/"

    def stop(self, number: int) -> str:
        """What machines are to stop, by the order in which it was said."""
        return f"{self.stops}{number:09d}"

    def number(self, key: str, prefix: str) -> int | None:
        """The number of a key below ``stops`` or ``queued``; None if it is none of ours."""
        name = key.removeprefix(prefix)
        return int(name) if key.startswith(prefix) and _NUMBER.fullmatch(name) else None

    def follow(self, reader: str) -> str:
        """How far ``reader`` has read the news."""
        return f"{self.prefix}follow/{reader}.json"


def _checked(sha256: str) -> str:
    if not _SHA256.fullmatch(sha256):
        raise ValueError(f"{sha256!r} is no SHA-256 in lower-case hexadecimal")
    return sha256
