"""What the pictures of module 01 show, worked out from the firm's tables: charts, a sentence and a table each.

A failure's cost is the share of orders followed by another within 180 days when nothing failed, less that share when
the feature failed. Ratings and satisfaction are 1 to 5; a customer who gave none is left out.
"""

from __future__ import annotations

from itertools import pairwise
from math import floor, sqrt
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from servicelab.company import label
from servicelab.i18n import _, language
from servicelab.widgets.frames import feature_names, require
from servicelab.widgets.intervals import Z95, difference

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

REMEDIES = ("none", "apology", "fix", "both")
#: Edges between levels of punctuality, as shares of orders on time.
LEVELS = (0.0, 0.90, 0.945, 0.975, 1.01)
#: How a trainee's own guess stands in a picture.
GUESS = {"shape": "diamond", "color": 4, "r": 8, "hollow": True}
#: A number under its dot: beside it, a line would run through it.
UNDER = {"t": "note", "dx": 4, "dy": 23, "anchor": "middle", "strong": True}
SIZES = (25, 50, 100, 200, 400, 800, 1600)


def remedies(contacts: pd.DataFrame, guess: float | None = None) -> dict[str, Any]:
    """Mean CSAT by need (functional, emotional), remedy and tone."""
    require(contacts, ["need", "remedy", "angry", "csat"], "figures.remedies", "contacts")
    rated = contacts.dropna(subset=["csat"])
    groups = rated["csat"].astype(float).groupby([rated["need"], rated["remedy"], rated["angry"]], observed=True)
    mean, size, spread = groups.mean(), groups.size(), groups.std()
    words = [label("contacts", "remedy", remedy) for remedy in REMEDIES]
    tones = {False: _("calm"), True: _("angry")}
    charts, rows = [], []
    for need in ("functional", "emotional"):
        marks = []
        for at, remedy in enumerate(REMEDIES):
            for angry in tones:
                key = (need, remedy, angry)
                if key not in mean.index:
                    continue
                shown = f"{mean[key]:.1f}"
                side = 0.2 if angry else -0.2
                x = float(mean[key])
                half = Z95 * float(spread[key]) / sqrt(size[key]) if size[key] > 1 else 0.0
                low, high = max(1.0, x - half), min(5.0, x + half)
                row = len(REMEDIES) - 1 - at
                marks += [
                    {"t": "bar", "from": 1, "x": x, "y": row, "shift": side, "thick": 0.36, "color": 2 if angry else 6},
                    {"t": "error", "x": x, "y": row - side, "xlo": low, "xhi": high, "color": 7},
                    {"t": "note", "x": high, "y": row - side, "dx": 6, "dy": 4, "text": shown},
                ]
                need_name, interval = label("contacts", "need", need), f"{low:.1f} – {high:.1f}"
                rows.append([need_name, words[at], tones[angry], shown, interval, int(size[key])])
        legend: list[dict[str, Any]] = [
            {"shape": "square", "color": 2 if angry else 6, "text": tones[angry]} for angry in tones
        ]
        if guess is not None and need == "functional":
            line = len(REMEDIES) - 1 - REMEDIES.index("apology") - 0.2
            marks.append({"t": "dot", "x": guess, "y": line, **GUESS, "title": _("your guess")})
            legend.append({**GUESS, "text": _("your guess")})
        charts.append(
            {
                "head": label("contacts", "need", need),
                "left": 112,
                "height": 270,
                "x": {"label": _("mean rating (CSAT, 1–5)"), "min": 1, "max": 5, "ticks": [1, 2, 3, 4, 5]},
                "y": {"names": words[::-1]},
                "marks": marks,
                "legend": legend,
            }
        )
    say = {f"{need}_{remedy}": f"{mean.get((need, remedy, True), float('nan')):.1f}"
           for need in ("functional", "emotional") for remedy in REMEDIES}  # fmt: skip
    return {
        "title": _("What a reply earns"),
        "charts": charts,
        "text": _(
            "Angry customers with a functional need give {functional_apology} after an apology only, "
            "{functional_fix} after a fix only, {functional_both} after both; with an emotional need "
            "{emotional_apology}, {emotional_fix} and {emotional_both}.",
            **say,
        ),
        "table": {
            "caption": _("Mean rating after the contact (simulated)"),
            "columns": [_("need"), _("reply"), _("tone"), _("mean rating"), _("95 % interval"), _("ratings given")],
            "rows": rows,
        },
    }


