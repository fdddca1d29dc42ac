"""What is said is not silent, what was there before is carried, and nothing else is excused."""

from __future__ import annotations

from typing import Any

from tests.fidelity.compare import compare
from tests.fidelity.passes import refusal, take_out_sentences
from tests.fidelity.record import Record
from tests.fidelity.verdict import Judge, Verdict, named_by
from tests.unit.fidelity.records import failed, published, record, stream

_OURS = "an object of cellburst's: cellburst.payload.placeholders.Placeholder"


def judged(judge: Judge, plain: Record, remote: Record) -> Verdict:
    return judge.judge(compare(plain, (plain,), remote), remote)


def named(**names: str) -> dict[str, Any]:
    return {"names": names}


def test_equal() -> None:
    assert judged(Judge(), record(**named(a="1")), record(**named(a="1"))).kind == "equal"


def test_a_difference_is_silent_once_and_carried_then() -> None:
    judge = Judge()
    plain, remote = record(**named(a="1")), record(**named(a="2"))
    assert [judged(judge, plain, remote).kind for _ in range(3)] == ["silent", "carried", "carried"]
    assert judged(judge, plain, plain).kind == "equal"
    assert judged(judge, plain, remote).kind == "silent"


def test_what_was_said_is_carried_then() -> None:
    judge = Judge()
    plain, remote = record(**named(f="file")), record(said=["f stays on the worker"])
    assert [judged(judge, plain, remote).kind, judged(judge, plain, record()).kind] == ["said", "carried"]


def test_a_refusal_of_what_an_earlier_cell_left_is_carried() -> None:
    judge = Judge()
    plain = record(**named(f="file"))
    assert judged(judge, plain, record(said=["f stays on the worker"])).kind == "said"
    for why, kind in (
        ("UnpicklableError: f is a placeholder", "carried"),
        ("NameError: name 'f' is not defined", "carried"),
        ("UnpicklableError: g is an open file", "refused"),
        ("UsageError: the cell changes the shell", "refused"),
    ):
        refused = record()
        refused.refusal = why
        assert judged(judge, plain, refused).kind == kind


def test_history_that_moves_on_is_carried() -> None:
    judge = Judge()

    def kind(name: str, text: str) -> str:
        plain, remote = record(names={f"{name} (history)": "1"}), record(names={f"{name} (history)": text})
        return judged(judge, plain, remote).kind

    assert [kind("_", "2"), kind("__", "2"), kind("___", "3")] == ["silent", "carried", "silent"]


def test_a_new_place_beside_a_carried_one_is_silent() -> None:
    judge = Judge()
    judged(judge, record(**named(a="1")), record(**named(a="2")))
    verdict = judged(judge, record(**named(a="1", b="1")), record(**named(a="2", b="2")))
    assert [item.place for item in verdict.silent] == ["b"]
    assert [item.place for item in verdict.carried] == ["a"]


def test_outputs_are_never_carried() -> None:
    judge = Judge()
    assert [judged(judge, record(stream("a")), record(stream("b"))).kind for _ in range(2)] == ["silent", "silent"]


def test_a_warning_explains_the_name_it_says_and_no_other() -> None:
    plain = record(**named(f="file", g="1"))
    remote = record(**named(g="1"), said=["f stays on the worker: f is an open file"])
    assert judged(Judge(), plain, remote).kind == "said"
    remote = record(said=["f stays on the worker: f is an open file"])
    assert [item.place for item in judged(Judge(), plain, remote).silent] == ["g"]


def test_what_was_said_earlier_explains_later() -> None:
    judge = Judge()
    said = ["f stays on the worker"]
    judged(judge, record(**named(f="file")), record(said=said))
    assert judged(judge, record(names={"f": "file", "f.x": "1"}), record()).kind == "said"


