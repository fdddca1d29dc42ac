"""Random programs over a handful of names, and a namespace that tells which of them were really read."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from contextlib import suppress
from random import Random
from typing import Any

NAMES = ["a", "b", "c", "d", "e", "f", "g"]
ERRORS = ["ValueError", "NameError", "Exception", "(KeyError, ValueError)"]


class Programs:
    """Writes one program; ``random`` decides everything."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.functions = 0  # how many functions deep we are
        self.loops = 0

    def program(self) -> str:
        return "\n".join(self.block(0, self.random.randint(1, 7))) + "\n"

    def name(self) -> str:
        return self.random.choice(NAMES)

    def block(self, depth: int, size: int | None = None) -> list[str]:
        count = size or self.random.randint(1, 3)
        return [line for _ in range(count) for line in self.statement(depth)]

    def indented(self, depth: int) -> list[str]:
        return ["    " + line for line in self.block(depth + 1)]

    def statement(self, depth: int) -> list[str]:
        simple = [self.assign, self.augment, self.delete, self.expression, self.expression, self.imports, self.leave]
        compound = [self.if_, self.for_, self.while_, self.try_, self.with_, self.def_, self.class_, self.match]
        if sys.version_info >= (3, 12):
            compound.append(self.alias)
        choices = simple if depth >= 3 or self.random.random() < 0.55 else compound
        return self.random.choice(choices)(depth)

    # simple statements

    def assign(self, _depth: int) -> list[str]:
        value = self.value()
        return [
            self.random.choice([
                f"{self.name()} = {value}",
                f"{self.name()} = {self.name()} = {value}",
                f"{self.name()}, *{self.name()} = {value}, {self.name()}",
                f"{self.name()}.attribute = {value}",
                f"{self.name()}[{self.name()}] = {value}",
                f"{self.name()}: {self.name()} = {value}",
                f"{self.name()}: {self.name()}",
                f"({self.name()}): {self.name()} = {value}",
            ])
        ]  # fmt: skip

    def augment(self, _depth: int) -> list[str]:
        target = self.random.choice([self.name(), f"{self.name()}[0]", f"{self.name()}.attribute"])
        return [f"{target} += {self.value()}"]

    def delete(self, _depth: int) -> list[str]:
        return [self.random.choice([f"del {self.name()}", f"del {self.name()}[0]", f"del {self.name()}.attribute"])]

    def expression(self, _depth: int) -> list[str]:
        return [self.value(), f"{self.name()}()"][: self.random.randint(1, 2)]

    def imports(self, _depth: int) -> list[str]:
        return [self.random.choice([f"import math as {self.name()}", f"from math import pi as {self.name()}", "pass"])]

    def leave(self, _depth: int) -> list[str]:
        choices = ["raise ValueError", "assert " + self.value() + ", " + self.value(), "pass", "pass"]
        if self.functions:
            choices.append("return " + self.value())
        if self.loops:
            choices.append("break")
        return [self.random.choice(choices)]

    # expressions

    def value(self, depth: int = 0) -> str:
        name, choose = self.name, self.random.choice
        if depth > 2 or self.random.random() < 0.35:
            return choose([name(), name(), name(), "1", "'s'", f"{name()}.attribute"])
        one, two = self.value(depth + 1), self.value(depth + 1)
        return choose([
            f"({one} + {two})", f"({one} < {two} < {name()})", f"({one} and {two})", f"({one} or {two})",
            f"(not {one})", f"({one} if {two} else {name()})", f"{name()}({one}, x={two})", f"[{one}, *{name()}]",
            f"{{{one}: {two}}}", f"{name()}[{one}]", f"f'{{{name()}!r:>{{{name()}}}}}'", f"({name()} := {one})",
            f"[{one} for {name()} in {name()} if {two}]",
            f"{{{one} for {name()} in {name()} for {name()} in {name()}}}",
            f"{{{one}: {two} for {name()} in {name()}}}", f"list({one} for {name()} in {name()})",
            f"({one} for {name()} in {name()})", f"[({name()} := {name()}) for x in {name()}]",
            f"(lambda {name()}, y={two}: {one})", f"(lambda {name()}={name()}: {one})()", f"(lambda: {one})()",
            f"[lambda: {one} for {name()} in {name()}]",
        ])  # fmt: skip

    # compound statements

    def if_(self, depth: int) -> list[str]:
        lines = [f"if {self.value()}:", *self.indented(depth)]
        if self.random.random() < 0.3:
            lines += [f"elif {self.value()}:", *self.indented(depth)]
        if self.random.random() < 0.5:
            lines += ["else:", *self.indented(depth)]
        return lines

    def for_(self, depth: int) -> list[str]:
        target = self.random.choice([self.name(), f"{self.name()}.attribute", f"{self.name()}[0]"])
        items = self.random.choice([self.name(), f"[{self.value()}]", "()", f"({self.name()}, 2)", "[*()]"])
        self.loops += 1
        body = self.indented(depth)
        self.loops -= 1
        if self.random.random() < 0.2:
            body += ["    continue"]
        return [f"for {target} in {items}:", *body, *self.sometimes("else", depth)]

    def while_(self, depth: int) -> list[str]:
        self.loops += 1
        body = self.indented(depth)
        self.loops -= 1
        test = self.random.choice(["True", "1", self.value()])
        return [f"while {test}:", *body, "    break", *self.sometimes("else", depth)]

    def sometimes(self, word: str, depth: int) -> list[str]:
        return [f"{word}:", *self.indented(depth)] if self.random.random() < 0.3 else []

    def try_(self, depth: int) -> list[str]:
        lines = ["try:", *self.indented(depth)]
        star = (
            "*"
            if sys.version_info >= (3, 11) and self.random.random() < 0.2 and not self.functions + self.loops
            else ""
        )
        handled = self.random.random() < 0.8
        if handled:
            error = self.random.choice(ERRORS)
            lines += [f"except{star} {error}" + self.random.choice(["", f" as {self.name()}"]) + ":"]
            lines += self.indented(depth) + self.sometimes("else", depth)
        return lines + (self.sometimes("finally", depth) if handled else ["finally:", *self.indented(depth)])

    def with_(self, depth: int) -> list[str]:
        manager = self.random.choice([self.name(), f"{self.name()}()", "open(__file__)", "suppress(Exception)"])
        bound = self.random.choice(["", f" as {self.name()}"])
        second = self.random.choice(["", "", f", {self.name()} as {self.name()}", f", suppress({self.value()})"])
        return [f"with {manager}{bound}{second}:", *self.indented(depth)]

    def def_(self, depth: int) -> list[str]:
        declared = [f"{self.random.choice(['global', 'global', 'pass;'])} {self.name()}"]
        parameters = self.random.choice(
            ["", self.name(), f"p={self.value()}", f"*{self.name()}", f"p: {self.name()}=1"]
        )
        if parameters.lstrip("*") in declared[0].split() or declared[0].startswith("pass"):
            declared = ["pass"]
        generic = f"[T: {self.name()}]" if sys.version_info >= (3, 12) and self.random.random() < 0.3 else ""
        decorators = [f"@{self.name()}"] if self.random.random() < 0.2 else []
        loops, self.loops = self.loops, 0
        self.functions += 1
        body = self.indented(depth)
        self.functions -= 1
        self.loops = loops
        name = self.name()
        used = [f"{name}({self.value() if parameters else ''})"] if self.random.random() < 0.6 else []
        declared = declared if not any(self._uses_first(declared[0], line) for line in body) else ["pass"]
        return [*decorators, f"def {name}{generic}({parameters}):", "    " + declared[0], *body, *used]

    def _uses_first(self, declaration: str, line: str) -> bool:
        """A name cannot be annotated and global."""
        name = declaration.split()[-1]
        return line.strip().startswith((f"{name}:", f"({name}):", "global"))

    def class_(self, depth: int) -> list[str]:
        functions, loops, self.functions, self.loops = self.functions, self.loops, 0, 0
        body = self.indented(depth)
        self.functions, self.loops = functions, loops
        generic = f"[T: {self.name()}]" if sys.version_info >= (3, 12) and self.random.random() < 0.3 else ""
        return [f"class {self.name()}{generic}:", *body]

    def alias(self, _depth: int) -> list[str]:
        name = self.name()
        return [f"type {name}[T] = {self.value()}", *([f"{name}.__value__"] if self.random.random() < 0.5 else [])]

    def match(self, depth: int) -> list[str]:
        lines = [f"match {self.value()}:"]
        for _ in range(self.random.randint(1, 2)):
            pattern = self.random.choice([
                "1", "'s'", f"[{self.name()}, *{self.name()}_]", f"{{'k': {self.name()}, **rest}}",
                "Value(attribute=1)",
                f"{self.name()}.attribute", f"(1 | 2) as {self.name()}", "Value()", f"Value(attribute={self.name()})",
            ])  # fmt: skip
            guard = f" if {self.value()}" if self.random.random() < 0.3 else ""
            lines += [f"    case {pattern}{guard}:", *("    " + line for line in self.indented(depth + 1))]
        if self.random.random() < 0.4:
            last = self.random.choice(["_", self.name()])
            lines += [f"    case {last}:", *("    " + line for line in self.indented(depth + 1))]
        return lines


