"""The pack of attacks as data: what `test_attacks.py` runs, and the table in `docs/hostile.md` that is made of it.

A file in `attacks/` is one kind. Each attack is the trainee's cell in a small notebook (`CELLS` in the test), with what
must come of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TABLE = ROOT / "docs" / "hostile.md"
LEVELS = ("namespaces", "rules")
Seen = Literal["exit", "limit", "protocol", "compared", "refused"]
SAID: dict[str, str] = {
    "exit": "seen: Python ended",
    "limit": "seen: a limit",
    "protocol": "seen: broke the protocol",
    "compared": "seen: compared by rules of its own",
    "refused": "silently refused",
}
"""How the trusted side tells an attack, in the table's words."""


@dataclass(frozen=True)
class Attack:
    """One attack.

    Attributes
    ----------
    kind, name
        What it belongs to, and its own name.
    code
        The trainee's cell. It defines `share`, or leaves it undefined.
    sees
        How the trusted side can tell, by level where the levels differ.
    after
        A cell of the trainee's that runs after it.
    test
        A hidden test in place of the usual one.
    files
        What lies beside the notebook.
    limits
        Of the machine, where the attack needs smaller ones to be cheap.
    prints
        What the cells print at least, where the attack is no attack unless it got that far.
    open, opened
        By level: why it is not held there; and what the cells print there.
    keeps
        By level, whether what stood before it keeps its points, where it harms itself only.
    most
        Characters that the cells put out at most.
    pad
        Characters of one more cell after it.
    calls
        Whether it calls the system by numbers of x86-64.
    """

    kind: str
    name: str
    code: str
    sees: Seen | dict[str, Seen] = "refused"
    after: str = "print('on')"
    test: str = ""
    files: dict[str, str] = field(default_factory=dict)
    limits: dict[str, int] = field(default_factory=dict)
    prints: str = ""
    open: dict[str, str] = field(default_factory=dict)
    opened: str = ""
    keeps: dict[str, bool] = field(default_factory=dict)
    most: int = 1 << 22
    pad: int = 0
    calls: bool = False

    def seen(self, level: str) -> Seen:
        """How the trusted side can tell it at a level."""
        return self.sees[level] if isinstance(self.sees, dict) else self.sees


@dataclass(frozen=True)
class Elsewhere:
    """An attack that another test makes: what it tries, and which test."""

    kind: str
    name: str
    test: str


def read() -> tuple[list[Attack], list[Elsewhere]]:
    """Return every attack of the pack, and those that other tests make."""
    attacks, elsewhere = [], []
    for path in sorted((HERE / "attacks").glob("*.yml")):
        told: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        kind = told["kind"]
        attacks += [Attack(kind, name, **_spelled(about)) for name, about in told.get("attacks", {}).items()]
        elsewhere += [Elsewhere(kind, name, test) for name, test in told.get("elsewhere", {}).items()]
    return attacks, elsewhere


def _spelled(about: dict[str, Any]) -> dict[str, Any]:
    """An attack whose code does not hold the word that it prints: the traceback of one that was stopped shows code."""
    return {**about, "code": about["code"].replace("'TAKEN'", "'TAK' 'EN'")}


def table() -> str:
    """Return the page with the table."""
    attacks, elsewhere = read()
    rows = [f"| {each.kind} | {each.name} | {' | '.join(_held(each, level) for level in LEVELS)} |" for each in attacks]
    others = [f"| {each.kind} | {each.name} | `{each.test}` |" for each in elsewhere]
    kinds = len({each.kind for each in [*attacks, *elsewhere]})
    left = [f"- **{each.name}** ({each.kind}; {level}): {why}" for each in attacks for level, why in each.open.items()]
    return TEXT.format(
        count=len(attacks), more=len(elsewhere), kinds=kinds, rows="\n".join(rows), others="\n".join(others),
        left="\n".join(left) or "Nothing in this pack.",
    )  # fmt: skip


def _held(attack: Attack, level: str) -> str:
    said = attack.seen(level)
    if level in attack.open:
        return f"**not held**; {'not seen' if said == 'refused' else SAID[said]}"
    return f"held; {SAID[said]}"


TEXT = """\
# What the sealed engine was attacked with

Made from `tests/hostile/attacks/` by `tests/hostile/test_attacks.py`; do not edit it here
(`UPDATE_HOSTILE=1 pytest tests/hostile/test_attacks.py -k table` writes it).

{count} attacks and {more} more in other tests, of {kinds} kinds. Each is run as a submission beside an honest one, at
both levels; `rules` under a filter that refuses unshare, setns, mount, clone3 and namespaces by clone. *Held* means: no
point for it, what stood before it keeps its points, the hidden test's numbers stand nowhere in what comes back,
nothing outside was read, written, ended or called, and the honest submission has all its points and finds nothing left
behind. *Seen* means that the trusted side can tell; *silently refused*, that the system or the engine said no and the
grade alone shows it.

| kind | attack | namespaces | rules |
|---|---|---|---|
{rows}

## Not held

{left}

## In other tests

| kind | attack | test |
|---|---|---|
{others}
"""
