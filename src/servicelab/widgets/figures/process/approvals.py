"""What approvals stop, and what they cost: the pilot by lot for small claims, and all approvals by size of claim."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, sqrt
from typing import TYPE_CHECKING, Any

from servicelab.i18n import _, together
from servicelab.widgets.explore.process.changes import LIMIT
from servicelab.widgets.frames import require
from servicelab.widgets.house.chart import (
    axis,
    bars,
    chart,
    dots,
    guess_key,
    guessed,
    intervals,
    names,
    notes,
    picture,
    rule,
    table,
)
from servicelab.widgets.intervals import Z95
from servicelab.widgets.quantities import between, yuan

if TYPE_CHECKING:
    import pandas as pd

YUAN_A_MINUTE = 1.6
"""What a minute of an approver costs, as the firm reckons it."""
AXIS_ENDS = 25
"""Yuan a claim: where the axis of the sizes ends."""
BANDS = (0, LIMIT, 500, 1000, 2000)
PILOT_FROM = "2024-07-01"
COLUMNS = ("kind", "claim", "opened_at", "closed_at", "approval", "pilot", "rejected", "cost_of_delay")


@dataclass(frozen=True)
class Pilot:
    """Claims under ¥200, drawn by lot: yuan a claim, each with half its 95 % interval; mean days."""

    checked: int
    spared: int
    stopped: tuple[float, float]
    reminders: tuple[float, float]
    minutes: float
    days_checked: float
    days_spared: float

    @property
    def cost(self) -> float:
        """What an approval costs: reminders that it causes, and the approver's minutes."""
        return self.reminders[0] + self.minutes * YUAN_A_MINUTE


def pilot(cases: pd.DataFrame, log: pd.DataFrame) -> Pilot:
    """What the lot of July 2024 shows."""
    require(cases, COLUMNS, "figures.pilot", "cases")
    require(log, ("activity", "hands_on_minutes"), "figures.pilot", "log")
    drawn = cases[
        (cases["kind"].astype(str) == "return") & (cases["claim"] < LIMIT) & (cases["opened_at"] >= PILOT_FROM)
    ]
    checked, spared = drawn[~drawn["pilot"]], drawn[drawn["pilot"]]
    stopped = (checked["claim"] * checked["rejected"]).astype(float)
    off_stopped = Z95 * float(stopped.std()) / sqrt(len(stopped))
    days = (drawn["closed_at"] - drawn["opened_at"]).dt.total_seconds() / 86_400
    slow, fast = (group["cost_of_delay"].astype(float) for group in (checked, spared))
    apart = float(slow.mean()) - float(fast.mean())
    off = Z95 * hypot(*(float(each.std()) / sqrt(len(each)) for each in (slow, fast)))
    minutes = log.loc[log["activity"].astype(str).isin(["approve", "reject"]), "hands_on_minutes"].mean()
    return Pilot(
        checked=len(checked),
        spared=len(spared),
        stopped=(float(stopped.mean()), off_stopped),
        reminders=(apart, off),
        minutes=float(minutes),
        days_checked=float(days[~drawn["pilot"]].mean()),
        days_spared=float(days[drawn["pilot"]].mean()),
    )


def lot(cases: pd.DataFrame, log: pd.DataFrame, guess: float | None = None) -> dict[str, Any]:
    """Yuan stopped and spent for each small claim that is approved, beside somebody's ``guess`` at what is stopped."""
    found = pilot(cases, log)
    words = [_("stopped: false claims"), _("spent: answering reminders"), _("spent: the approver's minutes")]
    values = [found.stopped, found.reminders, (found.minutes * YUAN_A_MINUTE, 0.0)]
    rows = [
        {"x": value, "y": 2 - at, "label": yuan(value), "xlo": max(0.0, value - off), "xhi": value + off,
         "clear": value + off, "color": 3 if at == 0 else 2}
        for at, (value, off) in enumerate(values)
    ]  # fmt: skip
    layers = [bars(rows), intervals([{**row, "color": 7} for row in rows[:2]])]
    longest = max(12.0, guess or 0.0, *(value + off for value, off in values))
    legend = []
    if guess is not None:
        layers.append(guessed(guess, 2))
        legend.append(guess_key())
    return picture(
        _("What an approval under ¥{limit:,} brings, and what it takes", limit=LIMIT),
        [
            chart(axis(_("yuan for each claim that is approved"), 0, longest), names(words[::-1], band=44), layers,
                  legend=legend)
        ],
        _(
            "By lot, {checked} claims with and {spared} without approval: it stops ¥{stopped:.1f} a claim and takes "
            "¥{cost:.1f}. With it a claim takes {slow:.1f} days, without it {fast:.1f}.",
            checked=found.checked,
            spared=found.spared,
            stopped=found.stopped[0],
            cost=found.cost,
            slow=found.days_checked,
            fast=found.days_spared,
        ),
        table(
            _("The pilot by lot, claims under ¥{limit:,} from July 2024 (simulated)", limit=LIMIT),
            [_("for each claim"), _("yuan"), _("95 % interval, ±")],
            [
                [word, f"{value:.2f}", f"{off:.2f}" if off else None]
                for word, (value, off) in zip(words, values, strict=True)
            ],
        ),
    )  # fmt: skip


