"""What becomes of machines: as EC2 describes them, as they say themselves, and as the clock says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone

from cellburst.aws.ec2 import by_token
from cellburst.aws.instances import DEAD, GONE, Instance
from cellburst.bucket.records import News
from cellburst.fleet import answering, money
from cellburst.fleet.effects import Effect, End, Gone, ReadConsole
from cellburst.fleet.facts import Seen
from cellburst.fleet.state import ALIVE, CallState, Console, Life, Served
from cellburst.model.machine import MachineState, taken_back

BEAT = 15.0
"""Seconds between two words of a machine."""
BEATS = 4
"""Beats without a word after which EC2 is asked what it knows of a machine."""
FROZEN = 300.0
"""Seconds without a word after which a machine that EC2 calls running is ended all the same."""
BOOTS_WITHIN = 600.0
"""Seconds from launch to the first word."""
SETS_UP_WITHIN = 3600.0
"""Seconds from launch to the first task that it may take."""
ABSENT = 120.0
"""Seconds of descriptions without a machine that was there, after which it is gone."""
_END_AGAIN = 30.0  # seconds between two askings to end the same instance
_LATE = 60.0  # seconds past its deadline, after which a machine is ended from here
_WHEN = re.compile(r"\((\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) GMT\)")
_CONSOLE_LINES = 6


def seen(served: Served, fact: Seen, now: float) -> list[Effect]:
    """Take in how EC2 describes the machines of a run."""
    effects: list[Effect] = []
    served.seen = max(served.seen, fact.asked)
    mine = [each for each in fact.instances if each.id in _ids(served)]
    known = {each.id: each for each in mine}
    for token, group in by_token(fact.instances).items():
        effects += _found(served, token, group, now)
    for life in list(served.lives.values()):
        found = known.get(life.machine.id)
        if found is not None:
            life.missing = None
            described(served, life, found, now)
        elif life.machine.live and life.machine.id:
            _absent(served, life, fact.asked, now)
    return effects


def _ids(served: Served) -> set[str]:
    return {life.machine.id for life in served.lives.values() if life.machine.id}


def _found(served: Served, token: str, group: list[Instance], now: float) -> list[Effect]:
    """Instances of a request whose answer was lost, or that were thought never to come."""
    call = served.calls.get(token)
    if call is not None and call.state is not CallState.INTENT:
        effects = answering.adopt(served, call.names, group, now)
        if all(served.lives[name].machine.id for name in call.names):
            del served.calls[token]
        return effects
    late = [
        each.id for each in group if each.state not in DEAD and _was_of(served, token) and each.id not in _ids(served)
    ]
    return [End(tuple(late))] if late else []


def _was_of(served: Served, token: str) -> bool:
    return bool(token) and any(life.machine.token == token for life in served.lives.values())


def described(served: Served, life: Life, found: Instance, now: float) -> None:
    """Take in what EC2 says of a machine."""
    if not life.machine.live:
        return
    life.dying = found.state in DEAD
    if found.state in GONE:
        _ended(served, life, found, now)
    elif found.state in DEAD and life.state is not MachineState.ENDING:
        _part(served, life, now)
        life.change(state=MachineState.ENDING, reason=why_ended(served, life, found))


def _absent(served: Served, life: Life, asked: float, now: float) -> None:
    """EC2 forgets ended instances after about an hour; a new one it may not know everywhere yet."""
    if asked - (life.machine.billed or life.machine.requested) < ABSENT:
        return
    life.missing = life.missing or asked
    if asked - life.missing >= ABSENT:
        _end_life(served, life, min(now, life.machine.deadline), "EC2 does not know it any more", now)


def _ended(served: Served, life: Life, found: Instance, now: float) -> None:
    why = life.machine.reason if life.asked and life.machine.reason else why_ended(served, life, found)
    match = _WHEN.search(found.why)
    at = datetime.strptime(match[1], "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc).timestamp() if match else now
    _end_life(served, life, max(min(at, now), life.machine.billed or 0.0), why, now)


def _end_life(served: Served, life: Life, at: float, why: str, now: float) -> None:
    _part(served, life, now)
    life.change(state=MachineState.ENDED, ended=at, reason=why)
    life.held = frozenset()
    life.judged = life.asked is not None or taken_back(why)


def _part(served: Served, life: Life, now: float) -> None:
    """It is going: what it has done may be in the bucket and not be read yet, because this computer slept."""
    if life.parted is None and life.asked is None:
        life.parted = now, served.looks


def _judge(served: Served, now: float) -> None:
    """Machines that have ended by themselves, once all that they said is known: one that never ran has failed."""
    unread = served.unread(now)
    for life in served.lives.values():
        if not life.judged and life not in unread:
            life.judged = True
            if life.machine.running is None and not served.over:
                life.console = life.console or Console.WANTED
                fail(served, "it ended before it could take a task", life)


def fail(served: Served, kind: str, life: Life) -> None:
    """A machine came to nothing: once may be chance, twice is not, unless others of the run do well."""
    served.failures[kind] = served.failures.get(kind, 0) + 1
    well = sum(each.machine.running is not None for each in served.lives.values())
    if served.failures[kind] >= 2 + well and not served.halted:
        said = f": {life.machine.reason}" if life.machine.reason not in ("", kind) else ""
        served.halted = f"{served.failures[kind]} machines failed in the same way ({kind}){said}"


def why_ended(served: Served, life: Life, found: Instance) -> str:
    """EC2's reason in our words; machines of a run from elsewhere are ended over there when it has ended."""
    if found.code.startswith("Server.Spot"):
        return "reclaimed: AWS took the spot machine back"
    if found.code == "Client.InstanceInitiatedShutdown":
        said = life.machine.reason if life.state is not MachineState.BOOTING else ""
        return said if life.state is MachineState.ENDING else f"it ended itself{said and ': '}{said}"
    if found.code.startswith("Server."):
        return f"AWS ended it ({found.code})"
    if found.code.startswith("Client.User"):
        if served.guest:
            return "the run has ended" if served.finishing else "ended elsewhere"
        return "ended from outside"
    return "ended"


