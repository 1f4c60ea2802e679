"""What somebody takes away: the page to keep, and the card that travels with the submission."""

import json
import zipfile
from html.parser import HTMLParser

import pytest
from nbformat import read, write
from nbformat.v4 import new_markdown_cell

from servicelab.learn import open_exercise, open_lesson
from servicelab.learn.controls.keepsake import model
from servicelab.learn.written import entry
from servicelab.widgets.house import Interactive

HOSTILE = '<script>alert(1)</script> & "quotes"'


class Seen(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.words = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        assert not [name for name, _value in attrs if name.startswith("on") or name in ("src", "href")]

    def handle_data(self, data):
        self.words.append(data)


def seen(html):
    parser = Seen()
    parser.feed(html)
    return parser.tags, " ".join(" ".join(parser.words).split())


@pytest.fixture
def lesson(workspace):
    path = workspace / "lessons/01_needs/lesson.ipynb"
    notebook = read(path, as_version=4)
    text = "### To take away\n\n- **Two questions:** see [a term](../../glossary.ipynb).\n\n### Terms\n\nNot this."
    notebook.cells.append(new_markdown_cell(text, id="take-aways"))
    write(notebook, path)
    return open_lesson("01_needs")


def test_a_guess_that_was_made_in_an_interactive_stands_on_it_as_well(lesson, workspace):
    class Board(Interactive):
        def derive(self, value):
            return {}

        def guesses(self):
            return [("How long?", "90 seconds", "103 seconds")]

    lesson.show(Board(), "x-board")
    lesson.keepsake().value = {"press": 1}
    _tags, words = seen((workspace / "my-page-01_needs.html").read_text(encoding="utf-8"))
    assert "How long? 90 seconds 103 seconds" in words


def test_the_page_holds_guess_and_truth_endings_written_lines_and_take_aways(lesson, workspace):
    lesson.predict("p-one").value = {"guess": 55}
    lesson.reveal("p-one", truth=0.3)
    lesson.desk().value = {"path": ["a"]}
    lesson.card().value = {"clear": HOSTILE, "muddy": "", "next": "Ask once more."}
    answers = {"format": 1, "entries": {"c-one": entry({"text": f"Fund it.\n{HOSTILE}"})}, "activity": {}}
    (workspace / "assignments/01_needs/exercise.answers.json").write_text(json.dumps(answers))
    keepsake = lesson.keepsake()
    keepsake.value = {"press": 1}
    assert "beside the start page" in keepsake.state["says"]
    tags, words = seen((workspace / "my-page-01_needs.html").read_text(encoding="utf-8"))
    assert "script" not in tags
    for part in (
        "How many?",
        "55 %",
        "30 %",
        "She thanks you.",
        HOSTILE,
        "Ask once more.",
        "Fund it.",
        "Two questions:",
    ):
        assert part in words, part
    assert "Not this." not in words


def test_where_there_is_no_desk_nobody_is_told_how_it_ended(lesson, workspace):
    """A case has none."""
    handed_in = open_exercise("01_needs")
    lesson.predict("p-one").value = {"guess": 55}
    assert "how your contacts ended" in lesson.keepsake().words()["lead"]
    assert any("the desk" in line for line in handed_in.carries())
    (workspace / "lessons/01_needs/desk.json").unlink()
    lead = open_lesson("01_needs").keepsake().words()["lead"]
    assert "Your guesses beside the numbers" in lead
    assert "contacts" not in lead
    assert not any("desk" in line for line in handed_in.carries())
    assert any("questions, guesses, minutes, the card" in line for line in handed_in.carries())


def test_an_empty_page_is_not_made(lesson, workspace):
    keepsake = lesson.keepsake()
    keepsake.value = {"press": 1}
    assert "nothing of yours" in keepsake.state["says"]
    assert not list(workspace.glob("*.html"))


def test_a_guess_whose_truth_was_not_shown_stands_without_it(lesson):
    from servicelab.learn.controls.keepsake.model import gather

    lesson.predict("p-one").value = {"guess": 55}
    assert gather(lesson, "", "2026-03-01").guesses == [("How many?", "55 %", "")]


def test_the_card_is_kept_and_travels_with_the_submission(lesson, workspace, monkeypatch):
    card = lesson.card()
    card.value = {"clear": "x" * 400, "muddy": 7}
    assert [len(v) for v in lesson.sheet.get("card")["value"].values()] == [300, 0, 0]
    card.value = {"clear": "Tone is tone.", "muddy": "", "next": ""}
    monkeypatch.chdir(workspace / "assignments/01_needs")
    open_exercise("01_needs").submit().value = {"student": "E1", "press": 1, "clean": True, "sure": True}
    with zipfile.ZipFile(next((workspace / "submissions").glob("*.zip"))) as archive:
        evidence = json.loads(archive.read("evidence/lesson.answers.json"))
    assert evidence["entries"]["card"]["value"]["clear"] == "Tone is tone."


@pytest.mark.parametrize("value", [None, [], {"clear": None}, {"clear": "\ud800"}, {"next": {"a": 1}}], ids=str)
def test_nothing_in_a_sheet_stops_the_card(lesson, value):
    lesson.keep("card", {"value": value})
    assert open_lesson("01_needs").card().text()


@pytest.mark.parametrize(
    "text",
    [
        "![a](https://x.example/a.png)",
        "![a][b] and [words][b]\n\n[b]: https://x.example/a.png",
        "<https://x.example/>",
        "[![a](https://x.example/a.png)](https://x.example/)",
        "[a [b] c](https://x.example/)",
        '<img src="https://x.example/a.png">',
    ],
)
def test_the_page_fetches_nothing_and_leads_nowhere_whatever_stands_in_the_lesson(text):
    html = model.page(model.Kept("A", "1", "today", take_aways=f"- Kept words.\n\n{text}"))
    tags, words = seen(html)
    assert not {"img", "a"} & set(tags)
    assert "Kept words." in words
