"""What tests tell the rig: ``POST /_fakecloud/VERB`` with a JSON object, from the host only."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from cellburst.testing.fakecloud.facts import Bill, BootPlan, Capacity, Fault, Instance
from cellburst.testing.fakecloud.server import account
from cellburst.testing.fakecloud.server.asked import Answer, Asked
from cellburst.testing.fakecloud.server.record import Record

if TYPE_CHECKING:
    from cellburst.testing.fakecloud.server.application import Application

PREFIX = "/_fakecloud/"
_Verb = Callable[["Application", dict[str, Any]], Any]


def answer(application: Application, request: Asked) -> Answer:
    """Do what is asked, under the lock of EC2's objects."""
    verb = _VERBS.get(request.environ["PATH_INFO"][len(PREFIX) :])
    if verb is None or request.machine:
        return Answer(404, b'{"error": "no such verb"}', "application/json")
    try:
        given = msgspec.json.decode(request.read_body() or b"{}", type=dict[str, Any])
        told = verb(application, given)
    except Exception as error:  # whoever asked is told, and not the log
        return Answer(400, msgspec.json.encode({"error": f"{type(error).__name__}: {error}"}), "application/json")
    return Answer(200, msgspec.json.encode(told), "application/json")


def _record(application: Application, given: dict[str, Any]) -> Record:
    record = application.lifecycle.records.get(given["id"])
    if record is None:
        raise LookupError(f"no instance {given['id']} was ever launched here")
    return record


def _instances(application: Application, given: dict[str, Any]) -> list[Instance]:
    with account.lock:
        return [record.told() for record in application.lifecycle.records.values()]


def bill(application: Application, given: dict[str, Any]) -> Bill:
    """What everything has cost until now."""
    now = time.time()
    with account.lock:
        lines = tuple(record.line(now) for record in application.lifecycle.records.values())
    totals = (sum(line.seconds for line in lines), sum(line.billed for line in lines))
    return Bill(lines, *totals, sum(line.dollars for line in lines))


def _arm(application: Application, given: dict[str, Any]) -> int:
    return application.faults.arm(msgspec.convert(given, Fault))


def _met(application: Application, given: dict[str, Any]) -> dict[str, int]:
    return {str(number): met for number, met in application.faults.met().items()}


def _clear(application: Application, given: dict[str, Any]) -> None:
    application.faults.clear()


def _reset(application: Application, given: dict[str, Any]) -> None:
    application.reset()


def _stop(application: Application, given: dict[str, Any]) -> None:
    application.lifecycle.timers.later(0.1, application.stop_soon)  # after this answer


def _capacity(application: Application, given: dict[str, Any]) -> None:
    application.limits.capacities[:] = msgspec.convert(given["limits"], list[Capacity])


def _quota(application: Application, given: dict[str, Any]) -> None:
    application.limits.values[given["code"]] = float(given["cpus"])


def _boots(application: Application, given: dict[str, Any]) -> None:
    application.lifecycle.plans[:] = msgspec.convert(given["plans"], list[BootPlan])


def _to_record(name: str, *arguments: Any) -> _Verb:
    def verb(application: Application, given: dict[str, Any]) -> None:
        with account.lock:
            getattr(application.lifecycle, name)(_record(application, given), *arguments)

    return verb


def _reclaim(application: Application, given: dict[str, Any]) -> None:
    with account.lock:
        application.lifecycle.reclaim(_record(application, given), float(given["notice"]))


def _out_of_memory(application: Application, given: dict[str, Any]) -> None:
    application.lifecycle.hosts.tell(_record(application, given).id, {"memory": True})


def _console(application: Application, given: dict[str, Any]) -> str:
    return application.lifecycle.console(_record(application, given)).decode(errors="replace")


def _user(application: Application, given: dict[str, Any]) -> list[str]:
    keys = account.user(given["name"], given["policy"])
    return [keys.id, keys.secret]


_VERBS: dict[str, _Verb] = {
    "describe": lambda application, given: application.description(),
    "instances": _instances,
    "bill": bill,
    "calls": lambda application, given: dict(application.calls),
    "arm": _arm,
    "met": _met,
    "clear": _clear,
    "capacity": _capacity,
    "quota": _quota,
    "boots": _boots,
    "reclaim": _reclaim,
    "freeze": _to_record("freeze", True),
    "thaw": _to_record("freeze", False),
    "cut": _to_record("cut", True),
    "restore": _to_record("cut", False),
    "kill": _to_record("terminate", "Server.InternalError", "Internal error"),
    "crash": _to_record("crash"),
    "out_of_memory": _out_of_memory,
    "console": _console,
    "user": _user,
    "enforce": lambda application, given: application.enforce(bool(given["on"])),
    "reset": _reset,
    "stop": _stop,
}
