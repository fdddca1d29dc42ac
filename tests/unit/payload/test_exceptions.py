"""An exception travels with its traceback, and with all that it is linked to."""

from __future__ import annotations

import asyncio
import builtins
import copyreg
import pickle
import sys
import traceback
from typing import Any

import pytest

from cellburst.payload import merge
from cellburst.payload.delta import pack_delta, unpack_delta
from cellburst.payload.exceptions import reduce_exception
from cellburst.payload.pickling import dump, load
from cellburst.payload.placeholders import Placeholder
from cellburst.payload.snapshot import Snapshot
from cellburst.settings import Settings

from .conftest import Kernel


class OtherArgumentsError(Exception):
    def __init__(self, code: int, *, where: str) -> None:
        super().__init__(f"{code} at {where}")
        self.code, self.where = code, where


class FileLikeError(OSError):
    def __init__(self, what: str) -> None:
        super().__init__(2, what, "name.txt")
        self.what = what


class OwnReduceError(Exception):
    def __reduce__(self) -> Any:
        return OwnReduceError, ("again", *self.args)


class ClosedError(Exception):
    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(name)


def there_and_back(error: BaseException) -> Any:
    chunks, buffers = dump(error, 1 << 20, namespace={})
    return load(b"".join(chunks), buffers, {})


def raised(error: BaseException) -> BaseException:
    try:
        raise error
    except BaseException as found:
        return found


