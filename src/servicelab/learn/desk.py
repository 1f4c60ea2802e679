"""The desk: one contact that branches with what you say. No way back within a contact, any number of contacts.

Nothing is judged while the customer is on the line; the debrief then explains each choice, the ones that were open
and not taken included.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from servicelab.errors import UserError
from servicelab.i18n import _
from servicelab.learn.items import arranged

LONGEST_PATH = 100
MOST_RUNS = 50
FULL = 100.0
GRADES = ("good", "mixed", "poor")


@dataclass(frozen=True)
class Choice:
    """Something to say, where it leads and what it does to the meters."""

    id: str
    say: str
    to: str
    effect: Mapping[str, float]
    because: str


@dataclass(frozen=True)
class Node:
    """A moment of the contact: what the customer says, or how it ended."""

    id: str
    customer: str
    note: str
    choices: tuple[Choice, ...]
    end: bool
    outcome: str
    debrief: str
    grade: str


@dataclass(frozen=True)
class Meter:
    """Something to watch, from 0 to 100."""

    id: str
    name: str
    start: float


@dataclass(frozen=True)
class Desk:
    """One contact with all its branches."""

    id: str
    title: str
    minutes: float
    scene: str
    start: str
    meters: tuple[Meter, ...]
    nodes: Mapping[str, Node]


def parse_desk(document: Mapping[str, Any], name: str = "desk.json") -> Desk:
    """The desk in a parsed `desk.json`; UserError naming what is wrong when it cannot be played."""
    try:
        desk = Desk(
            id=str(document["id"]),
            title=str(document["title"]),
            minutes=float(document.get("minutes", 8)),
            scene=str(document.get("scene", "")),
            start=str(document["start"]),
            meters=tuple(Meter(str(m["id"]), str(m["name"]), float(m.get("start", 50))) for m in document["meters"]),
            nodes={str(key): node(str(key), raw) for key, raw in document["nodes"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise UserError(_("{name} is malformed: {problem}.", name=name, problem=repr(problem))) from None
    found = problems(desk)
    if found:
        raise UserError(_("{name} cannot be played: {problem}.", name=name, problem="; ".join(found)))
    return desk


def node(key: str, raw: Mapping[str, Any]) -> Node:
    """One node of a parsed desk."""
    choices = [
        Choice(
            id=str(c["id"]),
            say=str(c["say"]),
            to=str(c["to"]),
            effect={str(k): float(v) for k, v in (c.get("effect") or {}).items()},
            because=str(c["because"]),
        )
        for c in raw.get("choices") or ()
    ]
    return Node(
        id=key,
        customer=str(raw.get("customer", "") or ""),
        note=str(raw.get("note", "") or ""),
        choices=tuple(arranged(key, choices)),
        end=bool(raw.get("end", False)),
        outcome=str(raw.get("outcome", "") or ""),
        debrief=str(raw.get("debrief", "") or ""),
        grade=str(raw.get("grade", "") or ""),
    )


def problems(desk: Desk) -> list[str]:
    """What would leave a learner stuck or confused, each as a short phrase; empty for a sound desk."""
    found = [] if desk.start in desk.nodes else [f"it starts at {desk.start}, which does not exist"]
    meters = {m.id for m in desk.meters}
    for here in desk.nodes.values():
        if here.end:
            if here.choices:
                found.append(f"{here.id} is an end and has choices")
            if here.grade not in GRADES:
                found.append(f"{here.id} has the grade {here.grade!r}, which must be one of {', '.join(GRADES)}")
            if not (here.outcome and here.debrief):
                found.append(f"{here.id} needs an outcome and a debrief")
        elif len(here.choices) < 2:
            found.append(f"{here.id} offers {len(here.choices)} choices and needs at least two")
        elif not here.customer:
            found.append(f"{here.id} has no words from the customer")
        ids = [c.id for c in here.choices]
        if len(set(ids)) < len(ids):
            found.append(f"{here.id} has two choices of the same id")
        for choice in here.choices:
            if choice.to not in desk.nodes:
                found.append(f"{here.id}.{choice.id} leads to {choice.to}, which does not exist")
            if unknown := set(choice.effect) - meters:
                found.append(f"{here.id}.{choice.id} moves {', '.join(sorted(unknown))}, which is no meter")
            if not choice.because:
                found.append(f"{here.id}.{choice.id} has no because")
    if found:
        return found
    ending = {n.id for n in desk.nodes.values() if n.end}
    while more := {n.id for n in desk.nodes.values() if n.id not in ending and any(c.to in ending for c in n.choices)}:
        ending |= more
    reached, frontier = {desk.start}, [desk.start]
    while frontier:
        step = {c.to for c in desk.nodes[frontier.pop()].choices} - reached
        reached |= step
        frontier += step
    found += [f"{key} cannot be reached" for key in desk.nodes if key not in reached]
    return found + [f"from {key} no end can be reached" for key in desk.nodes if key not in ending]


def walk(desk: Desk, path: object) -> list[tuple[Node, Choice]]:
    """The steps of a path as far as it can be walked: each node with the choice taken there."""
    here, steps = desk.nodes[desk.start], []
    for taken in path[:LONGEST_PATH] if isinstance(path, list) else []:
        choice = next((c for c in here.choices if c.id == taken), None)
        if choice is None:
            break
        steps.append((here, choice))
        here = desk.nodes[choice.to]
    return steps


def standing(desk: Desk, steps: list[tuple[Node, Choice]]) -> Node:
    """Where a walked path stands."""
    return desk.nodes[steps[-1][1].to] if steps else desk.nodes[desk.start]


def meters_after(desk: Desk, steps: list[tuple[Node, Choice]]) -> dict[str, float]:
    """Each meter after the steps; it never leaves 0 to 100."""
    level = {m.id: min(max(m.start, 0.0), FULL) for m in desk.meters}
    for _node, choice in steps:
        for key, change in choice.effect.items():
            level[key] = min(max(level[key] + change, 0.0), FULL)
    return level


def tidy(desk: Desk, value: object) -> dict[str, Any]:
    """The learner's part as it can only be: the present `path` and the finished `runs`, as lists of choice ids."""
    given = value if isinstance(value, Mapping) else {}
    runs = given.get("runs")
    finished = []
    for run in runs[-MOST_RUNS:] if isinstance(runs, list) else []:
        steps = walk(desk, run)
        if standing(desk, steps).end:
            finished.append([c.id for _node, c in steps])
    return {"path": [c.id for _node, c in walk(desk, given.get("path"))], "runs": finished}


