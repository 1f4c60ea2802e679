"""The answers of a trainee who decides right everywhere, found by asking the hidden tests.

Keys live in hidden tests and nowhere else, in whatever form their author wrote them. So the right decision is the one
that earns most when a test judges it: every possible answer is tried. The solved edition opens with these answers.
"""

from __future__ import annotations

import ast
import contextlib
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from servicelab.course.declared import read
from servicelab.course.quizfile import Decision
from servicelab.publish.findings import Finding, stop_on
from servicelab.publish.sources import CODE, Cell, Document, Unit, parses

MOST = 20_000
"""Combinations tried for one test; a test that judges more at once is split."""
# An answer sheet states when it was saved; a built one must not differ from build to build.
SAVED = "2026-01-01T00:00:00+00:00"


def perfect_decisions(module: Unit) -> dict[str, Any]:
    """The right value of every decision of a module by its id: an option's id, a list of ids, or a number.

    Raises `SourceMistakes` for a decision that no test judges, and for a test that no answer passes.
    """
    found, findings = right_decisions(module)
    stop_on(findings)
    return found


def can_judge(exercise: Document) -> bool:
    """Whether every test of an exercise is Python and says what it is worth, so that it can be asked."""
    return all(parses(cell.source) and worth(cell.nbgrader.get("points")) for cell in _tests(exercise))


def worth(points: object) -> bool:
    """Whether what is stated of a cell's points is a number of them.

    >>> worth(2.5), worth(0), worth(True)
    (True, False, False)
    """
    return isinstance(points, int | float) and not isinstance(points, bool) and points > 0


def right_decisions(module: Unit) -> tuple[dict[str, Any], list[Finding]]:
    """The right value of every decision that a test judges, and what is wrong with the others and with the tests.

    The module's exercise must be one that can judge.
    """
    exercise = module.documents["exercise"]
    decisions = {item["id"]: read(Decision, item) for _, _, item in module.items("decisions")}
    found: dict[str, Any] = {}
    findings: list[Finding] = []
    for cell in _tests(exercise):
        judged = [key for key in decisions if key in _strings(cell.source)]
        if not judged:
            continue
        best = _best(cell, {key: list(_candidates(decisions[key])) for key in judged}, dict.fromkeys(decisions))
        if best is None:
            problem = f"no answer to {', '.join(judged)} earns all the points of this test"
            findings.append(Finding(exercise.file, cell.line, cell.name, problem, "Compare it with quiz.yml"))
        else:
            found.update(best)
    for key in decisions.keys() - found.keys() if not findings else ():
        remedy = "Write a test for it in exercise.md, or take the decision away"
        findings.append(module.quiz.finding(("decisions",), key, "no test judges this decision", remedy))
    return {key: found[key] for key in decisions if key in found}, findings


def write_sheet(path: Path, module: Unit, language: str) -> None:
    """Write the right decisions as the answers file beside a solved exercise."""
    entries = {key: {"value": value} for key, value in perfect_decisions(module).items()}
    about = {"format": 1, "notebook": f"{module.id}/exercise", "language": language, "saved": SAVED, "activity": {}}
    text = json.dumps({**about, "entries": entries}, ensure_ascii=False, indent=2, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def _best(cell: Cell, candidates: dict[str, list[Any]], blank: dict[str, Any]) -> dict[str, Any] | None:
    """The combination that earns the cell's points; None when there is none."""
    tree = ast.parse(cell.source)
    value = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    body = compile(tree, cell.name, "exec")
    last = compile(ast.Expression(value.value), cell.name, "eval") if isinstance(value, ast.Expr) else None
    for picked in itertools.islice(itertools.product(*candidates.values()), MOST):
        given = dict(zip(candidates, picked, strict=True))
        space: dict[str, Any] = {"decisions": {**blank, **given}}
        try:
            # Tests print what a trainee would read as feedback.
            with contextlib.redirect_stdout(None):
                exec(body, space)
                earned = eval(last, space) if last else None
        except Exception:  # noqa: BLE001, S112 - whatever a test raises means that this answer is wrong
            continue
        # nbgrader's rule: a number as the last expression is the points earned, anything else earns them all.
        partial = isinstance(earned, int | float) and earned < cell.nbgrader["points"]
        if not partial:
            return given
    return None


def _candidates(decision: Decision) -> Iterator[Any]:
    if decision.kind == "number":
        steps = round((decision.high - decision.low) / decision.step)
        yield from (decision.low + number * decision.step for number in range(steps + 1))
        return
    ids = [option.id for option in decision.options]
    if decision.kind == "choice":
        yield from ids
    else:
        for size in range(len(ids) + 1):
            yield from (list(chosen) for chosen in itertools.combinations(ids, size))


def _tests(document: Document) -> Iterator[Cell]:
    for cell in document.cells:
        if cell.kind == CODE and cell.nbgrader.get("grade") and not cell.nbgrader.get("solution"):
            yield cell


def _strings(code: str) -> set[str]:
    return {
        node.value
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
