"""All tables of the firm at one scale and seed, written whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from servicelab.company.describing import write_description
from servicelab.company.dictionary import TABLES
from servicelab.company.firm import mechanisms
from servicelab.company.firm.contacts import make_contacts
from servicelab.company.firm.orders import churn_day, make_customers, make_orders
from servicelab.company.firm.surveys import make_kano_survey, make_needs_survey, make_needs_tracker
from servicelab.company.firm.voices import make_voices
from servicelab.company.reading import ENCODING
from servicelab.errors import UserError
from servicelab.i18n import _


def make_features() -> pd.DataFrame:
    """The list of service features."""
    columns = ["name_en", "name_zh", "description_en", "description_zh"]
    frame = pd.DataFrame.from_dict(mechanisms.FEATURES, orient="index", columns=columns)
    return frame.rename_axis("feature_id").reset_index()


def make_tables(scale: float, seed: int) -> Iterator[tuple[str, pd.DataFrame]]:
    """Each table's name and rows, in the dictionary's order of columns."""
    customers = make_customers(seed, scale)
    orders = make_orders(seed, customers)
    customers["churned_on"] = churn_day(customers, orders)
    makers: dict[str, Callable[[], pd.DataFrame]] = {
        "customers": lambda: customers,
        "features": make_features,
        "orders": lambda: orders,
        "contacts": lambda: make_contacts(seed, customers, orders),
        "voices": make_voices,
        "kano_survey": lambda: make_kano_survey(seed, customers, scale),
        "needs_survey": lambda: make_needs_survey(seed, customers, scale),
        "needs_tracker": lambda: make_needs_tracker(seed, customers, scale),
    }
    for name, make in makers.items():
        yield name, make()[[column.name for column in TABLES[name].columns]]


def write_firm(folder: Path, scale: float, seed: int) -> None:
    """Make all tables, their cards and ``datapackage.json``; see `servicelab.company.generate`."""
    if not scale > 0:
        raise UserError(_("The scale is {scale}; give a number above 0, such as 1.", scale=scale))
    rows: dict[str, int] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, frame in make_tables(scale, seed):
            write_table(folder / TABLES[name].file, frame)
            rows[name] = len(frame)
        write_description(folder, rows, scale, seed)
    except OSError as error:
        raise UserError(
            _("{folder} cannot be written ({reason}): choose another folder.", folder=folder, reason=error.strerror)
        ) from error


def write_table(path: Path, frame: pd.DataFrame) -> None:
    """Write a table as CSV that pandas and a Chinese spreadsheet read alike: UTF-8 with BOM, LF, empty for missing."""
    shown = frame.copy()
    described = TABLES[path.stem]
    for column in described.columns:
        if column.kind == "date":
            shown[column.name] = pd.to_datetime(shown[column.name]).dt.strftime("%Y-%m-%d")
        elif column.kind == "datetime":
            shown[column.name] = pd.to_datetime(shown[column.name]).dt.strftime("%Y-%m-%d %H:%M")
        elif column.kind == "number":
            shown[column.name] = shown[column.name].map("{:.1f}".format)
    partial = path.with_name(path.name + ".partial")
    shown.to_csv(partial, index=False, encoding=ENCODING, lineterminator="\n")
    partial.replace(path)