class TooLong(BaseException):
    """The program runs for too long to be of use."""


class Value:
    """Answers to everything; what it answers depends on its text only."""

    def __init__(self, text: str) -> None:
        self.text = text[:60]

    def _derive(self, what: str) -> Value:
        return Value(f"{self.text}{what}")

    def _digit(self) -> int:
        return sum(map(ord, self.text))

    def __repr__(self) -> str:
        return self.text

    def __format__(self, _spec: str) -> str:
        return "0"

    def __bool__(self) -> bool:
        return self._digit() % 2 == 0

    def __iter__(self) -> Iterator[Value]:
        return iter([self._derive(str(n)) for n in range(self._digit() % 3)])

    def __call__(self, *_args: object, **_kwargs: object) -> Any:
        return self._derive("()")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "text":
            raise AttributeError(name)
        return self._derive("." + name)

    def __setattr__(self, name: str, value: object) -> None:
        if name == "text":
            object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None: ...
    def __getitem__(self, key: object) -> Value:
        return self._derive("[]")

    def __setitem__(self, key: object, value: object) -> None: ...
    def __delitem__(self, key: object) -> None: ...
    def __add__(self, other: object) -> Value:
        return self._derive("+")

    def __radd__(self, other: object) -> Value:
        return self._derive("r+")

    def __lt__(self, other: object) -> bool:
        return bool(self)

    def __gt__(self, other: object) -> bool:
        return not self

    def __enter__(self) -> Value:
        return self._derive(".enter")

    def __exit__(self, *_error: object) -> bool:
        return self._digit() % 3 == 0


