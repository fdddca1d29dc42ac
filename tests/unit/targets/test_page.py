"""What docs/targets.md shows can be written, and its table has every key and option."""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner

from cellburst import targets
from cellburst.cli.main import cli
from cellburst.client.options.submission import MACHINE_OPTIONS
from cellburst.magics.cell_line import read_cell_line
from cellburst.magics.syntax import CELL
from cellburst.paths import Folders
from cellburst.targets.schema import READERS

PAGE = (Path(__file__).parents[3] / "docs" / "targets.md").read_text(encoding="utf-8")


def block(kind: str) -> str:
    found = re.search(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_file_can_be_read(folders: Folders) -> None:
    folders.targets.write_text(block("toml"))
    found = targets.load(folders)
    assert (found["gpu"].max_cost, found["big"].cpus, found["big"].memory) == (20, 8, 64e9)


def test_the_mistake_is_told_as_the_page_says(folders: Folders) -> None:
    folders.targets.write_text(block("toml").replace("memory =", "memroy ="))
    said = CliRunner().invoke(cli, ["targets", "list"]).output
    line = next(number for number, line in enumerate(block("toml").splitlines(), 1) if line.startswith("memory"))
    assert f"targets.toml, line {line}: [big] there is no key 'memroy'; did you mean memory?" in said
    assert f"targets.toml, line {line}: [big] there is no key 'memroy'" in PAGE


def test_the_first_command_and_cell_can_be_used(folders: Folders) -> None:
    words = re.search(r"cellburst (targets add gpu .*?)\n```", PAGE, re.DOTALL)
    assert words is not None
    assert CliRunner().invoke(cli, words[1].replace("\\\n", " ").split()).exit_code == 0
    line = block("python").splitlines()[0].removeprefix("%%remote ")
    assert read_cell_line(line, {}).options.target == "gpu"
    assert read_cell_line("gpu --max-cost (budget / 2)", {"budget": 9}).options.max_cost == 4.5


def test_every_key_and_option_is_in_the_table() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    keys = {key for row in rows for key in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert keys == set(READERS)
    options = {option for row in rows for option in re.findall(r"`(--[\w-]+)", row.split("|")[2])}
    assert options == {f"--{name.replace('_', '-')}" for name in MACHINE_OPTIONS} | {"--parallel"}
    assert options <= {option.name for option in CELL.options}
    assert options <= {word for word in CliRunner().invoke(cli, ["run", "--help"]).output.split() if word[:2] == "--"}
