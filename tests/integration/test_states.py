"""The state of libraries goes with a cell and comes back: whichever of two cells runs remotely, both see the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cellburst.paths import Folders
from tests.integration.kernels import Kernel

REMOTE = "%%remote local --quiet\n"

# by name: a cell that sets something, and one that shows it; the second also runs after a reset of the first
PAIRS = {
    "random": ("import random; random.seed(7); random.gauss(0, 1)", "print(random.random(), random.gauss(0, 1))"),
    "numpy.random": ("import numpy as np; np.random.seed(7)", "print(np.random.rand(2), np.random.randn())"),
    "numpy options": (
        "import numpy as np; np.set_printoptions(precision=2, suppress=True)",
        "print(np.array([1.23456]), np.get_printoptions()['suppress'])",
    ),
    "numpy errors": (
        "import numpy as np; old = np.seterr(divide='raise', over='ignore')",
        "print(np.geterr())",
    ),
    "pandas options": (
        "import pandas as pd; pd.set_option('display.max_rows', 7, 'display.float_format', '{:.1f}'.format)",
        "print(pd.DataFrame({'a': [1.25] * 9}), pd.get_option('display.max_columns'))",
    ),
    "matplotlib": (
        "import matplotlib.pyplot as plt\nplt.style.use('ggplot')\nplt.rcParams['font.sans-serif'].insert(0, 'Mine')",
        "print(plt.rcParams['axes.facecolor'], plt.rcParams['font.sans-serif'][:2], plt.rcParams['axes.prop_cycle'])",
    ),
    "seaborn": (
        "import seaborn as sns; sns.set_theme(style='whitegrid', palette='pastel', color_codes=True)",
        "import matplotlib as mpl; print(mpl.colors.to_rgb('b'), mpl.rcParams['axes.grid'], sns.color_palette()[0])",
    ),
    "scikit-learn": (
        "import sklearn; sklearn.set_config(transform_output='pandas')",
        "print(sklearn.get_config()['transform_output'])",
    ),
    "filters": (
        "import warnings; warnings.filterwarnings('error', message='mind', category=UserWarning)",
        "try:\n    warnings.warn('mind the step')\nexcept UserWarning as error:\n    print('raised', error)",
    ),
    "decimal": (
        "import decimal; decimal.getcontext().prec = 5; decimal.getcontext().traps[decimal.Inexact] = False",
        "print(decimal.Decimal(1) / 3, decimal.getcontext())",
    ),
    "locale": (
        "import locale; locale.setlocale(locale.LC_NUMERIC, 'C.UTF-8')",
        "print(locale.setlocale(locale.LC_NUMERIC), locale.setlocale(locale.LC_TIME))",
    ),
    "logging levels": (
        "import logging\nlog = logging.getLogger('study.part')\nlog.setLevel(10)\nlog.propagate = False\n"
        "logging.disable(5)\nlogging.addLevelName(25, 'NEWS')",
        "print(log.level, log.propagate, logging.root.manager.disable, logging.getLevelName(25))",
    ),
    "logging to a stream": (
        "import logging, sys\nlogging.basicConfig(stream=sys.stdout, level='INFO', format='%(levelname)s-%(message)s')",
        "logging.info('said')\nprint(len(logging.root.handlers))",
    ),
    "logging into a list": (
        "import logging\nclass Keeper(logging.Handler):\n    def __init__(self):\n        super().__init__()\n"
        "        self.kept = []\n        self.count = 0\n    def emit(self, record):\n"
        "        self.kept.append(record.getMessage())\n        self.count += 1\n"
        "log = logging.getLogger('kept')\nlog.setLevel(20)\nlog.addHandler(Keeper())\nlog.info('one')",
        "log.info('two')\nlog.handlers[0].filters.append(lambda record: True)\n"
        "print(log.handlers[0].kept, log.handlers[0].count, len(log.handlers))",
    ),
    "working directory": ("import os; os.makedirs('below', exist_ok=True); os.chdir('below')", "print(os.getcwd())"),
    "module path": (
        "import sys; sys.path.insert(0, 'beside'); sys.path.append('/nowhere')",
        "print(sys.path[0], sys.path[-1], '' in sys.path)",
    ),
    "environment": (
        "import os; os.environ['STATE_TEST'] = 'x=1'; del os.environ['LANGUAGE_OF_TEST']",
        "print(os.environ.get('STATE_TEST'), os.environ.get('LANGUAGE_OF_TEST'))",
    ),
    "limits": (
        "import sys; sys.setrecursionlimit(3456)",
        "print(sys.getrecursionlimit())",
    ),
    "csv": ("import csv; csv.field_size_limit(200_000)", "print(csv.field_size_limit())"),
    "figures": (
        "import matplotlib\nmatplotlib.use('agg')\nimport matplotlib.pyplot as plt\n"
        "plt.figure(3); plt.plot([1, 2]); plt.figure(7, label='last'); plt.title('seven')",
        "plt.xlabel('x'); ax = plt.gca()\nprint(plt.get_fignums(), plt.gcf().number, ax.get_title(), ax.get_xlabel(), "
        "len(plt.figure(3).axes[0].lines), matplotlib.get_backend())",
    ),
}


@pytest.fixture
def fresh(folders: object) -> Iterator[Kernel]:
    kernel = Kernel()
    yield kernel
    kernel.close()


def said(kernel: Kernel, code: str) -> tuple[str, str]:
    found = kernel.run(code)
    assert not found.error, found.traceback
    return found.stdout, found.stderr


@pytest.mark.parametrize("name", PAIRS)
def test_what_one_cell_sets_another_finds(name: str, fresh: Kernel, tmp_path: Path) -> None:
    change, look = PAIRS[name]
    prepare = f"import os\nos.chdir({str(tmp_path)!r})\nos.environ['LANGUAGE_OF_TEST'] = 'en'"
    said(fresh, prepare)
    said(fresh, change)
    plain = said(fresh, look)
    for order in ("rl", "lr", "rr"):
        kernel = Kernel()
        try:
            said(kernel, prepare)
            said(kernel, REMOTE * (order[0] == "r") + change)
            assert said(kernel, REMOTE * (order[1] == "r") + look) == plain, order
            if order == "lr":
                again = said(kernel, look)
                assert said(fresh, look) == again
        finally:
            kernel.close()


SHARED = """
import os, logging, warnings, numpy as np, pandas as pd, matplotlib.pyplot as plt, decimal, sys, random
def see():
    print(np.get_printoptions()['precision'], np.geterr()['divide'], pd.get_option('display.max_rows'), sys.path[-1])
    print(plt.rcParams['lines.linewidth'], decimal.getcontext().prec, os.getcwd(), os.environ.get('LEAK'))
    print(logging.root.level, len(logging.root.handlers), sys.getrecursionlimit(), warnings.filters[0][0])
