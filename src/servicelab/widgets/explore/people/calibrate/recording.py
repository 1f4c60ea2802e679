"""One recorded call and how three experts scored it in advance, with their reasons (made up, illustrative)."""

from __future__ import annotations

from collections.abc import Mapping

from servicelab.i18n import _

CRITERIA = ("greeting", "identity", "acknowledge", "probing", "correct", "promise", "closing", "record")
EXPERTS = ("chen", "he", "fang")
SCORES: Mapping[str, tuple[int, int, int]] = {
    "greeting": (2, 2, 2),
    "identity": (0, 0, 0),
    "acknowledge": (1, 1, 2),
    "probing": (2, 2, 2),
    "correct": (2, 2, 2),
    "promise": (1, 0, 1),
    "closing": (2, 1, 0),
    "record": (2, 2, 2),
}
"""By criterion, what each expert gave: 0 missing, 1 in part, 2 there."""
APART = tuple(name for name, given in SCORES.items() if len(set(given)) > 1)
"""The criteria on which the three did not agree."""


def transcript() -> list[tuple[str, str]]:
    """Who speaks, and what is said."""
    agent, caller = _("Agent"), _("Caller")
    return [
        (_("Note"), _("Recording notice played. The number on the display is not the one on the order.")),
        (agent, _("Skylark Home, good morning, my name is Tian Yu. What can I do for you?")),
        (caller, _("My wardrobe, SL-40117. One of the doors has a crack, long as my hand. I'm really disappointed.")),
        (agent, _("Oh dear. Is the crack on the outside, or on the edge where the hinge sits?")),
        (caller, _("On the outside. Right where one looks.")),
        (agent, _("And was it there when it was unpacked, or did it come later?")),
        (caller, _("When we unpacked it, last Saturday. My husband has a photo.")),
        (agent, _("Then you get a new door, free of charge. You live at Hongqi Road 40, don't you? Third floor.")),
        (caller, _("Yes. When will it come?")),
        (agent, _("I'm ordering it now. You'll hear from the warehouse some time next week, I should think.")),
        (caller, _("All right.")),
        (agent, _("Is there anything else? No? Then I wish you a nice day.")),
        (_("Record"), _("Crack on the outside of the left door since unpacking on the 14th, photo there. New door "
                        "ordered, no charge; warehouse rings her next week.")),
    ]  # fmt: skip


def criterion(name: str) -> str:
    """Return what is scored."""
    return {
        "greeting": _("greeting: firm, name, offer to help"),
        "identity": _("identity before data"),
        "acknowledge": _("acknowledges what the caller feels"),
        "probing": _("asks what is needed to decide"),
        "correct": _("what is said is right"),
        "promise": _("a promise that can be kept, and by when"),
        "closing": _("closing: would that settle it?"),
        "record": _("record: the next one need not ask again"),
    }[name]


def because(name: str) -> str:
    """Return why the experts scored as they did; where they differ, what each of them looked at."""
    return {
        "greeting": _("Firm, name, question: all three are there."),
        "identity": _(
            "The display showed another number, and the agent read out the address. Nothing had been checked: "
            "0, however kind the call."
        ),
        "acknowledge": _(
            "Chen Jing and He Bin: “Oh dear” is a sound; nothing takes up “really disappointed”. Fang Min: tone "
            "counts, "
            "and it was warm."
        ),
        "probing": _("Where, and since when: the two questions that decide who pays."),
        "correct": _("Damaged on arrival: a new part, carriage ours. So it stands in the rules."),
        "promise": _(
            "Chen Jing and Fang Min: “next week” is something. He Bin: “some time” and “I should think” are no "
            "promise, "
            "and it is the warehouse's to keep."
        ),
        "closing": _(
            "Chen Jing: asked whether there was anything else. He Bin: but not whether this settles it. Fang "
            "Min: “No?” "
            "was answered by the agent himself."
        ),
        "record": _("What, where, since when, what was ordered, what comes next. Only the hour is missing."),
    }[name]


def rule(name: str) -> str:
    """Return the sentence that the three wrote down afterwards, so that all score alike next time."""
    return {
        "acknowledge": _("2: names what the caller said of it. 1: a friendly sound. 0: neither."),
        "promise": _("2: who, what, by which day. 1: a span of a week or less. 0: vague, or somebody else's to keep."),
        "closing": _("2: asks whether that settles it, and waits. 1: asks anything and waits. 0: does not wait."),
    }[name]


def expert(name: str) -> str:
    """Return what an expert is called."""
    return {"chen": _("Chen Jing"), "he": _("He Bin"), "fang": _("Fang Min")}[name]
