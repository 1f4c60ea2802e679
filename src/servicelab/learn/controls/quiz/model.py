"""Formative questions: what a learner picked so far becomes what the view shows and what the sheet keeps.

An explanation answers the option that was picked, right or wrong; the others are explained when the question is
solved or the learner asks. Wrong tries cost nothing and are remembered, with the misconception each one shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from servicelab.course.quizfile import Question
from servicelab.i18n import _, together

MOST_TRIES = 20
TRIES_BEFORE_ANSWER = 2
"""Wrong tries after which the answer can be asked for: earlier, reading it would replace thinking."""


def tidy(question: Question, value: object) -> dict[str, Any]:
    """The learner's part as it can only be: `picked` (option ids), `tries` (lists of ids), `asked` (for the answer)."""
    given = value if isinstance(value, Mapping) else {}
    tries = given.get("tries")
    kept = [option_ids(question, t) for t in tries[-MOST_TRIES:]] if isinstance(tries, list) else []
    kept = [t for t in kept if t or question.kind == "many"]
    # The same answer checked again is no second try: five presses of one button must not buy the answer.
    kept = [t for n, t in enumerate(kept) if n == 0 or t != kept[n - 1]]
    asked = bool(given.get("asked")) and len(wrong_tries(question, kept)) >= TRIES_BEFORE_ANSWER
    return {"picked": option_ids(question, given.get("picked")), "tries": kept, "asked": asked}


def option_ids(question: Question, given: object) -> list[str]:
    """Those of the given ids that are options, in the options' order; at most one for a choice."""
    if not isinstance(given, list):
        return []
    found = [o.id for o in question.options if o.id in [g for g in given if isinstance(g, str)]]
    return found[:1] if question.kind == "choice" else found


def wrong_tries(question: Question, tries: list[list[str]]) -> list[list[str]]:
    """The tries that were not the answer."""
    return [t for t in tries if t != list(question.right)]


def solved(question: Question, tries: list[list[str]]) -> bool:
    """Whether the last try was right."""
    return bool(tries) and tries[-1] == list(question.right)


def state(question: Question, value: object, *, show_answer: bool = False) -> dict[str, Any]:
    """Everything the view draws; `show_answer` is for editions that print the answers."""
    mine = tidy(question, value)
    right = solved(question, mine["tries"])
    everything = right or mine["asked"] or show_answer
    tried = explained_by(question, mine["tries"])
    options = []
    for option in question.options:
        explained = everything or (option.id in tried)
        options.append(
            {
                "id": option.id,
                "text": option.text,
                "picked": option.id in mine["picked"],
                "mark": mark(option.right, option.id in tried, everything) if explained else "",
                "because": option.because if explained else "",
            }
        )
    changed = bool(mine["tries"]) and mine["picked"] != mine["tries"][-1] and not everything
    drawn = {
        "id": question.id,
        "kind": question.kind,
        "prompt": question.prompt,
        "source": question.source,
        "options": options,
        "status": "right" if right else "shown" if everything else "wrong" if mine["tries"] else "open",
        "stale": changed,
        "can_check": not everything and (question.kind == "many" or bool(mine["picked"])),
        "can_ask": not everything and len(wrong_tries(question, mine["tries"])) >= TRIES_BEFORE_ANSWER,
        "tries": len(mine["tries"]),
        "verdict": verdict(question, mine, show_answer=show_answer),
        "feedback": feedback(question, mine, show_answer=show_answer),
    }
    drawn["text"] = text(question, drawn)
    return drawn


def explained_by(question: Question, tries: list[list[str]]) -> set[str]:
    """The options that tries have earned an explanation of: ticking everything earns none, only how many too many."""
    return {o for t in tries if len(t) < len(question.options) or question.kind == "choice" for o in t}


def mark(right: bool, tried: bool, everything: bool) -> str:
    """How an explained option is marked: right, wrong, or the right one that was not picked."""
    if right:
        return "right" if tried or not everything else "missed"
    return "wrong" if tried else "other"


def verdict(question: Question, mine: Mapping[str, Any], *, show_answer: bool = False) -> str:
    """The short line under a question, whose explanations stand beside the options."""
    tries: list[list[str]] = mine["tries"]
    if solved(question, tries):
        return _("Right.") if len(tries) == 1 else _("Right, at try {number}.", number=len(tries))
    if mine["asked"] or show_answer:
        return _("The answer is marked above.")
    if not tries:
        return ""
    if question.kind == "choice":
        return _("Not yet. Read why, think again and pick another.")
    return together(_("Not yet."), *balance(question, tries[-1]))


def balance(question: Question, last: list[str]) -> list[str]:
    """How many picks are too many, and whether any is missing: which ones, stays for the learner to find.

    Where more than half is picked no number is told: whoever ticked everything would count back from it.
    """
    extra = sum(o not in question.right for o in last)
    if extra and 2 * len(last) > len(question.options):
        return [_("Some of what you picked does not belong.")]
    missing = any(o not in last for o in question.right)
    says = []
    if extra > 1:
        says.append(_("{number} are too many.", number=extra))
    elif extra and not missing:
        says.append(_("One is too many."))
    if missing:
        says.append(_("There is at least one more to pick."))
    return says


def feedback(question: Question, mine: Mapping[str, Any], *, show_answer: bool = False) -> str:
    """The sentences read out after a check: what it was and why."""
    tries: list[list[str]] = mine["tries"]
    because = {o.id: o.because for o in question.options}
    if solved(question, tries):
        return together(_("Right."), *(because[o] for o in question.right))
    if mine["asked"] or show_answer:
        return together(_("The answer:"), *(because[o] for o in question.right))
    if not tries:
        return ""
    last = tries[-1]
    if question.kind == "choice":
        return _("Not yet. {because} Think again and pick another.", because=because[last[0]])
    wrong = [o for o in last if o not in question.right]
    explained = explained_by(question, [last])
    parts = [_("Not yet."), *(because[o] for o in wrong if o in explained)]
    if last and not wrong:
        parts.append(_("What you picked is right."))
    return together(*parts, *balance(question, last))


def entry(question: Question, value: object) -> dict[str, Any]:
    """What the answer sheet keeps."""
    mine = tidy(question, value)
    tries = mine["tries"]
    misconceptions = {o.id: o.misconception for o in question.options if o.misconception and not o.right}
    return {
        "kind": "recall" if question.source else "quiz",
        "value": mine,
        "right": solved(question, tries),
        "first_right": bool(tries) and tries[0] == list(question.right),
        # Worked through: solved, or the answer read after honest tries.
        "done": solved(question, tries) or bool(mine["asked"]),
        "misconceptions": sorted({misconceptions[o] for t in tries for o in t if o in misconceptions}),
    }


def text(question: Question, drawn: Mapping[str, Any]) -> str:
    """The question in plain text, with what is explained so far."""
    box = {True: "(x)", False: "( )"} if question.kind == "choice" else {True: "[x]", False: "[ ]"}
    lines = [question.prompt]
    for option in drawn["options"]:
        lines.append(f"  {box[option['picked']]} {option['text']}")
        if option["because"]:
            lines.append(f"      {mark_word(option['mark'])}: {option['because']}")
    if drawn["status"] == "wrong":
        lines.append(drawn["verdict"])
    return "\n".join(lines)


def mark_word(marked: str) -> str:
    """A mark as a word, since colour alone says nothing to some readers."""
    return {
        "right": _("Right"),
        "missed": _("This is the answer"),
        "wrong": _("Not this one"),
        "other": _("Not this one"),
    }.get(marked, "")
