"""What of the process a cell may change: library settings, random states, the process's surroundings."""

from __future__ import annotations

import functools
import hashlib
import logging
import os
import random
import sys
from collections.abc import Callable, Iterator
from typing import Any

from .atoms import token, type_name

# they differ between two kernels, or are ours
_VARIABLES = frozenset({"JPY_PARENT_PID", "JPY_SESSION_NAME", "JPY_API_TOKEN", "_"})

Found = Iterator[tuple[str, str]]


def describe(shell: Any) -> dict[str, str]:
    """Each state's name and text; a state that is as right after import may have none."""
    return {name: text for part in _PARTS for name, text in found(part, shell).items()}


def found(part: Callable[[Any], Found], shell: Any) -> dict[str, str]:
    """What a part tells; that it cannot, if so."""
    try:
        return dict(part(shell))
    except Exception as error:
        return {part.__name__.strip("_"): f"cannot be described: {type(error).__name__}: {error}"}


def _process(shell: Any) -> Found:
    try:
        yield "cwd", os.getcwd()
    except OSError as error:
        yield "cwd", type(error).__name__
    yield "sys.path", repr(sys.path)
    yield "sys.argv", repr(sys.argv[1:])
    yield "sys.recursionlimit", str(sys.getrecursionlimit())
    for name, value in os.environ.items():
        if name not in _VARIABLES:
            yield f"os.environ[{name!r}]", value
    yield "sys.stdout", f"{type_name(type(sys.stdout))} {type_name(type(sys.stderr))}"
    builtins = sys.modules["builtins"].__dict__
    yield "builtins", repr(sorted(name for name, value in builtins.items() if _ours(value)))


def _ours(value: Any) -> bool:
    return getattr(value, "__module__", None) == "__main__"


def _randoms(shell: Any) -> Found:
    yield "random", _digest(repr(random.getstate()))
    numpy = _loaded("numpy.random")
    if numpy is not None:
        state = numpy.get_state(legacy=False)
        inner = {name: getattr(value, "tolist", lambda v=value: v)() for name, value in state["state"].items()}
        yield "numpy.random", _digest(repr((inner, state["has_gauss"], state["gauss"], state["bit_generator"])))


def _numpy(shell: Any) -> Found:
    numpy = _loaded("numpy")
    if numpy is None:
        return
    default = {
        "edgeitems": 3, "threshold": 1000, "precision": 8, "linewidth": 75, "suppress": False, "nanstr": "nan",
        "infstr": "inf", "sign": "-", "formatter": None, "floatmode": "maxprec", "legacy": False,
        "override_repr": None,
    }  # fmt: skip
    for name, value in numpy.get_printoptions().items():
        if value != default.get(name):
            yield f"numpy.printoptions[{name!r}]", _text(value)
    if numpy.geterr() != {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}:
        yield "numpy.err", repr(numpy.geterr())
    if numpy.geterrcall() is not None:
        yield "numpy.errcall", _text(numpy.geterrcall())


def _pandas(shell: Any) -> Found:
    config = _loaded("pandas._config.config")
    if config is None:
        return
    for name, option in list(config._registered_options.items()):
        value: Any = config._global_config  # get_option would warn of some
        for part in name.split("."):
            value = value[part]
        if value is not option.defval and value != option.defval:
            yield f"pandas.options.{name}", _text(value)


def _matplotlib(shell: Any) -> Found:
    package = _loaded("matplotlib")
    if package is None or not hasattr(package, "rcParamsDefault"):
        return
    default = package.rcParamsDefault
    for name in list(dict.keys(package.rcParams)):
        value = dict.__getitem__(package.rcParams, name)  # asking for the backend would choose one
        if name.startswith("backend"):
            continue
        if repr(value) != repr(dict.get(default, name)):
            yield f"rcParams[{name!r}]", repr(value)
    pyplot = _loaded("matplotlib.pyplot")
    if pyplot is not None:
        yield "pyplot.figures", repr([_figure(manager) for manager in pyplot._pylab_helpers.Gcf.figs.values()])
        yield "pyplot.interactive", str(package.is_interactive())


def _figure(manager: Any) -> str:
    figure = manager.canvas.figure
    return f"{manager.num} {figure._label!r} axes={len(figure.axes)} {[len(axes._children) for axes in figure.axes]}"


def _warnings(shell: Any) -> Found:
    warnings = sys.modules["warnings"]
    yield "warnings.filters", repr([_filter(item) for item in warnings.filters])
    registry = getattr(sys.modules.get("__main__"), "__dict__", {}).get("__warningregistry__", {})
    current = [key for key in registry if key != "version"]
    yield "__warningregistry__", repr(sorted(f"{key!r}" for key in current))
    yield "warnings.showwarning", _text(warnings.showwarning)


