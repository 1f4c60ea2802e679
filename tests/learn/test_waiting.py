"""A guess before the answer: what would give it away does not exist until the guess is kept."""

import json

import pytest

from servicelab.course.placingfile import Asked, Placed, Slot
from servicelab.errors import UserError
from servicelab.i18n import language, use
from servicelab.learn import open_lesson
from servicelab.widgets import explore
from servicelab.widgets.figures import Figure
from servicelab.widgets.house import Interactive

WORDS = 'What to see: **ninety** of a hundred. See [the term](../../glossary.ipynb#cell-id=x "A word.").'
drawn = []


def picture(table, guess=None):
    drawn.append(guess)
    said = f"90, not {guess and round(guess)}."
    charts = [{"layers": [{"dots": [{"x": table, "y": 0}]}]}]
    shown = {"caption": "c", "columns": ["a"], "rows": [[90]]}
    return Figure({"title": "The answer is 90", "charts": charts, "text": said, "table": shown})


@pytest.fixture
def lesson(workspace):
    drawn.clear()
    path = workspace / "lessons/01_needs/quiz.json"
    quiz = json.loads(path.read_text())
    quiz["told"] = [{"id": "words", "after": "p-one", "text": WORDS}]
    path.write_text(json.dumps(quiz))
    return open_lesson("01_needs")


def sent(control):
    """All that reaches the browser, and all that a print shows."""
    data, _metadata = control._repr_mimebundle_()
    own = {key: control.get_state()[key] for key in ("value", "state", "content", "labels", "saved")}
    return json.dumps([own, {key: value for key, value in data.items() if key.startswith("text/")}], default=str)


def test_neither_the_picture_nor_the_words_exist_before_the_guess(lesson):
    late, told = lesson.after("p-one", picture, 90), lesson.told("words")
    assert drawn == []
    for control in (late, told):
        assert control.state["waiting"]
        assert "90" not in sent(control)
        assert "ninety" not in sent(control)
    assert late.text().endswith("Make your guess above first: what stands here waits for it.")


def test_both_come_with_the_guess_and_the_guess_stands_in_the_picture(lesson):
    late, told, guess = lesson.after("p-one", picture, 90), lesson.told("words"), lesson.predict("p-one")
    guess.value = {"guess": 55}
    assert drawn == [55]
    assert late.state["text"] == "90, not 55."
    assert late.name_shown == "The answer is 90"
    assert "The answer is 90" in late.text()
    assert told.text() == WORDS
    data, _metadata = told._repr_mimebundle_()
    assert data["text/markdown"] == WORDS
    lesson.quiz("q-one").value = {"picked": ["a"], "tries": [["a"]]}
    assert drawn == [55], "another answer draws it once more"


def test_a_guess_that_was_kept_shows_them_at_once_when_the_lesson_is_opened_again(lesson):
    lesson.predict("p-one").value = {"guess": 55}
    again = open_lesson("01_needs")
    assert not again.after("p-one", picture, 90).state["waiting"]
    assert not again.told("words").state["waiting"]


def test_the_solved_edition_shows_them_without_a_guess(lesson, workspace):
    (workspace / "lessons/01_needs/edition.json").write_text(json.dumps({"edition": "solved", "language": "en"}))
    again = open_lesson("01_needs")
    assert again.after("p-one", picture, 90).state["text"] == "90, not None."
    assert again.told("words").text() == WORDS


def test_a_late_picture_speaks_the_language_of_its_page(lesson):
    def told(_table, guess=None):
        return Figure({"title": language(), "charts": [], "text": f"{language()}: {guess}", "table": None})

    with use("zh"):
        late = lesson.after("p-one", told, 90)
    assert language() == "en"
    lesson.predict("p-one").value = {"guess": 55}
    assert late.state["text"] == "zh: 55.0"


def test_an_unknown_guess_is_named(lesson):
    from servicelab.errors import UserError

    with pytest.raises(UserError, match="p-none"):
        lesson.after("p-none", picture, 90)


def test_two_pictures_that_wait_for_one_guess_both_come(lesson):
    pictures = [lesson.after("p-one", picture, 90), lesson.after("p-one", picture, 90)]
    lesson.predict("p-one").value = {"guess": 55}
    assert [one.state["waiting"] for one in pictures] == [False, False]


def test_a_picture_that_cannot_be_drawn_keeps_no_other_view_from_following(lesson, workspace):
    def broken(_table, guess=None):
        raise ZeroDivisionError

    lesson.after("p-one", broken, 90)
    told = lesson.told("words")
    with pytest.raises(ZeroDivisionError):
        lesson.predict("p-one").value = {"guess": 55}
    assert not told.state["waiting"]
    assert lesson.sheet.get("p-one")["value"] == {"guess": 55}


def test_one_of_all_that_waits_for_a_guess_says_so(lesson):
    """Half a page of grey boxes with one sentence each is a waiting room."""
    lesson.predict("p-one")
    waits = [lesson.after("p-one", picture, 90), lesson.told("words"), lesson.quiz("q-one", after="p-one")]
    assert [one.state["behind"] for one in waits] == [False, True, True]
    # The cell is run once more: it is still the one that says so.
    assert not lesson.after("p-one", picture, 90).state["behind"]
    lesson.predict("p-one").value = {"guess": 55}
    assert not any(one.state.get("behind") for one in waits)


