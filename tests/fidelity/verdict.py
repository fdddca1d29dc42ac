"""What a comparison means: equal, refused, said or silent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import cellburst.errors
from cellburst.errors import CellburstError
from tests.fidelity.compare import Comparison, Difference
from tests.fidelity.record import Record

_NAME = re.compile(r"[^\W\d]\w*")
_SHOWN = "<placeholder: "
_PLACE = r"[^\W\d][\w.]*(?:\[[^\]]*\][\w.]*)*"
_SUBJECT = re.compile(rf"(?:the states? )?(?P<names>{_PLACE}(?:(?:, | and ){_PLACE})*)(?=:? )")
_REFUSED = re.compile(r"\w+: (?:name ')?(?P<name>[^\W\d]\w*)")
HISTORY = " (history)"
_OBJECT = "an object of cellburst's"
_TOKEN = re.compile(r"<[^<>]*>|-> [^,\]})]+")


@dataclass
class Verdict:
    """``kind`` is equal, refused, said, silent or carried; a cell has the worst of its differences.

    ``carried`` differ at the same places as after the cell before. A cell that is refused for a placeholder, which an
    earlier one was said to have left, is carried, too.
    """

    kind: str = "equal"
    silent: list[Difference] = field(default_factory=list)
    said: list[Difference] = field(default_factory=list)
    carried: list[Difference] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


@dataclass
class Judge:
    """Goes along with a notebook: remembers what was said, and what differed before."""

    said: set[str] = field(default_factory=set)
    sentences: list[str] = field(default_factory=list)
    before: set[tuple[str, str]] = field(default_factory=set)
    told: set[tuple[str | None, str | None]] = field(default_factory=set)

    def judge(self, comparison: Comparison, remote: Record) -> Verdict:
        """The verdict on the next cell."""
        verdict = Verdict(reasons=[remote.refusal] if remote.refusal else [])
        verdict.reasons += remote.said
        self.sentences += remote.said
        loud = own_error(remote) or self._missing(remote)
        if loud:
            verdict.reasons.append(loud)
        self._learn(comparison.differences, remote.said, loud=bool(loud))
        for difference in comparison.differences:
            if self._is_carried(difference):
                verdict.carried.append(difference)
            elif loud or self._explained(difference):
                verdict.said.append(difference)
            else:
                verdict.silent.append(difference)
        self.before = {difference.key for difference in comparison.differences}
        self.told |= {(difference.plain, difference.remote) for difference in comparison.differences}
        verdict.kind = _kind(verdict, refused=bool(remote.refusal))
        if verdict.kind == "refused" and self._follows(remote.refusal):
            verdict.kind = "carried"
        return verdict

    def _follows(self, refusal: str) -> bool:
        """Whether a cell was refused for what an earlier one was said to have left behind."""
        subject = _REFUSED.match(refusal)
        return subject is not None and subject["name"] in {root_of(place) for place in self.said}

    def _is_carried(self, difference: Difference) -> bool:
        """Whether the same place differed after the cell before; what IPython keeps moves on from place to place."""
        if difference.group == "outputs":
            return False
        moved = HISTORY in difference.place and (difference.plain, difference.remote) in self.told
        return moved or difference.key in self.before

    def _missing(self, remote: Record) -> str:
        """The NameError about something that was said to be missing, if the cell ended with that."""
        for output in remote.outputs:
            if output.kind == "error" and output.content["ename"] == "NameError":
                words = _NAME.findall(output.content["evalue"])
                if self.said.intersection(words[1:2]):
                    return f"NameError: {output.content['evalue']}"
        return ""

    def _learn(self, differences: Sequence[Difference], said: Sequence[str], *, loud: bool) -> None:
        for sentence in said:
            self.said.update(named_by(sentence))
        for difference in differences:
            if difference.group == "names" and (loud or (difference.remote or "").startswith(_OBJECT)):
                self.said.add(difference.place)

    def _explained(self, difference: Difference) -> bool:
        if difference.group == "states":
            return any(word in self.said for word in _NAME.findall(difference.place)[:1])
        if difference.group == "outputs":
            return _SHOWN in (difference.remote or "")
        if difference.group != "names":
            return False
        if any(_inside(difference.place, place) for place in self.said):
            return True
        if any(_inside(_target(text), place) for text in (difference.plain, difference.remote) for place in self.said):
            return True
        remote = difference.remote or ""
        return "<cellburst." in remote and _TOKEN.sub("", remote) == _TOKEN.sub("", difference.plain or "")


def named_by(sentence: str) -> set[str]:
    """The places and states that a sentence is about: it begins with them (`a, b and c.x stay on the worker`)."""
    subject = _SUBJECT.match(sentence)
    return set(re.split(r", | and ", subject["names"])) if subject else set()


def _kind(verdict: Verdict, *, refused: bool) -> str:
    if verdict.silent:
        return "silent"
    if refused:
        return "refused"
    if verdict.said:
        return "said"
    return "carried" if verdict.carried else "equal"


def _inside(place: str, outer: str) -> bool:
    rest = place[len(outer) :]
    return bool(outer) and place.startswith(outer) and not (rest and (rest[0].isalnum() or rest[0] == "_"))


def _target(text: str | None) -> str:
    return text[3:] if text is not None and text.startswith("-> ") else ""


def root_of(place: str) -> str:
    """The name that a place is part of."""
    found = _NAME.match(place)
    return found[0] if found else place


def own_error(record: Record) -> str:
    """The error of a type of ours that a cell ended with, if it did: nobody can overlook that."""
    for output in record.outputs:
        if output.kind == "error":
            kind = getattr(cellburst.errors, output.content["ename"], None)
            if isinstance(kind, type) and issubclass(kind, CellburstError):
                return f"{output.content['ename']}: {output.content['evalue']}"
    return ""
