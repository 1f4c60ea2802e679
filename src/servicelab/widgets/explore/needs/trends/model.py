"""Needs that move: what customers ask for most over three years, and which features are core, for whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from servicelab.i18n import _, together
from servicelab.widgets.explore.needs.trends.matrix import Matrix
from servicelab.widgets.frames import ALL, feature_names, require, segment_name, segments_in
from servicelab.widgets.house.values import choice, number, whole
from servicelab.widgets.intervals import difference, wilson

if TYPE_CHECKING:
    import pandas as pd

THEMES = ("personalisation", "experience", "quality", "green", "convenience", "emotional_connection")
WINDOWS = {"month": 1, "quarter": 3, "year": 12}
LOW, HIGH = 1, 7


@dataclass
class TrendsModel:
    """The tracker as counts by month, segment and theme; the yearly survey, where it is given, as a :class:`Matrix`.

    ``tracker`` has ``month`` (``2023-01``), ``segment``, ``theme``, one row an answer; ``survey`` has ``wave,
    customer_id, segment, feature_id, importance, performance, satisfaction``; ``features`` has the names.
    Raises ``UserError`` when a table lacks a column or has no rows.
    """

    tracker: pd.DataFrame
    survey: pd.DataFrame | None = None
    features: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        require(self.tracker, ("month", "segment", "theme"), "explore.trends", "tracker")
        self.matrix, self.names = self._importance()
        self.views = ("themes",) if self.matrix is None else ("themes", "matrix")
        self.segments = segments_in(self.tracker)
        named = {str(theme) for theme in self.tracker["theme"].dropna().unique()}
        self.themes = [t for t in THEMES if t in named] + sorted(named - set(THEMES))

    def _importance(self) -> tuple[Matrix | None, dict[str, str]]:
        """Return the matrix behind the second picture and the names of its features; neither without a survey."""
        if self.survey is None or self.features is None:
            return None, {}
        columns = ("wave", "customer_id", "segment", "feature_id", "importance", "performance", "satisfaction")
        require(self.survey, columns, "explore.trends", "survey")
        require(self.features, ("feature_id", "name_en", "name_zh"), "explore.trends", "features")
        asked = set(self.survey["feature_id"].astype(str))
        names = {key: name for key, name in feature_names(self.features).items() if key in asked}
        return Matrix(self.survey, list(names)), names

    @cached_property
    def _counts(self) -> tuple[list[str], NDArray[np.int64]]:
        """Months in order, and answers by month × segment × theme."""
        table = self.tracker.dropna(subset=["month", "segment", "theme"])
        month = table["month"].astype(str).str.slice(0, 7)
        months = sorted(month.unique())
        shape = (len(months), len(self.segments), len(self.themes))
        places = (
            month.map({m: i for i, m in enumerate(months)}).to_numpy(),
            table["segment"].map({s: i for i, s in enumerate(self.segments)}).to_numpy(),
            table["theme"].map({t: i for i, t in enumerate(self.themes)}).to_numpy(),
        )
        flat = np.bincount(np.ravel_multi_index(places, shape), minlength=int(np.prod(shape)))
        return months, flat.reshape(shape)

    def derive(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the view draws for ``value``.

        Keys: ``view`` (themes or matrix); ``segment``, ``theme``, ``window``; ``wave``, ``follow``, ``derived``
        (0–100 %), ``cut`` (mean or own), ``importance_cut``, ``performance_cut`` (1–7), ``weight_<segment>`` (0–100).
        """
        view = choice(value, "view", self.views, "themes")
        if view == "matrix" and self.matrix is not None:
            return self._matrix_state(self.matrix, value, view)
        return self._themes_state(value, view)

    # ------------------------------------------------------------------ themes over time

    def _themes_state(self, value: Mapping[str, Any], view: str) -> dict[str, Any]:
        at = {
            "view": view,
            "segment": choice(value, "segment", [ALL, *self.segments], ALL),
            "theme": choice(value, "theme", self.themes, self.themes[0]),
            "window": choice(value, "window", WINDOWS, "quarter"),
        }
        periods, hits, asked = self._grouped(at["segment"], WINDOWS[at["window"]])
        column = self.themes.index(at["theme"])
        band = [wilson(int(h), int(n)) for h, n in zip(hits[:, column], asked, strict=True)]
        changes = self._changes(at["segment"])
        return {
            "at": at,
            "periods": periods,
            "lines": [
                {"theme": theme, "shares": [round(float(s), 4) for s in _share(hits[:, i], asked)]}
                for i, theme in enumerate(self.themes)
            ],
            "band": [[round(low, 4), round(high, 4)] for low, high in band],
            "asked": [int(n) for n in asked],
            "text": self._change_sentence(at["segment"], at["theme"], changes),
            "table": self._change_table(at["segment"], changes),
        }

    def _grouped(self, segment: str, months_each: int) -> tuple[list[str], NDArray[np.int64], NDArray[np.int64]]:
        """Return period labels, answers by period × theme, and answers by period; empty periods are left out."""
        months, counts = self._counts
        mine = counts.sum(axis=1) if segment == ALL else counts[:, self.segments.index(segment)]
        labels = [_period(month, months_each) for month in months]
        order = list(dict.fromkeys(labels))
        hits = np.zeros((len(order), len(self.themes)), dtype=np.int64)
        np.add.at(hits, [order.index(label) for label in labels], mine)
        asked = hits.sum(axis=1)
        kept = asked > 0
        return [label for label, keep in zip(order, kept, strict=True) if keep], hits[kept], asked[kept]

    def _changes(self, segment: str) -> list[dict[str, Any]]:
        """First year against last, for each theme: shares, difference and its 95 % interval."""
        periods, hits, asked = self._grouped(segment, 12)
        if len(periods) < 2:
            return []
        found = []
        for i, theme in enumerate(self.themes):
            before, after = (int(hits[0, i]), int(asked[0])), (int(hits[-1, i]), int(asked[-1]))
            change, low, high = difference(*after, *before)
            found.append(
                {"theme": theme, "years": (periods[0], periods[-1]), "before": before, "after": after,
                 "change": change, "low": low, "high": high}
            )  # fmt: skip
        return found

    def _change_sentence(self, segment: str, theme: str, changes: list[dict[str, Any]]) -> str:
        found = next((c for c in changes if c["theme"] == theme), None)
        if found is None:
            return _("{segment}: too few answers to compare two years.", segment=segment_name(segment))
        said = _(
            "{theme}, {segment}: {before} % of answers in {first}, {after} % in {last}; change {change} points "
            "(95 % interval {low} to {high}).",
            theme=theme_name(theme),
            segment=segment_name(segment),
            before=_percent(found["before"][0] / found["before"][1]),
            after=_percent(found["after"][0] / found["after"][1]),
            first=found["years"][0],
            last=found["years"][1],
            change=_signed(found["change"]),
            low=_signed(found["low"]),
            high=_signed(found["high"]),
        )
        if found["low"] <= 0 <= found["high"]:
            said = together(said, _("The interval holds 0: it may not have moved at all."))
        return together(said, _rose_most(theme, changes))

    def _change_table(self, segment: str, changes: list[dict[str, Any]]) -> dict[str, Any]:
        rows: list[list[object]] = []
        years = changes[0]["years"] if changes else ("", "")
        for c in changes:
            shares = []
            for hits, n in (c["before"], c["after"]):
                low, high = wilson(hits, n)
                shares.append(f"{_percent(hits / n)} % ({_percent(low)}–{_percent(high)})")
            change = _(
                "{change} ({low} to {high})",
                change=_signed(c["change"]),
                low=_signed(c["low"]),
                high=_signed(c["high"]),
            )
            rows.append([theme_name(c["theme"]), *shares, change])
        return {
            "caption": _("{segment}: share of answers, 95 % intervals", segment=segment_name(segment)),
            "columns": [_("Theme"), *years, _("Change (points)")],
            "rows": rows,
        }

    # ------------------------------------------------------------------ core and non-core

    def _matrix_state(self, matrix: Matrix, value: Mapping[str, Any], view: str) -> dict[str, Any]:
        waves = matrix.waves
        shares = matrix.shares
        as_asked = {s: round(100 * share) for s, share in shares.items()}
        weights = {s: whole(value, f"weight_{s}", 0, 100, share) for s, share in as_asked.items()}
        at: dict[str, Any] = {
            "view": view,
            "wave": choice(value, "wave", waves, waves[-1]),
            "follow": choice(value, "follow", self.names, next(iter(self.names))),
            "derived": whole(value, "derived", 0, 100, 0),
            "cut": choice(value, "cut", ("mean", "own"), "mean"),
            "importance_cut": round(number(value, "importance_cut", LOW, HIGH, 5), 1),
            "performance_cut": round(number(value, "performance_cut", LOW, HIGH, 5), 1),
            **{f"weight_{s}": w for s, w in weights.items()},
        }
        cuts = (at["importance_cut"], at["performance_cut"]) if at["cut"] == "own" else None
        # Untouched or all-zero weights mean customers as they were asked, not the rounded shares.
        used = weights if weights != as_asked and any(weights.values()) else None
        placed = matrix.place(at["wave"], used, at["derived"] / 100, cuts)
        plain = matrix.place(at["wave"], None, 0.0, None)
        moved = [
            (key, point["core"])
            for key, point in placed["points"].items()
            if key in plain["points"] and point["core"] != plain["points"][key]["core"]
        ]
        path = []
        for wave in waves:
            found = matrix.place(wave, used, at["derived"] / 100, cuts)["points"].get(at["follow"])
            if found:
                path.append([wave, found["performance"], found["importance"]])
        return {
            "at": at,
            "points": [{"id": key, **point} for key, point in placed["points"].items()],
            "cuts": placed["cuts"],
            "fit": placed["fit"],
            "path": path,
            "text": self._matrix_sentence(placed, moved, any(weights.values())),
            "table": self._matrix_table(at["wave"], placed),
        }

    def _matrix_sentence(self, placed: Mapping[str, Any], moved: list[tuple[str, bool]], weighted: bool) -> str:
        core = [self.names[key] for key, point in placed["points"].items() if point["core"]]
        comma = _(", ")
        parts = [_("Core: {names}.", names=comma.join(core) or _("none"))]
        joined = [self.names[key] for key, is_core in moved if is_core]
        left = [self.names[key] for key, is_core in moved if not is_core]
        if joined:
            parts.append(_("Your weighting makes core: {names}.", names=comma.join(joined)))
        if left:
            parts.append(_("No longer core: {names}.", names=comma.join(left)))
        if not moved:
            parts.append(
                _("Same core features as the plain picture (stated importance, customers as they are, means).")
            )
        if not weighted:
            parts.append(_("All weights are 0, so customers count as they are."))
        return together(*parts)

    def _matrix_table(self, wave: str, placed: Mapping[str, Any]) -> dict[str, Any]:
        rows: list[list[object]] = [
            [
                self.names[key],
                f"{p['importance']:.2f} ± {p['importance_margin']:.2f}",
                f"{p['performance']:.2f} ± {p['performance_margin']:.2f}",
                _("core") if p["core"] else _("non-core"),
                quadrant_name(p["quadrant"]),
            ]
            for key, p in placed["points"].items()
        ]
        return {
            "caption": _("Survey of {wave}; ± is the 95 % margin", wave=wave),
            "columns": [_("Feature"), _("Importance (1–7)"), _("Performance (1–7)"), _("Core?"), _("Quadrant")],
            "rows": rows,
        }


