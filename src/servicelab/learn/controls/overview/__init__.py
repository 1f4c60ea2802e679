"""Where one stands in a lesson: at its start, and at the end of each section."""

from __future__ import annotations

from typing import Any

from servicelab.course.handin import notebook_file
from servicelab.i18n import _, between, use
from servicelab.learn.controls.parts import with_part
from servicelab.learn.progress import Progress, SectionProgress
from servicelab.learn.session import Session
from servicelab.widgets.house import Interactive


class Overview(Interactive):
    """A view of progress that follows every answer given in this notebook."""

    def __init__(self, session: Session, view: str) -> None:
        self._session = session
        super().__init__()
        session.on_change(view, self.refresh)

    def refresh(self) -> None:
        """Derive the state again."""
        with use(self._language):
            self.state = self.derive(self.value)

    def text(self) -> str:
        """What the view shows, without the minutes, which differ from run to run."""
        return str(self.state.get("text", ""))


@with_part("onward.js")
@with_part("goto.js")
class Welcome(Overview):
    """The sections of a lesson, with what is done and where one stopped."""

    view = "welcome.js"

    def __init__(self, session: Session, view: str = "welcome") -> None:
        super().__init__(session, view)

    def name(self) -> str:
        return _("Your way through the sections")

    def words(self) -> dict[str, str]:
        return {
            "go": _("Go on: {title}"),
            "start": _("Start: {title}"),
            "done": _("done"),
            "open": _("open"),
            "minutes": _("{minutes} min"),
            "spent": _("{minutes} min spent"),
        }

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - the sheet decides
        progress = self._session.progress()
        rows = [row(s) for s in progress.sections]
        return {
            "sections": rows,
            "next": section_link(progress.next),
            "started": progress.started,
            "summary": standing(progress),
            "more": more(progress),
            "text": "\n".join(
                [
                    standing(progress),
                    *(f"  {line(s)}" for s in progress.core),
                    *filter(None, [more(progress)]),
                    *(f"  {line(s)}" for s in progress.for_analysts),
                ]
            ),
        }


