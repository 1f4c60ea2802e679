"""`desk.yml`: one contact that branches with what is said, and cannot strand anybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, ClassVar, Literal, get_args

from servicelab.course.declared import Called, Declared, Fault, Rule, Shown, filled
from servicelab.course.quizfile import Ids, Words, named

Grade = Literal["good", "mixed", "poor"]
GRADES: tuple[Grade, ...] = get_args(Grade)
CHOICE_ID = ("the choice needs an id of its own, not “{id}”", "Name the choices a, b, c")
NO_METER = ("choice {id} changes “{at}”, which is no meter", "Write {{trust: 5}}")
NO_GRADE = ("the ending has no grade", f"Use one of {', '.join(GRADES)}")
SAID = Rule("choice {id} has no `{name}`", "Write it: every choice is explained", filled)
STATED = Rule("`{name}` is missing", "Write it", filled)


@dataclass(frozen=True)
class Choice(Declared):
    """Something to say, where it leads and what it does to the meters."""

    SHAPE: ClassVar = ("a choice is not written as keys with values", "Write {{id: a, to: n2, say: …, because: …}}")

    id: Annotated[str, Rule(*CHOICE_ID, named)]
    say: Annotated[str, SAID, Shown]
    because: Annotated[str, SAID, Shown]
    to: Annotated[str, Rule("choice {id} leads to “{value}”, which is no node", "Name one")]
    effect: Annotated[Mapping[str, Annotated[float, Rule(*NO_METER)]], Rule(*NO_METER)] = field(default_factory=dict)


@dataclass(frozen=True)
class Node(Declared):
    """A moment of the contact: what the customer says, or how it ended. Its id is its key in the file."""

    SHAPE: ClassVar = ("the node is empty", "Write what the customer says, and the choices")

    customer: Words = ""
    note: Words = ""
    outcome: Words = ""
    debrief: Words = ""
    left: Words = ""
    """What has not come yet where the contact ends too early: such an ending is no end of the desk's work."""
    choices: Annotated[tuple[Choice, ...], Rule("`choices` is not a list", "Begin each with `- {{id: …`")] = ()
    end: Annotated[bool, Rule("`end` is neither true nor false", "Write `end: true`")] = False
    grade: Annotated[Grade | None, Rule(*NO_GRADE)] = None
    key_ids: Ids = ()
    id: str = ""

    def faults(self) -> Iterator[Fault]:
        """An ending says how it ended; any other moment leaves something to choose."""
        if self.end:
            for part in ("outcome", "debrief"):
                if not filled(getattr(self, part)):
                    yield Fault((), f"the ending has no {part}", "Write it")
            if self.grade is None:
                yield Fault((), *NO_GRADE)
            if self.choices:
                yield Fault((), "an ending has choices", "Take `end` or the choices away")
            return
        if self.left:
            yield Fault(("left",), "something is left, and this is no ending", "Take `left` away, or write `end: true`")
        if not filled(self.customer):
            yield Fault((), "the customer says nothing", "Write `customer:`")
        if len(self.choices) < 2:
            yield Fault((), "there is nothing to choose", "Give at least two choices, or `end: true`")
        seen: set[str] = set()
        for number, choice in enumerate(self.choices):
            if choice.id in seen:
                problem, remedy = CHOICE_ID
                yield Fault(("choices", number), problem.format(id=choice.id), remedy)
            seen.add(choice.id)


@dataclass(frozen=True)
class Meter(Declared):
    """Something to watch, from 0 to 100."""

    id: Annotated[str, Rule("the meter has no id", "Write `id:`, a word", filled)]
    name: Annotated[str, Rule("the meter {id} has no name", "Write `name:`", filled), Shown]
    start: Annotated[float, Rule("the meter {id} does not start at a number", "Write start: 50")] = 50.0


@dataclass(frozen=True)
class Desk(Declared):
    """One contact with all its branches."""

    id: Annotated[str, STATED]
    title: Annotated[str, STATED, Shown]
    minutes: Annotated[float, Rule("`{name}` is missing", "Write it", lambda minutes: minutes > 0)]
    scene: Annotated[str, STATED, Shown]
    start: Annotated[str, Rule("the contact starts at “{value}”, which is no node", "Name one", filled)]
    meters: Annotated[tuple[Meter, ...], Rule("`{name}` is missing", "Write it", bool), Called("meter")]
    nodes: Annotated[Mapping[str, Node], Rule("`{name}` is missing", "Write it", bool)]
    teaches: Ids = ()

    def __post_init__(self) -> None:
        nodes = {key: replace(node, id=key) for key, node in self.nodes.items()}
        object.__setattr__(self, "nodes", nodes)

    def faults(self) -> Iterator[Fault]:
        """Every way leads to a node that is there, every node is led to, and from each the contact can end."""
        if self.start not in self.nodes:
            yield Fault(("start",), f"the contact starts at “{self.start}”, which is no node", "Name one")
        meters = {meter.id for meter in self.meters}
        for key, node in self.nodes.items():
            for number, choice in enumerate(node.choices):
                at = ("nodes", key, "choices", number)
                if choice.to not in self.nodes:
                    yield Fault(at, f"choice {choice.id} leads to “{choice.to}”, which is no node", "Name one")
                for meter in choice.effect:
                    if meter not in meters:
                        problem = f"choice {choice.id} changes “{meter}”, which is no meter"
                        yield Fault(at, problem, "Write {trust: 5}")
        reached = self.reached(self.start)
        for key in self.nodes:
            if key not in reached:
                yield Fault(("nodes", key), "no choice leads to this node", "Lead to it, or take it away")
            elif not any(self.nodes[each].end for each in self.reached(key)):
                yield Fault(("nodes", key), "from here the contact never ends", "Lead to a node with `end: true`")

    def reached(self, start: str) -> set[str]:
        """The nodes that can follow on a node, itself among them."""
        found: set[str] = set()
        waiting = [start]
        while waiting:
            key = waiting.pop()
            if key in found or key not in self.nodes:
                continue
            found.add(key)
            waiting += [choice.to for choice in self.nodes[key].choices]
        return found
