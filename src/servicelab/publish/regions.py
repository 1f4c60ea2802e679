"""The regions that nbgrader's markers fence off in a cell, kept apart from the text around them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from servicelab.publish.nbgrader_rules import HIDDEN_TESTS, MARK_SCHEME, SOLUTION

REGIONS = {"solution": SOLUTION, "hidden test": HIDDEN_TESTS, "mark scheme": MARK_SCHEME}


@dataclass(frozen=True)
class Segment:
    """Consecutive lines of a cell: `kind` is "text", "marker", or the region that they stand in."""

    kind: str
    text: str


def segments(source: str) -> Iterator[Segment]:
    """Cut a cell's source at its marker lines; joined by newlines the pieces are the source again.

    >>> [(s.kind, s.text) for s in segments("a\\n### BEGIN SOLUTION\\nb\\n### END SOLUTION")]
    [('text', 'a'), ('marker', '### BEGIN SOLUTION'), ('solution', 'b'), ('marker', '### END SOLUTION')]
    """
    kind, lines = "text", list[str]()
    for line in source.split("\n"):
        opened = next((name for name, (begin, _) in REGIONS.items() if begin in line), None)
        closed = any(end in line for _, end in REGIONS.values())
        if not opened and not closed:
            lines.append(line)
            continue
        if lines:
            yield Segment(kind, "\n".join(lines))
        yield Segment("marker", line)
        kind, lines = opened or "text", []
    if lines:
        yield Segment(kind, "\n".join(lines))


def has_region(source: str, name: str) -> bool:
    """Whether the source opens a region of this kind."""
    return REGIONS[name][0] in source
