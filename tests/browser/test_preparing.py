"""What is slow and not yet made: its place waits, asks once it is seen, and says what could not be made."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from servicelab.widgets.house import Interactive

pytestmark = [pytest.mark.browser]

# A model as anywidget hands one to a view, with what was sent kept beside it.
SHOW = """(module) => import(URL.createObjectURL(new Blob([module], { type: "text/javascript" }))).then(({ house }) => {
  const labels = { title: "Slow", preparing: "Wait." };
  const held = { ready: false, labels, state: {}, value: {}, content: {}, saved: "" };
  const heard = {};
  const model = {
    get: (name) => held[name],
    set(name, value) { held[name] = value; (heard[`change:${name}`] || []).slice().forEach((hear) => hear()); },
    on(name, hear) { (heard[name] ||= []).push(hear); },
    off(name, hear) { heard[name] = (heard[name] || []).filter((each) => each !== hear); },
    send: (message) => window.sent.push(message),
    save_changes() {},
  };
  const el = document.createElement("div");
  document.body.append(el);
  Object.assign(window, { model, heard, sent: [] });
  window.end = house.view(() => () => {}).render({ model, el });
})"""


@pytest.fixture
def waiting(page: Page) -> Page:
    """A page with a slow control that Python has not made."""

    class Bare(Interactive):
        """Only for the house's code and styles: a view that draws nothing."""

        view = "nothing.js"

    page.set_content(f"<style>{Bare._css}</style>")
    page.evaluate(SHOW, f"{Bare._esm}\nexport {{ house }};")
    page.wait_for_function("window.sent.length > 0")
    return page


def heard(page: Page) -> dict[str, Any]:
    """How many still listen to what, of the two that a waiting place listens to."""
    found: dict[str, Any] = page.evaluate(
        "Object.fromEntries(['change:ready', 'change:labels'].map((name) => [name, (heard[name] || []).length]))"
    )
    return found


def test_what_could_not_be_made_is_said_where_it_is_waited_for(waiting: Page) -> None:
    assert waiting.evaluate("window.sent") == [{"sight": True}]
    line = waiting.locator(".sl-unmade [role=status]")
    assert line.text_content() == "Wait."
    waiting.evaluate("model.set('labels', { ...model.get('labels'), preparing: 'No table here.' })")
    assert line.text_content() == "No table here."
    waiting.evaluate("window.end()")
    assert heard(waiting) == {"change:ready": 0, "change:labels": 0}


def test_what_is_made_takes_the_place_of_what_waited(waiting: Page) -> None:
    assert heard(waiting) == {"change:ready": 1, "change:labels": 1}
    before = waiting.locator(".sl-unmade").count()
    waiting.evaluate("model.set('ready', true)")
    assert (before, waiting.locator(".sl-unmade").count(), waiting.locator(".sl").count()) == (1, 0, 1)
    assert waiting.evaluate("(heard['change:ready'] || []).length") == 0
