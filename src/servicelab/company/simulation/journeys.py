"""Journeys touch by touch: on the way to an order, through it, and after it; many end without one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from servicelab.company.simulation.draws import Lots, Luck, after, answers, chosen
from servicelab.company.simulation.festivals import month_of
from servicelab.company.simulation.members import DAY, Flags, Floats, Ints, Members
from servicelab.company.simulation.names import BEFORE_BUYING as BEFORE
from servicelab.company.simulation.names import WITH_ORDER
from servicelab.company.simulation.orders import Orders
from servicelab.company.simulation.scenario import Scenario
from servicelab.company.simulation.world import World, by_name

NAMES = (*BEFORE, "checkout", "delivery", "assembly", "care_message")
NUMBER = {name: number for number, name in enumerate(NAMES)}
#: From when to when something can be touched, in hours, and all that is not named.
ONLINE = (8.0, 23.0)
HOURS = {
    "shop_visit": (10.0, 21.0), "adviser": (10.0, 21.0), "delivery": (9.0, 19.0), "assembly": (9.0, 18.0),
}  # fmt: skip
#: Somebody who has not bought is looked for so many times.
TRIES = 12
#: Places of touches lie below; what is beyond a journey's length is sorted behind them.
NOT_THERE = 10.0


class Journeys:
    """Journeys of a sample of members who agreed to be followed.

    What was touched decides the chance of buying; a journey that ends in buying is then one that led to an order on
    record of that day, with its checkout and delivery; one that does not, a fortnight without any.
    """

    def __init__(self, world: World, scenario: Scenario, lots: Lots, calendar: pd.DataFrame) -> None:
        """All journeys up to their end; nobody has made one yet."""
        self.world, self.scenario, self.lots = world, scenario, lots
        w = world.touchpoints
        most = w.longest
        month = month_of(calendar)
        a_day = w.journeys * scenario.scale / world.members.days
        counts = lots.each("journeys", month, lambda rng, rows: rng.poisson(a_day, rows.stop - rows.start))
        #: Day on which each ends.
        self.day = np.repeat(np.arange(len(counts)), counts)
        n = len(self.day)
        luck = lots.luck("journey", month[self.day], 4 * most + 40)
        self.length = np.minimum(1 + after(luck[:, 0], w.stops), most)
        there = np.arange(most) < self.length[:, None]
        touch = chosen(luck[:, 1 : 1 + most].ravel(), by_name(w.share, BEFORE)).reshape(n, most)
        gain = (by_name(w.adds, BEFORE)[touch] * there).sum(axis=1)
        self.bought = luck[:, 1 + most] < 1 / (1 + np.exp(-(w.convert + gain)))
        late = np.isin(touch, [NUMBER[name] for name in w.late])
        order = luck[:, 2 + most : 2 + 2 * most] + w.late_by * late + NOT_THERE * ~there
        self.touch = np.take_along_axis(touch, np.argsort(order, axis=1, kind="stable"), axis=1)
        # Days from each touch to the last one of its journey: each on a day of its own.
        pause = 1 + _poisson(luck[:, 2 + 2 * most : 2 + 3 * most], w.pause)
        ahead = np.arange(most) < self.length[:, None] - 1
        self.back = np.cumsum((pause * ahead)[:, ::-1], axis=1)[:, ::-1]
        self.span = self.back[:, 0]
        self.luck = luck[:, 2 + 3 * most :]
        #: How each touch felt: before the order by place, with it by name.
        self.felt = by_name(w.score["before"], BEFORE)[self.touch] + w.felt_sd * ndtri(luck[:, -most:])
        self.felt += np.where(self.bought, w.score_converts, -w.score_converts)[:, None]
        self.who = np.full(n, -1)
        self.order = np.full(n, -1)
        self.lift: dict[int, float] = {}
        self._leaves: dict[int, list[int]] = {}
        self._ordered: Floats = np.zeros(0)

    # --- In the run ---

    def end_of(self, day: int, orders: Orders, members: Members) -> None:
        """Find the day's orders that journeys have led to, and members for those that led to none."""
        if not len(self._ordered):
            self._ordered = np.sort(orders.member * 1e5 + orders.day)
        low, high = np.searchsorted(self.day, [day, day + 1])
        if low == high:
            return
        first, last = np.searchsorted(orders.placed, [day * DAY, (day + 1) * DAY])
        rows = np.arange(first, last)
        member = orders.member[rows]
        free = members.opted[member] & ~orders.void[rows] & (members.left[member] >= day)
        shop = orders.channel[rows] == 0
        for number in range(low, high):
            if not self.bought[number]:
                self._nobody_bought(number, day, members)
                continue
            at_shop = NAMES[self.touch[number, self.length[number] - 1]] in self.world.touchpoints.late
            begins = day - self.span[number]
            fits = np.flatnonzero(free & (shop == at_shop) & (members.joined[member] <= begins) & (begins >= 0))
            if len(fits):
                one = int(fits[int(self.luck[number, 0] * len(fits))])
                free[one] = False
                self.order[number], self.who[number] = rows[one], member[one]
                self._follow(number, int(rows[one]), orders)

    def _nobody_bought(self, number: int, day: int, members: Members) -> None:
        """A member who was there all the time, with no order on the way nor soon after."""
        begins = day - self.span[number]
        there = members.until(begins + 0.5)
        if begins < 0 or not there:
            return
        over = day + self.world.touchpoints.over
        for u in self.luck[number, 1 : 1 + TRIES].tolist():
            person = int(u * there)
            if not members.opted[person] or members.left[person] < day:
                continue
            key = person * 1e5
            between = np.searchsorted(self._ordered, [key + begins, key + over + 1])
            if between[0] == between[1]:
                self.who[number] = person
                return

    def _with_order(self, number: int, order: int, orders: Orders) -> list[tuple[str, float, float]]:
        """Checkout, delivery and what follows: name, when, how it felt."""
        w = self.world.touchpoints
        luck = self.luck[number, 1 + TRIES :]
        placed, delivered = float(orders.placed[order]), float(orders.delivered[order])
        parcel = orders.promised[order] > 0
        late = parcel and delivered // DAY - placed // DAY > orders.promised[order]
        found = []
        for step, name in enumerate(WITH_ORDER):
            on, when, hour, feels = luck[4 * step : 4 * step + 4].tolist()
            felt = w.score[WITH_ORDER[name]][name] + w.felt_sd * float(ndtri(feels))
            if name == "checkout":
                found.append((name, placed, felt))
            elif name == "delivery":
                if parcel:
                    found.append((name, delivered, felt + (w.score_late if late else 0.0)))
            elif on < w.afterwards[name].share and (parcel or name != "assembly"):
                days = w.afterwards[name]
                day = delivered // DAY + days.first + int(when * (days.last - days.first + 1))
                low, high = HOURS.get(name, ONLINE)
                found.append((name, day * DAY + 3600 * (low + (high - low) * hour), felt))
        return found

    def _follow(self, number: int, order: int, orders: Orders) -> None:
        """X06b, X06c: peak and end of a journey decide what is thought of it, and too many touches tire."""
        w = self.world.touchpoints
        feelings = self.felt[number, : self.length[number]].tolist()
        feelings += [felt for _name, _at, felt in self._with_order(number, order, orders)]
        peak, end = max(feelings) - w.usual_peak, feelings[-1] - w.usual_end
        self.lift[order] = w.peak_rating * peak + w.end_rating * end
        many = max(len(feelings) - w.enough, 0)
        odds = w.leaves + w.leaves_for_more * many - w.stays_for_peak * peak - w.stays_for_end * end
        if self.luck[number, -self.world.touchpoints.longest - 1] < 1 / (1 + np.exp(-odds)):
            day = int(orders.delivered[order] // DAY) + w.afterwards["community"].last + 1
            self._leaves.setdefault(day, []).append(order)

    def leaving(self, day: int) -> Ints:
        """Orders whose members leave on a day over what their journey was like."""
        return np.array(self._leaves.pop(day, []), dtype=np.int64)

    # --- Afterwards ---

    def table(self, orders: Orders, members: Members, placed: Flags) -> pd.DataFrame:
        """One row a touch, in order of time, of the journeys that somebody made; `placed` tells which orders were."""
        made = (self.who >= 0) & (~self.bought | placed[np.maximum(self.order, 0)])
        rows = np.flatnonzero(made)
        most = self.touch.shape[1]
        there = np.arange(most) < self.length[rows, None]
        journey, place = np.repeat(rows, self.length[rows]), np.nonzero(there)[1]
        touch = self.touch[journey, place]
        time = self._time_of_day(touch, self.lots.luck("touch times", self._months(journey)))
        # A touch on the day of the order comes shortly before it.
        final = self.bought[journey] & (self.back[journey, place] == 0)
        until = orders.placed[self.order[journey]] % DAY
        opened = 3600 * np.array([HOURS.get(name, ONLINE)[0] for name in NAMES])[touch]
        w, short = self.world.touchpoints, self.lots.luck("last touches", self._months(journey))
        lead = np.maximum(np.minimum(60 * (w.last_least + w.last_more * short), (until - opened) / 2), 1)
        time = np.where(final, until - lead, time)
        at = (self.day[journey] - self.back[journey, place]) * DAY + time
        parts = [(journey, at, touch, np.full(len(journey), "before", dtype=object), self.felt[journey, place])]
        for number in rows[self.bought[rows]].tolist():
            order = int(self.order[number])
            for name, when, feeling in self._with_order(number, order, orders):
                if name == "community" and when // DAY >= members.left[orders.member[order]]:
                    continue
                of = np.array([WITH_ORDER[name]], dtype=object)
                felt = np.array([feeling])
                parts.append((np.array([number]), np.array([when]), np.array([NUMBER[name]]), of, felt))
        journey, at, touch, stage, felt = (np.concatenate([part[k] for part in parts]) for k in range(5))
        keep = at < (self.day[-1] + 1 if len(self.day) else 0) * DAY
        return self._written(journey[keep], at[keep], touch[keep], stage[keep], felt[keep])

    def _months(self, journey: Ints) -> Ints:
        start = self.scenario.start
        dates = pd.Timestamp(start) + pd.to_timedelta(self.day[journey], unit="D")
        found: Ints = (dates.year - start.year).to_numpy() * 12 + dates.month.to_numpy() - start.month
        return found

    def _time_of_day(self, touch: Ints, luck: Luck) -> Floats:
        """Seconds since midnight at which each is touched."""
        hours = np.array([HOURS.get(name, ONLINE) for name in NAMES])[touch]
        found: Floats = 3600 * (hours[:, 0] + (hours[:, 1] - hours[:, 0]) * luck)
        return found

    def _written(self, journey: Ints, at: Floats, touch: Ints, stage: Any, felt: Floats) -> pd.DataFrame:
        """The table: journeys numbered as they end, touches in order of time, a score where one was given."""
        w = self.world.touchpoints
        number = pd.Series(pd.factorize(np.sort(np.unique(journey)))[0], index=np.unique(journey))
        months = self._months(journey)
        turn = np.argsort(months, kind="stable")
        score = np.zeros(len(journey), dtype=np.int64)
        mean = np.clip(felt, self.world.csat.least, self.world.csat.most)
        score[turn] = self.lots.each(
            "touch scores", months[turn], lambda rng, rows: answers(rng, mean[turn][rows], spread=w.spread)
        )
        rated = np.zeros(len(journey))
        rated[turn] = self.lots.luck("who rates touches", months[turn])
        given = pd.array(score, dtype="Int64")
        given[rated >= pd.Series(stage).map(dict(w.rated)).to_numpy(dtype=float)] = pd.NA
        start = np.datetime64(self.scenario.start).astype("datetime64[s]")
        table = pd.DataFrame(
            {
                "journey_id": number[journey].add(1).map("J{:06d}".format).to_numpy(),
                "customer_id": pd.Series(self.who[journey] + 1).map("K{:05d}".format),
                "timestamp": pd.Series(start + np.round(at).astype("timedelta64[s]")),
                "touchpoint": np.array(NAMES, dtype=object)[touch],
                "stage": stage,
                "converted": self.bought[journey],
                "score": given,
                "felt": np.round(felt, 3),
            }
        )
        return table.sort_values(["timestamp", "journey_id"], kind="stable", ignore_index=True)


def _poisson(luck: Luck, mean: float) -> Ints:
    """Poisson numbers by inversion."""
    found = np.zeros(luck.shape, dtype=np.int64)
    chance, total = np.exp(-mean), np.exp(-mean)
    for number in range(1, 12):
        found += luck > total
        chance *= mean / number
        total += chance
    return found


def touchpoint_effects(world: World) -> dict[str, Any]:
    """What a touch truly adds and how it truly feels, for `grading/truth/effects.json`."""
    w = world.touchpoints
    return {
        "log_odds_of_one_touch": w.adds,
        "mean_score": w.score,
        "score_before_when_it_leads_to_an_order": {"yes": w.score_converts, "no": -w.score_converts},
        "score_of_a_late_delivery": w.score_late,
        "X06b_log_odds_of_leaving_for_each_touch_more": {"enough": w.enough, "effect": w.leaves_for_more},
        "X06c_log_odds_of_leaving_for_a_point": {"peak": -w.stays_for_peak, "end": -w.stays_for_end},
        "X06c_rating_for_a_point": {"peak": w.peak_rating, "end": w.end_rating},
    }