def agreement(voices: pd.DataFrame) -> dict[str, Any]:
    """On how many statements the experts gave one, two or three different kinds, and which those are."""
    text = "text_zh" if language() == "zh" else "text_en"
    require(voices, ["voice_id", "expert", "kind", text], "figures.agreement", "voices")
    said = voices.astype({"kind": "str", "expert": "str"}).pivot(index="voice_id", columns="expert", values="kind")
    sentence = voices.drop_duplicates("voice_id").set_index("voice_id")[text].astype(str)
    kinds = said.nunique(axis=1)
    counts = [int((kinds == n).sum()) for n in (1, 2, 3)]
    names = [_("all three agree"), _("two different kinds"), _("three different kinds")]
    most = said[kinds == kinds.max()].index[0]
    given = [label("voices", "kind", kind) for kind in said.loc[most]]
    return {
        "title": _("One statement, three experts"),
        "charts": [
            {
                "left": 136,
                "height": 170,
                "x": {"label": _("statements"), "min": 0, "max": _above(counts)},
                "y": {"names": names[::-1]},
                "marks": [
                    {"t": "bar", "x": n, "y": 2 - at, "color": 1, "label": str(n)} for at, n in enumerate(counts)
                ],
            }
        ],
        "text": _(
            "All three agree on {agreed} of {count} statements. Most divided: “{sentence}” ({kinds}).",
            agreed=counts[0],
            count=len(said),
            sentence=sentence[most],
            kinds=_(", ").join(given),
        ),
        "table": {
            "caption": _("The statements on which they differ"),
            "columns": [_("statement"), *(label("voices", "expert", expert) for expert in said.columns)],
            "rows": [
                [sentence[voice], *(label("voices", "kind", kind) for kind in said.loc[voice])]
                for voice in said.index[kinds > 1]
            ],
        },
    }


def costs_of_failure(orders: pd.DataFrame) -> dict[str, tuple[float, float, float]]:
    """Feature → (cost of its failure, low, high), as shares: fewer orders followed by another within 180 days."""
    require(orders, ["failed_feature", "repurchased_180d"], "figures", "orders")
    known = orders.dropna(subset=["repurchased_180d"])
    returned = known["repurchased_180d"].astype(float)
    fine = returned[known["failed_feature"].isna()]
    costs = {}
    for feature, part in returned.groupby(known["failed_feature"].astype("object")):
        costs[str(feature)] = difference(fine.sum(), len(fine), part.sum(), len(part))
    return costs


def consequences(
    contacts: pd.DataFrame, orders: pd.DataFrame, features: pd.DataFrame, guess: float | None = None
) -> dict[str, Any]:
    """Share of contacts about each feature, and the cost of its failure."""
    require(contacts, ["feature_id"], "figures.consequences", "contacts")
    names, costs = feature_names(features), costs_of_failure(orders)
    mentioned = contacts["feature_id"].astype(str).value_counts(normalize=True)
    ranked = [feature for feature in mentioned.index if feature in costs and feature in names]
    points = {feature: (100 * float(mentioned[feature]), 100 * costs[feature][0]) for feature in ranked}
    costliest = max(points, key=lambda feature: points[feature][1])
    marks: list[dict[str, Any]] = [{"t": "rule", "y": 0}]
    for feature, (x, y) in points.items():
        look = {"shape": "square", "color": 2} if y >= 15 else {"shape": "circle", "color": 1}
        look |= {"label": names[feature], "title": names[feature], "bold": feature in (costliest, ranked[0])}
        marks.append({"t": "dot", "x": x, "y": y, "r": 6, **look})
    legend = []
    if guess is not None:
        # The feature that stands at the guessed place, ringed: its height says what its failure costs.
        x, y = points[ranked[min(max(round(guess), 1), len(ranked)) - 1]]
        marks.insert(1, {"t": "dot", "x": x, "y": y, **GUESS, "r": 12, "title": _("your guess")})
        legend.append({**GUESS, "text": _("your guess: place {place}", place=round(guess))})
    return {
        "title": _("What they mention, and what drives them away"),
        "charts": [
            {
                "height": 380,
                "x": {
                    "label": _("contacts about it (% of all)"),
                    "min": 0,
                    "max": _above(x for x, _y in points.values()),
                },
                "y": {
                    "label": _("come back less often after a failure (points)"),
                    "min": min(-5, 5 * int(min(y for _x, y in points.values()) / 5 - 1)),
                    "max": _above(y for _x, y in points.values()),
                },
                "marks": marks,
                "legend": legend,
            }
        ],
        "text": _(
            "“{top}” is mentioned most ({share:.0f} % of contacts); when it fails, {top_cost:.0f} in 100 customers "
            "fewer come back. “{silent}” stands at place {rank} of {count} with {silent_share:.1f} % of contacts; "
            "when it fails, {silent_cost:.0f} in 100 fewer come back.",
            top=names[ranked[0]],
            share=points[ranked[0]][0],
            # Through a whole number: a cost of nearly nothing is 0, not −0.
            top_cost=round(points[ranked[0]][1]),
            silent=names[costliest],
            rank=ranked.index(costliest) + 1,
            count=len(ranked),
            silent_share=points[costliest][0],
            silent_cost=points[costliest][1],
        ),
        "table": {
            "caption": _("Mentions and consequences (simulated), most mentioned first"),
            "columns": [_("feature"), _("% of contacts"), _("come back less often (points)"), _("95 % interval")],
            "rows": [[names[f], f"{points[f][0]:.1f}", _points(costs[f][0]), _interval(costs[f][1:])] for f in ranked],
        },
    }


