"""Reports in files: how many are kept, which, and what a torn or full end does to them."""

from __future__ import annotations

import errno
from itertools import pairwise
from pathlib import Path

import pytest

from cellburst.model.report import Report
from cellburst.store import report_files
from cellburst.store.report_files import ReportFiles
from cellburst.store.report_records import MOST, Numbered, packed, thinned, unpacked


def report(step: int) -> Report:
    return Report(step / 8 + 1, step, {"loss": 1 / (step + 1)})


def numbered(*numbers: int) -> list[Numbered]:
    return [Numbered(number, report(number)) for number in numbers]


def test_bytes_and_back_and_a_torn_end_loses_one() -> None:
    some = numbered(0, 1, 7)
    data = packed(some)
    assert unpacked(data) == (some, len(data))
    for cut in range(1, len(packed(some[2:]))):
        assert unpacked(data[:-cut]) == (some[:2], len(packed(some[:2])))
    assert unpacked(b"") == ([], 0)
    assert unpacked(b"\xff" * 50) == ([], 0)


@pytest.mark.parametrize(("count", "most"), [(5, 10), (10, 10), (11, 10), (1000, 10), (7, 2), (3, 1)])
def test_an_even_choice_has_both_ends(count: int, most: int) -> None:
    some = numbered(*range(count))
    kept = [one.number for one in thinned(some, most)]
    assert len(kept) <= most
    assert kept == sorted(set(kept))
    assert kept[-1] == count - 1
    assert most == 1 or kept[0] == 0
    gaps = [after - before for before, after in pairwise(kept)]
    assert not gaps or max(gaps) - min(gaps) <= 1


def test_what_lies_closer_at_the_end_is_thinned_more() -> None:
    kept = thinned(numbered(*range(0, 1000, 10), *range(1000, 1100)), 50)
    gaps = [after.number - before.number for before, after in pairwise(kept)]
    assert max(gaps) <= 33
    assert min(gaps) >= 9


def test_any_number_of_reports_takes_bounded_room(tmp_path: Path) -> None:
    files, path = ReportFiles(), tmp_path / "run" / "0.1.reports"
    count = 5 * MOST + 77
    for first in range(0, count, 97):
        files.append(path, [report(step) for step in range(first, min(count, first + 97))])
    steps = [found.step for found in files.read(path)]
    assert MOST // 4 <= len(steps) <= MOST
    assert (steps[0], steps[-1]) == (0, count - 1)
    gaps = [after - before for before, after in pairwise(steps)]
    assert max(gaps) <= 4 * count / len(steps)
    assert len(unpacked(path.read_bytes())[0]) <= MOST


def test_another_controller_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "run" / "0.1.reports"
    ReportFiles().append(path, [report(0), report(1)])
    with path.open("ab") as file:
        file.write(b"\x40\0\0\0torn")
    ReportFiles().append(path, [report(1), report(2)])
    assert ReportFiles().read(path) == [report(0), report(1), report(2)]


def test_a_full_disk_drops_reports_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files, path = ReportFiles(), tmp_path / "run" / "0.1.reports"
    files.append(path, [report(0)])
    error = errno.ENOSPC

    def refuse(*_: object) -> None:
        raise OSError(error, "no")

    monkeypatch.setattr(report_files, "append_file", refuse)
    files.append(path, [report(1)])
    error = errno.EACCES
    with pytest.raises(OSError, match="no"):
        files.append(path, [report(1)])
    monkeypatch.undo()
    files.append(path, [report(2)])
    assert files.read(path) == [report(0), report(2)]
