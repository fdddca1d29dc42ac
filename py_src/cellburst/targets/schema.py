"""The keys of a target: how the value of each is read, and what the whole may not be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args

from msgspec.structs import replace

from cellburst.errors import UsageError
from cellburst.model.target import BackendName, Target
from cellburst.targets import quantities
from cellburst.targets.builtin import REGION, has_machines
from cellburst.targets.naming import nearest
from cellburst.targets.rules import SPOT_POLICIES, name_trouble, troubles

BACKENDS: tuple[str, ...] = get_args(BackendName)
_WITH_MACHINES = tuple(name for name in BACKENDS if name != "local")


class KeyTrouble(UsageError):
    """A key of a target has a value that cannot be meant; ``key`` is which, "" if it is none in particular."""

    def __init__(self, key: str, message: str) -> None:
        self.key = key
        super().__init__(message)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise UsageError(f"{value!r} is no text")
    return value.strip()


def _texts(value: object) -> tuple[str, ...]:
    """A list of texts, or one with commas."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, (list, tuple)) or not parts:
        raise UsageError(f"{value!r} is no list of texts")
    found = tuple(_text(part) for part in parts)
    if twice := next((part for part in found if found.count(part) > 1), None):
        raise UsageError(f"{twice!r} is named twice")
    return found


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise UsageError(f"{value!r} is neither true nor false")
    return value


def _threshold(value: object) -> float:
    return 0.0 if value in (0, "0") and not isinstance(value, bool) else quantities.dollars(value)


def _none_of(allowed: tuple[str, ...]) -> Callable[[object], str]:
    def read(value: object) -> str:
        word = _text(value)
        if word not in allowed:
            raise UsageError(f"{word!r} is none of {', '.join(allowed)}{nearest(word, allowed)}")
        return word

    return read


READERS: Mapping[str, Callable[[object], Any]] = {
    "backend": _none_of(BACKENDS),
    "region": _text,
    "zones": _texts,
    "instance_type": _texts,
    "cpus": quantities.at_least,
    "memory": quantities.size,
    "gpus": quantities.at_least,
    "gpu": lambda value: _text(value).lower(),
    "arch": _text,
    "spot_policy": _none_of(SPOT_POLICIES),
    "max_cost": quantities.dollars,
    "max_price": quantities.dollars,
    "max_lifetime": quantities.seconds,
    "confirm_above": _threshold,
    "parallel": quantities.at_least,
    "workers": quantities.at_least,
    "disk": quantities.size,
    "image": _text,
    "bucket": _text,
    "profile": _text,
    "subnets": _texts,
    "escalate": _flag,
}
"""By key: from what stands in the file, or was said in an option, to the value. They raise UsageError."""


def read_value(key: str, value: object) -> Any:
    """The value of ``key``. Raises KeyTrouble."""
    reader = READERS.get(key)
    if reader is None:
        raise KeyTrouble(key, f"there is no key {key!r}{nearest(key.replace('-', '_'), READERS)}")
    try:
        return reader(value)
    except UsageError as error:
        raise KeyTrouble(key, f"{key}: {error}") from None


def make(name: str, given: Mapping[str, object]) -> Target:
    """A target of a file. Raises KeyTrouble."""
    if trouble := name_trouble(name):
        raise KeyTrouble("", trouble)
    values = {key: read_value(key, value) for key, value in given.items()}
    backend = values.get("backend")
    if name == "local" or backend == "local":
        said = "local is there without a section, and the setting CELLBURST_WORKERS says how many workers it has"
        raise KeyTrouble("backend" if backend == "local" else "", said)
    if backend is None and name == "fakecloud":
        values["backend"] = "fakecloud"
    elif backend is None:
        raise KeyTrouble("", f"it needs backend, which is one of {', '.join(_WITH_MACHINES)}")
    elif name == "fakecloud" and backend != name:
        raise KeyTrouble("backend", "the target fakecloud is the made-up cloud; give real machines another name")
    return checked(Target(name, **{"region": REGION, **values}))


def wrong(name: str, given: Mapping[str, object]) -> Iterator[KeyTrouble]:
    """Everything that is wrong with a section: with single keys, else with the whole."""
    found = False
    for key, value in given.items():
        try:
            read_value(key, value)
        except KeyTrouble as trouble:
            found = True
            yield trouble
    try:
        if not found:
            make(name, given)
    except KeyTrouble as trouble:
        yield trouble


def changed(target: Target, given: Mapping[str, object]) -> Target:
    """The target with some keys said anew for one run. Raises KeyTrouble."""
    values = {key: read_value(key, value) for key, value in given.items()}
    sizes = {"cpus", "memory", "gpus", "gpu"}
    if "instance_type" in values and not sizes & values.keys():
        values.update(cpus=0, memory=0, gpus=0, gpu="")
    elif sizes & values.keys() and "instance_type" not in values:
        values["instance_type"] = ()
    if values.get("region", target.region) != target.region:
        values = {"zones": (), "subnets": (), "bucket": "", **values}
    return checked(replace(target, **values))


def checked(target: Target) -> Target:
    """The target, if nothing is wrong with it as a whole. Raises KeyTrouble."""
    if has_machines(target):
        for key, sentence in troubles(target):
            raise KeyTrouble(key, f"{key}: {sentence}")
    return target
