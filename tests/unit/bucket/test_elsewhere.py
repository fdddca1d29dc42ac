"""What a run leaves for other computers of the same account, and what of it they believe."""

from __future__ import annotations

import msgspec
import pytest
from msgspec.structs import replace

from cellburst.bucket import elsewhere, publishing, register
from cellburst.bucket.home_side import Outcome
from cellburst.bucket.keys import REGISTER, registered
from cellburst.bucket.records import MachineTable
from cellburst.bucket.signing import USER as THE_USER
from cellburst.bucket.signing import KeyPair, Place, seal
from cellburst.errors import MissingObjectError, TamperedError, UsageError
from cellburst.model.blob import Packed
from cellburst.model.machine import Machine, MachineState
from cellburst.model.outcome import OutcomeKind, TaskResult
from cellburst.model.run import Run, RunOptions
from cellburst.model.sweep import SweepView
from tests.unit.bucket.forging import M1, OURS, STRANGER, USER, done
from tests.unit.bucket.scene import Scene
from tests.unit.controller.house import a_run

MACHINE = Machine(OURS.run, "m1", "t", MachineState.RUNNING, 1.0, 2.0, id="i-1", price=0.5)


def of_ours() -> Run:
    return replace(a_run(3), id=OURS.run, name="n", sweep=SweepView("grid", 3), options=RunOptions(retries=2))


def test_a_run_is_read_back_from_its_record_as_it_was_submitted() -> None:
    run = of_ours()
    ambient = replace(run, payload=replace(run.payload, ambient={"AWS_SECRET_ACCESS_KEY": "not-a-secret"}))
    record = publishing.record_of(ambient, losses=3)
    assert publishing.described(record) == run
    with pytest.raises(TamperedError, match="another run"):
        publishing.described(replace(record, run="0000009-abcd"))
    with pytest.raises(UsageError, match="left nothing"):
        publishing.described(replace(record, about=b""))
    with pytest.raises(TamperedError, match="cannot be read"):
        publishing.described(replace(record, about=b"\xc1"))


def test_the_account_knows_its_runs_by_the_start_of_their_ids() -> None:
    store, run = Scene().store, of_ours()
    register.write(store, OURS.env, USER.public, run)
    register.write(store, OURS.env, USER.public, replace(run, id="0000002-zzzz"))
    store.put(f"{REGISTER}../etc.json", b"{}")
    assert register.names(store) == [OURS.run, "0000002-zzzz"]
    assert register.names(store, "0000001") == [OURS.run]
    entry = register.read(store, OURS.run)
    assert entry is not None
    assert (entry.env, entry.public, entry.name, entry.count) == (OURS.env, USER.public, "n", 3)


def test_what_is_no_entry_is_none() -> None:
    store, run = Scene().store, of_ours()
    register.write(store, OURS.env, USER.public, run)
    entry = register.read(store, OURS.run)
    assert entry is not None
    for wrong in (replace(entry, env="../secret"), replace(entry, run="0000002-abcd"), replace(entry, public=b"k")):
        store.put(registered(OURS.run), msgspec.json.encode(wrong))
        assert register.read(store, OURS.run) is None
    store.put(registered(OURS.run), b"\xff")
    assert register.read(store, OURS.run) is None
    assert register.read(store, "0000002-abcd") is None


def test_the_table_of_machines_is_the_users_word() -> None:
    scene = Scene()
    visitor = scene.side(None, "visitor")
    assert visitor.table() == ()
    scene.home.leave_table([MACHINE])
    assert visitor.table() == (MACHINE,)
    place = Place(OURS.env, OURS.run, "machines")
    for forged in (
        seal(STRANGER, THE_USER, place, MachineTable(1.0, ())),
        seal(M1, "m1", place, MachineTable(1.0, ())),
        seal(USER, THE_USER, replace_run(place), MachineTable(1.0, ())),
        b"{}",
    ):
        scene.store.put(OURS.table, forged)
        with pytest.raises(TamperedError):
            visitor.table()
    with pytest.raises(UsageError, match="only there"):
        visitor.leave_table([MACHINE])