def by_size(cases: pd.DataFrame) -> pd.DataFrame:
    """Yuan stopped for each approved claim: `mean`, `off` (half the 95 % interval), `count`, `rejections`, by band."""
    import pandas as pd

    approved = cases[cases["approval"]]
    band = pd.cut(approved["claim"], [*BANDS, float("inf")], right=False, labels=list(BANDS))
    groups = (approved["claim"] * approved["rejected"]).groupby(band, observed=True)
    return pd.DataFrame(
        {
            "mean": groups.mean(),
            "off": Z95 * groups.sem(),
            "count": groups.size(),
            "rejections": approved["rejected"].groupby(band, observed=True).sum(),
        }
    )


def sizes(cases: pd.DataFrame, log: pd.DataFrame, guess: float | None = None) -> dict[str, Any]:  # noqa: ARG001
    """Yuan stopped for each approved claim, by size of the claim, against what an approval costs."""
    cost = pilot(cases, log).cost
    require(cases[cases["approval"]], (), "figures.approvals_by_size", "cases (approval)")
    found = by_size(cases)
    bands = list(found.index)
    said = [band_name(int(band)) for band in bands]
    last = len(bands) - 1
    # One claim alone has no interval.
    each = list(zip(found["mean"].tolist(), found["off"].fillna(0.0).tolist(), strict=True))
    # One row would make the axis so long that the others stand in a corner: it is cut, and its figures are written out.
    rows = [
        {"x": mean, "y": last - at, "title": said[at], "xlo": max(0.0, mean - off), "xhi": min(mean + off, AXIS_ENDS)}
        for at, (mean, off) in enumerate(each)
    ]
    # A number stands above its dot, on that side of the line where the dot is: on a phone the line would strike it out.
    inside = [{"x": row["x"], "y": row["y"], "text": yuan(row["x"])} for row in rows if row["x"] <= AXIS_ENDS]
    before = [row for row in inside if cost / 2 < float(row["x"]) < cost]
    after = [row for row in inside if row not in before]
    cut = [
        {"x": AXIS_ENDS, "y": row["y"],
         "text": _("¥{number} ({low}–{high})", number=f"{mean:,.0f}", low=f"{max(0.0, mean - off):,.0f}",
                   high=f"{mean + off:,.0f}")}
        for row, (mean, off) in zip(rows, each, strict=True)
        if mean > AXIS_ENDS
    ]  # fmt: skip
    return picture(
        _("What an approval stops, by size of the claim"),
        [
            chart(
                axis(_("yuan stopped for each claim that is approved"), 0, AXIS_ENDS),
                names(said[::-1], band=40),
                [intervals(rows, color=7, width=2), dots(rows, color=3, r=6), rule(x=cost),
                 notes(after, dx=2, dy=-9), notes(before, dy=-9, anchor="end"), notes(cut, dx=8, dy=-9, anchor="end")],
                legend=[{"shape": "circle", "color": 3, "text": _("stopped, with its 95 % interval")},
                        {"rule": True, "text": _("what an approval costs: ¥{cost:.1f}", cost=cost)}],
            )
        ],
        together(
            _("Stopped for each claim: {bands}.", bands=_(", ").join(_each_band(said, found["mean"].tolist()))),
            _("An approval costs ¥{cost:.1f}.", cost=cost),
            _("(Under ¥{limit:,} every approval counts here, not only the pilot's.)", limit=LIMIT)
            if BANDS[0] in bands
            else "",
        ),
        table(
            _("False claims stopped by approvals, 2023 to 2025 (simulated)"),
            [_("claim"), _("approvals"), _("rejected"), _("yuan stopped a claim"), _("95 % interval")],
            [
                [name, int(n), int(rejected), f"{mean:.1f}",
                 between(max(0.0, mean - off), mean + off) if n > 1 else None]
                for name, n, rejected, (mean, off) in zip(
                    said, found["count"], found["rejections"], each, strict=True
                )
            ],
        ),
    )  # fmt: skip


def _each_band(said: list[str], means: list[float]) -> list[str]:
    """Each band with what is stopped in it; what runs beyond the axis without its tenths."""
    return [
        _("{band} ¥{yuan}", band=band, yuan=f"{mean:,.0f}" if mean > AXIS_ENDS else f"{mean:.1f}")
        for band, mean in zip(said, means, strict=True)
    ]


def band_name(low: int) -> str:
    """Return what a band of claims is called, by where it begins."""
    at = BANDS.index(low)
    if at == 0:
        return _("under ¥{high:,}", high=LIMIT)
    if at == len(BANDS) - 1:
        return _("¥{low:,} and more", low=low)
    return _("¥{low:,} to {high:,}", low=low, high=BANDS[at + 1])
