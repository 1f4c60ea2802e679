"""What somebody settles in an hour of contact, by how long they have been there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from servicelab.company import label
from servicelab.i18n import _
from servicelab.widgets.frames import require
from servicelab.widgets.house.chart import axis, bars, beyond, chart, interval_key, intervals, names, picture, table
from servicelab.widgets.quantities import between

if TYPE_CHECKING:
    import pandas as pd

WEEKS = (0, 1, 2, 4, 8, 26)
"""The first full week of each group; the last has no end."""
LINES = ("phone", "chat")


def group_name(at: int) -> str:
    """What a group is called by its weeks."""
    return [
        _("first week"), _("second week"), _("third and fourth week"), _("fifth to eighth week"),
        _("ninth to 26th week"), _("longer than that"),
    ][at]  # fmt: skip


def settled(contacts: pd.DataFrame, agents: pd.DataFrame) -> pd.DataFrame:
    """By line and group: contacts settled in an hour in contact, and how far off that may be.

    Settled is closed as resolved and not back within 72 hours; the interval is that of a ratio of two means.
    """
    wanted = ("opened_at", "channel", "agent_id", "served", "handling", "resolved", "recontact_72h")
    require(contacts, wanted, "figures.weeks_with_the_firm", "contacts")
    require(agents, ("agent_id", "hired_on"), "figures.weeks_with_the_firm", "agents")
    mine = contacts[contacts["channel"].astype(str).isin(LINES) & contacts["served"].astype(bool)]
    rows = mine.merge(agents[["agent_id", "hired_on"]], on="agent_id")
    weeks = (rows["opened_at"] - rows["hired_on"]).dt.days // 7
    rows = rows.assign(
        line=rows["channel"].astype(str),
        group=np.searchsorted(np.array(WEEKS), weeks.to_numpy(), side="right") - 1,
        done=(rows["resolved"].astype(bool) & ~rows["recontact_72h"].astype(bool)).astype(float),
    )
    grouped = rows.groupby(["line", "group"])
    hours = grouped["handling"].sum() / 3600
    rate = grouped["done"].sum() / hours
    off = (
        rows["done"]
        - rows["handling"] / 3600 * rate.reindex(list(zip(rows["line"], rows["group"], strict=True))).to_numpy()
    )
    error = (off**2).groupby([rows["line"], rows["group"]]).sum() ** 0.5 / hours
    found = rate.to_frame("rate").assign(half=1.96 * error, contacts=grouped.size())
    return found.reset_index()


def as_experienced(contacts: pd.DataFrame, agents: pd.DataFrame, temps: int = 10) -> tuple[float, float]:
    """How many experienced people on the phone so many newcomers are in their first week, and how far off that is."""
    return _as_experienced(settled(contacts, agents), temps)


def _as_experienced(found: pd.DataFrame, temps: int = 10) -> tuple[float, float]:
    """The same of what `settled` has found: the newcomers of all years, few of them temps."""
    by = found.set_index(["line", "group"])
    rate, half, last = by["rate"], by["half"], len(WEEKS) - 1
    new, old = float(rate["phone", 0]), float(rate["phone", last])
    people = temps * new / old
    return people, people * float(np.hypot(float(half["phone", 0]) / new, float(half["phone", last]) / old))


def weeks_with_the_firm(contacts: pd.DataFrame, agents: pd.DataFrame, guess: float | None = None) -> dict[str, Any]:  # noqa: ARG001
    """What is settled in an hour in contact, by weeks with the firm, on the phone and in the chat."""
    found = settled(contacts, agents)
    charts, rows = [], []
    for line in LINES:
        mine = found[found["line"] == line].sort_values("group", ascending=False)
        each = list(zip(mine["rate"].tolist(), mine["half"].tolist(), mine["contacts"].tolist(), strict=True))
        drawn = [
            {"x": rate, "y": at, "label": f"{rate:.1f}", "clear": rate + half, "xlo": rate - half, "xhi": rate + half}
            for at, (rate, half, _n) in enumerate(each)
        ]
        said = [group_name(int(at)) for at in mine["group"]]
        top = beyond([row["xhi"] for row in drawn])
        charts.append(
            chart(
                axis(_("settled in an hour in contact"), 0, top), names(said, band=30),
                [bars(drawn, color=1), intervals(drawn, color=7)],
                legend=[interval_key()], head=label("contacts", "channel", line),
            )
        )  # fmt: skip
        rows += [
            [label("contacts", "channel", line), name, f"{rate:.2f}", between(rate - half, rate + half, 2), f"{n:,}"]
            for name, (rate, half, n) in zip(said[::-1], each[::-1], strict=True)
        ]
    by = found.set_index(["line", "group"])["rate"]
    last = len(WEEKS) - 1
    ten, off = _as_experienced(found)
    return picture(
        _("Who has been here how long"),
        charts,
        _(
            "On the phone somebody in the first week settles {new:.1f} contacts in an hour in contact, after half "
            "a year "
            "{old:.1f}; in the chat, one at a time, {chat_new:.1f} and {chat_old:.1f}. Ten newcomers on the phone, "
            "temps or not, do as much as {ten:.1f} (95 %: {interval}).",
            new=by["phone", 0], old=by["phone", last], chat_new=by["chat", 0], chat_old=by["chat", last],
            ten=ten, interval=between(ten - off, ten + off, 1),
        ),
        table(
            _("Settled in an hour in contact, by weeks with the firm (three years, members' contacts, simulated)"),
            [_("line"), _("with the firm"), _("settled in an hour in contact"), _("95 % interval"), _("contacts")],
            rows,
        ),
    )  # fmt: skip
