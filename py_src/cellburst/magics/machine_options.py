"""The options about machines that are started for a run, named as in targets.toml."""

from __future__ import annotations

from typing import Any

from cellburst.errors import UsageError
from cellburst.magics import values
from cellburst.magics.expressions import evaluate
from cellburst.magics.grammar import Option, Reader, Reading
from cellburst.magics.line import Word
from cellburst.targets.rules import SPOT_POLICIES
from cellburst.targets.schema import read_value


def _of_target(key: str) -> Reader:
    """A reader of what a key of targets.toml may be; in brackets it is an expression."""

    def read(reading: Reading, word: Word) -> Any:
        value = evaluate(reading.line, word, reading.namespace) if word.text[:1] in "([" else values.text(reading, word)
        try:
            read_value(key, value)
        except UsageError as error:
            raise reading.line.error_at(str(error).removeprefix(f"{key}: "), word) from None
        return value

    return read


def _option(key: str, meaning: str, metavar: str) -> Option:
    return Option(f"--{key.replace('_', '-')}", meaning, _of_target(key), metavar)


MACHINES = (
    _option("max_cost", "the most dollars that the run may cost", "$"),
    _option("max_price", "the most dollars for an hour of one machine", "$"),
    _option("max_lifetime", "when a machine ends itself, whatever it does: 30m, 2h", "T"),
    _option("instance_type", "the types of machines, in this order", "TYPE,..."),
    Option(
        "--spot-policy",
        "whether to take cheaper machines that may be taken back at any time",
        values.choice(*SPOT_POLICIES),
        "|".join(SPOT_POLICIES),
    ),
    _option("gpus", "GPUs of each task", "N"),
    _option("gpu", "which GPU: t4, a10g, l4, l40s, a100, h100", "NAME"),
    _option("cpus", "cores of a machine, at least: the cheapest type that fits", "N+"),
    _option("memory", "memory of a machine, at least: 32GB", "SIZE"),
    _option("region", "where the machines are", "REGION"),
    Option("--escalate", "try what was out of memory again on a larger machine"),
)

MORE = tuple(option for option in MACHINES if option.name in ("--max-cost", "--max-lifetime"))
"""What a run that ended may be given more of."""
