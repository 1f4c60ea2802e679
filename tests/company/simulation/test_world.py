"""A world is one whole data file, and the engine holds no number of it."""

from __future__ import annotations

import ast
import dataclasses
import re
import typing
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from tests.company.skylark_world import world

from servicelab.company.generating.skylark import PLACE
from servicelab.company.simulation import Scenario, World, read_world, simulate
from servicelab.company.voices.servqual import make_servqual_weights
from servicelab.company.voices.surveys import make_kano_survey, make_needs_survey, make_needs_tracker
from servicelab.course.declared import Rule, mistakes
from servicelab.errors import UserError

ENGINE = Path(__file__).resolve().parents[3] / "src" / "servicelab" / "company" / "simulation"
#: What a number in the engine may be that is no constant with a name: none, one and halves, units of time and of the
#: calendar, room kept for contacts that follow, a place between two steps. Smaller ones keep rounding apart, larger
#: ones keep two parts of a key apart.
PLAIN = {0, 0.5, 1, 1.35, 1.5, 2, 7, 12, 24, 30.4, 60, 365, 3600, 1e5, 1e10}
#: What something may be cut off at.
LIMITS = {0, 0.5, 1}
TINY = 0.02
#: Room kept and rows of a table in the run itself; working days in the stations; columns of what nobody has said.
ELSEWHERE = {"service": (3, 5, 2000), "returns": (5,), "demand": (3,)}


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


#: Edits of Skylark's world, and what is said of each; the line is that of what was edited.
CANNOT_BE = {
    "shares": ("young_renter: 0.3, new_family: 0.28, home", "young_renter: 1.0, new_family: 0.28, home", "sum to 1.7"),
    "above_one": ("carried_home: 0.45", "carried_home: 4.5", "something else than a number from 0 to 1"),
    "half_hours": ("     2.2, 1.8]", "     2.2]", "`half_hours` has 23 values. Write 24"),
    "weekday": ("1.02, 1.18, 1.11]", "1.02, 1.18]", "`weekday` has 6 values. Write 7"),
    "season": ("1.05, 1.05, 1.02, 1.0]", "1.05, 1.05, 1.02]", "`season` has 11 values. Write 12"),
    "channel": ("channel: {phone: 0.18, chat: 0.0, ", "channel: {phone: 0.18, ", "`channel` lacks chat. Write phone"),
    "tiers": ("senior: [0.3, 0.32, 0.22, 0.16]", "senior: [0.3, 0.32, 0.38]", "`city_tier.senior` has 3 values"),
    "points": ("senior: {tangibles: 9, ", "senior: {tangibles: 10, ", "points of senior sum to 101"),
    "missing": ("  defect: {owner: product", "  zero: {}\n  defect: {owner: product", "`owner` is missing"),
    "numbered": ("  on_time_delivery:\n    rate", "  in_time_delivery:\n    rate", "`failures` lacks on_time_delivery"),
    "late": ("rate: 0.0\n    spoken: 0.28", "rate: 0.1\n    spoken: 0.28", "although `delivery.on_time` decides it"),
    "packing": ("rate: 0.04\n    spoken: 0.25", "rate: 0.4\n    spoken: 0.25", "`intact_packaging` comes to 5.6"),
    "rates": ("rate: 0.04\n    spoken: 0.5", "rate: 0.9\n    spoken: 0.5", "rates of `failures` sum to"),
    "parcel": ("satisfaction: 0.0\n    parcel: true", "satisfaction: 0.0", "can fail on what is no parcel"),
    "no_shape": ("day_cv: 0.1", "day_cv: 0", "something else than a number above 0"),
    "wrap": ("wrap_least: 8.0", "wrap_least: 30.0", "`wrap.chat` is 25, below `wrap_least`"),
    "tired": ("tired_pace: 1.04", "tired_pace: 1.0", "`tired_resolve` does nothing"),
    "nobody": ("absent: 0.055", "absent: 0.95", "nobody is ever at work"),
    "vacancy": ("vacancy: [10, 35]", "vacancy: [35, 10]", "10 follows 35"),
    "validity": ("work_sample: 0.4}", "work_sample: 0.9}", "`validity.work_sample` is 0.9, more than `reliability`"),
    "prices": ("[19, 29, 39,", "[29, 29, 39,", "29 follows 29"),
    "midnight": ("hours: 10.0\n  detected", "hours: 16.0\n  detected", "until 25:00"),
    "years": ("days: 1096", "days: 365", "shorter than a run can be. Write 1096 or more"),
    "pair": ('O: {"15": 1.0}', 'O: {"25": 1.0}', "The answers 25 do not mean O"),
    "main": ("senior: IO}", "senior: IQ}", "`IQ` is no main category"),
    "system": ("website: 0.15}", "network: 0.15}", "`systems` lacks website"),
    "owner": ("presale: {owner: sales", "presale: {owner: sale", "`owner` knows no sale"),
    "rush": ("rush: {presale: 0.2, price: 0.35, app_problem: 0.2, balance", "rush: {balance", "has nothing above 0"),
    "shifts": ("senior: {tangibles: -0.4, ", "senior: {tangibles: -0.5, ", "shifts of tangibles in `expectation_seg"),
    "answers": ("reliability: 6.45", "reliability: 6.95", "`expectation` with its shifts comes to 7."),
    "text": ("shop_rate: 3.85", 'shop_rate: "3.85"', "`shop_rate` holds something else than a number above 0"),
    "nan": ("shop_rate: 3.85", "shop_rate: .nan", "`shop_rate` holds something else than a number above 0"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), CANNOT_BE.values(), ids=CANNOT_BE)
