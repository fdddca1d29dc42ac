"""Everything that a cell needs from the notebook, and what is said about it."""

from __future__ import annotations

import builtins as python_builtins
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from types import CodeType, ModuleType
from typing import Any

from cellburst.cells import local_modules, patching, secrets, shell_names
from cellburst.cells.describe import describe
from cellburst.cells.names import CellNames, Reference, analyse
from cellburst.cells.packages import with_submodules
from cellburst.cells.patches import Patched
from cellburst.cells.selection import Need, Selection, imported_from, is_plain_module
from cellburst.cells.shell_magics import reason_against
from cellburst.errors import CaptureError, UnpicklableError
from cellburst.model.manifest import InputEntry, Manifest
from cellburst.payload import refusals
from cellburst.payload.begun import Begun
from cellburst.payload.placeholders import Reason, Sent

_NOT_SENT = "it stays in the kernel: make it inside the cell, or do not use it there"


@dataclass(frozen=True)
class Captured:
    """What is sent with a cell. ``inputs`` are for ``payload.pack``; ``manifest`` says what they are.

    ``local_modules`` are the names of modules, read by the cell, whose source is the user's own. ``problems`` are the
    errors that ``capture`` would have raised had it not been told to collect them. ``codes`` are the code objects of
    notebook functions that travel.
    """

    inputs: dict[str, object]
    manifest: Manifest
    needs_shell: bool
    names: CellNames
    local_modules: tuple[str, ...] = ()
    problems: tuple[Exception, ...] = ()
    codes: Collection[CodeType] = ()


def capture(
    source: str,
    namespace: Mapping[str, Any],
    *,
    given: Collection[str] = (),
    out: Collection[str] = (),
    builtins: Collection[str] | None = None,
    first_line: int = 1,
    devices: Collection[str] | None = None,
    flags: int = 0,
    refuse: bool = True,
    patched: Patched | None = None,
    magics: Callable[[CellNames], Mapping[str, object]] | None = None,
    hooks: Mapping[str, object] | None = None,
    begun: Begun | None = None,
) -> Captured:
    """Find and check what ``source`` (as ``transform`` makes it) needs from ``namespace``.

    ``given`` are names that the worker sets itself (parameters, ``task``). ``out`` are names whose values are
    wanted back. ``first_line`` is the line of the notebook's cell that ``source`` starts at. ``devices`` are those
    of the worker, where they matter ("cpu", "cuda"). ``flags`` are compiler flags of earlier cells. ``patched`` is what
    the notebook has changed of modules, ``magics(names)`` are the functions behind the user's own magics, and in
    ``hooks`` are others that a library may call. What is looked at is pickled into ``begun`` as far as that goes.

    Raises SyntaxError, NameError for a name that exists nowhere (with ``name``, ``lineno`` and ``text`` of the
    cell's own line), UnpicklableError with path and reason, CaptureError for an ``out`` name that nothing binds.
    With ``refuse=False`` all but SyntaxError are collected in ``problems``, and the manifest tells them.
    """
    names = analyse(source, flags=flags, shells=shell_names.of_shell(namespace))
    known = set(vars(python_builtins) if builtins is None else builtins) | shell_names.PROVIDED
    known |= shell_names.OF_EVERY_MODULE | patching.builtins_made(source)
    problems = list(_add_wanted(names, out, namespace, given))
    patched = Patched() if patched is None else patched
    refusals = [*map(reason_against, names.magics), *names.refusals]
    problems += [CaptureError(why) for why in dict.fromkeys(refusals) if why]
    functions = magics(names) if magics is not None else {}
    selection = Selection(names, namespace, given, devices, patched.values, functions, hooks or {}, begun)
    selection.run()
    missing = [place for name, place in names.required.items() if name not in known | set(given) | set(namespace)]
    if not selection.may_bind_anything:
        missing = [place for place in missing if place.name not in selection.may_bind]
        problems += [_name_error(place, source, first_line) for place in sorted(missing, key=_position)]
    inputs, entries, refused = _judge(selection, names, namespace, devices, patched)
    problems += refused
    modules = _modules(inputs.values(), names.imports)
    problems += patching.lost(patched, modules)
    if problems and refuse:
        raise _joined(problems)
    entries += _said_of_others(names, selection, problems)
    inputs = patching.completed(inputs, patched)
    return Captured(
        inputs, Manifest(tuple(entries)), selection.uses_shell, names, modules, tuple(problems), selection.codes
    )


def _add_wanted(
    names: CellNames, out: Collection[str], namespace: Mapping[str, Any], given: Collection[str]
) -> Iterable[Exception]:
    """Read the names in ``out`` at the end of the cell."""
    for name in out:
        if name in names.certain or name in given:
            continue
        if name not in namespace and name not in names.assigns and not names.unknown:
            yield CaptureError(f"--out {name}: the cell does not assign {name!r}, and the notebook has no such name")
        names.reads.setdefault(name, Reference(name, 1, 0))
        names.settled[name] = names.settled.get(name, names.certain) & names.certain
        names.discards.discard(name)
        names.guesses.discard(name)


