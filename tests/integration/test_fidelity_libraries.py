"""What libraries remember elsewhere than in variables: filters of warnings, figures, what has begun to draw."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.kernels import Kernel
from tests.integration.pairs import FIRST_LINE, Pair
from tests.integration.shared import shared_places  # noqa: F401 - a fixture

FILTERS = (
    "both: import warnings as w; [(a, m and m.pattern, c.__name__, n) for a, m, c, _, n in w.filters], 'numpy' in "
    "w.sys.modules"
)
WARM = "import numpy, pandas, scipy.sparse, sklearn.svm, seaborn, matplotlib.pyplot as plt\nplt.figure(); plt.close()"
PLT = "import matplotlib.pyplot as plt"
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
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def warm(places: object) -> None:
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
