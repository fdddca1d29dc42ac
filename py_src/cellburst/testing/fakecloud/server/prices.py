"""Prices as EC2 and the Price List API tell them: spot price history and GetProducts."""

from __future__ import annotations

import datetime
import hashlib
import json
import time
from typing import Any

from cellburst.testing.fakecloud.server import account, types
from cellburst.testing.fakecloud.server.asked import Answer, Asked, ec2_answer, json_answer
from cellburst.testing.fakecloud.server.types import Type

_MOST_ROWS = 1000
_LONGEST = 90 * 86400.0
_PAGE = 100
LOCATIONS = {
    "us-east-1": "US East (N. Virginia)",
    "us-east-2": "US East (Ohio)",
    "us-west-1": "US West (N. California)",
    "us-west-2": "US West (Oregon)",
    "eu-west-1": "EU (Ireland)",
    "eu-central-1": "EU (Frankfurt)",
    "ap-northeast-1": "Asia Pacific (Tokyo)",
}


def spot_history(request: Asked, seed: int) -> Answer:
    """DescribeSpotPriceHistory: each change between the times asked for, and the price in force at the first."""
    given = request.parameters
    now = time.time()
    end = min(now, _wall(given.get("EndTime"), now))
    start = min(end, max(now - _LONGEST, _wall(given.get("StartTime"), end)))
    names = _listed(given, "InstanceType") or _filtered(given, "instance-type") or sorted(types.priced())
    zones = _listed(given, "AvailabilityZone") or _filtered(given, "availability-zone") or account.zones(request.region)
    products = _listed(given, "ProductDescription") or _filtered(given, "product-description")
    rows: list[str] = []
    if not products or any(product.startswith("Linux/UNIX") for product in products):
        for kind in filter(None, map(types.find, names)):
            for zone in zones:
                rows += _changes(kind, request.region, zone, start, end, seed)
    most = min(int(given.get("MaxResults") or _MOST_ROWS), _MOST_ROWS)
    first = int(given.get("NextToken") or 0)
    token = str(first + most) if first + most < len(rows) else ""
    inside = f"<spotPriceHistorySet>{''.join(rows[first : first + most])}</spotPriceHistorySet>"
    return ec2_answer("DescribeSpotPriceHistory", f"{inside}<nextToken>{token}</nextToken>")


def _changes(kind: Type, region: str, zone: str, start: float, end: float, seed: int) -> list[str]:
    rows = []
    at = end
    while True:
        since = types.changed(kind, zone, at, seed)
        price = types.spot(kind, region, zone, at, seed)
        rows.append(
            f"<item><instanceType>{kind.name}</instanceType><productDescription>Linux/UNIX</productDescription>"
            f"<spotPrice>{price:.6f}</spotPrice><timestamp>{_utc(since)}</timestamp>"
            f"<availabilityZone>{zone}</availabilityZone></item>"
        )
        if since <= start:
            return rows
        at = since - 1.0


def _listed(given: dict[str, Any], name: str) -> list[str]:
    return [value for key, value in given.items() if key == name or key.startswith(f"{name}.")]


def _filtered(given: dict[str, Any], name: str) -> list[str]:
    for key, value in given.items():
        if key.startswith("Filter.") and key.endswith(".Name") and value == name:
            return [text for other, text in given.items() if other.startswith(key.replace(".Name", ".Value"))]
    return []


def products(request: Asked) -> Answer:
    """GetProducts of the Price List API, for EC2 on demand, Linux, shared."""
    given = request.parameters
    wanted = {item["Field"]: item["Value"] for item in given.get("Filters", ())}
    names = [wanted["instanceType"]] if "instanceType" in wanted else sorted(types.priced())
    places = [wanted["regionCode"]] if "regionCode" in wanted else sorted(LOCATIONS)
    found = []
    for kind in filter(None, map(types.find, names)):
        for region in places:
            product = _product(kind, region)
            attributes = {**product["product"]["attributes"], "productFamily": "Compute Instance"}
            if all(attributes.get(field) == value for field, value in wanted.items()):
                found.append(json.dumps(product))
    first = int(given.get("NextToken") or 0)
    most = min(int(given.get("MaxResults") or _PAGE), _PAGE)
    answer: dict[str, Any] = {"FormatVersion": "aws_v1", "PriceList": found[first : first + most]}
    if first + most < len(found):
        answer["NextToken"] = str(first + most)
    return json_answer(answer)


def _product(kind: Type, region: str) -> dict[str, Any]:
    sku = hashlib.sha256(f"{kind.name} {region}".encode()).hexdigest()[:16].upper()
    attributes = {
        "servicecode": "AmazonEC2",
        "instanceType": kind.name,
        "instanceFamily": "GPU instance" if kind.gpus else "General purpose",
        "regionCode": region,
        "location": LOCATIONS.get(region, region),
        "locationType": "AWS Region",
        "operatingSystem": "Linux",
        "preInstalledSw": "NA",
        "licenseModel": "No License required",
        "tenancy": "Shared",
        "capacitystatus": "Used",
        "marketoption": "OnDemand",
        "operation": "RunInstances",
        "vcpu": str(kind.cpus),
        "memory": f"{kind.memory / (1 << 30):g} GiB",
        "currentGeneration": "Yes",
    }
    if kind.gpus:
        attributes["gpu"] = str(kind.gpus)
    price = f"{types.on_demand(kind, region):.10f}"
    dimension = {
        "unit": "Hrs",
        "beginRange": "0",
        "endRange": "Inf",
        "description": f"${price} per On Demand Linux {kind.name} Instance Hour",
        "appliesTo": [],
        "rateCode": f"{sku}.JRTCKXETXF.6YS6EN2CT7",
        "pricePerUnit": {"USD": price},
    }
    term = {
        "sku": sku,
        "offerTermCode": "JRTCKXETXF",
        "effectiveDate": "2025-01-01T00:00:00Z",
        "termAttributes": {},
        "priceDimensions": {dimension["rateCode"]: dimension},
    }
    return {
        "product": {"productFamily": "Compute Instance", "attributes": attributes, "sku": sku},
        "serviceCode": "AmazonEC2",
        "terms": {"OnDemand": {f"{sku}.JRTCKXETXF": term}},
        "version": "20250101000000",
        "publicationDate": "2025-01-01T00:00:00Z",
    }


def _wall(text: str | None, default: float) -> float:
    if not text:
        return default
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def _utc(at: float) -> str:
    return datetime.datetime.fromtimestamp(at, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")
