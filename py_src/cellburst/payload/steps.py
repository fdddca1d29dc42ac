"""What is inside an object as pickle sees it, with the words that lead there: `.log`, `['key']`, `[0]`."""

from __future__ import annotations

import functools
import sys
from collections import deque
from collections.abc import Iterator
from types import FunctionType, MethodType
from typing import Any

_LONGEST_KEY = 60
_ATOMS = frozenset({int, float, bool, str, bytes, complex, type(None), type(Ellipsis), range})
Step = str


def joined(path: str, step: Step) -> str:
    """The path one step further; a step that holds `{}` is put around the path."""
    return step.replace("{}", path) if "{}" in step else path + step


def children(value: Any) -> Iterator[tuple[Step, Any]]:
    """The parts of an object that pickle would visit, without plain scalars. Never raises."""
    try:
        parts = list(_parts(value))
    except (Exception, SystemExit, GeneratorExit):
        return
    yield from ((step, part) for step, part in parts if type(part) not in _ATOMS)


def _parts(value: Any) -> Iterator[tuple[Step, Any]]:
    if isinstance(value, dict):
        yield from _of_dict(value)
    elif isinstance(value, (list, tuple, deque)):
        yield from ((f"[{index}]", part) for index, part in enumerate(value))
    elif isinstance(value, (set, frozenset)):
        yield from (("an element of {}", part) for part in value)
    if isinstance(value, FunctionType):
        yield from _of_function(value)
    elif isinstance(value, MethodType):
        yield ".__self__", value.__self__
    elif isinstance(value, functools.partial):
        yield from ((".func", value.func), (".args", value.args), (".keywords", value.keywords))
    elif isinstance(value, type):
        yield from ((f".{name}", part) for name, part in vars(value).items() if not name.startswith("__"))
    elif type(value).__module__.partition(".")[0] in ("numpy", "pandas"):
        yield from _of_table(value)
    elif issubclass(type(value), getattr(sys.modules.get("torch"), "Tensor", ())):
        yield from _of_tensor(value)
    elif type(value) not in (dict, list, tuple, set, frozenset, deque):
        yield from _of_instance(value)


def _of_dict(value: dict[Any, Any]) -> Iterator[tuple[Step, Any]]:
    for key, part in value.items():
        yield f"[{_short(key)}]", part
        yield "a key of {}", key


def _of_function(function: FunctionType) -> Iterator[tuple[Step, Any]]:
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield f"{name} (used by {{}})", cell.cell_contents
        except ValueError:  # an empty cell
            continue
    yield from (("a default argument of {}", part) for part in function.__defaults__ or ())
    for name, part in (function.__kwdefaults__ or {}).items():
        yield f"the default of {name} in {{}}", part
    yield from ((f".{name}", part) for name, part in vars(function).items())


def _of_table(value: Any) -> Iterator[tuple[Step, Any]]:
    if hasattr(value, "columns") and hasattr(value, "items"):
        yield from ((f"[{_short(name)}]", column) for name, column in value.items())
    elif getattr(getattr(value, "dtype", None), "hasobject", value.__class__.__name__ == "Series"):
        yield from ((f"[{index}]", part) for index, part in enumerate(value.tolist()))


def _of_tensor(value: Any) -> Iterator[tuple[Step, Any]]:
    yield from ((f".{name}", part) for name, part in own_attributes(value).items())
    if value.is_leaf:  # torch warns where it is asked for the gradient of another
        yield ".grad", value.grad
        yield from (("a hook of {}", hook) for hook in (value._backward_hooks or {}).values())


def _of_instance(value: Any) -> Iterator[tuple[Step, Any]]:
    attributes = own_attributes(value)
    kind = type(value)
    if has_default_reduce(kind):
        if not has_own_state(kind):
            yield from ((f".{name}", part) for name, part in attributes.items())
            return
        states = [value.__getstate__()]
    else:
        reduced = value.__reduce_ex__(5)
        states = [part for part in reduced[1:] if part is not None] if isinstance(reduced, tuple) else []
    names = {id(part): f".{name}" for name, part in attributes.items()}
    for state in states:
        yield from _of_state(state, names)


def _of_state(state: Any, names: dict[int, Step]) -> Iterator[tuple[Step, Any]]:
    if isinstance(state, dict):
        yield from ((f".{name}" if str(name).isidentifier() else f"[{_short(name)}]", v) for name, v in state.items())
    elif isinstance(state, (tuple, list)):
        for part in state:
            if isinstance(part, dict) and id(part) not in names:
                yield from _of_state(part, names)
            else:
                yield names.get(id(part), "a part of {}"), part
    elif hasattr(state, "__next__"):  # the items of a list or dict: already given
        return
    else:
        yield names.get(id(state), "the state of {}"), state


def own_attributes(value: Any) -> dict[str, Any]:
    """The instance's `__dict__` and slots, read without its own `__getattr__`."""
    read = object.__getattribute__
    try:
        own = read(value, "__dict__")
        found = own.copy() if type(own) is dict else dict(own)
    except (AttributeError, TypeError):
        found = {}
    for name in slot_names(type(value)):  # type: ignore[arg-type]
        try:
            found[name] = read(value, name)
        except AttributeError:  # not set
            continue
    return found


@functools.lru_cache(512)
def slot_names(kind: Any) -> tuple[str, ...]:
    """The slots of a class and its bases that hold values, under the names they are stored by."""
    found: list[str] = []
    for cls in kind.__mro__:
        slots = vars(cls).get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if name in ("__dict__", "__weakref__"):
                continue
            hidden = name.startswith("__") and not name.endswith("__") and cls.__name__.strip("_")
            found.append(f"_{cls.__name__.lstrip('_')}{name}" if hidden else name)
    return tuple(found)


def has_default_reduce(kind: Any) -> bool:
    """Whether instances are pickled by their attributes and items, and not in a way of their own."""
    return kind.__reduce_ex__ is object.__reduce_ex__ and kind.__reduce__ is object.__reduce__


def has_own_state(kind: type) -> bool:
    """Whether instances say themselves what their state is."""
    return getattr(kind, "__getstate__", None) is not getattr(object, "__getstate__", None)


def _short(key: Any) -> str:
    try:
        text = repr(key)
    except Exception:
        text = f"<{type(key).__name__}>"
    return text if len(text) <= _LONGEST_KEY else text[: _LONGEST_KEY - 1] + "…"
