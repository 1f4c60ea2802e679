"""The firm's rules on a page: every word of them is there, at every width and in both languages, and axe is content."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page

from servicelab.course.declared import read
from servicelab.course.policyfile import PolicyFile
from servicelab.i18n import use
from servicelab.publish.content import Content
from servicelab.widgets.figures.rules import Policy

pytestmark = [pytest.mark.browser]

SHOW = """([module, data]) => import(URL.createObjectURL(new Blob([module], { type: "text/javascript" })))
.then(({ default: view }) => view.render({
  model: { get: (key) => data[key], set() {}, save_changes() {}, send() {}, on() {}, off() {} },
  el: document.querySelector("main"),
}))"""


@pytest.fixture(scope="module")
def rules(root: Path) -> dict[str, PolicyFile]:
    """All rules of the course, by language."""
    return {each: read(PolicyFile, Content(root, each, strict=False).policy()) for each in ("en", "zh")}


@pytest.mark.parametrize("width", [1000, 390])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_word_is_there_and_nothing_runs_out_of_the_page(
    page: Page, axe_source: str, rules: dict[str, PolicyFile], language: str, width: int
) -> None:
    policy = rules[language]
    with use(language):
        card = Policy(policy, [rule.id for rule in policy.rules])
    page.set_viewport_size({"width": width, "height": 900})
    head = f"<title>Rules</title><style>body {{ margin: 0 }} {card._css}</style>"
    page.set_content(f'<html lang="{card.labels["locale"]}"><head>{head}</head><body><main></main></body></html>')
    data = {"labels": card.labels, "state": card.state, "value": {}, "content": {}, "saved": "", "ready": card.ready}
    page.evaluate(SHOW, [card._esm, json.loads(json.dumps(data))])
    seen = page.locator("main").inner_text()
    for rule in card.state["rules"]:
        for words in (rule["title"], rule["says"], *(each for term, said in rule["notes"] for each in (term, *said))):
            assert words in seen
        assert not rule["counsel"] or rule["counsel"] not in seen
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    opened = page.locator("main").inner_text()
    assert [rule["id"] for rule in card.state["rules"] if rule["counsel"] not in opened] == []
    assert policy.as_of in seen
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate(axe_source)
    wrong = page.evaluate(
        "axe.run('main').then((found) => found.violations.map((each) => [each.id, each.nodes[0].html]))"
    )
    assert wrong == []
