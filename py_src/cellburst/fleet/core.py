"""What is to be done about the machines of a target: facts in, effects out, the time given. No input, no output."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cellburst.aws import names
from cellburst.aws.instances import DEAD
from cellburst.fleet import answering, deciding, facts, guest, handing, launching, losses, stopped, watching
from cellburst.fleet import effects as fx
from cellburst.fleet.effects import Effect
from cellburst.fleet.launching import NewToken
from cellburst.fleet.lookout import Lookout
from cellburst.fleet.standing import away, standing
from cellburst.fleet.state import Call, CallState, Life, Served
from cellburst.fleet.telling import Telling
from cellburst.model.machine import Machine, MachineState
from cellburst.model.outcome import TaskResult
from cellburst.wire import fleet as wire

_LATE = 60.0  # seconds past its deadline after which a machine is ended that nobody looks after


class Core:
    """The runs of one target and their machines. ``turn`` is called with what has become known, and once a second."""

    def __init__(self, new_token: NewToken) -> None:
        self._new_token = new_token
        self._telling = Telling()
        self._trouble = ""
        self._lookout = Lookout()
        self._env = ""
        self.runs: dict[str, Served] = {}
        self.leaving = False

    def turn(self, heard: Iterable[Any], now: float) -> list[Effect]:
        """What is to be done after these facts, which became known at ``now`` (wall seconds)."""
        effects: list[Effect] = []
        for fact in heard:
            effects += self._take(fact, now)
        for served in list(self.runs.values()):
            effects += handing.due(served, now, self.leaving)
            lost = served.attempts.overdue(served.read, served.machine, now)
            effects += [self._told(served, message, now) for message in lost]
            effects += deciding.step(served, now, self._new_token)
            if ended := deciding.ended_here(served, now):
                effects += self._settled(served, ended, now)
            if guest.over(served) or stopped.over(served):
                effects += self._finished(served, "", now)
        effects += self._tell_changes(now)
        effects += self._lookout.asked(list(self.runs.values()), bool(self._trouble), now)
        effects += [fx.Tell(message) for message in self._telling.overdue(now)]
        return sorted(effects, key=lambda effect: isinstance(effect, fx.Clean))  # it ends what carries out the others

    @property
    def busy(self) -> bool:
        """Whether a machine may still cost something."""
        return any(life.machine.live for served in self.runs.values() for life in served.lives.values())

    # facts

    def _take(self, fact: Any, now: float) -> list[Effect]:
        match fact:
            case wire.Attach():
                return self._attach(fact, now)
            case wire.Begin():
                return self._begin(fact, now)
            case wire.Leave():
                self.leaving = True
                return []
            case wire.Acknowledge():
                return self._acknowledged(fact.serial, now)
            case wire.Fetch():
                return [fx.Bring(fact.request, fact.run, fact.index, fact.generation)]
            case facts.Seen():
                return self._seen(fact, now)
            case facts.Unseen():
                self._lookout.answered()
                knocks = [knock for served in self.runs.values() for knock in stopped.knock(served)]
                return [*self._in_trouble(fact.text), *knocks]
            case fx.Tell():
                return [fact]
            case facts.SpotPrices():
                for served in self.runs.values():
                    watching.priced(served, fact.prices, now)
                return []
            case facts.ConsoleRead():
                for served in self.runs.values():
                    if watching.console(served, fact.id, fact.text):
                        break
                return []
            case _:
                run = self.runs.get(fact.run)
                return self._of_run(run, fact, now) if run is not None else []

    def _of_run(self, served: Served, fact: Any, now: float) -> list[Effect]:
        if served.guest and isinstance(fact, guest.TAKEN):
            return guest.take(served, fact)
        match fact:
            case wire.Enqueue():
                handing.take(served, fact)
                return handing.due(served, now, self.leaving)
            case wire.CancelTasks():
                served.revoked = served.revoked or not fact.indices
                some = zip(fact.indices, fact.generations, strict=True)
                return [fx.Revoke(fact.run, tuple(some if fact.indices else served.tasks.items()), not fact.indices)]
            case wire.PruneTasks():
                tasks = [(index, served.tasks[index]) for index in fact.indices if index in served.tasks]
                return [fx.EndEarly(fact.run, tuple(tasks))]
            case wire.Finish():
                served.finishing = True
                served.tasks.clear()
                served.unhanded.clear()
                return [fx.LetGo(fact.run)]
            case facts.Prepared():
                served.prepared, served.preparing, served.waits = True, False, ""
            case facts.NotPrepared():
                deciding.not_prepared(served, fact, now)
                return stopped.knock(served)
            case facts.Answered():
                return answering.answered(served, fact, now)
            case facts.Declined():
                answering.declined(served, fact, now)
            case facts.Unanswered():
                answering.unanswered(served, fact, now)
            case facts.Heard():
                watching.heard(served, fact.news, now)
            case facts.Followed():
                served.read = max(served.read, fact.at)
                served.looks += fact.whole
                served.disturbed = ""
            case facts.Disturbed():
                served.disturbed = fact.text
                return stopped.knock(served)
            case facts.CloudStopped():
                stopped.take(served, now)
                return self._in_trouble("")
            case facts.AskedToCancel():
                asked = wire.CancelAsked(0, served.id, fact.by)
                return [] if served.over else [fx.Tell(self._telling.number(asked, now))]
            case facts.Told():
                return [self._told(served, fact.message, now)]
            case facts.Settled():
                return self._settled(served, fact.results, now)
            case facts.Cleaned() if served.cleaning and not served.finishing:
                self.leaving = True  # it goes on after all, and what it needs is gone: the next process makes it anew
            case facts.Cleaned() if deciding.cleaned(served, fact, now):
                return self._finished(served, fact.error, now)
        return []

    def _attach(self, fact: wire.Attach, now: float) -> list[Effect]:
        """Machines that are left of runs that have ended."""
        self._env = fact.env
        for machine in fact.machines:
            served = self.runs.setdefault(machine.run, Served(machine.run, finishing=True))
            served.lives[machine.name] = _life(machine)
        for served in self.runs.values():
            launching.recall(served, now)
        return []

    def _begin(self, fact: wire.Begin, now: float) -> list[Effect]:
        run, effects = fact.run, list[Effect]()
        served = self.runs.get(run.id) or Served(run.id)
        if served.stopped:  # it goes on in another cloud
            effects.append(fx.Unfollow(run.id))
            served = Served(run.id)
        known = served.run is not None
        if not known:
            served = self.runs[run.id] = Served(run.id, run)
            served.lives = {machine.name: _life(machine) for machine in fact.machines}
            served.begun = now
            served.resumed = any(machine.id for machine in fact.machines)
            if not served.guest:
                launching.recall(served, now)
            losses.recall(served, fact.known, now)
            if done := tuple(fact.known.outcomes()):
                effects.append(fx.Know(run.id, done))
        if served.finishing or (served.run is not None and served.run.plan != run.plan):  # somebody goes on with it
            served.halted, served.given_up, served.failures = "", False, {}
        if served.finishing or not known:
            handing.begin(served, now)
        served.finishing = served.revoked = False
        served.run = run
        return effects

    def _acknowledged(self, serial: int, now: float) -> list[Effect]:
        message = self._telling.acknowledged(serial)
        served = self.runs.get(message.run) if message is not None else None
        return launching.committed(served, serial, now) if served is not None else []

    def _told(self, served: Served, message: Any, now: float) -> Effect:
        if isinstance(message, wire.TaskBegan):
            served.attempts.began(message, now)
        if isinstance(message, wire.TaskBack):
            served.attempts.back(message)
            losses.count(served, message)
        if isinstance(message, wire.TaskBack | wire.Noted):
            return fx.Tell(self._telling.number(message, now))
        return fx.Tell(message)

    def _settled(self, served: Served, results: tuple[TaskResult, ...], now: float) -> list[Effect]:
        lost = [each for result in results for each in served.attempts.settled(result, served.machine, now)]
        effects = [self._told(served, message, now) for message in lost]
        for result in results:
            if served.tasks.get(result.index) == result.generation:
                del served.tasks[result.index]
        effects.append(fx.Tell(self._telling.number(wire.Outcomes(0, served.id, results), now)))
        return effects

    def _seen(self, fact: facts.Seen, now: float) -> list[Effect]:
        self._lookout.answered()
        effects = self._in_trouble("")
        for served in self.runs.values():
            instances = tuple(each for each in fact.instances if each.tags.get(names.RUN) == served.id)
            mine = facts.Seen(instances, fact.asked)
            effects += guest.seen(served, mine, now) if served.guest else watching.seen(served, mine, now)
        late = [each.id for each in fact.instances if self._forgotten(each, now)]
        return effects + ([fx.End(tuple(late))] if late else [])

    def _forgotten(self, each: Any, now: float) -> bool:
        """Whether an instance has our tags, is past its deadline, and nobody else looks after it."""
        deadline = names.deadline_of(each.tags)
        ours = each.tags.get(names.ENVIRONMENT) == self._env and bool(self._env)
        late = deadline is not None and now > deadline + _LATE
        return ours and late and each.state not in DEAD and each.tags.get(names.RUN) not in self.runs

    def _in_trouble(self, text: str) -> list[Effect]:
        text = away(text, self.busy, any(served.made_up for served in self.runs.values()))
        if text == self._trouble:
            return []
        self._trouble = text
        return [fx.Tell(wire.Trouble(text))]

    def _finished(self, served: Served, error: str, now: float) -> list[Effect]:
        del self.runs[served.id]
        told: list[Effect] = [fx.Tell(wire.Finished(served.id))]
        if served.guest or served.stopped:
            told.append(fx.Unfollow(served.id))
        if error:
            text = f"its role and queue could not be removed ({error}); `cellburst reap` does it later"
            told.insert(0, fx.Tell(self._telling.number(wire.Noted(0, served.id, text, now), now)))
        return told

    # telling

    def _tell_changes(self, now: float) -> list[Effect]:
        effects: list[Effect] = []
        for served in self.runs.values():
            effects += (gone := watching.gone(served))
            for each in gone:
                served.attempts.gone(each.machine, now)
            changed = [life for life in served.lives.values() if life.changed]
            if changed:
                told = wire.MachinesChanged(0, served.id, tuple(life.machine for life in changed))
                message = self._telling.number(told, now)
                effects.append(fx.Tell(message))
                for life in changed:
                    life.changed = False
                _number(served.calls.values(), message.serial)
                if served.run is not None and not served.guest:
                    everyone = tuple(life.machine for life in served.lives.values())
                    effects.append(fx.LeaveTable(served.id, everyone))
            instances = tuple((life.machine.name, life.machine.id) for life in served.lives.values() if life.machine.id)
            if served.run is not None and instances != served.expected:
                served.expected = instances
                effects.append(fx.Expect(served.id, instances))
            effects += _follow(served)
            said = standing(served, now)
            if said != served.standing:
                served.standing = said
                effects.append(fx.Tell(wire.Standing(served.id, said)))
        return effects


def _follow(served: Served) -> list[Effect]:
    """Nothing is read from the bucket before EC2 has shown what a request without an answer launched: what is signed
    by machines that nobody knows would not be believed."""
    if served.followed or not served.prepared or served.seen < served.begun:
        return []
    served.followed = True
    return [fx.Follow(served.id)]


def _number(calls: Any, serial: int) -> None:
    """Requests whose machines are told of now wait for this acknowledgement."""
    call: Call
    for call in calls:
        if call.state is CallState.INTENT and not call.serial:
            call.serial = serial


def _life(machine: Machine) -> Life:
    return Life(machine, asked=0.0 if machine.state is MachineState.ENDING else None)
