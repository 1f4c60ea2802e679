"""Module 04's interactives in a real JupyterLab: answered, guessed, scored and set by keyboard, read by axe."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import Notebook

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("interactives")]

CELLS = (
    "from servicelab import company\nfrom servicelab.company import load\nfrom servicelab.widgets import explore\n"
    'appraisals, applicants, calls = (load(name) for name in ("appraisals", "applicants", "calls"))',
    'explore.agent(company.runs("pay_schemes"))',
    "explore.calibrate()",
    "explore.chance(appraisals)",
    "explore.hiring(applicants)",
    "explore.scheme()",
    "explore.rota(calls)",
)


def test_module_04_by_keyboard_and_axe(one_a_cell: Callable[[Sequence[str]], Notebook], axe_source: str) -> None:
    opened = one_a_cell(CELLS)
    page, section = opened.page, opened.region

    agent = section("Be the agent")
    for number in range(1, 11):
        agent.locator(".sl-summary").filter(has_text=f"Call {number} of 10").wait_for()
        agent.get_by_role("button", name="close early").press("Enter")
    agent.locator(".sl-summary").filter(has_text="Guess, then look").wait_for()
    look = agent.get_by_role("button", name="That is my guess: to tomorrow")
    assert look.is_disabled(), "nobody has guessed who has not moved the slider"
    guess = agent.get_by_role("slider", name="of ten customers")
    guess.focus()
    for _ in range(3):
        guess.press("ArrowRight")
    look.press("Enter")
    agent.locator(".sl-summary").filter(has_text="8 of ten ring again tomorrow (you guessed 3)").wait_for()
    assert agent.locator("svg.sl-chart:visible").count() == 1
    agent.get_by_role("radio", name="2 · Six months").press("Space")
    agent.locator(".sl-summary").filter(has_text="Guess first").wait_for()
    back = agent.get_by_role("slider", name="of 100 whose call was answered")
    look_back = agent.get_by_role("button", name="That is my guess: to the six months")
    # The place where it stands at first is nobody's guess, and can be one: who expects nobody back says so.
    assert back.get_attribute("aria-valuetext") == "no guess yet"
    assert look_back.is_disabled()
    back.press("Enter")
    assert back.get_attribute("aria-valuetext") == "0"
    expect(look_back).to_be_enabled()
    back.press("End")
    look_back.press("Enter")
    agent.locator(".sl-summary").filter(has_text="You guessed 60").wait_for()
    settled = agent.get_by_role("slider", name="for each call settled")
    settled.focus()
    settled.press("End")
    agent.locator(".sl-summary").filter(has_text="¥2.40 a call settled").wait_for()

    score = section("Score the call, then compare")
    score.get_by_role("button", name="Compare with the experts").press("Enter")
    score.get_by_text("8 criteria still have no score").wait_for()
    for group in score.get_by_role("group").all():
        group.get_by_role("radio", name="1 · in part").press("Space")
    score.get_by_role("button", name="Compare with the experts").press("Enter")
    score.locator(".sl-summary").filter(has_text="exactly alike").wait_for()

    chance = section("Coach, or chance?")
    chance.get_by_role("button", name="Roll a month").press("Enter")
    chance.locator(".sl-summary").filter(has_text="The month's last three").wait_for()
    chance.get_by_role("button", name="Speak to the three").press("Enter")
    chance.locator(".sl-summary").filter(has_text="The dice did not hear").wait_for()
    chance.get_by_role("radio", name="2 · The bottom ten").press("Space")
    rise = chance.get_by_role("slider", name="change of the coached")
    rise.focus()
    rise.press("ArrowRight")
    chance.get_by_role("button", name="That is my guess").press("Enter")
    lot = chance.get_by_role("button", name="Show those who were not coached")
    lot.wait_for()
    assert lot.is_disabled(), "first a verdict"
    chance.get_by_role("radio", name="coaching works").press("Space")
    chance.locator("button:enabled").filter(has_text="Show those who").press("Enter")
    chance.locator(".sl-summary").filter(has_text="the same rise came without it").wait_for()

    hire = section("Hire, and look half a year later")
    hire.get_by_role("radio", name="structured interview and work sample").press("Space")
    hire.locator(".sl-summary").filter(has_text="r = 0.60").wait_for()

    scheme = section("Design a scheme")
    call = scheme.get_by_role("slider", name="for each call", exact=True)
    call.focus()
    call.press("End")
    scheme.locator(".sl-summary").filter(has_text="closed without being dealt with.").wait_for()

    rota = section("A week's roster")
    rota.get_by_role("radio", name="any two, one of them at the weekend").press("Space")
    rota.locator(".sl-summary").filter(has_text="the rule costs").wait_for()

    assert opened.axe(axe_source) == []
    # On a phone nothing of them is wider than the page.
    page.set_viewport_size({"width": 390, "height": 6000})
    page.wait_for_timeout(500)
    wide = page.evaluate(
        "() => [...document.querySelectorAll('section.sl')].filter((s) => s.scrollWidth > s.clientWidth + 1)"
        ".map((s) => s.getAttribute('aria-label'))"
    )
    assert wide == []