def _rose_most(theme: str, changes: list[dict[str, Any]]) -> str:
    """Return which line of the chosen segment rose most, and whether chance alone may have done it."""
    most = max(changes, key=lambda change: float(change["change"]))
    if most["change"] <= 0:
        return _("No line rose.")
    if most["theme"] == theme:
        return _("No line rose more.")
    said = _(
        "The line that rose most: {theme}, {change} points ({low} to {high}).",
        theme=theme_name(most["theme"]),
        change=_signed(most["change"]),
        low=_signed(most["low"]),
        high=_signed(most["high"]),
    )
    return together(said, _("That may be chance.")) if most["low"] <= 0 else said


def _period(month: str, months_each: int) -> str:
    year, number_ = month[:4], int(month[5:7])
    if months_each == 12:
        return year
    return month if months_each == 1 else f"{year} Q{(number_ - 1) // 3 + 1}"


def _share(hits: NDArray[np.int64], asked: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray(hits / np.maximum(asked, 1), dtype=float)


def _percent(share: float) -> str:
    return f"{100 * share:.0f}"


def _signed(share: float) -> str:
    points = round(100 * share, 1)
    return f"{'−' if points < 0 else '+'}{abs(points):.1f}"


def theme_name(theme: str) -> str:
    """Return what a theme is called; an unknown code stays as it is."""
    return {
        "personalisation": _("Personalisation"),
        "experience": _("Experience first"),
        "quality": _("Quality"),
        "green": _("Green"),
        "convenience": _("Convenience"),
        "emotional_connection": _("Emotional connection"),
    }.get(theme, theme)


def quadrant_name(quadrant: str) -> str:
    """Return what a quadrant is called (Martilla & James 1977)."""
    return {
        "concentrate_here": _("Concentrate here"),
        "keep_up": _("Keep up the good work"),
        "low_priority": _("Low priority"),
        "possible_overkill": _("Possible overkill"),
    }[quadrant]
