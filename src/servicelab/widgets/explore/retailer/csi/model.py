"""What an index of the same answers says when its weights change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from servicelab.i18n import _, together
from servicelab.widgets.frames import require
from servicelab.widgets.house.chart import axis, bars, chart, intervals, names, table
from servicelab.widgets.house.values import number

if TYPE_CHECKING:
    import pandas as pd

ANSWERS = (1, 2, 3, 4, 5)
LOWEST, HIGHEST, STEP = -100, 100, 5
PLACES = 3
FIRST, LAST = 2023, 2025
GOAL = 25
RECIPES: Mapping[str, tuple[int, ...]] = {
    "mean": (20, 40, 60, 80, 100),
    "scaled": (0, 25, 50, 75, 100),
    "top": (0, 0, 0, 100, 100),
}
"""Three that are in use: the mean as a share of 5, the mean from 0 to 100, the share of fours and fives."""


def recipe_name(name: str) -> str:
    """What a usual index is called."""
    return {
        "mean": _("mean (5 = 100)"),
        "scaled": _("mean, 0 to 100"),
        "top": _("share of 4 and 5"),
    }[name]


@dataclass(frozen=True)
class Rise:
    """An index in the first and in the last year, and by how much it rose: in points, and in per cent of the first."""

    first: float
    last: float
    points: float
    points_half: float
    relative: float | None
    relative_half: float


class IndexModel:
    """The answers of two years. Raises ``UserError`` when the table lacks a column or nobody answered."""

    def __init__(self, orders: pd.DataFrame) -> None:
        require(orders, ("ordered_at", "satisfaction"), "explore.satisfaction_index", "orders")
        rated = orders[orders["satisfaction"].notna()]
        require(rated, (), "explore.satisfaction_index", "orders")
        year = rated["ordered_at"].dt.year
        self.counts = {
            at: rated.loc[year == at, "satisfaction"]
            .astype(int)
            .value_counts()
            .reindex(ANSWERS, fill_value=0)
            .to_numpy(float)
            for at in (FIRST, LAST)
        }

    def rise(self, weights: Sequence[float]) -> Rise:
        """What an index with these weights says of the two years, with half a 95 % interval of each rise."""
        w = np.asarray(weights, dtype=float)
        value, error = {}, {}
        for year, count in self.counts.items():
            share = count / count.sum()
            value[year] = float(share @ w)
            error[year] = float(np.sqrt(max(share @ w**2 - value[year] ** 2, 0.0) / count.sum()))
        first, last = value[FIRST], value[LAST]
        half = 1.96 * float(np.hypot(error[FIRST], error[LAST]))
        if first < 1:
            return Rise(first, last, last - first, half, None, 0.0)
        ratio = last / first
        off = 1.96 * ratio * float(np.hypot(error[FIRST] / first, error[LAST] / max(abs(last), 1e-9)))
        return Rise(first, last, last - first, half, 100 * (ratio - 1), 100 * off)

    def derive(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the view draws for ``value``: the weights `w1` … `w5`, and those that were `kept`."""
        now = tuple(
            round(number(value, f"w{n}", LOWEST, HIGHEST, start))
            for n, start in zip(ANSWERS, RECIPES["mean"], strict=True)
        )
        kept = _kept(value.get("kept"))
        shown = [*kept, *([now] if now not in kept and len(kept) < PLACES else [])]
        rises = [self.rise(weights) for weights in shown]
        called = [
            _("index {letter}", letter="ABC"[at]) if at < len(kept) else _("as set now") for at in range(len(shown))
        ]
        return {
            "at": {f"w{n}": weight for n, weight in zip(ANSWERS, now, strict=True)},
            "kept": [list(weights) for weights in kept],
            "full": len(kept) == PLACES,
            "fresh": _kept([*kept, now]) != kept,
            "own": not _own(kept),
            "charts": [
                self._chart(called, [(r.relative, r.relative_half) for r in rises], _("rise, %"), 150),
                self._chart(called, [(r.points, r.points_half) for r in rises], _("rise, points"), 25),
            ],
            "text": self._told(now, kept),
            "table": table(
                _("Indices of the same {first} and {last} answers (simulated)",
                  first=f"{int(self.counts[FIRST].sum()):,}", last=f"{int(self.counts[LAST].sum()):,}"),
                [_("index"), _("weights of 1, 2, 3, 4, 5"), "2023", "2025", _("rise, %"), _("rise, points")],
                [
                    [
                        name, " / ".join(f"{w}".replace("-", "−") for w in weights), f"{r.first:.1f}", f"{r.last:.1f}",
                        "–" if r.relative is None else f"{r.relative:+.1f} ± {r.relative_half:.1f}",
                        f"{r.points:+.1f} ± {r.points_half:.1f}",
                    ]
                    for name, weights, r in zip(called, shown, rises, strict=True)
                ],
            ),
            "complete": len(kept) == PLACES,
        }  # fmt: skip

    def _chart(
        self, called: Sequence[str], values: Sequence[tuple[float | None, float]], label: str, top: float
    ) -> Any:
        rows = list(reversed([(n, v, h) for n, (v, h) in zip(called, values, strict=True)]))
        drawn = [
            {"x": min(v, top), "y": y, "label": f"{v:+.1f}".replace("-", "−"), "clear": min(v + h, top), "color": 1}
            for y, (_n, v, h) in enumerate(rows)
            if v is not None
        ]
        off = [
            {"x": v, "y": y, "xlo": v - h, "xhi": v + h}
            for y, (_n, v, h) in enumerate(rows)
            if v is not None and v < top
        ]
        most = max([abs(v) + h for _n, v, h in rows if v is not None] or [1])
        end = next((end for end in (10, 15, 30, 60, top) if most < end), top)
        low = -end if any(v is not None and v < 0 for _n, v, _h in rows) else 0
        return chart(
            axis(label, low, end), names([n for n, *_rest in rows], band=40), [bars(drawn), intervals(off, color=7)]
        )

    def _told(self, now: tuple[int, ...], kept: Sequence[tuple[int, ...]]) -> str:
        if len(kept) == PLACES:
            found = [self.rise(weights) for weights in kept]
            relative = [each.relative for each in found if each.relative is not None]
            return together(
                _("The same customers, the same answers: your three indices rise by {list} %.",
                  list=_(", ").join(f"{each:.1f}" for each in relative)),
                _("The goal of 25 % was met within a point.") if any(abs(each - GOAL) <= 1 for each in relative) else
                _("The nearest to 25 % was {near:.1f} %.",
                  near=min(relative, key=lambda each: abs(each - GOAL), default=0.0)),
                _("Nobody was more satisfied for it. An index is a decision about what an answer counts."),
            )  # fmt: skip
        rise = self.rise(now)
        if rise.relative is None:
            return _(
                "With these weights the index of 2023 is {first:.1f}: too near to nothing, or below it. Per cent of "
                "that say nothing; in points it rises by {points:.1f}.",
                first=rise.first, points=rise.points,
            )  # fmt: skip
        return _(
            "2023: {first:.1f}, 2025: {last:.1f}. That is {points:+.1f} points, or {relative:+.1f} % of the first.",
            first=rise.first, last=rise.last, points=rise.points, relative=rise.relative,
        )  # fmt: skip


def _own(kept: Sequence[tuple[int, ...]]) -> bool:
    """Whether one of the indices is none of those in use."""
    return any(weights not in RECIPES.values() for weights in kept)


def _kept(given: object) -> list[tuple[int, ...]]:
    """The indices that were kept, without what is no index or stands there twice; the last place is for one's own."""
    found: list[tuple[int, ...]] = []
    for each in given if isinstance(given, list) else []:
        if isinstance(each, list | tuple) and len(each) == len(ANSWERS):
            weights = tuple(round(number({"w": w}, "w", LOWEST, HIGHEST, 0)) for w in each)
            last = len(found) == PLACES - 1
            if weights not in found and len(set(weights)) > 1 and (not last or _own([*found, weights])):
                found.append(weights)
    return found[:PLACES]
