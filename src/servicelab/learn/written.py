"""Written answers: what stands in a text box becomes what is counted, kept, and put into the graded cell.

The kernel never writes the notebook that is open. The text lives in the answers file; `filled` puts it into nbgrader's
graded cell in a *copy* of the notebook, when the work is handed in and again when it is collected, so that an upload
which never went through Submit is complete as well.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from servicelab.course.quizfile import Written
from servicelab.i18n import _, language

STUB = "YOUR ANSWER HERE · 请在此作答"
"""What stands in an unanswered written task, the same in every language: nbgrader compares it with the English one."""

KIND = "written"
LONGEST = 20_000
"""Characters kept of one answer: twenty times what any task asks for."""

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
CHINESE = re.compile(f"[{HAN}]")
WORD = re.compile(rf"[^\W{HAN}]+(?:[’'.,-][^\W{HAN}]+)*")


def tidy(value: object) -> str:
    """The text of a box's value: what UTF-8 and a notebook can hold, without control characters, not endless.

    >>> tidy({"text": "one\\r\\ntwo\\x00"})
    'one\\ntwo'
    """
    given = value.get("text") if isinstance(value, Mapping) else None
    if not isinstance(given, str):
        return ""
    # Half a surrogate pair is possible in JSON and impossible in UTF-8.
    text = given[:LONGEST].encode("utf-8", errors="replace").decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    # Word's and Chinese indents are spaces of other kinds: without them two words would become one.
    plain = (" " if unicodedata.category(c) == "Zs" else c for c in text)
    return "".join(c for c in plain if c in "\n\t" or c.isprintable())


def count(text: str) -> tuple[int, bool]:
    """How long a text is, and whether that is in Chinese characters (with words of other scripts) or in words.

    A text counts as Chinese when it has more Chinese characters than words.

    >>> count("Fund intact goods: 59, not 88."), count("做完好到货，59 比 88 少。")
    ((6, False), (9, True))
    """
    characters, words = len(CHINESE.findall(text)), len(WORD.findall(text))
    return (characters + words, True) if characters > words else (words + characters, False)


def length(task: Written, text: str) -> tuple[str, bool]:
    """How long a text is against what the task allows, as a phrase, and whether it is too long."""
    number, chinese = count(text)
    # Nothing written yet is in the language of the page.
    if chinese or (not text.strip() and language() == "zh"):
        most = task.characters
        said = _("{number} of at most {most} characters", number=number, most=most)
    else:
        most = task.words
        said = _("{number} of at most {most} words", number=number, most=most)
    return said, number > most


def state(
    task: Written, value: object, table: Mapping[str, Any] | None = None, *, in_cell: bool = False
) -> dict[str, Any]:
    """What the view draws; `in_cell`: the answer stands in the notebook's own cell instead."""
    text = tidy(value)
    said, over = length(task, text)
    if over:
        said += " · " + _("too long: whoever marks it reads the beginning")
    nothing = _("Written in the notebook, in the cell below.") if in_cell else _("Nothing written yet.")
    return {
        "id": task.id,
        "prompt": task.prompt,
        "at": {"text": text},
        "counted": said,
        "over": over,
        "table": dict(table) if table else None,
        "text": f"{task.prompt}\n  " + (text.replace("\n", "\n  ") if text.strip() else nothing) + _numbers(table),
    }


def _numbers(table: Mapping[str, Any] | None) -> str:
    """The numbers beside a box as text, a line a row: whoever marks judges what was made of them."""
    if not table:
        return ""
    names = table["columns"][1:]
    lines = [
        f"  {row[0]}" + _(": ") + " · ".join(f"{name} {cell}" for name, cell in zip(names, row[1:], strict=True))
        for row in table["rows"]
    ]
    return "\n".join([_numbers_begin(table["caption"]), *lines])


def _numbers_begin(caption: str) -> str:
    return f"\n\n{caption}" + _(": ").rstrip()


def numbers_beside() -> str:
    """What the numbers beside a box are called."""
    return _("Numbers for your text")


def numbers_in(text: str) -> str:
    """The numbers from the text of a box, as `state` wrote them; empty where it has none.

    >>> table = {"caption": numbers_beside(), "columns": ["", "mention it"], "rows": [["Easy returns", 13]]}
    >>> numbers_in(state(Written("c", "Why?", 5, 8), {}, table)["text"])
    'Easy returns: mention it 13'
    """
    found = text.rpartition(_numbers_begin(numbers_beside()) + "\n")
    return "\n".join(line.strip() for line in found[2].splitlines()) if found[1] else ""


def entry(value: object, beside: Sequence[str] = ()) -> dict[str, Any]:
    """What the answer sheet keeps: the text, and beside it what other windows wrote that does not stand in it."""
    text = tidy(value)
    kept = {"kind": KIND, "value": {"text": text}, "length": count(text)[0], "done": bool(text.strip())}
    return {**kept, **({"other": list(beside)} if beside else {})}


def others(kept: Mapping[str, Any]) -> list[str]:
    """What other windows wrote, from an entry of the answer sheet (which may hold anything)."""
    given = kept.get("other")
    # One text alone is how the first version of the course kept it.
    texts = given if isinstance(given, list) else [given]
    return distinct([tidy({"text": text}) for text in texts])


def distinct(texts: Sequence[str]) -> list[str]:
    """Each text once, in order, without those that stand whole in another; the latest, where they are endless.

    >>> distinct(["Good", "Late.", "Good food.", "Late."])
    ['Good food.', 'Late.']
    """
    found: list[str] = []
    room = LONGEST
    for text in (one.strip() for one in reversed(texts)):
        if not text or any(text in other for other in found) or len(text) > room:
            continue
        found = [one for one in found if one not in text]
        found.append(text)
        room = LONGEST - sum(map(len, found))
    return found[::-1]


