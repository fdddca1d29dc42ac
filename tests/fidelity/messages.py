"""Messages that a kernel published, sorted by the request they belong to, in order, as outputs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from tests.fidelity.record import Output

_KINDS = frozenset({
    "stream", "display_data", "update_display_data", "execute_result", "error", "clear_output",
    "comm_open", "comm_msg", "comm_close",
})  # fmt: skip


class Mailbox:
    """What was published, by request; also what comes after the request has ended."""

    def __init__(self) -> None:
        self._messages: dict[str, list[Output]] = defaultdict(list)
        self._idle: set[str] = set()

    def put(self, message: dict[str, Any]) -> None:
        """Take in one message."""
        parent = message["parent_header"].get("msg_id", "")
        kind, content = message["msg_type"], message["content"]
        if kind == "status" and content["execution_state"] == "idle":
            self._idle.add(parent)
        elif kind in _KINDS:
            self._messages[parent].append(Output(kind, content))

    def idle(self, request: str) -> bool:
        """Whether a request has ended."""
        return request in self._idle

    def outputs(self, request: str) -> list[Output]:
        """What a request published; the list grows while more comes."""
        return self._messages[request]


_CARD = "application/vnd.cellburst.run+json"


def without_cards(messages: Iterable[Output]) -> tuple[str, list[Output]]:
    """What cellburst showed of the run itself, as text, and all other messages."""
    card, others = "", []
    for message in messages:
        data = message.content.get("data")
        if isinstance(data, dict) and _CARD in data:
            card = str(data.get("text/plain", "a card"))
        else:
            others.append(message)
    return card, others


def coalesced(messages: Iterable[Output]) -> list[Output]:
    """Outputs as a notebook keeps them: neighbouring texts of one stream are one, identities are numbered."""
    found: list[Output] = []
    numbers: dict[str, str] = {}
    for message in messages:
        if message.kind == "stream":
            name, text = message.content["name"], message.content["text"]
            if found and found[-1].kind == name:
                found[-1].content["text"] += text
            else:
                found.append(Output(name, {"text": text}))
        else:
            found.append(Output(message.kind, _numbered(message.content, numbers)))
    return found


def _numbered(content: dict[str, Any], numbers: dict[str, str]) -> dict[str, Any]:
    """The content with display and comm identities replaced by numbers in order of appearance."""
    made = dict(content)
    transient = made.get("transient")
    if isinstance(transient, dict) and "display_id" in transient:
        made["transient"] = {**transient, "display_id": _number(transient["display_id"], numbers)}
    if "comm_id" in made:
        made["comm_id"] = _number(made["comm_id"], numbers)
    return made


def _number(identity: Any, numbers: dict[str, str]) -> str:
    return numbers.setdefault(str(identity), f"id {len(numbers) + 1}")
