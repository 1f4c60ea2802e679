"""Both tests through the whole loop: released, handed in, collected, compared, exported, and shown side by side."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.grading.conftest import ROOT
from tests.publish.conftest import FIXTURE, translate
from tests.publish.papers import PAIRS, RIGHT, add_tests

from servicelab import publish
from servicelab.cli import main
from servicelab.course.blueprintfile import PILOTED, Form
from servicelab.course.layout import TESTS
from servicelab.errors import UserError
from servicelab.grading.autograding import grade
from servicelab.grading.collecting import collect
from servicelab.grading.comparing import Comparison, Measured, Sat, compare, items_of, read_sat
from servicelab.grading.course import Course
from servicelab.grading.exporting import rows
from servicelab.grading.releasing import release
from servicelab.grading.returning import feedback
from servicelab.i18n import use
from servicelab.learn.paper import Paper
from servicelab.learn.whereabouts import Place

MORNING = datetime(2026, 11, 20, 9, tzinfo=UTC)
BEFORE, AFTER = TESTS.values()


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fixture's course with both tests, translated, and released once."""
    root = Path(shutil.copytree(FIXTURE, tmp_path_factory.mktemp("tests") / "checkout"))
    add_tests(root)
    translate(root)
    shutil.copy(ROOT / "grading/nbgrader_config.py", root / "grading")
    course = Course.at(root / "grading", root)
    for name in TESTS.values():
        assert release(name, course=course).points == 0
    return root


@pytest.fixture
def course(repository: Path, tmp_path: Path) -> Course:
    shutil.copytree(repository / "grading", tmp_path / "grading")
    return Course.at(tmp_path / "grading", repository)


class Trainee:
    """Somebody who works in a workspace of their own."""

    def __init__(self, number: str, repository: Path, place: Path, language: str = "en") -> None:
        self.number, self.language, self.root = number, language, place / number
        edition = publish.build("trainee", language, root=repository).path
        shutil.copytree(edition, self.root, ignore=shutil.ignore_patterns("datasets"))
        (self.root / "trainee.json").write_text(json.dumps({"student": number}))

    def sit(self, kind: str, right: int, unknown: int = 0) -> Path:
        """Answer the first items rightly, say of the next that they are not known, leave the rest; hand in."""
        name = TESTS[kind]
        with use(self.language):
            paper = Paper(Place(self.root / "assignments" / name, self.root, "trainee"), name, kind)
            for number, pair in enumerate(PAIRS[: right + unknown]):
                value = RIGHT[pair][paper.form] if number < right else "unknown"
                paper.ask(pair).value = {"value": value}
            receipt = paper.hand_in(self.number)
        return self.root / "submissions" / receipt.file