def test_a_placeholder_explains_itself_and_what_holds_it() -> None:
    plain = record(names={"g": "generator", "d": "dict {'k': <generator>}", "d['k']": "generator"})
    remote = record(names={"g": _OURS, "d": "dict {'k': <cellburst.x.Placeholder>}", "d['k']": _OURS})
    assert judged(Judge(), plain, remote).kind == "said"
    other = record(names={"g": _OURS, "d": "dict {'j': <cellburst.x.Placeholder>}", "d['k']": _OURS})
    assert [item.place for item in judged(Judge(), plain, other).silent] == ["d"]


def test_a_name_is_not_explained_by_the_start_of_another() -> None:
    plain = record(**named(fig="1", figure="2"))
    assert [i.place for i in judged(Judge(), plain, record(said=["fig stays on the worker"])).silent] == ["figure"]


def test_sentences_are_taken_out_of_standard_error() -> None:
    text = "mine\ncellburst: these stay:\n  f is a file\n  g.x is a lock\nmine too\n  and this\n"
    text += "cellburst: h stays\n  mine\n"
    outputs = published(stream("out"), stream(text, "stderr"), stream("cellburst: i stays\n", "stderr"))
    said = take_out_sentences(outputs)
    assert said == ["these stay:", "f is a file", "g.x is a lock", "h stays", "i stays"]
    assert [(output.kind, output.text) for output in outputs] == [
        ("stdout", "out"),
        ("stderr", "mine\nmine too\n  and this\n  mine\n"),
    ]
    assert take_out_sentences(only := published(stream("cellburst: i stays\n", "stderr"))) == ["i stays"]
    assert only == []


def test_sentences_name_what_they_begin_with() -> None:
    assert named_by("f stays on the worker: f is an open file, a b") == {"f"}
    assert named_by("model.log[0].stream is an open file") == {"model.log[0].stream"}
    assert named_by("a, b['k'] and c stay on the worker") == {"a", "b['k']", "c"}
    assert named_by("the state numpy cannot travel") == {"numpy"}
    assert named_by("API_KEY: it looks like a secret") == {"API_KEY"}
    assert named_by("") == set()


def test_words_of_a_sentence_excuse_no_name() -> None:
    plain, remote = record(**named(a="1", f="2")), record(said=["f is an open file, which stays a while"])
    assert [item.place for item in judged(Judge(), plain, remote).silent] == ["a"]


def test_a_placeholder_that_is_shown_is_said() -> None:
    plain, remote = record(stream("<file>")), record(stream("<placeholder: f is an open file>"))
    assert judged(Judge(), plain, remote).kind == "said"


def test_an_error_of_ours_is_said() -> None:
    plain = record(**named(x="1"))
    remote = record(failed("WorkerLost", "the worker ended", "Cell In[1], line 2"))
    verdict = judged(Judge(), plain, remote)
    assert (verdict.kind, verdict.silent) == ("said", [])
    assert verdict.reasons == ["WorkerLost: the worker ended"]


def test_any_other_error_is_silent() -> None:
    remote = record(failed("ValueError", "odd", "Cell In[1], line 2"))
    assert judged(Judge(), record(), remote).kind == "silent"


def test_a_refused_cell_is_refused_if_it_is_equal_without_the_line() -> None:
    plain = record(**named(x="1"))
    assert judged(Judge(), plain, record(**named(x="1"), refusal="UnpicklableError: no")).kind == "refused"
    assert judged(Judge(), plain, record(**named(x="2"), refusal="UnpicklableError: no")).kind == "silent"


def test_the_card_of_the_run_is_no_output_of_the_cell() -> None:
    assert judged(Judge(), record(), record(card="succeeded")).kind == "equal"


def test_refusals_have_no_frames() -> None:
    assert refusal(record(failed("UnpicklableError", "f is an open file"))) == "UnpicklableError: f is an open file"
    assert refusal(record(failed("NameError", "name 'x' is not defined (cell line 3: x)")))
    assert not refusal(record(failed("NameError", "name 'x' is not defined", "Cell In[1], line 2\n----> 2 x")))
    assert not refusal(record(failed("ValueError", "odd")))
    assert not refusal(record(failed("WorkerLost", "gone")))
    assert not refusal(record(stream("UnpicklableError")))
