"""Contacts: why customers get in touch, what they say, what agents do, and how it ends."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servicelab.company.firm import mechanisms as m
from servicelab.company.firm.texts import sentence, split_patterns
from servicelab.company.simulation.draws import answers, look_up, pick, pick_each, stream

NEEDS = tuple(m.NEED_SHARE)
REMEDIES = ("none", "apology", "fix", "both")
TEST_SHARE = 0.3
RECONTACT_HOURS = 72


def make_contacts(seed: int, customers: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    """Contacts in time order: after failures, as enquiries, before buying, and again when nothing was solved."""
    rng = stream(seed, "contacts")
    begun = pd.concat([_after_failures(rng, orders), _enquiries(rng, customers, orders)], ignore_index=True)
    begun["need"] = _needs(rng, begun["feature_id"].to_numpy())
    waves = [_handled(rng, begun)]
    while True:
        again = waves[-1].loc[~waves[-1]["resolved_for_good"]]
        if len(waves) > 3 or again.empty:
            break
        back = again[["customer_id", "order_id", "feature_id", "need"]].reset_index(drop=True)
        hours = 2 + rng.beta(1.2, 1.8, len(back)) * (RECONTACT_HOURS - 24)
        day = (again["opened_at"].to_numpy() + (hours * 60).astype("timedelta64[m]")).astype("datetime64[D]")
        back["opened_at"] = np.maximum(_moment(rng, day), again["opened_at"].to_numpy() + np.timedelta64(45, "m"))
        back["angry_chance"] = m.ANGRY_AGAIN
        waves.append(_handled(rng, back))
    contacts = pd.concat(waves, ignore_index=True)
    contacts = contacts.loc[contacts["opened_at"] < pd.Timestamp(m.END) + pd.Timedelta(days=1)]
    contacts = contacts.sort_values(["opened_at", "customer_id"], kind="stable", ignore_index=True)
    contacts["recontact_72h"] = came_back(contacts)
    segment = contacts["customer_id"].map(customers.set_index("customer_id")["segment"]).to_numpy()
    contacts["channel"] = _channels(stream(seed, "contacts", "channel"), segment)
    contacts["csat"] = _csat(stream(seed, "contacts", "csat"), contacts)
    contacts.insert(0, "contact_id", [f"C{number:05d}" for number in range(1, len(contacts) + 1)])
    return _with_texts(seed, contacts)


def came_back(contacts: pd.DataFrame) -> pd.Series:
    """Whether the same customer made contact about the same feature and order within the next 72 hours.

    `contacts` is in time order, with customer_id, feature_id, order_id and opened_at.
    """
    about = contacts["customer_id"] + contacts["feature_id"] + contacts["order_id"].fillna("")
    wait = contacts.groupby(about)["opened_at"].shift(-1) - contacts["opened_at"]
    return wait <= pd.Timedelta(hours=RECONTACT_HOURS)


def _after_failures(rng: np.random.Generator, orders: pd.DataFrame) -> pd.DataFrame:
    failed = orders.loc[orders["failed_feature"].notna()]
    chance = look_up(m.FAILURE_CONTACT, failed["failed_feature"].to_numpy())
    failed = failed.loc[rng.random(len(failed)) < chance]
    day = failed["ordered_at"].to_numpy().astype("datetime64[D]")
    # A late parcel is missed after its day and before it comes; a fault shows later; everything else on arrival.
    late = (failed["failed_feature"] == "on_time_delivery").to_numpy()
    fault = (failed["failed_feature"] == "warranty_repair").to_numpy()
    promised, delivered = failed["promised_days"].to_numpy(), failed["delivered_days"].to_numpy()
    overdue = promised + 1 + (rng.random(len(failed)) * np.maximum(delivered - promised, 0)).astype(int)
    after = delivered + 1 + rng.integers(0, 3, len(failed)) + np.where(fault, rng.integers(20, 150, len(failed)), 0)
    wait = np.where(late, overdue, after)
    return pd.DataFrame(
        {
            "customer_id": failed["customer_id"].to_numpy(),
            "order_id": failed["order_id"].to_numpy(),
            "feature_id": failed["failed_feature"].to_numpy(),
            "opened_at": _moment(rng, day + wait.astype("timedelta64[D]")),
            "angry_chance": m.ANGRY_FAILURE,
        }
    )


def _enquiries(rng: np.random.Generator, customers: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    asked = orders.iloc[np.repeat(np.arange(len(orders)), rng.poisson(m.ENQUIRIES_PER_ORDER, len(orders)))]
    feature = pick(rng, list(m.ENQUIRY_SHARE), list(m.ENQUIRY_SHARE.values()), len(asked))
    before = rng.random(len(asked)) < look_up(m.PRESALE, feature)
    day = asked["ordered_at"].to_numpy().astype("datetime64[D]")
    shift = np.where(before, -rng.integers(1, 10, len(asked)), 1 + (rng.beta(1, 2.5, len(asked)) * 20).astype(int))
    # Nobody asks as a member before joining: who joined on buying asks about the order instead.
    joined = asked["customer_id"].map(customers.set_index("customer_id")["joined_on"]).to_numpy()
    asked_on = day + shift.astype("timedelta64[D]")
    before &= (asked_on > joined.astype("datetime64[D]")) & (asked_on >= np.datetime64(m.START))
    shift = np.where(before, shift, np.abs(shift))
    opened = _moment(rng, day + shift.astype("timedelta64[D]"))
    return pd.DataFrame(
        {
            "customer_id": asked["customer_id"].to_numpy(),
            "order_id": asked["order_id"].where(~before, None).to_numpy(),
            "feature_id": feature,
            "opened_at": opened,
            "angry_chance": m.ANGRY_ENQUIRY,
        }
    )


def _needs(rng: np.random.Generator, feature: NDArray[Any]) -> NDArray[Any]:
    chances = np.array(
        [[share * m.NEED_TILT.get(name, {}).get(need, 1.0) for need, share in m.NEED_SHARE.items()] for name in feature]
    )
    return np.array(NEEDS)[pick_each(rng, chances)]


def _handled(rng: np.random.Generator, contacts: pd.DataFrame) -> pd.DataFrame:
    """The same contacts with tone, remedy, and whether it was solved and stayed so."""
    done = contacts.copy()
    done["angry"] = rng.random(len(done)) < done.pop("angry_chance")
    chances = np.where(done["angry"].to_numpy()[:, None], m.REMEDY_ANGRY, m.REMEDY_CALM)
    done["remedy"] = np.array(REMEDIES)[pick_each(rng, chances)]
    chance = [m.RESOLVED[need][remedy] for need, remedy in zip(done["need"], done["remedy"], strict=True)]
    done["resolved"] = rng.random(len(done)) < np.array(chance)
    again = np.where(done["resolved"], m.RECONTACT[True], m.RECONTACT[False])
    done["resolved_for_good"] = rng.random(len(done)) >= again
    return done


def _channels(rng: np.random.Generator, segment: NDArray[Any]) -> NDArray[Any]:
    names = list(m.CSAT_RESPONSE)
    return np.array(names)[pick_each(rng, np.array([[m.CHANNEL_SHARE[s][c] for c in names] for s in segment]))]


def _csat(rng: np.random.Generator, contacts: pd.DataFrame) -> Any:
    angry = contacts["angry"].to_numpy()
    gain = [m.CSAT_GAIN[need][remedy] for need, remedy in zip(contacts["need"], contacts["remedy"], strict=True)]
    mean = look_up(m.CSAT_BASE, contacts["need"].to_numpy()) + np.array(gain) + angry * m.CSAT_ANGRY
    # Whether people answer depends on channel and tone, both in the table, and on nothing else: an analysis can allow
    # for it.
    chance = look_up(m.CSAT_RESPONSE, contacts["channel"].to_numpy()) + angry * m.CSAT_RESPONSE_ANGRY
    csat = pd.array(answers(rng, mean), dtype="Int64")
    csat[rng.random(len(contacts)) >= chance] = pd.NA
    return csat


def _with_texts(seed: int, contacts: pd.DataFrame) -> pd.DataFrame:
    split = pick(stream(seed, "split"), ("train", "test"), (1 - TEST_SHARE, TEST_SHARE), len(contacts))
    contacts["split"] = split
    for lang in ("en", "zh"):
        pools = split_patterns(lang, stream(seed, "patterns", lang))
        rng = stream(seed, "texts", lang)
        chosen = []
        for side, feature, need, angry in zip(
            split, contacts["feature_id"], contacts["need"], contacts["angry"], strict=True
        ):
            pool = pools[side][feature, need, bool(angry)]
            chosen.append(pool[int(rng.integers(len(pool)))])
        contacts[f"template_{lang}"] = [pattern.id for pattern in chosen]
        contacts[f"text_{lang}"] = [sentence(pattern, lang, rng) for pattern in chosen]
    return contacts


def _moment(rng: np.random.Generator, day: NDArray[Any]) -> NDArray[Any]:
    """A minute of that day, by the hours at which customers get in touch."""
    hour = pick(rng, np.arange(8, 22), m.HOURS, day.size)
    minutes = hour * 60 + rng.integers(0, 60, day.size)
    moment: NDArray[Any] = day.astype("datetime64[m]") + minutes.astype("timedelta64[m]")
    return moment
