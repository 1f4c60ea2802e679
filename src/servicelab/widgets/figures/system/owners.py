"""Whose work makes customers get in touch: first contacts by the department that answers for their reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.company import label
from servicelab.i18n import _
from servicelab.widgets.frames import require
from servicelab.widgets.house.chart import axis, bars, beyond, chart, guess_key, guessed, names, picture, table

if TYPE_CHECKING:
    import pandas as pd

SERVICE = "service"


def shares(contacts: pd.DataFrame) -> pd.Series:
    """Department → its share (0 to 1) of all first contacts, the largest first.

    A matter counts once, however often it comes back; the department follows from the reason, as the firm defines it.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"kind": ["first", "first", "repeat", "first"], "owner": ["it", "it", "sales", "service"]})
    >>> shares(table).round(2).to_dict()
    {'it': 0.67, 'service': 0.33}
    """
    require(contacts, ["kind", "owner"], "figures.owners", "contacts")
    return contacts.loc[contacts["kind"] == "first", "owner"].astype(str).value_counts(normalize=True)


def owners(contacts: pd.DataFrame, guess: float | None = None) -> dict[str, Any]:
    """First contacts by department; `guess` is somebody's guess at the service department's share, in per cent."""
    share = 100 * shares(contacts)
    found = list(share.index)
    words = [label("contacts", "owner", owner) for owner in found]
    last = len(found) - 1
    rows: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    for at, owner in enumerate(found):
        x = float(share[owner])
        rows[owner == SERVICE].append({"x": x, "y": last - at, "label": f"{x:.0f}"})
    layers = [bars(rows[False], color=6), bars(rows[True], color=2)]
    legend: list[dict[str, Any]] = []
    if guess is not None and SERVICE in found:
        layers.append(guessed(guess, last - found.index(SERVICE)))
        legend.append(guess_key())
    top = max(float(share.max()), guess or 0.0)
    own = float(share.get(SERVICE, 0.0))
    return picture(
        _("Whose work makes customers get in touch"),
        [
            chart(
                axis(_("of 100 first contacts"), 0, min(100, beyond([top]))), names(words[::-1]), layers, legend=legend
            )
        ],
        _(
            "Of 100 first contacts {top} come from the work of {first} and {second_share} from {second}; "
            "the service department's own work gives rise to {own}.",
            top=f"{share.iloc[0]:.0f}",
            first=words[0],
            second=words[1] if len(words) > 1 else words[0],
            second_share=f"{share.iloc[min(1, last)]:.0f}",
            own=f"{own:.0f}",
        ),
        table(
            _("First contacts by department (simulated); the department follows from the reason"),
            [_("department"), _("of 100 first contacts")],
            [[word, f"{share[owner]:.1f}"] for owner, word in zip(found, words, strict=True)],
        ),
    )