class Traced(dict[str, Any]):
    """A namespace that knows which of its first values were looked up."""

    def __init__(self, values: dict[str, Any]) -> None:
        super().__init__(values)
        self.first = dict(values)
        self.taken: set[str] = set()
        self.left = 3000

    def __getitem__(self, name: str) -> Any:
        self.left -= 1
        if self.left < 0:
            raise TooLong
        value = super().__getitem__(name)
        if name in self.first and self.first[name] is value:
            self.taken.add(name)
        return value

    def __delitem__(self, name: str) -> None:
        if name in self.first and self.first[name] is self.get(name):
            self.taken.add(name)
        super().__delitem__(name)


def run(source: str, names: set[str]) -> tuple[Traced, BaseException | None]:
    """Execute ``source`` where ``names`` are there; the namespace afterwards and what was raised."""
    namespace = fresh(names)
    return namespace, execute(source, namespace)


def fresh(names: set[str]) -> Traced:
    """A namespace in which ``names`` are there."""
    namespace = Traced({name: Value(name) for name in sorted(names)})
    given = {"suppress": suppress, "Value": Value, "__name__": "__main__", "__file__": __file__}
    dict.update(namespace, given, __builtins__=__builtins__)
    return namespace


def execute(source: str, namespace: Traced) -> BaseException | None:
    """Execute ``source``; what it raised."""
    namespace.left = 3000
    try:
        exec(compile(source, "<program>", "exec", dont_inherit=True), namespace)
    except BaseException as error:
        if isinstance(error, SyntaxError):
            raise
        error.__traceback__ = None
        return error
    finally:
        namespace.left = 3000  # whoever looks at it now does not run it
        vars(math).pop("attribute", None)  # what one program left in the module, the next would find
    return None


def told(value: object) -> str:
    """What can be compared of a value."""
    return repr(value) if isinstance(value, (int, str, Value)) or value is None else type(value).__name__


def changed(namespace: Traced) -> dict[str, str]:
    """The names that have another value than at first."""
    present = {name: dict.__getitem__(namespace, name) for name in NAMES if name in namespace}
    first = namespace.first
    return {name: told(value) for name, value in present.items() if name not in first or first[name] is not value}
