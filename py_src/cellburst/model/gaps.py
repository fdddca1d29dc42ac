"""Where output of a task is missing: the records that stand for it, and what they say."""

from __future__ import annotations

from typing import Any

Output = dict[str, Any]


def gap(dropped: int) -> Output:
    """The record that stands for output that was not kept, in bytes."""
    text = f"\n[{dropped:,} bytes of output were not kept]\n"
    return {"output_type": "stream", "name": "stdout", "text": text, "dropped": dropped}


def unread_gap(dropped: int, others: int) -> Output:
    """The record that stands for output that a busy client was not sent: bytes of text, and how many ``others``."""
    parts = [f"{dropped:,} bytes of output"] if dropped or not others else []
    parts += [f"{others:,} display{'s' if others > 1 else ''}"] if others else []
    text = f"\n[{' and '.join(parts)} left out here: the kernel did not read them in time]\n"
    return {"output_type": "stream", "name": "stdout", "text": text, "dropped": dropped, "unread": others}


def missing_bytes(record: Output) -> int:
    """How many bytes of text are missing before or instead of this record."""
    return int(record.get("dropped", 0)) if record.get("output_type") == "stream" else 0


def is_gap(record: Output) -> bool:
    """Whether it only stands for output that is missing: its text was written by nobody."""
    if "unread" in record:
        return True
    dropped = missing_bytes(record)
    return dropped > 0 and bool(record["text"] == gap(dropped)["text"])


def said_text(record: Output) -> str:
    """The text of a stream record; what is missing before it is said in front, once."""
    text, dropped = str(record.get("text", "")), int(record.get("dropped", 0))
    return text if not dropped or is_gap(record) else f"{gap(dropped)['text']}{text}"
