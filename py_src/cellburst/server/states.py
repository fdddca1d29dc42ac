"""The state of every task in one small answer, for the matrix."""

from __future__ import annotations

import re

from cellburst.server.replies import Tagged
from cellburst.server.schemas import runs as s
from cellburst.server.service import Service

_REPEATED = re.compile(r"(.)\1+")


def states(service: Service, run: str, seen: frozenset[str]) -> Tagged:
    """The letters of a run, unless the client has them. Raises UnknownRunError, StoreError."""
    with service.stores.holding(run) as (env, reader):
        etag = f"{env}-{run}-{reader.version(run)}"
        if etag in seen:
            return Tagged(etag, None)
        letters = reader.states(run)
    return Tagged(etag, s.StatesAnswer(len(letters), coded(letters)))


def coded(letters: str) -> str:
    """Letters with the length of each row of equal ones before it: never longer than the letters themselves."""
    return _REPEATED.sub(lambda match: f"{len(match[0])}{match[1]}", letters)
