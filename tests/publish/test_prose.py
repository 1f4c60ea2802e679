"""Cutting Markdown into what a translator gets, and putting it together again."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from nbconvert.filters import markdown2html_mistune

from servicelab.publish.prose import blocks, headings, link_terms, links, plain_stars, translatable, translate_blocks
from servicelab.publish.regions import segments

LINES = st.lists(st.sampled_from(["", "  ", "a", "- b", "```", "~~~", "````", "    c", "# d", "### BEGIN SOLUTION",
                                  "### END SOLUTION", "### BEGIN HIDDEN TESTS", "x ``` y"]), max_size=12)  # fmt: skip


@given(LINES)
def test_the_pieces_are_the_text_again(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert "".join(blocks(text)) == text
    assert "\n".join(piece.text for piece in segments(text)) == text
    assert translate_blocks(text, lambda block: block) == text


def test_a_fence_is_one_block_blank_lines_included() -> None:
    assert blocks("a\n\n```\nb\n\nc\n```\n\nd")[::2] == ["a", "```\nb\n\nc\n```", "d"]
    assert blocks("````\n```\n\n````\n\nd")[::2] == ["````\n```\n\n````", "d"]


def test_what_needs_no_translator() -> None:
    assert not any(map(translatable, ["", "---", "¥20,000", "`mean()`", "$$x^2$$", "```\ncode\n```", "42 %"]))
    assert all(map(translatable, ["About 400", "客户", "[link](x)", "![a picture](x.svg)"]))


def test_links_are_not_looked_for_in_code() -> None:
    text = '`[no](a.md)` [yes](b.md "title") ![pic](c.png)\n\n```\n[no](d.md)\n```\n\n[![face](e.png)](f.md)'
    assert [(link.image, link.target) for link in links(text)] == [
        (False, "b.md"),
        (True, "c.png"),
        (False, "f.md"),
        (True, "e.png"),
    ]


def test_a_term_becomes_a_link_with_its_definition() -> None:
    linked = link_terms("A [must-be](term:m).", "../g.ipynb", {"m": 'said "quietly" | not'})
    assert linked == 'A [must-be](../g.ipynb#cell-id=m "said \\"quietly\\" \\| not").'


def test_headings_without_marks() -> None:
    assert headings("# *One* [two](term:t)\n\n```\n# not this\n```\n\n### Three ##") == ["One two", "Three"]


def test_emphasis_that_markdown_does_not_see_is_found_in_both_languages() -> None:
    """Held against a Markdown of its own: what is found is shown with its asterisks, and nothing else is."""
    shown = {
        "**先停用。**再报修": False,
        "请**“先停用”**再报修": False,
        "**Stop.**Then": False,
        "*（不急）*再说": False,
        "**先停用**。再报修": True,
        "**先停用。** 再报修": True,
        "**先停用。**“再报修”": True,
        "“**先停用。**”再报修": True,
        "**Stop.** Then *go*.": True,
        "2 * 3 * 4 = 24 **and** more": True,
        "**先停用。**`code`": True,
        "一行 **two\nlines** 一行": True,
        "- **一，**\n- **二**": True,
    }
    assert {text: not list(plain_stars(text)) for text in shown} == shown
    made = {text: "*" not in re.sub(r" \* ", "", markdown2html_mistune(text)) for text in shown}
    assert made == shown


def test_asterisks_in_code_are_no_emphasis() -> None:
    assert not list(plain_stars("`a*。*b` and\n\n```\n**x。**y\n```\n"))
