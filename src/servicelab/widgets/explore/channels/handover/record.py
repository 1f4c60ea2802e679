"""The words of the hand-over: what the record holds, the next one's six questions, and what follows from a note."""

from __future__ import annotations

from collections.abc import Mapping

from servicelab.i18n import _

QUESTIONS: Mapping[str, str] = {
    "who": "who",
    "need": "need",
    "tried": "tried",
    "promised": "promised",
    "meet": "meet",
    "next": "next",
}
"""The six questions of whoever comes next, and the line of the record that answers each."""

EMPTY = ("lady", "various", "fine", "soon")
"""Lines that seem to answer a question and leave it open."""
HARMS = ("label", "guess", "private", "clock")
"""Lines that do harm: a label, a guess, what is nobody's business, and every minute of the chat."""
ORDER = (
    "clock", "need", "label", "who", "various", "next", "private", "promised", "lady", "tried", "fine", "meet", "guess",
    "soon",
)  # fmt: skip
"""In which order the record shows them: as they were written down, not as they are needed."""


def line(key: str) -> str:
    """Return a line of the record."""
    return {
        "who": _("Tang Li, order SL-60417, a bookcase; confirmed in the app."),
        "need": _("Needs it standing by Saturday; the day cannot be moved."),
        "tried": _("Shelves sent again on the 2nd: holes 4 mm off like the first; photos in the record."),
        "promised": _("I promised her a new bookcase or her money, her choice; carriage is ours."),
        "meet": _("Has told it three times: please do not ask for photos again."),
        "next": _("Tuesday at six: lay out the set from stock, fit one shelf with her."),
        "lady": _("The lady with the bookcase from this morning."),
        "various": _("Various things have been tried, without success."),
        "fine": _("I told her that we would find a good solution."),
        "soon": _("Please see to it as soon as possible, it is urgent."),
        "label": _("Careful, difficult customer, always writes in capitals."),
        "guess": _("She probably bored the holes herself, they often do."),
        "private": _("Her card ends in 4471; she is getting divorced."),
        "clock": _(
            "9:12 a shelf missing; 9:20 found, does not fit; 9:31 photo; 9:40 second photo; 9:44 asked again; "
            "9:58 sent to "
            "line 2; 10:15 no answer; 16:20 back in chat."
        ),
    }[key]


def question(key: str) -> str:
    """Return a question of whoever comes next."""
    return {
        "who": _("Who is it, and has that been checked?"),
        "need": _("What does she need, by when?"),
        "tried": _("What has been tried?"),
        "promised": _("What was promised, and by whom?"),
        "meet": _("What should I know before I open my mouth?"),
        "next": _("What happens next, when, and who does it?"),
    }[key]


def known(key: str) -> str:
    """Return what Xiao Lu does when a question is answered."""
    return {
        "who": _("“Ms Tang? I have your order here.” No number is asked for."),
        "need": _("“By Saturday, then.” Xiao Lu has looked up Friday's delivery beforehand."),
        "tried": _("Nobody sends the same shelves a third time: the set comes from another batch."),
        "promised": _("“New one or money back, as you were told.” It is the same answer as yesterday's."),
        "meet": _("The photos are on the screen when she comes in. She puts her telephone away again."),
        "next": _("At six the set lies on the floor, and the first shelf fits."),
    }[key]


def asked_again(key: str) -> str:
    """Return what happens when a question is left open."""
    return {
        "who": _("“Good evening, what is your order number?” She looks for it for four minutes."),
        "need": _("Xiao Lu offers the delivery of next Wednesday. “By then my mother is there.”"),
        "tried": _("“Shall we send you new shelves first?” That is what did not work."),
        "promised": _("“Money back? For that I'd have to ask.” Yesterday it was hers to choose."),
        "meet": _("“Do you have a photo of the damage?” It is the fourth time that she is asked."),
        "next": _("Nothing is laid out. Xiao Lu goes to the stock-room, and comes back at twenty past."),
    }[key]


def harm(key: str) -> str:
    """Return what a line does that had better been left out."""
    return {
        "label": _("“Difficult”: Xiao Lu keeps the counter between them. Write what happened, not what she is like."),
        "guess": _("“Did you perhaps drill yourself?” A guess in a note is read as a finding."),
        "private": _("Nobody at the shop needs card or divorce for a bookcase: what is not needed is not passed on."),
        "clock": _("A line for every minute: true, and Xiao Lu has no minute to read it."),
        "lady": _("“From this morning”: tomorrow it was another morning. A name and an order find her."),
        "various": _("“Various things”: which of them need not be tried again?"),
        "fine": _("“A good solution”: she heard a promise, and Xiao Lu cannot tell which."),
        "soon": _("“As soon as possible”: no time, no person. It is read after whatever has one."),
    }[key]
