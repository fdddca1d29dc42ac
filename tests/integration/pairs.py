"""A plain kernel and one whose cells all run with ``%%remote local``, and what both show for the same cell."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tests.integration.kernels import Kernel

FIRST_LINE = "%%remote local --quiet\n"
BOTH = "both: "  # before a cell that both kernels run plainly: to prepare, or to look at what is left
_PATIENCE = 100.0
_RANDOM = re.compile(r"[0-9a-f]{16,32}")
_LONG = 100_000
_VARYING = (
    (re.compile(r"display_id=[0-9a-f]{16,32}"), "display_id"),
    (re.compile(r"0x[0-9a-f]{6,}"), "0x"),
    (re.compile(r"(ipykernel_)\d+/\d+"), r"\1"),
    (re.compile(r"\b\d+(?:\.\d+)?(?:e[-+]\d+)?\s*(?:ns|[uµμ]s|ms|s)\b(?: ± [\d.]+ \w+)?"), "TIME"),
    (re.compile(r"(?m)^ +\d+\.\d{3} .*\n?"), ""),  # lines of a profile
    (re.compile(r"in \d\.\d{3} seconds|\d+ function calls.*"), ""),
    (re.compile(r"(?:total: )?\d+ [mu]s, sys|\d+min"), ""),
    (re.compile(r"(?m)^(\w+ +TimeitResult) .*"), r"\1"),  # %whos cuts it by the length of its times
)


@dataclass
class Seen:
    """What a cell shows: streams and displays in their order, then how it ended (its traceback is not compared)."""

    outputs: list[tuple[str, Any]] = field(default_factory=list)
    error: tuple[str, str] | None = None
    payload: list[Any] = field(default_factory=list)
    count: int = 0


class Pair:
    """Two kernels with the same history."""

    def __init__(self) -> None:
        self.plain, self.remote = (Kernel("--HistoryManager.hist_file=:memory:") for _ in range(2))

    def run(self, cell: str) -> tuple[Seen, Seen]:
        """The cell in both, in one of them on a worker."""
        if cell.startswith(BOTH):
            cell = cell.removeprefix(BOTH)
            return see(self.plain, cell), see(self.remote, cell)
        return see(self.plain, cell), see(self.remote, FIRST_LINE + cell)

    def check(self, cells: tuple[str, ...]) -> None:
        """Assert that both show the same for each of the cells."""
        for cell in cells:
            plain, remote = self.run(cell)
            assert remote == plain, (cell, str(remote)[-300:], str(plain)[-300:])

    def close(self) -> None:
        """End both."""
        self.plain.close()
        self.remote.close()


def see(kernel: Kernel, code: str) -> Seen:
    """Execute and wait for everything that a notebook would show."""
    asked = kernel.client.execute(code, allow_stdin=False)
    seen, ids = Seen(), dict[str, str]()
    while True:
        message = kernel.client.get_iopub_msg(timeout=_PATIENCE)
        if message["parent_header"].get("msg_id") != asked:
            continue
        kind, content = message["msg_type"], message["content"]
        if kind == "status" and content["execution_state"] == "idle":
            break
        _add(seen, kind, content, ids)
    while True:
        reply = kernel.client.get_shell_msg(timeout=_PATIENCE)
        if reply["parent_header"].get("msg_id") == asked:
            break
    seen.outputs = [(kind, _steady(what)) for kind, what in seen.outputs]
    seen.payload = _steady(reply["content"].get("payload", []))
    seen.count = reply["content"].get("execution_count", 0)
    return seen


def _add(seen: Seen, kind: str, content: dict[str, Any], ids: dict[str, str]) -> None:
    if kind == "stream":
        if seen.outputs and seen.outputs[-1][0] == content["name"]:
            content = {**content, "text": seen.outputs.pop()[1] + content["text"]}
        seen.outputs.append((content["name"], content["text"]))
    elif kind == "error":
        seen.error = (content["ename"], _steady(content["evalue"]))
    elif kind in {"display_data", "update_display_data", "execute_result"}:
        shown = {"data": content["data"], "metadata": content["metadata"]}
        if known := content.get("transient", {}).get("display_id"):
            shown["id"] = ids.setdefault(known, f"id {len(ids)}") if _RANDOM.fullmatch(known) else known
        seen.outputs.append((kind, shown))
    elif kind == "clear_output":
        seen.outputs.append((kind, content["wait"]))


def _steady(value: Any) -> Any:
    """Without addresses, process ids and times."""
    if isinstance(value, str) and len(value) < _LONG:
        for pattern, word in _VARYING:
            value = pattern.sub(word, value)
        return value
    if isinstance(value, dict):
        return {key: _steady(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_steady(item) for item in value]
    return value
