"""Runs: what came of ways of running the firm that were tried on its simulator; outcomes, never effects.

They are no tables of the firm, so they stand in a folder of their own in that of the datasets, each with its
description (``runs/NAME.yml``, as the firm's tables are declared) beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from servicelab.company.tables.dictionary import subjects, table_of
from servicelab.company.tables.reading import data_directory, loaded
from servicelab.company.tables.schema import Table
from servicelab.course.layout import RUNS
from servicelab.errors import UserError
from servicelab.files.yamllines import Node, NotYaml, as_written
from servicelab.i18n import _, language

#: Of the replicates, the share between low and high of `Runs.summary`.
MIDDLE = 0.8


@dataclass(frozen=True)
class Runs:
    """The outcomes of a grid.

    Attributes
    ----------
    table : what the columns are
    frame : one row a point and replicate: `point`, `replicate`, a column a gauge; replicates of the same number have
        the same luck at every point
    """

    table: Table
    frame: pd.DataFrame

    @property
    def question(self) -> str:
        """What was asked, in the running language."""
        return self.table.title_zh if language() == "zh" else self.table.title

    @property
    def points(self) -> dict[str, str]:
        """The ways of running the firm, with their titles in the running language; the first is the firm as it is."""
        at = 1 if language() == "zh" else 0
        return {str(code): labels[at] for code, labels in self.table.column("point").values.items()}

    def happened(self, seed: int) -> int:
        """The number of one replicate, drawn: what "happened", at every point the same luck."""
        numbers = np.unique(self.frame["replicate"].to_numpy())
        return int(np.random.default_rng(seed).choice(numbers))

    def summary(self, gauge: str, *, seed: int, middle: float = MIDDLE) -> pd.DataFrame:
        """A gauge at every point: `mean`, `low` and `high` of the middle of the replicates, and one that `happened`.

        Raises UserError for a gauge that the runs have not, ValueError for a `middle` outside (0, 1).

        >>> from servicelab import company
        >>> waits = company.runs("phone_agents").summary("mean_wait", seed=3)
        >>> bool(waits["mean"].is_monotonic_increasing), bool((waits["low"] <= waits["happened"]).any())
        (True, True)
        """
        gauges = [column.name for column in self.table.columns if column.name not in self.table.key]
        if gauge not in gauges:
            raise UserError(
                _("The runs {name} have no gauge {gauge!r}: they have {gauges}.",
                  name=self.table.name, gauge=gauge, gauges=", ".join(gauges))
            )  # fmt: skip
        if not 0 < middle < 1:
            raise ValueError("middle must be between 0 and 1, both excluded")
        by_point = self.frame.groupby("point", observed=True)[gauge]
        one = self.frame[self.frame["replicate"] == self.happened(seed)].set_index("point")[gauge]
        found = pd.DataFrame(
            {
                "mean": by_point.mean(),
                "low": by_point.quantile((1 - middle) / 2),
                "high": by_point.quantile((1 + middle) / 2),
                "happened": one,
            }
        )
        found.index = pd.Index(found.index.astype(str), name="point")
        return found.loc[list(self.points)]


def runs(name: str, directory: str | Path | None = None) -> Runs:
    """The outcomes of the grid of that name; `directory` is that of the datasets, `data_directory()` unless given.

    Raises UserError when there are none of that name, or the file does not fit its description.

    >>> list(runs("phone_agents").points)
    ['as_planned', 'one_person_fewer', 'two_people_fewer']
    """
    folder = (Path(directory) if directory is not None else data_directory()) / RUNS
    there = [path.stem for path in all_runs(folder)]
    if name not in there:
        raise UserError(
            _("There are no runs {name!r} in {folder}, which has {names}.",
              name=name, folder=folder, names=", ".join(there) or "–")
        )  # fmt: skip
    table = declared_runs(folder / f"{name}.yml")
    return Runs(table, loaded(table, folder))


def declared_runs(path: Path) -> Table:
    """The table that a description declares. Raises UserError with file and line when it cannot be one."""
    try:
        root = as_written(path.read_text(encoding="utf-8-sig"), str(path))
    except NotYaml as error:
        raise error.told(path) from error
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(_("{path} cannot be read ({reason}).", path=path, reason=error)) from error
    return table_of(path.stem, root if root is not None else Node(str(path), 1), {}, subjects())


def all_runs(folder: Path) -> list[Path]:
    """The descriptions of all runs that stand in a folder."""
    return sorted(folder.glob("*.yml"))
