"""A grid of scenarios as a file in `grading/runs/` declares it: what is changed, how often it is run, what is read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import yaml

from servicelab.company.generating.gauges import Gauge
from servicelab.company.simulation import PayScheme, Scenario
from servicelab.company.tables.dictionary import subjects, table_of
from servicelab.company.tables.schema import Table
from servicelab.course.declared import Declared, Fault, Rule, mistakes, read
from servicelab.course.rubricfile import Both
from servicelab.errors import UserError
from servicelab.files.yamllines import as_written, read_lined
from servicelab.i18n import _

#: One replicate misleads, and so do a few: a tenth of twenty is two.
LEAST = 20
#: What a grid, a point or a gauge is called: it becomes a file's name, a pattern for files, a column.
NAMED = re.compile(r"[a-z][a-z0-9_]{0,39}")
NAMING = "Use small letters, digits and _, a letter first, 40 at most"
#: Bytes of a written file: what a page may wait for.
LARGEST = 300_000


@dataclass(frozen=True)
class Change(Declared):
    """Decisions from a day on, by the names that `Scenario` has for them."""

    since: date
    decide: Mapping[str, object]


@dataclass(frozen=True)
class Point(Declared):
    """One way of running the firm; without changes, the firm as it is."""

    title: Both
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Grid(Declared):
    """A grid: the same replicates of every point, each replicate with the same luck at all of them.

    The first point is the base: staff is planned for it, whatever another point changes, and nobody is hired for that.
    Every run begins with the records, in January 2023: a firm that starts later starts with half its members.
    """

    question: Both
    subject: str
    replicates: Annotated[int, Rule(f"there must be at least {LEAST} replicates", f"Write {LEAST}", LEAST.__le__)]
    seed: Annotated[int, Rule("seed must be a whole number", "Write seed: 1", (0).__le__)]
    months: Annotated[int, Rule("months must be from 1 to 36", "Write months: 36", range(1, 37).__contains__)]
    scale: Annotated[float, Rule("scale must be above 0, at most 1", "Write scale: 1", lambda scale: 0 < scale <= 1)]
    points: Mapping[str, Point]
    gauges: Mapping[str, Gauge]

    def faults(self) -> Iterator[Fault]:
        """Nothing to run or to read, names that lead out of the folder of outcomes, days that are never run."""
        for kind, names in (("points", self.points), ("gauges", self.gauges)):
            if not names:
                yield Fault((kind,), f"there are no {kind}", "Write one at least")
            for name in names:
                if not NAMED.fullmatch(name):
                    yield Fault((kind, name), f"“{name}” is no name", NAMING)
        start, over = self._days()
        for name, gauge in self.gauges.items():
            for which, day in (("first", gauge.first), ("last", gauge.last)):
                if day is not None and not start <= day < over:
                    yield Fault(("gauges", name, which), f"{day} is no day of the run", "Take a day of its months")

    def _days(self) -> tuple[date, date]:
        """First day of the run, and first day after it."""
        start = Scenario.start
        months = start.month - 1 + self.months
        return start, date(start.year + months // 12, months % 12 + 1, 1)

    def scenario(self, point: str, replicate: int) -> Scenario:
        """What is run for one row. Raises ValueError for a change that cannot be."""
        base = Scenario(seed=self.seed + replicate - 1, months=self.months, scale=self.scale)
        names = list(self.points)
        planned = self._changed(base, names[0])
        return planned if point == names[0] else self._changed(base, point).but(plan_from=planned)

    def _changed(self, base: Scenario, point: str) -> Scenario:
        changes = [
            (change.since, {name: _decided(name, value) for name, value in change.decide.items()})
            for change in self.points[point].changes
        ]
        return base.but(changes=tuple(changes))

    def described(self) -> str:
        """The table of its outcomes, declared as the firm's other tables are."""
        row_zh, row = "一个方案的一次模拟", "one run of one way of running the firm"
        fields: list[dict[str, Any]] = [
            {
                "name": "point", "type": "category", "title_zh": "方案",
                "description": "What was decided; the first is the firm as it is",
                "description_zh": "采取的方案；第一个为照旧",
                "categories": {name: [point.title.en, point.title.zh] for name, point in self.points.items()},
            },
            {
                "name": "replicate", "type": "integer", "title_zh": "次序",
                "description": "Number of the run; runs with the same number have the same luck at every point",
                "description_zh": "模拟的编号；编号相同的各方案遇到的随机情况相同",
                "constraints": {"minimum": 1},
            },
        ]  # fmt: skip
        for name, gauge in self.gauges.items():
            said: dict[str, Any] = {
                "name": name, "type": "number", "title_zh": gauge.title.zh, "description": gauge.title.en,
                "description_zh": gauge.title.zh,
            }  # fmt: skip
            if gauge.unit:
                said["unit"] = gauge.unit
            fields.append(said | {"decimals": gauge.decimals, "constraints": {"required": False}})
        said = {
            "title": self.question.en, "title_zh": self.question.zh, "row": row, "row_zh": row_zh,
            "subject": self.subject, "packed": True, "primaryKey": ["point", "replicate"], "fields": fields,
        }  # fmt: skip
        return yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=120)

    def table(self, name: str) -> Table:
        """The same as a table. Raises UserError for what no table can be."""
        root = as_written(self.described(), f"{name}.yml")
        assert root is not None
        return table_of(name, root, {}, subjects())


def _decided(name: str, value: object) -> object:
    if name == "pay" and isinstance(value, Mapping):
        return PayScheme(**value)
    return tuple(value) if isinstance(value, list) else value


def read_grid(path: Path) -> Grid:
    """The grid that a file declares.

    Raises UserError, with file and line, when the file cannot be read, is not as declared, or names what cannot be run.
    """
    lined = read_lined(path)

    def wrong(line: int, problem: str) -> UserError:
        return UserError(_("{file}, line {line}: {problem}.", file=path, line=line, problem=problem))

    if not NAMED.fullmatch(path.stem):
        raise wrong(1, f"“{path.stem}” is no name for a grid. {NAMING}")
    for fault in mistakes(Grid, lined.data):
        raise wrong(lined.line(*fault.path), f"{fault.problem}. {fault.remedy}")
    grid = read(Grid, lined.data)
    for point in grid.points:
        try:
            grid.scenario(point, 1)
        except (TypeError, ValueError) as error:
            raise wrong(lined.line("points", point), str(error)) from error
    grid.table(path.stem)
    return grid
