"""Whatever the options of a sweep are, they give a sweep or one clear line."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cellburst.errors import SweepError
from cellburst.sweeps import ranges, text
from cellburst.sweeps.build import build
from cellburst.sweeps.options import SweepOptions
from cellburst.sweeps.space import space_of

names = st.one_of(
    st.sampled_from(["a", "b", "c", "a,b", "list", "class", "task", "x y", "", "a,", "__x"]),
    st.text(max_size=3), st.integers(), st.tuples(st.text(max_size=2)),
)  # fmt: skip
values = st.one_of(
    st.integers(-3, 3), st.text(max_size=4), st.none(), st.booleans(), st.floats(), st.just(float), st.just({1: 2}),
    st.lists(st.integers(), max_size=3), st.just([{"a": 1}]), st.just({"a": [1, 2]}), st.just([(1, 2), (3, 4)]),
    st.just(ranges.uniform(0, 1)), st.just(ranges.randint(1, 3)), st.just(range(4)), st.builds(lambda: iter([1, 2])),
)  # fmt: skip
conditions = st.one_of(
    st.sampled_from([
        "a > 1", "b", "a <", "a in b", "a.b", "1/a", "zz", "(lambda: a)()", "[a for a in [1]]", "not a", "a:=3",
        "await a", "yield", "(yield)", "(a := 3)", "lambda: a", "*a", "a,b",
    ]),
    st.text(max_size=6), values,
)  # fmt: skip
options = st.fixed_dictionaries(
    {},
    optional={
        "params": st.one_of(st.dictionaries(names, values, max_size=3), values),
        "zip": st.booleans(),
        "const": st.dictionaries(names, values, max_size=2),
        "when": st.dictionaries(names, conditions, max_size=2),
        "where": st.one_of(st.lists(conditions, max_size=2).map(tuple), values),
        "over": values,
        "each": st.dictionaries(names, values, max_size=2),
        "batch": values,
        "sample": values,
        "sampler": st.one_of(st.sampled_from(["random", "lhs", "sobol"]), values),
        "parallel": values,
    },
)


@settings(deadline=None)
@given(options)
def test_options_give_a_sweep_or_one_clear_line(given_options: dict[str, Any]) -> None:
    made = SweepOptions(**given_options, namespace={})
    try:
        sweep, view = build(made)
    except SweepError as error:
        said = str(error)
    else:
        assert view.count == (len(sweep) if sweep is not None else made.parallel or 1)
        for index in range(min(view.count, 50)):
            assert sweep is None or sweep[index] is not None
        return
    assert said
    assert "\n" not in said


@settings(deadline=None)
@given(options)
def test_and_a_space_or_one_clear_line(given_options: dict[str, Any]) -> None:
    try:
        said = "".join(
            dimension.name for dimension in space_of(SweepOptions(**given_options, namespace={})).dimensions()
        )
    except SweepError as error:
        said = str(error)
    assert said
    assert "\n" not in said


@given(st.text(max_size=12))
def test_and_so_does_text(given_text: str) -> None:
    for read in (text.binding, text.constant):
        try:
            name, _ = read(f"a={given_text}")
        except SweepError as error:
            name = str(error)
        assert name.startswith(("a", "-"))
