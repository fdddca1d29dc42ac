"""What AWS says of types of machines and their prices. Every function raises CloudError in our words.

The Price List API answers in a few regions only, about all of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from typing import Any, NamedTuple

from cellburst.aws.errors import translated
from cellburst.aws.session import Session

_ASKED_FROM = "us-east-1"
_SINGLY = 24  # types up to which each is asked for by itself; more come with the whole list
_THREADS = 8
_LINUX = {
    "operatingSystem": "Linux",
    "preInstalledSw": "NA",
    "tenancy": "Shared",
    "capacitystatus": "Used",
    "marketoption": "OnDemand",
}
_DESCRIBED = 100  # types in a request


class Described(NamedTuple):
    """A type as EC2 describes it; memory in bytes."""

    name: str
    cpus: int
    memory: int
    arch: str
    gpus: int
    gpu: str
    gpu_memory: int
    burstable: bool
    network: float


class SpotPrice(NamedTuple):
    """The newest in a zone, and since when (wall seconds)."""

    type: str
    zone: str
    dollars: float
    since: float


def on_demand(session: Session, region: str, types: Sequence[str] = ()) -> dict[str, float]:
    """Dollars an hour of Linux machines by type, of all types if none is named; one without a price is left out."""
    with translated("ask for prices"):
        client = session.client("pricing", _ASKED_FROM)
        if not types or len(types) > _SINGLY:
            return dict(_products(client, region, {}))
        with ThreadPoolExecutor(_THREADS, "cellburst-prices") as threads:
            asked = threads.map(lambda name: dict(_products(client, region, {"instanceType": name})), types)
            return {name: price for found in asked for name, price in found.items()}


def spot(session: Session, region: str, types: Sequence[str] = ()) -> list[SpotPrice]:
    """The spot prices now, by type and zone."""
    now = datetime.now(timezone.utc)
    wanted: dict[str, Any] = {"InstanceTypes": list(types)} if types else {}
    newest: dict[tuple[str, str], SpotPrice] = {}
    with translated("ask for spot prices"):
        pages = session.client("ec2", region).get_paginator("describe_spot_price_history")
        asked = pages.paginate(ProductDescriptions=["Linux/UNIX"], StartTime=now, EndTime=now, **wanted)
        for row in (row for page in asked for row in page["SpotPriceHistory"]):
            key = row["InstanceType"], row["AvailabilityZone"]
            since = row["Timestamp"].timestamp()
            if key not in newest or newest[key].since < since:
                newest[key] = SpotPrice(*key, float(row["SpotPrice"]), since)
    return list(newest.values())


def describe(session: Session, region: str, types: Sequence[str] = ()) -> list[Described]:
    """What types have, of all of the region if none is named. Unknown names are left out."""
    chunks: Iterable[Sequence[str]] = [types[at : at + _DESCRIBED] for at in range(0, len(types), _DESCRIBED)] or [()]
    found = []
    with translated("ask for types of machines"):
        pages = session.client("ec2", region).get_paginator("describe_instance_types")
        for chunk in chunks:
            wanted: dict[str, Any] = {"Filters": [{"Name": "instance-type", "Values": list(chunk)}]} if chunk else {}
            found += [_described(row) for page in pages.paginate(**wanted) for row in page["InstanceTypes"]]
    return found


def _products(client: Any, region: str, more: dict[str, str]) -> Iterator[tuple[str, float]]:
    fields = {**_LINUX, "regionCode": region, **more}
    filters = [{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in fields.items()]
    for page in client.get_paginator("get_products").paginate(ServiceCode="AmazonEC2", Filters=filters):
        for text in page["PriceList"]:
            product = json.loads(text)
            name = product["product"]["attributes"].get("instanceType")
            price = _hourly(product)
            if name and price:
                yield name, price


def _hourly(product: dict[str, Any]) -> float:
    """Dollars an hour; 0 for what is not sold by the hour."""
    for term in product.get("terms", {}).get("OnDemand", {}).values():
        for dimension in term["priceDimensions"].values():
            if dimension.get("unit") == "Hrs":
                return float(dimension["pricePerUnit"].get("USD", 0.0))
    return 0.0


def _described(about: dict[str, Any]) -> Described:
    gpus = about.get("GpuInfo", {}).get("Gpus", [])
    cards = about.get("NetworkInfo", {}).get("NetworkCards", [])
    return Described(
        about["InstanceType"],
        about["VCpuInfo"]["DefaultVCpus"],
        about["MemoryInfo"]["SizeInMiB"] << 20,
        "arm64" if "arm64" in about["ProcessorInfo"]["SupportedArchitectures"] else "x86_64",
        sum(gpu["Count"] for gpu in gpus),
        gpus[0]["Name"].lower() if gpus else "",
        gpus[0].get("MemoryInfo", {}).get("SizeInMiB", 0) << 20 if gpus else 0,
        bool(about.get("BurstablePerformanceSupported")),
        round(sum(card.get("BaselineBandwidthInGbps", 0.0) for card in cards), 3),
    )
