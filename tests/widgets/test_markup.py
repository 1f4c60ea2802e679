"""What stands on the page is made of elements and text: no script of ours reads markup out of data."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from servicelab import widgets

SOURCE = Path(widgets.__file__).resolve().parents[1]
SCRIPTS = sorted(SOURCE.rglob("*.js"))
READS_MARKUP = re.compile(
    r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|srcdoc|setHTML|setHTMLUnsafe|parseFromString)\b"
    r"|createContextualFragment|document\s*\.\s*write|\beval\s*\(|new\s+Function\b|[\"']javascript:"
)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_no_script_reads_markup_or_code_out_of_data(script: Path) -> None:
    assert READS_MARKUP.findall(script.read_text(encoding="utf-8")) == []


def test_there_are_scripts_to_look_at() -> None:
    places = {path.relative_to(SOURCE).parts[0] for path in SCRIPTS}
    assert {"learn", "shell", "widgets"} <= places
    assert READS_MARKUP.search("node.innerHTML = state.text")
