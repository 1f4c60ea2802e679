"""The run itself, day by day and line by line: who waits, who answers, what is solved, who comes back, who stays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servicelab.company.simulation.buying import DAY, Flags, Floats, Ints, Members, Orders
from servicelab.company.simulation.demand import INTENT, Demand, time_of_day
from servicelab.company.simulation.draws import stream
from servicelab.company.simulation.lines import serve
from servicelab.company.simulation.names import CLOSE, INTENTS, LINES
from servicelab.company.simulation.scenario import Scenario
from servicelab.company.simulation.staffing import SPELL, Agents, Roster
from servicelab.company.simulation.world import World, by_name

BOT, EXPERT = len(LINES), LINES.index("expert")
#: Channels by code: the lines, then the assistant.
CHANNEL_NAMES = np.array([*LINES, "self_service"], dtype=object)
FIRST, REPEAT, TRANSFER, SWITCH = range(4)
KINDS = np.array(["first", "repeat", "transfer", "switch"], dtype=object)
FLAGS = ("served", "solved", "recorded", "refused", "called_back", "happened")
PRESALE = INTENT["presale"]
NOBODY = np.zeros(0, dtype=np.int64)


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
    took: Floats
    agent: Ints
    served: Flags
    solved: Flags
    recorded: Flags
    refused: Flags
    called_back: Flags
    happened: Flags
    luck: NDArray[np.float32] = field(repr=False)

    @staticmethod
    def start(demand: Demand, seed: int) -> Log:
        """Room for all first contacts and what follows from them."""
        n = len(demand.at)
        room = int(n * 1.35) + 2000

        def column(values: Any, empty: float, kind: str) -> Any:
            full = np.full(room, empty, dtype=kind)
            if values is not None:
                full[:n] = values
            return full

        rng = stream(seed, "simulation", "luck")
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
            took=column(None, 0, "f8"),
            agent=column(None, -1, "i2"),
            luck=rng.random((9, room), dtype=np.float32),
            **blank,
        )

    def follow(self, rows: Ints, at: Floats, asked: Ints, kind: int) -> Ints:
        """Contacts that follow from `rows`."""
        new = np.arange(self.count, self.count + len(rows))
        if self.count + len(rows) > len(self.at):
            self._grow()
        self.count += len(rows)
        for name in ("intent", "segment", "member", "order", "failed", "root"):
            column = getattr(self, name)
            column[new] = column[rows]
        self.at[new], self.asked[new], self.kind[new], self.parent[new] = at, asked, kind, rows
        self.attempt[new] = self.attempt[rows] + 1
        return new

    def _grow(self) -> None:
        for name, value in vars(self).items():
            if name == "luck":
                # Luck is used again, for others than those who had it first.
                self.luck = np.concatenate([value, value[:, ::-1]], axis=1)
            elif isinstance(value, np.ndarray):
                blank = np.zeros_like(value)
                if name in ("member", "order", "parent", "agent", "channel", "root"):
                    blank[:] = -1
                setattr(self, name, np.concatenate([value, blank]))


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
        self,
        world: World,
        scenario: Scenario,
        demand: Demand,
        members: Members,
        orders: Orders,
        agents: Agents,
        roster: Roster,
    ) -> None:
        """Nothing has happened yet."""
        self.world, self.scenario = world, scenario
        self.demand, self.members, self.orders = demand, members, orders
        self.agents, self.roster = agents, roster
        self.log = Log.start(demand, scenario.seed)
        self.rng = stream(scenario.seed, "simulation", "follow")
        self.days = roster.heads.shape[1]
        self.due: list[list[Ints]] = [[] for _ in range(self.days + 8)]
        self.waiting_mail: Ints = np.zeros(0, dtype=np.int64)
        self.seats: list[tuple[int, int, Floats, Floats, Ints]] = []
        #: What the day leaves to its evening: matters that ended and whether solved, first contacts of enquiries, who
        #: comes back after which line, and who tries the same line again tomorrow.
        self.ended: list[tuple[Ints, Flags]] = [(NOBODY, NOBODY > 0)]
        self.asked: list[Ints] = [NOBODY]
        self.back: list[tuple[Ints, Floats, Ints]] = [(NOBODY, NOBODY.astype(np.float64), NOBODY)]
        self.again: list[tuple[Ints, Ints]] = [(NOBODY, NOBODY)]
        effect = world.pay.effect[scenario.pay]
        self.shift, self.gaming = effect.resolve, effect.gaming
        self.agent_pace = agents.pace * effect.time
        work_rng = stream(scenario.seed, "simulation", "work")
        spread = np.log1p(world.lines.service_cv**2)
        room = self.log.luck.shape[1]
        self.work: Floats = np.exp(np.sqrt(spread) * work_rng.standard_normal(room) - spread / 2)
        self.patience: Floats = work_rng.exponential(1.0, size=(room,))
        self.aht = np.array([intent.aht for intent in world.intents.values()])
        self.logit = np.array([intent.resolve for intent in world.intents.values()])
        self.contain = np.array([intent.contain for intent in world.intents.values()]) * scenario.containment
        self.solve = np.array([intent.solve for intent in world.intents.values()])
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
        starts = np.searchsorted(self.demand.at, np.arange(self.days + 1) * DAY)
        for day in range(self.days):
            self._leave(day)
            rows = np.concatenate([np.arange(starts[day], starts[day + 1]), *self.due[day]])
            self._one_day(day, self._still_there(rows, day))
            self._evening(day)
        return self.log

    def staffed(self) -> Staffed:
        """All seats of the run."""
        sizes = [len(part[2]) for part in self.seats]
        return Staffed(
            np.repeat([part[0] for part in self.seats], sizes), np.repeat([part[1] for part in self.seats], sizes),
            *(np.concatenate([part[k] for part in self.seats]) for k in (2, 3, 4)),
        )  # fmt: skip

    # --- One day ---

    def _one_day(self, day: int, rows: Ints) -> None:
        world = self.world
        log = self.log
        log.happened[rows] = True
        asked = log.asked[rows]
        to = asked.copy()
        if self.scenario.routing == "digital_first":
            steered = (to == 0) & (log.kind[rows] == FIRST)
            refuses = log.luck[6, rows] < by_name(world.lines.refuse_digital)[log.segment[rows]]
            log.refused[rows[steered & refuses]] = True
            to[steered & ~refuses] = 2
        if self.scenario.bot:
            greeted = ((to == 1) | (to == 2)) & (log.kind[rows] == FIRST)
            refuses = log.luck[0, rows] < by_name(world.lines.refuse_bot)[log.segment[rows]]
            log.refused[rows[greeted & refuses]] = True
            contained = greeted & ~refuses & (log.luck[1, rows] < self.contain[log.intent[rows]])
            self._contained(rows[contained])
            log.at[rows[greeted & ~refuses & ~contained]] += world.lines.hand_over
            rows, to = rows[~contained], to[~contained]
        switched: dict[int, list[Ints]] = {line: [] for line in range(len(LINES))}
        for line in range(len(LINES)):
            mine = np.concatenate([rows[to == line], *switched[line]])
            if LINES[line] == "email":
                mine = np.concatenate([self.waiting_mail, mine])
            self._one_line(line, day, mine, switched)

    def _one_line(self, line: int, day: int, rows: Ints, switched: dict[int, list[Ints]]) -> None:
        world = self.world
        log, name = self.log, LINES[line]
        people, *spells = self.roster.on(line, day)
        begin = np.concatenate(spells) + day * DAY
        agent = np.concatenate([people, people])
        tired = np.repeat([1.0, world.agents.tired_pace], len(people))
        end = begin + SPELL
        self.seats.append((line, day, begin, end, agent))
        tenure = np.maximum(day - self.agents.hired[agent], 0)
        fresh = np.exp(-tenure / world.agents.learn_days)
        pace = self.agent_pace[agent] * (1 + world.agents.new_pace * fresh) * tired
        times = world.lines.concurrency[name]
        if not len(rows):
            return
        at = log.at[rows]
        turn = np.argsort(at, kind="stable")
        rows, at = rows[turn], at[turn]
        work = self.work[rows] * self.aht[log.intent[rows]] * world.lines.stretch[name]
        patience = self.patience[rows] * world.lines.patience[name]
        if self.scenario.callback and name == "phone":
            log.called_back[rows] = log.luck[8, rows] < world.lines.take_callback
            patience = np.where(log.called_back[rows], world.lines.callback_patience, patience)
        first, second = np.split(np.stack([begin, end, pace]), 2, axis=1)
        seated = np.concatenate([np.tile(first, times), np.tile(second, times)], axis=1)
        begins, ends, paces = seated.tolist()
        waits, seats = serve(at.tolist(), work.tolist(), patience.tolist(), begins, ends, paces, spells=2)
        wait, seat = np.array(waits), np.array(seats)
        served = seat >= 0
        if name == "email":
            self.waiting_mail, keep = rows[~served], served
            self._give_up_waiting(day)
            rows, wait, seat, work, served = rows[keep], wait[keep], seat[keep], work[keep], served[keep]
        log.channel[rows] = line
        log.served[rows] = served
        # Nobody waits in the dark: whoever has not been answered at closing is sent away then.
        closing = np.maximum(day * DAY + CLOSE - log.at[rows], 0.0)
        log.wait[rows] = np.where(served, wait, np.minimum(patience, closing) if name != "email" else 0.0)
        self._gave_up(line, day, rows[~served], switched)
        done, seat = rows[served], seat[served]
        # Back from seats to shifts: first spells, then second ones.
        heads = len(people)
        seat = seat % max(heads, 1) + np.where(seat >= heads * times, heads, 0)
        who = agent[seat]
        log.agent[done] = who
        log.took[done] = work[served] * pace[seat]
        odds = (
            self.logit[log.intent[done]] + world.lines.resolve[name] + self.agents.skill[who] + self.shift
            + world.agents.new_resolve * fresh[seat] + np.where(tired[seat] > 1, world.agents.tired_resolve, 0.0)
        )  # fmt: skip
        solved = log.luck[2, done] < 1 / (1 + np.exp(-odds))
        passed = np.zeros(len(done), dtype=bool)
        if name not in ("email", "expert"):
            passed = log.luck[3, done] < self.passed[log.intent[done]]
        log.solved[done] = solved & ~passed
        log.recorded[done] = (solved | (log.luck[4, done] < self.gaming)) & ~passed
        over = log.at[done] + log.wait[done] + log.took[done]
        if passed.any():
            new = log.follow(done[passed], over[passed] + 20, np.full(int(passed.sum()), 5), TRANSFER)
            log.happened[new] = True
            switched[5].append(new)
        back = ~passed & (log.luck[5, done] < np.where(solved, world.lines.back_resolved, world.lines.back_unresolved))
        back &= log.attempt[done] < world.lines.most_attempts
        ends = ~passed & ~back
        self.back.append((done[back], over[back], np.full(int(back.sum()), line)))
        self.ended.append((done[ends], solved[ends]))
        self.asked.append(done)

    def _contained(self, rows: Ints) -> None:
        world = self.world
        log = self.log
        log.channel[rows], log.served[rows], log.recorded[rows] = BOT, True, True
        log.took[rows] = world.lines.bot_seconds + world.lines.bot_more_seconds * self.work[rows]
        solved = log.luck[2, rows] < self.solve[log.intent[rows]]
        log.solved[rows] = solved
        back = ~solved & (log.luck[5, rows] < world.lines.back_contained)
        back |= solved & (log.luck[5, rows] < world.lines.back_resolved)
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
        world = self.world
        ended, solved = (np.concatenate([part[k] for part in self.ended]) for k in (0, 1))
        self._stay_or_leave(ended, solved, day)
        self._convert(np.concatenate(self.asked))
        rows, over, line = (np.concatenate([part[k] for part in self.back]) for k in (0, 1, 2))
        again, same = (np.concatenate([part[k] for part in self.again]) for k in (0, 1))
        for waiting in (self.ended, self.asked, self.back, self.again):
            del waiting[1:]
        # On one of the next three days, to the same line or to the phone; from the second line to the phone.
        u = self.rng.random((2, len(rows)))
        when = (
            (over // DAY).astype(np.int64) + 1 + (u[0] > world.lines.back_days[0]) + (u[0] > world.lines.back_days[1])
        )
        from_bot = np.searchsorted(np.cumsum(world.lines.back_from_bot[:-1]), u[1], side="right")
        to = np.where((u[1] < world.lines.back_same_line) & (line < EXPERT), line, 0)
        to = np.concatenate([np.where(line == BOT, from_bot, to), np.where(same < EXPERT, same, 0)])
        self._enqueue(np.concatenate([rows, again]), np.concatenate([when, np.full(len(again), day + 1)]), to)

    def _gave_up(self, line: int, day: int, rows: Ints, switched: dict[int, list[Ints]]) -> None:
        world = self.world
        log = self.log
        back = (log.luck[5, rows] < world.lines.back_abandoned) & (log.attempt[rows] < world.lines.most_attempts)
        self.ended.append((rows[~back], np.zeros(int((~back).sum()), dtype=bool)))
        self.asked.append(rows)
        rows = rows[back]
        if line < 2:
            moves = log.luck[7, rows] < world.lines.switch
            at = log.at[rows] + log.wait[rows] + 120 + 1500 * log.luck[6, rows]
            moves &= at < day * DAY + CLOSE
            new = log.follow(rows[moves], at[moves], np.full(int(moves.sum()), line + 1), SWITCH)
            log.happened[new] = True
            switched[line + 1].append(new)
            rows = rows[~moves]
        self.again.append((rows, np.full(len(rows), line)))

    def _enqueue(self, rows: Ints, day: Ints, to: Ints) -> None:
        keep = day < self.days
        rows, day, to = rows[keep], day[keep], to[keep]
        at = day * DAY + time_of_day(self.world, self.rng, len(rows))
        at = np.where(to == 4, np.maximum(at, day * DAY + 36_000), at)
        new = self.log.follow(rows, at, to, REPEAT)
        if self.log.count > len(self.work):
            self.work, self.patience = np.tile(self.work, 2), np.tile(self.patience, 2)
        for one in np.unique(day).tolist():
            self.due[one].append(new[day == one])

    def _convert(self, rows: Ints) -> None:
        """X00a: whether the order that an enquiry is about is placed."""
        world = self.world
        log = self.log
        asks = rows[(log.intent[rows] == PRESALE) & (log.order[rows] >= 0) & (log.kind[rows] == FIRST)]
        minutes = np.where(log.served[asks], log.wait[asks] / 60, world.enquiries.unanswered)
        chance = 1 / (1 + np.exp(-(world.enquiries.convert + world.enquiries.delay * np.log1p(minutes))))
        lost = self.rng.random(len(asks)) >= chance
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
        world = self.world
        orders = self.orders
        rng = stream(self.scenario.seed, "simulation", "leaving")
        silent = np.array([world.leaving.after_order, *(what.leave.silent for what in world.failures.values())])
        chance = np.where(orders.spoken, 0.0, silent[orders.fault])
        goes = np.flatnonzero(rng.random(len(chance)) < chance)
        day = (orders.delivered[goes] // DAY).astype(np.int64) + 1
        turn = np.argsort(day, kind="stable")
        return day[turn], goes[turn]

    def _leave(self, day: int) -> None:
        low, high = np.searchsorted(self.leaving[0], [day, day + 1])
        order = self.leaving[1][low:high]
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
        who = log.member[rows[log.luck[7, rows] < chance]]
        self.members.left[who] = np.minimum(self.members.left[who], day)
