"""Finding and loading tables, and the descriptions that go with them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.company import tiny

from servicelab import company
from servicelab.company.tables import reading
from servicelab.company.tables.dictionary import TABLES
from servicelab.company.tables.packed import find
from servicelab.errors import UserError
from servicelab.i18n import use


@pytest.fixture
def firm(tmp_path: Path) -> Path:
    """A tiny firm in a folder of its own, written a while ago."""
    (tmp_path / "firm").mkdir()
    tiny.write(tmp_path / "firm")
    for path in (tmp_path / "firm").iterdir():
        settle(path)
    return tmp_path / "firm"


def settle(path: Path, seconds: int = 60) -> None:
    """Let the file look as if it was written so long ago."""
    then = path.stat().st_mtime - seconds
    os.utime(path, (then, then))


def test_data_directory_is_the_nearest_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, datasets: Path) -> None:
    inner = tmp_path / "course" / "lessons" / "01_needs"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert company.data_directory() == datasets
    (tmp_path / "course" / "datasets").mkdir()
    assert company.data_directory() == datasets
    (tmp_path / "course" / "datasets" / "datapackage.json").write_text("{}")
    assert company.data_directory() == tmp_path / "course" / "datasets"


def test_load_gives_useful_types(firm: Path) -> None:
    contacts, orders = company.load("contacts", firm), company.load("orders", firm)
    assert contacts["opened_at"].dtype == "datetime64[s]"
    assert contacts["opened_at"][0] == pd.Timestamp("2023-02-16 09:59:35")
    assert contacts["need"].cat.categories.tolist() == ["functional", "emotional", "normative", "implicit"]
    assert str(contacts["csat"].dtype) == "Int64"
    assert contacts["angry"].dtype == bool
    assert str(orders["repurchased_180d"].dtype) == "boolean"
    assert orders["warehouse"].isna().tolist() == [True, False, False, False]
    assert str(orders["promised_days"].dtype) == "Int64"
    assert company.load("customers", firm)["churned_on"].isna().any()
    assert company.load("kano_survey", firm)["functional"].dtype == "int64"
    assert company.load("calendar", firm)["sale"].cat.categories.tolist() == ["mid_year", "double_11"]


def test_the_code_none_is_a_value(firm: Path) -> None:
    assert company.load("contacts", firm)["remedy"].tolist() == ["apology", "none", "fix", "fix", "both"]


@pytest.mark.parametrize("name", TABLES)
def test_packed_or_not_a_table_is_the_same(name: str, tmp_path: Path) -> None:
    made = {}
    for packed in (True, False):
        folder = tmp_path / str(packed)
        folder.mkdir()
        tiny.put(folder, TABLES[name], tiny.rows(name), packed=packed)
        made[packed] = company.load(name, folder)
    pd.testing.assert_frame_equal(made[True], made[False])
    assert made[True].columns.tolist() == [column.name for column in TABLES[name].columns]
    assert len(made[True]) == len(tiny.rows(name))


@pytest.mark.parametrize("name", TABLES)
def test_any_other_program_reads_a_table_in_one_line(name: str, firm: Path) -> None:
    """As the data's README says."""
    frame = pd.read_csv(firm / TABLES[name].file)
    assert frame.columns.tolist() == tiny.rows(name).columns.tolist()
    assert frame.isna().sum().sum() == (tiny.rows(name) == "").sum().sum()


def test_of_a_zip_and_a_csv_beside_it_the_firms_own_counts(firm: Path) -> None:
    orders, customers = TABLES["orders"], TABLES["customers"]
    tiny.put(firm, orders, tiny.rows("orders").iloc[:1], packed=False)
    assert find(firm, orders) == firm / "orders.csv.zip"
    assert len(company.load("orders", firm)) == 4
    (firm / "orders.csv.zip").unlink()
    assert len(company.load("orders", firm)) == 1
    tiny.put(firm, customers, tiny.rows("customers").iloc[:1], packed=True)
    assert len(company.load("customers", firm)) == 3
    assert find(firm / "nowhere", orders) is None


