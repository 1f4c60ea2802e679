"""The way through the course as HTML: one big button, the path with all its units, then every unit with its steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from servicelab.i18n import _
from servicelab.learn.milestones import Course, congratulation, left, share, standing_of, stretches
from servicelab.learn.nextsteps import DONE, go_on, heading, leads_to, link, next_step, steps
from servicelab.learn.stages import Stage

STYLES = (Path(__file__).with_name("waymarks.css")).read_text(encoding="utf-8")


def way_html(stages: Sequence[Stage], here: Path, refresh: str, course: Course) -> str:
    """The start page's way, with links relative to the notebook in `here`.

    `refresh` says how to see the list anew where nothing does so by itself; the course's own view of JupyterLab does,
    and leaves the sentence out.
    """
    return "".join(
        [
            f"<style>{STYLES}</style>",
            '<div class="sl-way">',
            *big_button(list(stages), here),
            *path(stages, here, course),
            *(part for stage in stages for part in card(stage, here)),
            f'<p class="sl-by-hand">{escape(refresh)}</p>',
            "</div>",
        ]
    )


def big_button(stages: list[Stage], here: Path) -> Iterator[str]:
    """What to do now, in a sentence and as the one button of the page."""
    onward = go_on(stages)
    if onward:
        label, path, section = onward
        # The course's view of JupyterLab opens the section; elsewhere the notebook opens at its beginning.
        yield f'<p><a class="sl-go" href="{address(path, section, here)}">{escape(label)}</a></p>'
    yield f'<p class="sl-now">{escape(next_step(stages))}</p>'


def address(path: Path, section: str, here: Path) -> str:
    """A notebook and a section of it as an address relative to the notebook in `here`."""
    return escape(link(path, here) + (f"#section={quote(section)}" if section else ""))


def path(stages: Sequence[Stage], here: Path, course: Course) -> Iterator[str]:
    """The course as a path: each part with its units, what is done and left of each, and what completes the core."""
    parts = stretches(stages, course)
    if not parts:
        return
    yield f'<nav class="sl-path" aria-label="{escape(_("Your way through the course"))}">'
    for each in parts:
        yield f"<h2>{escape(each.title)}</h2><p>{escape(each.says)}</p><ol>"
        yield from (stop(stage, here, course) for stage in each.stages)
        yield "</ol>"
        if each.part == "core" and (said := congratulation(stages, course)):
            yield f'<p class="sl-core">{escape(said)}</p>'
    yield "</nav>"


def stop(stage: Stage, here: Path, course: Course) -> str:
    """A unit on the path: a disc as full as it is done, its title as a link to where one goes on, and what is left."""
    return (
        f'<li class="sl-{standing_of(stage)}">'
        f'<span class="sl-disc" aria-hidden="true" style="--full: {round(100 * share(stage))}%"></span>'
        f'<a href="{address(*leads_to(stage), here)}">{escape(heading(stage))}</a>'
        f"<span>{escape(left(stage, course))}</span></li>"
    )


def card(stage: Stage, here: Path) -> Iterator[str]:
    """One unit: how far its lesson is, and its steps."""
    share = round(100 * stage.progress.share)
    yield '<section class="sl-module">'
    yield f"<h3>{escape(heading(stage))}</h3>"
    yield (
        f'<div class="sl-share" role="img" aria-label="{escape(_("{share} % done", share=share))}">'
        f'<span style="width: {share}%"></span></div>'
    )
    yield "<ul>"
    for tick, label, path, says in steps(stage):
        state = "done" if tick == DONE else "open"
        said = _("done") if tick == DONE else _("open")
        yield (
            f'<li class="sl-{state}"><span class="sl-mark" role="img" aria-label="{escape(said)}"></span>'
            f'<a href="{escape(link(path, here))}">{escape(label)}</a><span>{escape(says)}</span></li>'
        )
    yield "</ul></section>"