class Finish(Welcome):
    """The same list at the end of a lesson, with the way on to the graded exercise."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, "finish")

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        shown = super().derive(value)
        progress = self._session.progress()
        # It stands in the last section: nobody is led from there to where they are.
        if progress.started and progress.next is not None and progress.next is progress.core[-1]:
            done, total = sum(s.done for s in progress.core), len(progress.core)
            shown |= {"next": None, "summary": _("{done} of {total} sections done.", done=done, total=total)}
        return {**shown, "onward": graded_page(self._session, "exercise")}

    def words(self) -> dict[str, str]:
        return {**super().words(), "onward": onward_to("exercise")}

    def name(self) -> str:
        return _("How far you are")


@with_part("onward.js")
@with_part("goto.js")
class SectionEnd(Overview):
    """What a section asked, what is still open, and where to go next. `value` is {"done": true} once ticked off."""

    view = "section.js"

    def __init__(self, session: Session, section: str) -> None:
        self.section = section
        super().__init__(session, f"end of {section}")

    def name(self) -> str:
        return _("End of the section: {title}", title=self._title)

    @property
    def _title(self) -> str:
        return self._session.outline.title_of(self.section) or self.section

    def words(self) -> dict[str, str]:
        return {
            "mark": _("I have finished this section"),
            "leave": _("Leave the rest out"),
            "next": _("Next: {title} ({minutes} min)"),
            "last": _("That was the last section."),
            "spent": _("You have spent {minutes} min on it; it is planned for {planned}."),
            "pause": _("A good place for a break: everything is saved."),
            "space": between(),
        }

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - the sheet decides
        progress = self._session.progress()
        ids = [s.section.id for s in progress.sections]
        here = progress.sections[ids.index(self.section)] if self.section in ids else None
        after = progress.sections[ids.index(self.section) + 1 :] if here else ()
        # From a section for everyone on to the next of those; analysts see theirs in the list at the top as well.
        following = next((s for s in after if s.section.track != "analyst" or here_is_analyst(here)), None)
        says = ended(here, self._title, last=following is None)
        notebook = "analysis" if here_is_analyst(here) else "exercise"
        path = graded_page(self._session, notebook)
        onward = {"path": path, "label": onward_to(notebook)} if path and not following else None
        if following:
            minutes = f"{following.section.minutes:g}"
            following_says = _("Next: {title} ({minutes} min)", title=following.section.title, minutes=minutes)
        elif not onward:
            following_says = _("That was the last section.")
        elif notebook == "analysis":
            following_says = _("That was the last section. Next: the graded analysis.")
        else:
            following_says = _("That was the last section. Next: the graded exercise.")
        return {
            "title": self._title,
            "done": bool(here and here.done),
            "left": here.left if here else 0,
            "summary": says,
            "minutes": round(here.minutes) if here else 0,
            "planned": here.section.minutes if here else 0,
            "next": section_link(following),
            "onward": onward,
            "text": f"{says}\n{following_says}",
        }

    def _recompute(self, change: Any) -> None:
        if change["new"].get("done") is True:
            with use(self._language):
                self._session.mark_done(self.section)
        super()._recompute(change)


def onward_to(notebook: str) -> str:
    """What leads on from a lesson to its graded notebook of that name."""
    return _("On to the graded analysis") if notebook == "analysis" else _("On to the graded exercise")


def graded_page(session: Session, notebook: str) -> str:
    """Where the graded notebook of a lesson's unit stands in the course's folder; "" where there is none."""
    name = f"{session.name}_analysis" if notebook == "analysis" else session.name
    path = session.place.root / "assignments" / name / notebook_file(notebook)
    return path.relative_to(session.place.root).as_posix() if path.is_file() else ""


def here_is_analyst(here: SectionProgress | None) -> bool:
    """Whether a section is one for analysts."""
    return bool(here and here.section.track == "analyst")


def ended(here: SectionProgress | None, title: str, *, last: bool = False) -> str:
    """One sentence on a section, the `last` one or not.

    Where something is left, a title that is a question would be answered by it.
    """
    if here and not here.done and here.section.items and here.left:
        return _("Still to do in this section: {left} of {all}.", left=here.left, all=len(here.section.items))
    if here is None:
        says = _("this section is not in the notebook's outline.")
    elif here.done:
        says = _done(here)
    elif last:
        says = _("write your three lines if you like, then tick it off.")
    else:
        says = _("nothing to answer here; it is done when you go on.")
    # “Coach, or chance?: done.” has one mark too many.
    return title.rstrip("?？") + _(": ") + says


def _done(here: SectionProgress) -> str:
    """That a section is done, with what was tried and is not right yet, and what was left out."""
    out = here.left - here.tried
    if here.tried and out:
        return _("done, {wrong} not yet right and {left} left out.", wrong=here.tried, left=out)
    if here.tried:
        return _("done, {wrong} not yet right.", wrong=here.tried)
    return _("done, with {left} left out.", left=out) if out else _("done.")


def section_link(section: SectionProgress | None) -> dict[str, Any] | None:
    """What the view needs to lead to a section."""
    if section is None:
        return None
    about = section.section
    return {"id": about.id, "title": about.title, "minutes": about.minutes, "anchor": about.anchor}


def row(section: SectionProgress) -> dict[str, Any]:
    """A section as the view lists it."""
    return {
        "id": section.section.id,
        "title": section.section.title,
        "anchor": section.section.anchor,
        "minutes": section.section.minutes,
        "spent": round(section.minutes),
        "analyst": section.section.track == "analyst",
        "done": section.done,
        "items": len(section.section.items),
        "done_items": section.done_items,
    }


def line(section: SectionProgress) -> str:
    """A section on one line of text."""
    box = "[x]" if section.done else "[ ]"
    track = f", {_('for analysts')}" if section.section.track == "analyst" else ""
    return f"{box} {section.section.title} ({_('{minutes} min', minutes=f'{section.section.minutes:g}')}{track})"


def more(progress: Progress) -> str:
    """What the sections are that nobody but analysts is led through; "" where there are none."""
    theirs = progress.for_analysts
    if not theirs or not progress.core:
        return ""
    planned = sum(s.section.minutes for s in theirs)
    return _(
        "For analysts there is more, about {minutes} minutes: it leads up to the graded analysis, and “Next” leads "
        "past it.",
        minutes=f"{planned:g}",
    )


def standing(progress: Progress) -> str:
    """One sentence on a lesson."""
    total = len(progress.core)
    if not total:
        return _("The sections of this lesson cannot be listed here; everything else works.")
    done = sum(s.done for s in progress.core)
    if progress.done:
        return _("All {total} sections are done.", total=total)
    if not progress.started:
        planned = sum(s.section.minutes for s in progress.core)
        return _("{total} sections, about {minutes} minutes.", total=total, minutes=f"{planned:g}")
    at = progress.next
    return _("{done} of {total} sections done. Go on with “{title}”.",
             done=done, total=total, title=at.section.title if at else "")  # fmt: skip
