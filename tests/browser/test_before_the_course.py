"""The test before the course as a trainee takes it, in both languages: opened, answered, left out, handed in."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from tests.browser.conftest import TOOL, Lab, Notebook, in_sight
from tests.browser.test_frontline import entries, read_through

from servicelab.course.blueprintfile import UNKNOWN

pytestmark = pytest.mark.browser
PLACE = "assignments/pre_test"
SAYS = {
    "en": ("I don't know yet", "This test earns and costs no marks.", "Questions answered: 2 of 12"),
    "zh": ("我还不知道", "这个小测不加分也不扣分。", "已答：12 题中 2 题"),
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_is_opened_answered_skipped_and_handed_in(
    edition_lab: Callable[[str], Lab], page: Page, axe_source: str, language: str
) -> None:
    lab = edition_lab(language)
    page.set_viewport_size({"width": 1366, "height": 768})
    Notebook.opened(page, lab, "start.ipynb")
    page.locator("a.sl-go:visible").click()
    test = Notebook.in_front(page, lab, f"{PLACE}/pretest.ipynb")
    test.live()
    assert test.errors() == []
    unknown, no_marks, counted = SAYS[language]
    items = {
        pair[form]["prompt"]: (pair["id"], pair[form]["options"])
        for pair in json.loads((lab.folder / PLACE / "test.json").read_text(encoding="utf-8"))["pairs"]
        for form in ("a", "b")
    }
    onward = test.panel.locator(".slx-ways .slx-primary:visible")
    seen: set[str] = set()
    asked: list[str] = []
    pictures = 0
    while True:
        seen |= set(in_sight(page, TOOL))
        for card in test.panel.locator(".ld:visible").all():
            prompt = next(each for each in items if each in card.inner_text())
            key, options = items[prompt]
            asked.append(key)
            # The first is answered, of the second one does not know, all others are left out.
            if len(asked) == 1:
                card.get_by_label(options[0]["text"], exact=True).focus()
                page.keyboard.press("Space")
            elif len(asked) == 2:
                card.get_by_label(unknown, exact=True).check()
        pictures += test.panel.locator("section.sl:visible", has=page.locator("svg[role=img]")).count()
        for submit in test.panel.locator("section.sl:visible", has=page.locator(".lh-student")).all():
            submit.get_by_role("textbox").fill("SL-2041")
            submit.locator("button.sl-primary").first.click()
            # Nothing is asked back: to leave out is meant.
            page.wait_for_function("() => document.querySelector('.lh-receipt')?.textContent.length > 40")
            receipt = submit.locator(".lh-receipt").inner_text()
        if not onward.count() or not onward.is_enabled():
            break
        onward.click()
    read_through(test, axe_source, language)
    assert len(set(asked)) == len(asked) == 12
    assert pictures == 1
    assert no_marks in receipt
    assert counted in receipt
    assert seen == set(), f"parts of the tool were in sight: {sorted(seen)}"
    kept = entries(lab.folder / PLACE / "pretest.answers.json")
    form = kept["form"]["value"]
    assert kept[asked[1]] | {"at": ""} == {"kind": "test", "form": form, "value": UNKNOWN, "done": True, "at": ""}
    assert {key for key in asked if key in kept} == set(asked[:2])
    (made,) = (lab.folder / "submissions").glob("SL-2041--pre_test--*.zip")
    with zipfile.ZipFile(made) as archive:
        assert set(archive.namelist()) == {"submission.json", "pretest.ipynb", "pretest.answers.json"}
        assert json.loads(archive.read("pretest.answers.json"))["entries"] == kept
