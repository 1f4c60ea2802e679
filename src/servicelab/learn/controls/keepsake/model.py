"""A page to keep: what somebody guessed and what is true, how their contacts ended, what they wrote, what to take away.

One HTML file that needs nothing and runs nothing: it opens anywhere, prints on two pages, and is theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from servicelab.course.handin import LARGEST_NOTEBOOK, answers_file
from servicelab.i18n import _, language
from servicelab.learn.controls.card import QUESTIONS, lines
from servicelab.learn.controls.desk import model as desk
from servicelab.learn.controls.prediction import model as prediction
from servicelab.learn.outline import source_of
from servicelab.learn.sheet import understand
from servicelab.learn.whereabouts import LARGEST_FILE, read_json, read_regular
from servicelab.learn.written import KIND, tidy

if TYPE_CHECKING:
    from servicelab.learn.lesson import Lesson

TAKE_AWAYS = "take-aways"
"""The name of the cell with what to take away from a lesson."""

STYLE = """\
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24;
  font: 16px/1.6 system-ui, "Noto Sans SC", sans-serif; }
h1 { font-size: 1.6rem; margin: 0; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; border-bottom: 2px solid #0060a0; padding-bottom: .2rem; }
p { margin: .4rem 0; }
.who { color: #57606a; }
blockquote { margin: .4rem 0; padding: .2rem .9rem; border-left: 4px solid #d0d7de; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid #d0d7de; }
td.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
@media print { body { margin: 0; font-size: 11pt; } }
"""


@dataclass(frozen=True)
class Kept:
    """What goes on the page, all of it plain text but the take-aways, which are the lesson's own Markdown."""

    title: str
    student: str
    day: str
    guesses: list[tuple[str, str, str]] = field(default_factory=list)
    """Question, guess, truth ("" where the lesson has not shown it)."""
    endings: list[str] = field(default_factory=list)
    written: list[tuple[str, str]] = field(default_factory=list)
    take_aways: str = ""

    @property
    def empty(self) -> bool:
        """Whether there is nothing of the person's own on it."""
        return not (self.guesses or self.endings or self.written)


def gather(lesson: Lesson, student: str, day: str) -> Kept:
    """What a lesson's answers, its desk, its graded exercise and its own text give for the page."""
    entries = lesson.sheet.entries
    guesses = []
    for key, asked in lesson.items.predictions.items():
        guess = prediction.tidy(asked, entries.get(key, {}).get("value"))
        if guess is not None:
            truth = lesson.truths.get(key)
            shown = "" if truth is None else prediction.amount(asked, truth)
            guesses.append((asked.prompt, prediction.amount(asked, guess), shown))
    for interactive in lesson.shown.values():
        guesses += interactive.guesses()
    return Kept(
        title=lesson.outline.title or lesson.name,
        student=student,
        day=day,
        guesses=guesses,
        endings=list(_endings(lesson, entries.get("desk", {}))),
        written=[*_card(entries), *_judgements(lesson)],
        take_aways=_take_aways(lesson),
    )


def _endings(lesson: Lesson, kept: Mapping[str, Any]) -> Iterator[str]:
    if not kept or not lesson.has_desk:
        return
    contact = lesson.contact
    value = desk.tidy(contact, kept.get("value"))
    for path in [*value["runs"], value["path"]]:
        node = desk.standing(contact, desk.walk(contact, path))
        if node.end:
            yield _("{grade}. {outcome}", grade=desk.ending(node.grade or ""), outcome=node.outcome)


def _card(entries: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    given = lines(entries.get("card", {}).get("value"))
    for key, question in QUESTIONS.items():
        if given[key]:
            yield _(question), given[key]


def _judgements(lesson: Lesson) -> Iterator[tuple[str, str]]:
    folder = lesson.place.root / "assignments" / lesson.name
    try:
        entries = understand(read_regular(folder / answers_file("exercise"), LARGEST_FILE))[0]["entries"]
    except OSError:
        return
    prompts = {
        str(item.get("id")): str(item.get("prompt", ""))
        for item in read_json(folder / "decisions.json").get("written") or ()
        if isinstance(item, Mapping)
    }
    for key, kept in entries.items():
        if kept.get("kind") == KIND and (text := tidy(kept.get("value")).strip()):
            yield prompts.get(key, key), text


def _take_aways(lesson: Lesson) -> str:
    cells = read_json(lesson.notebook_path, LARGEST_NOTEBOOK).get("cells")
    for cell in cells if isinstance(cells, list) else ():
        if isinstance(cell, dict) and cell.get("id") == TAKE_AWAYS and cell.get("cell_type") == "markdown":
            # Up to the next heading: terms and references are the lesson's, not what one takes along.
            parts = re.split(r"^#{1,6} .*$", source_of(cell), flags=re.MULTILINE)
            return next((part.strip() for part in parts if part.strip()), "")
    return ""


def page(kept: Kept) -> str:
    """The page as HTML. Whatever a person wrote is text in it."""
    parts = [
        f"<h1>{escape(kept.title)}</h1>",
        f'<p class="who">{escape(" · ".join(filter(None, (kept.student, kept.day))))}</p>',
    ]
    if kept.guesses:
        head = "".join(f"<th>{escape(word)}</th>" for word in (_("You were asked"), _("You guessed"), _("It is")))
        rows = "".join(
            f'<tr><td>{escape(asked)}</td><td class="n">{escape(guess)}</td><td class="n">{escape(truth)}</td></tr>'
            for asked, guess, truth in kept.guesses
        )
        parts += [f"<h2>{escape(_('What you guessed'))}</h2>", f"<table><tr>{head}</tr>{rows}</table>"]
    if kept.endings:
        parts.append(f"<h2>{escape(_('How your contacts at the desk ended'))}</h2>")
        parts += [f"<blockquote>{escape(each)}</blockquote>" for each in kept.endings]
    if kept.written:
        parts.append(f"<h2>{escape(_('What you wrote'))}</h2>")
        for asked, text in kept.written:
            parts.append(f"<p><strong>{escape(asked)}</strong></p><blockquote>{_lines(text)}</blockquote>")
    if kept.take_aways:
        parts += [f"<h2>{escape(_('To take away'))}</h2>", _markdown(kept.take_aways)]
    tongue = "zh-CN" if language() == "zh" else "en"
    return (
        f'<!doctype html>\n<html lang="{tongue}"><head><meta charset="utf-8"><title>{escape(kept.title)}</title>'
        f"<style>{STYLE}</style></head>\n<body>\n" + "\n".join(parts) + "\n</body></html>\n"
    )


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _markdown(source: str) -> str:
    from markdown_it import MarkdownIt

    # Links lead into the course, which the page has left: their words stay. However else one is written, it is text.
    plain = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", source)
    reader = MarkdownIt("js-default").disable(["link", "image", "autolink", "reference"])
    return str(reader.render(plain))
