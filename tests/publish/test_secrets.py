"""What is secret is searched for by its own words, wherever it might have been packed."""

from __future__ import annotations

import gzip
import html
import io
import json
import shutil
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelab.errors import UserError
from servicelab.publish import leaks_in_zip
from servicelab.publish.secrets import LONG, Secret, Sought, find_leaks, secrets

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


@pytest.mark.parametrize(
    ("own", "others"),
    [
        ("except Exception:", "except Exception as cause_of_this_one:"),
        ("from itertools import product, count", "from servicelab.models.people import the_one_asked_for"),
        ("import statistics as st", "import servicelab.models.people as people"),
        ("import itertools", "import itertools; found = 12345"),
    ],
)
def test_a_line_of_python_s_own_words_alone_is_no_secret(
    own: str, others: str, bilingual: Path, tmp_path: Path
) -> None:
    course = tmp_path / "course"
    shutil.copytree(bilingual, course)
    (page,) = course.rglob("exercise.md")
    text = page.read_text()
    line = 'assert decisions["a-voice"] in {"functional", "never-an-option"}'
    assert line in text
    page.write_text(text.replace(line, "\n".join((line, own, others)), 1))
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
    mark = "先说清楚怎样才算解决，再道歉。"
    (tmp_path / "plain.txt").write_text(f"x\n\t{test}\n")
    (tmp_path / "escaped.ipynb").write_text(json.dumps({"cells": [{"source": ["a\n", f"    {test}\n"]}]}))
    (tmp_path / "broken.json").write_text(f'{{"a": "{letter}')
    (tmp_path / "page.html").write_text(
        "<p>print(<b>&quot;an apology alone:&quot;</b>, 2.1, &quot;&lt;b&gt;&quot;)</p>"
    )
    (tmp_path / ".hidden").write_text(letter)
    (tmp_path / "tooltip.html").write_text(f'<p title="{html.escape(belief)}">x</p>')
    (tmp_path / "CAPITALS.IPYNB").write_text(json.dumps({"a": test}))
    (tmp_path / "lines.jsonl").write_text(f"{json.dumps(test)}\n{json.dumps(test)}\n")
    (tmp_path / "page.js").write_text(f"const rubric = {json.dumps(mark)};")
    (tmp_path / "settings.yml").write_text(f"rubric: {json.dumps(mark)}")
    (tmp_path / "table.csv").write_text('id,line\n1,"{}"\n'.format(test.replace('"', '""')))
    (tmp_path / "program.py").write_text(f'said = (\n    "{letter[:20]}"\n    "{letter[20:]}"\n)\n')
    (tmp_path / "notes.txt.gz").write_bytes(gzip.compress(letter.encode()))
    with tarfile.open(tmp_path / "source.tgz", "w:gz") as source:
        source.add(tmp_path / "escaped.ipynb", "inner/escaped.ipynb")
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
        ("tooltip.html", belief),
        ("CAPITALS.IPYNB", test),
        ("lines.jsonl", test),
        ("page.js", mark),
        ("settings.yml", mark),
        ("table.csv", test),
        ("program.py", letter),
        ("notes.txt", letter),
        ("source.tgz!inner/escaped.ipynb", test),
        ("inner.whl!package/data.py", test),
        ("outer.zip!packages/inner.whl!package/data.py", test),
    }


@pytest.mark.parametrize("name", ["notes.txt.gz", "source.tar"])
def test_what_cannot_be_looked_into_is_no_clean_file(name: str, known: list[Secret], tmp_path: Path) -> None:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as source:
        source.add(__file__, "first.py")
    content = whole.getvalue()[:1000] if name.endswith("tar") else gzip.compress(b"x" * 1000)[:-9]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=f"{name} cannot be searched"):
        find_leaks(tmp_path, known)


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
    size=st.sampled_from([0, LONG]),
)
def test_going_through_a_text_once_loses_no_secret(words: list[str], at: int, filling: str, size: int) -> None:
    """Wherever it stands, at the ends too, and whatever characters it is made of, halves of some included."""
    filled = filling * (size // len(filling) + 1)
    place = at % (len(filled) + 1)
    text = filled[:place] + words[0] + filled[place:]
    known = [Secret("solution", str(number), word) for number, word in enumerate(words)]
    kept = Sought(known).possible(text)
    assert [secret for secret in known if secret.text in text] == [secret for secret in kept if secret.text in text]
    assert len(text) >= size


@pytest.mark.parametrize("at", [-3, -2, -1, 0, 1])
def test_a_secret_is_seen_where_two_pieces_of_a_long_text_meet(at: int) -> None:
    secret = Secret("solution", "here", "wholly new words")
    text = "x" * (LONG - len(secret.text) - at) + secret.text + "x" * LONG
    assert Sought([secret]).possible(text) == [secret]


def test_the_same_bytes_are_read_as_their_name_says(tmp_path: Path) -> None:
    """They are searched once; what they say depends on what they are."""
    sought = Sought([Secret("solution", "here", 'a "board" for two')])
    for name in ("again.csv", "plain.txt", "table.csv", "TABLE.CSV"):
        (tmp_path / name).write_text('a ""board"" for two')
    for _time in range(2):
        assert [leak.file for leak in find_leaks(tmp_path, sought)] == ["TABLE.CSV", "again.csv", "table.csv"]


@pytest.mark.parametrize("times", [20, 2000])
def test_hardly_any_secret_is_left_to_be_looked_for(times: int, known: list[Secret]) -> None:
    assert Sought(known).possible("A table of the firm, row after row. " * times) == []
