"""A world is one whole data file, and the engine holds no number of it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from tests.company.skylark_world import world

from servicelab.company.generating.skylark import PLACE
from servicelab.company.simulation import Scenario, read_world, simulate
from servicelab.errors import UserError

ENGINE = Path(__file__).resolve().parents[3] / "src" / "servicelab" / "company" / "simulation"
#: What a number in the engine may be that is neither whole nor a constant with a name: the middle of a step, days of a
#: month, room kept for contacts that follow, a place between two steps. Smaller ones keep rounding apart.
PLAIN = {0.5, 30.4, 1.35, 1.5}


def broken(text: str, folder: Path) -> str:
    """What is said of a world with this text."""
    path = folder / "world.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as told:
        read_world(path)
    return str(told.value)


def test_a_world_that_lacks_something_is_told_with_its_line(tmp_path: Path) -> None:
    text = PLACE.read_text(encoding="utf-8")
    line = next(number for number, one in enumerate(text.splitlines(), 1) if one == "orders:")
    assert f"line {line}" in broken(text.replace("  shop_rate: 3.85\n", ""), tmp_path)
    assert "shop_rates" in broken(text.replace("  shop_growth:", "  shop_rates: 1\n  shop_growth:"), tmp_path)
    assert "shop_rate" in broken(text.replace("  shop_rate: 3.85", "  shop_rate: many"), tmp_path)
    assert "keys with values" in broken("", tmp_path)


def test_names_stand_in_the_order_that_tables_are_numbered_by(tmp_path: Path) -> None:
    text = PLACE.read_text(encoding="utf-8")
    assert "failures" in broken(
        text.replace("  on_time_delivery:\n    rate", "  in_time_delivery:\n    rate"), tmp_path
    )


def test_another_world_gives_another_firm(tmp_path: Path) -> None:
    path = tmp_path / "world.yml"
    path.write_text(
        PLACE.read_text(encoding="utf-8").replace("  carried_home: 0.45", "  carried_home: 0.0"), encoding="utf-8"
    )
    scenario = Scenario(months=1, scale=0.05)
    here, there = (simulate(scenario, one).tables["orders"] for one in (world, read_world(path)))
    assert here["warehouse"].isna().any()
    assert there["warehouse"].notna().all()


@pytest.mark.parametrize("path", sorted(ENGINE.rglob("*.py")), ids=lambda path: path.relative_to(ENGINE).as_posix())
def test_no_number_of_a_world_stands_in_the_engine(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = {
        id(inner)
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for inner in ast.walk(node)
    }  # fmt: skip
    # What a scenario decides has defaults.
    named |= {id(inner) for node in ast.walk(tree) if isinstance(node, ast.AnnAssign) for inner in ast.walk(node)}
    numbers = {
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, float) and id(node) not in named
    }
    odd = {(line, value) for line, value in numbers if value % 1 and value > 0.02 and value not in PLAIN}
    if path.stem == "scenario":
        odd = {(line, value) for line, value in odd if value != 1.8}
    assert not odd, f"{path.name}: {sorted(odd)} belong into a world"
