"""What the extension says, in the running language."""

from __future__ import annotations

from servicelab.i18n import _


def words() -> dict[str, str]:
    """The extension's strings by the key its JavaScript asks for; names in braces are filled in there."""
    return {
        "bar": _("Your way through this page"),
        "skip": _("Skip to the content"),
        "overview": _("Overview"),
        "section_of": _("Section {number} of {total}", number="{number}", total="{total}"),
        "minutes": _("{minutes} min", minutes="{minutes}"),
        "analyst": _("for analysts"),
        "done": _("done"),
        "back": _("‹ Back"),
        "next": _("Next ›"),
        "start_page": _("The start page"),
        "go_back": _("Back to “{title}”", title="{title}"),
        "term": _("What “{term}” means", term="{term}"),
        "to_glossary": _("In the list of terms"),
        "close": _("Close"),
        "shown": _("Show"),
        "whole": _("The whole page at once"),
        "code": _("The code"),
        "everything": _("All of JupyterLab, for the helpdesk"),
        "course_view": _("Back to the course view"),
        "starting": _("Preparing this page…"),
        "preparing": _("Preparing… {done} of {all}", done="{done}", all="{all}"),
        "preparing_label": _("How far the page is prepared"),
        "ask": _(
            "The code on this page is not what was delivered. Start it if you changed it yourself, or know who did."
        ),
        "ask_own": _("Your work from last time is here. Start it to work on."),
        "start": _("Start this page"),
        "stopped": _("Python has stopped. Your answers are saved."),
        "stopped_pending": _("Python has stopped. Your last entry is kept here and goes in after the start."),
        "cell_running": _("Running…"),
        "check_passed": _("The form is right."),
        "runs": _("{task} is running… {seconds} s", task="{task}", seconds="{seconds}"),
        "runs_long": _("{task} has been running for {seconds} s.", task="{task}", seconds="{seconds}"),
        "stop_cell": _("Stop this cell"),
        "stopping": _("{task} was told to stop…", task="{task}"),
        "deaf": _(
            "{task} does not let itself be stopped: an `except:` in it catches that too. Start Python again: your "
            "answers are saved, and {task} waits until you have changed it.",
            task="{task}",
        ),
        "cell_stopped": _("{task} was stopped. Change it, then run it again.", task="{task}"),
        "held": _(
            "{task} did not come to an end last time: it was not run again, nor was what comes after it. Change it, "
            "then run it.",
            task="{task}",
        ),
        "working": _("Still working…"),
        "stuck": _("No answer for 15 seconds: Python is stuck. Your answers are saved."),
        "stuck_pending": _(
            "No answer for 15 seconds: Python is stuck. Your last entry is kept here and goes in after the start."
        ),
        "again": _("Start again"),
        "parted": _("This page was open in two windows, and what you wrote in them differs. Which one stays?"),
        "keep_this": _("Go on with this one"),
        "take_other": _("Take the other one"),
        "ran_well": _("The page ran from the top to the end without an error."),
        "ran_untouched": _("Tasks left out because they are untouched: {untouched}.", untouched="{untouched}"),
        "ran_badly": _("An error came up in: {sections}.", sections="{sections}"),
        "show": _("Show it"),
        "lost": _("The connection to ServiceLab is gone. Is its window still open? If not, start ServiceLab again."),
    }
