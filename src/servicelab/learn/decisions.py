"""Graded decisions without code: what was picked, kept as it is. There is no key here and no feedback."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from servicelab.course.quizfile import Decision, Pictured
from servicelab.i18n import _
from servicelab.learn.numbers import finite
from servicelab.learn.outline import Section
from servicelab.learn.whereabouts import shown

Answer = str | float | list[str] | None
MISSING = "—"


def answer(decision: Decision, kept: Mapping[str, Any]) -> Answer:
    """The value a sheet's entry holds, or None when there is none that could be given in the control.

    A choice is an option id, many are a list of ids in the options' order (on axes one of each at most: of two given on
    the same axis neither was chosen), a number is within its limits.
    """
    value = kept.get("value")
    ids = [o.id for o in decision.options]
    given = [v for v in value if isinstance(v, str)] if isinstance(value, list) else []
    if decision.kind == "choice":
        return value if isinstance(value, str) and value in ids else None
    if decision.kind == "many":
        return [i for i in ids if i in given] or None
    if decision.kind == "axes":
        on_each = [[i for i in axis if i in given] for axis in decision.axes.values()]
        single = [one for axis in on_each if len(axis) == 1 for one in axis]
        return [i for i in ids if i in single] or None
    number = finite(value)
    return number if number is not None and decision.low <= number <= decision.high else None


def without(decision: Decision, given: Answer) -> list[str]:
    """The axes on which nothing is chosen."""
    chosen = given if isinstance(given, list) else []
    return [axis for axis, options in decision.axes.items() if not any(i in options for i in chosen)]


def made(decision: Decision, kept: Mapping[str, Any]) -> bool:
    """Whether a decision is made, on each of its axes where it has some."""
    given = answer(decision, kept)
    return given is not None and not without(decision, given)


def state(decision: Decision, kept: Mapping[str, Any]) -> dict[str, Any]:
    """What the view draws."""
    given = answer(decision, kept)
    picked = given if isinstance(given, list) else [given]
    said = "" if given is None else _("Your answer: {answer}", answer=readable(decision, given))
    boxes = {"many": ("[ ]", "[x]")}.get(decision.kind, ("( )", "(x)"))
    lacking = without(decision, given)
    lines = [decision.prompt]
    lines += [f"  {boxes[o.id in picked]} {spelled(decision, o)}" for o in decision.options]
    if decision.kind == "number":
        lines.append(
            f"  {decision.low:g}–{decision.high:g} {decision.unit}".rstrip() + ": " + (said or _("No answer yet."))
        )
    return {
        "id": decision.id,
        "kind": decision.kind,
        "prompt": decision.prompt,
        "options": [{"id": o.id, "text": o.text, "picked": o.id in picked} for o in decision.options],
        "low": decision.low,
        "high": decision.high,
        "step": decision.step,
        "unit": decision.unit,
        "axes": [
            {"axis": axis, "options": [{"id": i, "text": text} for i, text in options.items()]}
            for axis, options in decision.axes.items()
        ],
        "lacking": _("Still to choose: {axes}.", axes=_(", ").join(lacking)) if given and lacking else "",
        "at": {"value": given},
        "answered": made(decision, kept),
        "feedback": said,
        "text": "\n".join(lines),
    }


def measured(decision: Decision) -> list[str]:
    """What each number of a series is of."""
    pairs = [_("{over}, {one}", over=over, one=one) for over in decision.over for one in decision.pairs]
    return pairs or [*decision.over]


def spelled(decision: Decision, option: Pictured) -> str:
    """An option in words: its text and, where it is a picture, the numbers that are drawn."""
    drawn = [
        f"{name} {value:g} {decision.unit}".rstrip()
        for name, value in zip(measured(decision), option.series, strict=False)
    ]
    return _("{option}: {numbers}", option=option.text, numbers=_(", ").join(drawn)) if drawn else option.text


def with_numbers(decision: Decision, option: Pictured) -> str:
    """An option's text and, where it is a picture, its numbers: what is read far from the picture says which it was."""
    if not option.series:
        return option.text
    return _("{option} ({numbers})", option=option.text, numbers=_numbers(decision, option.series))


def _numbers(decision: Decision, series: Sequence[float]) -> str:
    """What a picture draws, in a line: of bars side by side which is whose."""
    if size := len(decision.pairs):
        drawn = [
            (over, _(", ").join(map("{} {:g}".format, decision.pairs, series[at * size :])))
            for at, over in enumerate(decision.over)
        ]
        return _("; ").join(_("{option}: {numbers}", option=over, numbers=numbers) for over, numbers in drawn)
    numbers = _(", ").join(f"{value:g}" for value in series)
    return f"{numbers} {decision.unit}".rstrip()


def entry(decision: Decision, value: object) -> dict[str, Any]:
    """What the answer sheet keeps."""
    given = answer(decision, value if isinstance(value, Mapping) else {})
    return {"kind": "decision", "value": given, "done": made(decision, {"value": given})}


def readable(decision: Decision, given: Answer) -> str:
    """An answer as whoever marks reads it: `value — option text`, or a dash when there is none."""
    return _said(decision, given, "{id} — {text}")


def in_words(decision: Decision, given: Answer) -> str:
    """An answer as its maker reads it: the texts of the options, or a dash when there is none."""
    return _said(decision, given, "{text}")


def _said(decision: Decision, given: Answer, option: str) -> str:
    if given is None:
        return MISSING
    text = {o.id: with_numbers(decision, o) for o in decision.options}
    if isinstance(given, list | str):
        chosen = [given] if isinstance(given, str) else given
        return _("; ").join(option.format(id=each, text=text[each]) for each in chosen)
    return f"{given:g} {decision.unit}".strip()


def in_page_order(known: Iterable[str], sections: Iterable[Section]) -> list[str]:
    """Decisions in the order in which the page asks them, those that it does not ask last."""
    asked = [key for section in sections for key in section.items]
    listed = [*known]
    return sorted(listed, key=lambda key: (asked.index(key) if key in asked else len(asked), listed.index(key)))


def label(number: int) -> str:
    """What a decision is called wherever it is spoken of: by its place on the page."""
    return _("Decision {number}", number=number)


def listing(decisions: Mapping[str, Decision], entries: Mapping[str, Mapping[str, Any]]) -> str:
    """Every decision on a line of its own, numbered in the order that they come in, for the person who grades."""
    lines = []
    for number, (key, decision) in enumerate(decisions.items(), start=1):
        kept = entries.get(key, {})
        given = answer(decision, kept)
        line = f"{number} · {key}: {readable(decision, given)}"
        if given is None and kept.get("value") not in (None, [], ""):
            line += " " + _("(what stands in the answers file is not one of the options: {value})",
                            value=shown(kept.get("value"), 60))  # fmt: skip
        lines.append(line)
    return "\n".join(lines)
