"""A grid as options of ``%%remote`` and of ``cellburst run``: ``-p lr=[0.1, 0.01] --when gamma="..."``."""

from __future__ import annotations

import ast
from typing import Any

import msgspec

from cellburst.widgets.code import constant, expression_of, parameter_of
from cellburst.widgets.formats.words import Word, words_of
from cellburst.widgets.literals import TextError
from cellburst.widgets.spec import SAMPLERS, Parameter, Spec

_TAKES_VALUE = {"-p", "--const", "--when", "--where", "--sample", "--sampler", "--seed", "--parallel"}


def write(spec: Spec) -> str:
    """The options, on one line. Raises TextError, with the parameter's name, while something cannot be read."""
    words: list[str] = []
    for parameter in spec.parameters:
        option = "--const" if parameter.kind == "constant" else "-p"
        words += [option, f"{parameter.name}={_packed(expression_of(parameter))}"]
    for parameter in spec.parameters:
        if parameter.when.strip():
            words += ["--when", f"{parameter.name}={_quoted(parameter.when.strip())}"]
    for condition in filter(str.strip, spec.where):
        words += ["--where", _quoted(condition.strip())]
    if spec.sampler:
        words += ["--sample", spec.sample.strip() or "?"]
        words += ["--sampler", spec.sampler] if spec.sampler != "random" else []
    for option, text in (("--seed", spec.seed), ("--parallel", spec.parallel)):
        words += [option, text.strip()] if text.strip() else []
    return " ".join(words)


def read(text: str) -> Spec:
    """The grid that options stand for; a ``%%remote TARGET`` before them says the target.

    Raises TextError with line and column.
    """
    reader = _Reader()
    words = words_of(text)
    while words:
        reader.take(words.pop(0), words)
    return reader.spec()


class _Reader:
    def __init__(self) -> None:
        self.parameters: dict[str, Parameter] = {}
        self.whens: dict[str, tuple[str, Word]] = {}
        self.rest: dict[str, Any] = {}
        self.where: list[str] = []

    def take(self, word: Word, words: list[Word]) -> None:
        option, sign, _ = word.text.partition("=")
        if not word.text.startswith("-"):
            if word.text in ("%%remote", "%remote"):
                return
            if self.rest.get("target") or not word.text.isidentifier():
                raise word.error(f"{word.text[:40]!r} is no option; write -p NAME=VALUES")
            self.rest["target"] = word.text
            return
        if option not in _TAKES_VALUE:
            raise word.error(f"a grid has no option {option}")
        value = word.after(len(option) + 1) if sign else (words.pop(0) if words else None)
        if value is None or not value.text:
            raise word.error(f"{option} needs a value")
        self._option(option, value)

    def _option(self, option: str, value: Word) -> None:
        if option == "--where":
            self.where.append(_unquoted(value.text))
        elif option in ("-p", "--const", "--when"):
            self._named(option, value)
        elif option == "--sampler":
            if value.text not in SAMPLERS:
                raise value.error(f"the sampler is random, lhs or sobol, not {value.text[:40]!r}")
            self.rest["sampler"] = value.text
        else:
            if not value.text.isdecimal():
                raise value.error(f"{option} takes a whole number, not {value.text[:40]!r}")
            self.rest[option[2:]] = value.text

    def _named(self, option: str, word: Word) -> None:
        name, sign, behind = word.text.partition("=")
        if not sign or not behind:
            raise word.error(f"write {option} NAME=VALUE without spaces around =")
        if not name.isidentifier():
            raise word.error(f"{name[:40]!r} is no name for a variable")
        if option == "--when":
            self.whens[name] = (_unquoted(behind), word)
            return
        if name in self.parameters:
            raise word.error(f"{name} is there twice")
        self._check(behind, word.after(len(name) + 1))
        id_ = f"p{len(self.parameters)}"
        made = parameter_of(id_, name, _unpacked(behind)) if option == "-p" else constant(id_, name, behind)
        self.parameters[name] = made

    @staticmethod
    def _check(source: str, word: Word) -> None:
        try:
            ast.parse(source, mode="eval")
        except (SyntaxError, ValueError) as error:
            place = (getattr(error, "offset", 1) or 1) - 1
            raise word.error(f"SyntaxError: {getattr(error, 'msg', error)}", place) from None

    def spec(self) -> Spec:
        for name, (_, word) in self.whens.items():
            if name not in self.parameters:
                raise word.error(f"--when is for a parameter, and there is no -p {name}")
        made = tuple(
            msgspec.structs.replace(one, when=self.whens.get(one.name, ("",))[0]) for one in self.parameters.values()
        )
        if not made:
            raise TextError("there is no -p NAME=VALUES in this text", 1, 1)
        if self.rest.get("sample") and not self.rest.get("sampler"):
            self.rest["sampler"] = "random"
        return Spec(made, tuple(self.where), **self.rest)


def _packed(source: str) -> str:
    """An expression as one word: blanks outside of brackets need brackets around them."""
    try:
        alone = len(words_of(source)) == 1
    except TextError:
        alone = True
    return source if alone else f"({source})"


def _unpacked(source: str) -> str:
    """The same without brackets that stand around all of it and mean nothing."""
    if not (source.startswith("(") and source.endswith(")")):
        return source
    try:
        inner = ast.parse(source[1:-1].strip(), mode="eval")
    except (SyntaxError, ValueError):
        return source
    same = ast.dump(inner) == ast.dump(ast.parse(source, mode="eval"))
    return source[1:-1].strip() if same else source


def _quoted(condition: str) -> str:
    return repr(condition) if '"' in condition or "\\" in condition else f'"{condition}"'


def _unquoted(text: str) -> str:
    if text[:1] in "\"'":
        try:
            found = ast.literal_eval(text)
        except (ValueError, SyntaxError):
            return text
        return found if isinstance(found, str) else text
    return text
