from __future__ import annotations

import click
import pytest

from cellburst.cli.prune import parse_size, prune


@pytest.mark.parametrize(
    ("text", "size"), [("500", 500), ("2GB", 2 * 10**9), ("1.5 mb", 1_500_000), ("0", 0), ("3k", 3000)]
)
def test_sizes(text: str, size: int) -> None:
    assert parse_size(click.Context(prune), prune.params[1], text) == size


@pytest.mark.parametrize("text", ["", "GB", "1..2GB", "-1", "2 lots", "1e400"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="500MB"):
        parse_size(click.Context(prune), prune.params[1], text)