def test_what_waits_in_a_later_section_says_where_the_guess_is_to_be_made(lesson):
    """One section is in sight at a time: a sentence in another one is none, and nothing stands above."""
    lesson.predict("p-one")
    lesson.after("p-one", picture, 90)
    lesson.section_end("s1")
    lesson.section_end("s2")
    later, behind = lesson.told("words"), lesson.quiz("q-one", after="p-one")
    assert not later.state["behind"]
    assert later.text() == "Make your guess in section “1 · Begin” first: what stands here waits for it."
    assert behind.state["behind"]
    lesson.predict("p-one").value = {"guess": 55}
    assert later.text() == WORDS


def test_what_waits_for_a_question_that_itself_waits_says_nothing(after_a_question):
    """“The question above” would be none that anybody sees."""
    after_a_question.quiz("q-one", after="p-one")
    told = after_a_question.told("words")
    assert told.state["behind"]
    after_a_question.predict("p-one").value = {"guess": 55}
    assert told.state["waiting"]
    assert not told.state["behind"]


def test_a_question_that_would_tell_waits_as_well(lesson):
    late = lesson.quiz("q-one", after="p-one")
    assert late.state == {
        "waiting": True,
        "behind": False,
        "text": "Make your guess above first: what stands here waits for it.",
    }
    assert "Which?" not in sent(late)
    lesson.predict("p-one").value = {"guess": 55}
    assert late.state["prompt"] == "Which?"
    late.value = {"picked": ["a"], "tries": [["a"]]}
    assert late.state["status"] == "right"


@pytest.fixture
def after_a_question(workspace):
    path = workspace / "lessons/01_needs/quiz.json"
    quiz = json.loads(path.read_text())
    quiz["told"] = [{"id": "words", "after": "q-one", "text": WORDS}]
    quiz["quiz"][0]["options"].append({"id": "c", "text": "Neither", "because": "It is this."})
    quiz["quiz"].append({**quiz["quiz"][0], "id": "q-next", "prompt": "And then?"})
    path.write_text(json.dumps(quiz))
    drawn.clear()
    return open_lesson("01_needs")


def test_what_would_tell_an_answer_waits_until_the_question_is_solved(after_a_question):
    lesson = after_a_question
    waits = [lesson.told("words"), lesson.after("q-one", picture, 90), lesson.quiz("q-next", after="q-one")]
    asked = lesson.quiz("q-one")

    def nothing_told():
        assert drawn == []
        assert all(control.state["waiting"] for control in waits)
        assert not [word for control in waits for word in ("ninety", "90", "And then?") if word in sent(control)]

    nothing_told()
    assert waits[0].text() == "Answer the question above first: what stands here waits for it."
    assert waits[1].state["text"] == "Answer the question above first: what stands here waits for it."
    assert waits[2].state["text"] == "Answer the question above first: what stands here waits for it."
    asked.value = {"picked": ["b"], "tries": [["b"]]}
    nothing_told()
    asked.value = {"picked": ["a"], "tries": [["b"], ["a"]]}
    assert not any(control.state["waiting"] for control in waits)
    assert waits[0].text() == WORDS
    assert drawn == [None]
    assert waits[2].state["prompt"] == "And then?"
    assert not open_lesson("01_needs").told("words").state["waiting"]


def test_whoever_asks_for_the_answer_after_two_tries_may_read_on(after_a_question):
    told, asked = after_a_question.told("words"), after_a_question.quiz("q-one")
    asked.value = {"picked": ["b"], "tries": [["b"]], "asked": True}
    assert told.state["waiting"]
    asked.value = {"picked": ["c"], "tries": [["b"], ["c"]], "asked": True}
    assert not told.state["waiting"]


def test_a_figure_that_knows_of_no_guess_waits_too(lesson):
    def plain(table):
        return picture(table)

    late = lesson.after("p-one", plain, 90)
    assert late.state["waiting"]
    lesson.predict("p-one").value = {"guess": 55}
    assert late.state["text"] == "90, not None."


def test_a_question_waits_until_everything_on_a_board_is_placed(lesson):
    where = {"where": Asked("Where?", (Slot("here", "here"), Slot("there", "there")))}
    things = [Placed(key, f"It is {key}.", {"where": ("here",)}, {"where": "So."}) for key in ("one", "two")]
    board = lesson.show(explore.service_map((where, tuple(things))), "x-board")
    late = lesson.quiz("q-one", after="x-board")
    said = "What stands here comes when you have finished what stands above."
    assert late.state == {"waiting": True, "behind": False, "text": said}
    assert "It is this" not in sent(late)
    one = {"one": {"where": "there"}}
    board.value = {"at": 0, "answers": one, "checked": ["one"]}
    assert late.state["waiting"]
    board.value = {"at": 1, "answers": {**one, "two": {"where": "here"}}, "checked": ["one", "two"]}
    assert not late.state["waiting"]
    with pytest.raises(UserError, match="x-other"):
        lesson.quiz("q-one", after="x-other")


def test_a_board_is_done_when_it_has_come_to_its_end_and_not_at_the_first_touch(lesson):
    class Ending(Interactive):
        def derive(self, value):
            return {"complete": value.get("ended") is True}

    class Endless(Interactive):
        def derive(self, value):
            return {}

    def done(key):
        return lesson.sheet.get(key)["done"]

    board = lesson.show(Ending(), "x-board")
    board.value = {"step": 1}
    assert not done("x-board")
    board.value = {"step": 1, "ended": True}
    assert done("x-board")
    board.value = {"step": 2, "ended": False}
    assert done("x-board"), "who goes back has still been there"
    lesson.show(Endless(), "x-endless").value = {"step": 1}
    assert done("x-endless")
