"""Finding and loading tables, and the descriptions that go with them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from servicelab import company
from servicelab.company.dictionary import TABLES
from servicelab.errors import UserError
from servicelab.i18n import use


def test_data_directory_is_the_nearest_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, datasets: Path) -> None:
    inner = tmp_path / "course" / "lessons" / "01_needs"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert company.data_directory() == datasets
    (tmp_path / "course" / "datasets").mkdir()
    assert company.data_directory() == datasets
    (tmp_path / "course" / "datasets" / "datapackage.json").write_text("{}")
    assert company.data_directory() == tmp_path / "course" / "datasets"


def test_load_gives_useful_types(tables: dict[str, pd.DataFrame]) -> None:
    contacts, orders = tables["contacts"], tables["orders"]
    assert contacts["opened_at"].dtype.kind == "M"
    assert contacts["need"].cat.categories.tolist() == ["functional", "emotional", "normative", "implicit"]
    assert str(contacts["csat"].dtype) == "Int64"
    assert contacts["angry"].dtype == bool
    assert str(orders["repurchased_180d"].dtype) == "boolean"
    assert tables["customers"]["churned_on"].isna().any()
    assert tables["kano_survey"]["functional"].dtype == "int64"


def test_the_code_none_is_a_value(tables: dict[str, pd.DataFrame]) -> None:
    assert tables["contacts"]["remedy"].isna().sum() == 0
    assert (tables["contacts"]["remedy"] == "none").sum() > 100


@pytest.mark.parametrize("name", TABLES)
def test_a_small_table_survives_the_round_trip(name: str, tables: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    from servicelab.company.firm.generating import write_table

    write_table(tmp_path / f"{name}.csv", tables[name].head(50))
    pd.testing.assert_frame_equal(company.load(name, tmp_path), tables[name].head(50))


def test_unknown_table_is_answered_in_one_sentence() -> None:
    with pytest.raises(UserError, match="There is no table 'order'"):
        company.load("order")


def test_missing_table_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="orders is not in"):
        company.load("orders", tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        "customer_id,segment\nK0001,senior\n",
        "customer_id,segment,city_tier,joined_on,opted_in,churned_on\nK0001,senior,one,2024-01-01,True,\n",
        "customer_id,segment,city_tier,joined_on,opted_in,churned_on\nK0001,martian,1,2024-01-01,True,\n",
        "customer_id,segment,city_tier,joined_on,opted_in,churned_on\nK0001,senior,1,2023-02-29,True,\n",
        "customer_id,segment,city_tier,joined_on,opted_in,churned_on\n,senior,1,2024-01-01,True,\n",
        "",
    ],
)
def test_a_table_that_does_not_fit_points_at_the_check(content: str, tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text(content)
    with pytest.raises(UserError, match="servicelab data check"):
        company.load("customers", tmp_path)


def test_a_table_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_bytes("客户,segment\n一,二\n".encode("gbk"))
    with pytest.raises(UserError, match="servicelab data check"):
        company.load("customers", tmp_path)


def test_columns_of_a_companys_own_are_kept(tables: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    from servicelab.company.firm.generating import write_table

    write_table(tmp_path / "features.csv", tables["features"].assign(owner="logistics"))
    assert (company.load("features", tmp_path)["owner"] == "logistics").all()


def test_tables_lists_what_is_there(tmp_path: Path) -> None:
    assert company.tables()["table"].tolist() == list(TABLES)
    (tmp_path / "orders.csv").touch()
    assert company.tables(tmp_path)["table"].tolist() == ["orders"]


def test_both_languages_describe_every_column() -> None:
    for name, table in TABLES.items():
        for lang in ("en", "zh"):
            with use(lang):
                described = company.describe(name)
            assert described["column"].tolist() == [column.name for column in table.columns]
            assert (described["header"].str.len() > 0).all()
            assert (described["meaning"].str.len() > 0).all()
    with use("zh"):
        assert company.label("contacts", "need", "implicit") == "隐含需求"


def test_localised_shows_headers_and_values(tables: dict[str, pd.DataFrame]) -> None:
    contacts = tables["contacts"].head(3)
    with use("zh"):
        shown = company.localised("contacts", contacts.assign(mine=1))
    assert "需求类别" in shown
    assert "mine" in shown
    assert set(shown["需求类别"]) <= {"功能性需求", "情感性需求", "规范性需求", "隐含需求"}
    assert contacts["need"].dtype == "category"


def test_loading_needs_neither_pandera_nor_sklearn_nor_the_generator(root: Path) -> None:
    code = (
        "import sys; from servicelab.company import load; load('features');"
        "late = [m for m in sys.modules if m.split('.')[0] in ('pandera', 'sklearn', 'jieba', 'matplotlib')"
        " or m.startswith('servicelab.company.firm')]; print(late)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert ran.stdout.strip() == "[]"