@pytest.mark.parametrize(
    "error",
    [
        ValueError("text", 2), KeyError("k"), OSError(2, "No such file", "name"),
        FileNotFoundError(2, "x", "a", None, "b"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), SystemExit(3), StopIteration(4), KeyboardInterrupt("no"),
        SyntaxError("bad", ("file.py", 1, 2, "x = = 1", 1, 3)), ImportError("no", name="mod", path="p"),
        OtherArgumentsError(3, where="here"), FileLikeError("w"), OwnReduceError("x"), ClosedError("c"),
        asyncio.CancelledError("c"), GeneratorExit(), RecursionError(), AttributeError("a", name="n", obj=3),
        NameError("n", name="who"),
    ],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_type_arguments_attributes_and_text(error: BaseException) -> None:
    if not isinstance(error, ClosedError):
        error.extra = [1]  # type: ignore[attr-defined]
    found = there_and_back(raised(error))
    assert type(found) is type(error)
    if isinstance(error, OwnReduceError):  # it says itself what is left of it
        assert found.args == ("again", *error.args)
    else:
        assert (found.args, str(found)) == (error.args, str(error))
        assert vars(found) == vars(error)
    assert getattr(found, "name", None) == getattr(error, "name", None)
    assert traceback.format_tb(found.__traceback__) == traceback.format_tb(error.__traceback__)


def test_causes_contexts_and_what_hides_them() -> None:
    try:
        try:
            try:
                _ = {}["first"]
            except KeyError as error:
                raise ValueError("second") from error
        except ValueError:
            raise TypeError("third") from None
    except TypeError as error:
        found, whole = there_and_back(error), "".join(traceback.format_exception(error))
        context: Any = error.__context__
    assert "".join(traceback.format_exception(found)) == whole
    assert found.__suppress_context__
    assert "".join(traceback.format_exception(found.__context__)) == "".join(traceback.format_exception(context))


def test_chains_that_bite_their_tail() -> None:
    one, two = ValueError("one"), ValueError("two")
    one.__cause__, two.__cause__ = two, one
    found = there_and_back(one)
    assert found.__cause__.__cause__ is found


@pytest.mark.skipif(sys.version_info < (3, 11), reason="exception groups came with 3.11")
def test_groups_and_notes() -> None:
    ExceptionGroup: Any = vars(builtins)["ExceptionGroup"]  # noqa: N806
    members = [raised(ValueError(1)), raised(ExceptionGroup("inner", [raised(KeyError("k"))]))]
    group: Any = raised(ExceptionGroup("all", members))
    group.add_note("look")
    found = there_and_back(group)
    assert "".join(traceback.format_exception(found)) == "".join(traceback.format_exception(group))


def test_one_that_is_kept_in_a_variable(kernel: Kernel) -> None:
    kernel.here("def here(n):\n    return n / 0")
    kernel.there("try:\n    here(1)\nexcept Exception as error:\n    kept = error\nbox = [kept]")
    ns = kernel.ns
    assert ns["box"][0] is ns["kept"]
    assert [frame.name for frame in traceback.extract_tb(ns["kept"].__traceback__)] == ["<module>", "here"]
    frame = ns["kept"].__traceback__.tb_next.tb_frame
    assert frame.f_globals is ns
    assert type(frame.f_locals["n"]) is Placeholder
    assert kernel.there("type(kept).__name__, kept.__traceback__.tb_next.tb_lineno").value == ("ZeroDivisionError", 2)


def test_attributes_that_cannot_travel_are_placeholders(kernel: Kernel) -> None:
    delta = kernel.there("import threading\nkept = ValueError('x')\nkept.lock = threading.Lock()\nkept.n = 1")
    assert kernel.ns["kept"].n == 1
    assert kernel.ns["kept"].lock is delta.placeholders[0]


def test_one_that_is_pickled_in_parts_is_left_to_pickle() -> None:
    class ItemsError(Exception):
        def __reduce__(self) -> Any:
            return ItemsError, (), None, iter([1])

    assert reduce_exception(ItemsError()) is None


def test_plain_pickle_is_as_it_was() -> None:
    assert BaseException not in copyreg.dispatch_table
    assert pickle.loads(pickle.dumps(raised(ValueError(1)))).__traceback__ is None


def test_one_of_the_kernels_is_changed_in_place(kernel: Kernel) -> None:
    kernel.here(
        "data = [1]\nclass Own(Exception): pass\nkept = Own('a', data); kept.data = data; other = ValueError('b')\n"
        "try: raise kept\nexcept Own: pass\nbox = {'kept': kept}"
    )
    kept, trace = kernel.ns["kept"], kernel.ns["kept"].__traceback__
    kernel.there("kept.data.append(2)\nkept.extra = data\nkept.args = ('new', *kept.args)")
    assert kernel.ns["kept"] is kernel.ns["box"]["kept"] is kept
    assert kernel.ns["data"] == [1, 2]
    assert kept.args == ("new", "a", kernel.ns["data"])
    assert kept.args[2] is kept.extra is kept.data is kernel.ns["data"]
    assert kept.__traceback__ is trace
    kernel.there("try: raise other from kept\nexcept ValueError as e: again = e")
    other = kernel.ns["other"]
    assert kernel.ns["again"] is other
    assert other.__cause__ is kept
    assert other.__suppress_context__


def test_a_traceback_that_goes_on_leads_to_the_one_that_was_there(kernel: Kernel) -> None:
    kernel.here("def fail(): raise ValueError\ntry: fail()\nexcept ValueError as e: kept = e")
    before = kernel.ns["kept"].__traceback__
    kernel.there("def again(): raise kept\ntry: again()\nexcept ValueError: pass")
    after = kernel.ns["kept"].__traceback__
    assert [entry.name for entry in traceback.extract_tb(after)] == ["<module>", "again", "<module>", "fail"]
    assert after.tb_next.tb_next is before


def test_what_the_cell_raised_is_the_object_among_its_variables(kernel: Kernel) -> None:
    kernel.here("data = [1]\nold = ValueError('old')")
    ns: dict[str, Any] = dict(kernel.ns)
    before = Snapshot.take(ns)
    ns["new"] = KeyError(ns["data"])
    for name in ("old", "new"):
        raised(ns[name])
        packed = pack_delta(before, ns, None, False, kernel.blobs, Settings(), error=ns[name])
        delta = unpack_delta(packed, kernel.blobs, kernel.ns)
        merge.apply(delta, kernel.ns)
        assert delta.error is kernel.ns[name]
        assert delta.error is not None
        assert delta.error.__traceback__ is not None
    assert kernel.ns["new"].args[0] is kernel.ns["data"]


def test_one_that_cannot_travel_at_all_is_left_to_its_text(kernel: Kernel) -> None:
    class NeverError(Exception):
        def __reduce__(self) -> Any:
            raise RuntimeError("no")

    ns: dict[str, Any] = {}
    before = Snapshot.take(ns)
    ns["x"] = 1
    packed = pack_delta(before, ns, None, False, kernel.blobs, Settings(), error=NeverError())
    delta = unpack_delta(packed, kernel.blobs, {})
    assert (delta.assigned, delta.error) == ({"x": 1}, None)


def test_fields_of_pythons_own_exceptions_are_changed_too(kernel: Kernel) -> None:
    kernel.here(
        "from pathlib import Path\nkept = OSError(2, 'no', 'name'); bad = SyntaxError('x', ('f', 1, 2, 't'))\n"
        "up = SystemExit(3)"
    )
    objects = [kernel.ns[name] for name in ("kept", "bad", "up")]
    kernel.there(
        "kept.errno = 13; bad.lineno = 9; up.code = [4]; kept.filename = Path('p')\n"
        "try: raise kept\nexcept OSError: pass"
    )
    kept, bad, up = objects
    assert [kernel.ns[name] for name in ("kept", "bad", "up")] == objects
    assert (kept.errno, str(kept.filename), bad.lineno, up.code) == (13, "p", 9, [4])
    assert kept.__traceback__ is not None
