"""Everything that somebody may do to a signed object who can write into the bucket but has none of our keys."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from cellburst.bucket.keys import RunKeys
from cellburst.bucket.outcomes import seal_done
from cellburst.bucket.signing import KeyPair
from cellburst.model.blob import Packed
from cellburst.model.outcome import OutcomeKind, TaskResult

EVIL = b"cposix\nsystem\n(S'touch /tmp/owned'\ntR."  # unpickling this asks for posix.system
OURS = RunKeys("0123456789ab", "0000001-abcd")
OTHER_RUN = RunKeys("0123456789ab", "0000002-abcd")
OTHER_ENV = RunKeys("ba9876543210", "0000001-abcd")
USER, M1, M2, STRANGER = KeyPair(), KeyPair(), KeyPair(), KeyPair()


def result_of(index: int, generation: int = 2, attempt: int = 1, body: bytes = b"honest") -> TaskResult:
    return TaskResult(index, generation, attempt, OutcomeKind.SUCCEEDED, 1.0, 2.0, value=Packed(body))


def honest(index: int) -> bytes:
    return done(OURS, M1, "m1", result_of(index))


def done(keys: RunKeys, signer: KeyPair, by: str, result: TaskResult, nonce: str = "n") -> bytes:
    return seal_done(keys, signer, by, f"{by}.0", result, {}, nonce)


@dataclass(frozen=True)
class Forgery:
    """``data`` where the outcome of task ``index``, generation 2, is looked for."""

    how: str
    index: int
    data: bytes


def forgeries(count: int, chance: Random) -> Iterator[Forgery]:
    """``count`` of them, of all kinds in turn."""
    for number in range(count):
        make = MAKERS[number % len(MAKERS)]
        yield Forgery(make.__name__, number, make(number, chance))


def bit_flip(index: int, chance: Random) -> bytes:
    data = bytearray(honest(index))
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def cut_off(index: int, chance: Random) -> bytes:
    data = honest(index)
    return data[: chance.randrange(len(data))]


def another_task(index: int, chance: Random) -> bytes:
    return honest(index + 1 + chance.randrange(100))


def an_old_generation(index: int, chance: Random) -> bytes:
    return done(OURS, M1, "m1", result_of(index, generation=1, body=EVIL))


def a_later_generation(index: int, chance: Random) -> bytes:
    return done(OURS, M1, "m1", result_of(index, generation=3, body=EVIL))


def another_run(index: int, chance: Random) -> bytes:
    return done(OTHER_RUN, M1, "m1", result_of(index, body=EVIL))


def another_environment(index: int, chance: Random) -> bytes:
    return done(OTHER_ENV, M1, "m1", result_of(index, body=EVIL))


def another_machine_s_name(index: int, chance: Random) -> bytes:
    return done(OURS, M2, "m1", result_of(index, body=EVIL))


def a_strangers_key(index: int, chance: Random) -> bytes:
    return done(OURS, STRANGER, chance.choice(["m1", "m2", "user"]), result_of(index, body=EVIL))


def a_machine_that_never_was(index: int, chance: Random) -> bytes:
    return done(OURS, STRANGER, chance.choice(["m3", "m99", "", "M1", "m1 ", "../m1"]), result_of(index, body=EVIL))


def a_machine_as_the_user(index: int, chance: Random) -> bytes:
    return done(OURS, M1, "user", result_of(index, body=EVIL))


def unsigned(index: int, chance: Random) -> bytes:
    sealed = json.loads(done(OURS, STRANGER, "m1", result_of(index, body=EVIL)))
    choice = chance.randrange(5)
    if choice == 0:
        return json.dumps(sealed["body"]).encode()
    if choice == 1:
        sealed["signature"] = ""
    elif choice == 2:
        del sealed["signature"]
    elif choice == 3:
        sealed["signature"] = None
    else:
        sealed["signature"] = base64.b64encode(bytes(64)).decode()
    return json.dumps(sealed).encode()


def another_attempt(index: int, chance: Random) -> bytes:
    return honest(index).replace(b'"attempt":1', b'"attempt":2', chance.randint(1, 2))


def another_body(index: int, chance: Random) -> bytes:
    sealed = json.loads(honest(index))
    sealed["body"] = json.loads(done(OURS, STRANGER, "m1", result_of(index, body=EVIL)))["body"]
    return json.dumps(sealed, separators=(",", ":")).encode()


def two_bodies(index: int, chance: Random) -> bytes:
    """Which of two counts is for the reader to say, but not one for the check and another for use."""
    evil = json.loads(done(OURS, STRANGER, "m1", result_of(index, body=EVIL)))["body"]
    second = b',"body":' + json.dumps(evil, separators=(",", ":")).encode() + b"}"
    return honest(index)[:-1] + second


def a_bare_pickle(index: int, chance: Random) -> bytes:
    return EVIL


def something_else_of_the_users(index: int, chance: Random) -> bytes:
    """The user's key does sign outcomes, but none with a value."""
    return done(OURS, USER, "user", result_of(index, body=EVIL))


MAKERS: tuple[Callable[[int, Random], bytes], ...] = (
    bit_flip,
    cut_off,
    another_task,
    an_old_generation,
    a_later_generation,
    another_run,
    another_environment,
    another_machine_s_name,
    a_strangers_key,
    a_machine_that_never_was,
    a_machine_as_the_user,
    unsigned,
    another_attempt,
    another_body,
    two_bodies,
    a_bare_pickle,
    something_else_of_the_users,
)
