"""The ladder under a coding task: check, hint, solution.

A check explains: it knows the mistakes the author foresaw, and otherwise says in what way the value differs. A hint is
free; the solution comes after an attempt, or when it is asked for a second time, since trying first, even wrongly,
makes the solution stick.
"""

from __future__ import annotations

import ast
import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from servicelab.course.quizfile import Task
from servicelab.errors import UserError
from servicelab.i18n import _, together
from servicelab.learn.whereabouts import shown

DIGEST = 16
"""Characters that tell one handed-in value from another."""


@dataclass(frozen=True)
class Verdict:
    """What a check found: "untouched", "right" or "wrong", and the sentences that say why."""

    kind: str
    says: str


def check(task: Task, value: object) -> Verdict:
    """Compare a learner's value with the task's answer and explain the difference.

    Nothing the learner can hand in raises. UserError when the task itself cannot be computed (a build finds this).
    """
    if value is None or value is Ellipsis:
        return Verdict("untouched", _("Nothing to check yet: put your own expression in place of the …, run the cell."))
    namespace = prepare(task)
    expected = compute(task, task.answer, namespace)
    if same(value, expected, task.tolerance):
        return Verdict("right", _("Right: {value}.", value=brief(expected)))
    for slip in task.wrong:
        if matches(task, slip.when, value, namespace):
            return Verdict("wrong", slip.says)
    return Verdict("wrong", difference(value, expected, task.tolerance))


def before_a_try(verdict: Verdict) -> Verdict:
    """The verdict on a page that has only been opened: the line as it was delivered is nobody's mistake."""
    if verdict.kind != "wrong":
        return verdict
    return Verdict("untouched", _("Nothing to check yet: change the line above, run the cell (Shift+Enter)."))


def prepare(task: Task) -> dict[str, Any]:
    """A fresh namespace with `pd`, `np`, `load` and what the task's setup makes."""
    import numpy as np
    import pandas as pd

    from servicelab.company import load

    namespace: dict[str, Any] = {"pd": pd, "np": np, "load": load}
    try:
        exec(compile(task.setup, f"<setup of {task.id}>", "exec"), namespace)
    except UserError:
        raise
    except Exception as problem:
        raise UserError(_("The setup of {id} does not run: {problem}.", id=task.id, problem=repr(problem))) from problem
    return namespace


def compute(task: Task, expression: str, namespace: Mapping[str, Any]) -> Any:
    """Evaluate one of the task's own expressions."""
    try:
        return eval(compile(expression, f"<{task.id}>", "eval"), dict(namespace))
    except Exception as problem:
        raise UserError(
            _(
                "In {id}, “{expression}” does not run: {problem}.",
                id=task.id,
                expression=expression,
                problem=repr(problem),
            )
        ) from problem


def matches(task: Task, when: str, value: object, namespace: Mapping[str, Any]) -> bool:
    """Whether a foreseen mistake was made: `when` gives the mistaken value, or says yes or no about `value`.

    A condition that cannot be asked of this value (the length of a number) does not hold.
    """
    if not any(isinstance(n, ast.Name) and n.id == "value" for n in ast.walk(ast.parse(when, mode="eval"))):
        return same(value, compute(task, when, namespace), task.tolerance)
    try:
        return bool(eval(compile(when, f"<{task.id}>", "eval"), {**namespace, "value": value}))
    except Exception:  # noqa: BLE001 - any value can be handed in, and it answers as it likes
        return False


