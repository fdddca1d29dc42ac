"""What code may change of modules and classes, from its text."""

from __future__ import annotations

import math  # noqa: F401 - is loaded
import sys

import pytest

from cellburst.cells import stores
from cellburst.cells.candidates import resolve
from cellburst.cells.stores import Stores, of_source, prefixes


def chains(found: set[tuple[str, ...]]) -> set[str]:
    return {".".join(chain) for chain in found}


@pytest.mark.parametrize(
    ("source", "attributes", "contents", "owners"),
    [
        ("json.dumps = f", "json.dumps", "", ""),
        ("pd.DataFrame.total = f", "pd.DataFrame.total", "", ""),
        ("mod.counter += 1", "mod.counter", "mod.counter", ""),
        ("del mod.attr", "mod.attr", "", ""),
        ("a, mod.x = 1, 2", "mod.x", "", ""),
        ("x = mod.y = 3", "mod.y", "", ""),
        ("for mod.i in range(3): pass", "mod.i", "", ""),
        ("with open(p) as mod.f: pass", "mod.f", "", ""),
        ("mod.x: int = 3", "mod.x", "", ""),
        ("setattr(np, 'x', 1)", "np.x", "", ""),
        ("delattr(mod, 'x')", "mod.x", "", ""),
        ("setattr(np, name, 1)", "", "", "np"),
        ("mod.items.append(3)", "", "mod.items", ""),
        ("mod.CACHE[k] = v", "", "mod.CACHE", ""),
        ("mod.CACHE[k]['a'][0] = v", "", "mod.CACHE", ""),
        ("del mod.CACHE[k]", "", "mod.CACHE", ""),
        ("CONFIG['a'] = 1", "", "CONFIG", ""),
        ("CONFIG.update(a=1)", "", "CONFIG", ""),
        ("vars(mod)['x'] = 1", "", "", "mod"),
        ("mod.__dict__['x'] = 1", "", "", "mod"),
        ("mod.__dict__.update(x=1)", "", "", "mod"),
        ("mock.patch.object(json, 'dumps', f).start()", "json.dumps", "", ""),
        ("with mock.patch.dict(mod.CACHE, a=1): pass", "", "", "mod.CACHE"),
        ("monkeypatch.setattr(json, 'dumps', f)", "json.dumps", "", ""),
        ("@lib.show.register\ndef _(x: int): pass", "", "lib.show", ""),
        ("abc.Sequence.register(Mine)", "", "abc.Sequence", ""),
        ("def install():\n    json.dumps = f", "json.dumps", "", ""),
        ("get_ipython().run_cell_magic('time', '', 'json.dumps = f\\n')", "json.dumps", "", ""),
        ("class A:\n    def f(self):\n        self.x = 1", "", "", ""),
        ("json.dumps == f", "", "", ""),
        ("f(a.b, c=d.e)", "", "", ""),
        ("x = 1\ny: int = 2\ndf = pd.read_csv('a.b')", "", "", ""),
        ("this is = not Python", "", "", ""),
    ],
)
def test_what_is_changed(source: str, attributes: str, contents: str, owners: str) -> None:
    found = of_source(source)
    assert chains(found.attributes) == set(attributes.split())
    assert chains(found.contents) == set(contents.split())
    assert chains(found.owners) == set(owners.split())


def test_paths_in_strings() -> None:
    assert of_source("p = mock.patch('json.dumps', f)").paths == {"json.dumps"}
    assert of_source("@patch('a.b.c')\ndef test(m): pass").paths == {"a.b.c"}


def test_modules_made_by_hand() -> None:
    assert of_source("sys.modules['m'] = types.ModuleType('m')").modules == {"m"}
    assert of_source("sys.modules[name] = types.ModuleType(name)").modules == {"*"}
    assert of_source("for name in names: del sys.modules[name]").modules == set()
    assert of_source("del sys.modules['m']").modules == {"m"}
    assert of_source("sys.modules.pop('m', None)").modules == {"m"}


def test_what_only_the_running_code_knows_is_loose() -> None:
    assert of_source("get(mod).x = 1").loose
    assert of_source("setattr(get(mod), 'x', 1)").loose
    assert not of_source("mod.x = 1").loose


def test_imports_and_mentions() -> None:
    found = of_source("import a.b\nimport c.d as e\nfrom f import g as h\ne.x = h.y.z")
    assert found.imports == {"a": "a", "e": "c.d", "h": "f:g"}
    assert ("h", "y", "z") in found.mentions


def test_a_source_without_stores_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    monkeypatch.setattr(stores, "_read", lambda source, found: parsed.append(source))
    of_source("import pandas as pd\ndf = pd.read_csv('a.csv')  # not parsed\ndf.describe(percentiles=[0.1])")
    assert parsed == []
    of_source("df.columns = ['a']  # parsed")
    assert len(parsed) == 1


def test_what_waits_for_its_names() -> None:
    waiting = Stores(attributes={("a", "x"), ("b", "y")}, mentions={("b", "y")}, loose=True)
    found = waiting.beginning_with({"b": 1})
    assert found.attributes == {("b", "y")}
    assert found.loose
    assert waiting.attributes == {("a", "x")}
    assert waiting.mentions == set()
    assert not waiting.beginning_with({"c": 1}).attributes
    waiting.add(Stores(attributes={("c", "z")}))
    assert waiting.beginning_with({"c": 1}).attributes == {("c", "z")}


def test_prefixes() -> None:
    assert set(prefixes({("a", "b", "c"), ("a", "d")})) == {("a",), ("a", "b"), ("a", "b", "c"), ("a", "d")}


def test_a_mock_changes_no_list_of_mocks_before_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "unittest.mock", raising=False)
    found = resolve(of_source("from unittest import mock\nmock.patch('math.sqrt').start()"), {})
    assert (found.attributes, found.contents) == ({"math:sqrt"}, set())
