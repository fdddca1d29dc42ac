"""Which names of the notebook a cell needs: those it reads, and those that the code behind them reads."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import CodeType, MappingProxyType, ModuleType
from typing import Any

from cellburst.cells import code_names, endings, shell_names
from cellburst.cells.names import CellNames
from cellburst.cells.trial import Trial, Trials
from cellburst.payload import namespaces
from cellburst.payload.begun import Begun

NO_PLACES: Mapping[str, Any] = MappingProxyType({})


@dataclass
class Need:
    """A name to be sent. ``reader`` is the name whose code reads it, or empty for the cell itself.

    ``optional`` needs are left out when they cannot travel; ``listed`` ones, which are there because any name may be
    looked up, have a placeholder instead. ``settled`` are the names that the cell has bound
    whenever this one is used.
    """

    name: str
    value: object
    trial: Trial
    reader: str = ""
    optional: bool = False
    discarded: bool = False
    settled: frozenset[str] = frozenset()
    reads: code_names.CodeNames = field(default_factory=code_names.CodeNames)
    listed: bool = False


class Selection:
    """Follows names through values; ``needs`` are in the order in which they were met.

    ``places`` are what the notebook has changed of modules, ``functions`` the user's magics: what their code reads is
    needed, too; so is, if it can travel, what the functions in ``hooks`` read. ``codes`` is all code that travels.
    """

    def __init__(
        self,
        names: CellNames,
        namespace: Mapping[str, Any],
        given: Collection[str],
        devices: Collection[str] | None,
        places: Mapping[str, Any] = NO_PLACES,
        functions: Mapping[str, object] = NO_PLACES,
        hooks: Mapping[str, object] = NO_PLACES,
        begun: Begun | None = None,
    ) -> None:
        self.needs: dict[str, Need] = {}
        self.provided: dict[str, object] = {}
        self.uses_shell = names.calls_shell
        self._names = names
        self._namespace = namespace
        self._home = namespace if isinstance(namespace, dict) else dict(namespace)
        self._given = frozenset(given)
        self._trials = Trials(self._home, devices, begun)
        self._places = places
        self._functions = functions
        self._hooks = hooks
        self.codes: set[CodeType] = set()
        self._selected: dict[Any, Any] = {}
        self._waiting: list[str] = []

    def run(self) -> None:
        """Find every need."""
        names = self._names
        for name in names.reads:
            self._add(name, "", name in names.guesses, names.settled[name])
        for place in self._places:
            self._meet(place, self._places[place], "", False, frozenset())
        for name, function in self._functions.items():
            self._follow_function(name, function)
        for name, hook in self._hooks.items():
            self._follow_hook(name, hook)
        self._follow_all()
        if names.any_name or self._may_read_any:
            self._add_rest(by_name_only=False)
            self._follow_all()
        elif names.lists_names:
            self._add_rest(by_name_only=True)
        self._add_holders()
        self._add_deleted()

    def _follow_all(self) -> None:
        while self._waiting:
            self._follow(self.needs[self._waiting.pop(0)])

    def _add_rest(self, *, by_name_only: bool) -> None:
        """All other names: their values, or nothing but the names."""
        self.uses_shell = True
        for name in list(self._namespace):
            if name in self._given or name in self.needs or name in self.provided:
                continue
            value = self._namespace[name]
            if not by_name_only:
                self._meet(name, value, "", True, frozenset())
            elif not shell_names.is_provided(name, value):
                self.needs[name] = Need(name, value, Trial(), "", optional=True, discarded=True)
            if name in self.needs:
                self.needs[name].listed = True

    def _add_holders(self) -> None:
        """Names that hold objects whose end would be noticed."""
        names = self._names
        sent = {name for name, need in self.needs.items() if not need.discarded}
        for name in endings.holders(self._namespace, sent, names.assigns | names.deletes):
            if name not in self._given and name not in self.provided:
                names.discards.discard(name)
                self._meet(name, self._namespace[name], "", True, frozenset())
        self._follow_all()

    def _add_deleted(self) -> None:
        """Names that the cell binds and deletes again (`except ... as e`), so that it can be told whether it did."""
        for name in sorted(self._names.deletes):
            value = self._namespace.get(name, self)
            if value is self or name in self.needs or name in self._given or shell_names.is_provided(name, value):
                continue
            self.needs[name] = Need(name, value, Trial(), "", optional=True, discarded=True)

    def _follow_function(self, name: str, function: object) -> None:
        """What the code behind a magic reads; the magic itself travels with the shell's state."""
        trial = self._trials.of(function, sent=False)
        self.codes |= trial.code
        self._follow(Need(name, function, trial, reads=code_names.of_all(trial.code)))

    def _follow_hook(self, name: str, hook: object) -> None:
        """What code reads that a library may call while the cell runs: perhaps it does not."""
        trial = self._trials.of(hook, sent=False)
        self.codes |= trial.code
        reads = code_names.of_all(trial.code)
        self.uses_shell |= not reads.reads.isdisjoint({"get_ipython", "display"})
        for read in sorted(reads.reads | reads.guesses):
            self._add(read, name, True, frozenset())

    def _add_outputs(self, outputs: Any, reader: str, settled: frozenset[str]) -> None:
        """The names that the entries have: what changes in an entry comes back by its name."""
        for number, value in outputs.items() if isinstance(outputs, dict) else ():
            name = f"_{number}"
            if self._namespace.get(name, self) is value:
                self._add(name, reader, True, settled)

    def _outputs_of(self, outputs: Any, numbers: Collection[int] | None) -> Any:
        """What is sent for ``Out``; for ``_oh``, the same object."""
        key = None if numbers is None else frozenset(numbers)
        if key not in self._selected:
            self._selected[key] = shell_names.selected_outputs(outputs, numbers)
        return self._selected[key]

    @property
    def _may_read_any(self) -> bool:
        return any(need.reads.any_name for need in self.needs.values())

    @property
    def may_bind(self) -> frozenset[str]:
        """Global names that code which travels may bind."""
        return frozenset().union(*(need.reads.binds for need in self.needs.values()))

    @property
    def may_bind_anything(self) -> bool:
        """Whether code that travels may bind names that it does not spell out."""
        return any(need.reads.unknown for need in self.needs.values())

    def _follow(self, need: Need) -> None:
        reads = need.reads
        self.uses_shell |= not reads.reads.isdisjoint({"get_ipython", "display"})
        for name in sorted(reads.reads | reads.guesses):
            if name not in need.settled:
                self._add(name, need.name, name not in reads.reads, need.settled)

    def _add(self, name: str, reader: str, optional: bool, settled: frozenset[str]) -> None:
        if name in self._given or name not in self._namespace:
            return
        known = self.needs.get(name)
        if known is None or (known.discarded and reader):
            self._meet(name, self._namespace[name], reader, optional, settled)
            return
        known.optional = known.optional and optional
        if not known.settled <= settled:  # it is used earlier than was known
            known.settled &= settled
            self._waiting.append(name)

    def _meet(self, name: str, value: Any, reader: str, optional: bool, settled: frozenset[str]) -> None:
        if shell_names.is_provided(name, value):
            self.provided[name] = value
            self.uses_shell |= name in {"exit", "quit"}
            return
        if shell_names.is_shell(value):
            self.uses_shell = True
            self.needs[name] = Need(name, value, Trial(), reader, optional, False, settled)
            return
        if name in shell_names.OUTPUTS:
            value = self._outputs_of(value, None if reader else self._names.outputs)
            self._add_outputs(value, reader, settled)
        discarded = not reader and name in self._names.discards
        trial = Trial() if discarded or is_plain_module(value) else self._trials.of(value)
        need = Need(name, value, trial, reader, optional, discarded, settled)
        need.reads = code_names.of_all(trial.code)
        self.codes |= trial.code
        self.needs[name] = need
        self._waiting.append(name)


def is_plain_module(value: object) -> bool:
    """Whether it is a module that another process can import."""
    return isinstance(value, ModuleType) and namespaces.is_importable(value)


def imported_from(value: object) -> str | None:
    """The module that has this class or function under its own name: it travels as an import."""
    module = getattr(value, "__module__", None)
    qualname = getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
    if not isinstance(module, str) or not isinstance(qualname, str) or module == "__main__" or not callable(value):
        return None
    found: object = sys.modules.get(module)
    for part in qualname.split("."):
        found = getattr(found, part, None)
    return module if found is value else None
