"""Prepared answers to the analyses of modules 00 and 02 to 04 earn what the notes say, in the test cells themselves."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.content.testcells import marks as by_nbgraders_rule

from servicelab.publish.sources import Document, read_document

MODULES = Path(__file__).resolve().parents[2] / "course" / "modules"


@cache
def read(unit: str) -> Document:
    path = MODULES / unit / "analysis.md"
    return read_document(path.read_text(encoding="utf-8"), path, path.name)


def marks(unit: str, cell: str, namespace: dict[str, Any]) -> tuple[float, str]:
    """Points and message of a test cell of a unit's analysis, all of which end in the points."""
    test = read(unit).cell(cell)
    assert test is not None
    assert isinstance(ast.parse(test.source).body[-1], ast.Expr)
    return by_nbgraders_rule(read(unit), cell, namespace)


@cache
def solved(unit: str, task: str) -> dict[str, Any]:
    """What stands after the first cell (without the trainee's own page) and the solution of one task."""
    namespace: dict[str, Any] = {}
    for name in ("open", task):
        cell = read(unit).cell(name)
        assert cell is not None
        exec("\n".join(line for line in cell.source.splitlines() if "open_analysis" not in line), namespace)
    return namespace


B1 = {
    "": 5,
    'matters, again = matters.to_frame(), contacts.groupby("owner", observed=True)[["recontact_72h"]].mean()': 5,
    "matters, again = matters.reset_index(), again.reset_index()": 5,
    'matters = first.pivot_table(index="owner", values="contact_id", aggfunc="count", observed=True) / len(first)': 5,
    'again = contacts.groupby("owner", observed=True)["recontact_72h"].agg(["mean"])': 5,
    'again = contacts.groupby("owner", observed=True).agg(rate=("recontact_72h", "mean"))': 5,
    "matters, again = matters.to_dict(), again.rename(str.capitalize)": 5,
    "matters, again = matters.round(3), again.round(3)": 5,
    "matters, again = matters.round(2), again.round(2)": 2.5,
    "matters, again = 100 * matters, 100 * again": 2.5,
    'matters = contacts["owner"].value_counts(normalize=True)': 3.5,
    'matters = first["owner"].value_counts()': 3.5,
    'matters = first["owner"].value_counts() / len(contacts)': 3.5,
    'again = first.groupby("owner", observed=True)["recontact_72h"].mean()': 3,
    "matters, again = matters * 0 + 1 / 8, again * 0": 0,
    "matters = matters.reset_index(drop=True)": 0,
    "matters = None": 0,
}
B2_AGAIN = """speed = pd.cut(enquiries["wait"], [-1, 60, 300, 1e9], labels=["quick", "mid", "slow"])
named = enquiries.assign(o=ordered, speed=speed)
"""
ALL = """enquiries = contacts.query("kind == 'first' and intent == 'presale' and channel in ['chat', 'wechat']")
by = enquiries["led_to_order_id"].notna().groupby(enquiries["channel"].astype(str))
fast, late = enquiries["wait"] <= 60, enquiries["wait"] > 300
ordered, line = enquiries["led_to_order_id"].notna(), enquiries["channel"].astype(str)
curve = pd.DataFrame({"quick": ordered[fast].groupby(line).mean(), "slow": ordered[late].groupby(line).mean()})
"""
B2 = {
    "": 5,
    B2_AGAIN + 'curve = named.pivot_table(index="channel", columns="speed", values=["o"], observed=True)': 5,
    B2_AGAIN + 'curve = named.pivot_table(index="channel", columns="speed", values="o", observed=False)': 5,
    B2_AGAIN + 'curve = named.groupby(["channel", "speed"], observed=False)["o"].mean().unstack()': 5,
    "curve = curve.to_dict()": 5,
    "curve = curve.reset_index()": 5,
    'curve = curve.rename(index={"chat": "Chat", "wechat": "WeChat"})': 5,
    "curve = curve.round(3)": 5,
    "curve = curve.round(2)": 2.5,
    "curve = 100 * curve": 2.5,
    "curve = (100 * curve).round(0)": 2.5,
    ALL: 2.5,
    ALL + "curve = 100 * curve": 1.25,
    ALL + "curve = curve.round(2)": 1.25,
    "curve = curve.assign(quick=0.5)": 2.5,
    "curve = curve.T": 0,
    "curve = 0 * curve": 0,
}
B3 = {
    "": 5,
    "returned = returned.to_frame()": 5,
    'returned = matched["repurchased_180d"].astype(float).groupby(became).agg(["mean", "size"])': 5,
    "returned = returned.to_dict()": 5,
    'returned = returned.rename("share").rename_axis("group").reset_index()': 5,
    "returned = returned.rename(str.capitalize)": 5,
    "returned = returned.round(3)": 5,
    "returned = returned.round(2)": 2.5,
    "returned = 100 * returned": 2.5,
    'returned = returned.rename({"right": "wrong", "wrong": "right"})': 3,
    'returned = returned.where(returned.index != "wrong", returned["silent"])': 3.5,
    'quiet = failed[~failed["order_id"].isin(contacts["order_id"].dropna())]\n'
    'returned = returned.where(returned.index != "silent", quiet["repurchased_180d"].astype(float).mean())': 4,
    "returned = 0 * returned": 0,
    'returned = returned.drop("silent")': 0,
}
B4 = {
    "": 5,
    "gap = share.diff().dropna()": 5,
    "gap, occasions = share.diff(), number.iloc[[1]] / number.iloc[0]": 5,
    "gap, occasions = round(gap, 3), round(occasions, 2)": 5,
    "why = ' More orders, more occasions'": 5,
    "gap, occasions = round(gap, 2), round(occasions, 1)": 3.5,
    "gap = 100 * gap": 4,
    "gap = -gap": 4,
    "occasions = 1 / occasions": 4.5,
    "occasions = number[True] - number[False]": 4,
    "why = 'chance'": 3,
    "gap, occasions = 0, 0": 2,
    "gap = None": 0,
}
P1 = {
    "": 3,
    "d = closed['closed_at'] - closed['opened_at']; mean_days, median_days = d.mean(), d.median()": 3,
    "mean_days, median_days, work_share = round(mean_days, 2), round(median_days, 2), round(work_share, 4)": 3,
    "mean_days, median_days, work_share = round(mean_days, 1), round(median_days, 1), round(work_share, 3)": 1.5,
    "mean_days, median_days = 24 * mean_days, 24 * median_days": 2,
    "d = (closed['closed_at'] - closed['opened_at']).dt.days; mean_days, median_days = d.mean(), d.median()": 2,
    "median_days = mean_days - 1": 2,
    "work_share = 100 * work_share": 2.5,
    "work_share = round(work_share, 2)": 2,
    "work_share = 60 * work_share": 2.5,
    "work_share = log['hands_on_minutes'].sum() / (days.sum() * 1440)": 2,
    "mean_days = days": 0,
}
P2 = {
    "": 3,
    "main_share, twice_share = round(main_share, 3), round(twice_share, 3)": 3,
    "main_share = found['cumulative_share'].iloc[:1]": 3,
    "twice_share = round(twice_share, 2)": 2.5,
    "main_share, twice_share = 100 * main_share, 100 * twice_share": 2,
    "twice_share = (log['activity'] == 'inspect_again').mean()": 2,
    "twice_share = (log['activity'] == 'inspect_again').sum() / len(cases)": 3,
    "ways = 2": 2,
    "ways = found": 0,
}
BY_STATION = """steps = log["activity"].astype(str).replace({})
work = log["hands_on_minutes"].groupby(steps).sum() / calendar["workday"].sum()
station_load = work.reindex(time.index) / time
"""
P3 = {
    "": 4,
    "station_load = station_load.to_frame()": 4,
    "station_load = station_load.to_dict()": 4,
    "station_load = station_load.reset_index()": 4,
    "station_load = work / time": 4,
    "bottleneck = 'Approve'": 4,
    "station_load = station_load.round(3)": 4,
    "station_load = station_load.round(2)": 2.5,
    "station_load = 100 * station_load": 2.5,
    "station_load = station_load * calendar['workday'].sum() / len(calendar)": 3,
    BY_STATION.format("{}"): 3.25,
    BY_STATION.format('{"reject": "approve", "inspect_again": "inspect"}'): 3.25,
    BY_STATION.format('{"inspect_again": "inspect"}'): 2.5,
    "bottleneck = 'repair'": 3,
    "station_load = 0 * station_load": 1,
    "station_load = station_load.reset_index(drop=True)": 0,
}
PILOT = """days = (drawn["closed_at"] - drawn["opened_at"]).dt.total_seconds() / 86400
slow, fast = days[~drawn["pilot"]].dropna(), days[drawn["pilot"]].dropna()
sooner = slow.mean() - fast.mean()
half = 1.96 * (slow.var() / len(slow) + fast.var() / len(fast)) ** 0.5
sooner_low, sooner_high = sooner - half, sooner + half
checked = drawn[~drawn["pilot"]]
stopped = (checked["claim"] * checked["rejected"]).mean()
"""
P4 = {
    "": 4,
    "d = drawn['closed_at'] - drawn['opened_at']\nsooner = d[~drawn['pilot']].mean() - d[drawn['pilot']].mean()\n"
    "sooner_low, sooner_high = sooner - pd.Timedelta(half, 'D'), sooner + pd.Timedelta(half, 'D')": 4,
    "sooner, sooner_low, sooner_high = (round(each, 2) for each in (sooner, sooner_low, sooner_high))": 4,
    "stopped = round(stopped, 1)": 3.5,
    "sooner_low, sooner_high = sooner - 2 * half + 0.05, sooner + 0.05": 2.5,
    "sooner_low, sooner_high = sooner - half / 1.96, sooner + half / 1.96": 3,
    "sooner, sooner_low, sooner_high = -sooner, -sooner_high, -sooner_low": 3.5,
    "sooner, sooner_low, sooner_high = 24 * sooner, 24 * sooner_low, 24 * sooner_high": 2.5,
    "drawn = cases[(cases['kind'] == 'return') & (cases['claim'] < 200)]\n" + PILOT: 2.5,
    "drawn = cases[(cases['claim'] < 200) & (cases['opened_at'] >= '2024-07-01')]\n" + PILOT: 2.5,
    "sooner, sooner_low, sooner_high = 5, 5 - half, 5 + half": 1,
    "stopped = checked.loc[checked['rejected'], 'claim'].mean()": 3,
    "sooner_low, sooner_high = sooner_high, sooner_low": 0,
}
WEEKS = """def weeks_outside(warehouse, first, last):
    here = weekly[(weekly["warehouse"] == warehouse) & weekly["week"].between(first, last{})]
    chart = p_chart(here["faults"], here["parcels"], method="{}")
    return {}
"""
P5 = {
    "": 3,
    WEEKS.format("", "exact", 'list(here["week"][chart.out])'): 3,
    WEEKS.format("", "normal", 'list(here["week"][chart.out])'): 1,
    WEEKS.format(" - 1", "exact", 'list(here["week"][chart.out])'): 2,
    WEEKS.format(", inclusive='right'", "exact", 'list(here["week"][chart.out])'): 2.5,
    WEEKS.format("", "exact", 'here["week"].to_numpy()[chart.out]'): 0,
    WEEKS.format("", "exact", 'list(here["week_of"][chart.out])'): 0,
    "def weeks_outside(warehouse, first, last):\n"
    "    here = weekly[weekly['warehouse'] == warehouse]\n"
    "    out = p_chart(here['faults'], here['parcels'], method='exact').out\n"
    "    return [week for week in here['week'][out] if first <= week <= last]\n": 2,
    "def weeks_outside(*asked): return []": 0,
    "def weeks_outside(*asked): return [88, 89, 90, 91]": 0.5,
}
P6 = {
    "": 3,
    "swing = swing.to_frame()": 3,
    "swing = swing.to_dict()": 3,
    "swing = swing.rename_axis('warehouse').reset_index()": 3,
    "swing = swing.round(2)": 3,
    "swing = swing.round(1)": 2,
    "swing = swing * 52 / 51": 2,
    "swing = pd.Series({n: swing_of(r) for n, r in weekly.groupby(weekly['warehouse'].astype(str))})": 2,
    "swing = 0 * swing": 1,
    "resetting = set()": 2,
    "resetting = list(resetting)": 0,
}
ONE_MIX = """share = rated["intent"].value_counts(normalize=True)
cells = rated.groupby(["channel", "intent"])["csat"].agg(["mean", "var", "size"]).unstack("intent")
weight = cells["mean"].notna() * {}
weight = weight.div(weight.sum(axis=1), axis=0)
fair = (cells["mean"] * weight).sum(axis=1)
"""
EVERY = """rated = contacts[contacts["channel"].isin(five) & contacts["csat"].notna()]
rated = rated.assign(csat=rated["csat"].astype(float), channel=rated["channel"].astype(str))
rated = rated.assign(intent=rated["intent"].astype(str))
"""
C1 = {
    "": 4,
    "raw, fair = raw.to_dict(), fair.to_frame()": 4,
    "raw, fair, half = raw.reset_index(), fair.rename(str.upper), float(half)": 4,
    "raw, fair, half = raw.round(3), fair.round(3), round(half, 4)": 4,
    "raw, fair = raw.round(2), fair.round(2)": 2.5,
    "half = round(half, 2)": 3.5,
    "half = half / 1.96": 3.5,
    "half = 2 * half": 3.5,
    "half = 1.96 * rated.loc[rated['channel'] == 'phone', 'csat'].sem()": 3,
    "fair = raw": 2,
    ONE_MIX.format("(share * 0 + 1 / len(share))"): 3,
    EVERY + "raw = rated.groupby('channel')['csat'].mean()": 3.5,
    EVERY + ONE_MIX.format("share"): 3.5,
    "raw = raw * 0": 3,
    "fair = fair.drop('email')": 0,
}
C2 = {
    "": 3,
    "cost_by_channels = cost_by_channels.to_dict()": 3,
    "cost_by_channels = cost_by_channels.reset_index(drop=True).set_axis([1.0, 2.0, 3.0])": 3,
    "cost_by_channels = cost_by_channels.to_frame()": 3,
    "cost_by_channels = cost_by_channels.reset_index()": 3,
    "cost_by_channels = cost_by_channels.rename_axis('channels').rename('yuan').reset_index()": 3,
    "one_contact = round(one_contact, 2)": 2.5,
    "one_contact = 100 * one_contact": 2.5,
    "one_contact = (matter['contacts'] == 1).sum() / len(contacts)": 2,
    "one_contact = (matter['channels'] == 1).mean()": 2,
    "cost_by_channels = cost_by_channels.round(0)": 2,
    "cost_by_channels = cost_by_channels.round(1)": 2.5,
    "m = contacts[contacts['kind'] != 'transfer'].groupby('journey_id', observed=True).size(); "
    "one_contact = (m == 1).mean()": 2,
    "cost_by_channels = matter.groupby('channels')['cost'].mean()": 3,
    "cost_by_channels = cost_by_channels.where(cost_by_channels.index < 3, 30.0)": 2,
    "m = matter.groupby(matter['channels'].clip(upper=3)).sum(); cost_by_channels = m['cost'] / m['contacts']": 1.5,
    "m = matter.groupby('channels')[['cost', 'contacts']].sum(); cost_by_channels = m['cost'] / m['contacts']": 1,
    "cost_by_channels = cost_by_channels * 0": 1,
    "cost_by_channels = cost_by_channels.iloc[:2]": 0,
}
BY_PEOPLE = "lost = pd.Series({{n: erlang_a_metrics({}, aht, n, patience, 20).p_abandon for n in (11, 12, 13, 14)}})"
C3 = {
    "": 4,
    "lost = lost.to_dict()": 4,
    "lost = lost.reset_index()": 4,
    "lost, aht = lost.to_frame(), round(aht, 1)": 4,
    "lost = lost.round(2)": 3,
    "lost = 100 * lost": 3,
    "aht = hour['service'].mean()\n" + BY_PEOPLE.format("rate"): 3.5,
    "patience = hour.loc[~hour['served'], 'wait'].mean()\n" + BY_PEOPLE.format("rate"): 3,
    "aht, patience = aht / 60, patience / 60": 3,
    BY_PEOPLE.format("rate * 10"): 3,
    BY_PEOPLE.format("rate / 2"): 3,
    "lost = lost * 0": 2,
    "patience = 60": 3,
    "lost = lost.iloc[:3]": 0,
}
WITHOUT = """without = channel_mix(demand, whole, capacity).cost
price = channel_mix(both, bound, capacity).cost - without
"""
C4 = {
    "": 5,
    "whole = whole.reset_index()": 5,
    "whole = whole.to_dict()": 5,
    "price, refuse = round(price), round(refuse, 3)": 5,
    "refuse = round(refuse, 2)": 4.5,
    "refuse = 100 * refuse": 4.5,
    "refuse = contacts.loc[asked_to_write, 'refused'].mean()": 4,
    "refuse = refuse * 0": 4,
    "whole = whole.round(1)": 4.5,
    "whole = kept.groupby(['intent', 'channel'])['cost'].mean().unstack().loc[reasons, three]": 3.5,
    "whole = whole.assign(chat=0.0)": 4,
    "price = -price": 4.5,
    WITHOUT: 4,
    "price = price / 1000": 4,
    "price = price + without": 3,
    "price = 0": 3,
    "whole = whole.drop(columns='chat')": 0,
}
C5 = {
    "": 4,
    "back = back.to_dict()": 4,
    "back = back.reset_index()": 4,
    "back = back.rename(columns=str.upper)": 4,
    "back = back.round(2)": 3,
    "back = 100 * back": 3,
    "back = back.assign(person=0.1)": 3,
    "every = contacts[contacts['served'] & contacts['intent'].isin(reasons)]\n"
    "whom = every['channel'].eq('self_service').map({True: 'bot', False: 'person'})\n"
    "back = every['recontact_72h'].astype(float).groupby([every['intent'].astype(str), whom]).mean().unstack()": 3,
    "surely = set(back.index[back['bot'] - back['person'] >= 0.07])": 3,
    "surely = set(reasons)": 2.5,
    "surely = surely - {'price'}": 3,
    "surely = set()": 2,
    "back = back * 0": 2,
    "surely = list(surely)": 0,
}
S1 = {
    "": 4,
    "cost, back = cost.to_dict(), back.to_frame()": 4,
    'cost, back = cost.reset_index(), back.rename("share")': 4,
    "cost = cost.round(2)": 3.5,
    "back = back.round(2)": 3,
    "back = 100 * back": 3,
    "cost = pd.Series({name: each.payroll / each.contacts for name, each in outcomes.items()})": 2,
    'cost = cost.where(cost.index != "calls", 99.0)': 3,
    "back = pd.Series({name: 1 - each.resolution for name, each in outcomes.items()})": 2.5,
    "cost, back = cost * 0, back * 0": 0,
}
S2 = {
    "": 4,
    "r = r.to_dict()": 4,
    'r = applicants[scores + ["good_per_hour"]].corr()["good_per_hour"].to_frame()': 4,
    "gain = pd.Series([gain])": 4,
    "r = r.round(2)": 3,
    'r = applicants[scores].corrwith(applicants["good_per_hour"], method="spearman")': 3.5,
    'r = applicants[scores].corrwith(applicants["good_per_hour"].fillna(0))': 2,
    'gain = best["good_per_hour"].mean()': 3,
    "gain = round(gain, 2)": 3,
    'there = applicants.dropna(subset="good_per_hour")\n'
    'gain = there.nlargest(30, "structured_score")["good_per_hour"].mean() - there["good_per_hour"].mean()': 3,
    "r, gain = r * 0, 0": 0,
}
S3 = {
    "": 4,
    "fair = fair.to_dict()": 4,
    'fair = fair.rename_axis("agent_id").rename("fair").reset_index()': 4,
    "keep = float(keep)": 4,
    "keep = round(keep, 2)": 3,
    "keep = 100 * keep": 3,
    "keep = 1 - keep": 3,
    'keep = 1 - 1.37**2 / 20 / phone["csat"].var()': 3,
    "fair = fair.round(2)": 3,
    'fair = phone[june].set_index("agent_id")["csat"]': 2,
    # An error counts once: with a share of one's own the second half is judged by it.
    "keep = 0.5\nfair = (usual + keep * gaps)[june].set_axis(phone.loc[june, 'agent_id'])": 2,
    # … but a share that leaves everybody at the mean is no share.
    "keep = 0.0\nfair = (usual + keep * gaps)[june].set_axis(phone.loc[june, 'agent_id'])": 0,
    "keep, fair = 0, fair * 0": 0,
}
S4 = {
    "": 4,
    "hourly = hourly.to_frame()": 4,
    "hourly = hourly.to_dict()": 4,
    'hourly = hourly.rename("hour").reset_index().set_index("tenure_days")': 4,
    'hourly = hourly.rename_axis("month_in").rename("hourly").reset_index()': 4,
    'hourly = hourly.rename("hour").reset_index()[["hour", "tenure_days"]].set_index("tenure_days")': 4,
    "hourly = hourly.round(2)": 3,
    "lack = round(lack, 2)": 3.5,
    "lack = 6 - lack": 3,
    'every = appraisals[appraisals["line"] == "phone"]\n'
    'sums = every.groupby((every["tenure_days"] // 30).clip(upper=12))[["resolved_not_back", "contact_hours"]].sum()\n'
    'hourly = sums["resolved_not_back"] / sums["contact_hours"]\n'
    "lack = (1 - hourly.loc[0:5] / hourly.loc[12]).sum()": 3,
    'ratio = phone["resolved_not_back"] / phone["contact_hours"]\n'
    'hourly = ratio.groupby((phone["tenure_days"] // 30).clip(upper=12)).mean()': 3,
    # With an invented row of its own the second half is not judged by it.
    "hourly = pd.Series(np.arange(1.0, 14.0))\nlack = (1 - hourly.loc[0:5] / hourly.loc[12]).sum()": 0,
    "hourly, lack = hourly * 0, 0": 0,
}
S5 = {
    "": 2,
    "gap, half = [gap], pd.Series([half])": 2,
    "gap = -gap": 1.5,
    "gap, half = round(gap, 2), round(half, 2)": 1,
    "half = 2 * half": 1.5,
    "half = half / 1.96": 1.5,
    "gap = coached.mean()": 1,
    "gap, half = 1, 1": 0,
}
S6 = {
    "": 2,
    "people, more = float(people), [more]": 2,
    "people = int(np.ceil(sum(needed) / 5))": 1.5,
    "more = people + more": 1.5,
    # Sunday and Monday left out: the numbers tell six patterns from seven.
    "people = least([(day, day + 1) for day in range(6)])": 1,
    "people, more = 1, 0": 0,
}

