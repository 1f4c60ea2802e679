"""What is secret is searched for by its own words, wherever it might have been packed."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelab.publish import leaks_in_zip
from servicelab.publish.secrets import LONG, Secret, find_leaks, possible, secrets

FORMATIVE = ["Tone is not need.", 'share = contacts.need.eq("functional").mean()', "You take it up."]


@pytest.fixture(scope="module")
def known(bilingual: Path) -> list[Secret]:
    return secrets(bilingual)


def test_every_kind_is_listed_in_both_languages(known: list[Secret]) -> None:
    found = {(secret.kind, secret.text) for secret in known}
    assert {
        ("solution", 'wanted = [row for row in rows if row["need"] == "functional"]'),
        ("solution", "number_of_contacts = sum(1 for row in rows)"),
        ("solution", "I have booked two people to carry it up."),
        ("solution", "I have booked two people to carry it up.（译）"),
        ("hidden test", 'assert decisions["a-voice"] in {"functional", "never-an-option"}'),
        ("hidden test", 'assert sorted(decisions["a-many"] or []) == ["one", "two"]'),
        ("mark scheme", "Three points for a plan that opens with a question."),
        ("mark scheme", "Says what would end the matter, before any apology."),
        ("mark scheme", "先说清楚怎样才算解决，再道歉。"),
        ("instructor", 'print("an apology alone:", 2.1, "<b>")'),
    } <= found
    assert any(s.kind == "instructor" and s.text.startswith("Ten minutes") and s.text.endswith("（译）") for s in known)


def test_what_a_trainee_may_see_is_no_secret(known: list[Secret]) -> None:
    texts = {secret.text for secret in known}
    assert not texts & {*FORMATIVE, "assert 0 <= share(rows) <= 1", "### END SOLUTION", "def share(rows):", "# Part C"}


def test_a_line_of_python_s_own_words_alone_is_no_secret(bilingual: Path, tmp_path: Path) -> None:
    course = tmp_path / "course"
    shutil.copytree(bilingual, course)
    (page,) = course.rglob("exercise.md")
    text = page.read_text()
    own, others = "except Exception:", "except Exception as cause_of_this_one:"
    line = 'assert decisions["a-voice"] in {"functional", "never-an-option"}'
    assert line in text
    page.write_text(text.replace(line, "\n".join((line, "try:", "    pass", own, "    pass", others)), 1))
    texts = {secret.text for secret in secrets(course)}
    assert others in texts
    assert own not in texts


def test_the_trainee_editions_hold_none_of_it(known: list[Secret], editions: dict[str, Path]) -> None:
    for folder in editions.values():
        assert find_leaks(folder, known) == []


def test_the_search_finds_a_secret_in_any_dress(known: list[Secret], tmp_path: Path) -> None:
    test = 'assert decisions["a-voice"] in {"functional", "never-an-option"}'
    letter = "I have booked two people to carry it up."
    belief = 'print("an apology alone:", 2.1, "<b>")'
    (tmp_path / "plain.txt").write_text(f"x\n\t{test}\n")
    (tmp_path / "escaped.ipynb").write_text(json.dumps({"cells": [{"source": ["a\n", f"    {test}\n"]}]}))
    (tmp_path / "broken.json").write_text(f'{{"a": "{letter}')
    (tmp_path / "page.html").write_text(
        "<p>print(<b>&quot;an apology alone:&quot;</b>, 2.1, &quot;&lt;b&gt;&quot;)</p>"
    )
    (tmp_path / ".hidden").write_text(letter)
    with zipfile.ZipFile(tmp_path / "inner.whl", "w") as wheel:
        wheel.writestr("package/data.py", test)
    with zipfile.ZipFile(tmp_path / "outer.zip", "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.write(tmp_path / "inner.whl", "packages/inner.whl")
    found = {(leak.file, leak.secret.text) for leak in find_leaks(tmp_path, known)}
    assert found == {
        ("plain.txt", test),
        ("escaped.ipynb", test),
        ("broken.json", letter),
        ("page.html", belief),
        (".hidden", letter),
        ("inner.whl!package/data.py", test),
        ("outer.zip!packages/inner.whl!package/data.py", test),
    }


def test_a_zip_that_gives_something_away_is_described(bilingual: Path, tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("a.txt", "Three points for a plan that opens with a question.")
    leaks = leaks_in_zip(path, bilingual)
    assert leaks == [
        "bundle.zip!a.txt has a mark scheme line of course/modules/01_demo/exercise.md [d-plan]: "
        "Three points for a plan that opens with a question."
    ]


@given(
    words=st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=8),
    at=st.integers(0, 1 << 20),
    filling=st.text(alphabet=st.characters(), min_size=1, max_size=20),
)
def test_going_through_a_long_text_once_loses_no_secret(words: list[str], at: int, filling: str) -> None:
    """Wherever it stands, at the ends too, and whatever characters it is made of, halves of some included."""
    filled = filling * (LONG // len(filling) + 1)
    place = at % (len(filled) + 1)
    text = filled[:place] + words[0] + filled[place:]
    known = [Secret("solution", str(number), word) for number, word in enumerate(words)]
    kept = possible(text, known)
    assert [secret for secret in known if secret.text in text] == [secret for secret in kept if secret.text in text]
    assert len(text) >= LONG


def test_of_a_long_text_hardly_any_secret_is_left_to_be_looked_for(known: list[Secret]) -> None:
    assert possible("A table of the firm, row after row. " * 2000, known) == []