def follows(desk: Desk, before: object, after: object) -> bool:
    """Whether `after` can come after `before`: the contact went on, or it had ended and a new one began.

    What was said in a contact stays said; this is what makes the meters mean something.
    """
    old, new = tidy(desk, before), tidy(desk, after)
    ended = standing(desk, walk(desk, old["path"])).end
    if new["runs"] == old["runs"]:
        return bool(new["path"][: len(old["path"])] == old["path"])
    return ended and bool(new["runs"] == [*old["runs"], old["path"]][-MOST_RUNS:]) and not new["path"]


def state(desk: Desk, value: object) -> dict[str, Any]:
    """Everything the view draws. Reasons and effects appear only when the contact is over."""
    mine = tidy(desk, value)
    steps = walk(desk, mine["path"])
    here = standing(desk, steps)
    level = meters_after(desk, steps)
    before = meters_after(desk, steps[:-1])
    drawn: dict[str, Any] = {
        "id": desk.id,
        "title": desk.title,
        "scene": desk.scene,
        "minutes": desk.minutes,
        "turn": len(steps) + 1,
        "contact": len(mine["runs"]) + 1,
        "meters": [
            {"id": m.id, "name": m.name, "level": level[m.id], "change": level[m.id] - before[m.id] if steps else 0.0}
            for m in desk.meters
        ],
        "transcript": [{"customer": n.customer, "you": c.say} for n, c in steps],
        "customer": here.customer,
        "note": here.note,
        "choices": [{"id": c.id, "say": c.say} for c in here.choices],
        "ended": here.end,
        "outcome": here.outcome if here.end else "",
        "debrief": here.debrief if here.end else "",
        "grade": here.grade if here.end else "",
        "explained": explanations(desk, steps) if here.end else [],
        "endings": endings(desk, [*mine["runs"], mine["path"]] if here.end else mine["runs"]),
    }
    drawn["feedback"] = here.outcome if here.end else here.customer
    drawn["text"] = text(drawn)
    return drawn


def explanations(desk: Desk, steps: list[tuple[Node, Choice]]) -> list[dict[str, Any]]:
    """For each moment of the contact: what each choice does and why, with the one that was taken marked."""
    names = {m.id: m.name for m in desk.meters}
    return [
        {
            "customer": moment.customer,
            "choices": [
                {
                    "say": c.say,
                    "taken": c.id == taken.id,
                    "because": c.because,
                    "effect": _(", ").join(f"{names[k]} {signed(v)}" for k, v in c.effect.items() if v),
                }
                for c in moment.choices
            ],
        }
        for moment, taken in steps
    ]


def signed(change: float) -> str:
    """A change with its sign, as typography has it."""
    return f"{change:+g}".replace("-", "−")


def endings(desk: Desk, runs: list[list[str]]) -> dict[str, int]:
    """How many different endings were seen, and how many there are."""
    seen = {standing(desk, walk(desk, run)).id for run in runs}
    return {"seen": len(seen), "all": sum(n.end for n in desk.nodes.values())}


def entry(desk: Desk, value: object) -> dict[str, Any]:
    """What the answer sheet keeps: the present path, every finished contact, and how those ended."""
    mine = tidy(desk, value)
    finished = [*mine["runs"]]
    if standing(desk, walk(desk, mine["path"])).end:
        finished.append(mine["path"])
    grades = [standing(desk, walk(desk, run)).grade for run in finished]
    return {"kind": "desk", "value": mine, "grades": grades, "done": bool(finished)}


def text(drawn: Mapping[str, Any]) -> str:
    """The contact so far in plain text."""
    lines = [drawn["title"], drawn["scene"]]
    for turn in drawn["transcript"]:
        lines += [_("Customer: {words}", words=turn["customer"]), _("You: {words}", words=turn["you"])]
    if not drawn["ended"]:
        lines.append(_("Customer: {words}", words=drawn["customer"]))
        lines += [f"  ( ) {choice['say']}" for choice in drawn["choices"]]
    lines.append(_("; ").join(f"{m['name']} {m['level']:g}/100" for m in drawn["meters"]))
    if drawn["ended"]:
        lines += [drawn["outcome"], drawn["debrief"]]
        for moment in drawn["explained"]:
            lines += [f"  {'(x)' if c['taken'] else '( )'} {c['say']} → {c['because']}" for c in moment["choices"]]
    return "\n".join(line for line in lines if line)
