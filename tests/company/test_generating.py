"""The committed data is what the generator makes; the laws of the tables hold."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from servicelab import company
from servicelab.company.dictionary import TABLES
from servicelab.company.firm import generating
from servicelab.company.firm.contacts import came_back
from servicelab.company.firm.orders import WITHIN
from servicelab.company.schema import pandera_schema
from servicelab.company.simulation.draws import answers, stream
from servicelab.errors import UserError

HAND_WRITTEN = {"README.md"}


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_committed_data_is_what_the_generator_makes(datasets: Path, tmp_path: Path) -> None:
    company.generate(tmp_path)
    made, committed = contents(tmp_path), contents(datasets)
    assert set(committed) - HAND_WRITTEN == set(made)
    assert [name for name, data in made.items() if committed[name] != data] == []


def test_committed_data_is_small_and_plain(datasets: Path) -> None:
    data = contents(datasets)
    assert sum(len(content) for content in data.values()) <= 4 * 2**20
    for name, content in data.items():
        assert b"\r" not in content, name
        if name.endswith(".csv"):
            assert content.startswith(b"\xef\xbb\xbf"), name
            # A cell that a spreadsheet would run as a formula.
            assert not [line for line in content.decode("utf-8-sig").splitlines() if line[:1] in "=+-@"], name


def test_same_seed_same_bytes_other_seed_other_bytes(tmp_path: Path) -> None:
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        company.generate(tmp_path / name, scale=0.02, seed=seed)
    a, b, c = (contents(tmp_path / name) for name in "abc")
    assert a == b
    assert a["orders.csv"] != c["orders.csv"]
    assert company.check(tmp_path / "a").empty


def test_scale_makes_more_customers(tmp_path: Path) -> None:
    company.generate(tmp_path, scale=0.1)
    assert len(company.load("customers", tmp_path)) == 400
    assert 800 < len(company.load("orders", tmp_path)) < 1800


@pytest.mark.parametrize("scale", [0, -1, float("nan")])
def test_scale_must_be_positive(scale: float, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="above 0"):
        company.generate(tmp_path, scale=scale)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="cannot be written"):
        company.generate(tmp_path / "file" / "data", scale=0.02)


def test_an_interrupted_table_never_stands_under_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Interrupted while the file is being written, the old one is still there, whole."""
    company.generate(tmp_path, scale=0.02, seed=1)
    before = contents(tmp_path)["orders.csv"]
    write = pd.DataFrame.to_csv

    def stopped(frame: pd.DataFrame, path: Path, **how: object) -> None:
        write(frame.head(3), path, **how)  # type: ignore[call-overload]
        if path.name.startswith("orders"):
            raise KeyboardInterrupt

    monkeypatch.setattr(pd.DataFrame, "to_csv", stopped)
    with pytest.raises(KeyboardInterrupt):
        company.generate(tmp_path, scale=0.02, seed=2)
    assert contents(tmp_path)["orders.csv"] == before


def test_streams_are_independent() -> None:
    assert stream(1, "a").random() == stream(1, "a").random()
    assert len({stream(seed, name).random() for seed in (1, 2) for name in ("a", "b")}) == 4


@pytest.mark.parametrize("mean", [1.3, 2.5, 3.9, 4.8])
def test_answers_have_the_mean_they_are_asked_for(mean: float) -> None:
    import numpy as np

    drawn = answers(stream(3, "test"), np.full(200_000, mean))
    assert set(np.unique(drawn)) <= {1, 2, 3, 4, 5}
    assert abs(drawn.mean() - mean) < 4 * drawn.std() / np.sqrt(drawn.size)


@pytest.mark.parametrize("name", TABLES)
def test_schema_holds(name: str, tables: dict[str, pd.DataFrame]) -> None:
    pandera_schema(TABLES[name]).validate(tables[name], lazy=True)


def test_every_foreign_key_resolves(tables: dict[str, pd.DataFrame]) -> None:
    checked = 0
    for name, table in TABLES.items():
        for column in table.columns:
            if column.refers:
                other, key = column.refers.split(".")
                assert tables[name][column.name].dropna().isin(tables[other][key]).all(), (name, column.name)
                checked += 1
    assert checked == 11


