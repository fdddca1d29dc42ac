"""Asking AWS for what is not known or is older than a day, and keeping the answers with their date."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from cellburst.aws import prices
from cellburst.aws import quotas as aws_quotas
from cellburst.aws.session import Session
from cellburst.model.machine import Market
from cellburst.pricing.catalogue import Asked, Catalogue, MachineType, Price, keep_asked, load, path_of
from cellburst.pricing.quotas import CODES, Quotas, family_of

_QUOTAS_GOOD = 3600.0  # seconds; somebody who asked for more wants to see it
_IN_USE_GOOD = 60.0  # seconds


class _Counted(Struct, frozen=True):
    """Quotas by code, and when they were asked for (wall seconds)."""

    at: float
    cores: dict[str, float]


class _InUse(Struct, frozen=True):
    """Machines by type and market, and when they were counted (wall seconds)."""

    at: float
    machines: list[tuple[str, Market, int]]


def refresh(
    session: Session,
    provider: str,
    region: str,
    folder: Path,
    now: float,
    types: Sequence[str] = (),
    *,
    spot: bool = True,
) -> Catalogue:
    """Ask for these types, all if none is named: what is new of them, prices, spot prices. Raises CloudError."""
    known = load(provider, region, folder)
    wanted = [name for name in types if name not in known.types]
    described = prices.describe(session, region, wanted) if wanted or not types else []
    listed = prices.on_demand(session, region, types)
    now_spot = prices.spot(session, region, types) if spot else []
    by_zone: dict[str, dict[str, Price]] = {}
    for found in now_spot:
        by_zone.setdefault(found.type, {})[found.zone] = Price(found.dollars, now)
    keep_asked(
        path_of(provider, region, folder),
        Asked(
            types={found.name: MachineType(*found) for found in described if "metal" not in found.name},
            on_demand={name: Price(dollars, now) for name, dollars in listed.items()},
            spot=by_zone,
            asked=dict.fromkeys(types or listed, now),
            spot_at=dict.fromkeys(types or listed, now) if spot else {},
        ),
    )
    return load(provider, region, folder)


def refreshed(
    connect: Callable[[], Session],
    catalogue: Catalogue,
    provider: str,
    folder: Path,
    now: float,
    types: Sequence[str],
    *,
    spot: bool,
) -> Catalogue:
    """The catalogue with prices of these types that are not older than a day. Raises CloudError, UsageError.

    ``connect`` is called only if there is something to ask.
    """
    old = catalogue.stale(types, now, spot=spot)
    return refresh(connect(), provider, catalogue.region, folder, now, old, spot=spot) if old else catalogue


def account_quotas(
    connect: Callable[[], Session], name: str, region: str, folder: Path, now: float, *, good: float = _QUOTAS_GOOD
) -> Quotas:
    """The account's quotas of cores, asked if they are older than ``good`` seconds; ``name`` tells accounts apart.

    Raises CloudError, UsageError.
    """
    path = folder / f"quotas-{name}-{region}.json"
    try:
        known = msgspec.json.decode(path.read_bytes(), type=_Counted)
    except (OSError, msgspec.DecodeError):
        known = _Counted(float("-inf"), {})
    if not 0 <= now - known.at < good:
        known = _Counted(now, aws_quotas.cores(connect(), region, set(CODES.values())))
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(msgspec.json.encode(known))
    codes: dict[str, tuple[str, Market]] = {code: key for key, code in CODES.items()}
    return {codes[code]: value for code, value in known.cores.items() if code in codes}


def cores_in_use(connect: Callable[[], Session], name: str, folder: Path, now: float, catalogue: Catalogue) -> Quotas:
    """Cores that the account's machines have in the catalogue's region, asked if that was more than a minute ago.

    Those of types that the catalogue does not know are not counted. Raises CloudError, UsageError.
    """
    path = folder / f"used-{name}-{catalogue.region}.json"
    try:
        known = msgspec.json.decode(path.read_bytes(), type=_InUse)
    except (OSError, msgspec.DecodeError):
        known = _InUse(float("-inf"), [])
    if not 0 <= now - known.at < _IN_USE_GOOD:
        counted = aws_quotas.running(connect(), catalogue.region)
        known = _InUse(now, [(kind, market, number) for (kind, market), number in counted.items()])
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(msgspec.json.encode(known))
    used: dict[tuple[str, Market], float] = {}
    for kind, market, number in known.machines:
        if kind in catalogue.types:
            key = family_of(kind), market
            used[key] = used.get(key, 0.0) + number * catalogue.types[kind].cpus
    return used
