"""What a question before buying turns into, by how long it waited for its first answer.

Whoever gave up unanswered is a bar of its own in both pictures, never counted as answered. Nobody drew the waits by
lot; the second picture therefore stays inside one channel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.company import label
from servicelab.i18n import _
from servicelab.widgets.frames import require
from servicelab.widgets.house.chart import (
    axis,
    bars,
    chart,
    guess_key,
    guessed,
    interval_key,
    intervals,
    names,
    picture,
    table,
)
from servicelab.widgets.intervals import wilson

if TYPE_CHECKING:
    import pandas as pd

EDGES = (-1.0, 0.0, 1.0, 5.0, 10.0, 30.0, 60.0, float("inf"))
"""Minutes until the first answer."""
COARSE = (-1.0, 0.0, 5.0, 30.0, float("inf"))
INSIDE = {"chat": 3, "wechat": 1}
"""The channels that are looked at alone, and their colours."""
FEWEST = 100
"""Enquiries that a bar rests on at least."""


def enquiries(contacts: pd.DataFrame) -> pd.DataFrame:
    """The questions before buying, one a row: `minutes` until answered or given up, `served`, `ordered`, `channel`."""
    columns = ["kind", "intent", "wait", "served", "led_to_order_id", "channel"]
    require(contacts, columns, "figures.enquiries", "contacts")
    asked = contacts[(contacts["kind"] == "first") & (contacts["intent"] == "presale")]
    return asked.assign(minutes=asked["wait"] / 60, ordered=asked["led_to_order_id"].notna())


def late(contacts: pd.DataFrame, guess: float | None = None) -> dict[str, Any]:
    """Orders of 100 enquiries by minutes to the first answer; `guess` is a guess at what over an hour brings."""
    import pandas as pd

    asked = enquiries(contacts)
    served, gone = asked[asked["served"]], asked[~asked["served"]]
    step = pd.cut(served["minutes"], EDGES, labels=False)
    words = [_("at once"), _("within a minute"), _("1 to 5 minutes"), _("5 to 10 minutes"), _("10 to 30 minutes"),
             _("30 to 60 minutes"), _("over an hour")]  # fmt: skip
    words.append(_("gave up unanswered"))
    groups = [(word, served[step == at]["ordered"]) for at, word in enumerate(words[:-1])]
    groups.append((words[-1], gone["ordered"]))
    last = len(groups) - 1
    drawn = [_share(found, last - at) for at, (_word, found) in enumerate(groups)]
    layers = [bars(drawn[:-1], color=6), bars(drawn[-1:], color=2), intervals(drawn, color=7)]
    legend: list[dict[str, Any]] = [interval_key()]
    if guess is not None:
        layers.append(guessed(guess, 1))
        legend.append(guess_key())
    scale = axis(_("orders of 100 enquiries"), 0, 100)
    charts = [
        chart(scale, names([word for word, _found in groups][::-1]), layers, legend=legend, head=_("All channels"))
    ]
    coarse = [_("at once"), _("up to 5 minutes"), _("5 to 30 minutes"), _("over 30 minutes")]
    rungs = [*coarse, words[-1]]
    kept: list[dict[str, Any]] = []
    few: list[dict[str, Any]] = []
    inside: list[list[object]] = []
    for place, (channel, color) in enumerate(INSIDE.items()):
        here = served[served["channel"].astype(str) == channel]
        part = pd.cut(here["minutes"], COARSE, labels=False)
        left = gone[gone["channel"].astype(str) == channel]["ordered"]
        rows = []
        for at, (word, found) in enumerate(
            [*((word, here[part == at]["ordered"]) for at, word in enumerate(coarse)), (rungs[-1], left)]
        ):
            if len(found) >= FEWEST:
                rows.append(_share(found, len(rungs) - 1 - at))
                inside.append([label("contacts", "channel", channel), word, f"{100 * found.mean():.1f}", len(found)])
            else:
                name = label("contacts", "channel", channel)
                few.append(
                    {
                        "shape": "square",
                        "color": color,
                        "faint": True,
                        "text": _("{channel}, {step}: too few to show", channel=name, step=word),
                    }
                )
        shift = (place - 0.5) * 0.4
        kept += [bars(rows, color=color, shift=shift, thick=0.36), intervals(rows, color=7, shift=shift)]
    key = [{"shape": "square", "color": color, "text": label("contacts", "channel", c)} for c, color in INSIDE.items()]
    key += [interval_key(), *few]
    charts.append(chart(scale, names(rungs[::-1], band=48), kept, legend=key, head=_("Inside one channel")))
    return picture(
        _("What a late answer costs before anybody has bought"),
        charts,
        _(
            "Answered at once, {at_once} of 100 enquiries become an order; after more than an hour {late}. "
            "{gone} of 100 enquirers gave up unanswered, and of 100 of those {gone_bought} ordered all the same.",
            at_once=drawn[0]["label"],
            late=drawn[-2]["label"],
            gone=f"{100 * len(gone) / max(1, len(asked)):.0f}",
            gone_bought=drawn[-1]["label"],
        ),
        table(
            _("Orders by time to the first answer (simulated)"),
            [_("channel"), _("first answer"), _("orders of 100 enquiries"), _("enquiries")],
            [[_("all"), word, f"{100 * found.mean():.1f}", len(found)] for word, found in groups] + inside,
        ),
    )


def _share(found: pd.Series, y: float) -> dict[str, Any]:
    low, high = (100 * bound for bound in wilson(float(found.sum()), len(found)))
    x = 100 * float(found.mean()) if len(found) else 0.0
    return {"x": x, "y": y, "label": f"{x:.0f}", "clear": high, "xlo": low, "xhi": high}
