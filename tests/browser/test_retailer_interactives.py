"""The retailer's controls in a real JupyterLab, by keyboard: where one stands once a button has gone away."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("interactives")]

CELLS = (
    "from servicelab.company import load\nfrom servicelab.widgets import explore\n"
    'shop_months, shops, orders = load("shop_months"), load("shops"), load("orders")',
    'explore.claim("ahead", shop_months=shop_months, shops=shops)',
    "explore.satisfaction_index(orders)",
    "explore.counters(shop_months, shops)",
)
AT_ONCE = """(section, [first, second]) => {
  const named = (name) => [...section.querySelectorAll("button")].find((button) => button.textContent === name);
  const watch = new MutationObserver(() => {
    if (named(second).disabled) return;
    watch.disconnect();
    named(second).click();
  });
  watch.observe(section, { subtree: true, attributes: true });
  named(first).click();
}"""


def test_verdict_index_and_proposal_by_keyboard(one_a_cell, axe_source: str) -> None:  # type: ignore[no-untyped-def]
    opened = one_a_cell(CELLS)
    page = opened.page

    def press(section, button: str) -> None:  # type: ignore[no-untyped-def]
        section.get_by_role("button", name=button, exact=True, disabled=False).focus()
        page.keyboard.press("Enter")

    claim = opened.region("First sentence: ordering ahead")
    claim.get_by_role("radio", name="Yes, as it stands").focus()
    page.keyboard.press("Space")
    press(claim, "This is my verdict")
    claim.get_by_text("Look further:").wait_for()
    # The arrow keys lead on from the picture that is shown to the others.
    assert claim.locator("input:focus").get_attribute("type") == "radio"
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    claim.get_by_text("You said: yes, as it stands.").wait_for()

    index = opened.region("Build a satisfaction index")
    press(index, "Keep this index")
    index.get_by_role("button", name="Keep this index", disabled=True).wait_for()
    assert index.locator("input:focus").get_attribute("type") == "range"
    # Kept the moment it can be, before Python has said that it is through: it is the recipe that is kept.
    index.evaluate(AT_ONCE, ["share of 4 and 5", "Keep this index"])
    index.get_by_text("One of the three is your own").wait_for()
    index.get_by_role("slider").first.focus()
    page.keyboard.press("PageDown")
    press(index, "Keep this index")
    index.get_by_text("Three are kept.").wait_for()
    assert "Three are kept." in index.locator(":focus").inner_text()
    press(index, "Begin again")
    index.get_by_role("button", name="Begin again").wait_for(state="hidden")
    assert index.locator("input:focus").get_attribute("type") == "range"

    counters = opened.region("The last eight shops")
    counters.get_by_role("radio", name="Convert, one counter").focus()
    page.keyboard.press("Space")
    press(counters, "This is my proposal")
    counters.get_by_text("You proposed: Convert, one counter.").wait_for()
    page.keyboard.press("ArrowRight")
    counters.get_by_text("It pays once the wait costs more than").wait_for()
    assert opened.axe(axe_source) == []
