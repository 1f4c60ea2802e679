"""The way through the course as HTML: one big button, then every unit with its steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from servicelab.i18n import _
from servicelab.learn.start import DONE, Stage, go_on, heading, link, next_step, steps

STYLES = (Path(__file__).with_name("waymarks.css")).read_text(encoding="utf-8")


def way_html(stages: Sequence[Stage], here: Path, refresh: str) -> str:
    """The start page's way, with links relative to the notebook in `here`.

    `refresh` says how to see the list anew where nothing does so by itself; the course's own view of JupyterLab does,
    and leaves the sentence out.
    """
    return "".join(
        [
            f"<style>{STYLES}</style>",
            '<div class="sl-way">',
            *big_button(list(stages), here),
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
        goal = link(path, here) + (f"#section={quote(section)}" if section else "")
        yield f'<p><a class="sl-go" href="{escape(goal)}">{escape(label)}</a></p>'
    yield f'<p class="sl-now">{escape(next_step(stages))}</p>'


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
