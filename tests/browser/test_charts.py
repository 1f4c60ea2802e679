"""The chart grammar in a real browser: every family is drawn, and at no width are words cut off."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from servicelab.company import load
from servicelab.i18n import use
from servicelab.widgets import figures
from servicelab.widgets.house import Interactive
from servicelab.widgets.house.chart import axis, bars, chart, dots, guessed, intervals, lines, names, notes, rule

pytestmark = [pytest.mark.browser]

WIDE, PHONE = 1000, 322
"""What a card leaves for a picture on a laptop, and on a telephone 390 pixels wide."""

DRAW = """([module, specs, width]) => import(URL.createObjectURL(new Blob([module], { type: "text/javascript" })))
.then(({ charts }) => specs.map((spec) => {
  const room = document.createElement("div");
  room.className = "sl";
  room.style = `box-sizing: content-box; max-width: none; padding: 0; border: 0; margin: 0; width: ${width}px`;
  document.body.append(room);
  const picture = charts.chart();
  room.append(picture.el);
  picture.draw(spec);
  const svg = room.querySelector("svg");
  const frame = svg.getBoundingClientRect();
  return {
    width: frame.width,
    label: svg.getAttribute("aria-label"),
    marks: Object.fromEntries(["bar", "dot", "line", "rule", "beyond"].map((name) =>
      [name, svg.querySelectorAll(`.sl-${name}`).length])),
    texts: [...svg.querySelectorAll("text")].map((text) => text.textContent),
    out: [...svg.querySelectorAll(".sl-dot, .sl-beyond")].filter((mark) => {
      const box = mark.getBoundingClientRect();
      return box.top < frame.top - 1 || box.bottom > frame.bottom + 1
        || box.left < frame.left - 1 || box.right > frame.right + 1;
    }).length,
    cut: [...svg.querySelectorAll("text")].filter((text) => {
      const box = text.getBoundingClientRect();
      return box.left < frame.left - 1 || box.right > frame.right + 1
        || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
    }).map((text) => text.textContent),
  };
}))"""


def draw(page: Page, specs: list[dict[str, Any]], width: int) -> list[dict[str, Any]]:
    """What the grammar makes of charts in so many pixels."""

    class Bare(Interactive):
        """Only for the house's code and styles: a view that draws nothing."""

        view = "nothing.js"

    page.set_content(f"<style>{Bare._css}</style>")
    found: list[dict[str, Any]] = page.evaluate(DRAW, [f"{Bare._esm}\nexport {{ charts }};", specs, width])
    return found


def pictures() -> Iterator[figures.Figure]:
    """Every figure of the course, with a guess where one is asked for."""
    contacts, orders, features = load("contacts"), load("orders"), load("features")
    yield figures.agreement(load("voices"))
    yield figures.remedies(contacts, 3.1)
    yield figures.consequences(contacts, orders, features, 3)
    yield figures.losses(orders, features)
    yield figures.apologised(contacts, orders)
    yield figures.extras(orders, load("needs_survey"), features)
    yield figures.saturation(orders, 40)
    yield figures.sample_sizes()
    yield figures.owners(contacts, 30)
    yield figures.late_answers(contacts, 40)
    yield figures.silence(contacts, orders, 70)
    log, stations, calendar, cases = (load(name) for name in ("event_log", "stations", "calendar", "cases"))
    yield figures.faster(log, stations, calendar, cases, 20)
    yield figures.station_load(log, stations, calendar)
    yield figures.pilot(cases, log, 3)
    yield figures.approvals_by_size(cases, log)
    yield figures.control(load("weekly_packing"), "Kunshan", 53, 104)
    yield figures.arrows(log)
    yield figures.reset_or_leave()


@pytest.mark.parametrize("width", [WIDE, PHONE])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_figure_loses_a_word_at_any_width(page: Page, language: str, width: int) -> None:
    with use(language):
        drawn = [(each.name_shown, spec) for each in pictures() for spec in each.state["charts"]]
    assert len(drawn) > 20
    for (name, spec), seen in zip(drawn, draw(page, [spec for _name, spec in drawn], width), strict=True):
        assert seen["width"] == width, name
        assert seen["texts"], name
        assert not seen["cut"], (name, seen["cut"])
        # Every name of an axis and its unit can be read, broken into lines or not.
        said = "".join(seen["texts"]).replace(" ", "")
        words = [spec["x"].get("label", ""), spec["y"].get("label", ""), *spec["y"].get("names", [])]
        assert not [each for each in words if each.replace(" ", "") not in said], name


def test_every_family_draws_its_marks(page: Page) -> None:
    plane = (axis("how much", 0, 10), axis("how well", 0, 10))
    at = {"x": 4, "y": 5}
    specs = [
        chart(axis("how many", 0, 10), names(["a", "b"]), [bars([{"x": 4, "y": 0, "label": "4"}, {"x": 9, "y": 1}])]),
        chart(*plane, [dots([{**at, "label": "here"}, {"x": 9, "y": 9}]), guessed(2, 2)]),
        chart(*plane, [intervals([{**at, "xlo": 2, "xhi": 6, "ylo": 4, "yhi": 6}])]),
        chart(*plane, [lines([[(0, 0), (5, 5)], [(0, 5), (5, 0)]]), rule(x=3), notes([{**at, "text": "so"}])]),
    ]
    seen = draw(page, [json.loads(json.dumps(spec)) for spec in specs], WIDE)
    count = [{name: n for name, n in each["marks"].items() if n} for each in seen]
    assert count == [{"bar": 2}, {"dot": 3}, {"line": 1}, {"line": 2, "rule": 1}]
    assert "4" in seen[0]["texts"]
    assert "here" in seen[1]["texts"]
    assert "so" in seen[3]["texts"]


def test_what_lies_beyond_an_axis_stands_at_its_edge_with_an_arrow(page: Page) -> None:
    plane = (axis("how much", 0, 10), axis("how well", 0, 10))
    specs = [chart(*plane, [guessed(*at)]) for at in ((5, 14), (5, 10), (-3, 5), (12, 12))]
    seen = draw(page, [json.loads(json.dumps(spec)) for spec in specs], WIDE)
    assert [each["marks"]["beyond"] for each in seen] == [1, 0, 1, 2]
    assert [each["out"] for each in seen] == [0] * 4


def test_lines_name_their_ends_where_there_is_room(page: Page) -> None:
    layer = {"lines": [{"points": [[0, 5], [9, 5]], "end": "Quality"}, {"points": [[0, 4], [9, 5]], "end": "Green"}]}
    spec = chart(axis("time", 0, 9), axis("share", 0, 10), [layer])
    (wide,), (phone,) = draw(page, [spec], WIDE), draw(page, [spec], PHONE)
    assert {"Quality", "Green"} <= set(wide["texts"])
    assert not wide["cut"]
    assert not {"Quality", "Green"} & set(phone["texts"])


def test_marks_of_no_family_are_an_error_and_not_an_empty_picture(page: Page) -> None:
    spec = chart(axis("x", 0, 1), axis("y", 0, 1), [{"pies": [{"x": 1}]}])
    with pytest.raises(Exception, match="no family of marks: pies"):
        draw(page, [spec], WIDE)
