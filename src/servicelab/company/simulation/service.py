"""The run itself, day by day and line by line: who waits, who answers, what is solved, who comes back, who stays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from servicelab.company.simulation.demand import INTENT, Demand, service_day, time_of_day
from servicelab.company.simulation.draws import Lots
from servicelab.company.simulation.festivals import month_of
from servicelab.company.simulation.journeys import Journeys
from servicelab.company.simulation.members import DAY, Flags, Floats, Ints, Members
from servicelab.company.simulation.names import CLOSE, INTENTS, LINES, OPEN, SHOP_OPENS
from servicelab.company.simulation.orders import Orders
from servicelab.company.simulation.planning import Plan, month_bounds, posts_needed
from servicelab.company.simulation.scenario import Scenario
from servicelab.company.simulation.shifts import PAID_HOURS, SPELL, Roster
from servicelab.company.simulation.workforce import Agents, Workforce, hazards
from servicelab.company.simulation.world import World, by_name
from servicelab.models.queueing.servers import serve

BOT, EXPERT = len(LINES), LINES.index("expert")
PHONE, CHAT, WECHAT, EMAIL, SHOP = range(5)
#: Channels by code: the lines, then the assistant.
CHANNEL_NAMES = np.array([*LINES, "self_service"], dtype=object)
FIRST, REPEAT, TRANSFER, SWITCH = range(4)
KINDS = np.array(["first", "repeat", "transfer", "switch"], dtype=object)
FLAGS = ("served", "solved", "recorded", "refused", "called_back", "happened", "cut_off")
PRESALE = INTENT["presale"]
NOBODY = np.zeros(0, dtype=np.int64)
#: Columns of a contact's luck; `_LATER` decides what only comes of it afterwards.
(
    _REFUSES, _CONTAINED, _SOLVED, _PASSED, _GAMED, _BACK, _LATER, _MOVES, _RINGS_BACK, _WORK, _PATIENCE, _WRAP, _SHORT,
    _WHEN, _WHERE, _TIME, _STAYS, _CONVERTS, _WIDTH,
) = range(19)  # fmt: skip
#: The smallest uniform number that is taken at its word: the next would last for ever.
TINY = np.float32(1e-6)


def exponential(luck: NDArray[np.float32]) -> Floats:
    """Exponential numbers of mean 1, by inversion.

    Of doubles: processors differ in the last bit of a logarithm, and of a single that shows in a tenth of a second.
    """
    found: Floats = -np.log(np.maximum(luck, TINY).astype(np.float64))
    return found


def left_over(wrote: Floats, day: int) -> Floats:
    """Seconds in which the lines were open, on the days before, for what is still waiting on a day.

    >>> noon, evening = 12 * 3600.0, 22 * 3600.0
    >>> (left_over(np.array([noon, evening, DAY + noon]), 1) / 3600).tolist()
    [9.0, 0.0, 0.0]
    """
    # The service day that it came in on: the evening after closing belongs to the next.
    since = service_day(wrote)
    first = np.maximum(wrote, since * DAY + OPEN)
    found: Floats = np.where(since < day, since * DAY + CLOSE - first + (day - since - 1) * (CLOSE - OPEN), 0.0)
    return found


@dataclass
class Log:
    """Every contact of the firm, one element each, in the order in which they came to be."""

    count: int
    at: Floats
    intent: Ints
    asked: Ints
    segment: Ints
    member: Ints
    order: Ints
    #: What failed and so began the matter, by number from 1; 0: nothing.
    failed: Ints
    parent: Ints
    root: Ints
    kind: Ints
    attempt: Ints
    channel: Ints
    wait: Floats
    #: Of the wait, seconds in which the line was closed.
    closed: Floats
    took: Floats
    wrap: Floats
    agent: Ints
    served: Flags
    solved: Flags
    recorded: Flags
    refused: Flags
    called_back: Flags
    happened: Flags
    cut_off: Flags
    luck: NDArray[np.float32] = field(repr=False)

    @staticmethod
    def start(demand: Demand, lots: Lots, month: Ints) -> Log:
        """Room for all first contacts and what follows from them; `month` is each contact's."""
        n = len(demand.at)
        room = n + n // 3 + 2000

        def column(values: Any, empty: float, kind: str) -> Any:
            full = np.full(room, empty, dtype=kind)
            if values is not None:
                full[:n] = values
            return full

        luck = np.zeros((room, _WIDTH), dtype=np.float32)
        luck[:n] = lots.each(
            "contacts", month, lambda rng, rows: rng.random((rows.stop - rows.start, _WIDTH), dtype=np.float32)
        )
        blank = {name: column(None, 0, "?") for name in FLAGS}
        return Log(
            count=n,
            at=column(demand.at, 0, "f8"),
            intent=column(demand.intent, 0, "i1"),
            asked=column(demand.asked, 0, "i1"),
            segment=column(demand.segment, 0, "i1"),
            member=column(demand.member, -1, "i4"),
            order=column(demand.order, -1, "i4"),
            failed=column(demand.failed, 0, "i1"),
            parent=column(None, -1, "i4"),
            root=column(np.arange(n), -1, "i4"),
            kind=column(None, FIRST, "i1"),
            attempt=column(None, 1, "i1"),
            channel=column(None, -1, "i1"),
            wait=column(None, 0, "f8"),
            closed=column(None, 0, "f4"),
            took=column(None, 0, "f8"),
            wrap=column(None, 0, "f4"),
            agent=column(None, -1, "i2"),
            luck=luck,
            **blank,
        )

    def follow(self, rng: np.random.Generator, rows: Ints, at: Floats, asked: Ints, kind: int) -> Ints:
        """Contacts that follow from `rows`, with luck of their own."""
        new = np.arange(self.count, self.count + len(rows))
        while self.count + len(rows) > len(self.at):
            self._grow()
        self.count += len(rows)
        for name in ("intent", "segment", "member", "order", "failed", "root"):
            column = getattr(self, name)
            column[new] = column[rows]
        self.at[new], self.asked[new], self.kind[new], self.parent[new] = at, asked, kind, rows
        self.attempt[new] = self.attempt[rows] + 1
        self.luck[new] = rng.random((len(rows), _WIDTH), dtype=np.float32)
        return new

    def _grow(self) -> None:
        for name, value in vars(self).items():
            if isinstance(value, np.ndarray):
                # Zeros that nobody has written cost nothing yet; most of the room is luck.
                grown = np.zeros((2 * len(value), *value.shape[1:]), dtype=value.dtype)
                grown[: len(value)] = value
                if name in ("member", "order", "parent", "agent", "channel", "root"):
                    grown[len(value) :] = -1
                setattr(self, name, grown)


