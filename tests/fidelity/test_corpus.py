"""About a hundred cells of the corpus are the same in a plain kernel and with ``%%remote local``.

All of it: ``make fidelity``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fidelity.notebooks import Notebook, find, limited, read
from tests.fidelity.results import counts
from tests.fidelity.session import run_all
from tests.fidelity.text import book_text

_CELLS = 100


def short_run() -> list[Notebook]:
    """The notebooks that are marked as short; the first ones if none is."""
    books = [read(path) for path in find([Path(__file__).parent / "corpus"])]
    marked = [book for book in books if book.short]
    return marked or limited(books, _CELLS)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_no_silent_difference() -> None:
    books = short_run()
    results = list(run_all(books, target="local", processes=2))
    report = "\n".join(line for result in results for line in book_text(result))
    found = counts(results)
    assert found["cells"] == sum(len(book.runnable) for book in books), report
    assert not found["silent differences"], report
    assert not [result.problem for result in results if result.problem]
