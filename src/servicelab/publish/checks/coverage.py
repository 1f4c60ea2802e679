"""The lists that hold the course together: course.yml, the curriculum, and who teaches and assesses what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from servicelab.publish.findings import Finding
from servicelab.publish.sources import Course, Module

ID = re.compile(r"[A-Z]\d{1,2}\.\d{1,2}|X\d\d[a-z]")
REFERENCE = re.compile(r"(\w+)/(\w+)#([\w-]+)")
TEACHING = ("lesson", "desk")
ASSESSING = ("lesson", "exercise", "analysis", "quiz", "desk")


def settings_findings(course: Course) -> Iterator[Finding]:
    """What is wrong in `course.yml`."""
    settings = course.settings
    if settings.findings:
        return
    data = settings.data if isinstance(settings.data, dict) else {}
    for key in ("course", "title", "tracks", "modules", "completion"):
        if not data.get(key):
            yield settings.finding((), key, f"`{key}` is missing", "Write it")
    modules, tracks = data.get("modules"), data.get("tracks")
    tracks = tracks if isinstance(tracks, dict) else {}
    for name, entry in modules.items() if isinstance(modules, dict) else []:
        at = ("modules", name)
        if not (course.root / "course" / "modules" / str(name)).is_dir():
            yield settings.finding(
                at, name, f"there is no folder course/modules/{name}", "Make it, or take the entry away"
            )
        minutes = entry.get("minutes") if isinstance(entry, dict) else None
        if not isinstance(entry, dict) or not entry.get("title"):
            yield settings.finding(at, name, "the module has no title", "Write `title:`")
        if not isinstance(minutes, dict) or set(minutes) != set(tracks):
            yield settings.finding(at, name, "the module does not state its minutes", "Write them for every track")
    completion = data.get("completion")
    for track, weights in completion.items() if isinstance(completion, dict) else []:
        if track not in tracks:
            yield settings.finding(("completion", track), track, "there is no such track", "Use one of `tracks`")
        elif not isinstance(weights, dict) or sum(weights.values()) != 100:
            yield settings.finding(("completion", track), track, "the weights do not add up to 100", "Mend them")


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
        topic = next((name for name in topics if key in (topics[name].get("items") or {})), "")
        at = ("topics", topic, "items", key)
        if not ID.fullmatch(key) or not key.startswith(str(topic)):
            yield document.finding(at, key, f"“{key}” is not an id of topic {topic}", "Write N1.2, or X01a")
        if not item["en"] or not item["zh"]:
            yield document.finding(at, key, "a name is missing", "Write both `en` and `zh`")


def teaches_findings(file: str, line: int, place: str, stated: Any, ids: set[str]) -> Iterator[Finding]:
    """What is wrong with a list of curriculum ids on a cell or an item."""
    if stated is None:
        return
    if not isinstance(stated, list):
        yield Finding(file, line, place, "`teaches` is not a list", "Write teaches: [N1.1]")
        return
    for key in stated:
        if key not in ids:
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
    for key, item in items.items():
        if item["module"] not in course.modules:
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
                if problem:
                    remedy = f"Name an existing cell or item of {', '.join(where)}"
                    yield document.finding((key, part, number), key, problem, remedy)


def reference_problem(course: Course, reference: str, where: Iterable[str]) -> str:
    """Why a reference such as `01_needs/lesson#scene` cannot stand; "" when it can."""
    match = REFERENCE.fullmatch(reference)
    if not match:
        return f"“{reference}” is not a reference"
    module = course.modules.get(match[1])
    if module is None:
        return f"“{reference}” names a module that is not built"
    if match[2] not in where:
        return f"“{reference}” is in {match[2]}, which cannot count here"
    return "" if match[3] in anchors(module).get(match[2], ()) else f"“{reference}” leads to nothing"


def anchors(module: Module) -> dict[str, set[str]]:
    """What a reference can name in each source of a module."""
    found = {kind: {cell.name for cell in document.cells} for kind, document in module.documents.items()}
    formative = {str(item.get("id")) for _, _, item in module.items("quiz", "recall", "predictions", "exercises")}
    found["quiz"] = formative
    found.setdefault("exercise", set()).update(str(item.get("id")) for _, _, item in module.items("decisions"))
    data = module.desk.data if module.desk and isinstance(module.desk.data, dict) else {}
    nodes = data.get("nodes")
    found["desk"] = {str(data.get("id")), *map(str, nodes if isinstance(nodes, dict) else ())}
    return found
