"""Quizzes, predictions, tasks, decisions, the desk, voices and guesses: as they are declared, and of this course."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from servicelab.course.declared import Fault, mistakes, read
from servicelab.course.deskfile import Desk
from servicelab.course.guessesfile import GuessesFile
from servicelab.course.layout import DATASETS
from servicelab.course.quizfile import KEY_IDS, LISTS, NO_ID, Prediction, items
from servicelab.course.voicesfile import VoicesFile
from servicelab.errors import UserError
from servicelab.publish.checks.coverage import id_findings, known_ids
from servicelab.publish.findings import Finding
from servicelab.publish.sources import MARKDOWN, Course, Unit


def question_findings(course: Course, module: Unit) -> Iterator[Finding]:
    """What is wrong in a module's `quiz.yml`."""
    document = module.quiz
    if document.findings:
        return
    if not isinstance(document.data, dict):
        yield document.finding((), "", "there is no list of questions in this file", f"Write {', '.join(LISTS)}")
    data = document.data if isinstance(document.data, dict) else {}
    for name in data:
        if name not in LISTS:
            yield document.finding((name,), str(name), f"there is no list “{name}”", f"Use {', '.join(LISTS)}")
        elif not isinstance(data[name], list) or not all(isinstance(item, dict) for item in data[name]):
            yield document.finding((name,), name, "this is not a list of items", "Begin each item with `- id:`")
    ids = known_ids(course)
    seen: set[str] = set()
    for name, index, item in items(data):
        key = str(item.get("id", ""))
        at = (name, index)
        place = key or f"{name} {index + 1}"
        if key and key in seen:
            yield document.finding(at, place, *NO_ID)
        seen.add(key)
        for part in ("teaches", KEY_IDS):
            yield from id_findings(document.file, document.line(*at, part), place, part, item.get(part), ids)
        for path, problem, remedy in (*mistakes(LISTS[name], item), *_strange_ideas(item, ids)):
            yield document.finding((*at, *path), place, problem, remedy)
    yield from written_findings(module)


def written_findings(module: Unit) -> Iterator[Finding]:
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


def _strange_ideas(item: dict[str, Any], ids: set[str]) -> Iterator[Fault]:
    """Misconceptions that the curriculum does not have."""
    options = item.get("options")
    for number, option in enumerate(options if isinstance(options, list) else []):
        misconception = option.get("misconception") if isinstance(option, dict) else None
        if misconception is None:
            continue
        if not isinstance(misconception, str) or misconception not in ids or not misconception.startswith("X"):
            problem = f"there is no misconception “{misconception}”"
            yield Fault(("options", number), problem, "Take one from course/curriculum.yml")


def desk_findings(course: Course, module: Unit) -> Iterator[Finding]:
    """What is wrong in a module's `desk.yml`."""
    desk = module.desk
    if desk is None or desk.findings:
        return
    data = desk.data if isinstance(desk.data, dict) else {}
    ids = known_ids(course)
    yield from id_findings(desk.file, desk.line("teaches"), "teaches", "teaches", data.get("teaches"), ids)
    nodes = data.get("nodes")
    for key, node in nodes.items() if isinstance(nodes, dict) else ():
        stated = node.get(KEY_IDS) if isinstance(node, dict) else None
        yield from id_findings(desk.file, desk.line("nodes", key, KEY_IDS), str(key), KEY_IDS, stated, ids)
    for path, problem, remedy in mistakes(Desk, data):
        place = str(path[1]) if path[0] == "nodes" and len(path) > 1 else str(path[0])
        yield desk.finding(path, place, problem, remedy)


def voice_findings(course: Course, module: Unit) -> Iterator[Finding]:
    """What is wrong in a module's `voices.yml`: as it is declared, and held against the firm's statements."""
    voices = module.voices
    if voices is None or voices.findings:
        return
    for path, problem, remedy in mistakes(VoicesFile, voices.data):
        yield voices.finding(path, str(path[1] if len(path) > 1 else "voices"), problem, remedy)
    written = voices.data.get("voices") if isinstance(voices.data, dict) else None
    if not isinstance(written, dict):
        return
    # pandas takes longer to import than all the rest of a build without it.
    from servicelab.company import load

    try:
        stated = set(load("voices", course.root / DATASETS)["voice_id"])
    except UserError as refused:
        said = str(refused).rstrip(".")
        yield voices.finding(("voices",), "voices", said, "Make the data, or take voices.yml away")
        return
    for key in sorted(stated - written.keys()):
        remedy = f"Write `{key}:` with a text for each question"
        yield voices.finding(("voices",), key, "no question about this statement is explained", remedy)
    for key in written:
        if key not in stated:
            remedy = f"Correct the id, or take it away: {DATASETS} knows no such voice_id"
            yield voices.finding(("voices", key), str(key), "there is no such statement", remedy)


def guess_findings(module: Unit) -> Iterator[Finding]:
    """What is wrong in a module's `guesses.yml`: as it is declared, and held against the questions that were asked."""
    guesses = module.guesses
    if guesses is None or guesses.findings:
        return
    wrong = mistakes(GuessesFile, guesses.data)
    for path, problem, remedy in wrong:
        yield guesses.finding(path, "guesses", problem, remedy)
    if wrong:
        return
    asked = {str(item.get("id", "")): item for _list, _index, item in module.items("predictions")}
    for number, each in enumerate(read(GuessesFile, guesses.data).guesses):
        at = ("guesses", number)
        item = asked.get(each.prediction)
        if item is None:
            remedy = "Take the entry away, or correct the id"
            yield guesses.finding(at, each.prediction, "quiz.yml has no such prediction", remedy)
        elif not mistakes(Prediction, item):
            scale = read(Prediction, item)
            if any(not scale.low <= value <= scale.high for value in each.values):
                remedy = f"Keep to {scale.low:g}–{scale.high:g}, the scale in quiz.yml"
                yield guesses.finding(at, each.prediction, "a guess is not on the scale of its question", remedy)
