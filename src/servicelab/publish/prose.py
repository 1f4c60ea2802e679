"""Markdown as the build sees it: blocks (what a translator gets), links, images and terms."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from servicelab.course.headings import FENCED, fence_after
from servicelab.course.headings import headings as marked_headings

TERM = re.compile(r"\[([^\]]+)\]\(term:([^)\s]*)\)")
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(\s*<?([^)\s>]*)>?(?:\s+\"[^\"]*\")?\s*\)")
HTML_IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
CODE_SPAN = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")


STARRED = re.compile(r"(?<![\\*])(\*{1,2})(?!\*)(\S(?:[^*]*?\S)?)\1(?!\*)")
"""Words between asterisks that are meant to be emphasis."""


@dataclass(frozen=True)
class Link:
    """A link or an image in a text: what it shows, where it leads."""

    image: bool
    label: str
    target: str


def blocks(source: str) -> list[str]:
    """Cut Markdown at blank lines outside code fences; the odd pieces are the blank space between the blocks.

    >>> blocks("a\\nb\\n\\n\\nc")
    ['a\\nb', '\\n\\n\\n', 'c']
    """
    pieces: list[str] = [""]
    fence = ""
    for line in source.split("\n"):
        fence = fence_after(line, fence)
        blank = not line.strip() and not fence
        if blank == (len(pieces) % 2 == 1):
            pieces.append("")
        pieces[-1] += line + "\n"
    # Newlines end lines here; what separates two blocks is the last newline of the first and the blank lines.
    for index in range(0, len(pieces) - 1, 2):
        if pieces[index]:
            pieces[index], pieces[index + 1] = pieces[index][:-1], "\n" + pieces[index + 1]
    pieces[-1] = pieces[-1][:-1]
    return pieces


def translatable(text: str) -> bool:
    """Whether there is anything to translate: a letter outside code, formulas and addresses.

    >>> translatable("¥20,000"), translatable("`mean()`"), translatable("About 400")
    (False, False, True)
    """
    stripped = text.strip()
    if FENCED.match(stripped) or (stripped.startswith("$$") and stripped.endswith("$$")):
        return False
    bare = LINK.sub(lambda match: match[2], CODE_SPAN.sub(" ", stripped))
    return any(character.isalpha() for character in bare)


def translate_blocks(source: str, translate: Callable[[str], str]) -> str:
    """The source with every translatable block replaced by `translate(block)`."""
    return "".join(
        translate(piece) if index % 2 == 0 and translatable(piece) else piece
        for index, piece in enumerate(blocks(source))
    )


def prose(source: str) -> str:
    """The source without code fences and code spans: where links and images are looked for."""
    kept = [piece for piece in blocks(source) if not FENCED.match(piece.strip())]
    return CODE_SPAN.sub(" ", "".join(kept))


def links(source: str) -> Iterator[Link]:
    """Every link and image written in Markdown, terms included."""
    for match in LINK.finditer(prose(source)):
        yield Link(bool(match[1]), match[2], match[3])
        # A picture can be the face of a link.
        yield from links(match[2])


def plain_stars(source: str) -> Iterator[str]:
    """What is meant as emphasis and is shown with its asterisks: Markdown takes those between a mark and a letter for
    signs of their own, which Chinese, without spaces, writes easily.

    >>> list(plain_stars("**先停用。**再报修"))
    ['**先停用。**再']
    >>> list(plain_stars("**先停用**。再报修 **First stop.** Then"))
    []
    """
    for piece in blocks(prose(source))[::2]:
        for match in STARRED.finditer(piece):
            before, after = piece[: match.start()][-1:], piece[match.end() :][:1]
            opens = not is_mark(match[2][0]) or not before or before.isspace() or is_mark(before)
            closes = not is_mark(match[2][-1]) or not after or after.isspace() or is_mark(after)
            if not (opens and closes):
                yield f"{'' if opens else before}{match[0]}{'' if closes else after}"


def is_mark(character: str) -> bool:
    """Whether Markdown counts a character as punctuation."""
    return unicodedata.category(character)[0] in "PS"


def headings(source: str) -> list[str]:
    """The texts of the headings, without their marks and emphasis."""
    return [re.sub(r"[*_`]", "", TERM.sub(r"\1", text)) for text in marked_headings(prose(source))]


def plain_terms(text: str) -> str:
    """A text with its terms as plain words, for JSON that a widget shows.

    >>> plain_terms("A [core need](term:core_need).")
    'A core need.'
    """
    return TERM.sub(r"\1", text)


def link_terms(text: str, glossary: str, definitions: dict[str, str]) -> str:
    """A text with each term linked to its entry in the glossary notebook and its definition as the link's title.

    A link reaches keyboards and touch screens; JupyterLab keeps its title and follows `#cell-id=`.
    """

    def replace(match: re.Match[str]) -> str:
        title = definitions[match[2]].replace("\\", "\\\\").replace('"', '\\"').replace("|", "\\|").replace("\n", " ")
        return f'[{match[1]}]({glossary}#cell-id={match[2]} "{title}")'

    return TERM.sub(replace, text)
