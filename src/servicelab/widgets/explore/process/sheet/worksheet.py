"""The words of the work sheet "inspect a returned mattress": fields, lines, why each fits or not, four mattresses."""

from __future__ import annotations

from collections.abc import Mapping

from servicelab.i18n import _

LINES = ("good", "loose", "strict")
"""What may stand in a field instead of the bad line; the page shows them in another order in each field."""

FIELDS = ("start", "nodes", "end", "cautions", "role", "authority", "record", "system")
"""The fields of a standard (as the source names them, with what a desk needs besides)."""

CASES: Mapping[str, tuple[str, str]] = {
    "opened": ("nodes", "cautions"),
    "papers": ("start", "record"),
    "dear": ("role", "authority"),
    "waiting": ("end", "system"),
}
"""Four mattresses, and the two fields that each of them hangs on."""


def field_name(field: str) -> str:
    """Return what a field of the sheet is called."""
    return {
        "start": _("Start"),
        "nodes": _("Key nodes"),
        "end": _("End"),
        "cautions": _("Cautions"),
        "role": _("Role"),
        "authority": _("Authority"),
        "record": _("Recorded"),
        "system": _("What the system does"),
    }[field]


def line(field: str, key: str) -> str:
    """Return a line of a field: as it stands on the bad sheet, or one that may be put in its place."""
    return {
        ("start", "as-is"): _("When a mattress comes in and there is time."),
        ("start", "good"): _(
            "When the scan “goods received” is made; with a receipt or an order found by phone number."
        ),
        ("start", "loose"): _("As soon as possible after the customer has sent the mattress back."),
        ("start", "strict"): _("When the customer has sent receipt, photos and reason; before that it is not touched."),
        ("nodes", "as-is"): _("Check the mattress thoroughly."),
        ("nodes", "good"): _("1 label and order agree · 2 cover off? · 3 stains, smell, tears: one photo each."),
        ("nodes", "loose"): _("1 look · 2 feel · 3 judge whether it can be sold as new."),
        ("nodes", "strict"): _("Forty points by the maker's list, each with a photo and a signature."),
        ("end", "as-is"): _("When everything is clear."),
        ("end", "good"): _("A decision is entered: refund, refund in part, or back to the customer, with its reason."),
        ("end", "loose"): _("The mattress stands in the zone for its kind, and the next step knows of it."),
        ("end", "strict"): _("The customer has confirmed the decision in writing."),
        ("cautions", "as-is"): _("Be careful, customers can be difficult."),
        ("cautions", "good"): _("Cover opened is no reason to refuse unless that was confirmed when it was bought."),
        ("cautions", "loose"): _("If in doubt about an opened cover, decide in favour of whoever seems honest."),
        ("cautions", "strict"): _("An opened cover is always refused: hygiene."),
        ("role", "as-is"): _("The returns team."),
        ("role", "good"): _("The inspector on shift; the deputy is the one on the plan for the next shift."),
        ("role", "loose"): _("Whoever is free; the others help where it is needed."),
        ("role", "strict"): _("The head of the warehouse, in person."),
        ("authority", "as-is"): _("Large amounts: ask the boss."),
        ("authority", "good"): _("Up to ¥200 alone; above, the approver, in the same hour, with the photos."),
        ("authority", "loose"): _("Up to what seems reasonable; above, talk to a colleague first."),
        ("authority", "strict"): _("No amount without the approver."),
        ("record", "as-is"): _("Note anything unusual."),
        ("record", "good"): _("Time, label number, three photos, decision, reason from the list of six."),
        ("record", "loose"): _("A sentence in your own words, so that a colleague understands it."),
        ("record", "strict"): _("The whole conversation and every photo, copied into three systems."),
        ("system", "as-is"): _("See the intranet."),
        ("system", "good"): _(
            "Opens the sheet at the scan; tells the customer the decision; reminds after one working day."
        ),
        ("system", "loose"): _("Is filled in at the end of the week from the paper list."),
        ("system", "strict"): _("Refuses every return that lacks a photo, without a person."),
    }[field, key]


