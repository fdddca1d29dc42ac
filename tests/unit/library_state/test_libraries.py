"""Each state is None after the import, says what was changed, and makes it so again in the form that is sent."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.unit.library_state.processes import run

# by name of the state: how to import the library, to change the state, and to see it
STATES = {
    "recursion limit": ("", "sys.setrecursionlimit(4321)", "sys.getrecursionlimit()"),
    "numpy print options": (
        "import numpy as np",
        "np.set_printoptions(precision=3, formatter={'int': hex})",
        "str(np.array([1.23456])), str(np.array([255]))",
    ),
    "numpy error handling": (
        "import numpy as np",
        "np.seterr(divide='call'); np.seterrcall(print); np.setbufsize(16384)",
        "np.geterr(), np.geterrcall(), np.getbufsize()",
    ),
    "pandas options": (
        "import pandas as pd; put('pandas options', None)",
        "pd.set_option('display.precision', 2, 'compute.use_numexpr', False, 'styler.format.decimal', ',')",
        "pd.get_option('display.precision'), pd.get_option('compute.use_numexpr'), pd.DataFrame([1.2345]).to_string()",
    ),
    "pandas accessors": (
        "import pandas as pd",
        "class Geo:\n    pass\npd.api.extensions.register_series_accessor('geo')(Geo)",
        "hasattr(pd.Series, 'geo'), 'geo' in pd.Series._accessors, hasattr(pd.DataFrame, 'geo')",
    ),
    "progress bars of pandas": (
        "import pandas as pd, tqdm",
        "tqdm.tqdm.pandas(desc='rows')",
        "hasattr(pd.DataFrame, 'progress_apply'), hasattr(pd.DataFrame([1]).rolling(1), 'progress_apply'), "
        "hasattr(pd.Series([1]).groupby([1]), 'progress_map')",
    ),
    "matplotlib parameters": (
        "import matplotlib as mpl, matplotlib.style",
        "mpl.rcParams['lines.linewidth'] = 7; mpl.rcParams['font.serif'].append('Mine'); mpl.style.use('ggplot')",
        "mpl.rcParams['lines.linewidth'], mpl.rcParams['font.serif'][-1], str(mpl.rcParams['axes.prop_cycle'])",
    ),
    "matplotlib colour letters": (
        "import matplotlib.colors as c, seaborn as sns",
        "sns.set_color_codes('bright')",
        "c.to_rgb('b'), c.to_rgb('w')",
    ),
    "colour maps": (
        "import matplotlib as mpl, matplotlib.cm, matplotlib.colors as c, seaborn as sns",
        "mpl.colormaps.register(c.ListedColormap(['red', 'blue'], name='mine'))",
        "'mine' in mpl.colormaps and mpl.colormaps['mine'](0), 'rocket' in mpl.colormaps",
    ),
    "matplotlib backend": (
        "import matplotlib, os; os.environ['MPLBACKEND'] = ''",
        "matplotlib.use('svg')",
        "matplotlib.rcParams._get_backend_or_none() == 'svg'",
    ),
    "scikit-learn configuration": (
        "import sklearn",
        "sklearn.set_config(display='text', assume_finite=True)",
        "sklearn.get_config()",
    ),
    "decimal context": (
        "import decimal",
        "c = decimal.getcontext(); c.prec = 4; c.rounding = 'ROUND_UP'; c.traps[decimal.Inexact] = True",
        "str(decimal.getcontext())",
    ),
    "csv limits and dialects": (
        "import csv",
        "csv.field_size_limit(99); csv.register_dialect('semi', delimiter=';', quoting=csv.QUOTE_ALL)",
        "csv.field_size_limit(), csv.list_dialects(), "
        "csv.get_dialect('semi').delimiter if 'semi' in csv.list_dialects() else ''",
    ),
    "first day of the week": ("import calendar", "calendar.setfirstweekday(6)", "calendar.month(2026, 11)"),
    "XML namespaces": (
        "import xml.etree.ElementTree as ET",
        "ET.register_namespace('mine', 'http://there')",
        "ET.tostring(ET.Element('{http://there}a'))",
    ),
    "start of processes": (
        "import multiprocessing.context, multiprocessing",
        "multiprocessing.set_start_method('spawn')",
        "multiprocessing.get_context().get_start_method(allow_none=True)",
    ),
    "locale": ("import locale", "locale.setlocale(locale.LC_TIME, 'C.UTF-8')", "locale.setlocale(locale.LC_ALL)"),
    "warnings display": (
        "import warnings",
        "warnings.showwarning = print; warnings.formatwarning = repr",
        "warnings.showwarning is print, warnings.formatwarning is repr",
    ),
    "torch modes": (
        "import torch",
        "torch.set_default_dtype(torch.float64); torch.set_grad_enabled(False)",
        "torch.ones(1).dtype, torch.is_grad_enabled()",
    ),
    "torch hooks": (
        "import torch",
        "torch.nn.Linear(1, 1).register_forward_hook(print)",
        "torch.utils.hooks.RemovableHandle.next_id",
    ),
    "torch print options": ("import torch", "torch.set_printoptions(precision=1)", "str(torch.tensor([1.234]))"),
}
STEPS = """
{begin}
def see():
    return repr(({look}))
