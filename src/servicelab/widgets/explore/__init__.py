"""One visible line opens an interactive: ``explore.kano(load("kano_survey"), load("features"))``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from servicelab.i18n import _

if TYPE_CHECKING:
    import pandas as pd

    from servicelab.company.tables.runs import Runs
    from servicelab.course.placingfile import Placing
    from servicelab.widgets.explore.channels.fair import Fair
    from servicelab.widgets.explore.channels.floor import Floor
    from servicelab.widgets.explore.channels.handover import Handover
    from servicelab.widgets.explore.channels.mix import Mix
    from servicelab.widgets.explore.channels.queues import Queues
    from servicelab.widgets.explore.eleven.forecast import ForecastBoard
    from servicelab.widgets.explore.eleven.game import Game
    from servicelab.widgets.explore.eleven.paths import Paths
    from servicelab.widgets.explore.eleven.rounds import Round
    from servicelab.widgets.explore.needs.classifiers import Classifier
    from servicelab.widgets.explore.needs.kano import Kano
    from servicelab.widgets.explore.needs.sentence import Sentence
    from servicelab.widgets.explore.needs.trends import Trends
    from servicelab.widgets.explore.needs.voices import Voices
    from servicelab.widgets.explore.people.agent import Agent
    from servicelab.widgets.explore.people.calibrate import Calibrate
    from servicelab.widgets.explore.people.chance import Chance
    from servicelab.widgets.explore.people.hiring import Hiring
    from servicelab.widgets.explore.people.rota import Rota
    from servicelab.widgets.explore.people.scheme import Scheme
    from servicelab.widgets.explore.process.cards import Cards
    from servicelab.widgets.explore.process.design import Design
    from servicelab.widgets.explore.process.sheet import Sheet
    from servicelab.widgets.explore.process.tenweeks import TenWeeks
    from servicelab.widgets.explore.process.week import Week
    from servicelab.widgets.explore.retailer.claim import ClaimBoard
    from servicelab.widgets.explore.retailer.counters import Counters
    from servicelab.widgets.explore.retailer.csi import SatisfactionIndex
    from servicelab.widgets.explore.system.placing import PlacingBoard

MINUTES: Mapping[str, float] = {
    "kano": 3.0, "voices": 5.0, "sentence": 4.0, "trends": 3.0,
    "journey": 5.0, "service_map": 7.0,
    "week": 4.0, "cards": 4.0, "tenweeks": 3.0, "sheet": 5.0, "design": 5.0,
    "fair": 6.0, "floor": 6.0, "handover": 5.0, "queues": 3.0, "mix": 6.0,
    "agent": 8.0, "calibrate": 5.0, "chance": 5.0, "hiring": 4.0, "scheme": 4.0, "rota": 3.0,
    "double_eleven": 0.0, "forecast": 6.0, "rounds": 6.0, "paths": 5.0,
    "claim": 5.0, "satisfaction_index": 7.0, "counters": 5.0,
}  # fmt: skip
"""What each takes somebody who works it as its page asks, reading what it answers: of a game, each of its rounds.
What shows nothing takes none."""

# Each interactive is imported when it is asked for: a lesson's first cell pays for none of them.


def kano(survey: pd.DataFrame, features: pd.DataFrame, *, seed: int = 1) -> Kano:
    """Open the Kano lab on ``survey`` (``customer_id, segment, feature_id, functional, dysfunctional``).

    ``features`` gives the names (``feature_id, name_en, name_zh``); ``seed`` fixes which customers a small sample
    holds. Raises ``UserError`` when a table lacks a column or has no rows.
    """
    from servicelab.widgets.explore.needs.kano import Kano

    return Kano(survey, features, seed=seed)


def voices(
    voices: pd.DataFrame,
    predictions: pd.DataFrame | Mapping[str, str] | pd.Series | Classifier | None = None,
    notes: Mapping[str, Mapping[str, str]] | None = None,
    *,
    size: int = 12,
    seed: int = 1,
) -> Voices:
    """Open Sort the voices on ``voices`` (one row a statement and expert).

    ``predictions`` is what the classifier says of them: the contacts table to learn from, labels by ``voice_id``, or a
    fitted classifier; without it the result shows people only. ``notes`` explains the statements, {voice_id: {question:
    text}}; one that it does not know is explained by the definitions. ``size`` statements are drawn, fixed by ``seed``.
    Raises ``UserError`` when a table lacks a column or no statement is coded.
    """
    from servicelab.widgets.explore.needs.voices import Voices

    return Voices(voices, predictions, notes, size=size, seed=seed)


def sentence(contacts: pd.DataFrame, english: Classifier | None = None, chinese: Classifier | None = None) -> Sentence:
    """Open Reading a sentence on ``contacts`` (``text_en, text_zh, need, split``).

    The held-out contacts (``split == "test"``) of the running language price the threshold. ``english`` and
    ``chinese`` are fitted classifiers; without them they are fitted here on the training split. Raises ``UserError``
    when a column is missing.
    """
    from servicelab.widgets.explore.needs.sentence import Sentence

    return Sentence(contacts, english, chinese)


def trends(tracker: pd.DataFrame, survey: pd.DataFrame | None = None, features: pd.DataFrame | None = None) -> Trends:
    """Open Needs that move on ``tracker`` (``month, segment, theme``) and ``survey`` (the yearly needs survey).

    ``survey`` has ``wave, customer_id, segment, feature_id, importance, performance, satisfaction``; ``features``
    gives the names. Without these two there is one picture, what matters most over time; with them a second one, which
    features are core by the weights that somebody gives. Raises ``UserError`` when a table lacks a column or has no
    rows.
    """
    from servicelab.widgets.explore.needs.trends import Trends

    return Trends(tracker, survey, features)


def journey(placing: Placing) -> PlacingBoard:
    """Open One customer's journey on a set of contacts: at which stage is each, and whose work gave rise to it?

    ``placing`` is what ``lesson.placing("…")`` returns: the questions, and the contacts with what fits and why.
    """
    from servicelab.widgets.explore.system.placing import PlacingBoard

    lead = _(
        "At which stage is she, and which department's work made her get in touch? Place each contact, then check: "
        "every answer is explained at once, and only the first check counts."
    )
    return PlacingBoard(placing, _("One wardrobe, one year"), lead)


def service_map(placing: Placing) -> PlacingBoard:
    """Open The service system map on a set of facts: of which part of the system is each the evidence?

    ``placing`` is what ``lesson.placing("…")`` returns: the questions, and the facts with what fits and why.
    """
    from servicelab.widgets.explore.system.placing import PlacingBoard

    lead = _(
        "Of what is each fact the evidence? Place it, then check: it is explained at once. Below, the map fills; "
        "keep an eye on what stays empty."
    )
    return PlacingBoard(placing, _("The service system, as far as facts show it"), lead)


def week(log: pd.DataFrame, calendar: pd.DataFrame, cases: pd.DataFrame) -> Week:
    """Open Where did the week go on one return of ``log`` (``case_id, activity, timestamp, hands_on_minutes``).

    ``calendar`` (``date, workday``) says when desks are open; ``cases`` gives the claim. Raises ``UserError`` when a
    table lacks a column or has no rows.
    """
    from servicelab.widgets.explore.process.week import Week

    return Week(log, calendar, cases)


def cards(log: pd.DataFrame, stations: pd.DataFrame, calendar: pd.DataFrame, cases: pd.DataFrame) -> Cards:
    """Open Three redesign cards on the returns of ``log``, which go through their ``stations`` once more.

    ``stations`` has ``station, minutes_a_day``; ``calendar`` ``date, workday``; ``cases`` ``case_id, kind, claim,
    opened_at``. Raises ``UserError`` when a table lacks a column or has no rows.
    """
    from servicelab.widgets.explore.process.cards import Cards

    return Cards(log, stations, calendar, cases)


def tenweeks(*, seed: int = 4) -> TenWeeks:
    """Open Ten weeks on paper, a line that swings by chance; ``seed`` fixes the chance."""
    from servicelab.widgets.explore.process.tenweeks import TenWeeks

    return TenWeeks(seed=seed)


def sheet() -> Sheet:
    """Open Write the standard: a bad work sheet to be mended line by line, and tried."""
    from servicelab.widgets.explore.process.sheet import Sheet

    return Sheet()


def design(log: pd.DataFrame, stations: pd.DataFrame, calendar: pd.DataFrame, cases: pd.DataFrame) -> Design:
    """Open Your own design: five changes under a budget, on the tables of ``cards``, ``cases`` with two columns more.

    These are ``approval`` and ``rejected``. Raises ``UserError`` when a table lacks a column or has no rows.
    """
    from servicelab.widgets.explore.process.design import Design

    return Design(log, stations, calendar, cases)


def fair(contacts: pd.DataFrame) -> Fair:
    """Open A fair scorecard on ``contacts`` (``kind, channel, intent, csat``): lines as rated, then at the same mix.

    Raises ``UserError`` when the table lacks a column or has no rows.
    """
    from servicelab.widgets.explore.channels.fair import Fair

    return Fair(contacts)


def floor(calls: pd.DataFrame, rosters: pd.DataFrame, staffing: pd.DataFrame) -> Floor:
    """Open The floor on one day of ``calls`` (``arrived_at, wait, served, service, line``) and its ``rosters``.

    ``rosters`` has ``date, line, half_hour, agents``; ``staffing`` (``date, line, agents, desk_hours``) says how long
    a person is at the desk. Raises ``UserError`` when a table lacks a column or has no rows.
    """
    from servicelab.widgets.explore.channels.floor import Floor

    return Floor(calls, rosters, staffing)


def handover() -> Handover:
    """Open Hand it over: a note made of lines of a record, and what the next one can answer from it."""
    from servicelab.widgets.explore.channels.handover import Handover

    return Handover()


def queues(calls: pd.DataFrame, rosters: pd.DataFrame) -> Queues:
    """Open One queue, reckoned in three ways, on the phone's ``calls`` (as ``floor``, with ``after_call``) and roster.

    Raises ``UserError`` when a table lacks a column or has no rows.
    """
    from servicelab.widgets.explore.channels.queues import Queues

    return Queues(calls, rosters)


def mix(contacts: pd.DataFrame, customers: pd.DataFrame) -> Mix:
    """Open A mix, and what a promise costs, on the first contacts of ``contacts`` and the segments of ``customers``.

    Raises ``UserError`` when a table lacks a column or has no rows.
    """
    from servicelab.widgets.explore.channels.mix import Mix

    return Mix(contacts, customers)


def agent(runs: Runs) -> Agent:
    """Open Be the agent: ten calls, the day after, and six months under a pay scheme of ``runs``.

    ``runs`` is ``company.runs("pay_schemes")``. Raises ``UserError`` when they are runs of something else.
    """
    from servicelab.widgets.explore.people.agent import Agent

    return Agent(runs)


def calibrate() -> Calibrate:
    """Open Score the call, then compare: eight criteria of a recorded call, beside the scores of three experts."""
    from servicelab.widgets.explore.people.calibrate import Calibrate

    return Calibrate()


def chance(appraisals: pd.DataFrame) -> Chance:
    """Open Coach, or chance? on dice and on ``appraisals`` (``month, agent_id, csat, bottom_ten, coached``).

    Raises ``UserError`` when the table lacks a column or has no rows.
    """
    from servicelab.widgets.explore.people.chance import Chance

    return Chance(appraisals)


def hiring(applicants: pd.DataFrame) -> Hiring:
    """Open Hire, and look half a year later on ``applicants``: four scores of each, and what was settled an hour.

    Raises ``UserError`` when the table lacks a column or has no rows.
    """
    from servicelab.widgets.explore.people.hiring import Hiring

    return Hiring(applicants)


def scheme() -> Scheme:
    """Open Design a scheme: a fixed part and two weights, in the theory's model of two tasks."""
    from servicelab.widgets.explore.people.scheme import Scheme

    return Scheme()


