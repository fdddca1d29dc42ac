from __future__ import annotations

from collections.abc import Iterator

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

from cellburst import targets
from cellburst.magics import extension
from cellburst.magics.completion import cell_words, line_words
from cellburst.paths import Folders
from tests.shells import the_shell


def test_targets_are_the_first_word(folders: Folders) -> None:
    assert cell_words("%%remote ") == ["local", "fakecloud"]
    targets.add("gpu", {"backend": "ec2"}, folders)
    assert cell_words("%%remote g") == ["gpu"]
    assert cell_words("%%remote gpu g") == []


def test_options_that_are_not_there_yet() -> None:
    assert cell_words("%%remote gpu --max-") == ["--max-cost", "--max-price", "--max-lifetime"]
    assert cell_words("%%remote gpu --max-cost 3 --max-") == ["--max-price", "--max-lifetime"]
    assert "-p" in cell_words("%%remote -p a=1 -")


def test_values_of_a_few_options() -> None:
    assert cell_words("%%remote gpu --spot-policy s") == ["spot", "spot_with_fallback"]
    assert cell_words("%%remote gpu --max-cost ") == []
    assert cell_words("%%remote --name ") == []


def test_commands_and_their_options() -> None:
    assert line_words("%remote re") == ["retry", "rerun"]
    assert line_words("%remote rerun last --") == ["--yes"]
    assert line_words("%remote nothing --") == []


def test_a_broken_file_of_targets_completes_the_others(folders: Folders) -> None:
    folders.targets.write_text("[gpu")
    assert cell_words("%%remote l") == ["local"]


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    with the_shell() as shell:
        extension.load(shell)
        yield shell


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("%%remote fa", "fakecloud"),
        ("%%remote local --par", "--parallel"),
        ("%%remote local -p a=[1] --spot-policy spot_", "spot_with_fallback"),
        ("%remote ru", "runs"),
    ],
)
def test_ipython_offers_them(shell: InteractiveShell, text: str, offered: str) -> None:
    with provisionalcompleter():
        assert offered in [found.text for found in shell.Completer.completions(text, len(text))]