@pytest.fixture
def handed_in(course: Course, repository: Path, tmp_path: Path) -> Course:
    """Two with both tests, one with the first only, one who never sent the first by itself."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for number, language, before, after in (("E10", "en", 3, 9), ("E11", "zh", 1, 6), ("E12", "en", 2, None)):
        trainee = Trainee(number, repository, tmp_path / "people", language)
        made = [trainee.sit("pretest", before, unknown=2)]
        made += [trainee.sit("posttest", after)] if after is not None else []
        for path in made:
            shutil.copy(path, inbox)
    late = Trainee("E13", repository, tmp_path / "people")
    late.sit("pretest", 5)
    shutil.copy(late.sit("posttest", 12), inbox)
    for name in TESTS.values():
        assert collect(name, [inbox], course=course, now=datetime.now(UTC) + timedelta(minutes=1)).complete
    return course


def test_what_was_handed_in_is_compared(handed_in: Course) -> None:
    found = compare(handed_in)
    assert {who: sat.form for who, sat in found.before.items()} == {"E10": "a", "E11": "b", "E12": "a", "E13": "b"}
    assert {who: sat.form for who, sat in found.after.items()} == {"E10": "b", "E11": "a", "E13": "a"}
    assert found.both == ("E10", "E11", "E13")
    assert found.scores() == [(3, 9), (1, 6), (5, 12)]
    first, fourth = (next(pair for pair in found.items.pairs if pair.id == PAIRS[at]) for at in (0, 3))
    assert found.measured(first, found.before) == Measured(people=4, right=4, unknown=0)
    # E13 alone had the fourth before; E10 did not know it, and two left it out or did not know it.
    assert found.measured(fourth, found.before) == Measured(people=4, right=1, unknown=3)
    assert found.measured(fourth, found.before, ("a",)) == Measured(people=2, right=0, unknown=2)
    assert (found.gain(first), found.gain(fourth)) == (0, pytest.approx(2 / 3))


def test_the_report_says_it_and_what_is_not_piloted(handed_in: Course) -> None:
    found = compare(handed_in)
    said = found.sentence()
    assert "before the course: 4 people; after it: 3; both, in different forms: 3." in said
    assert "Right of 12, on average of those with both: 3.0 before, 9.0 after." in said
    assert "Of what could still be gained, 67 in 100 was." in said
    assert f"fewer than {PILOTED} people have taken 12 of the items" in said
    assert f"  {PAIRS[3]:14}    25   100   +67  not piloted" in said.splitlines()


def test_the_export_has_both_results_of_everybody_and_every_item(
    handed_in: Course, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = {(row["assignment"], row["student_id"]): row for row in rows(handed_in)}
    told = {
        key: (row["test_form"], row["test_answered"], row["test_right"], row["status"]) for key, row in listed.items()
    }
    assert told == {
        (BEFORE, "E10"): ("a", 3, 3, "no marks"),
        (BEFORE, "E11"): ("b", 1, 1, "no marks"),
        (BEFORE, "E12"): ("a", 2, 2, "no marks"),
        (BEFORE, "E13"): ("b", 5, 5, "no marks"),
        (AFTER, "E10"): ("b", 9, 9, "no marks"),
        (AFTER, "E11"): ("a", 6, 6, "no marks"),
        (AFTER, "E13"): ("a", 12, 12, "no marks"),
    }
    assert not any(row.get("score") or row["max_score"] for row in listed.values())
    assert listed[BEFORE, "E11"]["language"] == "zh"
    monkeypatch.setattr("servicelab.grading.course_here", lambda: handed_in)
    assert main(["export", "--out", str(tmp_path / "grades.csv")]) == 0
    with (tmp_path / "grades-test-items.csv").open(encoding="utf-8-sig", newline="") as stream:
        items = list(csv.DictReader(stream))
    assert [(row["item"], row["form"]) for row in items] == [(p, f) for p in PAIRS for f in ("a", "b", "both")]
    row = next(row for row in items if (row["item"], row["form"]) == (PAIRS[3], "both"))
    shown = {key: row[key] for key in ("before_people", "before_right", "before_unknown", "after_right", "gain")}
    assert shown == {
        "before_people": "4", "before_right": "0.25", "before_unknown": "0.75", "after_right": "1.0", "gain": "0.67",
    }  # fmt: skip
    assert row["piloted"] == "no"
    assert main(["tests"]) == 0
    assert "12 of the items" in capsys.readouterr().out


def test_both_are_shown_side_by_side_when_the_second_is_in(handed_in: Course) -> None:
    with pytest.raises(UserError, match="said beside post_test"):
        feedback(BEFORE, course=handed_in)
    given = feedback(AFTER, course=handed_in)
    assert given.complete
    assert given.absent == ("E12",)
    assert sorted(path.name for path in given.where.iterdir()) == ["E10.html", "E11.html", "E13.html"]
    english = (given.where / "E10.html").read_text(encoding="utf-8")
    for form in ("a", "b"):
        assert f"Which of the two is it, {PAIRS[0]} {form}?" in english
    assert "They earn and cost no marks" in english
    assert english.count("left out") == (12 - 5) + (12 - 9)
    assert english.count("I don&#39;t know yet") == 2
    assert english.count("✓ ") == 3 + 9
    assert f"It is {PAIRS[0]}, by all means." in english
    assert "Taught in</b> module 01, “" in english
    assert "not piloted" in english
    # An item asks about “the picture above”, which is not on this page.
    _before, after = english.split("The picture stands on the pages of your two tests.")
    (pictured,) = (pair for pair in PAIRS if "picture" in pair)
    assert f"Which of the two is it, {pictured} a?" in after.partition("</section>")[0]
    chinese = (given.where / "E11.html").read_text(encoding="utf-8")
    assert '<html lang="zh-CN">' in chinese
    assert f"因为它就是 {PAIRS[0]}。" in chinese
    assert "（译）" in chinese


def test_a_second_test_that_cannot_be_read_has_no_page_any_more_and_stops_nobody(handed_in: Course) -> None:
    assert len(feedback(AFTER, course=handed_in).pages) == 3
    (handed_in.submitted / "E10" / AFTER / "posttest.answers.json").write_text("{}")
    given = feedback(AFTER, course=handed_in)
    assert given.failed == ("E10",)
    assert "None for E10: no answers can be read there. Ask for it again." in given.sentence()
    assert sorted(path.name for path in given.where.iterdir()) == ["E11.html", "E13.html"]
    assert sorted(path.parts[-3] for path in handed_in.feedback.glob(f"*/{AFTER}/*.html")) == ["E11", "E13"]


def test_what_collect_left_half_way_is_nobody(handed_in: Course) -> None:
    before = compare(handed_in)
    for left in (".E10", ".E14.new"):
        shutil.copytree(handed_in.submitted / "E10", handed_in.submitted / left)
    again = compare(handed_in)
    assert (again.before, again.after) == (before.before, before.after)


def test_nothing_is_graded(handed_in: Course) -> None:
    for name in TESTS.values():
        with pytest.raises(UserError, match=f"{name} earns no marks"):
            grade(name, course=handed_in)


def test_without_any_test_or_checkout_one_is_told(course: Course) -> None:
    with pytest.raises(UserError, match="Nobody's test is in"):
        compare(course)
    with pytest.raises(UserError, match="does not belong to a checkout"):
        compare(Course.at(course.root))
    with pytest.raises(UserError, match="post_test"):
        feedback(AFTER, course=course)


def sheet(path: Path, entries: object) -> Path:
    path.write_text(json.dumps({"format": 1, "entries": entries}))
    return path


def answer(value: object, form: str = "a") -> dict[str, object]:
    return {"kind": "test", "form": form, "value": value, "done": True}


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ({"form": {"value": "a"}, "t-one": answer("x")}, Sat("a", {"t-one": "x"})),
        ({"form": {"value": "a"}, "t-one": answer("x", "b"), "t-two": answer(["x"])}, Sat("a", {})),
        ({"form": {"value": "a"}, "t-one": "x", "t-two": None}, Sat("a", {})),
        ({"form": {"value": "c"}, "t-one": answer("x")}, None),
        ({"form": ["a"]}, None),
        ([], None),
        ({}, None),
    ],
)
def test_a_trainees_file_is_taken_as_it_may_be(entries: object, expected: Sat | None, tmp_path: Path) -> None:
    assert read_sat(sheet(tmp_path / "pretest.answers.json", entries)) == expected


def test_the_same_form_twice_is_no_gain_and_is_said(repository: Path) -> None:
    items = items_of(Course.at(repository / "grading", repository))

    def sat(form: Form, right: int) -> Sat:
        return Sat(form, {pair: RIGHT[pair][form] for pair in PAIRS[:right]})

    before: Mapping[str, Sat] = {"E1": sat("a", 1), "E2": sat("a", 0)}
    found = Comparison(items, before, {"E1": sat("a", 12), "E2": sat("b", 12)})
    assert (found.both, found.twice) == (("E2",), ("E1",))
    assert found.scores() == [(0, 12)]
    assert "Asked the same form twice, and in no gain: E1." in found.sentence()


def test_an_item_is_piloted_when_enough_people_took_it(repository: Path) -> None:
    items = items_of(Course.at(repository / "grading", repository))
    few, enough = ({f"E{number}": Sat("a", {}) for number in range(people)} for people in (PILOTED - 1, PILOTED))
    assert not Comparison(items, few, {}).piloted(items.pairs[0])
    assert Comparison(items, enough, {}).piloted(items.pairs[0])
    # The same people in the second test are nobody else.
    assert not Comparison(items, few, few).piloted(items.pairs[0])
    assert "not piloted" not in Comparison(items, enough, {}).sentence()
