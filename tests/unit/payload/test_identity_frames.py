"""Frames, series and what shares memory with them, under the rules of whichever pandas is installed."""

from __future__ import annotations

import pytest

from .conftest import Kernel
from .twice import same

QUIET = "import warnings; warnings.simplefilter('ignore')\n"
PANDAS = QUIET + "import numpy as np\nimport pandas as pd\n"
FRAME = (
    "df = pd.DataFrame({'a': [1., 2., 3.], 'b': [4., 5., 6.], 'n': [1, 2, 3], 's': ['u', 'v', 'w'], "
    "'c': pd.Categorical(['x', 'y', 'x']), 'd': pd.to_datetime(['2020', '2021', '2022']), "
    "'i': pd.array([1, None, 3], dtype='Int64'), 'o': [[1], {}, None]})\n"
)
CASES = {
    "only read": (FRAME, "m = df['a'].mean() + df.describe().iloc[0, 0]; t = df.dtypes.astype(str).tolist()"),
    "column set": (FRAME, "df['z'] = df['a'] * 2"),
    "column replaced": (FRAME, "df['a'] = [7., 8., 9.]"),
    "column of another type": (FRAME, "df['n'] = df['n'].astype(float) / 2"),
    "one cell": (FRAME, "df.loc[1, 'b'] = 50."),
    "one text": (FRAME, "df.loc[1, 's'] = 'changed'"),
    "one category": (FRAME, "df.loc[1, 'c'] = 'x'"),
    "one date": (FRAME, "df.loc[1, 'd'] = pd.Timestamp('1999-01-01')"),
    "one nullable": (FRAME, "df.loc[1, 'i'] = 5"),
    "one object": (FRAME, "df.at[1, 'o'] = 'other'"),
    "an object inside is changed": (FRAME, "df['o'][0].append(2)"),
    "an object inside is a variable": (FRAME + "k = df['o'][0]", "k.append(2); df.at[2, 'o'] = k"),
    "column dropped in place": (FRAME, "df.drop(columns='b', inplace=True)"),
    "column deleted": (FRAME, "del df['a']; p = df.pop('s')"),
    "renamed in place": (FRAME, "df.rename(columns={'a': 'A'}, inplace=True)"),
    "columns set": (FRAME, "df.columns = [c.upper() for c in df.columns]"),
    "sorted in place": (FRAME, "df.sort_values('a', ascending=False, inplace=True)"),
    "index set": (FRAME, "df.index = ['x', 'y', 'z']; df.index.name = 'key'"),
    "index named": (FRAME, "df.index.name = 'key'; df.columns.name = 'cols'"),
    "set_index in place": (FRAME, "df.set_index('s', inplace=True)"),
    "row appended": (FRAME + "df = df[['a', 'b']]", "df.loc[7] = [0., 1.]"),
    "attrs": (FRAME, "df.attrs['source'] = ['file']"),
    "attrs before": (FRAME + "df.attrs['x'] = 1", "df.attrs['x'] = 2; df.attrs['y'] = [3]"),
    "flags": (FRAME, "df.flags.allows_duplicate_labels = False"),
    "the frame by two names": (FRAME + "same = df", "same['z'] = 1"),
    "names change places": (FRAME + "e = df[['a']].copy()", "df, e = e, df; df['q'] = 0"),
    "rebound": (FRAME, "df = df[df['a'] > 1]"),
    "assigned from": (FRAME, "e = df.assign(z=1); f = df.copy(); g = df.copy(deep=False)"),
    "a column before": (FRAME + "s = df['a']", "df.loc[0, 'a'] = 100."),
    "a column before is written to": (FRAME + "s = df['a']", "s.iloc[0] = 100."),
    "a column before, both written to": (FRAME + "s = df['a']", "s.iloc[0] = 100.; df.iloc[1, 0] = 5; s.iloc[2] = 1"),
    "a column that is not sent": (FRAME + "s = df['a']", "df.loc[0, 'a'] = 100.", "df"),
    "a column that is sent alone": (FRAME + "s = df['a']", "s.iloc[0] = 100.", "s"),
    "a slice before": (FRAME + "e = df[1:]", "df.loc[1, 'a'] = 100.; e.iloc[1, 1] = 7."),
    "a lazy copy that is not sent": (FRAME + "e = df.copy(deep=False)", "df.loc[1, 'a'] = 100.", "df"),
    "a lazy copy that is sent alone": (FRAME + "e = df.copy(deep=False)", "e.loc[1, 'a'] = 100.", "e"),
    "a new column": (FRAME, "s = df['a']; s.iloc[0] = 5"),
    "a new column, then the frame": (FRAME, "s = df['a']\ndf.loc[0, 'a'] = 5."),
    "a new slice": (FRAME, "e = df.iloc[:2]; w = df[['a', 'b']]"),
    "used later": (FRAME, "s = df['a']; e = df.copy(deep=False); h = df.head(2)"),
    "values": (FRAME + "n = df[['a', 'b']].copy()", "v = n.values; w = n.to_numpy(); x = n['a'].to_numpy()"),
    "values before": (FRAME + "n = df[['a', 'b']].copy(); v = n.values", "n.iloc[0, 0] = 9."),
    "series over an array": ("x = np.arange(4.); s = pd.Series(x, copy=False)", "x[1] = 7"),
    "series over an array is written to": ("x = np.arange(4.); s = pd.Series(x, copy=False)", "s.iloc[0] = 5."),
    "series over an array, alone": ("x = np.arange(4.); s = pd.Series(x, copy=False)", "s.iloc[0] = 5.", "s"),
    "frame over an array": ("x = np.zeros((3, 2)); df = pd.DataFrame(x, copy=False)", "x[1, 1] = 7"),
    "series set": ("s = pd.Series([1, 2, 3], index=list('abc'), name='n')", "s['b'] = 20; s.name = 'm'"),
    "series grows": ("s = pd.Series([1, 2, 3], index=list('abc'))", "s['d'] = 4"),
    "series of texts": ("s = pd.Series(['a', 'b'])", "s[0] = 'c'"),
    "series in a dict": ("s = pd.Series([1., 2.]); d = {'s': s}", "d['s'].iloc[0] = 5; d['t'] = s"),
    "frames in a list": (FRAME + "l = [df, df[['a']].copy()]", "l[0]['z'] = 1; l[1].iloc[0, 0] = 5.; l.append(l[0])"),
    "frame in an instance": (
        FRAME + "class M: pass\nm = M(); m.df = df; m.s = df['a']",
        "m.df['z'] = 1; m.df.loc[0, 'a'] = -1.",
    ),
    "subclass": (
        "class F(pd.DataFrame):\n    _metadata = ['note']\n    @property\n    def _constructor(self): return F\n"
        "f = F({'a': [1, 2]}); f.note = [1]",
        "f['b'] = 3; f.note.append(2)",
    ),
    "groupby": (FRAME + "g = df.groupby('n')", "df.loc[0, 'a'] = 50.; total = g['a'].sum()"),
    "categories": ("c = pd.Series(['x', 'y', 'x'], dtype='category')", "c[0] = 'y'; k = c.cat.codes"),
    "multiindex": (
        "df = pd.DataFrame({'v': range(4)}, index=pd.MultiIndex.from_product([[1, 2], ['a', 'b']], names=['x', 'y']))",
        "df.loc[(1, 'b'), 'v'] = 50; df.index.names = ['p', 'q']; m = df.index",
    ),
    "index shared": (FRAME + "i = df.index; e = pd.Series([1, 2, 3], index=i)", "j = e.index; df['q'] = e"),
    "dates as index": ("s = pd.Series(range(3), index=pd.date_range('2020', periods=3))", "s.iloc[1] = 9; i = s.index"),
    "nullable array": ("x = pd.array([1, None, 3]); s = pd.Series(x, copy=False)", "x[0] = 10"),
    "date array": ("x = pd.array(pd.to_datetime(['2020', '2021'])); s = pd.Series(x, copy=False)", "x[0] = pd.NaT"),
    "texts array": ("x = pd.array(['a', 'b'], dtype='string')", "x[0] = 'q'; y = x[:1]"),
    "sparse": ("s = pd.Series(pd.arrays.SparseArray([0, 0, 1]))", "t = s * 2"),
    "interval": ("s = pd.Series(pd.interval_range(0, 3))", "t = s[1:]; s.name = 'iv'"),
    "period": ("s = pd.Series(pd.period_range('2020', periods=3, freq='M'))", "s[0] = pd.Period('1999-01'); t = s[1:]"),
    "timezones": ("s = pd.Series(pd.date_range('2020', periods=2, tz='UTC'))", "s[0] = pd.Timestamp('1999', tz='UTC')"),
    "eval in place": (FRAME, "df.eval('q = a + b', inplace=True)"),
    "fillna in place": ("df = pd.DataFrame({'a': [1., None], 'b': [None, 2.]})", "df.fillna(0, inplace=True)"),
    "update": ("df = pd.DataFrame({'a': [1., 2.], 'b': [3., 4.]})", "df.update(pd.DataFrame({'b': [9., 8.]}))"),
    "insert": (FRAME, "df.insert(0, 'first', [9, 8, 7])"),
    "mask by item": (FRAME, "df.loc[df['a'] > 1, ['a', 'b']] = -1."),
    "iloc": (FRAME, "df.iloc[0, [0, 2]] = 9"),
    "chained": (FRAME, "df['a'][0] = 99."),
    "transposed": ("df = pd.DataFrame({'a': [1., 2.], 'b': [3., 4.]})", "t = df.T; df.iloc[0, 0] = 9."),
    "duplicate columns": ("df = pd.DataFrame([[1, 2, 3]], columns=['a', 'a', 'b'])", "df['b'] = 5; df['c'] = 1"),
    "empty": ("df = pd.DataFrame()", "df['a'] = [1, 2]"),
    "consolidated": (FRAME + "for k in 'pqr': df[k] = 1.5", "df._consolidate_inplace(); c = df.copy()"),
}