def because(field: str, key: str) -> str:
    """Return why a line fits the field, or what it lets happen."""
    return {
        ("start", "good"): _(
            "One event that leaves a stamp. Two people begin at the same moment, and the clock of the law "
            "begins with it."
        ),
        ("start", "loose"): _("“As soon as possible” is a wish. When is it late? Nobody can say, so nothing is."),
        ("start", "strict"): _(
            "Now the customer's papers stop a parcel that lies in the hall. Of 100 cases 13 lacked "
            "something."
        ),
        ("nodes", "good"): _(
            "Three looks, each ends in something to be seen. The next person can check them without the "
            "mattress."
        ),
        ("nodes", "loose"): _(
            "Three words for one's own judgement. Two good inspectors will differ, and neither is wrong."
        ),
        ("nodes", "strict"): _(
            "Forty points take an hour where fourteen minutes do. On a full day they will be ticked "
            "unseen."
        ),
        ("end", "good"): _(
            "One of three decisions, and a reason: now the step is over, and whoever comes next can "
            "begin."
        ),
        ("end", "loose"): _("The mattress is put away; what the customer will get is still open."),
        ("end", "strict"): _(
            "The end now lies with the customer. A refund that is owed would wait for a signature."
        ),
        ("cautions", "good"): _(
            "The one place where people go wrong, with the rule and its condition. That is what a caution "
            "is for."
        ),
        ("cautions", "loose"): _(
            "“Seems honest” is decided by accent and mood. The rule is about what was confirmed at the "
            "purchase."
        ),
        ("cautions", "strict"): _(
            "Simple, and not the law: an exception holds only if the customer confirmed it when buying."
        ),
        ("role", "good"): _("One person at a time, with a name on the plan and somebody behind them."),
        ("role", "loose"): _("Friendly, and on a full day everybody thinks that somebody else has it."),
        ("role", "strict"): _(
            "Safe on paper. Twelve returns a working day wait for one person who also runs a warehouse."
        ),
        ("authority", "good"): _(
            "An amount, and who comes next by when. Nobody has to guess, and nothing lies overnight."
        ),
        ("authority", "loose"): _("Reasonable for whom? The careful ask always, the bold never."),
        ("authority", "strict"): _("The line before the approver is where your firm's returns stand already."),
        ("record", "good"): _("Five entries that somebody else needs later. From a list they can be counted."),
        ("record", "loose"): _(
            "Pleasant to read and impossible to count. Why do mattresses come back? Nobody can add up "
            "sentences."
        ),
        ("record", "strict"): _("Three copies of everything: three that will differ. Record once what is used."),
        ("system", "good"): _(
            "It starts the step, ends the silence and keeps the time: three things that people forget."
        ),
        ("system", "loose"): _("A week later it is an archive. It helps nobody whose return is waiting."),
        ("system", "strict"): _("A rule without a person. One torn label, and a return that is owed is refused."),
    }[field, key]  # fmt: skip


def case_name(case: str) -> str:
    """Return which mattress it is."""
    return {
        "opened": _("Cover opened, ¥899, bought online four days ago"),
        "papers": _("No receipt, ¥159, the customer knows her phone number only"),
        "dear": _("Torn at the seam, ¥3,200, Friday at half past five"),
        "waiting": _("Fine as new, ¥420, and the customer has asked twice"),
    }[case]


def case_outcome(case: str, missing: str) -> str:
    """Return what two inspectors do with it: the same when no field is `missing`, else what that field lets happen."""
    same = {
        "opened": _("Both see that nothing was confirmed at the purchase: both accept it."),
        "papers": _("Both find the order by her number at the scan, and record the same five things."),
        "dear": _("Both send it to the approver with the photos, and it is decided before six."),
        "waiting": _("Both enter “refund”; the customer is told the same minute and does not ask a third time."),
    }
    apart = {
        ("opened", "nodes"): _("One took the cover for a fault, the other did not look there."),
        ("opened", "cautions"): _("One refuses it, the other accepts it. The customer's neighbour got her money."),
        ("papers", "start"): _("One begins, the other puts it aside until somebody rings."),
        ("papers", "record"): _("Both accept it; in March nobody can say how many came without a receipt."),
        ("dear", "role"): _("One thinks the other has it. It lies there over the weekend."),
        ("dear", "authority"): _("One refunds ¥3,200 alone, the other leaves a note on the approver's desk."),
        ("waiting", "end"): _(
            "One has put it away, the other has entered a decision. The customer of the first still waits."
        ),
        ("waiting", "system"): _("Decided in both cases; the customer hears nothing and rings for the third time."),
    }
    return apart[case, missing] if missing else same[case]
