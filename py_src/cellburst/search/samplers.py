"""Who suggests the next point of a search."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cellburst.client.options.searching import check_packages

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler

OF_HISTORY = frozenset({"cmaes", "qmc"})
"""Those that remember what they suggested, and must be asked again for what is on record."""


def make_sampler(name: str, seed: int, *, conditional: bool) -> BaseSampler:
    """A sampler for one suggestion.

    ``conditional`` says that not every point has every parameter. Raises UsageError for one that is not there.
    """
    check_packages(name)
    return _MAKERS[name](seed, conditional)


def _tpe(seed: int, conditional: bool) -> BaseSampler:
    from optuna.samplers import TPESampler

    # together: learns which values go with which; groups: those that exist together; a liar: what is on its way counts
    return TPESampler(seed=seed, multivariate=True, group=conditional, constant_liar=True)


def _random(seed: int, conditional: bool) -> BaseSampler:
    from optuna.samplers import RandomSampler

    return RandomSampler(seed=seed)


def _cmaes(seed: int, conditional: bool) -> BaseSampler:
    from optuna.samplers import CmaEsSampler

    return CmaEsSampler(seed=seed, warn_independent_sampling=False, independent_sampler=_random(seed, False))


def _gp(seed: int, conditional: bool) -> BaseSampler:
    from optuna.samplers import GPSampler

    return GPSampler(seed=seed, independent_sampler=_random(seed, False))


def _qmc(seed: int, conditional: bool) -> BaseSampler:
    from optuna.samplers import QMCSampler

    return QMCSampler(
        seed=seed,
        scramble=True,
        warn_asynchronous_seeding=False,
        warn_independent_sampling=False,
        independent_sampler=_random(seed, False),
    )


_MAKERS: dict[str, Callable[[int, bool], BaseSampler]] = {
    "tpe": _tpe,
    "random": _random,
    "cmaes": _cmaes,
    "gp": _gp,
    "qmc": _qmc,
    "grid": _random,  # its points are given to it
}