def evidence(
    contacts: pd.DataFrame, orders: pd.DataFrame, answers: pd.DataFrame, features: pd.DataFrame, only: Sequence[str]
) -> pd.DataFrame:
    """A few features side by side, each number out of 100: mentions, customers who come back, better and worse."""
    import pandas as pd

    from servicelab.models.needs import kano_category, kano_coefficients

    require(answers, ["feature_id", "functional", "dysfunctional"], "figures.evidence", "answers")
    names, costs = feature_names(features), costs_of_failure(orders)
    mentioned = contacts["feature_id"].astype(str).value_counts(normalize=True)
    known = orders.dropna(subset=["repurchased_180d"])
    fine = known.loc[known["failed_feature"].isna(), "repurchased_180d"].astype(float).mean()
    rows = {}
    for feature in only:
        asked = answers[answers["feature_id"] == feature]
        counts = kano_category(asked["functional"], asked["dysfunctional"]).value_counts()
        better, worse = kano_coefficients(counts)
        shares = (mentioned[feature], fine - costs[feature][0], fine, better, -worse)
        rows[names[feature]] = [round(100 * float(share)) for share in shares]
    columns = [
        _("mention it"),
        _("come back when it failed"),
        _("come back when nothing failed"),
        _("pleased to have it"),
        _("displeased without it"),
    ]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def losses(orders: pd.DataFrame, features: pd.DataFrame, only: Sequence[str]) -> dict[str, Any]:
    """The cost of a failure of a few features, with its interval."""
    names, costs = feature_names(features), costs_of_failure(orders)
    chosen = [feature for feature in only if feature in costs and feature in names]
    marks: list[dict[str, Any]] = [{"t": "rule", "x": 0}]
    for at, feature in enumerate(reversed(chosen)):
        cost, low, high = (100 * value for value in costs[feature])
        marks.append({"t": "error", "x": cost, "y": at, "xlo": low, "xhi": high, "color": 1, "width": 2})
        marks.append({"t": "dot", "x": cost, "y": at, "r": 7, "color": 1})
    said = [f"{names[f]} {_points(costs[f][0])}" for f in chosen]
    bounds = [100 * value for feature in chosen for value in costs[feature]]
    return {
        "title": _("Who comes back after a failure"),
        "charts": [
            {
                "left": 168,
                "height": 76 + 44 * len(chosen),
                "x": {
                    "label": _("come back less often after a failure (points, with 95 % interval)"),
                    "min": min(0, 5 * int(min(bounds) / 5 - 1)),
                    "max": _above(bounds),
                },
                "y": {"names": [names[feature] for feature in reversed(chosen)]},
                "marks": marks,
            }
        ],
        "text": _("Points fewer who come back: {list}.", list=_("; ").join(said)),
        "table": {
            "caption": _("Orders followed by another within 180 days, less than when nothing failed (simulated)"),
            "columns": [_("feature"), _("points fewer"), _("95 % interval")],
            "rows": [[names[f], _points(costs[f][0]), _interval(costs[f][1:])] for f in chosen],
        },
    }