def same(value: Any, expected: Any, tolerance: float) -> bool:
    """Equal in value: numbers within `tolerance`, tables and series by their contents and labels."""
    import numpy as np
    import pandas as pd

    try:
        if isinstance(expected, pd.DataFrame):
            pd.testing.assert_frame_equal(
                value, expected, check_dtype=False, check_names=False, check_index_type=False, check_column_type=False,
                check_categorical=False, atol=tolerance, rtol=1e-9
            )  # fmt: skip
            return True
        if isinstance(expected, pd.Series):
            pd.testing.assert_series_equal(
                value, expected, check_dtype=False, check_names=False, check_index_type=False, check_categorical=False,
                atol=tolerance, rtol=1e-9
            )  # fmt: skip
            return True
        if is_number(expected):
            return is_number(value) and bool(abs(float(value) - float(expected)) <= max(tolerance, 1e-9))
        # By kind, not by type: np.True_ is True, np.str_ a text, and a tuple holds what a list holds.
        if kind_of(value) != kind_of(expected):
            return False
        if isinstance(expected, set):
            return set(value) == expected
        if isinstance(expected, np.ndarray) and expected.dtype.kind in "biufc":
            return bool(np.shape(value) == expected.shape and np.allclose(value, expected, atol=tolerance, rtol=1e-9))
        if isinstance(expected, np.ndarray | list | tuple | pd.Index):
            given, wanted = list(value), list(expected)
            pairs = zip(given, wanted, strict=False)
            return len(given) == len(wanted) and all(same(one, other, tolerance) for one, other in pairs)
        return bool(value == expected)
    except Exception:  # noqa: BLE001 - any value can be handed in, and it compares as it likes
        return False


def is_number(value: object) -> bool:
    """A number, not a truth value."""
    import numpy as np

    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def difference(value: Any, expected: Any, tolerance: float) -> str:
    """In what way a value nobody foresaw differs from the answer, without giving the answer."""
    if kind_of(value) != kind_of(expected):
        return _("The answer is {expected}; yours is {value}.", expected=kind_of(expected), value=kind_of(value))
    if is_number(expected):
        if math.isinf(number := as_float(value)):
            return _("Your result is not finite: something was divided by nothing, or multiplied far too often.")
        return number_difference(number, float(expected), tolerance)
    try:
        size, wanted = tuple(value.shape), tuple(expected.shape)
        if size != wanted:
            return _("The size differs: yours has {size} and the answer has {wanted} (rows, columns).",
                     size=size, wanted=wanted)  # fmt: skip
        if hasattr(expected, "index") and list(value.index) != list(expected.index):
            if sorted(map(str, value.index)) == sorted(map(str, expected.index)):
                return _("The rows are the right ones in another order: how is it sorted?")
            return _("The numbers stand beside other labels: yours begins with {yours}, the answer with {wanted}.",
                     yours=brief(value.index[0]), wanted=brief(expected.index[0]))  # fmt: skip
        return _("Size and labels fit; some of the values differ. Check one row by hand.")
    except Exception:  # noqa: BLE001 - any value can be handed in
        return _("It is the right kind of thing with another content. Check one step at a time.")


def as_float(value: Any) -> float:
    """A number as a float; infinite where a float cannot hold it."""
    try:
        return float(value)
    except OverflowError:
        return math.inf


def number_difference(value: float, expected: float, tolerance: float) -> str:
    """What a wrong number may have come from."""
    near = max(tolerance, abs(expected) * 0.01)
    if value != value:
        return _("Your result is not a number (NaN): a value is missing somewhere in what you averaged or divided.")
    if expected and abs(value / 100 - expected) <= near:
        return _("You are 100 times too high: is it a percentage where a share between 0 and 1 is asked?")
    if expected and abs(value * 100 - expected) <= near * 100:
        return _("You are 100 times too low: is it a share where a percentage is asked?")
    if expected and abs(value + expected) <= near:
        return _("The size is right and the sign is not: which one is taken from which?")
    if 0 < expected < 1 and abs((1 - value) - expected) <= near:
        return _("That is the share of all the others: check the condition.")
    if abs(value - expected) <= 10 * near:
        return _("Close, and not it: is a row counted twice, left out, or rounded too early?")
    higher = _("Your number is too high.") if value > expected else _("Your number is too low.")
    return together(higher, _("What is it divided by, and which rows are in it?"))


def kind_of(value: object) -> str:
    """What sort of thing a value is, in a learner's words."""
    import numpy as np
    import pandas as pd

    if isinstance(value, pd.DataFrame):
        return _("a table (DataFrame)")
    if isinstance(value, pd.Series):
        return _("a column of values with labels (Series)")
    if isinstance(value, np.ndarray | list | tuple | set | pd.Index):
        return _("a list of values")
    if isinstance(value, bool | np.bool_):
        return _("True or False")
    if is_number(value):
        return _("one number")
    if isinstance(value, str):
        return _("a text")
    if callable(value):
        return _("a function that has not been called (are the brackets missing?)")
    return _("something else ({type})", type=type(value).__name__)


