"""What the steps of a process are called, wherever one is named."""

from __future__ import annotations

from servicelab.i18n import _


def activity_name(activity: str) -> str:
    """Return what a step of the log is called; one that the course does not know stays as it is."""
    return {
        "register": _("registered"),
        "receive": _("goods received"),
        "inspect": _("inspected"),
        "ask_customer": _("customer asked for papers"),
        "inspect_again": _("looked at again"),
        "approve": _("approved"),
        "reject": _("rejected"),
        "repair": _("repaired"),
        "refund": _("refunded"),
    }.get(activity, activity)
