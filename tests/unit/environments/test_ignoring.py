from __future__ import annotations

from pathlib import Path

import pytest

from cellburst.environments.ignoring import Ignore
from cellburst.environments.trees import ignore_of
from cellburst.errors import EnvironmentRefused


@pytest.mark.parametrize(
    ("lines", "path", "folder", "verdict"),
    [
        ([], "model.py", False, ""),
        ([], "deep/er/.git", True, "ignored"),
        ([], "a/__pycache__", True, "ignored"),
        ([], "a/x.cpython-311.pyc", False, "ignored"),
        ([], ".env", False, "secret"),
        ([], "a/.env.production", False, "secret"),
        ([], "a/server.pem", False, "secret"),
        (["!certs/ca.pem"], "certs/ca.pem", False, ""),
        (["!certs/ca.pem"], "other/ca.pem", False, "secret"),
        (["*.csv"], "a/b/c.csv", False, "ignored"),
        (["/*.csv"], "a.csv", False, "ignored"),
        (["/*.csv"], "a/b.csv", False, ""),
        (["data/"], "a/data", True, "ignored"),
        (["data/"], "a/data", False, ""),
        (["a/**/z.txt"], "a/z.txt", False, "ignored"),
        (["a/**/z.txt"], "a/b/c/z.txt", False, "ignored"),
        (["a/*.txt"], "a/b/z.txt", False, ""),
        (["raw/**"], "raw/deep/er", False, "ignored"),
        (["**/raw"], "x/y/raw", False, "ignored"),
        (["x[0-9].py"], "x7.py", False, "ignored"),
        (["x[!0-9].py"], "x7.py", False, ""),
        (["?.py"], "ab.py", False, ""),
        (["# no", "", "  "], "# no", False, ""),
        (["\\#yes"], "#yes", False, "ignored"),
        (["\\!yes"], "!yes", False, "ignored"),
        (["trailing.txt   "], "trailing.txt", False, "ignored"),
        (["*.py", "!keep.py"], "keep.py", False, ""),
        (["!keep.py", "*.py"], "keep.py", False, "ignored"),
        (["a.b"], "axb", False, ""),
        (["f(1).py"], "f(1).py", False, "ignored"),
        (["[a&&b].py"], "&.py", False, "ignored"),
        (["[[x].py"], "[.py", False, "ignored"),
        (["foo["], "foo[", False, "ignored"),
    ],
)
def test_as_gitignore_says(lines: list[str], path: str, folder: bool, verdict: str) -> None:
    assert Ignore(lines).verdict(path, folder=folder) == verdict


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"fine\n[z-a]\n", r"line 2: '\[z-a\]' is no pattern \(bad character range z-a\)"),
        (b"x[[:digit:]]\n", "line 1: .*classes by name are not known here"),
        (b"secret\n\xff\n", "it is not UTF-8"),
        (None, "it cannot be read: Is a directory"),
    ],
)
def test_one_that_is_not_understood_lets_nothing_out(tmp_path: Path, text: bytes | None, why: str) -> None:
    path = tmp_path / ".cellburstignore"
    if text is None:
        path.mkdir()
    else:
        path.write_bytes(text)
    with pytest.raises(EnvironmentRefused, match=why):
        ignore_of(str(tmp_path / "none"), str(tmp_path))
