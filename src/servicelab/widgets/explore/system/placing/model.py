"""Placing: things put where they belong, one at a time, each explained at once; only the first try counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from servicelab.i18n import _
from servicelab.widgets.house.values import whole

if TYPE_CHECKING:
    from servicelab.course.placingfile import Asked, Placed


NOTHING = "nothing"
"""The answer that a thing belongs nowhere: no place, so nobody sees it empty."""


class PlacingModel:
    """What follows from where somebody put things.

    `questions` by id, `items` in their order. A value is ``{"at": item number, "answers": {item: {question: place}},
    "checked": [item, …]}``; ``derive`` never raises, whatever stands there.

    >>> from servicelab.course.placingfile import Asked, Placed, Slot
    >>> stage = Asked("Which stage?", (Slot("before", "before"), Slot("after", "after")))
    >>> creak = Placed("w1", "It creaks.", {"stage": ("after",)}, {"stage": "He owns it."})
    >>> model = PlacingModel({"stage": stage}, [creak])
    >>> state = model.derive({"answers": {"w1": {"stage": "before"}}, "checked": ["w1"]})
    >>> state["items"][0]["status"], state["items"][0]["notes"][0]["text"]
    ('wrong', 'Here: after. He owns it.')
    """

    def __init__(self, questions: Mapping[str, Asked], items: Sequence[Placed]) -> None:
        self.items = tuple(items)
        asked = {question for item in self.items for question in item.answers}
        self.questions = {key: question for key, question in questions.items() if key in asked}
        self._names = {key: {o.id: o.text for o in question.options} for key, question in self.questions.items()}

    def derive(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is drawn: every item's answers and notes, the board of what was placed, words and a table."""
        answers = {item.id: self._given(value, item) for item in self.items}
        listed = value.get("checked")
        said = [key for key in listed if isinstance(key, str)] if isinstance(listed, list) else []
        checked = [item.id for item in self.items if item.id in said and len(answers[item.id]) == len(item.answers)]
        items = [self._item(item, answers[item.id], item.id in checked) for item in self.items]
        done = [each for each in items if each["status"] != "open"]
        fits = sum(each["status"] == "right" for each in done)
        last = len(self.items)
        return {
            # The whole is there to be seen once there is something on it.
            "at": {"at": whole(value, "at", 0, last if done else last - 1, 0)},
            "items": items,
            "done": len(done),
            "complete": len(done) == last,
            "board": self._board(answers, checked),
            "text": self._text(len(done), fits),
            "table": self._table(answers, checked),
        }

    def fits(self, item: Placed, given: Mapping[str, str]) -> bool:
        """Whether an item was put where it belongs, by every question about it."""
        return all(given.get(question) in fitting for question, fitting in item.answers.items())

    def _given(self, value: Mapping[str, Any], item: Placed) -> dict[str, str]:
        found = value.get("answers")
        mine = found.get(item.id) if isinstance(found, Mapping) else None
        if not isinstance(mine, Mapping):
            return {}
        return {q: mine[q] for q in item.answers if isinstance(mine.get(q), str) and mine[q] in self._names[q]}

    def _item(self, item: Placed, given: Mapping[str, str], checked: bool) -> dict[str, Any]:
        notes = [self._note(item, question, given[question]) for question in item.answers] if checked else []
        status = "open" if not checked else "right" if self.fits(item, given) else "wrong"
        return {"answers": dict(given), "status": status, "notes": notes}

    def _note(self, item: Placed, question: str, mine: str) -> dict[str, str]:
        fitting, names = item.answers[question], self._names[question]
        name, why = names[mine], item.because[question]
        if mine in fitting:
            return {"kind": "right", "head": _("“{answer}” fits.", answer=name), "text": why}
        here = _(" or ").join(names[place] for place in fitting)
        return {
            "kind": "wrong",
            "head": _("“{answer}” does not fit.", answer=name),
            "text": _("Here: {answer}. {why}", answer=here, why=why),
        }

    def _board(self, answers: Mapping[str, Mapping[str, str]], checked: Sequence[str]) -> list[dict[str, Any]]:
        """Every place with what belongs there of all that was put, at each place that fits: a gap is to be seen."""
        put = [(number, item) for number, item in enumerate(self.items, 1) if item.id in checked]
        return [
            {
                "question": key,
                "open": sum(key in item.answers and item.id not in checked for item in self.items),
                "places": [
                    {
                        "text": text,
                        "items": [
                            {
                                "number": number,
                                "text": item.name or item.text,
                                "fits": answers[item.id][key] in item.answers[key],
                            }
                            for number, item in put
                            if place in item.answers.get(key, ())
                        ],
                    }
                    for place, text in names.items()
                    if place != NOTHING or any(place in item.answers.get(key, ()) for _number, item in put)
                ],
            }
            for key, names in self._names.items()
        ]

    def _text(self, done: int, fits: int) -> str:
        total = len(self.items)
        if done == total:
            return _("All {total} are placed; right at the first try: {fits}.", total=total, fits=fits)
        return _("{done} of {total} are placed.", done=done, total=total)

    def _table(self, answers: Mapping[str, Mapping[str, str]], checked: Sequence[str]) -> dict[str, Any]:
        rows: list[list[object]] = []
        for item in self.items:
            for question, fitting in item.answers.items():
                names = self._names[question]
                if item.id in checked:
                    here = _(" or ").join(names[place] for place in fitting)
                    rows.append([item.text, self.questions[question].text, names[answers[item.id][question]], here])
                else:
                    mine = answers[item.id].get(question)
                    rows.append([item.text, self.questions[question].text, names[mine] if mine else None, None])
        return {
            "caption": _("What was put where"),
            "columns": [_("What"), _("Question"), _("You"), _("Where it belongs")],
            "rows": rows,
        }
