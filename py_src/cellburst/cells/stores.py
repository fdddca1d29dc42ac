"""What code may change of modules and classes: the attributes that it sets, and what it adds to or takes from."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

Chain = tuple[str, ...]  # ("pd", "DataFrame", "total")

_CHANGING = frozenset(
    {
        *("append", "appendleft", "extend", "extendleft", "insert", "remove", "discard", "pop", "popleft", "popitem"),
        *("clear", "add", "update", "setdefault", "sort", "reverse", "rotate", "move_to_end"),
        *("intersection_update", "difference_update", "symmetric_difference_update", "subtract"),
    }
)
_MAKERS = frozenset({"ModuleType", "module_from_spec", "new_module"})
_SETTERS = frozenset({"setattr", "delattr", "__setattr__", "__delattr__"})
# Lines that may set an attribute, or call something that does. Mistaken for one, a line costs its parsing.
_LOOKS_LIKE = re.compile(
    r"""\.\s*\w+\s*(?:\[.{0,400}?\]\s*)*(?:[-+*/%&|^@]|//|<<|>>|\*\*)?=(?!=)  # a.b = 1, a.b[0] += 1
      | \.\s*\w+\s*(?:\[.{0,400}?\]\s*)*,[^()\n]*=(?!=)  # a.b, c = 1, 2
      | \.\s*\w+\s*:[^=\n]+=(?!=)  # a.b: int = 1
      | \b(?:setattr|delattr|__setattr__|__delattr__|__dict__|vars|globals|patch|del|register)\b
      | (?:\bas|\bfor)\s+\w+\s*[.\[]
      | \.\s*(?:append|appendleft|extend|extendleft|insert|remove|discard|pop|popleft|popitem|clear|add|update
                |setdefault|sort|reverse|rotate|move_to_end|\w+_update|subtract)\s*\(
      | \brun_cell_magic\b | ]\s*(?:[-+*/%&|^@]|//|<<|>>|\*\*)?=(?!=)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass
class Stores:
    """What one source may change.

    ``attributes`` are set or deleted, ``contents`` changed in place (``mod.items.append``). Of ``owners`` any
    attribute may be set; ``paths`` are named in strings (``mock.patch("json.dumps")``). ``modules`` are put into or
    taken out of ``sys.modules``. ``mentions`` are all names with what follows them, ``imports`` the places that
    imported names stand for. ``loose``: it sets attributes of things that only it knows while it runs.
    """

    attributes: set[Chain] = field(default_factory=set)
    contents: set[Chain] = field(default_factory=set)
    owners: set[Chain] = field(default_factory=set)
    paths: set[str] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)
    mentions: set[Chain] = field(default_factory=set)
    imports: dict[str, str] = field(default_factory=dict)
    loose: bool = False
    _roots: set[str] | None = None

    def __bool__(self) -> bool:
        """Whether it may change anything that is looked at."""
        return bool(self.attributes or self.contents or self.owners or self.paths or self.modules or self.loose)

    def add(self, other: Stores) -> None:
        """Those of another source, too."""
        for name in ("attributes", "contents", "owners", "paths", "modules", "mentions", "imports"):
            getattr(self, name).update(getattr(other, name))
        self.loose |= other.loose
        self._roots = None

    def begin_anew(self) -> None:
        """After chains were added one by one."""
        self._roots = None

    def beginning_with(self, names: Mapping[str, object]) -> Stores:
        """Take out what begins with one of these names, and every path."""
        found = Stores(loose=self.loose, imports=self.imports, paths=self.paths)
        self.paths = set()
        roots = {chain[0] for kind in _CHAINS for chain in getattr(self, kind)} if self._roots is None else self._roots
        self._roots = roots
        if ready := roots & names.keys():
            self._roots = roots - ready
            for kind in _CHAINS:
                chains = getattr(self, kind)
                taken = {chain for chain in chains if chain[0] in ready}
                getattr(found, kind).update(taken)
                chains -= taken
        return found


_CHAINS = ("attributes", "contents", "owners", "mentions")


@lru_cache(maxsize=512)
def of_source(source: str) -> Stores:
    """Read plain Python, or what IPython makes of a cell; what cannot be parsed changes nothing."""
    found = Stores()
    if _LOOKS_LIKE.search(source):
        _read(source, found)
    return found


def _read(source: str, found: Stores) -> None:
    try:
        tree = compile(source, "<cell>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        read = _READERS.get(type(node))
        if read is not None:
            read(node, found)
    if "*" in found.modules and not any(chain[-1] in _MAKERS for chain in found.mentions):
        found.modules.discard("*")  # modules are forgotten, not made


def chain_of(node: ast.AST) -> Chain | None:
    """``a.b.c`` as its names; None for anything that begins otherwise."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return (node.id, *reversed(names)) if isinstance(node, ast.Name) else None


def _attribute(node: ast.Attribute, found: Stores) -> None:
    chain = chain_of(node)
    if isinstance(node.ctx, ast.Load):
        if chain is not None:
            found.mentions.add(chain)
        return
    if chain is None:
        found.loose = True
    elif chain[0] != "self":
        found.attributes.add(chain)


def _name(node: ast.Name, found: Stores) -> None:
    if isinstance(node.ctx, ast.Load):
        found.mentions.add((node.id,))


def _subscript(node: ast.Subscript, found: Stores) -> None:
    if not isinstance(node.ctx, ast.Load):
        _changed_in_place(node.value, found, node.slice)


def _augmented(node: ast.AugAssign, found: Stores) -> None:
    if isinstance(node.target, (ast.Attribute, ast.Name)):  # m.items += [1] changes the list, too
        _changed_in_place(node.target, found)


def _changed_in_place(node: ast.AST, found: Stores, key: ast.AST | None = None) -> None:
    while isinstance(node, ast.Subscript):
        node, key = node.value, None
    chain = chain_of(node)
    if isinstance(node, ast.Call):
        _by_variables(node, found)
    if chain is None:
        return
    if chain[-2:] == ("sys", "modules") or chain == ("modules",):
        _hand_made(key, found)
    elif chain[-1] == "__dict__":
        found.owners.add(chain[:-1])
    else:
        found.contents.add(chain)


def _by_variables(call: ast.Call, found: Stores) -> None:
    """``vars(m)[name] = value``."""
    if isinstance(call.func, ast.Name) and call.func.id == "vars" and call.args:
        _any_attribute(call.args[0], found)


def _any_attribute(node: ast.AST, found: Stores) -> None:
    chain = chain_of(node)
    if chain is None:
        found.loose = True
    else:
        found.owners.add(chain)


def _hand_made(key: ast.AST | None, found: Stores) -> None:
    found.modules.add(key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else "*")


def _call(node: ast.Call, found: Stores) -> None:
    function = node.func
    called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if called in _SETTERS and len(node.args) >= 2:
        _setter(node.args, found)
    elif called in _CHANGING and isinstance(function, ast.Attribute):
        key = node.args[0] if node.args and called in ("pop", "setdefault") else None
        _changed_in_place(function.value, found, key)
    elif called in ("object", "dict", "multiple", "setitem", "delitem", "setattr", "patch") and node.args:
        _patcher(node, found)
    elif called == "register" and isinstance(function, ast.Attribute):
        if chain := chain_of(function.value):
            found.contents.add(chain)
    elif called == "run_cell_magic" and isinstance(body := node.args[-1], ast.Constant) and isinstance(body.value, str):
        _read(body.value, found)


def _setter(arguments: list[ast.expr], found: Stores) -> None:
    owner, name = chain_of(arguments[0]), arguments[1]
    if owner is None:
        found.loose = True
    elif isinstance(name, ast.Constant) and isinstance(name.value, str):
        found.attributes.add((*owner, name.value))
    else:
        found.owners.add(owner)


def _patcher(node: ast.Call, found: Stores) -> None:
    """``mock.patch("json.dumps", ...)``, ``patch.object(json, "dumps")``."""
    first = node.args[0]
    if isinstance(first, ast.Constant):
        if isinstance(first.value, str) and "." in first.value:
            found.paths.add(first.value)
    elif len(node.args) > 1 and isinstance(node.args[1], ast.Constant):
        _setter(node.args[:2], found)
    else:
        _any_attribute(first, found)


def _import(node: ast.Import, found: Stores) -> None:
    for alias in node.names:
        name = alias.asname or alias.name.partition(".")[0]
        found.imports[name] = alias.name if alias.asname else name


def _import_from(node: ast.ImportFrom, found: Stores) -> None:
    if not node.level and node.module:
        for alias in node.names:
            found.imports[alias.asname or alias.name] = f"{node.module}:{alias.name}"


def _decorated(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, found: Stores) -> None:
    for decorator in node.decorator_list:
        chain = chain_of(decorator)
        if chain is not None and chain[-1] == "register":
            found.contents.add(chain[:-1])


_READERS: dict[type, Callable[..., None]] = {
    ast.Attribute: _attribute,
    ast.Name: _name,
    ast.Subscript: _subscript,
    ast.AugAssign: _augmented,
    ast.Call: _call,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.FunctionDef: _decorated,
    ast.AsyncFunctionDef: _decorated,
    ast.ClassDef: _decorated,
}


def prefixes(chains: set[Chain]) -> Iterator[Chain]:
    """Each chain and the beginnings of it, once."""
    seen: set[Chain] = set()
    for chain in chains:
        for length in range(1, len(chain) + 1):
            part = chain[:length]
            if part not in seen:
                seen.add(part)
                yield part
