"""The files of what attempts reported: how far each is, and adding to it. A full disk drops reports."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cellburst.model.report import Report
from cellburst.store.files import append_file, read_file, replace_file, unless_full
from cellburst.store.report_records import MOST, Numbered, packed, thinned, unpacked

_REMEMBERED = 1024
_COMPARED = 64  # newest reports that one which is told again is known by


@dataclass(slots=True)
class _State:
    """``held`` reports in ``size`` bytes, of ``seen``; ``last``: times and steps of the newest, ``at`` the latest."""

    held: int
    seen: int
    size: int
    last: deque[tuple[float, int]]
    at: float

    def takes(self, report: Report) -> bool:
        """Whether a report is news; from now on it is none. Those of two threads may be a little out of order."""
        if report.at <= self.at and (report.at, report.step) in self.last:
            return False
        self.last.append((report.at, report.step))
        self.at = max(self.at, report.at)
        return True


class ReportFiles:
    """Adds to the files of reports; only the controller has one that it writes with."""

    def __init__(self) -> None:
        self._states: dict[Path, _State] = {}

    def append(self, path: Path, reports: Sequence[Report]) -> None:
        """Add reports, in order; those that are there already change nothing. Raises OSError, not for a full disk."""
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            state = self._state(path)
            new = filter(state.takes, reports)
            numbered = [Numbered(state.seen + place, report) for place, report in enumerate(new)]
            if not numbered:
                return
            if state.held + len(numbered) > MOST:
                self._thin(path, state, numbered)
            else:
                body = packed(numbered)
                append_file(path, body, state.size)
                state.size += len(body)
                state.held += len(numbered)
            state.seen += len(numbered)
        except OSError as error:
            self._states.pop(path, None)
            unless_full(error)

    def read(self, path: Path) -> list[Report]:
        """What an attempt reported, oldest first; of too many an even choice. Raises OSError."""
        found, _ = unpacked(read_file(path))
        if found and found[-1].number >= len(found):  # those since the file was thinned out lie closer
            found = thinned(found, MOST // 2)
        return [one.report for one in found]

    def forget(self, folder: Path) -> None:
        """The files of a folder are gone."""
        for path in [path for path in self._states if path.parent == folder]:
            del self._states[path]

    def _thin(self, path: Path, state: _State, new: Sequence[Numbered]) -> None:
        found, _ = unpacked(read_file(path))
        kept = thinned([*found, *new], MOST // 2)
        body = packed(kept)
        replace_file(path, body)
        state.held, state.size = len(kept), len(body)

    def _state(self, path: Path) -> _State:
        state = self._states.get(path)
        if state is None:
            if len(self._states) >= _REMEMBERED:
                del self._states[next(iter(self._states))]
            state = self._states[path] = _found(path)
        return state


def _found(path: Path) -> _State:
    """How far the file of an earlier controller is; a torn end is cut off."""
    data = read_file(path)
    found, size = unpacked(data)
    if size < len(data):
        os.truncate(path, size)
    last = deque(((one.report.at, one.report.step) for one in found[-_COMPARED:]), _COMPARED)
    latest = max((at for at, _ in last), default=float("-inf"))
    return _State(len(found), found[-1].number + 1 if found else 0, size, last, latest)
