"""What the process and its modules remember: as in a plain kernel after each cell, whichever of two runs elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.pairs import BOTH, Pair
from tests.integration.shared import shared_folders  # noqa: F401 - a fixture

_EXTENSION = (
    "both: open('cb_own_ext.py', 'w').write('''loads = 0\\nseen = []\\ndef load_ipython_extension(shell):\\n"
    "    global loads\\n    loads += 1\\n    seen.append(loads)\\n    shell.user_ns['pushed'] = seen\\n"
    "def unload_ipython_extension(shell):\\n    shell.user_ns.pop('pushed', None)\\n''')\n"
    "import sys; sys.path.insert(0, '')"
)
_COUNTER = (
    "both: open('cb_count.py', 'w').write('counter = 0\\nitems = []\\ndef bump():\\n    global counter\\n"
    "    counter += 1\\n    items.append(counter)\\n    return counter\\n')\nimport sys; sys.path.insert(0, '')"
)
CASES: dict[str, tuple[str, ...]] = {
    "the current decimal context, kept": (
        "import decimal\nfrom decimal import Decimal\ncontext = decimal.getcontext()\ncontext.prec = 6",
        "both: print(decimal.getcontext() is context, context)",
        "context.traps[decimal.Inexact] = True\ntry:\n    Decimal(1) / 3\nexcept decimal.Inexact:\n    print('trap')",
        "both: context.clear_flags(); context.prec = 7; print(decimal.getcontext())",
        "print(decimal.getcontext() is context, context.prec)\nother = decimal.Context(prec=3)",
        "decimal.setcontext(other); other.prec += 1; context.prec = 11; kept = [context, other]",
        "both: print(decimal.getcontext() is other, context.prec, other.prec, kept[0] is context, kept[1] is other)",
        "decimal.setcontext(decimal.Context())",
        "both: print(decimal.getcontext(), decimal.getcontext() in kept)",
        "late = decimal.getcontext()",
        "both: print(decimal.getcontext() is late); late.prec = 12",
        "Decimal(1) / 3, decimal.getcontext() is late",
    ),
    "types of files": (
        "import mimetypes\nmimetypes.inited",
        "mimetypes.add_type('text/x-mine', '.mine')",
        "both: mimetypes.guess_type('a.mine'), mimetypes.guess_extension('text/x-mine'), mimetypes.inited",
        "mimetypes.guess_all_extensions('text/plain'), mimetypes.types_map.pop('.mine')",
        "both: mimetypes.guess_type('a.mine'), mimetypes.guess_type('a.gif')",
        "mimetypes.guess_type('a.mine'), len(mimetypes.types_map)",
    ),
    "all variables of the environment": (
        "import os, subprocess\nos.environ['CB_B'] = 'b'; os.environ['CB_A'] = 'a'",
        "list(os.environ)[-2:], [name for name in os.environ if name.startswith('CELLBURST_W')]",
        "both: list(os.environ)[-2:]",
        "list(os.environ) == list(dict(os.environ)), subprocess.getoutput('echo $CB_A')",
    ),
    "crashes and threads": (
        "import faulthandler, threading\nfaulthandler.is_enabled()",
        "both: faulthandler.is_enabled()",
        "faulthandler.enable(); size = threading.stack_size(262144)",
        "both: print(faulthandler.is_enabled(), threading.stack_size(524288))",
        "faulthandler.is_enabled(), faulthandler.disable(), threading.stack_size(0)",
        "both: faulthandler.is_enabled(), threading.stack_size()",
    ),
    "captured warnings": (
        "import logging, warnings\nlogging.captureWarnings(True)\nwarnings.warn('as a record')\n"
        "logging.captureWarnings(False)",
        "both: print(logging.getLogger('py.warnings').handlers)",
        "logging.getLogger('py.warnings').handlers",
    ),
    "exits, codecs and finders": (
        "import atexit, codecs, sys\nbefore = atexit._ncallbacks()\ndef bye(): pass\n"
        "def find(name): return codecs.lookup('rot13') if name == 'cbmine' else None\n"
        "class Finder:\n    asked = []\n    @classmethod\n    def find_spec(cls, name, path=None, target=None):\n"
        "        cls.asked.append(name)",
        "atexit.register(bye); codecs.register(find); sys.meta_path.insert(0, Finder)\ncodecs.encode('abc', 'cbmine')",
        "both: codecs.encode('abc', 'cbmine'), sys.meta_path[0] is Finder",
        "try:\n    import cb_no_such\nexcept ImportError:\n    print(Finder.asked[-1], sys.meta_path[0] is Finder)",
        "codecs.encode('abc', 'cbmine')\ncodecs.unregister(find); sys.meta_path.remove(Finder)",
        "both: print(Finder in sys.meta_path)\ncodecs.encode('abc', 'cbmine')",
        "codecs.encode('abc', 'cbmine')",
    ),
    "an own extension is loaded once": (
        _EXTENSION,
        "%load_ext cb_own_ext",
        "both: import cb_own_ext; cb_own_ext.loads, cb_own_ext.seen, cb_own_ext.seen is pushed, _",
        "cb_own_ext.loads, cb_own_ext.seen, cb_own_ext.seen is pushed",
        "pushed.append('mine')\n%load_ext cb_own_ext\n%reload_ext cb_own_ext\ncb_own_ext.loads, cb_own_ext.seen",
        "both: cb_own_ext.loads, cb_own_ext.seen, cb_own_ext.seen is pushed",
        "%unload_ext cb_own_ext\n'pushed' in globals()",
        "both: 'pushed' in globals(), cb_own_ext.loads",
    ),
    "cells inside a cell": (
        "shell = get_ipython()\nresult = shell.run_cell('def inner():\\n    return 1 / 0')",
        "both: import inspect; inspect.getsource(inner), inner.__code__.co_filename in shell.compile._filename_map",
        "inner()",
    ),
    "modules made anew": (
        _COUNTER,
        "import importlib, cb_count\ncb_count.bump()",
        "importlib.reload(cb_count).bump()",
        "both: cb_count.counter, cb_count.items",
        "from cb_count import bump\nbump(); bump()\nold = cb_count\ndel sys.modules['cb_count']\n"
        "import cb_count as new\n"
        "old.counter, new.counter",
        "both: old.counter, old.items, new.counter, new.items, old is cb_count, bump.__globals__ is vars(old)",
    ),
}


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    found = Pair()
    found.check((f"{BOTH}import os\nos.chdir({str(tmp_path_factory.mktemp('notebook'))!r})",))
    yield found
    found.close()


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", CASES)
def test_it_is_as_in_a_plain_kernel(pair: Pair, name: str) -> None:
    pair.check(CASES[name])


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_functions_for_the_end_are_registered_in_the_kernel(pair: Pair) -> None:
    """And forgotten in the worker, which would run them long before the notebook ends."""
    pair.run(f"{BOTH}import atexit; before = atexit._ncallbacks()")
    pair.run("def bye(): pass\natexit.register(bye)\natexit.register(print, 'bye')")
    plain, remote = pair.run(f"{BOTH}made = atexit._ncallbacks() - before; atexit.unregister(bye), made")
    assert remote.outputs == plain.outputs
    assert remote.outputs[0][1]["data"]["text/plain"] == "(None, 2)"