def test_no_event_before_its_cause(firm: dict[str, pd.DataFrame]) -> None:
    customers = firm["customers"].set_index("customer_id")
    orders = firm["orders"].set_index("order_id")
    contacts = firm["contacts"]
    joined = pd.to_datetime(customers["joined_on"])
    assert (firm["orders"]["ordered_at"] >= firm["orders"]["customer_id"].map(joined)).all()
    assert (contacts["opened_at"] >= contacts["customer_id"].map(joined)).all()
    about = contacts.loc[contacts["order_id"].notna()]
    assert (about["opened_at"] > about["order_id"].map(orders["ordered_at"])).all()
    assert (about["customer_id"] == about["order_id"].map(orders["customer_id"])).all()
    assert contacts["opened_at"].between("2023-01-01", "2026-01-01").all()
    assert contacts["opened_at"].is_monotonic_increasing


def test_facts_that_follow_from_others(firm: dict[str, pd.DataFrame]) -> None:
    orders, contacts, customers = firm["orders"], firm["contacts"], firm["customers"]
    assert (orders["on_time"] == (orders["delivered_days"] <= orders["promised_days"])).all()
    assert (orders["on_time"] == (orders["failed_feature"] != "on_time_delivery")).all()
    day = orders["ordered_at"].dt.floor("D")
    wait = (day.groupby(orders["customer_id"]).shift(-1) - day).dt.days
    known = orders["repurchased_180d"].notna()
    assert (orders.loc[known, "repurchased_180d"].astype(bool) == (wait[known] <= WITHIN)).all()
    assert known.mean() > 0.75
    # Not known only where the window is still open.
    assert (day[~known] > pd.Timestamp("2025-06-01")).all()
    last = customers["customer_id"].map(day.groupby(orders["customer_id"]).max())
    gone = customers["churned_on"].notna()
    assert (customers["churned_on"][gone] == last[gone] + pd.Timedelta(days=365)).all()
    assert (last[~gone].dropna() > pd.Timestamp("2024-12-30")).all()
    assert (contacts["recontact_72h"] == came_back(contacts)).all()


def test_segments_agree_between_tables(tables: dict[str, pd.DataFrame]) -> None:
    segment = tables["customers"].set_index("customer_id")["segment"]
    for name in ("kano_survey", "needs_survey", "needs_tracker"):
        frame = tables[name]
        assert (frame["customer_id"].map(segment).astype(str) == frame["segment"].astype(str)).all()
    asked = tables["needs_survey"].groupby(["wave", "customer_id"])["satisfaction"]
    assert (asked.nunique() == 1).all()
    assert (asked.size() == 14).all()


def test_realism(firm: dict[str, pd.DataFrame]) -> None:
    """The targets of models.md that this slice can meet: a service that looks like one."""
    contacts = firm["contacts"]
    csat = contacts["csat"].dropna().value_counts(normalize=True)
    assert csat.idxmax() == 5
    assert 0.3 < contacts["csat"].notna().mean() < 0.5
    solved = ~contacts["recontact_72h"] & contacts["resolved"]
    assert 0.65 < solved.mean() < 0.80
    again = contacts.groupby("resolved")["recontact_72h"].mean()
    assert again[False] > 4 * again[True]
    assert contacts["opened_at"].dt.hour.value_counts().idxmax() == 10
    assert contacts["channel"].value_counts(normalize=True).min() > 0.02


def test_datapackage_describes_the_files(datasets: Path, tables: dict[str, pd.DataFrame]) -> None:
    package = json.loads((datasets / "datapackage.json").read_text(encoding="utf-8"))
    assert package["licenses"][0]["name"] == "CC0-1.0"
    assert [resource["name"] for resource in package["resources"]] == list(TABLES)
    for resource in package["resources"]:
        header = (datasets / resource["path"]).read_text(encoding="utf-8-sig").split("\n", 1)[0].split(",")
        assert [field["name"] for field in resource["schema"]["fields"]] == header
        assert set(resource["schema"]["primaryKey"]) <= set(header)


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_a_card(name: str, datasets: Path, tables: dict[str, pd.DataFrame]) -> None:
    card = (datasets / "cards" / f"{name}.md").read_text(encoding="utf-8")
    for column in TABLES[name].columns:
        assert f"| `{column.name}` | {column.zh} |" in card
    for heading in ("How it was made", "What to know before using it", "CC0 1.0"):
        assert heading in card
    assert f"{len(tables[name]):,} rows" in card
    assert f"cards/{name}.md" in (datasets / "README.md").read_text(encoding="utf-8")


def test_without_the_generator_the_tables_still_load(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A trainee's bundle may leave the generator out: it knows the true effects."""
    import sys

    for module in [name for name in sys.modules if name.startswith("servicelab.company.firm")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "servicelab.company.firm", None)
    assert len(company.load("features")) == 14
    with pytest.raises(UserError, match="finished tables only"):
        company.generate(tmp_path)
    assert generating is not None