"""
SPOIL = """
np.set_printoptions(precision=1); np.seterr(divide='raise'); pd.set_option('display.max_rows', 3)
plt.rcParams['lines.linewidth'] = 9; decimal.getcontext().prec = 3; os.chdir('/'); os.environ['LEAK'] = 'yes'
logging.basicConfig(level=5); sys.setrecursionlimit(2000); warnings.simplefilter('error'); sys.path.append('/leak')
random.seed(0); np.random.seed(0)
"""


@pytest.fixture
def one_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELLBURST_WORKERS", "1")


@pytest.mark.usefixtures("one_worker")
def test_two_kernels_that_take_turns_on_one_worker_see_nothing_of_each_other(fresh: Kernel) -> None:
    other = Kernel()
    try:
        for kernel in (fresh, other):
            said(kernel, SHARED)
        calm = said(other, "see()")
        said(fresh, REMOTE + SPOIL)
        spoilt = said(fresh, "see()")
        assert spoilt != calm
        for _ in range(2):
            assert said(other, REMOTE + "see()") == calm
            assert said(fresh, REMOTE + "see()") == spoilt
        drawn = {said(kernel, REMOTE + "print(random.random(), np.random.rand())") for kernel in (fresh, other)}
        assert len(drawn) == 2
    finally:
        other.close()


def test_a_cell_that_fails_leaves_what_it_had_set(fresh: Kernel) -> None:
    said(fresh, SHARED)
    assert fresh.run(REMOTE + SPOIL + "1 / 0").error["ename"] == "ZeroDivisionError"
    assert said(fresh, "see()")[0].startswith("1 raise 3 /leak\n9.0 3 / yes\n5 1 2000 error")


def test_the_values_of_variables_are_on_no_disk(fresh: Kernel, tmp_path: Path, folders: Folders) -> None:
    there, back = "".join(reversed("ereht-terces")), "".join(reversed("kcab-terces"))
    said(fresh, "import os; os.environ['THERE'] = ''.join(reversed('ereht-terces'))")
    cell = "print(len(os.environ['THERE'])); os.environ['BACK'] = ''.join(reversed('kcab-terces'))"
    assert said(fresh, REMOTE + cell) == ("12\n", "")
    assert said(fresh, "print(os.environ['BACK'])")[0].strip() == back
    files = [path for path in folders.data.rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if there.encode() in path.read_bytes() or back.encode() in path.read_bytes()] == []


def test_tasks_and_functions_find_the_notebooks_state(fresh: Kernel) -> None:
    said(fresh, "import numpy as np, os; np.set_printoptions(precision=2); os.environ['WORD'] = 'here'")
    task = "import numpy as np, os\nfound = str(np.array([1.23456])), os.environ['WORD']\n"
    spoil = "np.set_printoptions(precision=5)\nfound"
    said(fresh, f"%%remote local --quiet -p i=[1,2,3] --into table\nimport time; time.sleep(0.01)\n{task}{spoil}")
    assert said(fresh, "print({table[i] for i in range(3)})")[0] == "{('[1.23]', 'here')}\n"
    indented = task.replace("\n", "\n    ")
    said(fresh, f"import cellburst\ndef look():\n    {indented}return found\nfound = cellburst.submit(look).result()")
    assert said(fresh, "print(found)")[0] == "('[1.23]', 'here')\n"


def test_figures_stay_the_objects_that_they_are(fresh: Kernel) -> None:
    said(
        fresh,
        "import matplotlib\nmatplotlib.use('agg')\nimport matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nNone",
    )
    said(fresh, REMOTE + "plt.xlabel('far')\nplt.plot([1, 2])\nNone")
    look = "print(ax.get_xlabel(), len(ax.lines), plt.gcf() is fig, plt.gca() is ax, plt.get_fignums())"
    assert said(fresh, look)[0] == "far 1 True True [1]\n"
    said(fresh, REMOTE + "plt.close('all')")
    assert said(fresh, look.replace("plt.gcf() is fig, plt.gca() is ax, ", ""))[0] == "far 1 []\n"


def test_warnings_are_shown_once_over_all_cells(fresh: Kernel, tmp_path: Path) -> None:
    """A module's own place, for IPython makes Python forget what was shown in the cells."""
    (tmp_path / "loud.py").write_text("import warnings\ndef say(): warnings.warn('mind the step', stacklevel=1)\n")
    once = f"import sys, warnings\nsys.path.insert(0, {str(tmp_path)!r})\nimport loud\nwarnings.simplefilter('once')\n"
    plain = Kernel()
    try:
        for cell in (once + "loud.say()", "loud.say()", "loud.say()", "warnings.simplefilter('always'); loud.say()"):
            there = said(fresh, REMOTE + cell)[1]
            assert there == said(plain, "#\n" + cell)[1]
            assert said(fresh, "loud.say()")[1] == said(plain, "loud.say()")[1]
    finally:
        plain.close()


