"""Sobol sequences, from scipy."""

from __future__ import annotations

import inspect
import warnings
from array import array
from collections.abc import Sequence
from importlib import import_module

from cellburst.errors import SweepError

_MOST_DIMENSIONS = 21201


def sequence(dimensions: int, length: int, seed: int) -> Sequence[array[float]]:
    """The first ``length`` points of a scrambled sequence, as one array of places in [0, 1) for each dimension.

    Points are balanced best if their number is a power of 2. Raises SweepError without scipy.
    """
    try:
        qmc = import_module("scipy.stats.qmc")
    except ImportError:
        said = '--sampler sobol needs scipy: pip install "cellburst[search]"; lhs and random do without'
        raise SweepError(said, at="--sampler") from None
    if dimensions > _MOST_DIMENSIONS:
        raise SweepError(
            f"--sampler sobol: at most {_MOST_DIMENSIONS:,} parameters, not {dimensions:,}", at="--sampler"
        )
    named = "rng" if "rng" in inspect.signature(qmc.Sobol).parameters else "seed"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that the number is no power of 2
        points = qmc.Sobol(d=dimensions, **{named: seed}).random(length)
    return [array("d", points[:, place].tolist()) for place in range(dimensions)]
