"""What an import and a check say on a console: a line a finding, in the language asked for."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from servicelab.cli import main
from servicelab.company.tables.checking import in_words
from servicelab.company.tables.dictionary import KNOWN

from .conftest import CALLS, HEADER, ROW

MOST = f"{KNOWN['calls'].column('wait').high:g}"


@pytest.fixture
def export(tmp_path: Path) -> list[str]:
    """The arguments of an import with one negative wait."""
    (tmp_path / "mapping.yml").write_text(CALLS, encoding="utf-8")
    (tmp_path / "export.csv").write_text(HEADER + ROW + ROW.replace("1,", "2,", 1).replace(",12,", ",-12,"))
    return ["data", "import", *(str(tmp_path / name) for name in ("mapping.yml", "export.csv")), "--out", str(tmp_path)]


def test_a_finding_is_a_line_that_can_be_acted_on(export: list[str], tmp_path: Path, capsys) -> None:
    assert main([*export[:-1], str(tmp_path / "out")]) == 1
    said = capsys.readouterr()
    line = said.out.splitlines()[0]
    assert (
        line == f"calls · row 3 · wait · -12: The value is not one that wait can have. Use a number from 0 to {MOST}."
    )
    assert said.err.startswith("export.csv: 2 rows read; in ")
    assert "Rows set aside: 1, in " in said.err


def test_it_is_said_in_chinese_where_chinese_is_asked_for(export: list[str], tmp_path: Path, capsys) -> None:
    assert main([*export[:-1], str(tmp_path / "out"), "--lang", "zh"]) == 1
    said = capsys.readouterr()
    assert (
        said.out.splitlines()[0] == f"calls · 第 3 行 · wait · -12：这个值不是 wait 允许的。请用 0 到 {MOST} 之间的数。"
    )
    assert "读了 2 行" in said.err
    assert main(["data", "check", str(tmp_path / "out"), "--lang", "zh"]) == 0
    assert "每张表" in capsys.readouterr().out


def test_check_speaks_as_import_does(export: list[str], tmp_path: Path, capsys) -> None:
    main([*export[:-1], str(tmp_path / "out")])
    path = tmp_path / "out" / "calls.csv"
    path.write_text(path.read_text(encoding="utf-8-sig").replace("2025-11-11", "2023-02-29"), encoding="utf-8")
    capsys.readouterr()
    assert main(["data", "check", str(tmp_path / "out")]) == 1
    said = capsys.readouterr()
    assert said.out.startswith("calls · row 2 · arrived_at · 2023-02-29 09:30:00: This is not a date with a time.")
    assert "(findings above: 1)" in said.err


def test_a_finding_of_a_whole_table_has_no_row() -> None:
    whole = {
        "table": "calls",
        "row": pd.NA,
        "column": "wait",
        "value": "",
        "problem": "It is missing.",
        "remedy": "Add.",
    }
    assert list(in_words(pd.DataFrame([whole]))) == ["calls · wait: It is missing. Add."]