def test_a_world_that_cannot_be_is_refused_with_its_line(old: str, new: str, said: str, tmp_path: Path) -> None:
    text = PLACE.read_text(encoding="utf-8")
    assert text.count(old) == 1
    told = broken(text.replace(old, new), tmp_path)
    assert said in told
    at = text[: text.index(old)].count("\n") + 1
    line = int(re.search(r"line (\d+)", told)[1])  # type: ignore[index]
    section = next(number for number in range(at, 0, -1) if re.match(r"\w+:", text.splitlines()[number - 1]))
    assert section <= line <= at + 1


def hints(kind: Any) -> Iterator[tuple[str, Any]]:
    """Every field of a world and of its parts, with the type of what it holds in the end."""
    for name, hint in typing.get_type_hints(kind, include_extras=True).items():
        if not dataclasses.is_dataclass(kind) or name not in {field.name for field in dataclasses.fields(kind)}:
            continue
        held = hint
        while typing.get_origin(held) in (Mapping, tuple):
            held = [part for part in typing.get_args(held) if part is not Ellipsis][-1]
        yield from hints(held) if dataclasses.is_dataclass(held) else [(f"{kind.__name__}.{name}", held)]


def test_every_value_of_a_world_has_a_rule() -> None:
    found = dict(hints(World))
    assert len(found) > 300
    bare = [name for name, hint in found.items() if not any(isinstance(mark, Rule) for mark in typing.get_args(hint))]
    assert not bare