def _judge(
    selection: Selection,
    names: CellNames,
    namespace: Mapping[str, Any],
    devices: Collection[str] | None,
    patched: Patched,
) -> tuple[dict[str, object], list[InputEntry], list[Exception]]:
    inputs: dict[str, object] = {}
    entries: list[InputEntry] = []
    refused: list[Exception] = []
    for need in selection.needs.values():
        reason = _reason_against(need, namespace, devices)
        if reason is None:
            inputs[need.name] = _to_send(need, names)
            entries.append(patching.entry(need) if need.name in patched.values else _entry(need))
        elif need.name in patched.values and not patching.matters(need, names, namespace, patched):
            entries.append(patching.left_out(need, reason, patched))
        elif need.listed:
            inputs[need.name] = _sent_in_place_of(need, reason)
            entries.append(InputEntry(need.name, describe(need.value), None, "skipped", f"cannot travel: {reason}"))
        elif need.optional or (need.name in names.assigns and need.name not in names.required):
            entries.append(InputEntry(need.name, describe(need.value), None, "skipped", f"cannot travel: {reason}"))
        else:
            entries.append(InputEntry(need.name, describe(need.value), None, "refused", reason))
            refused.append(UnpicklableError(_refusal(need, reason)))
    if names.any_name:  # in the order of the namespace, which the cell can see
        ordered = {name: inputs[name] for name in namespace if name in inputs}
        inputs = {**ordered, **inputs}
    return inputs, entries, refused


def _sent_in_place_of(need: Need, reason: str) -> Sent:
    """A placeholder for a value that the cell may never use."""
    own = f"{need.name} "
    words = reason[len(own) :] if reason.startswith(own) else f"cannot be sent ({reason})"
    return Sent(Reason(need.name, words, _NOT_SENT, type(need.value).__qualname__))


def _reason_against(need: Need, namespace: Mapping[str, Any], devices: Collection[str] | None) -> str | None:
    if need.discarded or shell_names.is_shell(need.value):
        return None
    if need.value is namespace:
        return f"{need.name} is the notebook's whole namespace"
    if need.trial.error is None and not need.trial.elsewhere:
        return None
    from cellburst.payload.diagnose import explain  # searches; only after a refusal

    home = namespace if isinstance(namespace, dict) else None
    found = explain(need.value, need.name, namespace=home, devices=devices)
    return found or (f"{need.name} cannot be pickled: {need.trial.error}" if need.trial.error else None)


def _refusal(need: Need, reason: str) -> str:
    reader = f", which {need.reader} reads," if need.reader else ""
    way_out = refusals.way_there(reason.rpartition(" is ")[2])
    return f"{reason}: {need.name!r}{reader} cannot be sent. {way_out[0].upper()}{way_out[1:]}."


def _to_send(need: Need, names: CellNames) -> object:
    if need.discarded:
        return None
    if shell_names.is_shell(need.value):
        return shell_names.ShellHere()
    if isinstance(need.value, ModuleType) and is_plain_module(need.value):
        return with_submodules(need.value, names.attributes)
    return need.value


def _entry(need: Need) -> InputEntry:
    value = need.value
    why = f"read by {need.reader}" if need.reader else ""
    if need.discarded:
        why = "only its name is wanted" if need.listed else "only deleted"
        return InputEntry(need.name, describe(value), None, "skipped", why)
    if isinstance(value, ModuleType) and is_plain_module(value):
        source = "local source" if local_modules.is_local(value) else ""
        return InputEntry(need.name, "module", None, "import", _joined_words(value.__name__, source, why))
    if module := imported_from(value):
        return InputEntry(need.name, describe(value), None, "import", _joined_words(f"from {module}", why))
    warning = secrets.warn(need.name, value) or ""
    size = None if need.trial.within else need.trial.size
    return InputEntry(need.name, describe(value), size, "value", why, warning)


def _said_of_others(names: CellNames, selection: Selection, problems: list[Exception]) -> list[InputEntry]:
    """Entries for names that are not sent and that somebody may ask for."""
    entries = [
        InputEntry(name, describe(value), None, "skipped", "the worker has its own")
        for name, value in selection.provided.items()
        if name in names.reads and name not in shell_names.OF_EVERY_MODULE
    ]
    missing = [problem.name for problem in problems if isinstance(problem, NameError)]
    return entries + [InputEntry(str(name), "", None, "refused", "not defined") for name in missing]


def _modules(values: Iterable[object], imports: Iterable[str]) -> tuple[str, ...]:
    found = {value.__name__ for value in values if isinstance(value, ModuleType)} | set(imports)
    found |= {str(module) for value in values if (module := imported_from(value))}
    return tuple(sorted(name for name in found if local_modules.is_local_name(name)))


def _name_error(place: Reference, source: str, first_line: int) -> NameError:
    lines = source.splitlines()
    text = lines[place.line - 1].strip() if 0 < place.line <= len(lines) else ""
    lineno = place.line + first_line - 1
    shown = f": {text}" if text and len(text) < 200 and place.name in text else ""
    error = NameError(f"name {place.name!r} is not defined (cell line {lineno}{shown})", name=place.name)
    error.lineno, error.text = lineno, text  # type: ignore[attr-defined]
    return error


def _position(place: Reference) -> tuple[int, int]:
    return place.line, place.column


def _joined(problems: list[Exception]) -> Exception:
    """The first problem; those of its kind that follow are told with it."""
    first = problems[0]
    if not isinstance(first, CaptureError):
        return first
    alike = [str(problem) for problem in problems if type(problem) is type(first)]
    return type(first)("\n".join(dict.fromkeys(alike)))


def _joined_words(*words: str) -> str:
    return ", ".join(word for word in words if word)
