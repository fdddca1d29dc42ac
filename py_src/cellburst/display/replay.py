"""Output records of a task, shown in this kernel as if they had been made here."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from cellburst.display.figures import figures
from cellburst.display.screens import Shell
from cellburst.model.gaps import said_text


class Replay:
    """Shows records (docs/architecture.md, "Outputs") in order, standard output and error as they interleaved.

    Without ``endings`` the task's value and error are left out: the kernel shows them itself, and what comes after
    the value of a cell, as its figures do, waits until it has.
    """

    def __init__(self, shell: Shell, *, endings: bool = True) -> None:
        self._shell = shell
        self._endings = endings
        self._stream = ""
        self._late: list[dict[str, Any]] = []

    def show(self, outputs: Sequence[dict[str, Any]]) -> None:
        """Show these after those before. A record of a kind that is not known is left out."""
        for record in outputs:
            figures.note(record)
            if record.get("after_value") and not self._endings and self._waits(record):
                continue
            kind = record.get("output_type")
            if kind == "stream":
                self._write(record)
            elif kind == "clear_output":
                self._shell.display_pub.clear_output(wait=bool(record.get("wait")))
            elif kind in {"display_data", "update_display_data"}:
                self._publish(record, update=kind == "update_display_data")
            elif kind == "execute_result" and record.get("inner") and not self._endings:
                self._send(kind, {name: record.get(name) for name in ("data", "metadata", "execution_count")})
            elif kind == "execute_result" and self._endings:
                self._publish(record, update=False)
            elif kind == "error" and record.get("inner") and not self._endings:
                self._send(kind, {name: record.get(name) for name in ("ename", "evalue", "traceback")})
            elif kind == "error" and self._endings:
                self._error(record)
        if self._endings:
            self._flush()

    def _write(self, record: dict[str, Any]) -> None:
        name = "stderr" if record.get("name") == "stderr" else "stdout"
        if name != self._stream:
            if self._endings:
                self._flush()  # a kernel's streams are buffered one by one and would lose their order
            self._stream = name
        stream = getattr(sys, name)
        if record.get("flush"):
            stream.flush()
            return
        stream.write(said_text(record))

    def _error(self, record: dict[str, Any]) -> None:
        text = "\n".join(record.get("traceback") or ()) or f"{record.get('ename')}: {record.get('evalue')}"
        self._write({"name": "stderr", "text": text + "\n"})

    def _publish(self, record: dict[str, Any], *, update: bool) -> None:
        self._shell.display_pub.publish(
            dict(record.get("data") or {}),
            dict(record.get("metadata") or {}),
            transient=dict(record.get("transient") or {}),
            update=update,
        )

    def _waits(self, record: dict[str, Any]) -> bool:
        """Show a record when the kernel's cell has ended; False where there are no events to wait for."""
        events = getattr(self._shell, "events", None)
        if events is None:
            return False
        if not self._late:
            events.register("post_execute", self._show_late)
        self._late.append({name: value for name, value in record.items() if name != "after_value"})
        return True

    def _show_late(self) -> None:
        self._shell.events.unregister("post_execute", self._show_late)  # type: ignore[attr-defined]
        late, self._late = self._late, []
        self.show(late)

    def _send(self, kind: str, content: dict[str, Any]) -> None:
        """A message of the kernel's that only IPython itself makes as a rule."""
        for name in ("stdout", "stderr"):
            getattr(sys, name).flush()
        hook: Any = getattr(self._shell, "displayhook", None)
        if hasattr(hook, "session"):
            topic = hook.topic.replace(b"execute_result", kind.encode()) if hook.topic else None
            hook.session.send(hook.pub_socket, kind, content, hook.parent_header, ident=topic)

    def _flush(self) -> None:
        if self._stream:
            getattr(sys, self._stream).flush()
