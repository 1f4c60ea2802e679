"""Python's side of the chart grammar: a chart is two axes and layers of marks, which ``chart.js`` draws as SVG.

A layer has one family of marks: ``bars``, ``dots``, ``intervals``, ``lines``, and beside them ``rules`` and ``notes``.
Its rows say where each mark is, and a family takes from a row what it knows; what the rows have in common is said once.
A picture that is worked out in Python is made of these; a view that draws its own state writes the same layers down.

>>> chart(axis("statements", 0, 25), names(["differ", "agree"]), [bars([{"x": 21, "y": 1, "label": "21"}])])["layers"]
[{'bars': [{'x': 21, 'y': 1, 'label': '21'}]}]
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from servicelab.i18n import _

Layer = dict[str, Any]
Row = dict[str, Any]
Chart = dict[str, Any]
#: How a trainee's own guess stands in a picture.
GUESS = {"shape": "diamond", "color": 4, "hollow": True}


def axis(
    label: str, low: float, high: float, *, ticks: Sequence[float] | None = None, every: int | None = None
) -> dict[str, Any]:
    """Return an axis of numbers; ``label`` says the unit, ``every`` asks for a tick in about so many pixels."""
    return _stated(label=label, min=low, max=high, ticks=None if ticks is None else list(ticks), every=every)


def names(each: Iterable[str], label: str = "", *, band: int | None = None) -> dict[str, Any]:
    """Return an axis of names, from below or from the left; ``band`` is the height of one in pixels."""
    return _stated(names=list(each), label=label or None, band=band)


def bars(
    rows: Iterable[Row],
    *,
    color: int | None = None,
    start: float | None = None,
    shift: float | None = None,
    thick: float | None = None,
) -> Layer:
    """Return bars from ``start`` (0) to a value along the axis of numbers, one or several a name.

    A row has ``x``, ``y`` and may have a ``label``, which stands at the bar's end, or beyond ``clear``, where an
    interval ends. ``shift`` (positive: down) and ``thick`` are shares of a name's band.
    """
    return _layer("bars", rows, color=color, start=start, shift=shift, thick=thick)


def dots(
    rows: Iterable[Row],
    *,
    shape: str | None = None,
    color: int | None = None,
    r: float | None = None,
    shift: float | None = None,
) -> Layer:
    """Return dots: ``x``, ``y``, and a ``label`` that is written where there is room (``bold``: always) or a ``title``.

    ``shape`` is circle, square, triangle, diamond, down or cross; it repeats what the colour says.
    """
    return _layer("dots", rows, shape=shape, color=color, r=r, shift=shift)


def intervals(
    rows: Iterable[Row], *, color: int | None = None, width: float | None = None, shift: float | None = None
) -> Layer:
    """Return 95 % intervals around ``x``, ``y``: from ``xlo`` to ``xhi``, or ``ylo`` to ``yhi``, or both."""
    return _layer("intervals", rows, color=color, width=width, shift=shift)


def lines(
    each: Iterable[Sequence[Sequence[float]]],
    *,
    color: int | None = None,
    width: float | None = None,
    dash: str | None = None,
) -> Layer:
    """Return lines through points ``[x, y]``; ``dash`` repeats what the colour says."""
    rows = [{"points": [list(point) for point in points]} for points in each]
    return _layer("lines", rows, color=color, width=width, dash=dash)


def rule(*, x: float | None = None, y: float | None = None) -> Layer:
    """Return a line through the whole plane at ``x`` or at ``y``: nothing, a threshold, a cut."""
    return _layer("rules", [_stated(x=x, y=y)])


def notes(
    rows: Iterable[Row], *, dx: float = 0, dy: float = 0, anchor: str | None = None, strong: bool = False
) -> Layer:
    """Return words: ``x``, ``y`` and ``text``, so many pixels from the place."""
    return _layer("notes", rows, dx=dx, dy=dy, anchor=anchor, strong=strong or None)


def guessed(x: float, y: float, *, shift: float | None = None, r: float = 8) -> Layer:
    """Return the mark of a trainee's own guess."""
    return {**dots([{"x": x, "y": y, "title": _("your guess")}], r=r, shift=shift), **GUESS}


def guess_key(text: str = "") -> dict[str, Any]:
    """Return what the legend says of the guess."""
    return {**GUESS, "text": text or _("your guess")}


def interval_key() -> dict[str, Any]:
    """Return what the legend says of the lines that :func:`intervals` draws."""
    return {"line": True, "color": 7, "text": _("the line: 95 % interval")}


def chart(
    x: dict[str, Any],
    y: dict[str, Any],
    layers: Sequence[Layer],
    *,
    legend: Sequence[dict[str, Any]] = (),
    head: str = "",
    height: int | None = None,
) -> Chart:
    """Return one chart; ``head`` stands over it where a picture has several."""
    return _stated(x=x, y=y, layers=list(layers), legend=list(legend) or None, head=head or None, height=height)


def table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> dict[str, Any]:
    """Return the same numbers as a table."""
    return {"caption": caption, "columns": list(columns), "rows": [list(row) for row in rows]}


def picture(title: str, charts: Sequence[Chart], text: str, numbers: dict[str, Any]) -> dict[str, Any]:
    """Return what a figure shows: charts, the sentence that says what to see, and the same as a table.

    None of them may be missing: who does not see the charts has the other two.
    """
    return {"title": title, "charts": list(charts), "text": text, "table": numbers}


def beyond(values: Iterable[float]) -> int:
    """Return the next multiple of 5 above all values: the end of an axis that begins at 0.

    >>> beyond([3.2, 20]), beyond([0])
    (25, 5)
    """
    return 5 * (int(max(values)) // 5 + 1)


def _layer(family: str, rows: Iterable[Row], **look: Any) -> Layer:
    return {family: list(rows), **_stated(**look)}


def _stated(**given: Any) -> dict[str, Any]:
    return {key: value for key, value in given.items() if value is not None}
