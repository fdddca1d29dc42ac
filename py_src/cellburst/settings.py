"""Every setting, with its default and its meaning; ``CELLBURST_<NAME>`` in the environment overrides it."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field, fields
from typing import Any, cast


def _setting(default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True)
class Settings:
    """Sizes are bytes, times are seconds."""

    data_dir: str = _setting("", "where runs are kept; empty: below Jupyter's data directory")
    targets: str = _setting("", "the file of targets; empty: cellburst/targets.toml below Jupyter's configuration")
    runtime_dir: str = _setting("", "where sockets and locks are; empty: below Jupyter's runtime directory")
    workers: int = _setting(0, "local workers; 0: as many as usable cores")
    threads: int = _setting(0, "BLAS and OpenMP threads per worker; 0: cores divided by workers")
    idle_exit: float = _setting(900.0, "the controller ends itself after this long without a run or work for it")
    worker_idle: float = _setting(600.0, "workers are ended after this long without a task")
    pool_grace: float = _setting(60.0, "how long a pool without a controller keeps finished outcomes in memory")
    cancel_grace: float = _setting(2.0, "between the interrupt that cancels a task and the end of its processes")
    notice_grace: float = _setting(5.0, "how long functions given to task.on_interrupt have when the pool is to end")
    worker_losses: int = _setting(3, "how many workers one task may lose before it is failed")
    machine_idle: float = _setting(60.0, "a machine ends itself after this long without a task")
    machine_lease: float = _setting(90.0, "after this long (30 at least) tasks of a silent machine begin elsewhere")
    batch_seconds: float = _setting(0.05, "how much work a worker is given at once while tasks prove short")
    inline_bytes: int = _setting(64 * 1024, "a pickle up to this size lives in its row, a larger one in a blob")
    buffer_bytes: int = _setting(256 * 1024, "a buffer from this size on travels as a blob of its own")
    output_head: int = _setting(1 << 20, "bytes of output kept from the start of an attempt")
    output_tail: int = _setting(1 << 20, "bytes of output kept from the end of an attempt")
    output_inline: int = _setting(16 * 1024, "output of an attempt up to this size lives in its row, more in a file")
    files_bytes: int = _setting(1 << 30, "bytes of files in its output folder that a task may leave")
    source_bytes: int = _setting(256 << 20, "bytes of one folder of your own code that is sent to machines")
    live_interval: float = _setting(0.25, "between two updates of the live line in a cell")
    keep_days: float = _setting(30.0, "ended runs older than this are pruned")
    keep_bytes: int = _setting(20 << 30, "the oldest ended runs are pruned above this much disk use")
    max_tasks: int = _setting(100_000, "a run of more tasks than this is refused without --yes")
    strict_sync: bool = _setting(False, "sync every blob to disk before it is acknowledged")
    task_processes: int = _setting(1000, "a task that has more processes than this at once is ended; 0: no limit")
    fake_gpus: int = _setting(0, "so many GPUs are taken to be there, to try what is done with them; 0: the real ones")
    rss_growth: int = _setting(2 << 30, "a worker that has grown by this much since its start is replaced")

    @classmethod
    def load(cls) -> Settings:
        """The defaults, overridden by the environment.

        Raises ValueError naming the variable whose text cannot be read.
        """
        global _last
        encoded = getattr(os.environ, "_data", None)  # comparing this is much cheaper than looking for each variable
        if encoded is None or encoded != _last[0] or type(_last[1]) is not cls:
            _last = None if encoded is None else dict(encoded), cls._from_environment()
        return cast("Settings", _last[1])

    @classmethod
    def _from_environment(cls) -> Settings:
        found: dict[str, Any] = {}
        for item in fields(cls):
            variable = _variable(item.name)
            text = os.environ.get(variable)
            if text is None:
                continue
            try:
                found[item.name] = _read(text, type(item.default))
            except ValueError:
                raise ValueError(f"{variable}={text!r} is not {type(item.default).__name__}") from None
        return cls(**found)

    def variables(self) -> dict[str, str]:
        """What differs from the defaults, as ``load`` reads it from an environment, spelled as it is there now."""
        changed = {item.name: value for item in fields(self) if (value := getattr(self, item.name)) != item.default}
        return {_variable(name): _spelled(_variable(name), value) for name, value in changed.items()}


_last: tuple[dict[bytes, bytes] | None, Settings | None] = (None, None)  # the environment and what it says


def _variable(name: str) -> str:
    return f"CELLBURST_{name.upper()}"


def _spelled(variable: str, value: Any) -> str:
    """As the environment has it, which cells can read, or as Python writes it."""
    text = os.environ.get(variable)
    with suppress(ValueError):
        if text is not None and _read(text, type(value)) == value:
            return text
    return str(int(value)) if isinstance(value, bool) else str(value)


def _read(text: str, kind: type) -> Any:
    if kind is bool:
        if text.lower() in {"1", "true", "yes", "on"}:
            return True
        if text.lower() in {"0", "false", "no", "off", ""}:
            return False
        raise ValueError(text)
    return kind(text)
