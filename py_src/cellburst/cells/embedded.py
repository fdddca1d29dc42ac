"""Code and names inside strings: arguments of magics, shell lines, queries, ``exec``.

IPython turns ``%time f(x)`` into a call with the text ``f(x)``; pandas looks up ``@limit`` in the caller's
frame; DuckDB finds a data frame by its name in SQL. What is found here is judged by ``flow``.
"""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from keyword import iskeyword
from typing import Literal

from cellburst.cells.shell_magics import HARMLESS, INSPECT, OTHER_LANGUAGES, RUN_HERE, Magic

PieceKind = Literal["inline", "swallowed", "function", "guess", "assigns", "deletes", "anything"]


@dataclass(frozen=True)
class Piece:
    """Something that a call does by way of its text.

    ``inline`` code runs here and now, ``swallowed`` too but its exceptions go no further, ``function`` code
    runs as a function of its own, ``guess`` is an expression that may or may not be evaluated.
    ``assigns`` and ``deletes`` are names between blanks. ``anything`` may bind any name. ``line`` is where the
    text starts, counted from the line of the call.
    """

    kind: PieceKind
    text: str = ""
    line: int = 0


_SHELL_NAME = re.compile(r"(?<!\$)\$([^\W\d][\w.]*)")
_QUERY_NAME = re.compile(r"@([^\W\d]\w*)")
_TABLE_NAME = re.compile(r"\b(?:from|join|into|update|describe|summarize)\s+\"?([^\W\d]\w*)", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d]\w*")
_OPTIONS = re.compile(r"\s*(?:-\w+(?:[= ]?\d+)?|--[\w-]+)(?=\s|$)")
_LINE_OPTIONS = {
    "time": re.compile(r"\s*--no-raise-error(?=\s|$)"),
    "timeit": re.compile(r"\s*-(?:[nrp]\s*\S+|[tcqov]+)(?=\s|$)"),
    "prun": re.compile(r"\s*-(?:[lsDT]\s*\S+|[rq]+)(?=\s|$)"),
}


def of_call(node: ast.Call, shells: Collection[str] = ()) -> Iterator[Piece]:
    """The pieces in the string arguments of one call; nothing for an ordinary one."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    texts = [constant_text(argument) for argument in node.args]
    if name in {"run_line_magic", "run_cell_magic", "magic", "system", "getoutput", "run_cell", "ex", "ev"}:
        yield from _of_shell(node, name, texts, shells)
    elif name in {"exec", "eval"} and isinstance(node.func, ast.Name):
        if len(node.args) == 1 and texts[0] is not None:
            yield Piece("inline", texts[0])
    elif name in {"timeit", "repeat", "Timer"}:
        yield from (Piece("guess", text) for text in texts if text)
    elif texts and texts[0]:
        yield from _of_query(node.func, name, texts[0])


def magic_of_call(node: ast.Call) -> Magic | None:
    """The magic that a call runs, as IPython writes such a call."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if name not in {"run_line_magic", "run_cell_magic"} or len(node.args) < 2:
        return None
    magic, line = constant_text(node.args[0]), constant_text(node.args[1])
    return None if magic is None else Magic("cell" if name == "run_cell_magic" else "line", magic, line or "")


def constant_text(node: ast.expr) -> str | None:
    """The text of a string, or of the constant parts of an f-string; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(constant_text(part) or " " for part in node.values)
    return None


def names_in_shell_text(text: str) -> list[str]:
    """The expressions that IPython would put into ``text`` for ``{...}`` and ``$name``."""
    found: list[str] = []
    try:
        for literal, field, spec, _conversion in string.Formatter().parse(text):
            found += [name.rstrip(".") for name in _SHELL_NAME.findall(literal)]
            if field:
                found.append(f"{field}:{spec}" if spec else field)
    except ValueError:
        return found  # unbalanced braces: IPython leaves such a line alone
    return found


def names_in_query(text: str) -> list[str]:
    """The variables that pandas takes from the caller for ``@name``, and the tables that SQL names."""
    return [*_QUERY_NAME.findall(text), *_TABLE_NAME.findall(text)]


def parsed(text: str) -> ast.Module | None:
    """``text`` as Python, after IPython's own syntax is out of it; None when it is something else."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError):
        pass
    try:
        from cellburst.cells.source import transform

        return ast.parse(transform(text))
    except (SyntaxError, ValueError, ImportError):
        return None


def free_looking_names(tree: ast.AST) -> Iterator[str]:
    """Every plain name that ``tree`` loads."""
    return (node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))


def names_in_any_text(texts: Iterable[str]) -> set[str]:
    """Names that strings may stand for where code looks names up by their text (``globals()[name]``)."""
    found: set[str] = set()
    for text in texts:
        if text.isidentifier():
            found.add(text)
            continue
        for source in (text, *names_in_shell_text(text), *re.findall(r"%\((\w+)\)", text)):
            tree = parsed(source) if len(source) < 10_000 else None
            if tree is not None:
                found.update(free_looking_names(tree))
    return found


