"""The headings of a Markdown text, an author's or a learner's, read in one pass however the text was made."""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST = 300
"""Characters of a heading that are read: no page shows more of one."""
# Nothing here can match a character in two ways, so a line of blanks takes no longer than any other.
_LINE = re.compile(r"^(#{1,6})[ \t]+(?=[^ \t\n])([^\n]*)", re.MULTILINE)


def headings(source: str, deepest: int = 6) -> Iterator[str]:
    """The texts of the headings down to a level, in order, without their marks at both ends.

    >>> list(headings("# One #\\n\\ntext # not one\\n### Two\\n#No"))
    ['One', 'Two']
    """
    for found in _LINE.finditer(source):
        if len(found[1]) <= deepest:
            yield found[2][:LONGEST].rstrip().rstrip("#").rstrip()


def heading(source: str, deepest: int = 6) -> str:
    """The first heading of a text down to a level, or an empty string where it has none."""
    return next(headings(source, deepest), "")
