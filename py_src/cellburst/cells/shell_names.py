"""Names that IPython puts into the namespace of a notebook."""

from __future__ import annotations

from collections.abc import Collection

PROVIDED = frozenset({"get_ipython", "display", "exit", "quit", "open"})
OUTPUTS = frozenset({"Out", "_oh"})
# Every module has its own of these.
OF_EVERY_MODULE = frozenset({
    "__name__", "__builtins__", "__builtin__", "__doc__", "__loader__", "__package__", "__spec__", "__debug__",
})  # fmt: skip
_MAKERS = ("IPython", "ipykernel")


def is_provided(name: str, value: object) -> bool:
    """Whether a worker has its own of this, so that the kernel's is not sent."""
    if name in OF_EVERY_MODULE:
        return True
    return name in PROVIDED and _made_by_ipython(value)


def is_shell(value: object) -> bool:
    """Whether it is the running shell itself."""
    return any(
        base.__name__ == "InteractiveShell" and base.__module__.startswith("IPython.") for base in type(value).__mro__
    )


def selected_outputs(outputs: object, numbers: Collection[int] | None) -> object:
    """The part of ``Out`` that is used: entries ``numbers``, or all."""
    if numbers is None or not isinstance(outputs, dict):
        return dict(outputs) if isinstance(outputs, dict) else outputs
    return {number: outputs[number] for number in numbers if number in outputs}


def _made_by_ipython(value: object) -> bool:
    modules = (
        getattr(value, "__globals__", {}).get("__name__"),
        getattr(value, "__module__", None),
        type(value).__module__,
    )
    return any(str(module).partition(".")[0] in _MAKERS for module in modules)
