"""`known_gaps.yml`: what the course still lacks against its own gates. The list may only get shorter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from servicelab.course.declared import Declared, Rule, filled

Gate = Literal["curriculum", "rubric", "key", "distractor", "tell", "echo"]
"""A unit that the curriculum lacks; a written task without a rubric; a decision that no hidden test judges; an id that
is assessed only by an option to be passed over; right options that their length gives away; a graded item that repeats
the lesson."""


@dataclass(frozen=True)
class KnownGap(Declared):
    """One gap: the gate that finds it, and the item as the gate calls it."""

    gate: Annotated[Gate, Rule("there is no gate “{value}”", f"Use {', '.join(get_args(Gate))}")]
    item: Annotated[str, Rule("the gap names no item", "Write what the gate calls it, such as 01_needs/en", filled)]


@dataclass(frozen=True)
class GapsFile(Declared):
    """The whole list."""

    gaps: Annotated[tuple[KnownGap, ...], Rule("`gaps` is not a list", "Begin each with - {{gate: …, item: …}}")] = ()
