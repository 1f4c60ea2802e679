"""What a reply earns: ratings (1 to 5) by need, remedy and tone; a customer who gave none is left out."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

from servicelab.company import label
from servicelab.i18n import _
from servicelab.widgets.frames import require
from servicelab.widgets.house.chart import axis, bars, chart, guess_key, guessed, intervals, names, picture, table
from servicelab.widgets.intervals import Z95
from servicelab.widgets.quantities import between

if TYPE_CHECKING:
    import pandas as pd

NEEDS = ("functional", "emotional")
REMEDIES = ("none", "apology", "fix", "both")
#: Angry or not: colour, and where its bar stands in the remedy's band.
TONES = {False: (6, -0.2), True: (2, 0.2)}


def remedies(contacts: pd.DataFrame, guess: float | None = None) -> dict[str, Any]:
    """Mean CSAT by need (functional, emotional), remedy and tone."""
    require(contacts, ["need", "remedy", "angry", "csat"], "figures.remedies", "contacts")
    rated = contacts.dropna(subset=["csat"])
    groups = rated["csat"].astype(float).groupby([rated["need"], rated["remedy"], rated["angry"]], observed=True)
    mean, size, spread = groups.mean(), groups.size(), groups.std()
    words = [label("contacts", "remedy", remedy) for remedy in REMEDIES]
    tones = {False: _("calm"), True: _("angry")}
    charts = []
    rows: list[list[object]] = []
    for need in NEEDS:
        drawn: dict[bool, list[dict[str, Any]]] = {angry: [] for angry in TONES}
        for at, remedy in enumerate(REMEDIES):
            for angry in TONES:
                key = (need, remedy, angry)
                if key not in mean.index:
                    continue
                x, shown = float(mean[key]), f"{mean[key]:.1f}"
                half = Z95 * float(spread[key]) / sqrt(size[key]) if size[key] > 1 else 0.0
                low, high = max(1.0, x - half), min(5.0, x + half)
                place = {"x": x, "y": len(REMEDIES) - 1 - at}
                drawn[angry].append({**place, "label": shown, "clear": high, "xlo": low, "xhi": high})
                need_name, interval = label("contacts", "need", need), between(low, high)
                rows.append([need_name, words[at], tones[angry], shown, interval, int(size[key])])
        layers = []
        for angry, (color, shift) in TONES.items():
            layers.append(bars(drawn[angry], start=1, shift=shift, thick=0.36, color=color))
            layers.append(intervals(drawn[angry], color=7, shift=shift))
        legend: list[dict[str, Any]] = [
            {"shape": "square", "color": color, "text": tones[angry]} for angry, (color, _shift) in TONES.items()
        ]
        if guess is not None and need == "functional":
            layers.append(guessed(guess, len(REMEDIES) - 1 - REMEDIES.index("apology"), shift=TONES[True][1]))
            legend.append(guess_key())
        scale = axis(_("mean rating (CSAT, 1–5)"), 1, 5, ticks=[1, 2, 3, 4, 5])
        head = label("contacts", "need", need)
        charts.append(chart(scale, names(words[::-1], band=52), layers, legend=legend, head=head))
    say = {f"{need}_{remedy}": f"{mean.get((need, remedy, True), float('nan')):.1f}"
           for need in NEEDS for remedy in REMEDIES}  # fmt: skip
    return picture(
        _("What a reply earns"),
        charts,
        _(
            "Angry customers with a functional need give {functional_apology} after an apology only, "
            "{functional_fix} after a fix only, {functional_both} after both; with an emotional need "
            "{emotional_apology}, {emotional_fix} and {emotional_both}.",
            **say,
        ),
        table(
            _("Mean rating after the contact (simulated)"),
            [_("need"), _("reply"), _("tone"), _("mean rating"), _("95 % interval"), _("ratings given")],
            rows,
        ),
    )
