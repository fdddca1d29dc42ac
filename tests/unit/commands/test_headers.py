"""Options in the comments of a script."""

from __future__ import annotations

from pathlib import Path

import pytest

from cellburst.commands.headers import read_header
from cellburst.errors import UsageError


def header(tmp_path: Path, text: str) -> list[tuple[int, list[str]]]:
    script = tmp_path / "script"
    script.write_text(text)
    return read_header(script)


@pytest.mark.parametrize("sign", ["#", "##", "//", "--", "%", ";"])
def test_every_languages_comments_are_read(tmp_path: Path, sign: str) -> None:
    assert header(tmp_path, f"{sign} CELLBURST target=gpu timeout=2h\n") == [(1, ["--target=gpu", "--timeout=2h"])]


def test_lines_before_the_first_own_line_count(tmp_path: Path) -> None:
    text = """#!/usr/bin/env Rscript
#
# CELLBURST retries=2 at_most_once

# other
#CELLBURST -p lr=0.1,0.2 name='a b'
x <- 1
# CELLBURST seed=1
"""
    assert header(tmp_path, text) == [
        (3, ["--retries=2", "--at-most-once"]),
        (6, ["-p", "lr=0.1,0.2", "--name=a b"]),
    ]


def test_a_script_without_any_has_none(tmp_path: Path) -> None:
    assert header(tmp_path, "x = 1\n") == []
    assert header(tmp_path, "") == []
    assert read_header(tmp_path / "nowhere") == []
    assert header(tmp_path, "# CELLBURSTING is something else\n") == []


def test_quotes_that_do_not_end_are_told_with_their_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"script, line 2: name='a: No closing quotation"):
        header(tmp_path, "#!/bin/sh\n# CELLBURST name='a\n")
