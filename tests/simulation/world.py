"""A whole run in a simulated world: machines, the user's side, the bucket and the queue, all on one seed.

First there is a storm, in which anything may fail and machines and the home come and go; then it is calm, and every
task has to end, and every machine, too.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from random import Random

import msgspec

from cellburst.bucket import retrying
from cellburst.bucket.home_side import HomeSide, Outcome
from cellburst.bucket.keys import RunKeys
from cellburst.bucket.memory import Bucket, MemoryQueue, MemoryStore, Messages, Rates, Weather
from cellburst.bucket.outcomes import unseal_done
from cellburst.bucket.records import Claim, TaskMessage
from cellburst.bucket.signing import KeyPair
from cellburst.bucket.transfers import Transfers
from cellburst.errors import CloudError
from cellburst.model.blob import Packed
from cellburst.model.outcome import OutcomeKind, TaskResult
from cellburst.model.payload import Payload
from cellburst.model.plan import Plan
from cellburst.model.run import Run, RunOptions
from cellburst.model.sweep import SweepView
from tests.simulation.blobs import MemoryBlobs
from tests.simulation.machine import GB, Execution, SimMachine
from tests.simulation.weather import SimClock, Sts, Time, rates

KEYS = RunKeys("0123456789ab", "0000001-abcd")
USER = KeyPair(bytes(32))
MACHINES = [KeyPair(bytes([number]) * 32) for number in range(1, 200)]
STUCK = 20_000.0
Task = tuple[int, int]


class Broken(AssertionError):
    """A promise was not kept."""


@dataclass
class Shape:
    """What a seed decides at its start."""

    tasks: int
    machines: int
    retries: int
    losses: int
    at_most_once: bool
    escalate: bool
    storm: float
    given: bool


class World:
    def __init__(self, seed: int) -> None:
        self.chance = chance = Random(seed)
        self.shape = Shape(
            tasks=chance.randint(1, 8),
            machines=chance.randint(1, 4),
            retries=chance.choice([0, 0, 1, 2]),
            losses=chance.choice([1, 2, 3]),
            at_most_once=chance.random() < 0.3,
            escalate=chance.random() < 0.2,
            storm=chance.choice([200.0, 600.0, 1200.0]),
            given=chance.random() < 0.3,
        )
        self.rates = rates(chance)
        self.trouble = chance.choice([0.0, 0.005, 0.02])
        self.time = Time()
        self.start = self.time.now
        self.bucket = Bucket(lambda: self.time.now)
        self.messages = Messages(lambda: self.time.now, Random(seed + 1))
        self.sts = Sts(self.time, chance, chance.choice([0.0, 0.2]))
        self.machines: list[SimMachine] = []
        self.taken: Counter[Task] = Counter()
        self.executions: list[Execution] = []
        self.recorded: dict[Task, TaskResult] = {}
        self.generations = dict.fromkeys(range(self.shape.tasks), 1)
        self.cancelled: set[Task] = set()
        self.ended_at: dict[Task, float] = {}
        self.home_weather = Weather(chance, self.rates)
        self.away_until = 0.0
        self.retried = 0
        self.published = self.finished = False
        self.home = self._home()

    # -- the user's side

    def _home(self) -> HomeSide:
        store = MemoryStore(self.bucket, self.home_weather)
        self.blobs = MemoryBlobs()
        home = HomeSide(
            KEYS,
            USER,
            store,
            MemoryQueue(self.messages, self.home_weather),
            Transfers(store, self.blobs),
            SimClock(self.time, self.chance.choice([0.0, 1e6])),
            lambda: self.time.now,
            self.sts.prove,
            "reader",
        )
        home.expect({machine.name: machine.arn for machine in self.machines})
        home.told(self.recorded)
        for machine in self.machines:
            if not machine.alive:
                home.gone(machine.name)
        self.published = False
        return home

    def _publish(self) -> None:
        payload = Payload("function", Packed(b"payload"))
        options = RunOptions(retries=self.shape.retries, at_most_once=self.shape.at_most_once)
        view = SweepView("copies", self.shape.tasks)
        plan = Plan("fake", "here", (), 1, escalate=self.shape.escalate)
        run = Run(KEYS.run, "key", "name", "fakecloud", payload, view, options, self.time.now, plan=plan)
        self.home.publish(run, self.shape.losses, beat=5.0, lease=30.0, idle=20.0)
        self._enqueue([task for task in self.generations.items() if task not in self.recorded])
        for task in self.cancelled - set(self.recorded):
            self.home.cancel([task])
        self.published = True

    def _enqueue(self, tasks: list[Task]) -> None:
        given = [self._given(index) for index, _ in tasks] if self.shape.given else []
        self.home.enqueue([index for index, _ in tasks], [generation for _, generation in tasks], given)

    def _given(self, index: int) -> Packed:
        return Packed(buffers=(self.blobs.put(f"given {index}".encode()),))

    def _home_step(self, stormy: bool) -> None:
        if self.time.now < self.away_until:
            return
        if stormy and self.chance.random() < self.trouble:
            if self.chance.random() < 0.5:
                self.away_until = self.time.now + self.chance.choice([60.0, 900.0, 4000.0])  # asleep
            else:
                self.home = self._home()  # killed, started again
        try:
            if not self.published:
                self._publish()
            told = self.home.step()
        except CloudError:
            return
        if stormy and self.chance.random() < self.trouble:
            self.home = self._home()  # killed between hearing and writing it down
            return
        for event in told:
            if isinstance(event, Outcome):
                self._record(event)
        self._run_machines()
        if not self.finished and not self._open_tasks() and not stormy:
            self.home.finish()
            self.finished = True

    def _record(self, outcome: Outcome) -> None:
        result = outcome.result
        task = result.index, result.generation
        if outcome.tampered and not self._unproven_machine(task):
            raise Broken(f"task {task} is said to be tampered with: {result.error}")
        if self.recorded.setdefault(task, result) != result and not outcome.tampered:
            raise Broken(f"task {task} has two outcomes: {self.recorded[task]} and {result}")

    def _unproven_machine(self, task: Task) -> bool:
        """Of a machine that could leave no word of its key before it ended nothing is believed, and that is said."""
        done = self.bucket.objects[KEYS.done(*task)]
        gone = (machine for machine in self.machines if not machine.alive and machine.arn not in self.sts.said)
        return any(f'"by":"{machine.name}"'.encode() in done for machine in gone)

    def _run_machines(self) -> None:
        """What the fleet does: as many machines as are wanted, while there is work."""
        for machine in self.machines:
            if not machine.alive:
                self.home.gone(machine.name)
        alive = [machine for machine in self.machines if machine.alive]
        if self._open_tasks() and len(alive) < self.shape.machines:
            self.machines.append(self._machine(f"m{len(self.machines) + 1}"))
            self.home.expect({machine.name: machine.arn for machine in self.machines[-1:]})
        if self.shape.escalate and self.time.now - self.start > STUCK / 4:
            self.home.give_up(self._open_tasks(), OutcomeKind.FAILED, "WorkerLost", "no larger machine")

    def _machine(self, name: str) -> SimMachine:
        chance = self.chance
        return SimMachine(
            name,
            f"arn:aws:sts::1:assumed-role/run/i-{name}",
            KEYS,
            self.time,
            chance,
            Weather(chance, self.rates),
            self.bucket,
            self.messages,
            self.sts,
            MACHINES[len(self.machines) % len(MACHINES)],
            USER.public,
            lifetime=chance.choice([300.0, 900.0, 3000.0]),
            slots=chance.randint(1, 2),
            memory=chance.choice([8, 16, 32]) * GB,
            fate_of=self._fate,
            began=self._began,
            taken=self.taken,
        )

    def _open_tasks(self) -> list[Task]:
        return [task for task in self.generations.items() if task not in self.recorded]

    # -- what happens

    def _fate(self, index: int, attempt: int, chance: Random) -> tuple[str, float]:
        luck = Random(index * 1000 + attempt).random()
        fate = "ok" if luck < 0.7 else "failed" if luck < 0.85 else "exited" if luck < 0.95 else "oom"
        return fate, chance.uniform(1, 120)

    def _began(self, execution: Execution) -> None:
        task = execution.task
        if task in self.ended_at and self.ended_at[task] < self.time.now:
            raise Broken(f"task {task} was begun by {execution.machine} after it had ended")
        machine = next(machine for machine in self.machines if machine.name == execution.machine)
        if execution.at > machine.lifetime - 20.0:
            raise Broken(f"task {task} was begun by {machine.name} at the end of its lifetime")
        if self.shape.at_most_once and any(other.task == task for other in self.executions):
            raise Broken(f"task {task} was begun twice")
        self.executions.append(execution)

    def _mishap(self) -> None:
        for machine in self.machines:
            if not machine.alive or self.chance.random() >= self.trouble:
                continue
            what = self.chance.choice(["dies", "freezes", "is cut off", "is reclaimed", "begins anew"])
            if what == "dies":
                machine.kill()
            elif what == "freezes":
                machine.frozen_until = self.time.now + self.chance.choice([20.0, 60.0, 400.0])
            elif what == "is cut off":
                machine.cut_until = self.time.now + self.chance.choice([20.0, 60.0, 400.0, 4000.0])
            elif what == "begins anew":
                machine.restart()
            else:
                machine.notice()

    def _user(self) -> None:
        if not self.published or self.chance.random() >= 0.01:
            return
        index = self.chance.randrange(self.shape.tasks)
        task = index, self.generations[index]
        if task not in self.recorded:
            self.cancelled.add(task)
            self.home.cancel([task])
        elif self.retried < 3:
            self.retried += 1
            self.generations[index] += 1
            self._enqueue([(index, self.generations[index])])

    def _calm(self) -> None:
        """Nothing goes wrong any more, but what has gone wrong stays so."""
        for machine in self.machines:
            machine.weather.rates = Rates()
        self.home_weather.rates = Rates()
        self.sts.fails = 0.0

    def step(self) -> None:
        self.time.now += self.chance.uniform(1, 6)
        stormy = self.time.now - self.start < self.shape.storm
        if stormy:
            self._mishap()
            self._user()
        else:
            self._calm()
        self.bucket.settle()
        for actor in self.chance.sample([*self.machines, None], len(self.machines) + 1):
            if actor is None:
                self._home_step(stormy)
            else:
                actor.step()
        for task in self.generations.items():
            if task not in self.ended_at and KEYS.done(*task) in self.bucket.objects:
                self.ended_at[task] = self.time.now

        self._check_forgotten()

    def _check_forgotten(self) -> None:
        """A task that was handed out is in the queue until its outcome is written."""
        found = (msgspec.json.decode(message.body, type=TaskMessage) for message in self.messages.waiting)
        queued = {(message.i, message.g) for message in found}
        for task in self.home.handed_out - queued:
            if KEYS.done(*task) not in self.bucket.objects:
                raise Broken(f"task {task} is in the queue no more, and has no outcome")

    @property
    def over(self) -> bool:
        calm = self.time.now - self.start > self.shape.storm
        return calm and self.finished and not any(machine.alive for machine in self.machines)

    def run(self) -> World:
        while not self.over:
            self.step()
            if self.time.now - self.start > STUCK:
                alive = [machine.name for machine in self.machines if machine.alive]
                raise Broken(f"stuck: {self._open_tasks()} have not ended, {alive} run still")
        self._check()
        return self

    def _check(self) -> None:
        keys = {machine.name: machine.signer.public for machine in self.machines} | {"user": USER.public}
        for task, result in self.recorded.items():
            done, truth = unseal_done(KEYS, *task, self.bucket.objects[KEYS.done(*task)], keys.get)
            if truth != result and not (result.error and result.error.ename == "TamperedError"):
                raise Broken(f"task {task} ended as {truth}, and {result} was told")
            self._check_evidence(task, result)
            if truth.kind is OutcomeKind.UNKNOWN and not self.taken[task]:
                claim = msgspec.json.decode(self.bucket.objects[KEYS.claim(*task)], type=Claim)
                turns = {machine.name: machine.turn for machine in self.machines}
                if claim.machine == done.machine and turns[done.machine] == 1:
                    raise Broken(f"{done.machine} took its own claim of task {task} for another's")
        most = 1 + self.shape.retries + self.shape.losses + retrying.RECLAIMS
        for execution in self.executions:
            if execution.attempt > most:
                raise Broken(f"task {execution.task} was tried {execution.attempt} times")

    def _check_evidence(self, task: Task, result: TaskResult) -> None:
        """Nothing is given up that no machine had; one that came back may have been lost just before it began."""
        begun = Counter(execution.task for execution in self.executions)[task]
        name = result.error.ename if result.error else ""
        if result.kind is OutcomeKind.SUCCEEDED and not begun:
            raise Broken(f"task {task} succeeded and was never begun")
        lost = result.error.evalue.startswith("lost ") if result.error else False
        if name == "WorkerLost" and lost and self.taken[task] < int(result.error.evalue.split()[1]) - 1:
            raise Broken(f"task {task} was given up after {self.taken[task]} attempts: {result.error.evalue}")
        if result.kind is OutcomeKind.CANCELLED and task not in self.cancelled:
            raise Broken(f"task {task} was cancelled by nobody")
