from __future__ import annotations

import pytest

from cellburst.errors import MagicLineError
from cellburst.magics.grammar import parse
from cellburst.magics.help import cell_help, line_help
from cellburst.magics.line import MagicLine
from cellburst.magics.syntax import CELL, COMMANDS


def read(text: str) -> dict[str, object]:
    line = MagicLine("%remote ", text)
    words = line.words()
    return parse(COMMANDS[words[0].text], line, words[1:], {"three": 3}).values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("runs", {"limit": 20}),
        ("runs 5", {"limit": 5}),
        ("show", {"run": "last"}),
        ("show 0abc --inputs", {"run": "0abc", "inputs": True}),
        ("attach last --into scores", {"run": "last", "into": "scores"}),
        ("logs last three --follow", {"run": "last", "task": 3, "follow": True}),
        ("logs", {"run": "last", "task": None}),
        ("cancel 0abc", {"run": "0abc", "tasks": ()}),
        ("cancel 0abc 4 5", {"run": "0abc", "tasks": [4, 5]}),
        ("retry last --failed", {"run": "last", "failed": True}),
        ("targets", {}),
    ],
)
def test_commands(text: str, values: dict[str, object]) -> None:
    assert read(text) == values


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("delete", "%remote delete needs RUN"),
        ("cancel", "%remote cancel needs RUN"),
        ("logs last first", "NameError: name 'first' is not defined"),
        ("logs last -1", "a whole number from 0 on is expected here, not -1"),
        ("wait last 3", "'3' is one word too many; %remote? says what it takes"),
        ("show --input", "there is no option --input; did you mean --inputs?"),
        ("wait --x", "there is no option --x; %remote? lists the options"),
    ],
)
def test_mistakes(text: str, said: str) -> None:
    with pytest.raises(MagicLineError) as caught:
        read(text)
    assert str(caught.value).split("\n")[0] == said


def test_help_names_every_option_and_command() -> None:
    for option in CELL.options:
        assert f"  {option.name}" in cell_help()
        assert option.metavar in cell_help()
    for command in COMMANDS.values():
        assert command.name in line_help()
        for option in command.options:
            assert f"      {option.name}" in line_help()


@pytest.mark.parametrize("text", [cell_help(), line_help()])
def test_help_fits_a_terminal_and_has_examples(text: str) -> None:
    assert max(map(len, text.splitlines())) <= 88
    assert "Examples\n    %" in text


def test_the_examples_of_the_help_are_understood() -> None:
    from cellburst.magics.cell_line import read_cell_line

    class Frame:
        def head(self, count: int) -> list[dict[str, int]]:
            return [{"user_id": number} for number in range(count)]

    lines = [line.strip() for line in cell_help().splitlines() if line.startswith("    %%remote")]
    assert len(lines) >= 5
    for line in lines:
        read_cell_line(line.removeprefix("%%remote"), {"df": Frame(), "files": ["a", "b"]})
    commands = [line.strip() for line in line_help().splitlines() if line.startswith("    %remote")]
    assert len(commands) >= 5
    for command in commands:
        read(command.removeprefix("%remote "))