TASKS: Mapping[str, Mapping[str, Mapping[str, float]]] = {
    "00_orientation": {"b1-owners": B1, "b2-delay": B2, "b3-returned": B3, "b4-control": B4},
    "02_process": {
        "b1-time": P1,
        "b2-ways": P2,
        "b3-load": P3,
        "b4-pilot": P4,
        "b5-weeks": P5,
        "b6-swing": P6,
    },
    "03_channels": {"b1-fair": C1, "b2-matters": C2, "b3-desk": C3, "b4-route": C4, "b5-contained": C5},
    "04_people": {
        "b1-scheme": S1,
        "b2-hire": S2,
        "b3-list": S3,
        "b4-learning": S4,
        "b5-lot": S5,
        "b6-roster": S6,
    },
}
CASES = [
    (unit, task, code, points)
    for unit, tasks in TASKS.items()
    for task, cases in tasks.items()
    for code, points in cases.items()
]


def together(unit: str) -> pytest.MarkDecorator:
    """What is about one unit runs on one worker: its solutions are run once."""
    return pytest.mark.xdist_group(f"marks-{unit[:2]}")


def answered(unit: str, task: str, code: str) -> tuple[float, str]:
    """What a task earns when its solution is followed by this code, and what is said."""
    namespace = dict(solved(unit, task))
    exec(code, namespace)
    return marks(unit, f"test-{task}", namespace)


