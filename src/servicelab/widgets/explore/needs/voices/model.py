"""Sort the voices: what a trainee said of a dozen statements, beside three experts and a classifier."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import combinations
from typing import TYPE_CHECKING, Any

from servicelab.errors import UserError
from servicelab.i18n import _, language, together
from servicelab.widgets.explore.needs.voices.words import because, option_name, question_name, why_not
from servicelab.widgets.frames import require
from servicelab.widgets.house.values import chosen, whole

if TYPE_CHECKING:
    import pandas as pd

KINDS = ("functional", "emotional", "normative")
QUESTIONS: dict[str, tuple[str, ...]] = {
    "kind": KINDS,
    "spoken": ("spoken", "implicit"),
    "importance": ("core", "non_core"),
    "time": ("immediate", "long_term"),
    "level": ("basic", "extended"),
}
FIRST = ("kind", "spoken")
"""Asked of every statement; the other three are offered and may wait until the lesson has taught them."""


@dataclass(frozen=True)
class Voice:
    """One statement and what each expert said of it: question → {expert: answer}."""

    id: str
    text: str
    said: Mapping[str, Mapping[str, str]]

    def agreed(self, question: str) -> tuple[str, ...]:
        """Return the agreed set: every answer that at least one expert gave, most frequent first."""
        return tuple(answer for answer, _count in Counter(self.said[question].values()).most_common())

    def majority(self, question: str) -> str | None:
        """Return the answer most experts gave; ``None`` where there is no single one."""
        ranked = Counter(self.said[question].values()).most_common(2)
        if not ranked or (len(ranked) == 2 and ranked[0][1] == ranked[1][1]):
            return None
        return ranked[0][0]


def read_voices(table: pd.DataFrame) -> list[Voice]:
    """Return the statements of ``table`` (one row a statement and expert) in the running language, by id.

    Raises ``UserError`` when a column is missing or no statement is left.
    """
    text = "text_zh" if language() == "zh" else "text_en"
    require(table, ("voice_id", "expert", text, *QUESTIONS), "explore.voices", "voices")
    found = []
    for voice_id, rows in table.sort_values(["voice_id", "expert"]).groupby("voice_id", sort=True):
        said = {
            question: {
                str(expert): str(answer)
                for expert, answer in zip(rows["expert"], rows[question], strict=True)
                if answer in options
            }
            for question, options in QUESTIONS.items()
        }
        if all(said.values()):
            found.append(Voice(str(voice_id), str(rows[text].iloc[0]), said))
    if not found:
        raise UserError(_("explore.voices: no statement in voices has a complete coding."))
    return found


def pick(voices: Sequence[Voice], size: int, seed: int) -> list[Voice]:
    """Return ``size`` statements: the kinds in equal parts, about a third of them unspoken, a quarter disputed.

    A statement on which no two experts agree teaches nothing about a misplacement and is taken only when nothing
    else is left. The first statement is an undisputed one.
    """
    pool = list(voices)
    random.Random(seed).shuffle(pool)
    taken: list[Voice] = []
    while pool and len(taken) < size:
        best = min(pool, key=partial(_cost, taken=taken))
        pool.remove(best)
        taken.append(best)
    return taken


def _cost(voice: Voice, taken: Sequence[Voice]) -> tuple[bool, int, bool, bool]:
    """How badly a statement would fit after those already taken; the smallest is taken next."""
    kind = voice.majority("kind")
    disputed = sum(_disputed(v) for v in taken)
    unspoken = sum(_unspoken(v) for v in taken)
    return (
        kind is None,
        sum(v.majority("kind") == kind for v in taken),
        _disputed(voice) != (disputed * 4 < len(taken)),
        _unspoken(voice) != (unspoken * 3 < len(taken)),
    )


def _disputed(voice: Voice) -> bool:
    return len(voice.agreed("kind")) > 1


def _unspoken(voice: Voice) -> bool:
    return voice.majority("spoken") == "implicit"


@dataclass
class VoicesModel:
    """The statements to sort and, once all are sorted, who put them where.

    ``classify`` returns a label for each text; it is called once, when the result is shown. ``None``: no classifier.
    ``notes`` says of a statement what decides a question about it, {voice: {question: text}}; where it says nothing,
    the definitions speak.
    """

    voices: Sequence[Voice]
    classify: Callable[[list[Voice]], list[str]] | None = None
    notes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    experts: Sequence[str] = field(init=False)

    def __post_init__(self) -> None:
        self.experts = sorted({expert for v in self.voices for expert in v.said["kind"]})

    @cached_property
    def _predicted(self) -> list[str]:
        return self.classify(list(self.voices)) if self.classify else []

    def warm(self) -> None:
        """Ask the classifier now, so that the result need not wait for it."""
        if self.classify:
            assert self._predicted is not None

    def derive(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return the state: every statement's answers and explanations, progress, and the result when all are sorted.

        ``value``: ``at`` (statement shown; one past the last is the result), ``answers`` {question: {voice: option}},
        ``checked`` {question: [voice, …]}: answers that were committed and explained.
        """
        given = value.get("answers")
        given = given if isinstance(given, Mapping) else {}
        marked = value.get("checked")
        marked = marked if isinstance(marked, Mapping) else {}
        answers: dict[str, dict[str, str]] = {}
        checked: dict[str, set[str]] = {}
        for question, options in QUESTIONS.items():
            answers[question] = chosen(given, question, {v.id: options for v in self.voices})
            listed = marked.get(question)
            listed = [i for i in listed if isinstance(i, str)] if isinstance(listed, list) else []
            checked[question] = set(listed) & answers[question].keys()

        items = [self._item(v, answers, checked) for v in self.voices]
        done = sum(item["status"] != "open" for item in items)
        complete = done == len(items)
        at = whole(value, "at", 0, len(items) if complete else len(items) - 1, 0)
        state: dict[str, Any] = {
            "at": {"at": at},
            "items": items,
            "done": done,
            "complete": complete,
            "text": _("{done} of {all} statements sorted.", done=done, all=len(items)),
        }
        if complete:
            mine = [answers["kind"][v.id] for v in self.voices]
            state["result"] = self._result(mine)
            state["text"] = self._verdict(mine, state["result"])
            state["table"] = self._summary(answers, checked)
            state["counts"] = self._counts(answers)
        return state

    def _item(self, voice: Voice, answers: dict[str, dict[str, str]], checked: dict[str, set[str]]) -> dict[str, Any]:
        notes = []
        right = 0
        for question in QUESTIONS:
            if voice.id not in checked[question]:
                continue
            mine, agreed = answers[question][voice.id], voice.agreed(question)
            fits = mine in agreed
            right += fits and question in FIRST
            notes.append(self._note(voice, question, mine, fits))
        sorted_out = all(voice.id in checked[question] for question in FIRST)
        return {
            "answers": {q: answers[q][voice.id] for q in QUESTIONS if voice.id in answers[q]},
            "checked": [q for q in QUESTIONS if voice.id in checked[q]],
            "notes": notes,
            "status": "open" if not sorted_out else "right" if right == len(FIRST) else "wrong",
        }

    def _note(self, voice: Voice, question: str, mine: str, fits: bool) -> dict[str, str]:
        agreed = voice.agreed(question)
        name = option_name(question, mine)
        told = agreed[0]
        text = self.notes.get(voice.id, {}).get(question)
        if fits:
            head = _("“{answer}” fits.", answer=name)
            text = text or because(question, mine)
        else:
            head = _("“{answer}” does not fit.", answer=name)
            text = _("{why} Here: {answer}.", why=text or why_not(mine, told), answer=option_name(question, told))
        kind = "right" if fits else "wrong"
        if len(agreed) > 1:
            who = _("; ").join(
                f"{expert_name(expert)}{_(': ')}{option_name(question, answer)}"
                for expert, answer in voice.said[question].items()
            )
            text = _("{text} The experts differ ({who}): each of these answers is accepted.", text=text, who=who)
            kind = "agreed" if fits else kind
        return {"question": question, "kind": kind, "head": head, "text": text}

    def _result(self, mine: list[str]) -> list[dict[str, Any]]:
        """Confusion matrices of the kind: rows are the experts' majority, columns what was said."""
        truth = [v.majority("kind") for v in self.voices]
        said_by_experts = [
            (kind, answer) for v, kind in zip(self.voices, truth, strict=True) for answer in v.said["kind"].values()
        ]
        matrices = [
            _matrix("mine", _("You"), list(zip(truth, mine, strict=True))),
            _matrix("experts", _("The experts, one by one"), said_by_experts),
        ]
        if self.classify:
            pairs = list(zip(truth, self._predicted, strict=True))
            matrices.insert(1, _matrix("classifier", _("The classifier"), pairs))
        return matrices

    def _counts(self, answers: dict[str, dict[str, str]]) -> list[str]:
        """One plain line for each of the two questions; together they say what the dots say of the statements."""
        lines = {
            "kind": _("What is needed: {fits} of {all} fit."),
            "spoken": _("Whether it is said: {fits} of {all} fit."),
        }
        said = []
        for question in FIRST:
            fits = sum(answers[question][v.id] in v.agreed(question) for v in self.voices)
            said.append(lines[question].format(fits=fits, all=len(self.voices)))
        both = sum(all(answers[q][v.id] in v.agreed(q) for q in FIRST) for v in self.voices)
        return [
            *said,
            _("Both fit for {both} of {all} statements: those with a tick above.", both=both, all=len(self.voices)),
        ]

    def _verdict(self, mine: list[str], result: list[dict[str, Any]]) -> str:
        fits = sum(answer in v.agreed("kind") for v, answer in zip(self.voices, mine, strict=True))
        parts = [_("All sorted. Your kind lies in the agreed set {fits} times of {all}.", fits=fits, all=len(mine))]
        for matrix in result:
            if matrix["total"]:
                parts.append(
                    _(
                        "{who}: {hits} of {total} as most experts said.",
                        who=matrix["who"],
                        hits=matrix["hits"],
                        total=matrix["total"],
                    )
                )
        return together(*parts)

    def _summary(self, answers: dict[str, dict[str, str]], checked: dict[str, set[str]]) -> dict[str, Any]:
        columns = [_("Statement"), _("You"), _("Experts"), _("Classifier")]
        rows: list[list[object]] = []
        for i, voice in enumerate(self.voices):
            experts = _(" / ").join(option_name("kind", answer) for answer in voice.said["kind"].values())
            row: list[object] = [voice.text, option_name("kind", answers["kind"][voice.id]), experts]
            rows.append([*row, option_name("kind", self._predicted[i])] if self.classify else row)
        for question in QUESTIONS:
            tried = [v for v in self.voices if v.id in checked[question]]
            if question != "kind" and tried:
                fits = sum(answers[question][v.id] in v.agreed(question) for v in tried)
                pairs = [pair for v in tried for pair in combinations(v.said[question].values(), 2)]
                same = sum(a == b for a, b in pairs)
                row = [question_name(question), _("{fits} of {all} fit", fits=fits, all=len(tried))]
                row += [_("{same} of {all} pairs agree", same=same, all=len(pairs))]
                rows.append([*row, None] if self.classify else row)
        return {
            "caption": _("Who said what"),
            "columns": columns if self.classify else columns[:3],
            "rows": rows,
        }


def _matrix(key: str, who: str, pairs: list[tuple[str | None, str]]) -> dict[str, Any]:
    counted = [(truth, said) for truth, said in pairs if truth is not None]
    columns = [*KINDS, *sorted({said for _truth, said in counted} - set(KINDS))]
    cells = [[sum(pair == (row, column) for pair in counted) for column in columns] for row in KINDS]
    return {
        "key": key,
        "who": who,
        "columns": [option_name("kind", c) for c in columns],
        "cells": cells,
        "hits": sum(truth == said for truth, said in counted),
        "total": len(counted),
    }


def expert_name(expert: str) -> str:
    """Return who an expert is; an unknown code stays as it is."""
    return {
        "e1": _("head of service operations"),
        "e2": _("head of consumer research"),
        "e3": _("head of compliance"),
    }.get(expert, expert)
