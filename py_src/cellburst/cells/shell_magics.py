"""IPython's own magics: what each does to names, and which only make sense in the kernel itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple


class Magic(NamedTuple):
    """One use of a magic: ``kind`` is "line" or "cell"."""

    kind: str
    name: str
    line: str


RUN_HERE = frozenset(
    {"time", "prun", "memit", "mprun", "lprun", "debug", "snakeviz", "scalene", "pyinstrument", "heat"}
)
INSPECT = frozenset({"pinfo", "pinfo2", "pdoc", "pdef", "psource", "pfile", "page", "store"})
OTHER_LANGUAGES = frozenset({
    "html", "javascript", "js", "latex", "markdown", "svg", "writefile", "file", "script", "sh", "bash",
    "perl", "ruby", "python", "python2", "python3", "pypy", "cmd", "cython", "R", "julia", "mermaid", "ai", "configure",
})  # fmt: skip
HARMLESS = OTHER_LANGUAGES | {
    "alias", "alias_magic", "autoawait", "autocall", "automagic", "autoreload", "autosave", "bookmark", "cat", "cd",
    "clear", "colors", "conda", "config", "connect_info", "cp", "dhist", "dirs", "doctest_mode", "env", "gui", "hist",
    "history", "ldir", "less", "lf", "lk", "ll", "logoff", "logon", "logstart", "logstate", "logstop", "ls", "lsmagic",
    "lx", "magic", "mamba", "man", "matplotlib", "micromamba", "mkdir", "more", "mv", "notebook", "page", "pdb",
    "pdef", "pdoc", "pfile", "pinfo", "pinfo2", "pip", "popd", "pprint", "precision", "psearch", "psource", "pushd",
    "pwd", "pycat", "quickref", "rehashx", "reload_ext", "rep", "rm", "rmdir", "save", "set_env", "sx", "system",
    "tb", "unalias", "unload_ext", "uv", "who", "who_ls", "whos", "xmode",
}  # fmt: skip
"""Magics that are known to bind nothing in the namespace; any other may."""
ALL_NAMES = frozenset({"who", "who_ls", "whos", "psearch", "reset_selective", "xdel"})
"""Magics that look at every name of the user's."""

_ALONE = "put it in a cell of its own, without %%remote"
_REASONS: dict[str, str] = {
    **dict.fromkeys(("connect_info", "qtconsole", "subshell"), "belongs to the kernel"),
    **dict.fromkeys(("debug", "pdb"), "asks questions, which nobody can answer on a worker"),
    **dict.fromkeys(("edit", "ed"), "opens an editor beside the kernel"),
    **dict.fromkeys(("logstart", "logstop", "logon", "logoff", "logstate", "notebook"), "is about the whole session"),
    **dict.fromkeys(("lsmagic", "magic", "quickref"), "lists the kernel's own magics"),
    **dict.fromkeys(("store", "bookmark"), "keeps things for the next session of the kernel"),
    **dict.fromkeys(("colors", "doctest_mode"), "changes how the kernel shows what follows"),
    "code_wrap": "wraps the code of all cells to come",
    "gui": "starts an event loop in the kernel",
    "killbgscripts": "ends programs that the kernel has started",
    "pastebin": "sends the inputs of the session away",
    "rerun": "runs other cells of the session",
    "reset": "clears the kernel's variables, history and outputs",
    "tb": "shows the error of an earlier cell, which is in the kernel",
}
_SCREENS = frozenset({"auto", "gtk", "gtk3", "gtk4", "ipympl", "notebook", "nbagg", "osx", "qt", "qt5", "qt6", "tk",
                      "widget", "wx"})  # fmt: skip
_OTHER_SESSION = re.compile(r"(?:^|\s)(?:-[a-z]*[gl]\b|~\d)")


def reason_against(magic: Magic) -> str | None:
    """Why a magic cannot be used inside of a remote cell, with the way out; None if it can."""
    mark = "%%" if magic.kind == "cell" else "%"
    why = _REASONS.get(magic.name) or (check(magic.line) if (check := _CHECKS.get(magic.name)) else None)
    return f"{mark}{magic.name} {why}: {_ALONE}" if why else None


def looks_at_all_names(magic: Magic) -> bool:
    """Whether it uses whatever names there are."""
    return magic.name in ALL_NAMES or (magic.name == "run" and re.search(r"(?:^|\s)-i\b", magic.line) is not None)


def _matplotlib(line: str) -> str | None:
    words = set(line.split())
    return "opens windows or widgets beside the kernel" if words & _SCREENS else None


def _history(line: str) -> str | None:
    return "reads what other sessions of the kernel have stored" if _OTHER_SESSION.search(line) else None


def _script(line: str) -> str | None:
    return "--bg leaves a program running that the kernel must hold" if re.search(r"(?:^|\s)--bg\b", line) else None


_CHECKS: dict[str, Callable[[str], str | None]] = {
    "matplotlib": _matplotlib,
    "pylab": _matplotlib,
    **dict.fromkeys(("history", "hist", "recall", "rep", "macro", "save"), _history),
    **dict.fromkeys(("script", "bash", "sh", "perl", "ruby", "python", "python3", "pypy"), _script),
}