@pytest.mark.parametrize(
    ("unit", "task", "code", "points"),
    [
        pytest.param(unit, task, code, points, id=f"{unit[:2]}-{task[:2]}-{at}-{points:g}", marks=together(unit))
        for at, (unit, task, code, points) in enumerate(CASES)
    ],
)
def test_a_prepared_answer_earns_what_the_key_says(unit: str, task: str, code: str, points: float) -> None:
    earned, said = answered(unit, task, code)
    assert earned == pytest.approx(points)
    test = read(unit).cell(f"test-{task}")
    assert test is not None
    if earned < test.nbgrader["points"]:
        assert " · " in said, "what is not fully right is explained in both languages"
    else:
        assert said == ""


SAID = {
    "00-b1-round": ("b1-owners", "matters, again = matters.round(2), again.round(2)", "two decimals", "count first"),
    "00-b1-unit": ("b1-owners", "matters, again = 100 * matters, 100 * again", "per cent", "the mean of"),
    "00-b2-round": ("b2-delay", "curve = curve.round(2)", "two decimals", "gave up"),
    "00-b2-unit": ("b2-delay", "curve = 100 * curve", "per cent", "missed"),
    "00-b3-unit": ("b3-returned", "returned = 100 * returned", "per cent", "match order"),
    "00-b3-swap": ("b3-returned", list(B3)[9], "other way", "match order"),
    "00-b4-turned": ("b4-control", "occasions = 1 / occasions", "upside down", "the two means"),
    "02-b1-round": ("b1-time", list(P1)[3], "one decimal", "closed returns only"),
    "02-b1-log": ("b1-time", list(P1)[10], "whole log", "all minutes of work"),
    "02-b2-round": ("b2-ways", "twice_share = round(twice_share, 2)", "two decimals", "rows"),
    "02-b3-unit": ("b3-load", "station_load = 100 * station_load", "per cent", "rejections"),
    "02-b3-again": ("b3-load", list(P3)[11], "inspect_again", "look again"),
    "02-b4-years": ("b4-pilot", list(P4)[8], "no lot", "interval"),
    "02-b4-repairs": ("b4-pilot", list(P4)[9], "repairs", "interval"),
    "02-b5-whole": ("b5-weeks", list(P5)[7], "from all weeks", "normal curve"),
    "02-b5-normal": ("b5-weeks", list(P5)[2], "normal curve", "from all weeks"),
    "02-b5-last": ("b5-weeks", list(P5)[3], "last week", "normal curve"),
    "02-b6-51": ("b6-swing", "swing = swing * 52 / 51", "not by 51", "own share"),
}


@pytest.mark.parametrize("name", [pytest.param(name, marks=together(name)) for name in SAID])
def test_a_message_says_what_was_wrong_and_nothing_else(name: str) -> None:
    task, code, right, wrong = SAID[name]
    unit = next(unit for unit in TASKS if unit.startswith(name[:2]))
    said = answered(unit, task, code)[1].lower()
    assert right in said
    assert wrong not in said