def test_a_state_of_the_notebooks_own(fresh: Kernel) -> None:
    said(
        fresh,
        "import cellburst, colorsys\ndef read(): return getattr(colorsys, 'mine', None)\n"
        "def write(value): colorsys.mine = value\ncellburst.register_state('mine', read, write, module='colorsys')",
    )
    said(fresh, "colorsys.mine = [1]")
    assert said(fresh, REMOTE + "import colorsys\nprint(colorsys.mine)\ncolorsys.mine.append(2)") == ("[1]\n", "")
    assert said(fresh, "print(colorsys.mine)")[0] == "[1, 2]\n"
    said(fresh, "def read(): raise ValueError('no such luck')\ncellburst.register_state('mine', read, write)")
    out, err = said(fresh, REMOTE + "print('goes on')")
    assert out == "goes on\n"
    assert "the state mine" in err
    assert "no such luck" in err
    said(fresh, "def read(): return open('/dev/null')\ncellburst.register_state('mine', read, write)")
    out, err = said(fresh, REMOTE + "print('goes on')")
    assert out == "goes on\n"
    assert "the state mine" in err
    assert "open file" in err


def test_a_state_of_a_library(fresh: Kernel, tmp_path: Path) -> None:
    (tmp_path / "measures.py").write_text(
        "import cellburst\nunits = ['si']\ndef use(found):\n    units[:] = [found or 'si']\n"
        "cellburst.register_state('units', lambda: None if units == ['si'] else units[0], use)\n"
    )
    said(fresh, f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\nimport measures\nmeasures.use('cgs')")
    assert said(fresh, REMOTE + "print(measures.units)\nmeasures.use('imperial')") == ("['cgs']\n", "")
    assert said(fresh, "print(measures.units)")[0] == "['imperial']\n"


def test_variables_that_were_not_stored_are_asked_for(fresh: Kernel) -> None:
    said(fresh, "import os; os.environ['TOKEN'] = 'abc'")
    said(fresh, "%%remote local --quiet --detach --into run\nimport os\n1 / 0")
    said(fresh, "run.wait(30)\nrun.retry()\nrun.wait(30)")
    assert said(fresh, "print(type(run.error).__name__)")[0] == "ZeroDivisionError\n"
    other = "import cellburst\nrun = cellburst.attach('{}')\nrun.retry()\nrun.wait(30)\nprint(run.error)"
    stranger = Kernel()
    try:
        run_id = said(fresh, "print(run.id)")[0].strip()
        assert "TOKEN" in said(stranger, other.format(run_id))[0]
    finally:
        stranger.close()


def test_submodules_that_a_cell_has_imported_are_there(fresh: Kernel) -> None:
    said(fresh, REMOTE + "import xml.dom.minidom\ndef inner():\n    import json.tool")
    said(fresh, "xml.dom.minidom.parseString('<a/>')")
    assert said(fresh, "import sys; print('json.tool' in sys.modules)")[0] == "False\n"


def test_what_only_a_worker_has_loaded_stays_there(fresh: Kernel) -> None:
    said(fresh, REMOTE + "import numpy as np\nnp.random.rand()")
    other = Kernel()
    try:
        look = "import sys, warnings; print('numpy' in sys.modules, len(warnings.filters))"
        before = other.run(look).stdout
        assert not other.run(REMOTE + "a = 1").error
        assert other.run(look).stdout == before
    finally:
        other.close()