def _filter(item: Any) -> str:
    action, message, category, module, line = item
    patterns = [getattr(part, "pattern", part) for part in (message, module)]
    return f"{action} {patterns[0]!r} {type_name(category)} {patterns[1]!r} {line}"


def _numbers(shell: Any) -> Found:
    import decimal
    import locale

    yield "decimal", repr(decimal.getcontext())
    yield "locale", repr(locale.setlocale(locale.LC_ALL))


def _logging(shell: Any) -> Found:
    root = logging.getLogger()
    for name, logger in sorted({"root": root, **root.manager.loggerDict}.items()):
        if not isinstance(logger, logging.Logger):
            continue
        handlers = [f"{type_name(type(handler))} {handler.level}" for handler in logger.handlers]
        facts = (logger.level, logger.propagate, logger.disabled, handlers, len(logger.filters))
        if facts != ((30 if name == "root" else 0), True, False, [], 0) and _of_users(name):
            yield f"logging[{name!r}]", repr(facts)
    yield "logging.disable", str(root.manager.disable)


def _of_users(name: str) -> bool:
    return name.partition(".")[0] not in {"cellburst", "asyncio", "traitlets", "ipykernel", "tornado", "parso"}


def _torch(shell: Any) -> Found:
    torch = _loaded("torch")
    if torch is None or not hasattr(torch, "get_default_dtype"):
        return
    yield "torch.default_dtype", str(torch.get_default_dtype())
    yield "torch.grad_enabled", str(torch.is_grad_enabled())
    yield "torch.random", _digest(torch.get_rng_state().numpy().tobytes().hex())
    yield "torch.num_threads", str(torch.get_num_threads())
    yield "torch.deterministic", str(torch.are_deterministic_algorithms_enabled())


def _ipython(shell: Any) -> Found:
    if shell is None:
        return
    yield "execution_count", str(shell.execution_count)
    magics = shell.magics_manager.magics
    for kind in ("line", "cell"):
        own = {name: value for name, value in magics[kind].items() if _of_notebook(value)}
        yield f"magics.{kind}", repr(sorted(own))
    yield "aliases", repr(sorted(name for name, _ in shell.alias_manager.aliases))
    yield "ast_node_interactivity", shell.ast_node_interactivity
    yield "autocall", repr((shell.autocall, shell.automagic, shell.colors, shell.InteractiveTB.mode))
    plain = shell.display_formatter.formatters["text/plain"]
    yield "formatter", repr((shell.display_formatter.active_types, plain.pprint, plain.float_format, plain.max_width))
    for kind, formatter in shell.display_formatter.formatters.items():
        names = {type_name(key) if isinstance(key, type) else str(key) for key in formatter.type_printers}
        own = sorted(name for name in names if name.startswith("__main__"))
        if own:
            yield f"formatter[{kind!r}]", repr(own)
    for name, callbacks in shell.events.callbacks.items():
        own = [found.__qualname__ for found in callbacks if getattr(found, "__module__", "") == "__main__"]
        if own:
            yield f"events[{name!r}]", repr(own)


def _of_notebook(value: Any) -> bool:
    function = getattr(value, "__func__", value)
    return getattr(function, "__module__", None) == "__main__"


def _modules(shell: Any) -> Found:
    try:
        folder = os.path.realpath(os.environ.get("FIDELITY_WORK", os.getcwd())) + os.sep
    except OSError:
        return
    names = []
    for name, module in sorted(sys.modules.items()):
        file = getattr(module, "__dict__", {}).get("__file__")
        if isinstance(file, str) and _real(os.path.abspath(file)).startswith(folder):
            names.append(name)
    yield "modules", repr(names)


@functools.cache
def _real(path: str) -> str:
    """Asked after every cell of thousands of modules, whose files stay where they are."""
    return os.path.realpath(path)


def _loaded(name: str) -> Any:
    return sys.modules.get(name)


def _digest(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()[:16]


def _text(value: Any) -> str:
    text = token(value, flat=True)
    if text is not None:
        return text
    if callable(value):
        return f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', type_name(type(value)))}"
    return repr(value)


_PARTS: tuple[Callable[[Any], Found], ...] = (
    _process, _randoms, _numpy, _pandas, _matplotlib, _warnings, _numbers, _logging, _torch, _ipython, _modules,
)  # fmt: skip
