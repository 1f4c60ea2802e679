"""Quizzes, predictions, tasks and decisions: complete, explained, and without keys where they are graded."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from servicelab.publish.checks.coverage import known_ids, teaches_findings
from servicelab.publish.findings import Finding
from servicelab.publish.sources import ITEM_LISTS, MARKDOWN, NAME, Course, Module

KEYS = ("right", "because", "misconception", "answer", "key", "solution", "correct")
COMMON = {"id", "section", "teaches", "prompt", "track"}
ALLOWED = {
    "quiz": COMMON | {"kind", "options"},
    "recall": COMMON | {"kind", "options", "from"},
    "predictions": COMMON | {"unit", "low", "high", "step"},
    "exercises": COMMON | {"setup", "answer", "tolerance", "hints", "wrong", "solution"},
    "decisions": COMMON | {"kind", "options", "unit", "low", "high", "step", "note"},
    "written": COMMON | {"words", "characters"},
}
OPTION = {"id", "text", "right", "because", "misconception"}

Fault = tuple[tuple[str | int, ...], str, str]


def question_findings(course: Course, module: Module) -> Iterator[Finding]:
    """What is wrong in a module's `quiz.yml`."""
    document = module.quiz
    if document.findings:
        return
    data = document.data if isinstance(document.data, dict) else {}
    for name in data:
        if name not in ITEM_LISTS:
            yield document.finding((name,), str(name), f"there is no list “{name}”", f"Use {', '.join(ITEM_LISTS)}")
        elif not isinstance(data[name], list) or not all(isinstance(item, dict) for item in data[name]):
            yield document.finding((name,), name, "this is not a list of items", "Begin each item with `- id:`")
    ids = known_ids(course)
    seen: set[str] = set()
    for name, index, item in module.items():
        key = str(item.get("id", ""))
        at = (name, index)
        place = key or f"{name} {index + 1}"
        if not NAME.fullmatch(key) or key in seen:
            problem = "the id is missing, not allowed, or given twice"
            yield document.finding(at, place, problem, "Use small letters, digits and hyphens, each id once")
        seen.add(key)
        yield from teaches_findings(document.file, document.line(*at, "teaches"), place, item.get("teaches"), ids)
        for path, problem, remedy in _faults(name, item, ids):
            yield document.finding((*at, *path), place, problem, remedy)
    yield from written_findings(module)


def _faults(name: str, item: dict[str, Any], ids: set[str]) -> Iterator[Fault]:
    for key in item.keys() - ALLOWED[name]:
        if name == "decisions" and key in KEYS:
            yield (key,), f"a graded decision carries its key (`{key}`)", "Take it away: keys live in hidden tests only"
        else:
            yield (key,), f"`{key}` means nothing here", f"Use {', '.join(sorted(ALLOWED[name]))}"
    if not item.get("prompt"):
        yield (), "the prompt is missing", "Write `prompt:`"
    kind = item.get("kind", "choice")
    if name in ("quiz", "recall"):
        yield from _question(item, kind, ids)
    elif name == "exercises":
        yield from _task(item)
    elif name == "written":
        yield from _limits(item)
    elif name == "predictions" or kind == "number":
        yield from _range(item)
    elif kind in ("choice", "many"):
        yield from _options(item, graded=True, ids=ids)
    else:
        yield ("kind",), f"there is no kind “{kind}”", "Use choice, many or number"


def _question(item: dict[str, Any], kind: Any, ids: set[str]) -> Iterator[Fault]:
    if kind not in ("choice", "many"):
        yield ("kind",), f"there is no kind “{kind}”", "Use choice or many"
    options = item.get("options")
    rights = (
        sum(1 for o in options if isinstance(o, dict) and o.get("right") is True) if isinstance(options, list) else 0
    )
    if kind == "choice" and rights != 1:
        yield (), f"{rights} options are right", "Mark exactly one with `right: true`, or use `kind: many`"
    yield from _options(item, graded=False, ids=ids)


