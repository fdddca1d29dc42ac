"""The fake cloud as tests and tutorials hold it."""

from __future__ import annotations

import http.client
import shutil
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from cellburst.processes import start_time
from cellburst.testing.fakecloud import started as starting
from cellburst.testing.fakecloud.facts import Bill, BootPlan, Capacity, Description, Fault, Instance, Machines, Options
from cellburst.testing.fakecloud.started import FakeCloudError, Running, Started

Told = TypeVar("Told")
_TIMEOUT = 60.0


class FakeCloud:
    """AWS on this machine: S3, SQS, EC2, IAM, STS, SSM, prices and quotas at ``endpoint``, and machines that boot.

    ``with FakeCloud(seed=1) as cloud: ...`` starts one and ends it with everything on it; so does the end of this
    process, however it comes. The parameters are those of ``Options``. Raises UsageError if the extra is not installed.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        seed: int = 0,
        speed: float = 60.0,
        region: str = "us-east-1",
        machines: Machines = "best",
        iam: bool = False,
        internet: bool = False,
        hidden: Iterable[str] = (),
        log: Path | None = None,
    ) -> None:
        self._options = Options(port, seed, speed, region, machines, iam, internet=internet, hidden=tuple(hidden))
        self._log = log
        self._running: Running | None = None
        self._started: Started | None = None

    @classmethod
    def attached(cls, started: Started) -> FakeCloud:
        """One that runs already, and goes on when this object is gone."""
        cloud = cls(region=started.region)
        cloud._started = started
        return cloud

    @classmethod
    def shared(cls, options: Options | None = None) -> FakeCloud:
        """The one of this user that stays, started with these options if it is not there (standing.py)."""
        from cellburst.testing.fakecloud import standing

        return cls.attached(standing.find_or_start(options))

    def start(self) -> FakeCloud:
        """Start it, if that has not been done."""
        if self._started is None:
            self._running = starting.start(self._options, self._log)
            self._started = self._running.started
        return self

    def stop(self) -> None:
        """End it, and everything on it."""
        if self._running is not None:
            assert self._running.lifeline is not None
            self._running.lifeline.close()
            self._running.process.wait()
            shutil.rmtree(self._running.started.folder, ignore_errors=True)  # it and its guard may have been killed
            self._running = None
        elif self._started is not None:
            with suppress(FakeCloudError):  # it may end before its answer is read
                self._tell("stop")
            end = time.monotonic() + _TIMEOUT
            while start_time(self._started.pid) is not None and time.monotonic() < end:
                time.sleep(0.02)
        self._started = None

    def __enter__(self) -> FakeCloud:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def process(self) -> Started:
        """What is known of its process; raises FakeCloudError if it was not started."""
        if self._started is None:
            raise FakeCloudError('the fake cloud has not been started; use "with FakeCloud() as cloud:"')
        return self._started

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        if self._running is not None:
            return self._running.process.poll() is None
        return self._started is not None and start_time(self._started.pid) is not None

    @property
    def endpoint(self) -> str:
        return self.process.endpoint

    def environment(self) -> dict[str, str]:
        """The environment variables by which boto3 and everything built on it come here and nowhere else."""
        return self._variables(self.process.key, self.process.secret)

    def user(self, name: str, policy: dict[str, Any]) -> dict[str, str]:
        """A further user, who may do what the policy says (where ``iam`` is on); his environment variables."""
        key, secret = self._ask("user", list[str], name=name, policy=policy)
        return self._variables(key, secret)

    def _variables(self, key: str, secret: str) -> dict[str, str]:
        nothing = f"{self.process.folder}/no-such-file"
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_DEFAULT_REGION": self.process.region,
            "AWS_REGION": self.process.region,
            "AWS_CONFIG_FILE": nothing,
            "AWS_SHARED_CREDENTIALS_FILE": nothing,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    # what there is

    def describe(self) -> Description:
        """What kind of rig this is, and what is less real here."""
        return self._ask("describe", Description)

    def instances(self, *states: str) -> list[Instance]:
        """Every instance there ever was, oldest first, or those in such states."""
        found = self._ask("instances", list[Instance])
        return [one for one in found if not states or one.state in states]

    def instance(self, identity: str) -> Instance:
        """One instance; LookupError if it was never there."""
        for one in self.instances():
            if one.id == identity:
                return one
        raise LookupError(f"no instance {identity} was ever launched here")

    def console(self, identity: str) -> str:
        """All that an instance has printed."""
        return self._ask("console", str, id=identity)

    def bill(self) -> Bill:
        """What all instances have cost until now, by the fake price list."""
        return self._ask("bill", Bill)

    def calls(self) -> dict[str, int]:
        """Requests so far by "service:action"."""
        return self._ask("calls", dict[str, int])

    def wait(self, condition: Callable[[FakeCloud], object], timeout: float = 30.0) -> None:
        """Wait until the condition is true of this cloud; TimeoutError with what there is then."""
        end = time.monotonic() + timeout
        while not condition(self):
            if time.monotonic() > end:
                raise TimeoutError(f"after {timeout:g} s there is: {self.instances()}")
            time.sleep(0.05)

    # what goes wrong

    def arm(self, fault: Fault | None = None, **fields: Any) -> int:
        """Let something go wrong from now on: ``arm(action="RunInstances", code="RequestLimitExceeded")``; a number to
        look for in ``met()``."""
        return self._ask("arm", int, **msgspec.to_builtins(fault or Fault(**fields)))

    def met(self) -> dict[int, int]:
        """How many requests each armed fault has met."""
        return self._ask("met", dict[int, int])

    def disarm(self) -> None:
        """Let nothing go wrong with requests any more."""
        self._tell("clear")

    def capacity(self, *limits: Capacity) -> None:
        """EC2 has so many instances and no more; without limits it has all one wants."""
        self._tell("capacity", limits=msgspec.to_builtins(limits))

    def quota(self, code: str, cpus: float) -> None:
        """Set a quota of EC2, by its code in Service Quotas ("L-1216C47A": on demand, standard types)."""
        self._tell("quota", code=code, cpus=cpus)

    def boots(self, *plans: BootPlan) -> None:
        """How instances that are launched from now on boot, first fitting plan first."""
        self._tell("boots", plans=msgspec.to_builtins(plans))

    def reclaim(self, identity: str, notice: float = 120.0) -> None:
        """Take a spot instance back after ``notice`` seconds of the cloud (divided by its speed)."""
        self._tell("reclaim", id=identity, notice=notice)

    def freeze(self, identity: str) -> None:
        """Stop all processes of a machine where they are."""
        self._tell("freeze", id=identity)

    def thaw(self, identity: str) -> None:
        """Let them go on."""
        self._tell("thaw", id=identity)

    def cut_network(self, identity: str) -> None:
        """Let nothing from a machine reach the cloud: what it asks hangs."""
        self._tell("cut", id=identity)

    def restore_network(self, identity: str) -> None:
        """Let it through again."""
        self._tell("restore", id=identity)

    def kill(self, identity: str) -> None:
        """Its host breaks: its processes end at once and EC2 reports it as terminated."""
        self._tell("kill", id=identity)

    def crash(self, identity: str) -> None:
        """All its processes end; EC2 goes on reporting it as running."""
        self._tell("crash", id=identity)

    def exhaust_memory(self, identity: str) -> None:
        """The kernel ends the machine's biggest process."""
        self._tell("out_of_memory", id=identity)

    def enforce(self, on: bool = True) -> None:
        """Let policies decide from now on, or no longer."""
        self._tell("enforce", on=on)

    def reset(self) -> None:
        """End all instances and forget everything that was done here, except this cloud's own user and his keys."""
        self._tell("reset")

    def _ask(self, verb: str, kind: type[Told], **given: Any) -> Told:
        return msgspec.json.decode(self._exchange(verb, given), type=kind, strict=False)

    def _tell(self, verb: str, **given: Any) -> None:
        self._exchange(verb, given)

    def _exchange(self, verb: str, given: dict[str, Any]) -> bytes:
        place = urlsplit(self.endpoint)
        connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=_TIMEOUT)
        try:
            connection.request("POST", f"/_fakecloud/{verb}", msgspec.json.encode(given))
            answer = connection.getresponse()
            body = answer.read()
        except OSError as error:
            raise FakeCloudError(f"the fake cloud at {self.endpoint} does not answer: {error}") from None
        finally:
            connection.close()
        if answer.status != 200:
            raise LookupError(msgspec.json.decode(body)["error"])
        return body
