"""Targets and types of machines, as lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cellburst.display.tables import Column, html_table, terminal_room, text_table
from cellburst.model.target import Target
from cellburst.pricing import Fit
from cellburst.targets import about, has_machines

_TARGETS = (
    Column("target", fixed=True),
    Column("backend", fixed=True),
    Column("workers", right=True),
    Column("what", limit=120),
)
_TYPES = (
    Column("type", fixed=True),
    Column("cores", right=True),
    Column("memory", right=True),
    Column("gpus", fixed=True),
    Column("$/hour", right=True),
    Column("spot $/hour", right=True),
    Column("note", limit=60),
)


def targets_bundle(targets: Iterable[Target], workers: int) -> dict[str, str]:
    """HTML and text of the targets that there are; ``workers`` are this machine's."""
    rows = [_target_row(target, workers) for target in targets]
    return {
        "text/html": str(html_table(_TARGETS, rows)),
        "text/plain": text_table(_TARGETS, rows, room=terminal_room()),
    }


def types_text(fits: Sequence[Fit]) -> str:
    """Types of machines with what they have and cost, for a terminal."""
    return text_table(_TYPES, [_type_row(fit) for fit in fits], room=terminal_room())


def gpus_text(count: int, gpu: str, memory: int) -> str:
    """``"4 x a10g (22 GiB)"``; "" for none."""
    return f"{count} x {gpu} ({memory / (1 << 30):.0f} GiB)" if count else ""


def price_text(dollars: float) -> str:
    """Dollars an hour: four digits of what is less than one."""
    return f"{dollars:,.2f}" if dollars >= 10 else f"{dollars:.3f}" if dollars >= 1 else f"{dollars:.4f}"


def _target_row(target: Target, workers: int) -> tuple[str, ...]:
    there = "" if has_machines(target) else str(workers)
    return (target.name, target.backend, there, about(target))


def _type_row(fit: Fit) -> tuple[str, ...]:
    kind = fit.type
    return (
        kind.name,
        str(kind.cpus),
        f"{kind.memory / (1 << 30):g} GiB",
        gpus_text(kind.gpus, kind.gpu, kind.gpu_memory),
        price_text(fit.price),
        "" if fit.spot is None else price_text(fit.spot),
        ", ".join(filter(None, (kind.arch if kind.arch != "x86_64" else "", "burstable" if kind.burstable else ""))),
    )