assert get({name!r}) is None, get({name!r})
fresh = see()
{change}
changed, value = see(), sent({name!r})
assert changed != fresh, changed
put({name!r}, None)
assert see() == fresh, see()
assert get({name!r}) is None
put({name!r}, value)
assert see() == changed, see()
assert get({name!r}) == value
put({name!r}, None)
assert see() == fresh, see()
"""


def test_states_of_the_interpreter_and_its_library_go_and_come() -> None:
    own = [name for name, (begin, *_) in STATES.items() if find(begin) in sys.stdlib_module_names | {""}]
    assert len(own) > 4
    run("".join(steps(name) for name in own))


@pytest.mark.parametrize(
    "library", ["numpy", "pandas", "matplotlib", "sklearn", pytest.param("torch", marks=pytest.mark.slow)]
)
def test_states_of_a_library_go_and_come(library: str) -> None:
    if find_spec(library) is None:
        pytest.skip(f"{library} is not installed")
    names = [name for name, (begin, *_) in STATES.items() if find(begin).partition(".")[0] == library]
    assert names
    run("".join(steps(name) for name in names))


def find(begin: str) -> str:
    """The library that is imported first."""
    return begin.removeprefix("import ").split(" ")[0].rstrip(",;")


def steps(name: str) -> str:
    begin, change, look = STATES[name]
    return STEPS.format(begin=begin, change=change, look=look, name=name)


@pytest.mark.parametrize(
    ("name", "begin", "seed", "draw"),
    [
        ("random", "import random", "random.seed(3); random.gauss(0, 1)", "random.random(), random.gauss(0, 1)"),
        (
            "numpy.random",
            "import numpy as np, numpy.random",
            "np.random.seed(3); np.random.randn()",
            "np.random.randn(), np.random.rand()",
        ),
        (
            "numpy.random",
            "import numpy as np, numpy.random",
            "np.random.set_bit_generator(np.random.PCG64(5))",
            "np.random.randn(), np.random.rand()",
        ),
        pytest.param(
            *("torch generator", "import torch", "torch.manual_seed(3)", "torch.rand(2).tolist()"),
            marks=pytest.mark.slow,
        ),
    ],
)
def test_a_generator_goes_on_where_it_was(name: str, begin: str, seed: str, draw: str) -> None:
    if "torch" in begin and find_spec("torch") is None:
        pytest.skip("torch is not installed")
    run(
        f"{begin}\n{seed}\nvalue = sent({name!r})\nexpected = [({draw}) for _ in range(3)]\n"
        f"put({name!r}, None)\nassert [({draw}) for _ in range(3)] != expected\n"
        f"put({name!r}, value)\nassert [({draw}) for _ in range(3)] == expected\n"
    )


def test_a_list_of_matplotlib_changed_in_place_does_not_change_what_is_fresh() -> None:
    run(
        "import matplotlib as mpl\n"
        "before = list(mpl.rcParams['font.serif'])\n"
        "mpl.rcParams['font.serif'].insert(0, 'Mine')\n"
        "assert get('matplotlib parameters') == {'font.serif': ['Mine', *before]}\n"
        "put('matplotlib parameters', None)\n"
        "assert mpl.rcParams['font.serif'] == before\n"
    )


def test_parameters_of_the_users_own_file_are_what_an_import_gives(tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_text("lines.linewidth: 9\n")
    run(
        "import os, matplotlib as mpl\n"
        "assert get('matplotlib parameters') is None and mpl.rcParams['lines.linewidth'] == 9\n"
        "put('matplotlib parameters', {'lines.linewidth': 2.0})\n"
        "assert mpl.rcParams['lines.linewidth'] == 2\n"
        "put('matplotlib parameters', None)\n"
        "assert mpl.rcParams['lines.linewidth'] == 9\n"
        "os.chdir('/')\n"
        "assert get('matplotlib parameters') == {'lines.linewidth': 9.0}\n",
        tmp_path,
    )


def test_pandas_in_a_worker_is_as_in_a_kernel() -> None:
    """Without a kernel it takes itself to be in a terminal, and chooses another width."""
    run(
        "import pandas as pd\nfound = get('pandas options')\nassert found.pop('display.max_columns') == 0\n"
        "assert not found or {name: text.lower() for name, text in found.items()} == {'display.encoding': 'utf-8'}\n"
        "put('pandas options', None)\nassert pd.get_option('display.max_columns') == 20\n"
        "assert get('pandas options') is None\n"
    )


def test_figures_keep_their_numbers_and_the_current_one() -> None:
    run(
        "import matplotlib; matplotlib.use('agg'); import matplotlib.pyplot as plt\n"
        "from cellburst.library_state.pyplot import unannounced\n"
        "assert get('pyplot figures') is None\n"
        "first, second = plt.figure(4), plt.figure(2)\n"
        "value = get('pyplot figures')\nwith unannounced():\n    value = pickle.loads(pickle.dumps(value))\n"
        "assert plt.get_fignums() == [2, 4]\n"
        "put('pyplot figures', None)\nassert plt.get_fignums() == []\n"
        "put('pyplot figures', value)\n"
        "assert plt.get_fignums() == [2, 4] and plt.gcf().number == 2 and plt.gcf() is value[1][1]\n"
        "plt.figure(4)\nassert get('pyplot figures')[-1][0] == 4\n"
    )


def test_transforms_of_a_changed_figure_are_computed_again() -> None:
    run(
        "import matplotlib\nmatplotlib.use('agg')\nfrom matplotlib.figure import Figure\n"
        "from cellburst.library_state.transforms import compute_again\n"
        "figure = Figure(figsize=(3, 2), dpi=100)\nassert figure.bbox.width == 300\n"
        "figure.bbox_inches._points[1] = 4, 2\nassert figure.bbox.width == 300\n"
        "compute_again([figure, figure.bbox_inches])\nassert figure.bbox.width == 400\n"
    )
