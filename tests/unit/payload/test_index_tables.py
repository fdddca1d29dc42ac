"""A pandas index that was asked for a label was asked on the other side, too, and nobody notices how."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from cellburst.payload import index_tables

from .conftest import Kernel

pytest.importorskip("pyarrow")
pd = pytest.importorskip("pandas")
if pd.Index(["a"]).dtype == object:
    pytest.skip("this pandas does not keep texts with pyarrow", allow_module_level=True)

FRAME = "import pandas as pd\ndf = pd.DataFrame({'x': range(3), 'tag': list('abc')})"


@pytest.fixture
def registry() -> Iterator[dict[Any, Any]]:
    """What was shown once of a module in which a warning was."""
    found: dict[Any, Any] = {}
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("default")
        warn(found)
        yield found


def warn(registry: dict[Any, Any]) -> None:
    warnings.warn_explicit("a warning", UserWarning, "cell", 1, registry=registry)


def is_forgotten(registry: dict[Any, Any]) -> bool:
    """Whether Python would show the warning again."""
    marked = {**registry, "mark": True}
    warn(marked)
    return "mark" not in marked


def test_making_a_table_is_noticed_and_by_us_it_is_not(registry: dict[Any, Any]) -> None:
    one, other = pd.Index(["a", "b"]), pd.Index(["a", "b"])
    index_tables.make(one)
    assert index_tables.is_made(one)
    assert not is_forgotten(registry)
    assert "b" in other
    assert is_forgotten(registry)


def test_what_was_asked_here_was_asked_there(kernel: Kernel) -> None:
    kernel.here(FRAME + "\ndf['x']\nfresh = df.rename(columns=str.upper)")
    kernel.there("asked = ['_engine' in frame.columns._cache for frame in (df, fresh)]")
    assert kernel.ns["asked"] == [True, False]


def test_what_was_asked_there_was_asked_here_and_is_no_change(kernel: Kernel, registry: dict[Any, Any]) -> None:
    kernel.here(FRAME + "\nkept = df.columns\nother = df.rename(columns=str.upper)")
    delta = kernel.there("n = df['x'].sum()\nmade = df.rename(columns=str.title)\nm = made['X'].sum()")
    columns = kernel.ns["df"].columns
    assert columns is kernel.ns["kept"]
    assert index_tables.is_made(columns)
    assert index_tables.is_made(kernel.ns["made"].columns)
    assert not index_tables.is_made(kernel.ns["other"].columns)
    assert not delta.changed
    assert not delta.updates
    assert not is_forgotten(registry)


def test_to_be_asked_is_no_change_of_what_is_judged_by_its_pickle(kernel: Kernel) -> None:
    kernel.here(
        "import pandas as pd\n"
        "class Holder:\n"
        "    def __init__(self, index): self.index = index\n"
        "    def __reduce__(self): return (Holder, (None,), {'index': self.index})\n"
        "holder = Holder(pd.Index(['a', 'b']))"
    )
    assert not kernel.there("found = 'b' in holder.index").changed
    assert kernel.ns["found"] is True


def test_a_long_index_is_left_as_it_is(kernel: Kernel) -> None:
    kernel.here("import pandas as pd\nindex = pd.Index([f'{n}' for n in range(20_000)])\n'7' in index")
    kernel.there("asked = '_engine' in index._cache")
    assert kernel.ns["asked"] is False
