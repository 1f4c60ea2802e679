"""Prepared answers to the analysis of the retailer earn what the notes say, in the test cells themselves."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.content.testcells import marks

from servicelab.publish.sources import Document, read_document

SOURCE = Path(__file__).resolve().parents[2] / "course" / "cases" / "retailer_omnichannel" / "analysis.md"


@cache
def read() -> Document:
    return read_document(SOURCE.read_text(encoding="utf-8"), SOURCE, SOURCE.name)


@cache
def solved(*tasks: str) -> dict[str, Any]:
    """What stands after the first cell (without the trainee's own page) and the solutions of tasks."""
    namespace: dict[str, Any] = {}
    for name in ("open", *tasks):
        cell = read().cell(name)
        assert cell is not None
        exec("\n".join(line for line in cell.source.splitlines() if "open_analysis" not in line), namespace)
    return namespace


def earned(cell: str, tasks: tuple[str, ...], change: str) -> tuple[float, str]:
    namespace = dict(solved(*tasks))
    exec(change, namespace)
    return marks(read(), cell, namespace)


ROWS = "after, before = begun[since >= 0], begun[since < 0]\n"
B1 = {
    "": (4, ""),
    ROWS + 'all_months = after["sales"].mean() / before["sales"].mean() - 1': (3.5, "the change of each shop first"),
    "rest = 0.5": (3, "1 + mean change of the eight"),
}
RESIDUALS = "e, n = y - delta * x, len(panel)\n"
WITHIN = "low, high = (np.exp(delta + z * error) - 1 for z in (-1.96, 1.96))"
B2 = {
    "": (6, ""),
    RESIDUALS + "error = (e.var() / (x**2).sum()) ** 0.5\n" + WITHIN: (5, "hang together"),
    RESIDUALS + "error = ((x * e) ** 2).sum() ** 0.5 / (x**2).sum()\n" + WITHIN: (5, "hang together"),
    "low, high = effect, effect + 0.0125": (4, "lies around your effect"),
    "low, high = (np.exp(delta + z * error) - 1 for z in (-1, 1))": (5, "1.96 standard errors"),
    "low, high = (np.exp(delta + z * error) - 1 for z in (-2, 2))": (6, ""),
    "effect, low, high = delta, delta - 1.96 * error, delta + 1.96 * error": (5.5, "that is δ itself"),
    "effect, low, high = 100 * effect, 100 * low, 100 * high": (5, "in per cent"),
}
B3 = {
    "": (5, ""),
    "chance = [0.0] * 300; p = small = 0": (0, "counted once chance holds"),
    "chance = [float('nan')] * 300; p = small = 0": (0, "counted once chance holds"),
    "chance = list(np.linspace(-0.005, 0.005, 300)); p, small = 0, 2 / 300": (2, "those of the given lots"),
    "chance = np.log1p(chance)": (5, ""),
    "small = (np.array(chance) >= 0.005).mean()": (4.5, "one side"),
    "p = 1.0": (4.5, "those that are smaller"),
    'chance = pd.DataFrame({"effect": chance})': (5, ""),
    'chance = pd.DataFrame({"effect": chance, "lot": range(300)})': (0, "One column of numbers"),
}


@pytest.mark.parametrize(("change", "points", "said"), [(each, *told) for each, told in B1.items()])
def test_b1(change: str, points: float, said: str) -> None:
    got, heard = earned("test-b1-before", ("b1-before",), change)
    assert (got, said in heard) == (points, True), heard


@pytest.mark.parametrize(("change", "points", "said"), [(each, *told) for each, told in B2.items()])
def test_b2(change: str, points: float, said: str) -> None:
    got, heard = earned("test-b2-effect", ("b2-effect",), change)
    assert (got, said in heard) == (points, True), heard


@pytest.mark.parametrize(("change", "points", "said"), [(each, *told) for each, told in B3.items()])
def test_b3(change: str, points: float, said: str) -> None:
    got, heard = earned("test-b3-lots", ("b2-effect", "b3-lots"), change)
    assert (got, said in heard) == (points, True), heard