# --- What was read before ---


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tables that were truly read, in order."""
    parsed, names = reading._parsed, []

    def counting(path: Path, table: object) -> pd.DataFrame:
        names.append(path.name)
        return parsed(path, table)  # type: ignore[arg-type]

    monkeypatch.setattr(reading, "_parsed", counting)
    return names


def test_a_table_is_read_once(firm: Path, counted: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    first = company.load("orders", firm)
    monkeypatch.chdir(firm)
    pd.testing.assert_frame_equal(company.load("orders", "."), first)
    company.load("customers", firm)
    assert counted == ["orders.csv.zip", "customers.csv"]


CHANGES: dict[str, Callable[[pd.DataFrame], object]] = {
    "a cell": lambda frame: frame.loc.__setitem__((0, "amount"), -1.0),
    "a cell by position": lambda frame: frame.iloc.__setitem__((0, 7), -1.0),
    "a column": lambda frame: frame.__setitem__("amount", 0.0),
    "a new column": lambda frame: frame.insert(0, "mine", 1),
    "a column gone": lambda frame: frame.pop("amount"),
    "filled in place": lambda frame: frame.fillna({"satisfaction": 3}, inplace=True),
    "an array": lambda frame: frame["satisfaction"].array.__setitem__(0, 1),
    "headers": lambda frame: setattr(frame, "columns", range(16)),
    "the name of the headers": lambda frame: (
        frame.columns.set_names("x", inplace=True) or setattr(frame.columns, "name", "x")
    ),
    "the index": lambda frame: setattr(frame, "index", frame["order_id"]),
    "the name of the index": lambda frame: setattr(frame.index, "name", "x"),
    "notes": lambda frame: frame.attrs.__setitem__("mine", 1),
}


@pytest.mark.parametrize("name", CHANGES)
def test_changing_what_was_loaded_changes_no_later_load(name: str, firm: Path, counted: list[str]) -> None:
    clean = company.load("orders", firm).copy(deep=True)
    mine = company.load("orders", firm)
    CHANGES[name](mine)
    again = company.load("orders", firm)
    pd.testing.assert_frame_equal(again, clean)
    assert again.columns.name is None
    assert again.index.name is None
    assert again.attrs == {}
    assert counted == ["orders.csv.zip"]


@pytest.mark.parametrize("name", sorted(set(CHANGES) - {"an array"}))
def test_what_shares_its_cells_shares_no_change(name: str, firm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where a class is graded; an array that is written past pandas is a later load of the same notebook's."""
    monkeypatch.setattr(reading, "_apart", True)
    reading.share()
    clean = company.load("orders", firm).copy(deep=True)
    mine, other = company.load("orders", firm), company.load("orders", firm)
    cells = [frame["order_id"].to_numpy() for frame in (mine, other)]
    assert np.shares_memory(*cells) == reading.COPIES_ON_WRITE
    CHANGES[name](mine)
    pd.testing.assert_frame_equal(other, clean)
    pd.testing.assert_frame_equal(company.load("orders", firm), clean)


@pytest.mark.parametrize("column", ["amount", "satisfaction", "on_time", "ordered_at", "order_id", "channel"])
def test_writing_past_pandas_changes_no_later_load(column: str, firm: Path) -> None:
    clean = company.load("orders", firm).copy(deep=True)
    values = company.load("orders", firm)[column].to_numpy()
    # Some of them are read-only: just as good.
    with suppress(ValueError):
        values[0] = values[1]
    pd.testing.assert_frame_equal(company.load("orders", firm), clean)


def test_a_table_that_changed_is_read_again(firm: Path, counted: list[str]) -> None:
    path = firm / TABLES["orders"].file
    assert len(company.load("orders", firm)) == 4
    tiny.put(firm, TABLES["orders"], tiny.rows("orders").iloc[:2])
    settle(path, 30)
    assert len(company.load("orders", firm)) == 2
    # The same size, another moment.
    swapped = tiny.rows("orders").iloc[:2].replace("K00001", "K00002")
    tiny.put(firm, TABLES["orders"], swapped, packed=False)
    path.unlink()
    settle(firm / "orders.csv")
    assert company.load("orders", firm)["customer_id"].eq("K00002").all()
    tiny.put(firm, TABLES["orders"], swapped.replace("K00002", "K00003"), packed=False)
    assert company.load("orders", firm)["customer_id"].eq("K00003").all()
    assert len(counted) == 4