def _of_query(function: ast.expr, name: str, text: str) -> Iterator[Piece]:
    if name in {"query", "eval", "sql", "sqldf", "execute", "from_query"}:
        yield from (Piece("guess", found) for found in names_in_query(text))
    owner = function.value if isinstance(function, ast.Attribute) else None
    is_module = isinstance(owner, ast.Name) and owner.id in {"pd", "pandas", "ne", "numexpr"}
    if name in {"eval", "evaluate"} and is_module:
        yield Piece("guess", text)


def _of_shell(node: ast.Call, name: str, texts: list[str | None], shells: Collection[str]) -> Iterator[Piece]:
    function = node.func
    if not isinstance(function, ast.Attribute) or not texts or texts[0] is None:
        return
    if name in {"system", "getoutput"}:
        if is_shell(function.value, shells):  # os.system puts nothing into its text
            yield from _expansions(texts[0])
    elif name == "magic":
        magic, _, line = texts[0].partition(" ")
        yield from _of_line_magic(magic.lstrip("%"), line)
    elif name == "run_line_magic" and len(texts) > 1:
        yield from _of_line_magic(texts[0], texts[1] or "")
    elif name == "run_cell_magic" and len(texts) > 2:
        yield from _of_cell_magic(texts[0], texts[1] or "", texts[2] or "")
    elif name in {"run_cell", "ex", "ev"} and is_shell(function.value, shells):
        yield Piece("swallowed" if name == "run_cell" else "inline", texts[0])


def is_shell(node: ast.expr, shells: Collection[str]) -> bool:
    """Whether an expression is the running shell: ``get_ipython()`` or one of these names."""
    if isinstance(node, ast.Name):
        return node.id in shells
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "get_ipython"


def _of_line_magic(magic: str, line: str) -> Iterator[Piece]:
    if magic == "timeit":
        yield Piece("function", _without_options(magic, line))
    elif magic in RUN_HERE:
        yield Piece("inline" if magic in {"time", "prun"} else "swallowed", _without_options(magic, line))
    elif magic in INSPECT:
        yield Piece("guess", _first_word(line.replace(";", " ")))
    elif magic == "xdel":
        yield Piece("deletes", line.replace("-n", " "))
    else:
        yield from _expansions(line)
        if magic == "config" and "=" in line:
            yield Piece("guess", line.partition("=")[2].strip())
    if magic not in HARMLESS and magic not in {"time", "timeit", "prun", "xdel"}:
        yield Piece("anything")
        if magic not in RUN_HERE and magic not in {"load_ext", "run", "pylab", "reset", "reset_selective", "macro"}:
            yield Piece("guess", _without_options(magic, line))
            yield from _words(line)


def _of_cell_magic(magic: str, line: str, body: str) -> Iterator[Piece]:
    if magic == "timeit":
        setup = _without_options(magic, line).strip()
        yield Piece("function", f"{setup}\n{body}" if setup else body, 0 if setup else 1)
    elif magic in {"time", "prun"}:
        yield Piece("inline", body, 1)
    elif magic == "capture":
        yield Piece("swallowed", body, 1)
        yield Piece("assigns", _first_word(line))
    elif magic in {"!", "sx", "system"}:
        yield from _expansions(body)
    else:
        yield from _expansions(line)
        if magic in OTHER_LANGUAGES:
            yield Piece("assigns", " ".join(re.findall(r"--(?:out|err|proc)[= ](\w+)", line)))
        else:
            yield from _of_unknown_body(line, "" if "sql" in magic else body)
            yield from (Piece("guess", name) for name in [*names_in_query(body), *_sql_placeholders(body)])
    if magic not in HARMLESS and magic not in {"time", "timeit", "prun", "capture"}:
        yield Piece("anything")


def _of_unknown_body(line: str, body: str) -> Iterator[Piece]:
    """The body of a magic that somebody has written: Python that it runs, or anything else."""
    if parsed(body) is None:
        yield from _words(body)
    else:
        yield Piece("swallowed", body, 1)
    yield from _words(line)


def _words(text: str) -> Iterator[Piece]:
    """Names that a magic may look up in the namespace by itself."""
    return (Piece("guess", word) for word in dict.fromkeys(_WORD.findall(text)) if not iskeyword(word))


def _expansions(text: str) -> Iterator[Piece]:
    return (Piece("guess", name) for name in names_in_shell_text(text))


def _sql_placeholders(text: str) -> list[str]:
    return re.findall(r"(?:\{\{|(?<!:):)\s*([^\W\d]\w*)", text)


def _without_options(magic: str, line: str) -> str:
    pattern = _LINE_OPTIONS.get(magic, _OPTIONS)
    while match := pattern.match(line):
        line = line[match.end() :]
    return line.strip()


def _first_word(line: str) -> str:
    words = [word for word in line.split() if not word.startswith("-")]
    return words[0] if words else ""
