"""What holds exactly in every run and is not seen in the written tables; and one seed one firm.

Keys, references and causes are the checker's (`data check`), which three seeds' written tables pass.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from tests.company.skylark_world import world

from servicelab.company.simulation import LINES, Campaign, Firm, Scenario, simulate

START = pd.Timestamp("2023-01-01")


def test_what_is_known_to_the_second_is_no_earlier_than_its_cause(firm: Firm) -> None:
    """What the checker of the written tables cannot see: moments that are not written, and days that are over."""
    orders = firm.tables["orders"].set_index("order_id")
    contacts = firm.tables["contacts"]
    assert (orders["delivered_at"].dropna() >= orders["ordered_at"][orders["delivered_at"].notna()]).all()
    asks = contacts[contacts["led_to_order_id"].notna() & contacts["served"]]
    answered = asks["opened_at"] + pd.to_timedelta(asks["wait"], unit="s")
    assert (answered < asks["led_to_order_id"].map(orders["ordered_at"])).all()
    goods = contacts[contacts["intent"].isin(["damaged", "defect", "return"]) & contacts["order_id"].notna()]
    assert len(goods) > 1000
    assert (goods["opened_at"] > goods["order_id"].map(orders["delivered_at"])).all()
    # Nobody but a writer of letters is answered by somebody who has left.
    left = contacts["agent_id"].map(firm.tables["agents"].set_index("agent_id")["left_on"])
    met = contacts[left.notna() & (contacts["channel"] != "email")]
    assert len(met) > 1000
    assert (met["opened_at"] < left[met.index]).all()


@pytest.mark.xdist_group("one_year")
def test_no_agent_handles_more_at_once_than_the_line_allows(one_year: Firm) -> None:
    log = one_year.tables["line_log"]
    for line in LINES:
        calls = log[(log["line"] == line) & log["served"]]
        begin = calls["arrived_at"] + calls["wait"]
        changes = pd.DataFrame(
            {
                "agent": np.tile(calls["agent"], 2),
                "at": np.concatenate([begin, begin + calls["service"] - 1e-6]),
                "step": np.repeat([1, -1], len(calls)),
            }
        ).sort_values(["at", "step"], kind="stable")
        assert changes.groupby("agent")["step"].cumsum().max() <= world.lines.concurrency[line]


@pytest.mark.xdist_group("one_year")
def test_shifts_are_the_desk_hours_and_calls_lie_in_them(one_year: Firm) -> None:
    shifts, staffing = one_year.tables["shifts"], one_year.tables["staffing"]
    hours = (shifts["end"] - shifts["begin"]).groupby([shifts["day"], shifts["line"].astype(str)]).sum() / 3600
    day = (staffing["date"] - START).dt.days
    planned = staffing.set_index([day, "line"])["desk_hours"]
    assert np.allclose(hours.reindex(planned.index).fillna(0), planned)
    # Whoever answers is at the desk that day, and takes nobody up before the first spell or after the last.
    log = one_year.tables["line_log"].query("served")
    start = log["arrived_at"] + log["wait"]
    at_desk = shifts.groupby(["agent", "day"]).agg(begin=("begin", "min"), end=("end", "max"))
    own = at_desk.reindex(pd.MultiIndex.from_arrays([log["agent"], start // 86_400]))
    assert own["begin"].notna().all()
    assert (start.to_numpy() >= own["begin"].to_numpy() - 1e-6).all()
    assert (start.to_numpy() < own["end"].to_numpy()).all()


def test_the_line_log_names_the_members_on_record(firm: Firm) -> None:
    log, contacts = firm.tables["line_log"], firm.tables["contacts"]
    ours = log[log["member"] >= 0]
    staffed = contacts[contacts["channel"] != "self_service"]
    assert len(ours) == len(staffed)
    assert ("K" + (ours["member"] + 1).astype(str).str.zfill(5)).tolist() == staffed["customer_id"].tolist()
    assert np.allclose(ours["wait"], staffed["wait"], atol=0.051)


def test_orders_tell_of_themselves_what_holds(firm: Firm) -> None:
    orders = firm.tables["orders"]
    parcel = orders["warehouse"].notna()
    assert (orders.loc[~parcel, "channel"] == "shop").all()
    assert orders.loc[~parcel, ["promised_days", "delivered_days", "on_time"]].isna().all(axis=None)
    arrived = orders[parcel & orders["delivered_at"].notna()]
    assert arrived[["promised_days", "delivered_days", "on_time"]].notna().all(axis=None)
    assert (arrived["on_time"] == (arrived["delivered_days"] <= arrived["promised_days"])).all()
    assert (arrived["on_time"] == (arrived["failed_feature"] != "on_time_delivery")).all()
    took = arrived["delivered_at"].dt.normalize() - arrived["ordered_at"].dt.normalize()
    assert (took.dt.days == arrived["delivered_days"]).all()
    away = orders[parcel & orders["delivered_at"].isna()]
    assert away[["delivered_days", "on_time", "failed_feature", "satisfaction"]].isna().all(axis=None)
    assert (orders["failed_feature"].dropna() != orders["extra_feature"][orders["failed_feature"].notna()]).all()
    assert orders["satisfaction"].dropna().between(1, 5).all()


def test_coming_back_follows_from_the_orders(firm: Firm) -> None:
    orders = firm.tables["orders"].sort_values(["customer_id", "ordered_at"], kind="stable")
    after = orders.groupby("customer_id")["ordered_at"].shift(-1) - orders["ordered_at"]
    known = orders["ordered_at"] + pd.Timedelta(days=180) < START + pd.Timedelta(days=len(firm.tables["calendar"]))
    assert (orders["repurchased_180d"].isna() == ~known).all()
    assert (orders["repurchased_180d"][known].astype(bool) == (after <= pd.Timedelta(days=180))[known]).all()


def test_shops_months_add_up_to_the_orders(firm: Firm) -> None:
    orders, months = firm.tables["orders"].query("channel == 'shop'"), firm.tables["shop_months"]
    month = orders["ordered_at"].dt.to_period("M").dt.to_timestamp()
    sums = orders["amount"].groupby([orders["shop_id"], month]).sum()
    told = months.set_index(["shop_id", "month"])["member_sales"]
    assert np.allclose(told, sums.reindex(told.index).fillna(0), rtol=0, atol=1e-6)
    assert (months["sales"] > months["member_sales"]).all()


def test_a_matter_keeps_its_subject_and_who_got_no_answer_got_nothing(firm: Firm) -> None:
    contacts = firm.tables["contacts"]
    assert contacts[["feature_id", "need", "angry", "remedy"]].notna().all(axis=None)
    for column in ("feature_id", "need", "intent"):
        assert contacts.groupby("journey_id")[column].nunique().eq(1).all()
    assert (contacts.loc[~contacts["served"], "remedy"] == "none").all()
    passed = contacts[contacts["kind"] == "transfer"]
    tone = contacts.set_index("contact_id")["angry"]
    assert (passed["angry"].to_numpy() == passed["parent_id"].map(tone).to_numpy()).all()


def test_members_contacts_are_among_the_firms(firm: Firm) -> None:
    contacts = firm.tables["contacts"]
    assert (contacts["channel"] != "self_service").sum() < len(firm.tables["line_log"])
    served = contacts[contacts["served"] & (contacts["channel"] != "self_service")]
    assert served["agent_id"].notna().all()
    assert served["handling"].gt(0).all()
    assert contacts.loc[~contacts["served"], ["agent_id", "handling", "csat"]].isna().all(axis=None)


def test_one_seed_one_firm_and_another_seed_another() -> None:
    first, again = (simulate(Scenario(months=2, scale=0.3, seed=5), world) for _ in range(2))
    other = simulate(Scenario(months=2, scale=0.3, seed=6), world)
    for name, table in first.tables.items():
        pd.testing.assert_frame_equal(table, again.tables[name])
    for name, table in first.truth.items():
        pd.testing.assert_frame_equal(table, again.truth[name])
    assert not first.tables["contacts"].equals(other.tables["contacts"])


@pytest.mark.parametrize(
    "scenario",
    [
        {"bot": False}, {"routing": "digital_first"}, {"callback": True}, {"shape": "flat"}, {"surges": ()},
        {"campaigns": ()}, {"campaigns": (Campaign("x", Scenario().start),)}, {"incidents": False}, {"temps": 0},
        {"app_rollout": False}, {"approval_pilot_from": None}, {"staffing": 0.3}, {"staff_change": {"chat": 3}},
    ],
    ids=str,
)  # fmt: skip
def test_every_choice_runs(scenario: dict[str, object]) -> None:
    firm = simulate(Scenario(months=2, scale=0.1, **scenario), world)  # type: ignore[arg-type]
    assert len(firm.tables["contacts"]) > 50
    assert firm.tables["contacts"]["customer_id"].isin(firm.tables["customers"]["customer_id"]).all()


def test_another_start_runs_and_more_people_cost_more() -> None:
    late = simulate(Scenario(start=date(2025, 2, 1), months=3, scale=0.1), world)
    # The festival at the start does not come round to the end.
    assert not late.tables["calendar"]["no_delivery"].iloc[-20:].any()
    pay = [simulate(Scenario(months=2, scale=0.1, staffing=staffing), world).summary()["pay"] for staffing in (1, 2)]
    assert pay[1] > 1.5 * pay[0]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"scale": 0}, "scale"), ({"scale": 99}, "scale"), ({"months": 0}, "months"), ({"staffing": 0}, "staffing"),
        ({"pay": "much"}, "pay"), ({"routing": "none"}, "routing"), ({"shape": "round"}, "shape"),
        ({"start": date(2024, 2, 29), "months": 1}, "start"), ({"start": date(2022, 1, 1)}, "start"),
        ({"months": 37}, "2023 to 2025"), ({"months": 1.5}, "months"), ({"seed": -1}, "seed"),
        ({"staffing": float("inf")}, "staffing"), ({"containment": 5.0}, "containment"), ({"temps": -3}, "temps"),
        ({"approval_limit": -5.0}, "approval_limit"), ({"stations": {"inspect": 0.0}}, "stations"),
        ({"surges": ("easter",)}, "surges"), ({"staff_change": {"fax": 1}}, "fax"), ({"stations": {"x": 1}}, "'x'"),
    ],
    ids=str,
)  # fmt: skip
def test_a_scenario_that_cannot_run_says_so(wrong: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Scenario(**wrong)  # type: ignore[arg-type]


def test_the_whole_firm_on_record_runs_too() -> None:
    firm = simulate(Scenario(months=1, scale=14, campaigns=()), world)
    log = firm.tables["line_log"]
    # All but those who will join later.
    assert (log["member"] >= 0).mean() > 0.9
    months = firm.tables["shop_months"]
    assert months["sales"].gt(months["member_sales"]).all()


def test_waits_do_not_depend_on_how_many_members_are_kept() -> None:
    few, many = (simulate(Scenario(months=3, scale=scale, campaigns=()), world) for scale in (0.05, 1.0))
    assert len(few.tables["contacts"]) < 0.1 * len(many.tables["contacts"])
    assert len(few.tables["line_log"]) == pytest.approx(len(many.tables["line_log"]), rel=0.12)
    assert few.summary()["abandoned"] == pytest.approx(many.summary()["abandoned"], abs=0.04)
    assert few.summary()["occupancy"] == pytest.approx(many.summary()["occupancy"], abs=0.06)