def rota(calls: pd.DataFrame) -> Rota:
    """Open A week's roster on the phone's ``calls`` (``arrived_at, line, service, after_call``).

    Raises ``UserError`` when the table lacks a column or has no rows.
    """
    from servicelab.widgets.explore.people.rota import Rota

    return Rota(calls)


def double_eleven(table: Callable[[str], pd.DataFrame]) -> Game:
    """Begin the case Double 11: what its rounds share. `table` gives a table of the firm by its name, when needed.

    Shows nothing. Its tables are those of `explore.eleven.season.NEEDED`; a table that lacks a column or has no rows
    is a ``UserError`` of the round that needs it.
    """
    from servicelab.widgets.explore.eleven.game import Game

    return Game(table)


def forecast(game: Game) -> ForecastBoard:
    """Open round 1 of the case: ten half hours of 10 November, forecast from three pictures."""
    from servicelab.widgets.explore.eleven.forecast import ForecastBoard

    return ForecastBoard(game)


def rounds(game: Game, which: str) -> Round:
    """Open a round of the case: `which` is practice, staff, opening, night or wave; ValueError for anything else."""
    from servicelab.widgets.explore.eleven.rounds import Round

    return Round(game, which)


def paths(game: Game) -> Paths:
    """Open the comparison of four ways through the case, when its five rounds are committed."""
    from servicelab.widgets.explore.eleven.paths import Paths

    return Paths(game)