def inside(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every list and mapping in a file's data, with its path."""
    if isinstance(value, dict | list):
        yield path, value
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from inside(part, (*path, key))


@contextmanager
def changed(data: Any, path: tuple[Any, ...], value: Any) -> Iterator[None]:
    """The data with another value at a path, for as long as it is looked at."""
    holder = data
    for step in path[:-1]:
        holder = holder[step]
    old, holder[path[-1]] = holder[path[-1]], value
    try:
        yield
    finally:
        holder[path[-1]] = old


def test_no_name_and_no_place_in_a_list_can_be_anything() -> None:
    data = yaml.safe_load(PLACE.read_text(encoding="utf-8"))
    passed = set()
    for path, value in [*inside(data)][1:]:
        if isinstance(value, dict):
            first, *others = value
            other = {"nobody": value[first], **{name: value[name] for name in others}}
        else:
            other = value[:-1]
        with changed(data, path, other):
            if not mistakes(World, data):
                passed.add(path[:2])
    # Campaigns and what has disappointed are named freely; these lists are as long as the firm wants them.
    assert passed == {
        ("coupons", "lift"), ("servqual", "failures"), ("orders", "shop_hours"), ("orders", "price_tags"),
        ("packing", "reacting"), ("touchpoints", "late"),
    }  # fmt: skip


def test_no_name_can_be_missing() -> None:
    data = yaml.safe_load(PLACE.read_text(encoding="utf-8"))
    passed = set()
    for path, value in [*inside(data)][1:]:
        for name in value if isinstance(value, dict) else ():
            with changed(data, path, {key: each for key, each in value.items() if key != name}):
                if not mistakes(World, data):
                    passed.add(path)
    # What is not named in one of these is as everywhere else; a failure has what makes it differ from others.
    assert {path[:1] if path[0] == "failures" else path[:2] for path in passed} == {
        ("failures",), ("coupons", "lift"), ("demand", "phone_tilt"), ("demand", "rush"), ("lines", "transfer"),
        ("matters", "need_tilt"), ("needs_survey", "drift"), ("needs_survey", "shift"), ("needs_survey", "unmet"),
        ("rating", "extra"), ("servqual", "expectation_year"), ("servqual", "failures"),
        ("servqual", "perception_year"),
    }  # fmt: skip


def test_no_list_of_shares_can_sum_to_a_half() -> None:
    data = yaml.safe_load(PLACE.read_text(encoding="utf-8"))
    passed = set()
    for path, value in [*inside(data)][1:]:
        shares = [*(value.values() if isinstance(value, dict) else value)]
        if len(shares) < 2 or not all(type(each) in (int, float) for each in shares) or abs(sum(shares) - 1) > 1e-9:
            continue
        half = {key: each / 2 for key, each in value.items()} if isinstance(value, dict) else [x / 2 for x in value]
        with changed(data, path, half):
            if not mistakes(World, data):
                passed.add(path)
    # Orders of a rush hour are a factor an hour, whatever they sum to.
    assert passed == {("demand", "rush")}


def turned(value: Any, path: tuple[Any, ...] = ()) -> Any:
    """A file's data with every mapping turned round, but for those whose order numbers or draws something."""
    if not isinstance(value, dict):
        return value
    keep = path in {("failures",), ("intents",), ("cases", "others"), ("kano", "pairs", path[-1] if path else "")}
    names = [*value] if keep else [*reversed(value)]
    return {name: turned(value[name], (*path, name)) for name in names}


def test_the_order_of_names_decides_nothing(tmp_path: Path) -> None:
    path = tmp_path / "world.yml"
    data = turned(yaml.safe_load(PLACE.read_text(encoding="utf-8")))
    path.write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True), encoding="utf-8")
    other = read_world(path)
    assert next(iter(other.costs.overhead)) == "expert"
    scenario = Scenario(start=date(2023, 10, 1), months=2, scale=0.05)
    here, there = (simulate(scenario, one).tables for one in (world, other))
    for name, table in here.items():
        pd.testing.assert_frame_equal(table, there[name], obj=name)
    assert len(here["incidents"])
    assert here["contacts"]["intent"].eq("price_claim").any()
    customers = here["customers"]
    for make, part in (
        (make_kano_survey, "kano"), (make_needs_survey, "needs_survey"), (make_needs_tracker, "tracker"),
    ):  # fmt: skip
        mine, theirs = (make(getattr(one, part), 7, customers, 0.1) for one in (world, other))
        pd.testing.assert_frame_equal(mine, theirs, obj=part)
    asked = customers[["customer_id", "segment"]].assign(wave=2023)
    mine, theirs = (make_servqual_weights(one.servqual, 7, asked) for one in (world, other))
    pd.testing.assert_frame_equal(mine, theirs)