def extras(orders: pd.DataFrame, survey: pd.DataFrame, features: pd.DataFrame) -> dict[str, Any]:
    """What an extra given at random added to satisfaction, and the place of the feature in stated importance."""
    require(orders, ["extra_feature", "satisfaction"], "figures.extras", "orders")
    require(survey, ["feature_id", "importance"], "figures.extras", "survey")
    names = feature_names(features)
    stated = survey["importance"].astype(float).groupby(survey["feature_id"].astype(str)).mean()
    place = stated.rank(ascending=False).astype(int)
    told = orders.dropna(subset=["satisfaction"])
    answer = told["satisfaction"].astype(float)
    without = answer[told["extra_feature"].isna()]
    found = {}
    for feature, part in answer.groupby(told["extra_feature"].astype("object")):
        half = Z95 * sqrt(part.var() / len(part) + without.var() / len(without))
        found[str(feature)] = (part.mean() - without.mean(), half)
    shown = sorted((f for f in found if f in names and f in place.index), key=lambda f: found[f][0])
    marks: list[dict[str, Any]] = [{"t": "rule", "x": 0}]
    for at, feature in enumerate(shown):
        gain, half = found[feature]
        marks.append({"t": "error", "x": gain, "y": at, "xlo": gain - half, "xhi": gain + half, "color": 3, "width": 2})
        marks.append({"t": "dot", "x": gain, "y": at, "r": 7, "color": 3, "shape": "triangle"})
    last = max(shown, key=lambda feature: place[feature])
    return {
        "title": _("What an extra adds"),
        "charts": [
            {
                "left": 168,
                "height": 76 + 44 * len(shown),
                "x": {
                    "label": _("more satisfied with the extra (points on 1–5, with 95 % interval)"),
                    "min": 0,
                    "max": 0.6,
                },
                "y": {"names": [names[feature] for feature in shown]},
                "marks": marks,
            }
        ],
        "text": _(
            "“{name}” stands at place {place} of {count} in stated importance, and adds {gain:.2f} points to "
            "satisfaction where it was given at random.",
            name=names[last],
            place=int(place[last]),
            count=len(place),
            gain=found[last][0],
        ),
        "table": {
            "caption": _("Extras given at random, and how important customers call them (simulated)"),
            "columns": [_("feature"), _("place in stated importance"), _("points gained"), _("95 % interval")],
            "rows": [
                [
                    names[f],
                    int(place[f]),
                    f"{found[f][0]:.2f}",
                    f"{found[f][0] - found[f][1]:.2f} – {found[f][0] + found[f][1]:.2f}",
                ]
                for f in reversed(shown)
            ],
        },
    }


class Cell(NamedTuple):
    """Orders of one warehouse in one year, or of several: share on time, mean satisfaction, how many answered."""

    name: str
    on_time: float
    satisfaction: float
    answers: int


def warehouse_years(orders: pd.DataFrame) -> list[Cell]:
    """Each warehouse and year, by its share of orders on time.

    Orders on which something else failed, or an extra was given, are left out of satisfaction: the question is on-time
    delivery.
    """
    columns = ["warehouse", "ordered_at", "on_time", "failed_feature", "extra_feature", "satisfaction"]
    require(orders, columns, "figures.saturation", "orders")
    failed = orders["failed_feature"].astype("object")
    plain = (failed.isna() | (failed == "on_time_delivery")) & orders["extra_feature"].isna()
    cells = []
    for key, part in orders.groupby([orders["warehouse"].astype("object"), orders["ordered_at"].dt.year]):
        warehouse, year = cast("tuple[str, int]", key)
        told = part.loc[plain[part.index], "satisfaction"].dropna().astype(float)
        name = f"{label('orders', 'warehouse', warehouse)} {year}"
        cells.append(Cell(name, float(part["on_time"].mean()), float(told.mean()), len(told)))
    return sorted(cells, key=lambda cell: cell.on_time)


def levels(cells: Sequence[Cell]) -> list[Cell]:
    """The cells gathered between the edges of LEVELS; each mean weighted by its number of answers."""
    found = []
    for low, high in pairwise(LEVELS):
        inside = [c for c in cells if low <= c.on_time < high]
        answers = sum(c.answers for c in inside)
        if answers:
            on_time = sum(c.on_time * c.answers for c in inside) / answers
            satisfaction = sum(c.satisfaction * c.answers for c in inside) / answers
            found.append(Cell(f"{100 * on_time:.0f} %", on_time, satisfaction, answers))
    return found


