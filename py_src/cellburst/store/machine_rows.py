"""Machines as rows, and back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

import msgspec

from cellburst.model.machine import Machine, Meter
from cellburst.store.queries import SQL
from cellburst.store.rows import checksum

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Machine).decode


def put_machines(db: sqlite3.Connection, run: int, machines: Iterable[Machine]) -> None:
    """Machines of a run are as told now. Raises sqlite3.Error."""
    db.executemany(SQL["put_machine"], [_row(run, machine) for machine in machines])


def _row(run: int, machine: Machine) -> dict[str, Any]:
    body = _encode(machine)
    return {
        "run": run,
        "name": machine.name,
        "live": machine.live,
        "price": machine.price,
        "billed": machine.billed,
        "ended": machine.ended,
        "body": body,
        "checksum": checksum(body),
    }


def read_machines(rows: Iterable[Any]) -> list[Machine]:
    """Those that are what was written, in the order of their numbers ("m2" before "m10")."""
    found = []
    for body, check in rows:
        if checksum(body) == check:
            found.append(_decode(body))
    return sorted(found, key=lambda machine: (machine.requested, len(machine.name), machine.name))


def read_meter(base: float, rate: float, fresh: str | None) -> Meter:
    """What the machines of a run cost, of a row of "meters"."""
    first = [tuple(map(float, each.split())) for each in fresh.split(",")] if fresh else []
    return Meter(base, rate, tuple((until, price) for until, price in first))