def _options(item: dict[str, Any], *, graded: bool, ids: set[str]) -> Iterator[Fault]:
    options = item.get("options")
    if not isinstance(options, list) or len(options) < 2:
        yield (), "there are not two options to choose from", "Write `options:` with at least two"
        return
    seen: set[str] = set()
    for number, option in enumerate(options):
        at = ("options", number)
        option = option if isinstance(option, dict) else {}
        name = str(option.get("id", ""))
        if not NAME.fullmatch(name) or name in seen:
            yield at, f"the option's id “{name}” is missing, not allowed, or given twice", "Give it one of its own"
        seen.add(name)
        if not str(option.get("text") or "").strip():
            yield at, f"option {name} has no text", "Write `text:`"
        for key in option.keys() - (OPTION if not graded else {"id", "text"}):
            if graded and key in KEYS:
                problem = f"option {name} of a graded decision carries its key (`{key}`)"
                yield at, problem, "Take it away: keys live in hidden tests only"
            else:
                yield at, f"`{key}` means nothing in option {name}", "Take it away"
        if not graded:
            yield from _explained(option, name, at, ids)


def _explained(option: dict[str, Any], name: str, at: tuple[str, int], ids: set[str]) -> Iterator[Fault]:
    if not str(option.get("because") or "").strip():
        yield at, f"option {name} has no explanation", "Write `because:`: say why it is right, or what it overlooks"
    misconception = option.get("misconception")
    if misconception is not None and (misconception not in ids or not str(misconception).startswith("X")):
        yield at, f"there is no misconception “{misconception}”", "Take one from course/curriculum.yml"
    if misconception is not None and option.get("right"):
        yield at, f"option {name} is right and a misconception", "Take one of the two away"


def _range(item: dict[str, Any]) -> Iterator[Fault]:
    numbers = [item.get(part) for part in ("low", "high", "step")]
    if any(isinstance(n, bool) or not isinstance(n, int | float) for n in numbers):
        yield (), "low, high and step are not all numbers", "Write low: 0, high: 100, step: 1"
    elif not (item["low"] < item["high"] and 0 < item["step"] <= item["high"] - item["low"]):
        yield (), "low, high and step give nothing to choose from", "Write low below high, and a step between"


def _limits(item: dict[str, Any]) -> Iterator[Fault]:
    for part, example in (("words", 150), ("characters", 250)):
        most = item.get(part)
        if isinstance(most, bool) or not isinstance(most, int) or most < 1:
            yield (part,), f"`{part}` is not a whole number above 0", f"Write {part}: {example}: the most that is read"


def written_findings(module: Module) -> Iterator[Finding]:
    """Boxes without a graded cell, and written cells without a box to write in."""
    exercise = module.documents.get("exercise")
    if exercise is None:
        return
    cells = {
        cell.name: cell
        for cell in exercise.cells
        if cell.kind == MARKDOWN and cell.nbgrader.get("grade") and cell.nbgrader.get("solution")
    }
    boxes = {str(item.get("id", "")): index for _list, index, item in module.items("written")}
    for key, index in boxes.items():
        if key not in cells:
            remedy = "Give it the name of a Markdown cell in exercise.md that is both grade and solution"
            yield module.quiz.finding(("written", index), key, "no graded cell has this name", remedy)
    for name, cell in cells.items():
        if name not in boxes:
            remedy = f"Add `- {{id: {name}, prompt: …, words: 150, characters: 250}}` to `written:` in quiz.yml"
            yield Finding(exercise.file, cell.line, name, "a written answer has no box to write it in", remedy)


def _task(item: dict[str, Any]) -> Iterator[Fault]:
    hints = item.get("hints")
    if not isinstance(hints, list) or not hints or not all(isinstance(h, str) and h.strip() for h in hints):
        yield ("hints",), "there is no hint", "Write `hints:` with at least one"
    for part, mode in (("setup", "exec"), ("answer", "eval"), ("solution", "exec")):
        code = item.get(part)
        if part == "setup" and code is None:
            continue
        if not isinstance(code, str) or not _parses(code, mode):
            yield (
                (part,),
                f"`{part}` is missing or not Python",
                "Write an expression" if mode == "eval" else "Write Python",
            )
    wrong = item.get("wrong")
    for number, entry in enumerate(wrong if isinstance(wrong, list) else []):
        entry = entry if isinstance(entry, dict) else {}
        if not isinstance(entry.get("when"), str) or not _parses(entry["when"], "eval") or not entry.get("says"):
            yield ("wrong", number), "a known wrong answer needs `when` (an expression) and `says`", "Write both"


def _parses(code: str, mode: str) -> bool:
    try:
        ast.parse(code.strip() if mode == "eval" else code, mode=mode)
    except (SyntaxError, ValueError):
        return False
    return True
