"""Modules and patches in pairs of kernels: one plain, one whose cells run with ``%%remote local``."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.kernels import Kernel
from tests.integration.pairs import FIRST_LINE, Pair, see
from tests.integration.shared import shared_folders  # noqa: F401

PLAIN, REMOTE = "plain", "remote"
_ADDRESS = re.compile(r"0x[0-9a-f]{6,}")
Cells = list[tuple[str, str]]
HELPER = """\
import time, uuid
print("loading helper")
counter = 0
items = []
CACHE = {}
CONFIG = {"a": 1}
STARTED = time.time()
RUN = uuid.uuid4().hex

class Registry:
    seen = []
    n = 0

    @classmethod
    def note(cls, x):
        cls.seen.append(x)
        cls.n += 1

class Store:
    def __init__(self):
        self.rows = []

    def add(self, x):
        self.rows.append(x)
        return len(self.rows)

STORE = Store()

def bump(k=1):
    global counter
    counter += k
    items.append(counter)
    CACHE[counter] = items
    return counter

def get():
    return CONFIG["a"], counter, list(items), list(CACHE)

def remembers(x, seen=[]):
    seen.append(x)
    return list(seen)

def counting(f):
    n = 0
    def inner():
        nonlocal n
        n += 1
        return f(), n
    return inner

@counting
def counted():
    return "counted"

def version():
    return 1