def test_a_table_written_a_moment_ago_is_not_taken_for_read(tmp_path: Path) -> None:
    """A file system's clock may tick only every few milliseconds: many versions of one size within a tick."""
    for number in range(40):
        tiny.put(tmp_path, TABLES["shops"], tiny.rows("shops").assign(size=f"1.{number:02d}"))
        assert company.load("shops", tmp_path)["size"].eq(float(f"1.{number:02d}")).all()


def test_not_everything_is_kept(firm: Path, counted: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_CELLS", tiny.rows("orders").size + tiny.rows("features").size)
    monkeypatch.setattr(reading, "_read_before", OrderedDict())
    for name in ("orders", "shops", "orders", "features", "orders", "shops"):
        company.load(name, firm)
    # The features pushed out what had not been asked for longest: the shops.
    assert counted == ["orders.csv.zip", "shops.csv", "features.csv", "shops.csv"]


def test_unknown_table_is_answered_in_one_sentence() -> None:
    with pytest.raises(UserError, match="There is no table 'order'"):
        company.load("order")


def test_missing_table_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="orders is not in"):
        company.load("orders", tmp_path)


HEADER = "customer_id,segment,city_tier,joined_on,home_shop,opted_in,app_from,churned_on\n"


@pytest.mark.parametrize(
    "content",
    [
        "customer_id,segment\nK00001,senior\n",
        HEADER + "K00001,senior,one,2024-01-01,,True,,\n",
        HEADER + "K00001,martian,1,2024-01-01,,True,,\n",
        HEADER + "K00001,senior,1,2023-02-29,,True,,\n",
        HEADER + "K00001,senior,1,2023-02-28,,True,soon,\n",
        HEADER + "K00001,senior,1,2023-02-28 13:00,,True,,\n",
        HEADER + "K00001,senior,1,2023-02-28,,True,9999-12-31,\n",
        HEADER + "K00001,senior,1,20230228,,True,,\n",
        HEADER + "K00001,senior,1,2023,,True,,\n",
        HEADER + "K00001,senior,1,2023-02-28,,True,,,\n",
        HEADER + ",senior,1,2024-01-01,,True,,\n",
        HEADER + "K00001,,1,2024-01-01,,True,,\n",
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


def test_columns_of_a_companys_own_are_kept(tmp_path: Path) -> None:
    tiny.put(tmp_path, TABLES["features"], tiny.rows("features").assign(owner="logistics"))
    assert (company.load("features", tmp_path)["owner"] == "logistics").all()


def test_tables_lists_what_is_there(tmp_path: Path) -> None:
    assert company.tables()["table"].tolist() == list(TABLES)
    (tmp_path / "orders.csv").touch()
    (tmp_path / "contacts.csv.zip").touch()
    assert company.tables(tmp_path)["table"].tolist() == ["orders", "contacts"]


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


def test_localised_shows_headers_and_values(firm: Path) -> None:
    contacts = company.load("contacts", firm)
    with use("zh"):
        shown = company.localised("contacts", contacts.assign(mine=1))
    assert "需求类别" in shown
    assert "mine" in shown
    assert set(shown["需求类别"]) <= {"功能性需求", "情感性需求", "规范性需求", "隐含需求"}
    assert contacts["need"].dtype == "category"


def test_loading_needs_neither_sklearn_nor_the_generator(root: Path) -> None:
    code = (
        "import sys; from servicelab.company import load; load('features');"
        "late = [m for m in sys.modules if m.split('.')[0] in ('sklearn', 'jieba', 'matplotlib')"
        " or m.startswith(('servicelab.company.simulation', 'servicelab.company.voices',"
        " 'servicelab.company.generating'))]; print(late)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert ran.stdout.strip() == "[]"
