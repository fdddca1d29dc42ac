"""What libraries remember elsewhere than in variables: filters of warnings, figures, what has begun to draw."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.kernels import Kernel
from tests.integration.pairs import FIRST_LINE, Pair
from tests.integration.shared import shared_folders  # noqa: F401 - a fixture

FILTERS = (
    "both: import warnings as w; [(a, m and m.pattern, c.__name__, n) for a, m, c, _, n in w.filters], 'numpy' in "
    "w.sys.modules"
)
WARM = "import numpy, pandas, scipy.sparse, sklearn.svm, seaborn, matplotlib.pyplot as plt\nplt.figure(); plt.close()"
PLT = "import matplotlib.pyplot as plt"
WARNED = "import warnings\nwith warnings.catch_warnings(record=True) as found:\n    warnings.simplefilter('always')\n"
CASES: dict[str, tuple[str, ...]] = {
    "one library": ("import numpy as np", FILTERS, "import scipy.sparse as sp", FILTERS),
    "libraries": ("import matplotlib.pyplot as plt\nimport pandas as pd\nimport seaborn as sns", FILTERS),
    "own filter first": ("import warnings\nwarnings.filterwarnings('ignore')\nimport seaborn as sns", FILTERS),
    "own filter last": ("import numpy as np\nimport warnings\nwarnings.simplefilter('error')\nimport sklearn.svm",
                        FILTERS),
    "inside a function": ("def f():\n    import numpy as np\n    return 1", FILTERS, "f()", FILTERS),
    "not by the cell": ("%precision 3\n3.14159", FILTERS, "2 / 3"),
    "figures": (
        PLT, "both: plt.isinteractive()", "fig, ax = plt.subplots()\nplt.close(fig)\n3", "both: plt.isinteractive()",
        # shown before it is drawn
        "plt.plot([1]); plt.xlabel('below')",
        "fig, ax = plt.subplots()\nax.set(xlabel='below', ylabel='beside')",
        "{'a': [plt.title('above')], 'b': 1}", "both: ax.xaxis.label", "ax.title",
        # reopened
        "fig, ax = plt.subplots(figsize=(3, 2))\nline, = ax.plot([1, 3, 2])", "fig",
        "ax.plot([0, 2], [1, 2.9], 'k--')\nfig.set_size_inches(4, 2)\nfig", "both: fig",
        "ax.clear()\nax.barh(['a', 'b'], [2, 1])\nfig", "line.set_ydata([1, 1, 1])\nfig",
    ),
    "registered": (
        "import pandas as pd\n@pd.api.extensions.register_series_accessor('geo')\nclass Geo:\n"
        "    def __init__(self, data): self.data = data\n    def first(self): return self.data.iloc[0]",
        "both: import pandas as pd; pd.Series([7]).geo.first()", "pd.Series([8]).geo.first()",
        "both: @pd.api.extensions.register_dataframe_accessor('plain')\nclass Plain(Geo): pass",
        "pd.DataFrame([9]).plain.first()[0], 'geo' in pd.Series._accessors",
        "import matplotlib as mpl\nfrom matplotlib.colors import ListedColormap\n"
        "mpl.colormaps.register(ListedColormap(['red'], name='mine'))",
        "both: import matplotlib as mpl; mpl.colormaps['mine'](0)", "mpl.colormaps['mine'](0)",
        "both: mpl.colormaps.unregister('mine')", "'mine' in mpl.colormaps",
        "import calendar, multiprocessing as mp\ncalendar.setfirstweekday(6); mp.set_start_method('spawn')",
        "both: calendar.firstweekday(), mp.get_start_method()", "calendar.firstweekday(), mp.get_start_method()",
    ),
    "what libraries call": (
        "both: import codecs, logging, sys, numpy as np, pandas as pd\nBEFORE, DIGITS = '> ', 1\n"
        "class Marked(logging.Formatter):\n    def format(self, record): return BEFORE + record.getMessage()\n"
        "handler = logging.StreamHandler(sys.stdout); handler.setFormatter(Marked())\n"
        "logging.getLogger('mine').addHandler(handler); logging.getLogger('mine').propagate = False\n"
        "def oops(kind, flag): print(BEFORE, kind)\nnp.seterrcall(oops); np.seterr(all='call')\n"
        "pd.options.display.float_format = lambda number: f'{number:.{DIGITS}f}'",
        "import logging as lg\nlg.getLogger('mine').warning('hello')", "import numpy\nnumpy.float64(1) / 0",
        "import pandas\npandas.DataFrame({'a': [1.23]})",
        "def lookup(name):\n    return codecs.lookup('utf-8') if name == DIGITS * 'mine' else None\n"
        "codecs.register(lookup)",
        "b'a'.decode('mine')", "both: b'b'.decode('mine')",
    ),
    "parts of frames": (
        "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2, 3]})\npart = df[df['a'] > 1]",
        f"{WARNED}    part['b'] = 0", "both: len(found)", "both: other = df[df['a'] > 2]",
        f"{WARNED}    other['b'] = 0\nlen(found)",
        "both: del df, other", f"{WARNED}    part['c'] = 1\nlen(found)", f"both: {WARNED}    part['d'] = 1",
        "len(found)",
    ),
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def warm(folders: object) -> None:
    """Workers that have loaded everything for another notebook."""
    kernel = Kernel()
    assert not kernel.run(FIRST_LINE + WARM).error
    kernel.close()


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Both with an empty history."""
    made = Pair()
    yield made
    made.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_it_is_as_in_a_plain_kernel(pair: Pair, name: str) -> None:
    pair.check(CASES[name])
