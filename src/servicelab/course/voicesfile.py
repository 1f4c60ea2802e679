"""`voices.yml`: what is said of each statement in Sort the voices, whatever was answered. Formative: it ships."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

from servicelab.course.declared import Declared, Rule, Shown, filled

Note = Annotated[
    str, Rule("`{name}` is not explained", "Write `{name}:`: say which words of the statement decide it", filled), Shown
]


@dataclass(frozen=True)
class Explained(Declared):
    """What decides each question about one statement, in words that are true for a right and for a wrong answer."""

    FOREIGN: ClassVar = ("there is no question “{name}”", "Use {fields}")
    SHAPE: ClassVar = ("the statement is not written as questions with texts", "Write {{kind: …, spoken: …}}")

    kind: Note
    spoken: Note
    importance: Note
    time: Note
    level: Note


@dataclass(frozen=True)
class VoicesFile(Declared):
    """The statements, each by its `voice_id` in the firm's table of voices."""

    FOREIGN: ClassVar = ("`{name}` means nothing here", "Write the statements under `{fields}:`")

    voices: Annotated[Mapping[str, Explained], Rule("`voices` is missing", "Write it, a statement a key", bool)]
