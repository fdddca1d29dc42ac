"""The JSON Schema of ``targets.toml``, by which an editor completes and checks it."""

from __future__ import annotations

from typing import Any

import msgspec

from cellburst.model.target import Target
from cellburst.targets.schema import BACKENDS

_AMOUNTS = {
    "max_lifetime": "seconds, or 90s, 10m, 2h",
    "memory": "32GB",
    "disk": "50GB",
    "cpus": "4, or 4+",
    "gpus": "1",
    "max_cost": "dollars for a run",
    "max_price": "dollars for an hour of one machine",
    "confirm_above": "dollars of the worst case above which one is asked",
    "parallel": "tasks at once",
    "workers": "tasks at once on one machine",
}
_LISTS = ("zones", "instance_type", "subnets")


def json_schema() -> dict[str, Any]:
    """Every section is a target; amounts may be numbers or texts with a unit, lists texts with commas."""
    keys: dict[str, Any] = msgspec.json.schema(Target)["$defs"]["Target"]["properties"]
    found = {key: {part: about[part] for part in about if part != "default"} for key, about in keys.items()}
    found.pop("name")
    for key, about in _AMOUNTS.items():
        found[key] = {"type": ["number", "string"], "description": about}
    for key in _LISTS:
        found[key] = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
    found["backend"] = {"enum": [name for name in BACKENDS if name != "local"]}
    section = {"type": "object", "properties": found, "additionalProperties": False}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "targets.toml of cellburst",
        "type": "object",
        "additionalProperties": section,
    }