def claim(which: str, **tables: pd.DataFrame) -> ClaimBoard:
    """Open one sentence of the retailer's draft: `which` is ahead, app or shops; ValueError for anything else.

    A verdict comes first and stands; then the sentence may be looked at otherwise. The tables by their names: `ahead`
    needs `shop_months` and `shops`, `app` needs `orders` and `customers`, `shops` needs `orders`, `customers` and
    `shop_months`. Raises ``UserError`` when one lacks a column or has no rows.
    """
    from servicelab.widgets.explore.retailer.claim import CLAIMS, ClaimBoard

    if which not in CLAIMS:
        raise ValueError(f"which must be one of {', '.join(CLAIMS)}, not {which}")
    return ClaimBoard(which, CLAIMS[which](**tables))


def satisfaction_index(orders: pd.DataFrame) -> SatisfactionIndex:
    """Open the index: what each answer counts, and by how much the same answers rise then."""
    from servicelab.widgets.explore.retailer.csi import SatisfactionIndex

    return SatisfactionIndex(orders)


def counters(shop_months: pd.DataFrame, shops: pd.DataFrame) -> Counters:
    """Open the decision about the last shops: leave, convert, or convert with a second counter."""
    from servicelab.widgets.explore.retailer.counters import Counters

    return Counters(shop_months, shops)
