"""One notebook in three kernels, one after the other, in the same emptied folder."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import cellburst.errors
from cellburst.errors import CellburstError, RunError
from tests.fidelity.kernels import Kernel, KernelDied
from tests.fidelity.messages import coalesced, without_cards
from tests.fidelity.notebooks import Notebook
from tests.fidelity.record import Output, Record
from tests.fidelity.workshop import Workshop

PLAIN_LINE = "# plain\n"
_FRAME = re.compile(r"(?m)^\s*(?:Cell In\[|File )")
_NAME = re.compile(r"[^\W\d]\w*")
_OURS = "cellburst: "
_LATE = 0.3  # seconds of silence after the last cell: what tasks and threads still publish


@dataclass
class Passes:
    """The records of each kernel, cell by cell; a list may be shorter if its kernel died, and ``problem`` says so.

    ``otherwise`` are those of plain kernels that look for garbage at other times, if that was asked for.
    """

    plain: list[Record] = field(default_factory=list)
    again: list[Record] = field(default_factory=list)
    remote: list[Record] = field(default_factory=list)
    otherwise: tuple[list[Record], ...] = ()
    problem: str = ""


def run_notebook(book: Notebook, workshop: Workshop, target: str) -> Passes:
    """All three passes over a notebook's runnable cells."""
    found = Passes()
    workshop.forget_copies()
    sources = [cell.source for cell in book.runnable]
    try:
        found.plain = _run(book, workshop, (plainly(source) for source in sources), extension=False)
        found.again = _run(book, workshop, (plainly(source) for source in sources), extension=False, measured=True)
        line = f"%%remote {target}\n"
        found.remote = _run(book, workshop, (line + source for source in sources), extension=True, line=line)
    except KernelDied as error:
        found.problem = str(error)
    return found


def run_otherwise(book: Notebook, workshop: Workshop) -> tuple[list[Record], ...]:
    """Two more plain passes: one looks for garbage before every cell, one never does.

    A library may act on whether garbage still refers to something: pandas makes another index then.
    """

    def passed(before: Callable[[Kernel, int], None]) -> list[Record]:
        sources = (plainly(cell.source) for cell in book.runnable)
        return _run(book, workshop, sources, extension=False, before=before)

    def never(kernel: Kernel, number: int) -> None:
        if not number:
            kernel.keep_garbage()

    try:
        return passed(lambda kernel, _: kernel.collect_garbage()), passed(never)
    except KernelDied:
        return ()


def mentioned(source: str) -> set[str]:
    """What may be a variable's name in a cell."""
    return set(_NAME.findall(source))


def plainly(source: str) -> str:
    """The cell with a first line of ours that does nothing, so that lines have the same numbers with and without."""
    return source if source.lstrip().startswith("%%") else PLAIN_LINE + source


def _run(
    book: Notebook,
    workshop: Workshop,
    codes: Iterable[str],
    *,
    extension: bool,
    line: str = "",
    measured: bool = False,
    before: Callable[[Kernel, int], None] = lambda kernel, number: None,
) -> list[Record]:
    workshop.empty()
    beside = book.path.with_suffix(".files")
    if beside.is_dir():
        shutil.copytree(beside, workshop.work, dirs_exist_ok=True)
    kernel = Kernel(workshop, extension=extension)
    records: list[Record] = []
    try:
        for number, code in enumerate(codes):
            before(kernel, number)
            there = kernel.copy_seconds(mentioned(code)) if measured else 0.0
            record = _attempt(kernel, code)
            if measured and not record.lost:
                record.copying = there + kernel.copy_seconds(mentioned(code))
            if line and (reason := refusal(record)):
                record = _without_line(kernel, code.removeprefix(line), reason)
            records.append(record)
            if record.lost:
                break
        kernel.settle(_LATE)
    finally:
        kernel.close()
    for record in records:
        record.card, others = without_cards(record.outputs)
        record.outputs = coalesced(others)
        if extension:
            record.said += take_out_sentences(record.outputs)
    return records


def _attempt(kernel: Kernel, code: str) -> Record:
    record = Record(code)
    try:
        kernel.run(record)
        kernel.describe(record)
    except KernelDied as error:
        record.lost = str(error)
    return record


def _without_line(kernel: Kernel, source: str, reason: str) -> Record:
    """Run a refused cell in the kernel itself, as if it had been the first try."""
    kernel.forget()
    record = _attempt(kernel, plainly(source))
    record.refusal = reason
    return record


def refusal(record: Record) -> str:
    """Why cellburst refused a cell before it started; empty if it did not.

    Such an error has no frames; an error of the cell's own has some, also if it is of a type of ours.
    """
    for output in record.outputs:
        if output.kind == "error" and _refuses(output):
            return f"{output.content['ename']}: {output.content['evalue']}"
    return ""


def _refuses(output: Output) -> bool:
    name = output.content["ename"]
    kind = getattr(cellburst.errors, name, None)
    ours = isinstance(kind, type) and issubclass(kind, CellburstError) and not issubclass(kind, RunError)
    lines = output.content["traceback"]
    return (ours or name == "NameError") and not any(_FRAME.search(line) for line in lines)


def take_out_sentences(outputs: list[Output]) -> list[str]:
    """Take cellburst's own lines out of standard error; they are what it says, and not what the cell wrote."""
    said: list[str] = []
    for output in list(outputs):
        if output.kind != "stderr" or _OURS not in output.text:
            continue
        kept: list[str] = []
        listing = False  # under a line that ends with a colon come indented ones that belong to it
        for line in output.text.splitlines(keepends=True):
            own = line.startswith(_OURS)
            if own or (listing and line.startswith("  ")):
                said.append(line.removeprefix(_OURS).strip())
                listing = line.rstrip().endswith(":") if own else True
            else:
                kept.append(line)
                listing = False
        output.content["text"] = "".join(kept)
        if not output.text:
            outputs.remove(output)
    return said
