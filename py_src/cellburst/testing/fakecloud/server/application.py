"""Every request of everybody: to the metadata service, to the rig's own controls, or to AWS, which is moto and what
we add to it."""

from __future__ import annotations

import base64
import time
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from cellburst.testing.fakecloud.facts import Description, Options
from cellburst.testing.fakecloud.server import (
    account,
    control,
    fleets,
    metadata,
    prices,
    public,
    queues,
    quotas,
    scores,
    storage,
)
from cellburst.testing.fakecloud.server.asked import Answer, Asked, Environ, Reply, asked, ec2_answer, refusal
from cellburst.testing.fakecloud.server.authority import Authority
from cellburst.testing.fakecloud.server.faults import Faults
from cellburst.testing.fakecloud.server.front import cut
from cellburst.testing.fakecloud.server.launches import Launches
from cellburst.testing.fakecloud.server.lifecycle import Lifecycle
from cellburst.testing.fakecloud.server.limits import Limits

_READS = ("Describe", "Get", "List", "Search")


class Application:
    """The WSGI application. ``calls`` counts requests by service and action."""

    def __init__(self, options: Options, lifecycle: Lifecycle, stop: Callable[[], None]) -> None:
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

        self.options = options
        self.faults = Faults(options.seed)
        self.stop_soon = stop
        self.lifecycle = lifecycle
        self.limits = Limits()
        self.launches = Launches(lifecycle, self.limits, options.seed)
        self.calls: Counter[str] = Counter()
        self.last_request = time.monotonic()
        self.lacking: tuple[str, ...] = ()
        self.authority = Authority()
        self.keys = account.user()
        self._dispatcher = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        if environ.get("cellburst.door") == "metadata":
            return self._metadata(environ, start_response)
        request = asked(environ)
        if environ["PATH_INFO"].startswith(control.PREFIX):
            return control.answer(self, request).send(start_response)
        self.last_request = time.monotonic()
        self.calls[f"{request.service}:{request.action}"] += 1
        if not request.machine and self.lifecycle.mode == "plain" and self._caller_matters():
            request.machine = self.lifecycle.caller(int(environ.get("REMOTE_PORT") or 0))
        if request.machine and self.lifecycle.is_cut(request.machine):
            self.lifecycle.wait_while_cut(request.machine)
            cut(environ)
            return []
        return self._with_faults(request, start_response)

    def _metadata(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        machine = environ["cellburst.machine"]
        place = environ["PATH_INFO"].lstrip("/")
        fault = self.faults.meeting(Asked(environ, "metadata", path=place, machine=machine))
        if fault is not None:
            time.sleep(fault.delay)
            if fault.lose:
                cut(environ)
                return []
            if fault.code:
                return Answer(fault.status or 503, fault.code.encode(), "text/plain").send(start_response)
        return metadata.answer(self.lifecycle.records[machine], environ).send(start_response)

    def _caller_matters(self) -> bool:
        return any(record.cut for record in self.lifecycle.live()) or self.faults.by_machine()

    def _with_faults(self, request: Asked, start_response: Any) -> Iterable[bytes]:
        fault = self.faults.meeting(request)
        if fault is None:
            return self._aws(request).send(start_response)
        time.sleep(fault.delay)
        if fault.code:
            request.read_body()
            return refusal(request, fault.code, fault.message, fault.status).send(start_response)
        answer = self._aws(request)
        if fault.lose:
            cut(request.environ)
            return []
        return answer.send(start_response)

    def _aws(self, request: Asked) -> Answer | Reply:
        if not (request.environ["PATH_INFO"].startswith("/moto-api") and not request.machine):
            refused = self.authority.check(request)
            if refused is not None:
                return refused
        own = self._own(request)
        if own is not None:
            return own
        if request.service == "s3":
            return storage.serialized(request, lambda: self._moto(request))
        if request.service == "sqs":
            return queues.answered(request, lambda: self._moto(request))
        if request.service == "ec2":
            return self._ec2(request)
        return self._moto(request)

    def _moto(self, request: Asked) -> Reply:
        """What moto answers."""
        told: list[Any] = []

        def start_response(line: str, headers: Any, error: Any = None) -> Callable[[bytes], None]:
            told[:] = [line, tuple(headers)]
            return lambda data: None

        body = b"".join(self._dispatcher(request.environ, start_response))
        return Reply(told[0], told[1], body)

    def _own(self, request: Asked) -> Answer | None:
        """Answers that moto has not."""
        if request.service == "pricing" and request.action == "GetProducts":
            return prices.products(request)
        if request.service == "servicequotas":
            return quotas.answer(request, self.limits)
        if request.service == "ssm":
            return public.answer(request)
        if request.service != "ec2":
            return None
        if request.action == "DescribeSpotPriceHistory":
            return prices.spot_history(request, self.options.seed)
        if request.action == "GetSpotPlacementScores":
            return scores.answer(request, self.limits, self.lifecycle)
        if request.action == "GetConsoleOutput":
            return self._console(request)
        return None

    def _ec2(self, request: Asked) -> Answer | Reply:
        dry = request.parameters.get("DryRun", "false") != "false"
        if request.action == "RunInstances" and not dry:
            run = partial(self.launches.run, request, lambda: self._moto(request))
            return self.launches.answered(request, run)
        if request.action == "CreateFleet" and not dry:
            return self.launches.answered(request, lambda: fleets.create(request, self.launches, self.lifecycle.price))
        with account.lock:
            reply = self._moto(request)
            if not request.action.startswith(_READS):
                self.lifecycle.settle()
        return reply

    def _console(self, request: Asked) -> Answer | None:
        identity = request.parameters.get("InstanceId", "")
        record = self.lifecycle.records.get(identity)
        if record is None:
            return None
        output = base64.b64encode(self.lifecycle.console(record)[-65536:]).decode()
        at = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
        inside = f"<instanceId>{identity}</instanceId><timestamp>{at}</timestamp><output>{output}</output>"
        return ec2_answer("GetConsoleOutput", inside)

    def enforce(self, on: bool) -> None:
        """Let policies decide who may do what, or let everybody do everything."""
        self.authority.enforcing = on

    def reset(self) -> None:
        """Begin anew, with nothing but the user."""
        self.faults.clear()
        self.calls.clear()
        self.lifecycle.clear()
        self.limits.capacities.clear()
        self.limits.values.clear()
        self.launches.kept.clear()
        account.forget(self.keys)
        self.enforce(self.options.iam)

    def description(self) -> Description:
        zones = tuple(account.zones(self.options.region))
        machines: Any = self.lifecycle.mode
        return Description(
            machines, self.options.region, zones, self.options.speed, self.authority.enforcing, self.lacking
        )