def brief(value: object) -> str:
    """A value on one line."""
    try:
        if is_number(value):
            return f"{value:,.4g}" if abs(float(str(value))) < 10_000 else f"{float(str(value)):,.0f}"
        if hasattr(value, "shape") and not isinstance(value, str):
            return kind_of(value)
        return shown(value, 80)
    except Exception:  # noqa: BLE001 - any value can be handed in
        return kind_of(value)


# -- what was climbed so far, as the sheet keeps it


def tidy(task: Task, value: object) -> dict[str, Any]:
    """`attempts`, `hints` opened, how often the solution was `asked` for, and whether a check was `right`."""
    given = value if isinstance(value, Mapping) else {}

    def count(key: str, most: int) -> int:
        number = given.get(key)
        return min(max(number, 0), most) if isinstance(number, int) and not isinstance(number, bool) else 0

    last = given.get("last")
    return {
        "attempts": count("attempts", 10_000),
        "hints": count("hints", len(task.hints)),
        "asked": count("asked", 2),
        "right": given.get("right") is True,
        "last": last if isinstance(last, str) and len(last) <= DIGEST else "",
    }


def digest(value: object) -> str:
    """What tells one handed-in value from another."""
    try:
        return hashlib.sha256(repr(value)[:20_000].encode("utf-8", errors="replace")).hexdigest()[:DIGEST]
    except Exception:  # noqa: BLE001 - any value can be handed in
        return ""


def after_check(task: Task, value: object, verdict: Verdict, handed_in: object) -> dict[str, Any]:
    """The record after a check. Something untouched, or the same value again (the notebook was run once more), is no
    attempt; an attempt withdraws a request for the solution that was made too early."""
    kept = tidy(task, value)
    if verdict.kind != "untouched" and digest(handed_in) != kept["last"]:
        kept["last"] = digest(handed_in)
        if not solution_open(kept):
            kept["asked"] = 0
        kept["attempts"] += 1
        kept["right"] = kept["right"] or verdict.kind == "right"
    return kept


def after_hint(task: Task, value: object) -> dict[str, Any]:
    """The record with one more hint open."""
    kept = tidy(task, value)
    return {**kept, "hints": min(kept["hints"] + 1, len(task.hints))}


def after_asking(task: Task, value: object) -> dict[str, Any]:
    """The record after the solution was asked for once more."""
    kept = tidy(task, value)
    return {**kept, "asked": min(kept["asked"] + 1, 2)}


def solution_open(mine: Mapping[str, Any]) -> bool:
    """Whether the solution may be read: asked for after an attempt, or asked for twice."""
    return bool(mine["asked"] >= (1 if mine["attempts"] else 2))


def state(task: Task, value: object, verdict: Verdict | None = None, *, show_answer: bool = False) -> dict[str, Any]:
    """Everything the view draws; `verdict` is what the last check found, if one was run."""
    mine = tidy(task, value)
    shown = solution_open(mine) or show_answer
    early = bool(mine["asked"]) and not shown
    drawn: dict[str, Any] = {
        "id": task.id,
        "prompt": task.prompt,
        "verdict": verdict.kind if verdict else "",
        "feedback": verdict.says if verdict else "",
        "hints": list(task.hints[: mine["hints"]]),
        "hints_left": len(task.hints) - mine["hints"],
        "ask_again": _(
            "You have not tried yet. Trying first, even wrongly, makes the solution stick: run a check or open a "
            "hint. Ask once more and it is shown."
        )
        if early
        else "",
        "solution": task.solution.strip() if shown else "",
    }
    drawn["text"] = text(drawn)
    return drawn


def entry(task: Task, value: object) -> dict[str, Any]:
    """What the answer sheet keeps."""
    mine = tidy(task, value)
    return {"kind": "task", "value": mine, "done": mine["right"] or solution_open(mine)}


def text(drawn: Mapping[str, Any]) -> str:
    """The ladder in plain text."""
    lines = [drawn["prompt"], drawn["feedback"], drawn["ask_again"]]
    lines += [_("Hint {number}: {hint}", number=n, hint=hint) for n, hint in enumerate(drawn["hints"], start=1)]
    if drawn["solution"]:
        lines += [_("Solution:"), drawn["solution"]]
    return "\n".join(line for line in lines if line)
