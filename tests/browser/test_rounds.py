"""Double 11 in a real JupyterLab: the five rounds played by keyboard, one after the other, and once more."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("interactives")]

CELLS = (
    "from servicelab.company import load\nfrom servicelab.widgets import explore\ngame = explore.double_eleven(load)",
    "explore.forecast(game)",
    'explore.rounds(game, "practice")',
    'explore.rounds(game, "staff")',
    'explore.rounds(game, "opening")',
    'explore.rounds(game, "night")',
    'explore.rounds(game, "wave")',
    "explore.paths(game)",
)


def test_five_rounds_by_keyboard(one_a_cell, axe_source: str) -> None:  # type: ignore[no-untyped-def]
    opened = one_a_cell(CELLS)
    page = opened.page

    def part(name: str):  # type: ignore[no-untyped-def]
        return page.locator("section.sl").filter(has_text=name).first

    practice = part("Practice · 21 October")
    before = practice.locator(".sl-summary").inner_text()
    practice.get_by_role("slider").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("([e, old]) => e.innerText !== old",
                           arg=[practice.locator(".sl-summary").element_handle(), before])  # fmt: skip

    forecast = part("Round 1 · 24 October")
    # Who has moved no handle has forecast nothing.
    assert forecast.get_by_role("button", name="Commit the forecast").is_disabled()
    assert not part("Round 2 · 24 October").get_by_role("button", name="Commit").is_visible()
    forecast.get_by_role("radio", name="The four opening evenings").check()
    forecast.get_by_role("slider", name="contacts from 20:00").focus()
    page.keyboard.press("PageUp")
    forecast.get_by_role("button", name="Commit the forecast").focus()
    page.keyboard.press("Enter")
    forecast.locator(".sl-summary", has_text="Committed.").wait_for(timeout=60_000)
    assert forecast.get_by_role("slider").first.is_disabled()
    assert "live stream" in forecast.locator(":focus").inner_text()

    for name, says in (
        ("Round 2 · 24 October", "27 October to 30 October"),
        ("Round 3 · 31 October", "31 October to 9 November"),
        ("Round 4 · 10 November", "10 November to 11 November"),
        ("Round 5 · 12 November", "12 November to 25 November"),
    ):
        section = part(name)
        button = section.get_by_role("button", name="Commit", exact=True)
        button.wait_for()
        # Nor has anybody decided who has set nothing and does not say that they leave it.
        assert button.is_disabled()
        leave = section.get_by_role("checkbox", name="I leave everything as it is")
        leave.focus()
        page.keyboard.press("Space")
        assert button.is_enabled()
        page.keyboard.press("Space")
        assert button.is_disabled()
        section.get_by_role("slider").first.focus()
        page.keyboard.press("ArrowRight")
        section.get_by_role("button", name="Commit", exact=True, disabled=False).wait_for()
        button.focus()
        page.keyboard.press("Enter")
        section.locator(".sl-summary", has_text=says).wait_for(timeout=60_000)
        assert section.locator(".round-gauge").count() == 4
        assert section.get_by_role("slider").first.is_disabled()
        assert not section.locator(".round-playing").is_visible()
        # What came of it has the focus, so that a reader is where it is told.
        assert section.locator(":focus .round-gauges").count() == 1

    paths = part("Four ways through Double 11")
    paths.get_by_text("On the way from what Skylark did").wait_for()
    paths.locator("svg").first.wait_for()
    paths.get_by_text("Show as table").click()
    paths.get_by_role("cell", name="the informed planner").or_(
        paths.get_by_role("rowheader", name="the informed planner")
    ).first.wait_for()  # fmt: skip
    assert opened.axe(axe_source) == []

    paths.get_by_role("button", name="Play again").focus()
    page.keyboard.press("Enter")
    paths.get_by_text("Way 1:").first.wait_for()
    assert "Way 1:" in paths.locator(":focus").inner_text()
    forecast.get_by_role("slider", disabled=False).first.wait_for()
    part("Round 2 · 24 October").get_by_text("Commit the round before this one first.").wait_for()
