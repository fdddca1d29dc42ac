"""What policies say (IAM User Guide, "Policy evaluation logic" and "IAM JSON policy elements")."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fnmatch import translate
from functools import lru_cache
from typing import Any

Policy = dict[str, Any]


@dataclass(frozen=True)
class Needed:
    """A permission that a request needs. ``context`` has condition keys in lower case; one that is not there is
    absent for ``Null``."""

    action: str
    resource: str = "*"
    context: dict[str, str] = field(default_factory=dict)


def allows(policies: Iterable[Policy], needed: Needed) -> bool:
    """Whether some statement allows it and none denies it."""
    effects = {effect for policy in policies for effect in effects_of(policy, needed)}
    return "Allow" in effects and "Deny" not in effects


def effects_of(policy: Policy, needed: Needed, principal: str = "") -> set[str]:
    """The effects of the statements that are about it; those of a resource's policy must be about ``principal``."""
    return {
        statement["Effect"]
        for statement in _listed(policy.get("Statement", ()))
        if _concerns(statement, needed) and _about(statement, principal) and _met(statement, needed)
    }


def _concerns(statement: Policy, needed: Needed) -> bool:
    if "NotAction" in statement:
        if _some(statement["NotAction"], needed.action.lower(), lower=True):
            return False
    elif not _some(statement.get("Action", ()), needed.action.lower(), lower=True):
        return False
    if "NotResource" in statement:
        return not _some(statement["NotResource"], needed.resource)
    return "Resource" not in statement or _some(statement["Resource"], needed.resource)


def _about(statement: Policy, principal: str) -> bool:
    who = statement.get("Principal")
    if who is None or not principal:
        return True
    names = ["*"] if who == "*" else [name for names in who.values() for name in _listed(names)]
    account = principal.split(":")[4] if principal.count(":") >= 4 else ""
    return any(name in ("*", principal, account, f"arn:aws:iam::{account}:root") for name in names)


def _met(statement: Policy, needed: Needed) -> bool:
    conditions = statement.get("Condition", {})
    return all(
        _condition(operator, key.lower(), [str(value) for value in _listed(values)], needed.context)
        for operator, pairs in conditions.items()
        for key, values in pairs.items()
    )


def _condition(operator: str, key: str, values: list[str], context: dict[str, str]) -> bool:
    name = operator.rpartition(":")[2]
    for_all = operator.startswith("ForAllValues:")
    found = context.get(key)
    if name == "Null":
        return (found is None) == (values[0].lower() == "true")
    if name.endswith("IfExists"):
        name = name.removesuffix("IfExists")
        if found is None:
            return True
    if found is None:
        return for_all or name.startswith(("StringNot", "ArnNot", "NumericNot"))
    return _OPERATORS[name](found, values)


def _like(found: str, values: list[str]) -> bool:
    return any(_matches(value, found) for value in values)


_OPERATORS: dict[str, Callable[[str, list[str]], bool]] = {
    "StringEquals": lambda found, values: found in values,
    "StringNotEquals": lambda found, values: found not in values,
    "StringEqualsIgnoreCase": lambda found, values: found.lower() in [value.lower() for value in values],
    "StringLike": _like,
    "StringNotLike": lambda found, values: not _like(found, values),
    "ArnLike": _like,
    "ArnEquals": _like,
    "ArnNotLike": lambda found, values: not _like(found, values),
    "Bool": lambda found, values: found.lower() in [value.lower() for value in values],
    "NumericEquals": lambda found, values: float(found) in map(float, values),
    "NumericLessThan": lambda found, values: any(float(found) < float(value) for value in values),
    "NumericLessThanEquals": lambda found, values: any(float(found) <= float(value) for value in values),
    "NumericGreaterThan": lambda found, values: any(float(found) > float(value) for value in values),
    "NumericGreaterThanEquals": lambda found, values: any(float(found) >= float(value) for value in values),
    "IpAddress": lambda found, values: True,  # everybody is on this machine
    "NotIpAddress": lambda found, values: False,
}


def _some(patterns: Any, text: str, lower: bool = False) -> bool:
    return any(_matches(pattern.lower() if lower else pattern, text) for pattern in _listed(patterns))


@lru_cache(maxsize=4096)
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern.replace("[", "[[]")))


def _matches(pattern: str, text: str) -> bool:
    return _pattern(pattern).match(text) is not None


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]
