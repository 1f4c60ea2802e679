"""The lists that hold the course together: course.yml, the curriculum, and who teaches and assesses what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from servicelab.course.declared import mistakes
from servicelab.course.layout import SETTINGS, UNITS, group, is_unit_name
from servicelab.course.quizfile import KEY_IDS
from servicelab.course.settings import MINUTES, Settings, UnitFacts
from servicelab.publish.findings import Finding
from servicelab.publish.sources import Course, Unit

ID = re.compile(r"[A-Z]\d{1,2}\.\d{1,2}|X\d\d[a-z]")
REFERENCE = re.compile(r"(\w+)/(\w+)#([\w-]+)")
TEACHING = ("lesson", "case", "desk")
ASSESSING = ("lesson", "case", "exercise", "analysis", "quiz", "desk")


def settings_findings(course: Course) -> Iterator[Finding]:
    """What is wrong in `course.yml`, and in what units say of themselves."""
    settings = course.settings
    if settings.findings:
        return
    data = settings.data if isinstance(settings.data, dict) else {}
    for path, problem, remedy in mistakes(Settings, data):
        yield settings.finding(path, str(path[1] if len(path) > 1 else path[0]), problem, remedy)
    for kind, place in UNITS.items():
        stated = data.get(group(kind))
        for name in stated if isinstance(stated, dict) else ():
            if not (course.root / place / str(name)).is_dir():
                problem = f"there is no folder {place}/{name}"
                yield settings.finding((group(kind), name), name, problem, "Make it, or take the entry away")
    tracks = data.get("tracks")
    for unit in course.units.values():
        if not is_unit_name(unit.id):
            remedy = "Use small letters, digits and _, and another ending than _analysis"
            yield Finding(f"{UNITS[unit.kind]}/{unit.id}", 0, "", "a unit cannot have this name", remedy)
        if unit.facts is settings or unit.facts.findings:
            continue
        for path, problem, remedy in mistakes(UnitFacts, unit.facts.data):
            yield unit.facts.finding(path, unit.id, problem, remedy)
        minutes = unit.said.get("minutes")
        if isinstance(minutes, dict) and isinstance(tracks, dict) and set(minutes) != set(tracks):
            yield unit.facts.finding(("minutes",), unit.id, *MINUTES)
        if not unit.draft:
            problem = f"{unit.id} is no draft any more, and {SETTINGS} does not list it"
            remedy = f"Move what stands here under `{group(unit.kind)}:` there, where its place in the course is"
            yield unit.facts.finding((), unit.id, problem, remedy)


def curriculum(course: Course) -> dict[str, dict[str, Any]]:
    """Every item of the curriculum by id: its English and Chinese name, and the module it belongs to."""
    items: dict[str, dict[str, Any]] = {}
    topics = course.curriculum.data.get("topics") if isinstance(course.curriculum.data, dict) else None
    for topic in topics.values() if isinstance(topics, dict) else []:
        if isinstance(topic, dict) and isinstance(topic.get("items"), dict):
            for key, names in topic["items"].items():
                names = names if isinstance(names, dict) else {}
                items[str(key)] = {"module": topic.get("module"), "en": names.get("en"), "zh": names.get("zh")}
    return items


def known_ids(course: Course) -> set[str]:
    """Every curriculum id."""
    return set(curriculum(course))


def curriculum_findings(course: Course) -> Iterator[Finding]:
    """What is wrong in `curriculum.yml`."""
    document = course.curriculum
    items = curriculum(course)
    if not document.findings and not items:
        yield document.finding((), "", "there are no items", "Write them under `topics: {N1: {items: …}}`")
    topics = document.data.get("topics", {}) if isinstance(document.data, dict) else {}
    for key, item in items.items():
        topic = next(
            (n for n, said in topics.items() if isinstance(said, dict) and key in (said.get("items") or {})), ""
        )
        at = ("topics", topic, "items", key)
        if not ID.fullmatch(key) or not key.startswith(str(topic)):
            yield document.finding(at, key, f"“{key}” is not an id of topic {topic}", "Write N1.2, or X01a")
        if not item["en"] or not item["zh"]:
            yield document.finding(at, key, "a name is missing", "Write both `en` and `zh`")


def id_findings(file: str, line: int, place: str, part: str, stated: Any, ids: set[str]) -> Iterator[Finding]:
    """What is wrong with a list of curriculum ids, called `part`, on a cell or an item."""
    if stated is None:
        return
    if not isinstance(stated, list):
        yield Finding(file, line, place, f"`{part}` is not a list", f"Write {part}: [N1.1]")
        return
    for key in stated:
        if not isinstance(key, str) or key not in ids:
            yield Finding(
                file, line, place, f"there is no curriculum id “{key}”", "Take one from course/curriculum.yml"
            )


def coverage_findings(course: Course) -> Iterator[Finding]:
    """Gaps: items of a built module that nothing teaches or nothing assesses, and references that lead nowhere."""
    document = course.coverage
    if document.findings:
        return
    data = document.data if isinstance(document.data, dict) else {}
    items = curriculum(course)
    for key in data:
        if key not in items:
            yield document.finding(
                (key,), str(key), f"there is no curriculum id “{key}”", "Take one from course/curriculum.yml"
            )
    for unit in course.units.values():
        if not unit.draft:
            yield from unit_coverage(course, unit)


def unit_coverage(course: Course, unit: Unit) -> Iterator[Finding]:
    """Items of a unit that nothing teaches or nothing assesses, and references that lead nowhere."""
    document = course.coverage
    data = document.data if isinstance(document.data, dict) else {}
    for key, item in curriculum(course).items():
        if item["module"] != unit.id:
            continue
        entry = data.get(key)
        entry = entry if isinstance(entry, dict) else {}
        for part, where in (("taught", TEACHING), ("assessed", ASSESSING)):
            references = entry.get(part)
            if not references or not isinstance(references, list):
                problem = f"nothing is said of where {key} ({item['en']}) is {part}"
                remedy = f'Write {key}: {{{part}: ["{item["module"]}/{where[0]}#…"]}}'
                yield document.finding((key,), key, problem, remedy)
                continue
            for number, reference in enumerate(references):
                problem = reference_problem(course, str(reference), where)
                remedy = f"Name an existing cell or item of {', '.join(where)}"
                if not problem and part == "assessed" and key not in _depends_on(course, str(reference)):
                    problem = f"“{reference}” does not say that its right answer depends on {key}"
                    remedy = f"Write `{KEY_IDS}: [{key}]` there if it does; else name an item of which it is true"
                if problem:
                    yield document.finding((key, part, number), key, problem, remedy)


def assessed(course: Course) -> Iterator[tuple[str, str]]:
    """Every id with every reference to where it is assessed."""
    data = course.coverage.data if isinstance(course.coverage.data, dict) else {}
    for key, entry in data.items():
        references = entry.get("assessed") if isinstance(entry, dict) else None
        for reference in references if isinstance(references, list) else ():
            yield str(key), str(reference)


def reference_problem(course: Course, reference: str, where: Iterable[str]) -> str:
    """Why a reference such as `01_needs/lesson#scene` cannot stand; "" when it can."""
    match = REFERENCE.fullmatch(reference)
    if not match:
        return f"“{reference}” is not a reference"
    module = course.units.get(match[1])
    if module is None:
        return f"“{reference}” names a module that is not built"
    if match[2] not in where:
        return f"“{reference}” is in {match[2]}, which cannot count here"
    return "" if match[3] in anchors(module).get(match[2], ()) else f"“{reference}” leads to nothing"


def _depends_on(course: Course, reference: str) -> set[str]:
    """The ids on which the right answer depends, as the item says that a sound reference names."""
    unit, source, name = re.split("[/#]", reference)
    module = course.units[unit]
    if source == "desk":
        nodes = module.desk.data.get("nodes") if module.desk and isinstance(module.desk.data, dict) else None
        said = [nodes.get(name)] if isinstance(nodes, dict) else []
    else:
        said = [item for _list, _index, item in module.items() if item.get("id") == name]
    document = module.documents.get(source)
    cell = document.cell(name) if document else None
    if cell is not None:
        said.append(cell.metadata)
    listed = [each.get(KEY_IDS) for each in said if isinstance(each, dict)]
    return {str(key) for each in listed if isinstance(each, list) for key in each}


def anchors(module: Unit) -> dict[str, set[str]]:
    """What a reference can name in each source of a module."""
    found = {kind: {cell.name for cell in document.cells} for kind, document in module.documents.items()}
    formative = {str(item.get("id")) for _, _, item in module.items("quiz", "recall", "predictions", "exercises")}
    found["quiz"] = formative
    found.setdefault("exercise", set()).update(str(item.get("id")) for _, _, item in module.items("decisions"))
    data = module.desk.data if module.desk and isinstance(module.desk.data, dict) else {}
    nodes = data.get("nodes")
    found["desk"] = {str(data.get("id")), *map(str, nodes if isinstance(nodes, dict) else ())}
    return found
