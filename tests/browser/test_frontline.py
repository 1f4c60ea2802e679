"""A frontline trainee's whole way, from the unpacked bundle to the receipt: clicks, one written answer, no terminal."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from servicelab.learn.written import graded_cell, source_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("bundle-en")]


def entries(path: Path) -> dict[str, dict[str, object]]:
    """What an answers file holds."""
    return json.loads(path.read_text(encoding="utf-8"))["entries"]


def answer_question(notebook, item: dict) -> None:  # type: ignore[no-untyped-def, type-arg]
    """Take a wrong option where there is one, read why, then take the right ones."""
    card = notebook.card(".lq", item["prompt"])
    card.scroll_into_view_if_needed()
    right = [o for o in item["options"] if o.get("right")]
    wrong = [o for o in item["options"] if not o.get("right")]
    if item["kind"] == "choice" and wrong:
        card.get_by_label(wrong[0]["text"], exact=True).check()
        card.locator("button.sl-primary").click()
        card.get_by_text(wrong[0]["because"]).first.wait_for()
    for option in item["options"]:
        if option in right:
            card.get_by_label(option["text"], exact=True).check()
    card.locator("button.sl-primary").click()
    card.get_by_text(right[0]["because"]).first.wait_for()


def test_the_whole_way(bundle_lab, open_notebook, page) -> None:  # type: ignore[no-untyped-def]
    lab = bundle_lab("en")
    work = lab.folder
    sheet = work / "lessons/01_needs/lesson.answers.json"
    quiz = json.loads((work / "lessons/01_needs/quiz.json").read_text(encoding="utf-8"))

    start = open_notebook(lab, "start.ipynb")
    start.run_all()
    assert start.errors() == []

    # The lesson, first half: questions with a wrong turn, a guess before its reveal.
    lesson = open_notebook(lab, "lessons/01_needs/lesson.ipynb")
    lesson.run_all()
    assert lesson.errors() == []
    # Each guess first: questions that would give it away wait for it.
    for waiting in page.locator(".lp").all()[1:]:
        waiting.scroll_into_view_if_needed()
        waiting.locator("input").press("ArrowRight")
        waiting.locator("button.sl-primary").click()
        waiting.locator("button.sl-primary").wait_for(state="hidden")
    shown = [q for q in quiz["quiz"] + quiz["recall"] if page.get_by_text(q["prompt"], exact=True).count()]
    assert len(shown) >= 10
    half = len(shown) // 2
    for item in shown[:half]:
        answer_question(lesson, item)
    guess = page.locator(".lp").first
    guess.scroll_into_view_if_needed()
    assert guess.locator("button.sl-primary").is_disabled()
    guess.locator("input").press("ArrowLeft")
    guess.locator("button.sl-primary").click()
    guess.locator("button.sl-primary").wait_for(state="hidden")

    # Half-way the browser is closed and the kernel dies. Nothing that was answered is lost.
    before = entries(sheet)
    assert {q["id"] for q in shown[:half]} <= before.keys()
    page.goto("about:blank")
    assert lab.kill_kernels() >= 1
    lesson = open_notebook(lab, "lessons/01_needs/lesson.ipynb")
    lesson.run_all()
    after = entries(sheet)
    assert {k: v for k, v in after.items() if k in before} == before
    for item in shown[:half]:
        right = next(o for o in item["options"] if o.get("right"))
        card = lesson.card(".lq", item["prompt"])
        assert card.get_by_label(right["text"], exact=True).is_checked(), f"{item['id']} did not come back"
    for item in shown[half:]:
        answer_question(lesson, item)

    # Sort the voices, by clicking.
    voices = page.locator("section.sl", has=page.locator(".voices-dots"))
    voices.scroll_into_view_if_needed()
    for number in range(12):
        for field in voices.locator("fieldset:visible").all()[:2]:
            field.locator("input").first.check()
        voices.get_by_role("button", name="Check", exact=True).click()
        following = voices.locator("button.sl-primary:visible", has_not_text="Check")
        following.wait_for()
        following.click()
        if number < 11:
            voices.get_by_text(f"Statement {number + 2} of 12").wait_for()
    voices.locator(".voices-matrix").first.wait_for()

    # The desk: one contact to one of its endings.
    choices = page.locator(".lk-choice:visible")
    while choices.count():
        said = choices.first.inner_text()
        choices.first.click()
        page.wait_for_function(
            "said => document.querySelector('.lk-choice')?.innerText !== said || "
            "document.querySelector('.lk-outcome')?.offsetParent",
            arg=said,
        )
    page.locator(".lk-debrief").wait_for()
    assert lesson.errors() == []
    assert "desk" in " ".join(entries(sheet))

    # The graded exercise: decisions, one written answer, Submit, receipt.
    exercise = open_notebook(lab, "assignments/01_needs/exercise.ipynb")
    exercise.run_all()
    assert exercise.errors() == []
    decisions = json.loads((work / "assignments/01_needs/decisions.json").read_text(encoding="utf-8"))["decisions"]
    for item in decisions:
        card = exercise.card(".ld", item["prompt"])
        card.scroll_into_view_if_needed()
        if item.get("kind") == "number":
            card.locator("input").fill("625")
            card.locator("input").press("Tab")
        else:
            card.get_by_label(item["options"][0]["text"], exact=True).check()
    answers = work / "assignments/01_needs/exercise.answers.json"
    page.wait_for_timeout(1500)
    assert {d["id"] for d in decisions} <= entries(answers).keys()

    # Part C in its box: a number from the table by a click, the rest typed, all of it kept while one types.
    box = page.locator(".lb")
    box.scroll_into_view_if_needed()
    box.locator("textarea").press_sequentially("Fund intact packaging: few mention it, many leave over it.", delay=2)
    number = box.locator(".sl-pickable").last
    quoted = number.inner_text()
    number.click()
    box.locator("textarea").press_sequentially(" of 100 would be displeased. Check damage in June.", delay=2)
    box.get_by_text("19 of at most 150 words").wait_for()
    page.wait_for_timeout(1000)
    written = entries(answers)["c-answer"]["value"]["text"]  # type: ignore[index]
    assert written == (
        f"Fund intact packaging: few mention it, many leave over it. {quoted} of 100 would be displeased. "
        "Check damage in June."
    )

    submit = page.locator("section.sl", has=page.locator(".lh-student"))
    submit.scroll_into_view_if_needed()
    submit.get_by_role("textbox").fill("SL-2041")
    submit.locator("button.sl-primary").first.click()
    receipt = submit.locator(".lh-receipt")
    page.wait_for_function("() => document.querySelector('.lh-receipt')?.textContent.length > 40")
    assert "SL-2041" in receipt.inner_text()
    zips = list((work / "submissions").glob("*.zip"))
    assert len(zips) == 1
    with zipfile.ZipFile(zips[0]) as handed_in:
        assert {"submission.json", "exercise.ipynb", "exercise.answers.json", "evidence/lesson.answers.json"} <= set(
            handed_in.namelist()
        )
        graded = graded_cell(json.loads(handed_in.read("exercise.ipynb")), "c-answer")
    assert graded is not None
    assert source_of(graded) == written
    # The open notebook was left alone: only the copy holds the text.
    assert "Fund intact" not in (work / "assignments/01_needs/exercise.ipynb").read_text(encoding="utf-8")