def last_step(orders: pd.DataFrame) -> float:
    """The gain in satisfaction from the last step up in punctuality, as a share of the gain from the first."""
    steps = [high.satisfaction - low.satisfaction for low, high in pairwise(levels(warehouse_years(orders)))]
    return steps[-1] / steps[0]


def saturation(orders: pd.DataFrame, guess: float | None = None) -> dict[str, Any]:
    """Satisfaction against the share of orders on time."""
    cells = warehouse_years(orders)
    groups = levels(cells)
    line = [[100 * g.on_time, g.satisfaction] for g in groups]
    left = 2 * floor(50 * min(c.on_time for c in cells))
    bottom = floor(5 * min(c.satisfaction for c in cells)) / 5
    marks: list[dict[str, Any]] = [{"t": "line", "points": line, "color": 7, "width": 2.5}]
    marks += [
        {"t": "dot", "x": 100 * c.on_time, "y": c.satisfaction, "r": 4, "color": 2, "shape": "square", "title": c.name}
        for c in cells
    ]
    for x, y in line:
        marks.append({"t": "dot", "x": x, "y": y, "r": 7, "color": 7})
        marks.append({**UNDER, "x": x, "y": y, "text": f"{y:.2f}"})
    legend: list[dict[str, Any]] = [
        {"shape": "square", "color": 2, "text": _("one warehouse in one year")},
        {"shape": "circle", "line": True, "color": 7, "text": _("mean of those nearby")},
    ]
    if guess is not None and len(line) > 1:
        start, last = line[-2], line[-1]
        end = [last[0], start[1] + guess / 100 * (line[1][1] - line[0][1])]
        marks.append({"t": "line", "points": [start, end], "color": 4, "dash": "6 4"})
        marks.append({"t": "dot", "x": end[0], "y": end[1], **GUESS, "title": _("your guess")})
        legend.append({**GUESS, "text": _("your guess")})
    said = [_("{name} on time: {satisfaction:.2f}", name=g.name, satisfaction=g.satisfaction) for g in groups]
    return {
        "title": _("On time, and satisfied"),
        "charts": [
            {
                "height": 330,
                "x": {"label": _("orders delivered on time (%)"), "min": left, "max": 100, "every": 60},
                "y": {"label": _("mean satisfaction (1–5)"), "min": bottom, "max": 4.2},
                "marks": marks,
                "legend": legend,
            }
        ],
        "text": _("; ").join(said) + _("."),
        "table": {
            "caption": _("Warehouses by year (simulated); orders without another failure and without an extra"),
            "columns": [_("warehouse and year"), _("% on time"), _("mean satisfaction"), _("answers")],
            "rows": [[c.name, f"{100 * c.on_time:.1f}", f"{c.satisfaction:.2f}", c.answers] for c in cells],
        },
    }


def sample_sizes() -> dict[str, Any]:
    """Margin of error at 95 % for a share of one half, and the rule of thumb 1 ÷ √n."""
    exact = {n: 100 * Z95 * sqrt(0.25 / n) for n in SIZES}
    return {
        "title": _("How far off may a share be?"),
        "charts": [
            {
                "height": 260,
                "x": {"names": [str(n) for n in SIZES], "label": _("random answers")},
                "y": {"label": _("± percentage points"), "min": 0, "max": 22, "ticks": [0, 5, 10, 15, 20]},
                "marks": [
                    {"t": "bar", "x": at, "y": value, "color": 1, "label": f"± {value:.1f}"}
                    for at, value in enumerate(exact.values())
                ],
            }
        ],
        "text": _(
            "100 answers: ± {a:.0f} points; 400 answers: ± {b:.0f}; 1,600 answers: ± {c:.1f}.",
            a=exact[100],
            b=exact[400],
            c=exact[1600],
        ),
        "table": {
            "caption": _("Margin of error of a share of one half, 95 % confidence"),
            "columns": [_("random answers"), _("± points"), _("by 1 ÷ √n")],
            "rows": [[n, f"{value:.1f}", f"{100 / sqrt(n):.1f}"] for n, value in exact.items()],
        },
    }


def _above(values: Iterable[float]) -> int:
    """The next round number above all values: the end of an axis that begins at 0."""
    return 5 * (int(max(values)) // 5 + 1)


def _points(share: float) -> str:
    """A share as whole percentage points, with a minus sign that a reader does not take for a dash."""
    return f"{round(100 * share)}".replace("-", "−")


def _interval(bounds: Sequence[float]) -> str:
    return f"{_points(bounds[0])} – {_points(bounds[1])}"
