"""What a remote cell prints, displays and draws is what a plain kernel shows, in the same order."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.pairs import Pair
from tests.integration.shared import shared_folders  # noqa: F401 - a fixture

CASES: dict[str, tuple[str, ...]] = {
    "order": ("import sys\nprint('a'); print('b', file=sys.stderr); print('c'); display(1); print('d')",
              "print('a', file=sys.stderr, flush=True); print(1, flush=True)\nprint(2, file=sys.stderr); print(3)"),
    "streams": ("import sys\nsys.stdout.isatty(), sys.stdout.encoding, type(sys.stdout)", "sys.stdout.write('abc\\n')",
                "sys.stdout.buffer", "sys.stdout.line_buffering", "sys.stdout.write(b'x')", "sys.stdout"),
    "redirected": ("import contextlib, io\nb = io.StringIO()\nwith contextlib.redirect_stdout(b): print(1)",
                   "b.getvalue()",
                   "import io, sys\nold = sys.stdout\nsys.stdout = io.StringIO()\nprint('lost')\nsys.stdout = old\n"
                   "print('back')"),
    "handles": ("h = display('first', display_id=True)\nk = display('named', display_id='nm')", "h.update('2')\nk",
                "both: k.update('third')"),
    "cleared": ("from IPython.display import clear_output",
                "for i in range(3):\n    clear_output(wait=True)\n    print(i)", "clear_output()"),
    "own display": ("class A:\n    def _ipython_display_(self): print('shown')\nA()", "display(A())"),
    "printing repr": ("class B:\n    def __repr__(self):\n        print('printing')\n        return 'B()'\nB()",
              "display(B())"),
    "failing repr": ("class C:\n    def __repr__(self): raise ValueError('no repr')\nC()", "display(C())"),
    "quiet": ("5;", "x = 3\nx;", "None", "'a' ; # comment"),
    "objects": ("from IPython.display import *\nHTML('<b>x</b>')",
              "display(Markdown('# x'), JSON({'a': 1}), Math('x'))",
                "display(HTML('x'), metadata={'a': {'b': 1}})", "display({'text/plain': 'raw'}, raw=True)",
                "p = ProgressBar(2)\nfor i in p: pass", "Image(data=b'\\x89PNG\\r\\n\\x1a\\n' + b'0' * 20)"),
    "unicode": ("print('é漢😀\\x00\\r\\b\\x1b[1mx')", "'\\ud800 lone'", "'é漢😀\\x00'"),
    "long": ("for i in range(5000): print('line', i)", "print('x' * (1 << 20))",
             "for i in range(20): print(str(i % 10) * (1 << 20))"),
    "tqdm": ("from tqdm import tqdm\nfor i in tqdm(range(3), bar_format='{n}', mininterval=0): pass",),
    "figures": ("import matplotlib.pyplot as plt\nprint('before')\nplt.plot([1, 2, 3])\nprint('after')",
                "fig, ax = plt.subplots()\nax.plot([1, 2])\nfig", "fig", "plt.plot([1])\n7",
                "fig, ax = plt.subplots()\nplt.show()\nprint('shown')\n5", "plt.figure(); plt.figure()\n1/0",
                "ax.set_title('t')\nfig", "both: fig", "%config InlineBackend.close_figures = False",
                "kept = plt.figure(figsize=(2, 2))", "plt.plot([1, 3])\nplt.gcf() is kept", "plt.close('all')",
                "%config InlineBackend.close_figures = True"),
}  # fmt: skip


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    found = Pair()
    yield found
    found.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_it_is_as_in_a_plain_kernel(pair: Pair, name: str) -> None:
    pair.check(CASES[name])