@pytest.mark.parametrize("name", ["failures", "intents"])
def test_names_stand_in_the_order_that_tables_are_numbered_by(name: str, tmp_path: Path) -> None:
    data = yaml.safe_load(PLACE.read_text(encoding="utf-8"))
    data[name] = dict(reversed(data[name].items()))
    assert f"`{name}` has its names in another order" in broken(yaml.safe_dump(data, sort_keys=False), tmp_path)


def test_another_world_gives_another_firm(tmp_path: Path) -> None:
    path = tmp_path / "world.yml"
    path.write_text(
        PLACE.read_text(encoding="utf-8").replace("  carried_home: 0.45", "  carried_home: 0.0"), encoding="utf-8"
    )
    scenario = Scenario(months=1, scale=0.05)
    here, there = (simulate(scenario, one).tables["orders"] for one in (world, read_world(path)))
    assert here["warehouse"].isna().any()
    assert there["warehouse"].notna().all()


def literals(tree: ast.Module) -> Iterator[tuple[int, float, bool]]:
    """Line and value of each number in a module, and whether it is a limit at which something is cut off.

    Left out: constants with a name, defaults, places in a list, powers, shapes of what is drawn, and days.
    """
    known: set[int] = set()
    limits: set[int] = set()

    def leave_out(*parts: ast.AST) -> None:
        known.update(id(inner) for part in parts for inner in ast.walk(part))

    leave_out(*(node for node in tree.body if isinstance(node, ast.Assign)))
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign):
            leave_out(node)
        elif isinstance(node, ast.arguments):
            leave_out(*node.defaults, *(one for one in node.kw_defaults if one is not None))
        elif isinstance(node, ast.Subscript):
            leave_out(node.slice)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            leave_out(*(part for part in (node.left, node.right) if isinstance(part, ast.Constant)))
        elif isinstance(node, ast.comprehension) and isinstance(node.iter, ast.Tuple):
            leave_out(node.iter)
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in ("round", "random", "luck", "normal", "range", "date", "split", "serve"):
                leave_out(*node.args[name == "round" :], *(word.value for word in node.keywords))
            if name in ("clip", "minimum", "maximum", "min", "max"):
                limits.update(id(part) for part in node.args if isinstance(part, ast.Constant))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and type(node.value) in (int, float) and id(node) not in known:
            yield node.lineno, float(node.value), id(node) in limits  # type: ignore[arg-type]


def of_a_world(text: str) -> list[tuple[int, float]]:
    """The numbers in a module's text that belong into a world, with their lines."""
    return [
        (line, value)
        for line, value, limit in literals(ast.parse(text))
        if value not in (LIMITS if limit else PLAIN) and not 0 < value <= TINY
    ]


@pytest.mark.parametrize("path", sorted(ENGINE.rglob("*.py")), ids=lambda path: path.relative_to(ENGINE).as_posix())
def test_no_number_of_a_world_stands_in_the_engine(path: Path) -> None:
    found = of_a_world(path.read_text(encoding="utf-8"))
    odd = [(line, value) for line, value in found if value not in ELSEWHERE.get(path.stem, ())]
    assert not odd, f"{path.name}: {odd} belong into a world"


@pytest.mark.parametrize(
    "line",
    [
        "early = np.clip(promised - took, 0, 2) - 1", "count = np.bincount(week, minlength=weeks * 5)",
        "human = np.ones((4, intents))", "late = rate * 2.2", "found = max(heads, 2)", "minutes = 3 + 42 * short",
    ],
)  # fmt: skip
def test_a_number_of_a_world_in_the_engine_is_seen(line: str) -> None:
    assert of_a_world(f"def made():\n    {line}")


def test_temporary_agents_come_in_pairs() -> None:
    for temps in (1, 7):
        with pytest.raises(ValueError, match="temps must be even"):
            Scenario(temps=temps)
