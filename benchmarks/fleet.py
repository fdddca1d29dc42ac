"""`python -m benchmarks.fleet`: calls and seconds until 50 and 500 machines are launched and until they are ended, and
the CPU of following 500 machines and 5,000 tasks.

Launching: the real process against the fake cloud, whose instances are launched at once and do not boot; what is
counted are requests to AWS, seconds are this machine's. Following: the real core and the user's side of the bucket over
an object store in memory, with signed news of every machine each 15 s; the SDK's part of each request is not in it.
"""

from __future__ import annotations

import os
import tempfile
import time
from itertools import islice
from pathlib import Path

from tests.integration.fleet_owner import Owner, a_plan, a_run, set_up_account
from tests.simulation.blobs import MemoryBlobs
from tests.simulation.weather import SimClock, Time

from cellburst.bucket import news as news_of
from cellburst.bucket.home_side import Heard, HomeSide, Outcome
from cellburst.bucket.keys import RunKeys
from cellburst.bucket.memory import Bucket, MemoryQueue, MemoryStore, Messages
from cellburst.bucket.outcomes import seal_done
from cellburst.bucket.records import MachineRecord, News
from cellburst.bucket.signing import KeyPair
from cellburst.bucket.transfers import Transfers
from cellburst.fleet import facts as fx
from cellburst.fleet.core import Core
from cellburst.model.machine import Machine, MachineState
from cellburst.model.outcome import OutcomeKind, TaskResult
from cellburst.model.plan import Offer
from cellburst.model.usage import UsageSample
from cellburst.paths import Folders
from cellburst.settings import Settings
from cellburst.testing.fakecloud import FakeCloud
from cellburst.wire import fleet as wire
from cellburst.wire.frames import encode
from cellburst.wire.pool import Sampled

MACHINES, TASKS, SECONDS, BEAT = 500, 5000, 600, 15


def main() -> None:
    with FakeCloud(seed=1, speed=600, machines="none") as cloud:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]
        os.environ.update(cloud.environment())
        cloud.quota("L-1216C47A", 1e6)
        set_up_account()
        for machines in (50, 500):
            launching(cloud, machines)
    following()


def launching(cloud: FakeCloud, machines: int) -> None:
    """From a run's plan to its last machine's id, and from its last result to its last machine's end."""
    folder = Path(tempfile.mkdtemp(prefix="cellburst-bench-"))
    os.environ.update(CELLBURST_DATA_DIR=str(folder / "data"), CELLBURST_RUNTIME_DIR=str(folder / "run"))
    folders = Folders.of(Settings.load())
    folders.create()
    offers = [Offer("m5.large", "on-demand", 0.096, f"us-east-1{zone}", 2, 8 << 30) for zone in "abc"]
    owner = Owner(
        folders, a_run(a_plan(machines, *offers), machines, folders, name=f"bench-{machines}"), folder / "log"
    )
    before, began = cloud.calls(), time.perf_counter()
    owner.start()
    owner.until(lambda owner: _count(owner, MachineState.REQUESTING) == machines, 120)
    asked, planned = time.perf_counter(), cloud.calls()
    owner.until(lambda owner: _count(owner, MachineState.BOOTING) == machines, 300)
    launched, after = time.perf_counter(), cloud.calls()
    print(
        f"{machines} machines: {asked - began:.1f} s and {_sum(planned, before)} calls until the first request (role, "
        f"queue, inputs), {launched - asked:.1f} s and {_calls(after, planned)} until the last machine"
    )
    ended, before = time.perf_counter(), cloud.calls()
    owner.finish()
    owner.until(lambda owner: _count(owner, MachineState.ENDED) == machines, 300)
    gone = time.perf_counter()
    owner.until(lambda owner: owner.finished, 60)
    print(
        f"{machines} machines: {gone - ended:.1f} s from the last result to the last machine ended, "
        f"{time.perf_counter() - ended:.1f} s until role and queue are gone; {_calls(cloud.calls(), before)}"
    )
    owner.stop()


def _count(owner: Owner, state: MachineState) -> int:
    return sum(machine.state is state for machine in owner.machines.values())


def _sum(after: dict[str, int], before: dict[str, int]) -> int:
    return sum(after.values()) - sum(before.values())


def _calls(after: dict[str, int], before: dict[str, int]) -> str:
    found = {name: count - before.get(name, 0) for name, count in after.items() if count > before.get(name, 0)}
    return ", ".join(f"{count} {name}" for name, count in sorted(found.items()) if name.startswith("ec2:"))


