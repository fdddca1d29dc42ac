"""A grid as text and back, in each format; what cannot be read has a line and a column."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from cellburst.errors import SweepError, UsageError
from cellburst.sweeps.options import SweepOptions
from cellburst.sweeps.preview import describe
from cellburst.widgets.formats import FORMATS, guessed, read, write
from cellburst.widgets.literals import TextError
from cellburst.widgets.spec import Parameter, Spec

FULL = Spec(
    (
        Parameter("p0", "lr", "list", text="0.1, 0.01"),
        Parameter("p1", "depth", "range", start="3", stop="8"),
        Parameter("p2", "kernel", "choices", text="rbf\nlinear"),
        Parameter("p3", "gamma", "logspace", start="0.0001", stop="0.1", count="4", when="kernel == 'rbf'"),
        Parameter("p4", "flag", "boolean"),
        Parameter("p5", "u", "distribution", law="loguniform", start="1e-05", stop="0.1"),
        Parameter("p6", "e", "expression", text="my_list[1:] + other"),
        Parameter("p7", "pair", "list", text="(1, 2), (3, 'x y')"),
        Parameter("p8", "half", "linspace", start="0", stop="1", count="3"),
        Parameter("p9", "step", "range", start="0.5", stop="2", step="0.25"),
        Parameter("p10", "n", "distribution", law="randint", start="1", stop="9"),
        Parameter("p11", "q", "distribution", law="quniform", start="0", stop="1", step="0.25"),
        Parameter("p12", "c", "constant", text="3"),
    ),
    ("lr * depth < 1", 'kernel != "x"'),
    sampler="lhs",
    sample="20",
    seed="7",
)


@pytest.mark.parametrize("format", FORMATS)
def test_what_is_written_is_read_as_the_same(format: str) -> None:  # noqa: A002
    text = write(format, FULL, "train")
    assert read(text, format) == FULL
    assert read(text) == FULL, "the format is known by the text"


def test_options_are_those_of_the_magic() -> None:
    spec = FULL.with_parameters(FULL.parameters[:4])
    assert write("options", spec) == (
        "-p lr=[0.1, 0.01] -p depth=range(3, 8) -p kernel=['rbf', 'linear'] -p gamma=geomspace(0.0001, 0.1, 4)"
        ' --when gamma="kernel == \'rbf\'" --where "lr * depth < 1" --where \'kernel != "x"\''
        " --sample 20 --sampler lhs --seed 7"
    )


def test_a_line_of_a_cell_can_be_pasted() -> None:
    spec = read("%%remote local -p n=range(4) \\\n  -p b=[True, False] --parallel=3")
    assert [one.kind for one in spec.parameters] == ["range", "boolean"]
    assert (spec.target, spec.parallel) == ("local", "3")


def test_numpys_names_are_known_in_python() -> None:
    spec = read("grid = {'a': np.linspace(0, 1, 5), 'b': numpy.logspace(-4, -1, 4), 'c': np.arange(3)}")
    assert [one.kind for one in spec.parameters] == ["linspace", "logspace", "range"]
    assert (spec.parameters[1].start, spec.parameters[1].stop) == ("0.0001", "0.1")


def test_a_weights_and_biases_file_is_read() -> None:
    spec = read(
        "program: train.py\nmethod: random\nrun_cap: 12\nparameters:\n  lr:\n    distribution: log_uniform_values\n"
        "    min: 1.0e-5\n    max: 0.1\n  layers:\n    values: [1, 2, 3]\n  epochs:\n    value: 5\n"
        "  units:\n    min: 16\n    max: 64\n"
    )
    assert [(one.name, one.kind) for one in spec.parameters] == [
        ("lr", "distribution"),
        ("layers", "list"),
        ("epochs", "constant"),
        ("units", "distribution"),
    ]
    assert [spec.parameters[0].law, spec.parameters[3].law] == ["loguniform", "randint"]
    assert (spec.sampler, spec.sample) == ("random", "12")


def test_yaml_has_the_values_beside_their_expression() -> None:
    text = write("yaml", FULL)
    assert 'values: [0.0001, 0.001, 0.01, 0.1]\n    expression: "geomspace(0.0001, 0.1, 4)"' in text
    assert "min: 1.0e-05" in text, "1e-05 is a text in YAML"


@pytest.mark.parametrize(
    ("format", "text", "line", "column", "said"),
    [
        ("options", "-p lr=[1,", 1, 7, "never closed"),
        ("options", "-p lr", 1, 4, "NAME=VALUE"),
        ("options", "-p a=[1] \\\n  -p 1x=[1]", 2, 6, "no name"),
        ("options", "--cache x", 1, 1, "no option --cache"),
        ("options", "-p a=[1] -p a=[2]", 1, 13, "twice"),
        ("options", "-p a=1+*2", 1, 8, "SyntaxError"),
        ("options", "-p a=[1] --sample many", 1, 19, "whole number"),
        ("options", "-p a=[1] --sampler best", 1, 20, "random, lhs or sobol"),
        ("options", "-p a=[1] --when b='a > 1'", 1, 17, "no -p b"),
        ("options", "-p a='x", 1, 6, "never closed"),
        ("options", "", 1, 1, "no -p"),
        ("python", "run = f(\n  {'a': [1", 2, 9, "SyntaxError"),
        ("python", "x = 3", 1, 1, "no dict"),
        ("python", "map(f, {'a': [1]},\n    sample='x')", 2, 12, "whole number"),
        ("python", "map(f, {a: [1]})", 1, 9, "name is a text"),
        ("python", "x = {}", 1, 5, "no parameters"),
        ("yaml", "parameters:\n  a: [1", 2, 8, "expected"),
        ("yaml", "parameters:\n  a:\n    min: 1e-5\n    max: 2", 3, 10, "point"),
        ("yaml", "parameters:\n  a:\n    value: 1\n  a:\n    value: 2", 4, 3, "twice"),
        ("yaml", "a: 1", 1, 1, "no parameters"),
        ("yaml", "", 1, 1, "names and values"),
        ("yaml", "parameters:\n  a:\n    value: !!python/object/apply:os.system [x]", 3, 12, "cannot be read"),
    ],
)
def test_what_cannot_be_read_has_a_place(format: str, text: str, line: int, column: int, said: str) -> None:  # noqa: A002
    with pytest.raises(TextError, match=said) as caught:
        read(text, format)
    assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize(
    "text", ["{'a': __import__('os').environ.clear() or [1]}", "-p a=__import__('os').environ.clear()"]
)
def test_reading_executes_nothing(text: str) -> None:
    before = os.environ.copy()
    assert read(text).parameters[0].kind == "expression"
    assert os.environ.copy() == before


def test_an_unfinished_grid_is_no_text() -> None:
    for format_ in FORMATS:
        with pytest.raises(TextError):
            write(format_, Spec((Parameter("p0", "a", "range", start="x", stop="2"),)))


def test_other_formats_are_refused() -> None:
    with pytest.raises(UsageError, match="options, python, yaml"):
        read("x", "toml")
    with pytest.raises(UsageError, match="too long"):
        read("-p a=[1]" + " " * (1 << 20))


def test_the_format_of_a_text() -> None:
    assert guessed("---\nparameters:\n  a:") == "yaml"
    assert guessed("# a sweep\nparameters:\n") == "yaml"
    assert guessed("  -p a=[1]") == "options"
    assert guessed("cellburst.map(f, {})") == "python"


def test_yaml_without_its_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "yaml", None)
    with pytest.raises(UsageError, match=r'pip install "cellburst\[yaml\]"'):
        read("parameters:\n  a:\n    value: 1", "yaml")


def test_a_sample_without_a_size_keeps_its_text() -> None:
    spec = msgspec.structs.replace(FULL, sampler="", sample="", seed="")
    assert "--sample" not in write("options", spec)


def test_over_takes_the_yaml_of_a_grid(tmp_path: Path) -> None:
    file = tmp_path / "sweep.yaml"
    conditions = "--when g=\"k == 'a'\" --where 'lr < 1'"
    spec = read(f"-p lr=[0.1, 3] -p g=geomspace(1e-3, 1, 4) -p k=['a', 'b'] --const c=3 {conditions}")
    file.write_text(write("yaml", spec))
    found = describe(SweepOptions(over=file))
    assert found.count == 5
    assert found.rows[0] == {"lr": 0.1, "g": 0.001, "k": "a", "c": 3}
    sampled = read("-p lr=loguniform(1e-4, 0.1) -p n=lograndint(1, 500) --sample 5 --sampler lhs --seed 3")
    file.write_text(write("yaml", sampled))
    assert describe(SweepOptions(over=file)).count == 5
    file.write_text(write("yaml", read("-p a=mine")))
    with pytest.raises(SweepError, match="'mine' is to be evaluated in a notebook"):
        describe(SweepOptions(over=file))
