"""The desk: one contact that branches with what you say. No way back within a contact, any number of contacts.

Nothing is judged while the customer is on the line; the debrief then explains each choice, the ones that were open
and not taken included.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from servicelab.course.declared import all_faults, read, shown_path
from servicelab.course.deskfile import Choice, Desk, Node
from servicelab.errors import UserError
from servicelab.i18n import _
from servicelab.learn.items import arranged

LONGEST_PATH = 100
MOST_RUNS = 50
FULL = 100.0


def parse_desk(document: Mapping[str, Any], name: str = "desk.json") -> Desk:
    """The desk in a parsed `desk.json`; UserError naming what is wrong when it cannot be played."""
    try:
        desk = read(Desk, document)
    except ValueError as problem:
        raise UserError(_("{name} is malformed: {problem}.", name=name, problem=problem)) from None
    found = [f"{shown_path(path)}: {problem}" for path, problem, _remedy in all_faults(desk)]
    if found:
        raise UserError(_("{name} cannot be played: {problem}.", name=name, problem="; ".join(found)))
    nodes = {key: replace(node, choices=tuple(arranged(key, node.choices))) for key, node in desk.nodes.items()}
    return replace(desk, nodes=nodes)


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
        "left": here.left if here.end else "",
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


def ending(grade: str) -> str:
    """What an ending of a grade is called."""
    words = {"good": _("A good ending"), "mixed": _("Half a solution"), "poor": _("A bad ending")}
    return words.get(grade, "")


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
    ends = [standing(desk, walk(desk, run)) for run in finished]
    done = any(not end.left for end in ends)
    return {"kind": "desk", "value": mine, "grades": [end.grade for end in ends], "done": done}


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
        lines += [drawn["outcome"], drawn["debrief"], drawn["left"]]
        for moment in drawn["explained"]:
            lines += [f"  {'(x)' if c['taken'] else '( )'} {c['say']} → {c['because']}" for c in moment["choices"]]
    return "\n".join(line for line in lines if line)
