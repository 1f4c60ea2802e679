"""Guess first, then look: a guess is kept before the truth is shown, and stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median, quantiles
from typing import Any

from servicelab.course.guessesfile import ENOUGH
from servicelab.course.quizfile import Prediction
from servicelab.i18n import _, together
from servicelab.learn.numbers import finite

CLOSE = 0.05
"""Share of the scale within which a guess counts as close."""

LONGEST_SYMBOL = 3
"""Characters of a unit that is written after each number: %, kg, min."""


def tidy(prediction: Prediction, value: object) -> float | None:
    """The recorded guess on the scale, or None."""
    guess = finite(value.get("guess")) if isinstance(value, Mapping) else None
    return None if guess is None else min(max(guess, prediction.low), prediction.high)


def state(prediction: Prediction, value: object) -> dict[str, Any]:
    """What the view draws while guessing; the truth is never here."""
    guess = tidy(prediction, value)
    said = "" if guess is None else _("Your guess: {guess}.", guess=amount(prediction, guess))
    return {
        "id": prediction.id,
        "prompt": prediction.prompt,
        "unit": prediction.unit,
        "low": prediction.low,
        "high": prediction.high,
        "step": prediction.step,
        "decimals": decimals(prediction),
        "names": list(prediction.names),
        "guess": guess,
        "feedback": said and together(said, _("It is kept: go on and see.")),
        "text": prediction.prompt + "\n  " + (said or _("No guess yet.")),
    }


def on_scale(prediction: Prediction, truth: float) -> float:
    """The truth in the prediction's unit: with the unit %, `truth` is a share between 0 and 1.

    Raises ValueError for a truth that is not a number on the scale.

    >>> on_scale(Prediction("p", "", "%", 0, 100, 1), 0.31)
    31.0
    """
    number = round(float(truth) * 100, 6) if prediction.unit == "%" else float(truth)
    if not prediction.low <= number <= prediction.high:
        raise ValueError(
            f"truth of {prediction.id} is {number:g} and must be between {prediction.low:g} and {prediction.high:g}"
            + (" (give a share between 0 and 1)" if prediction.unit == "%" else "")
        )
    return number


def guess_first() -> str:
    """What stands in the place of everything that waits for a guess."""
    return _("Make your guess above first: what stands here waits for it.")


def reveal_state(
    prediction: Prediction,
    value: object,
    truth: float,
    note: str = "",
    *,
    earlier: Sequence[float] = (),
    show_answer: bool = False,
) -> dict[str, Any]:
    """Guess against truth and `earlier` trainees' guesses; before there is a guess, only the request to make one."""
    guess = tidy(prediction, value)
    number = on_scale(prediction, truth)
    if guess is None and not show_answer:
        return {"id": prediction.id, "waiting": True, "feedback": guess_first(), "text": guess_first()}
    sentence = comparison(prediction, guess, number)
    others = [each for each in earlier if prediction.low <= each <= prediction.high]
    if len(others) < ENOUGH or prediction.names:
        others = []
    else:
        sentence = together(sentence, spread(prediction, others))
    return {
        "id": prediction.id,
        "waiting": False,
        # Bars as long as the number of a thing in a list would say that the fifth is more than the fourth.
        "picture": not prediction.names,
        "prompt": prediction.prompt,
        "unit": prediction.unit,
        "low": prediction.low,
        "high": prediction.high,
        "guess": guess,
        "truth": number,
        "guess_label": "" if guess is None else amount(prediction, guess),
        "truth_label": amount(prediction, number),
        "feedback": together(sentence, note),
        "text": together(sentence, note),
        "table": {
            "caption": prediction.prompt,
            "columns": [_("Source"), prediction.unit or _("Number")],
            "rows": [
                [_("Your guess"), None if guess is None else figures(prediction, guess)],
                [_("It is"), figures(prediction, number)],
                *(
                    [[_("Trainees before you, the one in the middle"), figures(prediction, median(others))]]
                    if others
                    else []
                ),
            ],
        },
        "earlier": [
            {"x": each, "count": count, "label": figures(prediction, each)}
            for each, count in sorted(Counter(others).items())
        ],
    }


def spread(prediction: Prediction, others: Sequence[float]) -> str:
    """One sentence on where the middle half of earlier trainees' guesses lies."""
    low, _middle, high = quantiles(others, n=4, method="inclusive")
    return _(
        "Of {count} trainees before you, the middle half guessed {low} to {high}.",
        count=len(others),
        low=amount(prediction, low),
        high=amount(prediction, high),
    )


