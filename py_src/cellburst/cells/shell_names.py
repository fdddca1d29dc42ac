"""Names that IPython puts into the namespace of a notebook."""

from __future__ import annotations

from collections.abc import Collection, Mapping

PROVIDED = frozenset({"get_ipython", "display", "exit", "quit", "open"})
OUTPUTS = frozenset({"Out", "_oh"})
# Every module has its own of these.
OF_EVERY_MODULE = frozenset({
    "__name__", "__builtins__", "__builtin__", "__doc__", "__loader__", "__package__", "__spec__", "__debug__",
})  # fmt: skip
DOC = "Automatically created module for IPython interactive environment"
"""What ``__doc__`` of a notebook is at first."""
_SHELLS = frozenset({"ZMQInteractiveShell", "InteractiveShell", "TerminalInteractiveShell"})
_MAKERS = ("IPython", "ipykernel")


def is_provided(name: str, value: object) -> bool:
    """Whether a worker has its own of this, so that the kernel's is not sent."""
    if name == "__doc__":
        return value == DOC
    if name in OF_EVERY_MODULE:
        return True
    return name in PROVIDED and _made_by_ipython(value)


def is_shell(value: object) -> bool:
    """Whether it is the running shell itself."""
    return any(
        base.__name__ == "InteractiveShell" and base.__module__.startswith("IPython.") for base in type(value).__mro__
    )


class ShellHere:
    """Stands for the shell among the inputs; what is rebuilt from it is the other side's own."""

    def __reduce__(self) -> tuple[object, tuple[()]]:
        from IPython.core.getipython import get_ipython

        return get_ipython, ()


def of_shell(namespace: Mapping[str, object]) -> frozenset[str]:
    """The names under which a notebook has its shell."""
    return frozenset(name for name, value in namespace.items() if type(value).__name__ in _SHELLS and is_shell(value))


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