"""


@pytest.fixture(scope="module", name="kernels")
def _kernels(folders: object) -> Iterator[Pair]:
    pair = Pair()
    yield pair
    pair.close()


@pytest.fixture(name="pair")
def fresh_pair(kernels: Pair, tmp_path: Path) -> Pair:
    """Both kernels, without variables and local modules of earlier tests, each with a folder ``here`` of its own."""
    for name, kernel in (("p", kernels.plain), ("r", kernels.remote)):
        folder = tmp_path / name
        folder.mkdir()
        forget = (
            "[sys.modules.pop(m) for m, x in list(sys.modules.items()) if 'pytest' in str(getattr(x, '__file__', ''))]"
        )
        see(kernel, f"%reset -f\nimport sys\n{forget}\nsys.path[:] = [p for p in sys.path if 'pytest-of' not in p]")
        see(kernel, f"import sys\nhere = {str(folder)!r}\nsys.path.insert(0, here)\n%cd -q {folder}")
    return kernels


def check(pair: Pair, *cells: tuple[str, str]) -> None:
    """Each cell shows the same in both kernels; a ``PLAIN`` one runs in the kernel itself in both."""
    for kind, cell in cells:
        code = textwrap.dedent(cell)
        plain, remote = see(pair.plain, code), see(pair.remote, code if kind == PLAIN else FIRST_LINE + code)
        shown = (plain.outputs, plain.error and plain.error[:2]), (remote.outputs, remote.error and remote.error[:2])
        texts = [_ADDRESS.sub("0x", str(part)).replace("/r/", "/p/").replace("/r'", "/p'") for part in shown]
        assert texts[0] == texts[1], code


def test_a_patched_function_of_a_library(pair: Pair) -> None:
    check(
        pair,
        (PLAIN, "import string, math\norig = string.capwords\ncalls = []"),
        (PLAIN, "def wrapped(*a):\n    calls.append(1)\n    return 'W' + orig(*a)"),
        (PLAIN, "string.capwords = wrapped\nmath.tau2 = 6"),
        (REMOTE, "print(string.capwords('a b'), math.tau2, len(calls), orig('x y'), string.capwords is wrapped)"),
        (PLAIN, "print(string.capwords('a b'), len(calls), string.capwords is wrapped)"),
        (REMOTE, "string.capwords = orig\ndel math.tau2\nprint(string.capwords('u v'))"),
        (PLAIN, "print(string.capwords('u v'), string.capwords is orig, hasattr(math, 'tau2'))"),
        (REMOTE, "print(string.capwords('u v'), string.capwords is orig, hasattr(math, 'tau2'))"),
    )


def test_a_closure_with_a_count_and_no_name_of_its_own(pair: Pair) -> None:
    counting = """\
    import math
    def counting(f):
        n = 0
        def inner(*a):
            nonlocal n
            n += 1
            return f(*a), n
        return inner
    math.sqrt = counting(math.sqrt)
    print(math.sqrt(4))"""
    check(
        pair,
        (PLAIN, counting),
        (REMOTE, "print(math.sqrt(9))"),
        (PLAIN, "print(math.sqrt(16))"),
        (REMOTE, "print(math.sqrt(25))"),
        (PLAIN, "math.sqrt = math.sqrt.__closure__[0].cell_contents\nprint(math.sqrt(4))"),
        (REMOTE, "print(math.sqrt(4), math.sqrt)"),
    )


def test_patches_made_on_the_worker(pair: Pair) -> None:
    check(
        pair,
        (REMOTE, "import pandas as pd\ndef total(self): return self.sum().sum()\npd.DataFrame.total = total"),
        (PLAIN, "print(pd.DataFrame({'a': [1, 2]}).total(), pd.DataFrame.total is total)"),
        (REMOTE, "print(pd.DataFrame({'a': [1, 2]}).total(), pd.DataFrame.total is total)"),
        (REMOTE, "import numpy as np\nfor n in ('yy', 'zz'): setattr(np, n, 2)\nsetattr(np, 'xx', 1)"),
        (PLAIN, "print(np.xx, np.yy, np.zz)\nimport builtins\nbuiltins.shout = lambda: 'x'.upper()"),
        (REMOTE, "print(shout(), np.xx, np.yy)\ndel np.xx, np.yy, np.zz, builtins.shout, pd.DataFrame.total"),
        (PLAIN, "print(hasattr(np, 'xx'), hasattr(builtins, 'shout'), hasattr(pd.DataFrame, 'total'))"),
        (REMOTE, "print(hasattr(np, 'xx'), hasattr(builtins, 'shout'), hasattr(pd.DataFrame, 'total'))"),
    )


def test_mocks(pair: Pair) -> None:
    check(
        pair,
        (PLAIN, "from unittest import mock\nimport string\np = mock.patch('string.capwords', lambda s: 'mocked ' + s)"),
        (PLAIN, "p.start()\nprint(string.capwords('a'))"),
        (REMOTE, "print(string.capwords('a'))"),
        (REMOTE, "p.stop()\nprint(string.capwords('a'))"),
        (PLAIN, "print(string.capwords('a'))"),
        (REMOTE, "with mock.patch.object(string, 'capwords', return_value=3): print(string.capwords('a'))"),
        (REMOTE, "print(string.capwords('a'))"),
        (PLAIN, "print(string.capwords('a'))"),
    )


def test_registrations(pair: Pair) -> None:
    check(
        pair,
        (PLAIN, "from collections import abc\nclass Row: pass\nabc.Sequence.register(Row)"),
        (REMOTE, "print(issubclass(Row, abc.Sequence), isinstance(Row(), abc.Sequence))"),
        (REMOTE, "class Other: pass\nabc.Sequence.register(Other)\nprint(issubclass(Other, abc.Sequence))"),
        (PLAIN, "print(issubclass(Other, abc.Sequence))"),
        (PLAIN, "import pandas as pd"),
        (
            PLAIN,
            "@pd.api.extensions.register_dataframe_accessor('geo')\nclass Geo:\n"
            "    def __init__(self, df): self.df = df\n    def size(self): return self.df.size",
        ),
        (REMOTE, "print(pd.DataFrame({'a': [1]}).geo.size())"),
        (PLAIN, "del pd.DataFrame.geo"),
    )


def test_a_module_made_by_hand(pair: Pair) -> None:
    check(
        pair,
        (PLAIN, "import sys, types\nm = sys.modules['by_hand'] = types.ModuleType('by_hand')\nm.x = [1]"),
        (REMOTE, "import by_hand\nby_hand.x.append(2)\nby_hand.y = 3\nprint(by_hand.x, m is by_hand)"),
        (PLAIN, "print(m.x, m.y, by_hand is m)\ndel sys.modules['by_hand']"),
    )


def test_the_state_of_a_local_module_goes_both_ways(pair: Pair) -> None:
    check(
        pair,
        (PLAIN, f"open('helper.py', 'w').write({HELPER!r})"),
        (PLAIN, "import helper\nfrom helper import CONFIG, bump as b, STORE\nfirst = helper.STARTED\nhelper.bump()"),
        (REMOTE, "print(helper.get(), helper.STARTED == first)\nrun = helper.RUN"),
        (PLAIN, "print(run == helper.RUN)"),
        (REMOTE, "print(helper.bump(5), helper.counter, helper.items)"),
        (PLAIN, "print(helper.get(), helper.counter, helper.CACHE[6] is helper.items)"),
        (REMOTE, "b(2); CONFIG['a'] = 7; print(helper.get())\nhelper.Registry.note('x')\nhelper.Registry.n"),
        (PLAIN, "print(helper.get(), CONFIG is helper.CONFIG, helper.Registry.seen, helper.Registry.n)"),
        (REMOTE, "print(CONFIG is helper.CONFIG, helper.Registry.seen, STORE is helper.STORE, STORE.add(3))"),
        (REMOTE, "print(helper.remembers(1), helper.counted())"),
        (PLAIN, "print(helper.remembers(2), helper.counted(), helper.remembers.__defaults__)"),
        (REMOTE, "print(helper.remembers(3), helper.counted())"),
        (PLAIN, "print(helper.remembers(4), helper.counted())"),
        (PLAIN, "CONFIG['a'] = 8\nprint(helper.STORE.rows, STORE is helper.STORE)\nhelper.items.append(99)"),
        (PLAIN, "helper.counter = 50; helper.extra = 'e'"),
        (REMOTE, "print(helper.get(), helper.extra, STORE.rows)\ndel helper.extra\nhelper.items = [1]"),
        (PLAIN, "print(helper.get(), hasattr(helper, 'extra'))"),
        (REMOTE, "kept = helper.version\nhelper.version = lambda: ('patched', kept())\nprint(helper.version())"),
        (PLAIN, "print(helper.version())"),
        (REMOTE, "print(helper.version())\nhelper.version = kept"),
        (PLAIN, "print(helper.version(), helper.version is kept)"),
    )


def test_a_module_edited_on_disk_stays_as_it_was_imported(pair: Pair) -> None:
    edit = "s = open('helper.py').read(); _ = open('helper.py', 'w').write(s.replace('return {}', 'return {}'))\n"
    check(
        pair,
        (PLAIN, f"open('helper.py', 'w').write({HELPER!r})"),
        (PLAIN, "import helper, importlib"),
        (PLAIN, edit.format(1, 2) + "print(helper.version())"),
        (REMOTE, "print(helper.version())"),
        (REMOTE, "import helper\nprint(helper.version())"),
        (PLAIN, "f_old = helper.version\nobj = helper.Store()"),
        (REMOTE, "importlib.reload(helper)\nprint(helper.version(), f_old(), isinstance(obj, helper.Store))"),
        (PLAIN, "print(helper.version(), f_old(), isinstance(obj, helper.Store))"),
        (REMOTE, "print(helper.version(), f_old(), isinstance(obj, helper.Store), type(obj).__name__)"),
        (REMOTE, edit.format(2, 3) + "importlib.reload(helper)\nprint(helper.version())"),
        (REMOTE, edit.format(3, 4) + "importlib.reload(helper)\nprint(helper.version())"),
        (PLAIN, "print(helper.version())"),
        (REMOTE, "print(helper.version())"),
    )


def test_a_package_is_edited_and_reloaded_in_parts(pair: Pair) -> None:
    make = """\
    import os
    os.makedirs('pack')
    _ = open('pack/__init__.py', 'w').write('from .core import f\\nNAME = __name__\\n')
    _ = open('pack/core.py', 'w').write('from . import tools\\ndef f(): return tools.g() + 1\\n')
    _ = open('pack/tools.py', 'w').write('def g(): return 10\\n')"""
    edit = "_ = open('pack/tools.py', 'w').write('def g(): return 200\\n')"
    check(
        pair,
        (PLAIN, make),
        (PLAIN, "import pack, importlib"),
        (REMOTE, "print(pack.f(), pack.core.tools.g(), pack.NAME)"),
        (PLAIN, edit),
        (REMOTE, "print(pack.f())"),
        (REMOTE, "importlib.reload(pack.tools)\nprint(pack.f(), pack.core.f())"),
        (PLAIN, "print(pack.f(), pack.core.f())"),
        (REMOTE, "from pack.tools import g\nprint(g())"),
    )


def test_autoreload(pair: Pair) -> None:
    check(
        pair,
        (PLAIN, f"open('helper.py', 'w').write({HELPER!r})"),
        (PLAIN, "%load_ext autoreload\n%autoreload 2\nimport helper\nfrom helper import version\nhelper.bump()"),
        (REMOTE, "print(helper.version(), version(), helper.counter)"),
        (PLAIN, "s = open('helper.py').read(); _ = open('helper.py', 'w').write(s.replace('return 1', 'return 22'))"),
        (REMOTE, "print(helper.version(), version(), helper.counter)"),
        (PLAIN, "print(helper.version(), version(), helper.counter)\n%autoreload 0"),
    )


def test_imports_in_a_cell(pair: Pair) -> None:
    check(
        pair,
        (REMOTE, "%%writefile m2.py\nprint('m2 loads')\nX = [1]\ndef f(): return X"),
        (REMOTE, "import m2\nm2.X.append(2)\nprint(m2.f())"),
        (PLAIN, "print(m2.f(), m2.X)"),
        (REMOTE, "def g():\n    import m2 as q\n    q.X.append(3)\n    return q.f()\ng()"),
        (PLAIN, "print(m2.X)\nopen('m3.py', 'w').write('print(\"m3 loads\")\\nY = 4')"),
        (PLAIN, "import importlib; importlib.invalidate_caches()\ndef h():\n    import m3\n    return m3.Y"),
        (REMOTE, "h()"),
        (PLAIN, "print('m3' in sys.modules, h())"),
        (REMOTE, "print('m3' in sys.modules, h())"),
        (REMOTE, "del sys.modules['m3']\nimport m3\nm3.Y"),
        (PLAIN, "print(m3 is sys.modules['m3'])\ndel sys.modules['m3']"),
        (REMOTE, "print('m3' in sys.modules, m3.Y)"),
    )


def test_what_a_module_logs_at_its_import_is_said_once(pair: Pair) -> None:
    check(
        pair,
        (PLAIN, "from pathlib import Path\nimport logging\nlogging.basicConfig(format='%(message)s')"),
        (PLAIN, "Path(here, 'says.py').write_text('import logging\\nlogging.warning(\"first\")\\nprint(2)')"),
        (REMOTE, "import says"),
        (PLAIN, "logging.warning('third')"),
        (REMOTE, "import importlib\nimportlib.reload(says) is says"),
        (PLAIN, "logging.root.handlers.clear()"),
    )


def test_folders_archives_and_namespace_packages(pair: Pair) -> None:
    make = """\
    import os, zipfile
    os.makedirs('lib/spaced'); os.makedirs('other/spaced')
    _ = open('lib/spaced/one.py', 'w').write('ONE = 1\\n')
    _ = open('other/spaced/two.py', 'w').write('TWO = 2\\n')
    with zipfile.ZipFile('lib.zip', 'w') as z: z.writestr('zipped.py', 'Z = [3]\\n')"""
    check(
        pair,
        (PLAIN, make),
        (REMOTE, "sys.path[:0] = [here + '/lib', here + '/other', here + '/lib.zip']"),
        (REMOTE, "import spaced.one\nfrom spaced.two import TWO\nimport zipped\nprint(spaced.one.ONE, TWO, zipped.Z)"),
        (PLAIN, "print(spaced.one.ONE, TWO, zipped.Z)\nzipped.Z.append(4)"),
        (REMOTE, "print(zipped.Z, spaced.one.ONE)"),
    )


def test_settings_of_the_interpreter(pair: Pair) -> None:
    check(
        pair,
        (PLAIN, "import gc, socket, signal, copyreg, time, os\ngc.disable(); socket.setdefaulttimeout(3)"),
        (PLAIN, "def on_alarm(number, frame): print('alarm', number)\n_ = signal.signal(signal.SIGALRM, on_alarm)"),
        (REMOTE, "print(gc.isenabled(), socket.getdefaulttimeout())\nsignal.alarm(1)\nsignal.pause()"),
        (REMOTE, "gc.enable(); socket.setdefaulttimeout(None)\nos.environ['TZ'] = 'Asia/Tokyo'; time.tzset()"),
        (PLAIN, "print(gc.isenabled(), socket.getdefaulttimeout(), time.tzname)"),
        (REMOTE, "print(time.tzname)\ndel os.environ['TZ']; time.tzset()\nprint(time.tzname)"),
        (PLAIN, "print(time.tzname); _ = signal.signal(signal.SIGALRM, signal.SIG_DFL)"),
        (PLAIN, "import sys\nargv = list(sys.argv)"),
        (REMOTE, "print(sys.argv == argv)\nsys.argv = ['prog', '--fast']"),
        (PLAIN, "print(sys.argv)\nsys.argv = argv"),
    )


def test_two_kernels_on_one_warm_worker(pair: Pair, tmp_path: Path) -> None:
    """What one kernel patches and imports is not seen by the other's cells."""
    other = Kernel()
    try:
        for kernel, name in ((pair.remote, "a"), (other, "b")):
            folder = tmp_path / name
            folder.mkdir()
            (folder / "helper.py").write_text(
                f"print('loading')\nWHO = {name!r}\nn = 0\ndef bump():\n    global n; n += 1\n"
            )
            see(kernel, f"import sys, string\nsys.path.insert(0, {str(folder)!r})\n%cd -q {folder}")
        run = {
            name: lambda code, kernel=kernel: see(kernel, FIRST_LINE + code).outputs
            for name, kernel in (("a", pair.remote), ("b", other))
        }
        for _ in range(2):  # both workers become warm with both
            assert run["a"]("string.mark = 'a'\nprint(string.mark)") == [("stdout", "a\n")]
            assert run["b"]("print(hasattr(string, 'mark'))") == [("stdout", "False\n")]
        assert run["a"]("import helper\nhelper.bump()\nprint(helper.WHO, helper.n)") == [("stdout", "loading\na 1\n")]
        assert run["b"]("import helper\nprint(helper.WHO, helper.n)") == [("stdout", "loading\nb 0\n")]
        for n in (2, 3, 4):
            assert run["a"]("helper.bump()\nprint(helper.WHO, helper.n)") == [("stdout", f"a {n}\n")]
            assert run["b"]("print(helper.WHO, helper.n)") == [("stdout", "b 0\n")]
        see(pair.remote, "del string.mark")
    finally:
        other.close()
