"""Outcomes of a grid as a lesson reads them: mean, middle, one that happened; and what a check finds in them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from servicelab import company, i18n
from servicelab.company.tables.runs import Runs
from servicelab.course.layout import RUNS
from servicelab.errors import UserError

DESCRIBED = """
title: What if?
title_zh: 会怎样？
row: one run
row_zh: 一次模拟
subject: service
packed: true
primaryKey: [point, replicate]
fields:
- {name: point, type: category, title_zh: 方案, description: Point, description_zh: 方案,
   categories: {more: [More agents, 增加人手], as_is: [As it is, 照旧]}}
- {name: replicate, type: integer, title_zh: 次序, description: Run, description_zh: 次序, constraints: {minimum: 1}}
- {name: wait, type: number, title_zh: 等待, description: Wait, description_zh: 等待, unit: s}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Datasets with one table, and eleven runs of two points: 0, 1, … 10 seconds, and ten times that."""
    (tmp_path / RUNS).mkdir()
    (tmp_path / RUNS / "small.yml").write_text(DESCRIBED, encoding="utf-8")
    write(tmp_path, [(point, k + 1, k * times) for point, times in (("as_is", 10), ("more", 1)) for k in range(11)])
    lines = "line,opens,closes,side_by_side,takes_messages\nphone,09:00,21:00,1,False\n"
    (tmp_path / "lines.csv").write_text(lines, encoding="utf-8")
    return tmp_path


def write(folder: Path, rows: list[tuple[object, ...]]) -> None:
    pd.DataFrame(rows, columns=["point", "replicate", "wait"]).to_csv(folder / RUNS / "small.csv", index=False)


def test_a_summary_has_mean_middle_and_one_that_happened(folder: Path) -> None:
    found = company.runs("small", folder)
    summary = found.summary("wait", seed=1)
    # In the order of the description, whatever that of the rows.
    assert summary.index.tolist() == ["more", "as_is"]
    assert summary["mean"].tolist() == [5, 50]
    assert summary[["low", "high"]].to_numpy().ravel() == pytest.approx([1, 9, 10, 90])
    # The same luck at both points.
    assert summary.loc["as_is", "happened"] == 10 * summary.loc["more", "happened"]
    assert found.summary("wait", seed=1, middle=0.6)["low"].tolist() == pytest.approx([2, 20])


def test_another_seed_is_another_happening_and_the_same_one_the_same(folder: Path) -> None:
    found = company.runs("small", folder)
    drawn = [found.happened(seed) for seed in range(40)]
    assert drawn == [found.happened(seed) for seed in range(40)]
    assert set(drawn) <= set(range(1, 12))
    assert len(set(drawn)) > 5


def test_titles_are_in_the_running_language(folder: Path) -> None:
    found = company.runs("small", folder)
    assert (found.question, found.points) == ("What if?", {"more": "More agents", "as_is": "As it is"})
    with i18n.use("zh"):
        assert (found.question, found.points["as_is"]) == ("会怎样？", "照旧")


def test_what_is_not_there_is_told(folder: Path) -> None:
    with pytest.raises(UserError, match=r"no runs 'large' in .*, which has small"):
        company.runs("large", folder)
    with pytest.raises(UserError, match="no gauge 'csat': they have wait"):
        company.runs("small", folder).summary("csat", seed=1)
    with pytest.raises(ValueError, match="middle"):
        company.runs("small", folder).summary("wait", seed=1, middle=1.0)
    (folder / RUNS / "small.csv").unlink()
    with pytest.raises(UserError, match="table small is not in"):
        company.runs("small", folder)
    (folder / RUNS / "small.yml").write_text("title: 3", encoding="utf-8")
    with pytest.raises(UserError, match=r"small\.yml, line 1"):
        company.runs("small", folder)


def test_a_check_looks_at_runs_too(folder: Path) -> None:
    assert company.check(folder).empty
    assert company.check(folder / RUNS).empty
    write(folder, [("as_is", 1, 3.0), ("as_is", 1, 4.0), ("other", 0, 4.0)])
    found = company.check(folder)
    assert set(found["table"]) == {"small"}
    assert {"point", "replicate"} <= {name for names in found["column"] for name in names.split(", ")}
    (folder / RUNS / "small.csv").unlink()
    assert company.check(folder)["problem"].tolist() == ["The file is not there."]
    (folder / RUNS / "small.yml").write_text("[", encoding="utf-8")
    assert company.check(folder)["value"].tolist() == ["small.yml"]


def test_runs_are_no_table_of_the_firm(folder: Path) -> None:
    assert company.tables(folder)["table"].tolist() == ["lines"]
    assert isinstance(company.runs("small", folder), Runs)
