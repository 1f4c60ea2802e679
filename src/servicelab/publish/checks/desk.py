"""The desk: a branching contact that cannot strand anybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from servicelab.publish.checks.coverage import known_ids, teaches_findings
from servicelab.publish.findings import Finding
from servicelab.publish.sources import NAME, Course, Module

GRADES = ("good", "mixed", "poor")


def desk_findings(course: Course, module: Module) -> Iterator[Finding]:
    """What is wrong in a module's `desk.yml`."""
    desk = module.desk
    if desk is None or desk.findings:
        return
    data = desk.data if isinstance(desk.data, dict) else {}
    for key in ("id", "title", "minutes", "scene", "start", "meters", "nodes"):
        if not data.get(key):
            yield desk.finding((), key, f"`{key}` is missing", "Write it")
    yield from teaches_findings(desk.file, desk.line("teaches"), "teaches", data.get("teaches"), known_ids(course))
    stated = data.get("nodes")
    nodes: dict[str, Any] = stated if isinstance(stated, dict) else {}
    meters = {meter.get("id") for meter in data.get("meters") or [] if isinstance(meter, dict)}
    if nodes and data.get("start") not in nodes:
        yield desk.finding(
            ("start",), "start", f"the contact starts at “{data.get('start')}”, which is no node", "Name one"
        )
    for key, node in nodes.items():
        for at, problem, remedy in _node_faults(node, meters, set(nodes)):
            yield desk.finding(("nodes", key, *at), str(key), problem, remedy)
    reached = _reachable(str(data.get("start")), nodes)
    ending = {
        key for key in nodes if any(nodes[end].get("end") for end in _reachable(key, nodes) if _is_node(nodes, end))
    }
    for key in nodes:
        if key not in reached:
            yield desk.finding(("nodes", key), key, "no choice leads to this node", "Lead to it, or take it away")
        elif key not in ending:
            yield desk.finding(
                ("nodes", key), key, "from here the contact never ends", "Lead to a node with `end: true`"
            )


def _node_faults(node: Any, meters: set[Any], nodes: set[str]) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    if not isinstance(node, dict):
        yield (), "the node is empty", "Write what the customer says, and the choices"
        return
    if node.get("end"):
        for part in ("outcome", "debrief"):
            if not node.get(part):
                yield (), f"the ending has no {part}", "Write it"
        if node.get("grade") not in GRADES:
            yield (), "the ending has no grade", f"Use one of {', '.join(GRADES)}"
        if node.get("choices"):
            yield (), "an ending has choices", "Take `end` or the choices away"
        return
    if not node.get("customer"):
        yield (), "the customer says nothing", "Write `customer:`"
    choices = node.get("choices")
    if not isinstance(choices, list) or len(choices) < 2:
        yield (), "there is nothing to choose", "Give at least two choices, or `end: true`"
        return
    seen: set[str] = set()
    for number, choice in enumerate(choices):
        at = ("choices", number)
        choice = choice if isinstance(choice, dict) else {}
        name = str(choice.get("id", ""))
        if not NAME.fullmatch(name) or name in seen:
            yield at, f"the choice needs an id of its own, not “{name}”", "Name the choices a, b, c"
        seen.add(name)
        for part in ("say", "because"):
            if not choice.get(part):
                yield at, f"choice {name} has no `{part}`", "Write it: every choice is explained"
        if choice.get("to") not in nodes:
            yield at, f"choice {name} leads to “{choice.get('to')}”, which is no node", "Name one"
        effect = choice.get("effect") or {}
        for meter, change in effect.items() if isinstance(effect, dict) else [("", None)]:
            if meter not in meters or not isinstance(change, int | float):
                yield at, f"choice {name} changes “{meter}”, which is no meter", "Write {trust: 5}"


def _reachable(start: str, nodes: dict[str, Any]) -> set[str]:
    reached: set[str] = set()
    waiting: list[Any] = [start]
    while waiting:
        key = waiting.pop()
        if key in reached or not _is_node(nodes, key):
            continue
        reached.add(key)
        choices = nodes[key].get("choices")
        waiting += [c.get("to") for c in (choices if isinstance(choices, list) else []) if isinstance(c, dict)]
    return reached


def _is_node(nodes: dict[str, Any], key: Any) -> bool:
    return isinstance(key, str) and isinstance(nodes.get(key), dict)
