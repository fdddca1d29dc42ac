"""IPython inside of a remote cell: what it shows and leaves is what a plain kernel shows and leaves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.pairs import BOTH, Pair
from tests.integration.shared import shared_folders  # noqa: F401 - a fixture

CASES: dict[str, tuple[str, ...]] = {
    "time": ("a = 2", "%%time\nb = a + 1\nprint(b)", "%time c = b * 2\nc", "both: a, b, c"),
    "timeit": ("z = 3", "%%timeit -n1 -r1\nq = z + 1", "r = %timeit -n1 -r1 -o z\ntype(r).__name__, r.loops"),
    "capture": ("%%capture out\nprint('hello')\ndisplay(1)\nw = 2\n'value'", "out.stdout, len(out.outputs), w"),
    "bash": ("n = 'world'", "%%bash -s \"$n\" --out res\necho hello $1", "res", "%%sh\necho a; echo b"),
    "written": ("%%writefile /dev/null\n{x} $x",),
    "kinds": ("%%html\n<b>x</b>", "%%javascript\n1", "%%latex\n$x$", "%%svg\n<svg></svg>", "%%markdown\n*x*"),
    "prun": ("%%prun -q\ny = sum(range(10))", "y"),
    "bang": ("name = 'abc'", "!echo {name} $name", "x = !echo {name}; echo 2\nx", "!!echo {name}", "!exit 3",
              "_exit_code"),
    "magic value": ("x = %pwd\nx == __import__('os').getcwd()", "%env CB_FIDELITY=1", "%env CB_FIDELITY"),
    "folders": ("import os", "%cd /tmp", "os.getcwd()", "%pushd /usr", "%dirs", "%popd", "%dhist", "%cd -",
              "_dh == []"),
    "options": ("%precision 3", "3.14159", "both: 2.71828", "%precision", "%pprint", "list(range(40))", "%pprint"),
    "names listed": ("al, be = 1, 'x'", "%who_ls", "%whos", "%who int", "'al' in dir(), 'nope' in globals()"),
    "names removed": ("one, other = [1], 2", "%xdel one", "%reset_selective -f ^other$",
              "both: 'one' in globals(), 'other' in dir()"),
    "names by text": ("t = 'u'; u = 5", "globals()[t], eval(t), vars()[t]", "exec(t + '2 = u + 1')", "both: u2"),
    "alias": ("%alias cbhello echo hello %s", "%cbhello world", "both: %cbhello there", "%unalias cbhello"),
    "history": ("h = 1", "%history -n 1-3", "In[1], In[-1], _i, _ih[-1] == In[-1]", "_i1", "%macro mm 1", "type(mm)"),
    "not kept": ("p = 1", "%precision 3\nq = 'pastel'\nq",
                 "both: In[-2:], _i, _ii, _iii, len(In), get_ipython().execution_count",
                 "r = 2", "both: In[-2:], _i, '_i2' in globals()"),
    "outputs": ("5", "_ + 1", "_, __, Out[max(Out)] is _", "_oh is Out", "L = [1]\nL", "_.append(2)",
              "both: L, len(Out)"),
    "pager": ("def ff(a):\n    'doc of ff'\n    return a", "ff?", "?ff", "%pdoc ff", "%psource ff", "%psearch ff*"),
    "next input": ("get_ipython().set_next_input('x = 1')", "%cat /etc/hostname", "%less /etc/hostname"),
    "config": ("%config InteractiveShell.ast_node_interactivity = 'all'", "1\nprint('x')\nfor i in range(2): i\n2",
               "_, __", "%config InteractiveShell.ast_node_interactivity = 'last_expr_or_assign'", "v = 3",
               "%config InteractiveShell.ast_node_interactivity = 'last_expr'", "both: 1\n2"),
    "run": ("both: open('cb_run.py', 'w').write('made = 5\\nprint(__name__)\\ndef f(): return made\\n')",
            "%run cb_run.py", "made, f()", "%run -i cb_run.py",
            "both: __doc__ = None", "__doc__", "%run cb_run.py", "both: __doc__"),
    "own magics": (
        "from IPython.core.magic import register_line_magic, register_cell_magic\nbase = 10\n"
        "@register_line_magic\ndef cbadd(line): return base + int(line)\n"
        "@register_cell_magic\ndef cbup(line, cell): return cell.upper()",
        "%cbadd 5", "%%cbup\nabc", "both: %cbadd 6",
    ),
    "magics of the kernel": (
        "both: from IPython.core.magic import Magics, magics_class, line_magic, cell_magic\nscale = 3\n"
        "@magics_class\nclass Mine(Magics):\n    @line_magic\n    def cbline(self, line): return scale * line\n"
        "    @cell_magic\n    def cbcell(self, line, cell): self.shell.user_ns['kept'] = cell\n"
        "get_ipython().register_magics(Mine)",
        "%cbline ab", "%%cbcell\nbody", "both: kept",
    ),
    "events": (
        "seen = []\ndef hook(*_): seen.append(1)\nget_ipython().events.register('post_run_cell', hook)",
        "5", "len(seen)", "get_ipython().events.unregister('post_run_cell', hook)", "both: len(seen)",
    ),
    "transformers": (
        "def swap(lines): return [line.replace('QQ', '42') for line in lines]\n"
        "get_ipython().input_transformers_cleanup.append(swap)",
        "QQ", "both: get_ipython().input_transformers_cleanup.remove(swap)",
    ),
    "formatters": (
        "class F: pass\nget_ipython().display_formatter.formatters['text/html'].for_type(F, lambda f: '<b>F</b>')",
        "F()", "display(F())", "both: display(F())",
    ),
    "exceptions": (
        "def handle(shell, kind, value, trace, tb_offset=None): print('handled', kind.__name__)\n"
        "get_ipython().set_custom_exc((ZeroDivisionError,), handle)",
        "1 / 0", "both: get_ipython().set_custom_exc((), None)",
    ),
    "shell object": ("ip = get_ipython()", "both: ip is get_ipython()", "ip.push({'pushed': 1})\nip.ev('pushed + 1')",
                     "r = ip.run_cell('inner = 2\\ninner')", "inner", "get_ipython().execution_count",
                     "ip.ex('ex_made = 1')",
                     "ex_made, type(ip).__name__, type(ip).__module__"),
    "future": ("from __future__ import annotations", "def annotated(a: Undefined): pass\nannotated.__annotations__",
               "both: def later(a: Undefined): pass\nlater.__annotations__"),
    "sources": ("def sourced(a):\n    # said\n    return a", "import inspect\nprint(inspect.getsource(sourced))"),
    "main": ("import sys, __main__\nmm = 5\n__main__.mm, sys.modules['__main__'].__dict__['mm']", "__main__.m2 = 7",
              "m2",
             "__version__ = '1'", "both: __version__", "an: int = 3", "bn: str = ''", "both: __annotations__",
             "__name__, __doc__, '__file__' in globals()"),
    "await": ("import asyncio\nawait asyncio.sleep(0, 5)", "async def agen():\n    for i in range(3):\n        yield i",
              "[i async for i in agen()]", "asyncio.get_running_loop().is_running()", "asyncio.run(asyncio.sleep(0))"),
    "exit": ("import sys\nsys.exit(3)", "raise SystemExit('why')"),
}  # fmt: skip


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    found = Pair()
    found.check((f"{BOTH}import os\nos.chdir({str(tmp_path_factory.mktemp('notebook'))!r})",))
    yield found
    found.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_it_is_as_in_a_plain_kernel(pair: Pair, name: str) -> None:
    pair.check(CASES[name])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("%reset -f", "%reset clears the kernel's variables"),
        ("%matplotlib qt", "opens windows"),
        ("%history -g x", "other sessions"),
        ("%%bash --bg\nsleep 1", "--bg leaves a program running"),
        ("%debug", "asks questions"),
        ("x = input('?')", "cannot be answered"),
        ("from comm import create_comm\ncreate_comm(target_name='x')", "lives in the kernel"),
        ("get_ipython().kernel.shell", "not on the worker"),
    ],
)
def test_what_cannot_be_the_same_is_said(pair: Pair, cell: str, reason: str) -> None:
    _, remote = pair.run(cell)
    assert remote.error is not None
    assert reason in remote.error[1]


@pytest.mark.slow
def test_tasks_that_go_on_are_said(pair: Pair) -> None:
    _, remote = pair.run("import asyncio\nfor i in range(2): asyncio.get_running_loop().create_task(asyncio.sleep(9))")
    assert "2 tasks of asyncio went on when the cell had ended" in dict(remote.outputs)["stderr"]
