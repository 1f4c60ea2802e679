"""Cells that a spreadsheet would run."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest

from .conftest import BANK, LINES

FORMULAS = ["=1+1", "=cmd|' /C calc'!A0", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "\t=1", "＝1+1"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_cell_that_a_spreadsheet_would_run_is_made_text_and_named(answer, formula: str) -> None:
    row = dict(zip(BANK.strip().split("\t"), LINES[0].strip().split("\t"), strict=True)) | {"type": formula}
    text = io.StringIO()
    writer = csv.DictWriter(text, row, delimiter="\t", lineterminator="\n")
    writer.writeheader()
    writer.writerow(row)
    code, said, out = answer(text.getvalue())
    assert code == 1
    assert "as a formula" in said
    for path in out.glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for cells in csv.reader(file):
                assert not any(cell.lstrip()[:1] in tuple("=@＝") or cell[:1] in ("+", "\t") for cell in cells)


def test_numbers_and_dashes_are_no_formulas(answer) -> None:
    mapping = "source: {format: csv}\ntables:\n  tickets:\n    columns: {ticket_id: id, opened_at: at, text: t}\n"
    code, said, out = answer("id,at,t\n1,2025-01-02,-5\n2,2025-01-02,- my lamp is broken\n", mapping)
    assert code == 0, said
    assert pd.read_csv(out / "tickets.csv", dtype=str)["text"].tolist() == ["-5", "'- my lamp is broken"]
