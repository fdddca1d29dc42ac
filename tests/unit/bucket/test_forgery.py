"""Ten thousand forged outcomes: each is shown as tampered, and not one byte of any is unpickled."""

from __future__ import annotations

import pickle
import sys
from collections import Counter
from collections.abc import Callable
from random import Random

import msgspec
import pytest

from cellburst.bucket import messages, packs, publishing
from cellburst.bucket.home_side import HomeSide, Suspicion
from cellburst.bucket.news import seal_news
from cellburst.bucket.records import MachineRecord, News, RunRecord, Stop, TaskMessage, Voucher
from cellburst.bucket.signing import USER as THE_USER
from cellburst.bucket.signing import KeyPair, Place, seal
from cellburst.bucket.transfers import Transfers
from cellburst.errors import TamperedError
from cellburst.model.blob import Packed
from cellburst.model.machine import MachineState
from cellburst.model.outcome import OutcomeKind
from tests.simulation.blobs import MemoryBlobs
from tests.unit.bucket.forging import (
    EVIL,
    M1,
    OTHER_RUN,
    OURS,
    STRANGER,
    USER,
    forgeries,
    honest,
    result_of,
)
from tests.unit.bucket.scene import ARNS, Scene

_opened: list[object] = []
_armed = False


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if _armed and event in ("pickle.find_class", "os.system", "subprocess.Popen"):
        _opened.append((event, arguments))


@pytest.fixture
def opened() -> list[object]:
    """What was unpickled or executed during the test."""
    global _armed
    if not _opened and _audit not in _hooked:
        sys.addaudithook(_audit)
        _hooked.append(_audit)
    _opened.clear()
    _armed = True
    yield _opened
    _armed = False


_hooked: list[Callable[..., None]] = []


