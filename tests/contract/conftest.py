"""The stores that every test of their contract is run with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cellburst.abc import RunStore
from cellburst.model.events import RunSubmitted
from cellburst.settings import Settings
from cellburst.store.memory import MemoryStore
from tests.contract.stores import Case
from tests.unit.store.builders import make_run, open_sqlite

SMALL = Settings(output_head=4000, output_tail=4000, output_inline=1000)


@pytest.fixture(params=["sqlite", "memory"])
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
    if request.param == "sqlite":
        case = Case(lambda: open_sqlite(tmp_path, settings=SMALL))
    else:
        stores = [MemoryStore(SMALL)]

        def opening() -> RunStore:
            stores.append(stores[-1].reopened())
            return stores[-1]

        case = Case(opening)
    yield case
    case.store.close()


@pytest.fixture
def store(case: Case) -> RunStore:
    case.store.commit([RunSubmitted(make_run())])
    return case.store
