"""Which score foretells the work: how closely each went with what those who stayed then settled an hour."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING, Any

from servicelab.i18n import _
from servicelab.widgets.explore.people.hiring.model import SCORES, WORK, HiringModel, correlation
from servicelab.widgets.house.chart import axis, chart, dots, interval_key, intervals, names, notes, picture, table

if TYPE_CHECKING:
    import pandas as pd


def called() -> dict[str, str]:
    """The four scores by name."""
    return {
        "gut_score": _("impression after a free talk"),
        "cv_score": _("CV"),
        "work_sample": _("work sample"),
        "structured_score": _("structured interview"),
    }


def by_strength(applicants: pd.DataFrame) -> dict[str, tuple[float, float, float]]:
    """The correlation of each score with the work, with its 95 % interval; the weakest first."""
    stayed = HiringModel(applicants).stayed
    found = {score: correlation(stayed[score], stayed[WORK]) for score in SCORES}
    return dict(sorted(found.items(), key=lambda each: each[1][0]))


def foretold(applicants: pd.DataFrame) -> dict[str, Any]:
    """How closely each score went with the work."""
    found, said = by_strength(applicants), called()
    weakest, strongest = next(iter(found)), next(reversed(found))
    # A score may go against the work.
    least = min(0.0, floor(10 * min(low for _r, low, _high in found.values())) / 10)
    # The strongest stands on top.
    rows = [{"x": r, "y": at, "xlo": low, "xhi": high} for at, (r, low, high) in enumerate(found.values())]
    # Beside a dot a number would be struck through by its own line.
    numbers = [{"x": row["xhi"], "y": row["y"], "text": f"{row['x']:.2f}"} for row in rows]
    return picture(
        _("Which score went with the work"),
        [
            chart(
                axis(_("how closely it went with what was settled an hour (0: not at all, 1: entirely)"), least, 1),
                names([said[score] for score in found], band=40),
                [intervals(rows, color=7), dots(rows, color=1, r=5), notes(numbers, dx=7, dy=4)],
                legend=[interval_key()],
            )
        ],
        _(
            "Closest went the {strongest} with {most:.2f}, least the {weakest} with {least:.2f}; each may be off by "
            "about {off:.1f}.",
            strongest=said[strongest], most=found[strongest][0], weakest=said[weakest], least=found[weakest][0],
            off=(found[weakest][2] - found[weakest][1]) / 2,
        ),
        table(
            _("Those of the {count} hired who were there after six months (simulated)", count=len(applicants)),
            [_("score"), _("went with the work"), _("95 % interval")],
            [
                [said[score], f"{r:.2f}", _("{low} to {high}", low=f"{low:.2f}", high=f"{high:.2f}")]
                for score, (r, low, high) in reversed(found.items())
            ],
        ),
    )  # fmt: skip
