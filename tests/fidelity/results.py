"""Findings for a notebook and for a whole run of the harness, as plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tests.fidelity import outputs
from tests.fidelity.compare import compare
from tests.fidelity.notebooks import Notebook
from tests.fidelity.passes import Passes, mentioned
from tests.fidelity.record import Record
from tests.fidelity.verdict import Judge, Verdict

KINDS = ("equal", "refused", "said", "carried", "silent")


@dataclass
class CellResult:
    """``cost`` is what the remote cell took more than the faster plain one, which took ``plain`` seconds, each without
    the time in which its kernel looked for garbage; ``garbage`` is how much more there was of that. ``size`` is bytes
    of data, ``copying`` the time that plain copies of it take, there and back; ``work`` what the processors did more.

    ``card`` says that cellburst showed how the run goes on, as it does after half a second: no output of the cell.
    """

    notebook: str
    number: int
    source: str
    verdict: Verdict
    cost: float
    size: int
    copying: float
    places: int
    unstable: tuple[str, ...]
    card: bool = False
    work: float = 0.0
    plain: float = 0.0
    garbage: float = 0.0
    pictures: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass
class BookResult:
    name: str
    cells: list[CellResult] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    problem: str = ""


def judge_notebook(book: Notebook, passes: Passes) -> BookResult:
    """Compare and judge every cell of a notebook."""
    result = BookResult(book.name, problem=passes.problem)
    if book.skipped:
        result.skipped.append(f"all {len(book.cells)} cells: {book.skipped}")
        return result
    result.skipped = [f"cell {cell.number}: {cell.skipped}" for cell in book.cells if cell.skipped]
    judge = Judge()
    further = zip(passes.again, *passes.otherwise, strict=False)
    for cell, plain, (again, *others), remote in zip(book.runnable, passes.plain, further, passes.remote, strict=False):
        comparison = compare(plain, (again, *others), remote)
        verdict = judge.judge(comparison, remote)
        faster = min(without_garbage(plain), without_garbage(again))
        result.cells.append(
            CellResult(
                notebook=book.name,
                number=cell.number,
                source=cell.source,
                verdict=verdict,
                cost=without_garbage(remote) - faster,
                size=data_size(cell.source, plain.sizes),
                copying=again.copying,
                places=comparison.places,
                unstable=comparison.unstable,
                card=bool(remote.card),
                work=remote.work - remote.garbage - min(plain.work - plain.garbage, again.work - again.garbage),
                plain=faster,
                garbage=remote.garbage - (plain.garbage + again.garbage) / 2,
            )
        )
        _keep_pictures(result.cells[-1], outputs.pictures(plain.outputs), outputs.pictures(remote.outputs))
    missing = len(book.runnable) - len(result.cells)
    if missing and not result.problem:
        lost = next((r.lost for records in (passes.plain, passes.again, passes.remote) for r in records if r.lost), "")
        result.problem = f"{missing} cells were not run: {lost}"
    return result


def joined(runs: Sequence[BookResult]) -> BookResult:
    """One finding of a notebook that was run several times: what each cell took at the least, and its worst verdict.

    Whatever else a machine does only adds to what a cell takes.
    """
    first = runs[0]
    broken = next((run for run in runs if run.problem), first)
    cells = [_least(cells) for cells in zip(*(run.cells for run in runs), strict=False)]
    return BookResult(first.name, cells, first.skipped, broken.problem)


def _least(runs: Sequence[CellResult]) -> CellResult:
    plain = min(run.plain for run in runs)
    return replace(
        next((run for run in runs if run.verdict.silent), runs[0]),
        cost=min(run.cost + run.plain for run in runs) - plain,
        plain=plain,
        copying=min(run.copying for run in runs),
        work=min(run.work for run in runs),
        garbage=sum(run.garbage for run in runs) / len(runs),
    )


def without_garbage(record: Record) -> float:
    """What a cell took, but for the search for garbage, which begins by a count and falls on any cell."""
    return record.seconds - record.garbage


def silent(result: BookResult) -> bool:
    """Whether there is a difference that nothing was said of."""
    return any(cell.verdict.silent for cell in result.cells)


def data_size(source: str, sizes: Mapping[str, int]) -> int:
    """Bytes of the names that a cell mentions."""
    return sum(sizes.get(name, 0) for name in mentioned(source))


def _keep_pictures(result: CellResult, plain: dict[str, str], remote: dict[str, str]) -> None:
    for difference in (*result.verdict.silent, *result.verdict.said):
        if difference.place in plain or difference.place in remote:
            result.pictures[difference.place] = (plain.get(difference.place, ""), remote.get(difference.place, ""))


def share_equal(found: Counter[str]) -> float:
    """Percent of the cells that are equal; what an earlier cell is to blame for counts neither way."""
    judged = found["cells"] - found["carried"]
    return 100 * found["equal"] / judged if judged else 0.0


def counts(books: Iterable[BookResult]) -> Counter[str]:
    """How many cells of each kind; ``cells`` is all of them."""
    found = Counter(dict.fromkeys(KINDS, 0))
    for book in books:
        for cell in book.cells:
            found[cell.verdict.kind] += 1
            found["cells"] += 1
            found["unstable"] += len(cell.unstable)
            found["cards"] += cell.card
            found["silent differences"] += len(cell.verdict.silent)
    return found