def following() -> None:
    """What the process has to do for ten minutes of a large run."""
    keys, clock, key = RunKeys("0123456789ab", "0000001-abcd"), Time(), KeyPair(bytes(32))
    bucket, machines = Bucket(lambda: clock.now), [f"m{number}" for number in range(1, MACHINES + 1)]
    store = MemoryStore(bucket)
    pair = {name: KeyPair(bytes([number % 256, number // 256]) * 16) for number, name in enumerate(machines)}
    home = HomeSide(
        keys,
        key,
        store,
        MemoryQueue(Messages(lambda: clock.now)),
        Transfers(store, MemoryBlobs()),
        SimClock(clock),
        lambda: clock.now,
        lambda record, nonce, arn: record.public,
        "bench",
    )
    core = Core(lambda: "token")
    run = a_run_of(clock.now)
    home.publish(run, 3)
    there = [
        Machine(
            run.id, name, "t-500-500", MachineState.BOOTING, clock.now, clock.now + 7200, "m5.large", id=f"i-{name}"
        )
        for name in machines
    ]
    core.turn([wire.Attach(1, "0", "gpu", keys.env), wire.Begin(run, tuple(there))], clock.now)
    core.turn([wire.Enqueue(run.id, tuple(range(TASKS)), (1,) * TASKS), fx.Prepared(run.id)], clock.now)
    home.enqueue(range(TASKS), [1] * TASKS)
    home.expect({name: f"arn:{name}" for name in machines})
    for name in machines:
        record = MachineRecord(name, pair[name].public, {}, "")
        store.put(keys.machine(name), _json(record))
    spent = [0.0, 0.0, 0.0]
    heard = ended = 0
    done: dict[str, list[int]] = {}
    start, tasks = clock.now, iter(range(TASKS))
    for second in range(SECONDS):
        clock.now = start + second
        for place in range(second % BEAT, MACHINES, BEAT):
            name = machines[place]
            _tell(keys, store, name, pair[name], second, clock.now, done.pop(name, []))
        for index in islice(tasks, -(-TASKS * (second + 1) // SECONDS) - ended):
            result = TaskResult(index, 1, 1, OutcomeKind.SUCCEEDED, clock.now, 60.0, worker="m1.0")
            name = machines[index % MACHINES]
            store.create(
                keys.done(index, 1), seal_done(keys, pair[name], name, f"{name}.0", result, {}, os.urandom(8).hex())
            )
            done.setdefault(name, []).append(index)
            ended += 1
        began = time.process_time()
        events = home.step()
        read = time.process_time()
        effects = core.turn([_fact(run.id, event) for event in events] + [fx.Followed(run.id, clock.now)], clock.now)
        decided = time.process_time()
        messages = [effect.message for effect in effects if isinstance(effect, fx.Tell)]
        for message in messages:
            encode(message)
        core.turn([wire.Acknowledge(m.serial) for m in messages if getattr(m, "serial", 0)], clock.now)
        heard += sum(isinstance(event, Heard) for event in events)
        for place, took in enumerate((read - began, decided - read, time.process_time() - decided)):
            spent[place] += took
    parts = ", ".join(f"{what} {took:.1f} s" for what, took in zip(("bucket", "core", "messages"), spent, strict=True))
    left = len(core.runs[run.id].tasks)
    print(
        f"following {MACHINES} machines and {TASKS} tasks for {SECONDS} s: {sum(spent):.1f} s of CPU "
        f"({100 * sum(spent) / SECONDS:.1f} % of a core; {parts}); {heard} news, {TASKS - left} outcomes, "
        f"{bucket.calls} requests to the bucket"
    )


def a_run_of(now: float):  # type: ignore[no-untyped-def]
    from msgspec.structs import replace
    from tests.unit.fleet.house import a_plan as plan_of
    from tests.unit.fleet.house import a_run as run_of

    return replace(run_of(plan_of(machines=MACHINES), TASKS), id="0000001-abcd", submitted=now)


def _json(record: MachineRecord) -> bytes:
    import msgspec

    return msgspec.json.encode(record)


def _tell(
    keys: RunKeys, store: MemoryStore, name: str, pair: KeyPair, second: int, now: float, done: list[int]
) -> None:
    index = int(name[1:])
    sample = Sampled(keys.run, index, 1, 1, UsageSample(now, 1.0, 1 << 30))
    settled = [news_of.Settled(keys.run, each, 1) for each in done]
    events = news_of.pack([*settled, wire.TaskBegan(keys.run, index, 1, 1, f"{name}.0", now), sample])
    number = second // BEAT + 1
    news = News(name, number, now, MachineState.RUNNING, held=((index, 1),), events=events)
    store.put(keys.news_part(now, name, number), news_of.seal_news(keys, pair, news))


def _fact(run: str, event: object) -> object:
    match event:
        case Heard():
            return fx.Heard(run, event.news)
        case Outcome():
            return fx.Settled(run, (event.result,))
        case _:
            return fx.Told(run, event)


if __name__ == "__main__":
    main()