def replace_run(place: Place) -> Place:
    return Place(place.env, "0000002-abcd", place.role)


def test_a_visitor_asks_and_the_home_hears_once() -> None:
    scene = Scene()
    assert scene.home.asked_to_cancel() is None
    scene.side(None, "visitor").ask_to_cancel("desk\x1b[2J-2")
    assert scene.home.asked_to_cancel() == "desk[2J-2"
    scene.home.heard_asking()
    assert scene.home.asked_to_cancel() is None
    scene.store.put(OURS.asked, b"anything")
    assert scene.home.asked_to_cancel() == "somebody"


def test_a_visitor_knows_which_tasks_there_are_by_now() -> None:
    scene = Scene()
    scene.home.enqueue([0, 1], [1, 1])
    scene.home.enqueue([0], [2])
    scene.home.enqueue([10], [1], [Packed(b"ten")])
    scene.home.step()
    scene.store.put(OURS.queued_part(7), b"not signed")
    assert elsewhere.handed_out(OURS, USER.public, scene.store) == {0: 2, 1: 1, 10: 1}
    (pack,) = elsewhere.added(OURS, USER.public, scene.store)
    assert (pack.indices, pack.given) == ((10,), (Packed(b"ten"),))
    assert elsewhere.handed_out(OURS, STRANGER.public, scene.store) == {}


def ended(scene: Scene, index: int) -> None:
    result = TaskResult(index, 1, 1, OutcomeKind.SUCCEEDED, 1.0, 2.0, value=Packed(b"v"))
    scene.bucket.write(OURS.done(index, 1), done(OURS, M1, "m1", result), True)


def test_who_has_no_list_of_machines_believes_those_that_the_user_vouched_for() -> None:
    scene = Scene()
    ended(scene, 1)
    assert scene.outcomes()
    fresh = scene.visitor(expects=False)
    assert fresh.fetch(1, 1).value == Packed(b"v")
    scene.store.put(OURS.trust("m1"), b"{}")
    with pytest.raises(TamperedError, match="no such machine"):
        scene.visitor(expects=False).fetch(1, 1)


def test_a_visitor_waits_a_while_for_machines_that_he_has_not_heard_of() -> None:
    scene = Scene()
    ended(scene, 1)
    visitor = scene.visitor(expects=False)
    early = [event for _ in range(3) for event in visitor.step() if isinstance(event, Outcome)]
    assert not early
    scene.time.now += 5
    for _ in range(3):
        scene.home.step()  # the user's side proves it meanwhile, and says so
    found = [event for _ in range(3) for event in visitor.step() if isinstance(event, Outcome)]
    assert [outcome.tampered for outcome in found] == [False]
    scene.store.put(OURS.trust("m1"), b"{}")
    late = scene.visitor(expects=False)
    late.step()
    scene.time.now += 61
    found = [event for _ in range(3) for event in late.step() if isinstance(event, Outcome)]
    assert [outcome.tampered for outcome in found] == [True]


def test_what_a_visitor_has_proven_he_knows_later() -> None:
    scene = Scene()
    ended(scene, 1)
    witness = KeyPair()
    visitor = scene.visitor(witness)
    found = [event for _ in range(4) for event in visitor.step() if isinstance(event, Outcome)]
    assert [outcome.tampered for outcome in found] == [False]
    with pytest.raises(MissingObjectError):
        scene.store.get(OURS.trust("m1"))  # nobody but the user speaks for the user
    assert scene.visitor(witness, expects=False).fetch(1, 1).value == Packed(b"v")
    with pytest.raises(TamperedError):
        scene.visitor(KeyPair(), expects=False).fetch(1, 1)  # another visitor has not seen it
