"""Arrays and their views: what shares memory in the kernel shares it in the worker, and afterwards in the kernel."""

from __future__ import annotations

import pytest

from cellburst.errors import UnpicklableError

from .conftest import Kernel
from .twice import same

NUMPY = "import numpy as np\n"
CASES = {
    "a view is written to": ("a = np.arange(10); b = a[::2]", "b[0] = 7"),
    "the base is written to": ("a = np.arange(10); b = a[::2]", "a[4] = 7"),
    "the base is not sent": ("a = np.arange(10); b = a[::2]", "b[1] = 7", "b"),
    "the view is not sent": ("a = np.arange(10); b = a[::2]", "a[2] = 7", "a"),
    "two views of a base that is no variable": ("x = np.arange(12.); p, q = x[:8], x[4:]; del x", "p[5] = -1; q += 1"),
    "two views of one far larger": ("x = np.arange(1e5); p, q = x[50:80], x[70:90]; del x", "p[25] = -1; q[0] = -2"),
    "distant views of one far larger": ("x = np.arange(1e5); p, q = x[:8], x[-8:]; del x", "p[0] = -1; q[0] = -2"),
    "a small view of a large array": ("a = np.zeros(100_000); b = a[10:13]", "b[1] = 5; a[50_000] = 6"),
    "a reshaped array": ("a = np.arange(12).reshape(3, 4)", "a[1, 2] = 7; c = a.base; d = a.T"),
    "new slice": ("a = np.arange(10)", "c = a[1:3]; c[0] = 9"),
    "new transposed": ("a = np.zeros((3, 4))", "d = a.T; d[0, 1] = 9"),
    "new reshaped": ("a = np.arange(12)", "d = a.reshape(3, 4); d[1] = 0"),
    "new ravel": ("a = np.arange(12).reshape(3, 4)", "d = a.ravel()"),
    "new field": ("a = np.zeros(4, 'i4,f8')", "f = a['f1']; f[2] = 2.5"),
    "new bytes": ("a = np.arange(4)", "v = a.view('u1'); v[0] = 3"),
    "new backwards": ("a = np.arange(5)", "r = a[::-1]; r[0] = 9"),
    "new of a view that is backwards": ("a = np.arange(12)[::-1]", "r = a[2:5]; r[0] = 9"),
    "new without axes": ("a = np.arange(5)", "z = a[2:3].reshape(()); z[()] = 9"),
    "new broadcast": ("a = np.arange(3)", "w = np.broadcast_to(a, (2, 3)); a[1] = 8"),
    "new diagonal": ("a = np.eye(4)", "d = a.diagonal(); e = np.einsum('ii->i', a); e[:] = 2"),
    "new real part": ("a = np.ones(3, complex)", "r = a.real; r[1] = 5"),
    "new axis": ("a = np.arange(3)", "n = a[:, None]; m = np.atleast_2d(a); m[0, 1] = 7"),
    "sliding window": ("a = np.arange(8)", "w = np.lib.stride_tricks.sliding_window_view(a, 3); a[4] = 9"),
    "split": ("a = np.arange(9)", "x, y, z = np.split(a, 3); y += 10"),
    "view of a view of a base that stays": ("x = np.arange(1e5); v = x[100:200]; del x", "w = v[5:10]; w[0] = -1"),
    "broken by a gap": ("x = np.arange(1e6); v = x[::1000]", "w = v[2:5]; w[0] = -1", "v"),
    "gaps and another axis order": ("x = np.zeros((500, 500)); v = x[:3, ::50].T", "v[1, 2] = 4; w = v[1]", "v"),
    "one array by two names": ("a = b = np.arange(3)", "b[0] = 5"),
    "names change places": ("a = np.arange(3); b = np.zeros(2)", "a, b = b, a; a[0] = 1"),
    "a view becomes the name": ("a = np.arange(10)", "a = a[2:5]; a[0] = -1"),
    "a new array in the place of an old": ("a = np.arange(3); b = a[1:]", "a = a * 2"),
    "shape set in place": (
        "a = np.arange(6); b = a[:3]",
        "import warnings; warnings.simplefilter('ignore')\na.shape = (2, 3)",
    ),
    "locked": ("a = np.arange(3)", "a.flags.writeable = False"),
    "locked before": ("a = np.arange(3); b = a[:2]; a.flags.writeable = False", "b[0] = 4; c = a[1:]"),
    "sorted in place": ("a = np.array([3, 1, 2]); b = a[1:]", "a.sort()"),
    "copyto and put": (
        "a = np.zeros(6); b = a.reshape(2, 3)",
        "np.copyto(a, 1); np.put(b, [1], 5); a.fill(2); b[1] -= 1",
    ),
    "in a list": ("a = np.arange(5); box = [a[:2], {'k': a[1:]}]", "box[0][1] = 9; box.append(a[::-1])"),
    "in an instance": (
        "class M: pass\nm = M(); m.w = np.zeros(6); m.first = m.w[:2]; m.matrix = m.w.reshape(2, 3)",
        "m.first += 1; m.matrix[1] = 5; m.last = m.w[4:]",
    ),
    "in a closure": (
        "a = np.zeros(4)\ndef make(v):\n    def put(i): v[i] = 1; return v\n    return put\nput = make(a[1:])",
        "got = put(0)",
    ),
    "in a default": ("a = np.zeros(4)\ndef put(v=a[:2]): v[0] += 1", "put()"),
    "iterated": ("a = np.zeros((3, 2))", "for row in a: row[0] = 1\nlast = row"),
    "dates": ("a = np.arange(5).astype('M8[D]'); b = a[1:3]", "b[0] = '2020-01-01'; c = a[::2]"),
    "texts": ("a = np.array(['ab', 'cd', 'ef']); b = a[1:]", "b[0] = 'zz'; c = a[:2]"),
    "booleans": ("a = np.zeros(5, bool); b = a[1:]", "b[0] = True; c = b[::2]"),
    "empty": ("a = np.empty((0, 3)); b = a[:, :2]", "c = a.T"),
    "Fortran order": ("a = np.asfortranarray(np.arange(6.).reshape(2, 3)); b = a[:, 1]", "b[0] = 9; c = a[0]; d = a.T"),
    "axes in another order": ("a = np.arange(24).reshape(2, 3, 4).transpose(1, 0, 2).copy('K'); b = a[1]", "b[0] = 0"),
    "objects": (
        "k = [1]; a = np.array([k, 'x', None], object); b = a[1:]",
        "b[0] = k; a[2] = {}; k.append(2); c = a[0]",
    ),
    "objects new view": ("a = np.array([[1], 'x', None], object)", "b = a[::2]; b[1] = a[0]"),
    "objects in a grid": ("k = {}; a = np.array([[k, 1], [2, k]], object)", "a[1, 0] = k; a[0, 1] = [k]; t = a.T"),
    "object alone": ("k = {}; a = np.array(None); a[()] = k", "k['x'] = 1; a[()] = 'other'"),
    "subclass": (
        "class A(np.ndarray): pass\nx = np.arange(4); a = x.view(A); a.tag = [1]",
        "a[0] = 9; a.tag.append(2); a.more = 1; s = a[1:3]",
    ),
    "matrix": (
        "import warnings; warnings.simplefilter('ignore')\nm = np.matrix([[1, 2], [3, 4]]); t = m.T",
        "t[0, 1] = 9; i = m.A",
    ),
    "recarray": ("s = np.zeros(3, [('a', int), ('b', float)]); r = s.view(np.recarray)", "r.b[1] = 2; s['a'][0] = 5"),
    "masked": (
        "x = np.arange(5.); m = np.ma.array(x, mask=x > 3, copy=False)",
        "m[0] = 9; m[1] = np.ma.masked; d = m.data",
    ),
    "masked, shared mask": (
        "k = np.zeros(4, bool); m = np.ma.array([1, 2, 3, 4], mask=k, copy=False); n = m[1:]",
        "n[0] = np.ma.masked; m[3] = 7",
    ),
    "masked without a mask": ("m = np.ma.array([1, 2, 3]); v = m[:2]", "v[0] = 5; none = m.mask is np.ma.nomask"),
    "over a bytearray": ("b = bytearray(16); a = np.frombuffer(b, 'f8')", "a[0] = 1.5; b[15] = 1"),
    "over a bytearray, not sent": ("b = bytearray(16); a = np.frombuffer(b, 'f8')[1:]", "a[0] = 1.5; c = a[:1]", "a"),
    "over an array.array": ("from array import array\nb = array('d', [1, 2]); a = np.asarray(b)", "a[0] = 7; b[1] = 8"),
    "record": ("a = np.zeros(3, 'i4,f8'); r = a[1]", "r['f1'] = 7; a['f0'][1] = 3; q = a[2]; q['f0'] = 9"),
    "record alone": ("a = np.zeros(3, 'i4,f8'); r = a[1]", "r['f1'] = 7", "r"),
    "other byte order": (
        "a = np.arange(5, dtype='>i2'); b = a[1:]",
        "b[0] = 7; c = a[::2]; d = np.arange(3, dtype='>f8')",
    ),
    "without elements": ("a = np.empty((0, 3))", "b = np.zeros((3, 0)); c = a.T"),
    "only read": ("a = np.arange(10); b = a[::2]; c = a.reshape(2, 5)", "total = a.sum() + b.sum(); peek = c[1, 1]"),
    "read and kept": ("a = np.arange(10)", "kept = [a, a]; pair = (a, {'a': a})"),
    "result shares with an input": ("a = np.arange(10)", "a[3:6]"),
    "new arrays that share": ("n = 10", "p = np.arange(n); q = p[::2]; r = [q, p.reshape(2, 5)]"),
    "new large arrays that share": ("n = 60_000", "p = np.arange(n); q = p[7:9]; r = p[8:20]"),
    "new views of a base that stays behind": ("n = 60_000", "x = np.arange(n); q = x[7:9]; r = x[8:20]; del x"),
    "swapped halves": ("a = np.arange(10); b = a[:5]; c = a[5:]", "b[:], c[:] = c.copy(), b.copy()"),
    "partly overlapping": ("x = np.arange(20); a, b = x[0:12], x[6:18]; del x", "a[8] = -1; b[-1] = -2; c = a[6:]"),
    "overlapping in two dimensions": ("x = np.zeros((6, 6)); a, b = x[1:4, 1:4], x[2:5, 2:5]", "a += 1; b += 2", "a b"),
    "deep": ("a = np.zeros(3); d = {'x': [(a, a[1:])]}", "d['x'][0][1][0] = 5; d['y'] = d['x'][0][0][:2]"),
    "scipy sparse": (
        "import scipy.sparse as sp\nm = sp.csr_matrix(np.eye(3)); d = m.data",
        "d[1] = 7; m.data[0] = 3; n = m.T",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_arrays_are_as_if_the_cell_had_run_here(kernel: Kernel, name: str) -> None:
    setup, cell, *sent = CASES[name]
    same(kernel, NUMPY + setup, cell, *sent)


MAP = (
    "import tempfile, os\nfolder = tempfile.mkdtemp(); path = os.path.join(folder, 'm')\n"
    "m = np.memmap(path, 'f8', 'w+', shape=(4, 5))\n"
)
MAPS = {
    "written to": (MAP, "m[1, 2] = 7", "m"),
    "a view": (MAP + "v = m[1:3]; p = np.asarray(m)[:, 0]", "v[0, 0] = 7; p[3] = 5; w = m[2]; w[1] = 9", "m v p np"),
    "behind a header": (MAP + "h = np.memmap(path, 'u1', 'r+', offset=13)", "h[0] = 200", "h"),
    "read only": (MAP + "m[0] = 3; m.flush(); r = np.memmap(path, 'f8', 'r')", "total = float(r.sum())", "r"),
    "copy on write": (MAP + "c = np.memmap(path, 'f8', 'c', shape=(4, 5)); c[0, 0] = 5", "c[1, 1] = 6", "c"),
    "calculated": (MAP, "d = m * 2; s = m.sum()", "m"),
}


@pytest.mark.parametrize("name", MAPS)
def test_memory_maps_are_maps_of_the_same_file(kernel: Kernel, name: str) -> None:
    setup, cell, sent = MAPS[name]
    kernel.here("import numpy as np\n" + setup)
    kernel.there(cell, sent)
    found = {key: kernel.ns[key].tolist() for key in "mvphrcwd" if key in kernel.ns}
    on_disk = kernel.here("bytes(np.fromfile(path, 'u1'))")
    kernel.here(f"import numpy as np\n{setup}\n{cell}")
    assert found == {key: kernel.ns[key].tolist() for key in "mvphrcwd" if key in kernel.ns}
    assert on_disk == kernel.here("bytes(np.fromfile(path, 'u1'))")


def test_a_new_view_of_a_map_shows_the_kernels_own(kernel: Kernel) -> None:
    kernel.here(NUMPY + MAP)
    kernel.there("w = m[2]", "m")
    assert kernel.here("np.shares_memory(w, m), type(w) is np.memmap, w._mmap is m._mmap") == (True, True, True)


def test_a_map_of_a_file_that_is_gone_is_refused(kernel: Kernel) -> None:
    kernel.here(NUMPY + MAP + "os.unlink(path)")
    with pytest.raises(UnpicklableError, match=r"m .*which is gone \(send np.array\(...\) of it\)"):
        kernel.inputs("m")
    kernel.here("other = np.memmap(path, 'f8', 'w+', shape=(4, 5))")
    with pytest.raises(UnpicklableError, match=r"where there is another file now"):
        kernel.inputs("m")