def test_what_was_set_on_a_frame_stays_on_it(kernel: Kernel) -> None:
    kernel.here(PANDAS + "df = pd.DataFrame({'a': [1]}); df.note = {'n': 1}; kept = df.note")
    kernel.there("df.note['n'] += 1; s = pd.Series([1]); s.mark = df.note")
    assert kernel.ns["df"].note is kernel.ns["s"].mark is kernel.ns["kept"]
    assert kernel.ns["kept"] == {"n": 2}


def test_accessors_that_pandas_leaves_in_a_series_are_no_change(kernel: Kernel) -> None:
    kernel.here(PANDAS + "s = pd.Series(['a', 'b'], dtype='category')")
    assert not kernel.there("n = s.cat.codes.sum()").changed


def test_the_labels_in_an_index_are_the_kernels(kernel: Kernel) -> None:
    kernel.here(PANDAS + "df = pd.DataFrame([[1, 2]], columns=pd.Index(['a', 'b'], dtype=object))")
    kernel.there("labels = df.columns._data\nclass M: pass\nm = M(); m.labels = labels")
    assert kernel.ns["labels"] is kernel.ns["m"].labels is kernel.ns["df"].columns._data


def test_a_part_of_a_frame_knows_it(kernel: Kernel) -> None:
    kernel.here(PANDAS + "df = pd.DataFrame({'a': [1, 2, 3]}); part = df[df['a'] > 1]")
    if "_is_copy" not in vars(kernel.ns["part"]):
        pytest.skip("pandas 3 knows nothing of this")
    kernel.there("new = df[df['a'] > 2]; e = pd.DataFrame({'a': [1, 2]}); f = e[1:]")
    assert kernel.ns["new"]._is_copy() is kernel.ns["df"]
    assert kernel.ns["f"]._is_copy() is kernel.ns["e"]
    warned = "with warnings.catch_warnings(record=True) as found:\n    warnings.simplefilter('always'); part['b'] = 0\n"
    kernel.there(f"import warnings\n{warned}said = len(found)", "part")
    assert kernel.ns["said"] == 1
    assert kernel.ns["part"]._is_copy() is kernel.ns["df"]


def test_a_column_of_a_frame_stays_that_column(kernel: Kernel) -> None:
    kernel.here(PANDAS + "df = pd.DataFrame({'a': [1, 2]}); s = df['a']")
    if "_cacher" not in vars(kernel.ns["s"]):
        pytest.skip("pandas 3 makes a column anew each time")
    kernel.there(QUIET + "s.iloc[0] = 1.5", "s")
    assert kernel.here("df['a'] is s, df['a'].tolist()") == (True, [1.5, 2.0])
    kernel.there("t = df['a']", "df")
    kernel.here("t.iloc[1] = 'text'")
    assert kernel.here("df['a'] is t, df['a'].tolist()") == (True, [1.5, "text"])


@pytest.mark.parametrize("name", CASES)
def test_frames_are_as_if_the_cell_had_run_here(kernel: Kernel, name: str) -> None:
    setup, cell, *sent = CASES[name]
    same(kernel, PANDAS + setup, QUIET + cell, *sent)
