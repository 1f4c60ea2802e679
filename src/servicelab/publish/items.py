"""Every text a reader sees in `quiz.yml`, `desk.yml` and `course.yml`: its place, its translation context."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any, NamedTuple

from servicelab.publish.sources import ITEM_LISTS

Where = tuple[str | int, ...]


class Text(NamedTuple):
    """One text: its path in the data, its message context (`q-angry.a.because`), its words."""

    path: Where
    context: str
    text: str


def quiz_texts(data: Any) -> Iterator[Text]:
    """The texts of a quiz file: prompts, options, explanations, hints, units."""
    for name in ITEM_LISTS:
        for index, item in enumerate(_list(data, name)):
            yield from _item_texts(item, (name, index))


def _item_texts(item: Any, at: Where) -> Iterator[Text]:
    if not isinstance(item, dict):
        return
    key = str(item.get("id", ""))
    for part in ("prompt", "unit", "note"):
        yield from _text(item, part, at, f"{key}.{part}")
    for number, option in enumerate(_list(item, "options")):
        if isinstance(option, dict):
            for part in ("text", "because"):
                where = (*at, "options", number)
                yield from _text(option, part, where, f"{key}.{option.get('id')}.{part}")
    for number, hint in enumerate(_list(item, "hints")):
        if isinstance(hint, str):
            yield Text((*at, "hints", number), f"{key}.hint.{number + 1}", hint)
    for number, wrong in enumerate(_list(item, "wrong")):
        if isinstance(wrong, dict):
            yield from _text(wrong, "says", (*at, "wrong", number), f"{key}.wrong.{number + 1}.says")


def desk_texts(data: Any) -> Iterator[Text]:
    """The texts of a desk contact: the scene, what is said, why it matters, how it ends."""
    if not isinstance(data, dict):
        return
    for part in ("title", "scene"):
        yield from _text(data, part, (), part)
    for number, meter in enumerate(_list(data, "meters")):
        if isinstance(meter, dict):
            yield from _text(meter, "name", ("meters", number), f"meter.{meter.get('id')}.name")
    nodes = data.get("nodes")
    for key, node in (nodes if isinstance(nodes, dict) else {}).items():
        if not isinstance(node, dict):
            continue
        for part in ("customer", "note", "outcome", "debrief"):
            yield from _text(node, part, ("nodes", key), f"{key}.{part}")
        for number, choice in enumerate(_list(node, "choices")):
            if isinstance(choice, dict):
                for part in ("say", "because"):
                    yield from _text(
                        choice, part, ("nodes", key, "choices", number), f"{key}.{choice.get('id')}.{part}"
                    )


def course_texts(data: Any) -> Iterator[Text]:
    """The texts of `course.yml`: titles of the course, its tracks and modules, promises on marks."""
    if not isinstance(data, dict):
        return
    for part in ("title", "summary", "marks", "seen_by"):
        yield from _text(data, part, (), part)
    for group in ("tracks", "modules"):
        for key, entry in (data.get(group) or {}).items():
            if isinstance(entry, dict):
                for part in ("title", "summary"):
                    yield from _text(entry, part, (group, key), f"{key}.{part}")


def replaced(data: Any, texts: Iterator[Text], change: Callable[[Text], str]) -> Any:
    """A copy of the data with every text replaced by `change(text)`."""
    copy = deepcopy(data)
    for text in texts:
        holder = copy
        for step in text.path[:-1]:
            holder = holder[step]
        holder[text.path[-1]] = change(text)
    return copy


def _text(holder: dict[str, Any], part: str, at: Where, context: str) -> Iterator[Text]:
    value = holder.get(part)
    if isinstance(value, str) and value.strip():
        yield Text((*at, part), context, value.strip("\n"))


def _list(holder: Any, key: str) -> list[Any]:
    found = holder.get(key) if isinstance(holder, dict) else None
    return found if isinstance(found, list) else []