@dataclass(frozen=True)
class Staffed:
    """Seats of every line and day: when, how long, which agent, how many at once."""

    line: Ints
    day: Ints
    begin: Floats
    end: Floats
    agent: Ints


class Service:
    """The state of the run."""

    def __init__(
        self, world: World, scenario: Scenario, lots: Lots, demand: Demand, members: Members, orders: Orders,
        journeys: Journeys, calendar: pd.DataFrame, plan: Plan,
    ) -> None:  # fmt: skip
        """Nothing has happened yet."""
        self.world, self.scenario, self.lots, self.demand = world, scenario, lots, demand
        self.members, self.orders, self.journeys = members, orders, journeys
        self.calendar, self.plan = calendar, plan
        self.month = month_of(calendar)
        self.days = len(calendar)
        self.roster = Roster(world, scenario, lots, plan.heads)
        self.workforce = Workforce(world, scenario, lots)
        self.agents: Agents
        first = np.clip((demand.at // DAY).astype(np.int64), 0, self.days - 1)
        self.log = Log.start(demand, lots, self.month[first])
        self.rng = lots.rng("follow", 0)
        self.due: list[list[Ints]] = [[] for _ in range(self.days + 8)]
        self.waiting_mail: Ints = NOBODY
        self.seats: list[tuple[int, int, Floats, Floats, Ints]] = []
        #: What the day leaves to its evening: matters that ended and whether solved, first contacts of enquiries, who
        #: comes back after which line, and who tries the same line again tomorrow.
        self.ended: list[tuple[Ints, Flags]] = [(NOBODY, NOBODY > 0)]
        self.asked: list[Ints] = [NOBODY]
        self.back: list[tuple[Ints, Floats, Ints]] = [(NOBODY, NOBODY.astype(np.float64), NOBODY)]
        self.again: list[tuple[Ints, Ints]] = [(NOBODY, NOBODY)]
        #: Of the month so far, by line: seconds at work and at the desk, contacts, resolved and not back, agent days.
        self.so_far = np.zeros((5, len(LINES)))
        intents = list(world.intents.values())
        self.aht = np.array([intent.aht for intent in intents])
        self.logit = np.array([intent.resolve for intent in intents])
        self.contain = np.array([intent.contain for intent in intents])
        self.solve = np.array([intent.solve for intent in intents])
        self.passed = np.array([world.lines.transfer.get(name, world.lines.transfer_other) for name in INTENTS])
        leave = [what.leave for what in world.failures.values()]
        self.leave_after = np.array(
            [
                [world.leaving.other_unresolved, *(chances.not_put_right for chances in leave)],
                [0.0, *(chances.put_right for chances in leave)],
            ]
        )
        self.leaving = self._leaving()

    def run(self) -> Log:
        """All days."""
        starts = np.searchsorted(service_day(self.demand.at), np.arange(self.days + 1))
        for number, (low, high) in enumerate(month_bounds(self.calendar)):
            self._month(number, low, high)
            for day in range(low, high):
                self._leave(day)
                rows = np.concatenate([np.arange(starts[day], starts[day + 1]), *self.due[day]])
                self._one_day(day, self._still_there(rows, day))
                self._evening(day)
        return self.log

    def _month(self, number: int, low: int, high: int) -> None:
        """Who is there this month, by how the last one was."""
        world, now = self.world, self.scenario.on(max(low - 1, 0))
        busy, desk, contacts, good, shifts = self.so_far
        load = np.where(desk > 0, busy / np.maximum(desk, 1), world.agents.usual_load)
        # A full month is so many shifts.
        months = np.maximum(shifts * PAID_HOURS / world.pay.month_hours, 1e-9)
        earned = now.pay.base + (now.pay.per_contact * contacts + now.pay.per_resolution * good) / months
        paid = np.where(shifts > 0, earned / world.pay.usual, 1.0)
        needed = posts_needed(world, self.plan, low, high)
        self.agents = self.workforce.begin(low, high, needed, hazards(world, paid, load))
        self.roster.begin(self.agents)
        self.rng = self.lots.rng("follow", number)
        self.so_far = np.zeros((5, len(LINES)))

    def staffed(self) -> Staffed:
        """All seats of the run."""
        sizes = [len(part[2]) for part in self.seats]
        return Staffed(
            np.repeat([part[0] for part in self.seats], sizes), np.repeat([part[1] for part in self.seats], sizes),
            *(np.concatenate([part[k] for part in self.seats]) for k in (2, 3, 4)),
        )  # fmt: skip

    # --- One day ---

    def _one_day(self, day: int, rows: Ints) -> None:
        world, log = self.world, self.log
        log.happened[rows] = True
        to = log.asked[rows].astype(np.int64)
        # Whoever wrote last night met what held last night.
        last_night = log.at[rows] < day * DAY
        before, now = self.scenario.on(max(day - 1, 0)), self.scenario.on(day)
        if now.routing == "digital_first":
            steered = (to == PHONE) & (log.kind[rows] == FIRST)
            refuses = log.luck[rows, _LATER] < by_name(world.lines.refuse_digital)[log.segment[rows]]
            log.refused[rows[steered & refuses]] = True
            to[steered & ~refuses] = WECHAT
        bot = np.where(last_night, before.bot, now.bot)
        if bot.any():
            greeted = ((to == CHAT) | (to == WECHAT)) & (log.kind[rows] == FIRST) & bot
            refuses = log.luck[rows, _REFUSES] < by_name(world.lines.refuse_bot)[log.segment[rows]]
            log.refused[rows[greeted & refuses]] = True
            share = self.contain * np.where(last_night, before.containment, now.containment)[:, None]
            share = share[np.arange(len(rows)), log.intent[rows]]
            contained = greeted & ~refuses & (log.luck[rows, _CONTAINED] < share)
            self._contained(rows[contained])
            log.at[rows[greeted & ~refuses & ~contained]] += world.lines.hand_over
            rows, to = rows[~contained], to[~contained]
        # Nobody sits in the chat at night: what is written there waits as a message.
        second = log.at[rows] - day * DAY
        to = np.where((to == CHAT) & ((second < OPEN) | (second >= CLOSE)), WECHAT, to)
        switched: dict[int, list[Ints]] = {line: [] for line in range(len(LINES))}
        for line in range(len(LINES)):
            mine = np.concatenate([rows[to == line], *switched[line]])
            if line == EMAIL:
                mine = np.concatenate([self.waiting_mail, mine])
            self._one_line(line, day, mine, switched)

    def _one_line(self, line: int, day: int, rows: Ints, switched: dict[int, list[Ints]]) -> None:
        world, log, name, now = self.world, self.log, LINES[line], self.scenario.on(day)
        people, *spells = self.roster.on(line, day)
        begin = np.concatenate(spells) + day * DAY
        agent = np.concatenate([people, people])
        tired = np.repeat([1.0, world.agents.tired_pace], len(people))
        end = begin + SPELL
        self.seats.append((line, day, begin, end, agent))
        self.so_far[1, line] += SPELL * len(begin)
        self.so_far[4, line] += len(people)
        if not len(rows):
            return
        tenure = np.maximum(day - self.agents.hired[agent], 0)
        fresh = np.exp(-tenure / world.agents.learn_days)
        pace = self.agents.pace[agent] * world.pay.time(now.pay) * (1 + world.agents.new_pace * fresh) * tired
        times = world.lines.concurrency[name]
        # The line takes up in the morning what came in at night.
        opens = day * DAY + (SHOP_OPENS * 3600.0 if line == SHOP else OPEN)
        at = np.maximum(log.at[rows], opens)
        turn = np.argsort(at, kind="stable")
        rows, at = rows[turn], at[turn]
        luck = log.luck[rows]
        work, wrap = self._work(line, rows, luck)
        patience = exponential(luck[:, _PATIENCE]) * world.lines.patience[name]
        if now.callback and line == PHONE:
            log.called_back[rows] = luck[:, _RINGS_BACK] < world.lines.take_callback
            patience = np.where(log.called_back[rows], world.lines.callback_patience, patience)
        # First spells of all the seats, then second ones.
        halves = [half for half in (slice(None, len(people)), slice(len(people), None)) for _seat in range(times)]
        begins, ends, paces = (np.concatenate([of[half] for half in halves]).tolist() for of in (begin, end, pace))
        waits, seats = serve(at.tolist(), (work + wrap).tolist(), patience.tolist(), begins, ends, paces, spells=2)
        wait, seat = np.array(waits), np.array(seats)
        served = seat >= 0
        if line == EMAIL:
            self.waiting_mail, keep = rows[~served], served
            self._give_up_waiting(day)
            rows, at, wait, seat, served = rows[keep], at[keep], wait[keep], seat[keep], served[keep]
            work, wrap, luck = work[keep], wrap[keep], luck[keep]
        before = np.maximum(at - log.at[rows], 0.0)
        # Only messages are left over: what they waited through by day counts as a wait.
        closed = before - left_over(log.at[rows], day) if line == EMAIL else before
        log.channel[rows], log.served[rows], log.closed[rows] = line, served, closed
        # Nobody waits in the dark: whoever has not been answered at closing is sent away then.
        closing = np.maximum(day * DAY + CLOSE - at, 0.0)
        given_up = np.minimum(patience, closing) if line != EMAIL else 0.0
        log.wait[rows] = before + np.where(served, wait, given_up)
        self._gave_up(line, day, rows[~served], switched)
        done, seat = rows[served], seat[served]
        # Back from seats to shifts: first spells, then second ones.
        heads = len(people)
        seat = seat % max(heads, 1) + np.where(seat >= heads * times, heads, 0)
        who = agent[seat]
        log.agent[done] = who
        log.took[done], log.wrap[done] = work[served] * pace[seat], wrap[served] * pace[seat]
        self.so_far[0, line] += (log.took[done] + log.wrap[done]).sum() / times
        self._answered(line, now, done, luck[served], switched, fresh[seat], tired[seat])

    def _work(self, line: int, rows: Ints, luck: NDArray[np.float32]) -> tuple[Floats, Floats]:
        """Seconds that each contact and what is written down after it take somebody of pace 1."""
        world, log, name = self.world, self.log, LINES[line]
        w = world.lines
        mean = self.aht[log.intent[rows]] * w.stretch[name]
        spread = np.sqrt(np.log1p(w.service_cv**2))
        # Whatever takes longer than that is arranged as another appointment.
        most = ndtr((np.log(w.longest * w.stretch[name] / mean) + spread**2 / 2) / spread)
        length = np.maximum(luck[:, _WORK], TINY).astype(np.float64)
        work: Floats = mean * np.exp(spread * ndtri(length * most) - spread**2 / 2)
        if line == PHONE:
            # The line drops, or somebody has pressed the wrong key.
            short = luck[:, _SHORT] < w.cut_off
            log.cut_off[rows] = short
            work = np.where(short, w.cut_off_from + w.cut_off_seconds * length, work)
        else:
            log.cut_off[rows] = False
        wrap = exponential(luck[:, _WRAP]) * (w.wrap[name] - w.wrap_least)
        return work, np.where(log.cut_off[rows], w.wrap_least, w.wrap_least + wrap)

    def _answered(
        self, line: int, now: Scenario, done: Ints, luck: NDArray[np.float32], switched: dict[int, list[Ints]],
        fresh: Floats, tired: Floats,
    ) -> None:  # fmt: skip
        """What comes of the contacts that somebody answered."""
        world, log, name, who = self.world, self.log, LINES[line], self.log.agent[done]
        odds = (
            self.logit[log.intent[done]] + world.lines.resolve[name] + self.agents.skill[who]
            + world.pay.resolve(now.pay) + world.agents.new_resolve * fresh
            + np.where(tired > 1, world.agents.tired_resolve, 0.0)
        )  # fmt: skip
        whole = ~log.cut_off[done]
        solved = (luck[:, _SOLVED] < 1 / (1 + np.exp(-odds))) & whole
        passed = np.zeros(len(done), dtype=bool)
        if line not in (EMAIL, EXPERT):
            passed = (luck[:, _PASSED] < self.passed[log.intent[done]]) & whole
        log.solved[done] = solved & ~passed
        gamed = (luck[:, _GAMED] < world.pay.gaming(now.pay)) & whole
        log.recorded[done] = (solved | gamed) & ~passed
        over = log.at[done] + log.wait[done] + log.took[done]
        if passed.any():
            new = log.follow(
                self.rng,
                done[passed],
                over[passed] + world.lines.passed_after,
                np.full(int(passed.sum()), EXPERT),
                TRANSFER,
            )
            log.happened[new] = True
            switched[EXPERT].append(new)
        w = world.lines
        back = ~passed & (luck[:, _BACK] < np.where(solved, w.back_resolved, w.back_unresolved))
        back &= log.attempt[done] < w.most_attempts
        ends = ~passed & ~back
        self.so_far[2, line] += len(done)
        self.so_far[3, line] += int((log.recorded[done] & ~back).sum())
        self.back.append((done[back], over[back], np.full(int(back.sum()), line)))
        self.ended.append((done[ends], solved[ends]))
        self.asked.append(done)

    def _contained(self, rows: Ints) -> None:
        world, log = self.world, self.log
        log.channel[rows], log.served[rows], log.recorded[rows] = BOT, True, True
        more = exponential(log.luck[rows, _WORK])
        log.took[rows] = world.lines.bot_seconds + world.lines.bot_more_seconds * more
        solved = log.luck[rows, _SOLVED] < self.solve[log.intent[rows]]
        log.solved[rows] = solved
        back = ~solved & (log.luck[rows, _BACK] < world.lines.back_contained)
        back |= solved & (log.luck[rows, _BACK] < world.lines.back_resolved)
        self.back.append((rows[back], log.at[rows[back]] + log.took[rows[back]], np.full(int(back.sum()), BOT)))
        self.ended.append((rows[~back], solved[~back]))
        self.asked.append(rows)

    # --- What follows ---

    def _give_up_waiting(self, day: int) -> None:
        """Whoever would have ordered by tomorrow morning and has no answer to an e-mail does not."""
        order = self.log.order[self.waiting_mail]
        asks = (order >= 0) & (self.log.intent[self.waiting_mail] == PRESALE)
        order = order[asks & (self.log.kind[self.waiting_mail] == FIRST)]
        self.orders.void[order[self.orders.placed[order] < (day + 1) * DAY + CLOSE]] = True

    def _evening(self, day: int) -> None:
        """What the day's contacts lead to; nothing of it happens before tomorrow."""
        world, log = self.world, self.log
        ended, solved = (np.concatenate([part[k] for part in self.ended]) for k in (0, 1))
        self._stay_or_leave(ended, solved, day)
        self._convert(np.concatenate(self.asked))
        rows, over, line = (np.concatenate([part[k] for part in self.back]) for k in (0, 1, 2))
        again, same = (np.concatenate([part[k] for part in self.again]) for k in (0, 1))
        for waiting in (self.ended, self.asked, self.back, self.again):
            del waiting[1:]
        # On one of the next three days, to the same line or to the phone; from the second line to the phone.
        when, where = log.luck[rows, _WHEN], log.luck[rows, _WHERE]
        one, two = world.lines.back_days
        later = np.maximum((over // DAY).astype(np.int64), day) + 1 + (when > one) + (when > two)
        from_bot = np.searchsorted(np.cumsum(world.lines.back_from_bot[:-1]), where, side="right")
        to = np.where((where < world.lines.back_same_line) & (line < EXPERT), line, 0)
        to = np.concatenate([np.where(line == BOT, from_bot, to), np.where(same < EXPERT, same, 0)])
        self._enqueue(np.concatenate([rows, again]), np.concatenate([later, np.full(len(again), day + 1)]), to)
        self.journeys.end_of(day, self.orders, self.members)

    def _gave_up(self, line: int, day: int, rows: Ints, switched: dict[int, list[Ints]]) -> None:
        world, log = self.world, self.log
        back = (log.luck[rows, _BACK] < world.lines.back_abandoned) & (log.attempt[rows] < world.lines.most_attempts)
        self.ended.append((rows[~back], np.zeros(int((~back).sum()), dtype=bool)))
        self.asked.append(rows)
        rows = rows[back]
        if line < WECHAT:
            moves = log.luck[rows, _MOVES] < world.lines.switch
            w = world.lines
            at = log.at[rows] + log.wait[rows] + w.switch_from + w.switch_seconds * log.luck[rows, _LATER]
            moves &= at < day * DAY + CLOSE
            new = log.follow(self.rng, rows[moves], at[moves], np.full(int(moves.sum()), line + 1), SWITCH)
            log.happened[new] = True
            switched[line + 1].append(new)
            rows = rows[~moves]
        self.again.append((rows, np.full(len(rows), line)))

    def _enqueue(self, rows: Ints, day: Ints, to: Ints) -> None:
        keep = day < self.days
        rows, day, to = rows[keep], day[keep], to[keep]
        at = day * DAY + time_of_day(self.world, self.log.luck[rows, _TIME].astype(np.float64))
        at = np.where(to == SHOP, np.maximum(at, day * DAY + SHOP_OPENS * 3600.0), at)
        new = self.log.follow(self.rng, rows, at, to, REPEAT)
        for one in np.unique(day).tolist():
            self.due[one].append(new[day == one])

    def _convert(self, rows: Ints) -> None:
        """X00a: whether the order that an enquiry is about is placed."""
        world, log = self.world, self.log
        asks = rows[(log.intent[rows] == PRESALE) & (log.order[rows] >= 0) & (log.kind[rows] == FIRST)]
        minutes = np.where(log.served[asks], log.wait[asks] / 60, world.enquiries.unanswered)
        chance = 1 / (1 + np.exp(-(world.enquiries.convert + world.enquiries.delay * np.log1p(minutes))))
        lost = log.luck[asks, _CONVERTS] >= chance
        # An answer that comes after the day on which they would have ordered comes too late.
        too_late = log.at[asks] + log.wait[asks] >= self.orders.placed[log.order[asks]]
        self.orders.void[log.order[asks]] |= lost | too_late

    def _still_there(self, rows: Ints, day: int) -> Ints:
        log = self.log
        member, order = log.member[rows], log.order[rows]
        gone = (member >= 0) & (self.members.left[member] < day)
        # An order that was never placed causes nothing; the enquiry before it did happen.
        never = (order >= 0) & (log.intent[rows] != PRESALE) & self.orders.void[order]
        left: Ints = rows[~gone & ~never]
        return left

    def _leaving(self) -> tuple[Ints, Ints]:
        """Members who stop buying after an order about which they say nothing: (day, order), in order of day."""
        world, orders = self.world, self.orders
        silent = np.array([world.leaving.after_order, *(what.leave.silent for what in world.failures.values())])
        chance = np.where(orders.spoken, 0.0, silent[orders.fault])
        goes = np.flatnonzero(orders.leaves < chance)
        day = (orders.delivered[goes] // DAY).astype(np.int64) + 1
        turn = np.argsort(day, kind="stable")
        return day[turn], goes[turn]

    def _leave(self, day: int) -> None:
        low, high = np.searchsorted(self.leaving[0], [day, day + 1])
        order = np.concatenate([self.leaving[1][low:high], self.journeys.leaving(day)])
        order = order[~self.orders.void[order]]
        who = self.orders.member[order]
        placed = self.members.left[who] >= self.orders.day[order]
        self.members.left[who[placed]] = np.minimum(self.members.left[who[placed]], day)

    def _stay_or_leave(self, rows: Ints, solved: Flags, day: int) -> None:
        """How a matter ended decides whether the member stays."""
        log = self.log
        known = log.member[rows] >= 0
        rows, solved = rows[known], solved[known]
        chance = self.leave_after[solved.astype(np.int8), log.failed[rows]]
        who = log.member[rows[log.luck[rows, _STAYS] < chance]]
        self.members.left[who] = np.minimum(self.members.left[who], day)
