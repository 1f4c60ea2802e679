"""What Sort the voices says: names of the answers, and why one fits or does not.

The explanations here follow from the definitions (what would have to be true for this person to say "that's settled"?),
so every misplacement has one, on whatever statements a company brings. Where somebody has written what decides it for
the very statement, that is said in their place.
"""

from __future__ import annotations

from servicelab.i18n import _


def question_name(question: str) -> str:
    """Return what a question is called."""
    return {
        "kind": _("What is needed"),
        "spoken": _("Said or not"),
        "importance": _("Importance"),
        "time": _("Time"),
        "level": _("Level"),
    }[question]


def option_name(question: str, option: str) -> str:
    """Return what an answer is called; an unknown one stays as it is."""
    return {
        ("kind", "functional"): _("functional"),
        ("kind", "emotional"): _("emotional"),
        ("kind", "normative"): _("normative"),
        ("kind", "implicit"): _("implicit"),
        ("spoken", "spoken"): _("spoken"),
        ("spoken", "implicit"): _("implicit"),
        ("importance", "core"): _("core"),
        ("importance", "non_core"): _("non-core"),
        ("time", "immediate"): _("immediate"),
        ("time", "long_term"): _("long-term"),
        ("level", "basic"): _("basic"),
        ("level", "extended"): _("extended"),
    }.get((question, option), option)


def hint(question: str, option: str) -> str:
    """Return the few words that stand under an answer."""
    return {
        ("kind", "functional"): _("settled when something is done"),
        ("kind", "emotional"): _("settled when somebody is treated well"),
        ("kind", "normative"): _("settled when a rule or promise is kept"),
        ("spoken", "spoken"): _("the words ask for it or name it"),
        ("spoken", "implicit"): _("to be read between the lines"),
        ("importance", "core"): _("the purchase hangs on it"),
        ("importance", "non_core"): _("it does not"),
        ("time", "immediate"): _("now, within days"),
        ("time", "long_term"): _("it lasts or returns"),
        ("level", "basic"): _("life does not go on without it"),
        ("level", "extended"): _("it comes on top"),
    }[(question, option)]


def because(question: str, option: str) -> str:
    """Return why an answer that fits does fit."""
    return {
        ("kind", "functional"): _("The matter is settled when something is done: delivered, mended, answered."),
        ("kind", "emotional"): _("The matter is settled when somebody has been heard and treated well."),
        ("kind", "normative"): _("The matter is settled when a rule, a right or a promise is kept."),
        ("spoken", "spoken"): _("The words themselves ask for it or name it."),
        ("spoken", "implicit"): _(
            "The words neither ask for it nor name it; you infer it, so check it with a question."
        ),
        ("importance", "core"): _("The purchase, or staying a customer, hangs on it."),
        ("importance", "non_core"): _("Nobody would buy elsewhere over this alone."),
        ("time", "immediate"): _("It must be met now or within days; later is too late."),
        ("time", "long_term"): _("It lasts, or it comes back with every purchase."),
        ("level", "basic"): _("It is the least that a customer counts on."),
        ("level", "extended"): _("Life goes on without it; it comes on top."),
    }[(question, option)]


def why_not(mine: str, agreed: str) -> str:
    """Return why ``mine`` does not fit a statement on which the experts said ``agreed``."""
    return {
        ("functional", "emotional"): _(
            "Suppose the thing were done and nothing else: would it be settled? Not for this person, who wants to be "
            "heard, recognised or cared for."
        ),
        ("functional", "normative"): _(
            "Something may have to be done, but this person appeals to a rule, a right or a promise. Help that passes "
            "over it leaves the matter open."
        ),
        ("emotional", "functional"): _(
            "Listen past the tone: kind words alone would settle nothing. Something has to be delivered, mended or "
            "answered. An angry voice is not an emotional need."
        ),
        ("emotional", "normative"): _(
            "There may be feeling in it, but what is claimed is a right or a promise. Sympathy alone would sound like "
            "an evasion."
        ),
        ("normative", "functional"): _(
            "No rule, right or promise is appealed to. Quoting the terms would settle nothing; doing the thing would."
        ),
        ("normative", "emotional"): _(
            "No rule is at stake. Quoting the terms to this person would be correct and cold."
        ),
        ("spoken", "implicit"): _(
            "Read the words again: what is needed is neither asked for nor named. It has to be inferred."
        ),
        ("implicit", "spoken"): _("There is nothing to read between the lines: the words ask for it or name it."),
        ("core", "non_core"): _("Pleasant, perhaps, but nobody would buy elsewhere over this alone."),
        ("non_core", "core"): _("If this fails, the purchase fails with it, or the customer goes elsewhere."),
        ("immediate", "long_term"): _("This is not over in a few days: it lasts, or comes back with every purchase."),
        ("long_term", "immediate"): _("This cannot wait: after a few days an answer is worth nothing."),
        ("basic", "extended"): _("Life goes on without this; it comes on top of what every customer counts on."),
        ("extended", "basic"): _("This does not come on top: it is the least that a customer counts on."),
    }.get((mine, agreed), "")