def heard(served: Served, news: News, now: float) -> None:
    """What a machine says of itself."""
    life = served.lives.get(news.machine)
    if life is None or not life.machine.id:
        return  # nobody knows yet which instance that would be
    if not life.machine.live:  # heard after its end: this computer slept, or had no network
        if news.state is MachineState.RUNNING and life.machine.running is None:
            life.change(running=min(news.at, life.machine.ended or now))
        if news.use is not None:
            life.change(used=news.use)
        return
    life.heard = max(life.heard or 0.0, news.at)
    life.held = frozenset(tuple(each) for each in news.held)  # type: ignore[misc]
    life.notice = news.notice
    if news.state is MachineState.RUNNING and life.machine.running is None:
        life.change(running=min(news.at, now))
    busy = bool(life.held) or news.state is not MachineState.RUNNING
    life.idle = None if busy else life.idle or news.at
    if life.state is not MachineState.ENDING:
        life.change(state=news.state, reason=news.reason)
    if news.use is not None:
        life.change(used=news.use)


def due(served: Served, now: float) -> list[Effect]:
    """What the clock alone decides: machines that never come up, that are silent, or that are late."""
    effects: list[Effect] = []
    _judge(served, now)
    for life in list(served.alive()):
        if not life.machine.id:
            continue
        why = _overdue(served, life, now)
        if why:
            if life.state is not MachineState.ENDING:
                if life.machine.running is None:
                    life.console = life.console or Console.WANTED
                life.change(state=MachineState.ENDING, reason=why)
                if life.machine.running is None:
                    fail(served, why, life)
            if now - (life.asked or 0.0) >= _END_AGAIN:
                life.asked = now
                effects.append(End((life.machine.id,)))
    for life in quiet(served):
        life.change(reason="it has said nothing for over a minute")
    return effects


def consoles(served: Served) -> list[Effect]:
    """Ask for what failed machines have written."""
    effects: list[Effect] = []
    for life in served.lives.values():
        if life.console is Console.WANTED:
            life.console = Console.ASKED
            effects.append(ReadConsole(life.machine.id))
    return effects


def _overdue(served: Served, life: Life, now: float) -> str:
    machine = life.machine
    if now > machine.deadline + _LATE:
        return "its time was over"
    if life.state is MachineState.ENDING and life.asked is not None:
        return machine.reason
    up = now - (machine.billed or machine.requested)
    silent = served.read - life.heard if life.heard is not None and machine.running is not None else 0.0
    if life.heard is None and served.read >= (machine.billed or 0.0) + BOOTS_WITHIN:
        return f"it said nothing within {BOOTS_WITHIN / 60:.0f} minutes of its launch"
    if machine.running is None and up > SETS_UP_WITHIN and life.state in ALIVE:
        return f"it was not set up within {SETS_UP_WITHIN / 60:.0f} minutes"
    if silent > FROZEN:
        return f"it has said nothing for {silent:.0f} s"
    return ""


def quiet(served: Served) -> list[Life]:
    """Machines that worked and say nothing: EC2 should be asked about them."""
    return [
        life
        for life in served.alive()
        if life.state in ALIVE
        and life.heard is not None
        and life.machine.running is not None
        and served.read - life.heard > BEATS * BEAT
    ]


def console(served: Served, instance: str, text: str) -> bool:
    """The last lines that a machine wrote, as part of why it failed; whether it is one of this run."""
    for life in served.lives.values():
        if life.machine.id == instance:
            life.console = Console.READ
            lines = [line.strip() for line in text.splitlines() if line.strip()][-_CONSOLE_LINES:]
            if lines:
                life.change(reason=f"{life.machine.reason}; its console ends with: {' | '.join(lines)}"[:1000])
                if served.halted and "console" not in served.halted:
                    served.halted += f"; the console of {life.machine.name} ends with: {' | '.join(lines)}"[:800]
            return True
    return False


def end(served: Served, lives: Iterable[Life], why: str, now: float) -> list[Effect]:
    """End machines that are there."""
    ids = []
    for life in lives:
        if life.machine.id and life.machine.live and now - (life.asked or 0.0) >= _END_AGAIN:
            if life.state is not MachineState.ENDING:
                life.change(state=MachineState.ENDING, reason=why)
            life.asked = now
            ids.append(life.machine.id)
    return [End(tuple(ids))] if ids else []


def gone(served: Served) -> list[Gone]:
    """Tell the bucket's reader of machines that have ended in this turn."""
    return [
        Gone(served.id, life.machine.name)
        for life in served.lives.values()
        if life.changed and life.state is MachineState.ENDED and life.machine.id
    ]


def priced(served: Served, prices: Mapping[tuple[str, str], float], now: float) -> None:
    """Spot prices have moved: what a machine costs is the mean over its life."""
    for life in served.alive():
        machine = life.machine
        price = prices.get((machine.type, machine.zone))
        if machine.market == "spot" and machine.billed is not None and price is not None:
            since = machine.billed if life.priced is None else life.priced
            # before it was first asked for, the price is that of the plan
            life.change(price=round(money.metered(machine, price, max(since, machine.billed), now), 6))
            life.priced = now
