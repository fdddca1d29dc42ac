"""From request to end: every instance that EC2 reports as running is booted, and what becomes of it is reported."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Any

from msgspec.structs import replace as changed

from cellburst.testing.fakecloud.facts import BootPlan, Options
from cellburst.testing.fakecloud.server import account, booting, callers, types
from cellburst.testing.fakecloud.server.front import Door, Front
from cellburst.testing.fakecloud.server.hosts import Hosts
from cellburst.testing.fakecloud.server.record import Record, waits
from cellburst.testing.fakecloud.server.timers import Timers

_USER_ENDS = ("Client.UserInitiatedShutdown", "User initiated shutdown")
_MACHINE_ENDS = ("Client.InstanceInitiatedShutdown", "Instance initiated shutdown")
RECLAIMED = ("Server.SpotInstanceTermination", "Spot instance termination")
_HANGS = 30.0
_ANSWERS = 10.0
BROKEN = ("Server.InternalError", "Internal error on launch")


class Lifecycle:
    """``records`` holds every instance that ever was, oldest first. Everything happens under ``account.lock``."""

    def __init__(self, options: Options, mode: str, folder: Path) -> None:
        self.options = options
        self.mode = mode
        self.folder = folder
        self.records: dict[str, Record] = {}
        self.plans: list[BootPlan] = []
        self.timers = Timers()
        self.hosts = Hosts(folder, self._heard)
        self.port = 0
        self.ended = threading.Condition(account.lock)

    def open(self, front: Front, port: int) -> None:
        """Begin to boot; ``port`` is the endpoint's."""
        self.front = front
        self.port = port
        if self.mode != "none":
            self.hosts.start()

    def live(self) -> Iterator[Record]:
        return (record for record in list(self.records.values()) if record.live)

    # what EC2 was asked for

    def launched(self, model: Any, region: str, market: str) -> Record:
        """An instance that moto has just made."""
        kind = types.find(model.instance_type) or types.Type(model.instance_type, 1, 1 << 30, "x86_64")
        price = self.price(kind, str(model._placement.zone), market)
        record = Record(
            model, region, kind, market, price, self._plan(kind.name, model._placement.zone), len(self.records)
        )
        self.records[record.id] = record
        record.become("pending")
        pending, _ = self._waits(record)
        self.timers.later(pending, lambda: self._runs(record))
        return record

    def price(self, kind: types.Type, zone: str, market: str) -> float:
        """Dollars an hour, now."""
        region = zone.rstrip("abcdef")
        if market == "spot":
            return types.spot(kind, region, zone, time.time(), self.options.seed)
        return types.on_demand(kind, region)

    def _plan(self, kind: str, zone: str) -> BootPlan:
        for place, plan in enumerate(self.plans):
            if fnmatchcase(kind, plan.type) and fnmatchcase(zone, plan.zone):
                if plan.times == 1:
                    del self.plans[place]
                elif plan.times:
                    self.plans[place] = changed(plan, times=plan.times - 1)
                return plan
        return BootPlan()

    def _waits(self, record: Record) -> tuple[float, float]:
        pending, boot = waits(record.plan, f"{self.options.seed} {record.number}")
        return pending / self.options.speed, boot / self.options.speed

    def settle(self) -> None:
        """Do what moto has just been told about instances: end or start them."""
        for record in list(self.records.values()):
            told = record.model._state.name
            if told == "terminated" and record.state not in ("shutting-down", "terminated"):
                self._end(record, "shutting-down", *_USER_ENDS)
            elif told == "stopped" and record.live:
                self._end(record, "stopping", *_USER_ENDS)
            elif told == "running" and record.state == "stopped":
                record.become("pending")
                record.ended = record.running = None
                self.timers.later(self._waits(record)[0], partial(self._runs, record))

    # what happens to instances

    def _runs(self, record: Record) -> None:
        with account.lock:
            if record.state != "pending":
                return
            if record.plan.fails == "internal error":
                self.terminate(record, *BROKEN)
                return
            record.become("running")
            record.running = time.time()
            if self.mode != "none" and record.plan.fails != "never runs":
                self._boot(record)

    def _boot(self, record: Record) -> None:
        listening = None if self.mode == "isolated" else socket.create_server(("127.0.0.1", 0))
        if listening is not None:  # the metadata of a machine of plain processes
            self.front.open(Door(record.id, str(record.model.private_ip), "metadata", listening))
        metadata = "" if listening is None else f"http://127.0.0.1:{listening.getsockname()[1]}"
        record.has_process = True
        self.hosts.boot(booting.prepared(record, self.options, self.folder / record.id, self.port, metadata))

    def _heard(self, machine: str, message: dict[str, Any], files: list[int]) -> None:
        with account.lock:
            record = self.records.get(machine)
            if record is None:
                return
            if "doors" in message:
                for name, number in zip(message["doors"], files, strict=True):
                    door = Door(machine, str(record.model.private_ip), name, socket.socket(fileno=number))
                    self.front.open(door)
            elif "up" in message:
                spent = time.time() - (record.running or 0.0)
                self.timers.later(max(0.0, self._waits(record)[1] - spent), lambda: self._executes(record))
            elif "script" in message:
                record.exits.append(message["script"])
            elif "pid" in message:
                record.initial_pid = message["pid"]
            elif "frozen" in message:
                record.frozen = message["frozen"]
                self.ended.notify_all()
            elif "halted" in message:
                self._halted(record, message["halted"])
            elif "ended" in message:
                self._gone(record)

    def _executes(self, record: Record) -> None:
        with account.lock:
            if record.state == "running" and not record.booted:
                record.booted = True
                record.user_data = time.time()
                self.hosts.tell(record.id, {"run": True})

    def _halted(self, record: Record, how: str) -> None:
        """It has shut itself down."""
        if not record.live:
            return
        if how == "reboot":
            record.restart = True
            return
        ec2 = account.backend("ec2", record.region)
        if record.model.instance_initiated_shutdown_behavior == "terminate":
            self.terminate(record, *_MACHINE_ENDS)
        else:
            ec2.stop_instances([record.id])
            self._end(record, "stopping", *_MACHINE_ENDS)

    def terminate(self, record: Record, code: str, message: str) -> None:
        """End an instance for a reason of the cloud's."""
        if record.state not in ("shutting-down", "terminated"):
            record.model.terminate()
            self._end(record, "shutting-down", code, message)

    def _end(self, record: Record, state: Any, code: str, message: str) -> None:
        had = record.has_process
        if record.state != "stopped":
            record.ended = time.time()
        record.become(state, code, message)
        if had:
            self.hosts.order(record.id, "thaw")
            self.hosts.order(record.id, "kill")
        else:
            self._gone(record)

    def _gone(self, record: Record) -> None:
        """Nothing of its processes is left."""
        record.has_process = False
        record.frozen = False
        self.front.close(record.id)
        if record.restart and record.live:
            record.restart = False
            self._boot(record)
        elif record.state in ("shutting-down", "stopping"):
            is_stopped = record.state == "stopping"
            record.become("stopped" if is_stopped else "terminated")
            if is_stopped:
                record.billed_before = record.seconds(time.time())
                record.running = None
        self.ended.notify_all()

    # what tests do to instances

    def reclaim(self, record: Record, notice: float) -> None:
        """Take a spot instance back: what it is told of now happens after ``notice`` seconds of the cloud."""
        seconds = notice / self.options.speed
        record.notice = time.time() + seconds
        self.timers.later(seconds, lambda: self._reclaimed(record))

    def _reclaimed(self, record: Record) -> None:
        with account.lock:
            self.terminate(record, *RECLAIMED)

    def freeze(self, record: Record, frozen: bool = True) -> None:
        """Stop every process of it, as if its host hung, or let them go on."""
        if record.has_process:
            self.hosts.order(record.id, "freeze" if frozen else "thaw")
            self.ended.wait_for(lambda: record.frozen == frozen or not record.has_process, _ANSWERS)

    def cut(self, record: Record, is_cut: bool = True) -> None:
        """Let nothing reach the endpoint from it, nor back."""
        record.cut = is_cut
        self.ended.notify_all()
        if not is_cut:
            self.front.release()

    def crash(self, record: Record) -> None:
        """End all its processes; EC2 goes on reporting it as running."""
        self.hosts.order(record.id, "kill")

    def wait_while_cut(self, machine: str) -> None:
        """Let a request that was on its way hang, but not for ever: it takes a thread."""
        with self.ended:
            self.ended.wait_for(lambda: not self.is_cut(machine), _HANGS)

    def caller(self, port: int) -> str:
        """The machine of plain processes that connected from a port of the loopback, or ""."""
        first = [(record.id, record.initial_pid) for record in self.live() if record.initial_pid]
        return callers.machine_of(port, first)

    def is_cut(self, machine: str) -> bool:
        record = self.records.get(machine)
        return record is not None and record.cut and record.live

    def console(self, record: Record) -> bytes:
        """What it has printed."""
        path = self.folder / record.id / "console"
        return path.read_bytes() if path.exists() else b""

    def clear(self) -> None:
        """End all machines and forget them."""
        with account.lock:
            for record in list(self.live()):
                self.terminate(record, *_USER_ENDS)
            self.ended.wait_for(lambda: not any(record.has_process for record in self.records.values()), 30)
            self.records.clear()
            self.plans.clear()

    def close(self) -> None:
        """End every machine and wait until nothing of them is left."""
        if self.mode != "none":
            self.hosts.stop()