@pytest.mark.timeout(120)
@pytest.mark.parametrize("count", [1000, pytest.param(10_000, marks=pytest.mark.slow)])
def test_forged_outcomes_are_shown_as_tampered(count: int, opened: list[object]) -> None:
    scene, seen = Scene(), Counter[str]()
    forged = list(forgeries(count, Random(7)))
    for forgery in forged:
        scene.bucket.write(OURS.done(forgery.index, 2), forgery.data, False)
    told = {outcome.result.index: outcome for outcome in scene.outcomes(steps=count // 256 + 3)}
    assert len(told) == count
    for forgery in forged:
        outcome = told[forgery.index]
        if not outcome.tampered:  # a flipped bit that stands for nothing
            assert outcome.result == result_of(forgery.index), forgery.how
            assert forgery.how == "bit_flip"
            continue
        seen[forgery.how] += 1
        assert outcome.result.kind is OutcomeKind.FAILED
        assert outcome.result.value is None
        assert outcome.result.error is not None
        assert outcome.result.error.ename == "TamperedError"
        assert "tampered with" in outcome.result.error.evalue
    assert len(seen) == 17
    assert sum(seen.values()) > 0.99 * count
    assert opened == []


def test_what_is_honest_is_believed(opened: list[object]) -> None:
    scene = Scene()
    for index in range(20):
        scene.bucket.write(OURS.done(index, 2), honest(index), False)
    assert [outcome.result for outcome in scene.outcomes()] == [result_of(index) for index in range(20)]
    assert opened == []


def test_the_audit_hook_sees_what_is_unpickled(opened: list[object]) -> None:
    with pytest.raises(EOFError):
        pickle.loads(EVIL[:-3])  # as far as naming what it would call
    assert opened == [("pickle.find_class", ("posix", "system"))]


@pytest.mark.parametrize(
    "forged",
    [
        lambda: seal(STRANGER, THE_USER, Place(OURS.env, OURS.run, "run"), RunRecord(OURS.run, "ab" * 16, EVIL, 1)),
        lambda: seal(M1, "m1", Place(OURS.env, OURS.run, "run"), RunRecord(OURS.run, "ab" * 16, EVIL, 1)),
        lambda: seal(USER, THE_USER, Place(OURS.env, OTHER_RUN.run, "run"), RunRecord(OURS.run, "ab" * 16, EVIL, 1)),
        lambda: msgspec.json.encode(RunRecord(OURS.run, "ab" * 16, EVIL, 1)),
        lambda: EVIL,
    ],
    ids=["a stranger's", "a machine's", "another run's", "unsigned", "a pickle"],
)
def test_a_machine_begins_no_run_that_the_user_did_not_sign(forged: Callable[[], bytes], opened: list[object]) -> None:
    scene = Scene()
    scene.bucket.write(OURS.record, forged(), False)
    with pytest.raises(TamperedError):
        scene.machine().open()
    assert opened == []


def message(signer: KeyPair, index: int, **changes: object) -> str:
    made = messages.make(OURS, signer, index, 1, "")
    return messages.encode(msgspec.structs.replace(made, **changes))


def test_a_machine_executes_no_task_that_the_user_did_not_hand_out(opened: list[object]) -> None:
    scene = Scene()
    forged = [
        message(STRANGER, 1),
        message(M1, 1),
        message(USER, 1, i=2),
        message(USER, 1, g=2),
        message(USER, 1, p="ab"),
        message(USER, 1, s=b""),
        messages.encode(messages.make(OTHER_RUN, USER, 1, 1, "")),
        messages.encode(msgspec.structs.replace(messages.make(OTHER_RUN, USER, 1, 1, ""), r=OURS.run)),
        messages.encode(TaskMessage(OURS.run, 1, 1)),
        "[]",
        EVIL.decode(),
    ]
    scene.queue.send(forged)
    scene.queue.send([message(USER, 5)])
    machine = scene.machine()
    machine.open()
    taken = [work.index for _ in range(4) for work in machine.take(10, 0)]
    assert taken == [5]
    assert scene.queue.depth() == (0, 1)
    assert opened == []


def test_inputs_that_the_user_did_not_sign_end_their_task(opened: list[object]) -> None:
    scene = Scene()
    transfers = Transfers(scene.store, scene.blobs)
    name = packs.write(OURS, USER, scene.store, transfers, [5], [Packed(b"given")])
    made = messages.make(OURS, USER, 5, 1, name)
    forged = seal(
        STRANGER, THE_USER, Place(OURS.env, OURS.run, "in", name=name), packs.InputPack((5,), (Packed(EVIL),))
    )
    scene.bucket.write(OURS.input(name), forged, False)
    scene.queue.send([messages.encode(made)])
    machine = scene.machine()
    machine.open()
    assert machine.take(10, 0) == []
    machine.step()
    (outcome,) = scene.outcomes()
    assert outcome.result.error is not None
    assert outcome.result.error.ename == "TamperedError"
    assert not outcome.tampered
    assert opened == []


def test_a_value_that_is_not_the_signed_one_gets_no_name_here(opened: list[object]) -> None:
    scene = Scene()
    far = MemoryBlobs()
    ref = far.put(b"honest")
    transfers = Transfers(scene.store, far)
    names = transfers.send([ref], OURS.out)
    scene.bucket.write(OURS.out(names[ref.digest]), EVIL, False)
    with pytest.raises(TamperedError):
        Transfers(scene.store, scene.blobs).fetch([ref], names, OURS.out)
    assert ref not in scene.blobs
    assert opened == []


def another_instance(scene: Scene) -> None:
    scene.introduce("m1", ARNS["m2"], STRANGER.public)


def another_run(scene: Scene) -> None:
    scene.introduce("m1", ARNS["m1"], STRANGER.public, nonce="cd" * 16)


def nothing_signed(scene: Scene) -> None:
    record = MachineRecord("m1", STRANGER.public, {}, "")
    scene.bucket.write(OURS.machine("m1"), msgspec.json.encode(record), False)


def a_strangers_word(scene: Scene) -> None:
    another_instance(scene)
    word = seal(STRANGER, THE_USER, Place(OURS.env, OURS.run, "trust", name="m1"), _word("m1"))
    scene.bucket.write(OURS.trust("m1"), word, False)


def the_word_for_another_machine(scene: Scene) -> None:
    another_instance(scene)
    word = seal(USER, THE_USER, Place(OURS.env, OURS.run, "trust", name="m2"), _word("m1"))
    scene.bucket.write(OURS.trust("m1"), word, False)


@pytest.mark.parametrize(
    "forge",
    [another_instance, another_run, nothing_signed, a_strangers_word, the_word_for_another_machine],
    ids=lambda forge: forge.__name__,
)
def test_a_strangers_key_never_becomes_a_machines(forge: Callable[[Scene], object], opened: list[object]) -> None:
    scene = Scene()
    forge(scene)
    sealed = seal_done_by_stranger(3)
    scene.bucket.write(OURS.done(3, 2), sealed, False)
    assert scene.outcomes() == []  # it may still come to light who m1 is
    scene.home.gone("m1")
    (outcome,) = scene.outcomes()
    assert outcome.tampered
    assert opened == []


def test_a_value_is_fetched_later_for_the_users_word_and_nobody_elses() -> None:
    scene = Scene()
    scene.bucket.write(OURS.done(3, 2), seal_done_by_stranger(3), False)
    later = HomeSide(
        OURS,
        USER,
        scene.store,
        scene.queue,
        Transfers(scene.store, scene.blobs),
        scene.clock,
        lambda: scene.time.now,
        scene.sts.prove,
        "later",
    )  # expects nobody: the run has ended long ago
    for signer in (None, STRANGER, USER):
        if signer is not None:
            place = Place(OURS.env, OURS.run, "trust", name="m1")
            scene.bucket.write(OURS.trust("m1"), seal(signer, THE_USER, place, _word("m1")), False)
        if signer is USER:
            assert later.fetch(3, 2).index == 3
        else:
            with pytest.raises(TamperedError):
                later.fetch(3, 2)


def _word(name: str) -> Voucher:
    return Voucher(name, STRANGER.public, ARNS[name])


def seal_done_by_stranger(index: int) -> bytes:
    from tests.unit.bucket.forging import done

    return done(OURS, STRANGER, "m1", result_of(index, body=EVIL))


def test_news_that_a_machine_did_not_sign_are_not_told(opened: list[object]) -> None:
    scene = Scene()
    said = News("m1", 1, 0.0, MachineState.RUNNING)
    scene.bucket.write(OURS.news_part(scene.time.now, "m1", 1), seal_news(OURS, STRANGER, said), False)
    scene.bucket.write(OURS.news_part(scene.time.now, "m1", 2), seal_news(OURS, M1, said), False)
    scene.bucket.write(OURS.news_part(scene.time.now, "m7", 1), b"{}", False)
    scene.bucket.write(f"{OURS.news}zzz", b"{}", False)
    events = [event for _ in range(3) for event in scene.home.step()]
    assert [type(event) for event in events] == [Suspicion] * 3


def test_marks_that_the_user_did_not_sign_stop_nobody(opened: list[object]) -> None:
    scene = Scene()
    machine = scene.machine()
    machine.open()
    for number, signer in enumerate((STRANGER, M1)):
        key = OURS.stop(number)
        where = Place(OURS.env, OURS.run, "stop", name=key.removeprefix(OURS.stops))
        scene.bucket.write(key, seal(signer, THE_USER, where, Stop("finish", "n")), False)
    scene.bucket.write(f"{OURS.stops}999999999", b"{}", False)
    scene.time.now += 30
    assert not machine.step().end
    scene.home.finish()
    scene.home.step()
    scene.time.now += 30
    assert machine.step().end == "all tasks have ended"


def test_a_run_that_somebody_else_has_written_is_not_taken_over() -> None:
    scene = Scene()
    scene.bucket.write(
        OURS.record,
        seal(STRANGER, THE_USER, Place(OURS.env, OURS.run, "run"), RunRecord(OURS.run, "ab" * 16, EVIL, 1)),
        False,
    )
    with pytest.raises(TamperedError):
        publishing.read(OURS, USER.public, scene.store.get(OURS.record))