def left_out(texts: Sequence[str], mine: str) -> list[str]:
    """Those of the texts that do not stand whole in mine."""
    return [text for text in texts if text not in mine]


def faults(task: Written, kept: Mapping[str, Any], notebook: Mapping[str, Any] | None) -> Iterator[str]:
    """What a trainee should hear of a written part (its entry in the sheet) before it is handed in."""
    cell = graded_cell(notebook, task.id) if notebook is not None else None
    text = tidy(kept.get("value"))
    there = in_cell(notebook, task.id)
    if not text.strip() and not there:
        yield _("“{part}” is blank.", part=task.prompt)
    elif text.strip():
        said, over = length(task, text)
        if over:
            yield _("“{part}” is too long: {said}.", part=task.prompt, said=said)
    if left_out(others(kept), text):
        yield _("“{part}”: another window has another version. It stands under your text and is not handed in; add it "
                "below yours if it should be.", part=task.prompt)  # fmt: skip
    if notebook is not None and cell is None:
        yield _("The place of “{part}” is missing in this notebook: what you wrote goes along, and a person looks.",
                part=task.prompt)  # fmt: skip


def report(task: Written, value: object, notebook: Mapping[str, Any] | None = None) -> str:
    """One line for the receipt; who wrote in the notebook's own cell is not told that it is blank."""
    text = tidy(value)
    if text.strip():
        return task.prompt + _(": ") + length(task, text)[0]
    there = in_cell(notebook, task.id)
    return task.prompt + _(": ") + (_("written in the notebook") if there else _("blank"))


# -- the graded cell


def graded_cell(notebook: Mapping[str, Any], grade_id: str) -> dict[str, Any] | None:
    """The written, graded cell with this id; None when the notebook has none (or no cells at all)."""
    return _graded_cells(notebook).get(grade_id)


def _graded_cells(notebook: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """All of them by their ids, the first of each: one way through, however many answers look for theirs."""
    found: dict[str, dict[str, Any]] = {}
    cells = notebook.get("cells")
    for cell in cells if isinstance(cells, list) else ():
        if not isinstance(cell, dict) or cell.get("cell_type") != "markdown":
            continue
        metadata = cell.get("metadata")
        marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        name = marks.get("grade_id") if isinstance(marks, dict) and marks.get("solution") else None
        if isinstance(name, str):
            found.setdefault(name, cell)
    return found


def source_of(cell: Mapping[str, Any]) -> str:
    """A cell's text, which a file holds as one string or as lines."""
    source = cell.get("source")
    return "".join(part for part in source if isinstance(part, str)) if isinstance(source, str | list) else ""


def untouched(source: str) -> bool:
    """Whether a written cell is as it was released, or empty."""
    return source.strip() in ("", STUB)


def in_cell(notebook: Mapping[str, Any] | None, grade_id: str) -> bool:
    """Whether somebody wrote into the notebook's own cell."""
    cell = graded_cell(notebook, grade_id) if notebook is not None else None
    return cell is not None and not untouched(source_of(cell))


def as_markdown(text: str) -> str:
    """A typed text as Markdown that shows the same lines: a line break stays a line break.

    >>> as_markdown("one\\ntwo\\n\\nthree")
    'one  \\ntwo\\n\\nthree'
    """
    return re.sub(r"(?<![ \t\n])[ \t]*\n(?!\n)", "  \n", text.strip())


def filled(raw: bytes, entries: Mapping[str, Any]) -> bytes:
    """A notebook file with the written answers of its answer sheet in their graded cells.

    A cell that was left alone gets the text; where box and cell hold different texts both stand in the cell, under
    headings that say which is which, and a person decides. Bytes that are no notebook come back as they are, and so
    does a notebook in which nothing is to be filled in.
    """
    texts = {key: text for key, kept in entries.items() if (text := kept_text(kept))}
    if not texts:
        return raw
    try:
        notebook = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return raw
    if not isinstance(notebook, dict):
        return raw
    changed = False
    cells = _graded_cells(notebook)
    for key, text in texts.items():
        cell = cells.get(key)
        if cell is None:
            continue
        before = source_of(cell)
        after = both(text, before)
        if after != before:
            cell["source"] = after
            changed = True
    if not changed:
        return raw
    try:
        text = json.dumps(notebook, ensure_ascii=False, indent=1, allow_nan=True)
    except (ValueError, RecursionError):
        # Some Pythons read what is nested deeper than they can write.
        return raw
    return text.encode("utf-8", errors="replace") + b"\n"


def both(box: str, cell: str) -> str:
    """What the graded cell holds, from the text of the box and what stands in the cell."""
    written = as_markdown(box)
    if untouched(cell) or _alike(cell, written):
        return written if untouched(cell) else cell
    if IN_BOX in cell:
        # Collected once more: both stand there already.
        return cell
    return f"{IN_BOX}\n\n{written}\n\n---\n\n{IN_CELL}\n\n{cell.strip()}\n"


IN_BOX = "**Written in the box · 写在文本框里的：**"
IN_CELL = "**Written in the cell · 写在单元格里的：**"


def _alike(one: str, other: str) -> bool:
    return " ".join(one.split()) == " ".join(other.split())


def kept_text(kept: object) -> str:
    """The text of a written answer's entry in the sheet, which may hold anything; empty where it is none."""
    if not isinstance(kept, Mapping) or kept.get("kind") != KIND:
        return ""
    return tidy(kept.get("value")).strip()