def comparison(prediction: Prediction, guess: float | None, truth: float) -> str:
    """One sentence on how far the guess was from the truth."""
    is_truth = amount(prediction, truth)
    if guess is None:
        return _("It is {truth}.", truth=is_truth)
    # Compared as they are printed: “3.2, and it is 3.2: too high” would help nobody.
    said, away = amount(prediction, guess), abs(printed(prediction, guess) - printed(prediction, truth))
    if prediction.rank:
        return placed(prediction, guess, truth)
    if round(away, 6) == 0:
        return _("You said {guess}, and that is what it is.", guess=said)
    if prediction.names:
        return _("You said {guess}; it is {truth}.", guess=said, truth=is_truth)
    gap = distance(prediction, away)
    if away <= CLOSE * (prediction.high - prediction.low):
        return _("You said {guess}, it is {truth}: close, {gap} away.", guess=said, truth=is_truth, gap=gap)
    if guess > truth:
        return _("You said {guess}, it is {truth}: {gap} too high.", guess=said, truth=is_truth, gap=gap)
    return _("You said {guess}, it is {truth}: {gap} too low.", guess=said, truth=is_truth, gap=gap)


def placed(prediction: Prediction, guess: float, truth: float) -> str:
    """The same of a place: place 12 stands lower than place 1."""
    here, there = amount(prediction, guess), amount(prediction, truth)
    away = printed(prediction, guess) - printed(prediction, truth)
    if away == 0:
        return _("You put it at {guess}, and there it stands.", guess=here)
    gap = distance(prediction, abs(away))
    if away > 0:
        return _("You put it at {guess}, it stands at {truth}: {gap} too low.", guess=here, truth=there, gap=gap)
    return _("You put it at {guess}, it stands at {truth}: {gap} too high.", guess=here, truth=there, gap=gap)


def decimals(prediction: Prediction) -> int:
    """How many decimals the scale's step has.

    >>> [decimals(Prediction("p", "", "", 0, 1, step)) for step in (5, 1, 0.5, 0.1, 0.25)]
    [0, 0, 1, 1, 2]
    """
    return len(f"{prediction.step:.6f}".rstrip("0").partition(".")[2])


def figures(prediction: Prediction, number: float) -> str:
    """A number as it is printed wherever the guess is."""
    if prediction.names:
        return prediction.names[round(number - prediction.low)]
    return f"{number:,.{decimals(prediction)}f}"


def printed(prediction: Prediction, number: float) -> float:
    """The same, to reckon with."""
    return round(number, decimals(prediction))


def amount(prediction: Prediction, number: float) -> str:
    """A number with its unit, as exact as the scale on which it was guessed.

    A unit of several words ("points (1–5)") is left to the axis: in a sentence it would have to be inflected. Of
    "% of the first gain" the sign is kept.
    """
    shown = figures(prediction, number)
    if prediction.names:
        return _("“{name}”", name=shown)
    if prediction.rank:
        return _("place {number}", number=shown)
    if prediction.unit in ("¥", "￥", "$", "€"):
        return prediction.unit + shown
    if symbol(prediction) == "%":
        return _("{number} %", number=shown)
    return f"{shown} {symbol(prediction)}".strip()


def distance(prediction: Prediction, number: float) -> str:
    """A difference with its unit: between two percentages it is percentage points."""
    number = round(number, 6)
    if prediction.rank:
        return _("1 place") if number == 1 else _("{number} places", number=figures(prediction, number))
    if symbol(prediction) == "%":
        return _("{number} percentage points", number=figures(prediction, number))
    return amount(prediction, number)


def symbol(prediction: Prediction) -> str:
    """What of the unit is written after each number; "" where it is left to the axis."""
    if len(prediction.unit) <= LONGEST_SYMBOL:
        return prediction.unit
    return "%" if prediction.unit.startswith("%") else ""


def entry(prediction: Prediction, value: object, truth: float | None = None) -> dict[str, Any]:
    """What the answer sheet keeps: the guess, and the truth once it was shown."""
    guess = tidy(prediction, value)
    kept: dict[str, Any] = {"kind": "prediction", "value": {"guess": guess}, "done": guess is not None}
    if truth is not None:
        kept["truth"] = on_scale(prediction, truth)
    return kept
