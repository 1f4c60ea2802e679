"""The headings of a Markdown text, an author's or a learner's, read in one pass however the text was made."""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST = 300
"""Characters of a heading that are read: no page shows more of one."""
# Nothing here can match a character in two ways, so a line of blanks takes no longer than any other.
_LINE = re.compile(r"(#{1,6})[ \t]+(?=[^ \t])(.*)")
FENCED = re.compile(r"^ {0,3}(`{3,}|~{3,})")


def fence_after(line: str, fence: str) -> str:
    """The fence that is open after a line of Markdown, of the one that was open before it; "" where none is.

    >>> fence_after("```python", ""), fence_after("~~~", "```"), fence_after("````", "```")
    ('```', '```', '')
    """
    found = FENCED.match(line)
    if found and not fence:
        return found[1]
    closes = found and line.strip().startswith(fence) and set(line.strip()) == {fence[0]}
    return "" if closes else fence


def headings(source: str, deepest: int = 6) -> Iterator[str]:
    """The texts of the headings down to a level, in order, without their marks at both ends; a comment in code is none.

    >>> list(headings("# One #\\n\\ntext # not one\\n### Two\\n#No"))
    ['One', 'Two']
    """
    fence = ""
    for line in source.split("\n"):
        inside, fence = fence, fence_after(line, fence)
        found = None if inside else _LINE.match(line)
        if found and len(found[1]) <= deepest:
            yield found[2][:LONGEST].rstrip().rstrip("#").rstrip()


def heading(source: str, deepest: int = 6) -> str:
    """The first heading of a text down to a level, or an empty string where it has none."""
    return next(headings(source, deepest), "")
