"""Two real logs, mutilated as exports are: each copy gets a clear finding and an exit code, never a traceback."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

pytestmark = pytest.mark.realdata

Damage = Callable[[list[bytes]], list[bytes]]
#: Enough of the bank's month; the help desk's log is short.
MOST = 4_000


class Log:
    """A real export as lines, the header first, and the mapping that fits it."""

    def __init__(self, path: Path, mapping: str, sign: bytes, table: str) -> None:
        self.lines = path.read_bytes().splitlines()[: MOST + 1]
        self.header = self.lines[0].decode().split(sign.decode())
        self.mapping, self.sign, self.table, self.name = mapping, sign, table, path.name

    def change(self, row: int, column: str, value: bytes) -> Damage:
        """One cell; the row as a spreadsheet counts it."""

        def damage(lines: list[bytes]) -> list[bytes]:
            cells = lines[row - 1].split(self.sign)
            cells[self.header.index(column)] = value
            return [*lines[: row - 1], self.sign.join(cells), *lines[row:]]

        return damage

    def swap(self, one: str, two: str) -> Damage:
        """Two columns change places in every row; the header stays."""
        a, b = self.header.index(one), self.header.index(two)

        def damage(lines: list[bytes]) -> list[bytes]:
            rows = [line.split(self.sign) for line in lines[1:]]
            for cells in rows:
                cells[a], cells[b] = cells[b], cells[a]
            return [lines[0], *(self.sign.join(cells) for cells in rows)]

        return damage


@pytest.fixture(params=["bank", "help desk"])
def log(request: pytest.FixtureRequest, real_data: Path) -> Log:
    if request.param == "bank":
        return Log(real_data / "anonymous_bank" / "data_anonymous_bank_february.txt", "bank-call-log", b"\t", "calls")
    return Log(real_data / "helpdesk_log" / "helpdesk.csv", "help-desk-csv", b",", "event_log")


@pytest.fixture
def told(answer, log: Log) -> Callable[[bytes], tuple[str, pd.DataFrame, Path]]:
    """Import a mutilated copy, which must fail without a traceback; what was said, the findings, the folder."""

    def told(export: bytes) -> tuple[str, pd.DataFrame, Path]:
        code, said, out = answer(export, log.mapping, log.name)
        assert code == 1
        assert "Traceback" not in said
        findings = out / "findings.csv"
        return said, pd.read_csv(findings) if findings.exists() else pd.DataFrame(), out

    return told


def refused(said: str, out: Path, log: Log) -> str:
    """The one sentence that refuses an export as a whole."""
    assert not (out / f"{log.table}.csv").exists()
    (sentence,) = said.strip().splitlines()
    return sentence


def test_the_sound_copy_is_taken(answer, log: Log) -> None:
    code, said, out = answer(b"\r\n".join(log.lines), log.mapping, log.name)
    assert code == 0, said
    assert (out / f"{log.table}.csv").is_file()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_wide_signs(told, log: Log, encoding: str) -> None:
    said, _findings, out = told(b"\n".join(log.lines).decode().encode(encoding))
    assert f"set `encoding: {encoding}`" in refused(said, out, log)


def test_chinese_in_gbk(told, log: Log) -> None:
    """As Excel saves it on a Chinese computer; in the bank's log only some rows hold a name."""
    lines = [
        line.replace(b"DORIT", "张伟".encode("gbk")) if log.table == "calls"
        else re.sub(rb",1,", ",开单,".encode("gbk"), line)
        for line in log.lines
    ]  # fmt: skip
    assert sum(not line.isascii() for line in lines) > 50
    said, _findings, out = told(b"\n".join(lines))
    assert "set `encoding: gb18030` in the mapping" in refused(said, out, log)


def test_one_line_in_gbk_costs_that_line(told, log: Log) -> None:
    column = "server" if log.table == "calls" else "ActivityID"
    said, findings, out = told(b"\n".join(log.change(2_001, column, "张伟".encode("gbk"))(log.lines)))
    assert "Rows set aside: 1" in said
    assert findings.row.tolist() == [2_001]
    assert "not utf-8 text" in findings.problem[0]
    assert len(pd.read_csv(out / "rejects.csv")) == 1


def test_swapped_columns_of_one_kind(told, log: Log) -> None:
    if log.table == "calls":
        # Both hold seconds: only the clock times beside them tell.
        said, findings, _out = told(b"\n".join(log.swap("q_time", "ser_time")(log.lines)))
        assert "not the time from q_start to q_exit" in said
        assert "whether columns have changed places" in said
        assert set(findings.column) == {"wait", "service"}
    else:
        # Both hold numbers: only the log as a whole tells.
        said, findings, _out = told(b"\n".join(log.swap("CaseID", "ActivityID")(log.lines)))
        assert "whether case and activity have changed places" in said
        assert findings.column.tolist() == ["activity"]


def test_swapped_columns_of_two_kinds(told, log: Log) -> None:
    pair = ("date", "type") if log.table == "calls" else ("ActivityID", "CompleteTimestamp")
    said, _findings, out = told(b"\n".join(log.swap(*pair)(log.lines)))
    assert "is it the right mapping" in said
    assert "not a date with a time" in said
    assert not (out / f"{log.table}.csv").exists()
    assert len(pd.read_csv(out / "rejects.csv")) > 3_900


def test_duplicate_ids(told, log: Log) -> None:
    said, findings, _out = told(b"\n".join([*log.lines, *log.lines[100:102]]))
    last = len(log.lines)
    if log.table == "calls":
        assert findings.row.tolist() == [last + 1, last + 2]
        assert set(findings.problem) == {"The key stands more than once."}
        assert "Rows set aside: 2" in said
    else:
        # An event has no number of its own; a case that comes again where every other stands together is named.
        assert "this case stood further up already" in said
        assert findings.row.between(last + 1, last + 2).all()


def test_negative_durations(told, log: Log) -> None:
    if log.table == "calls":
        for column, name in (("q_time", "wait"), ("ser_time", "service")):
            row = next(n for n, line in enumerate(log.lines[1:], 2) if line.split(b"\t")[12] == b"AGENT")
            said, findings, _out = told(b"\n".join(log.change(row, column, b"-31")(log.lines)))
            assert findings[["row", "column", "value"]].to_numpy().tolist()[0] == [row, name, -31]
            assert f"not one that {name} can have" in said
    else:
        # A step that ends days before the one above it took less than no time.
        before = pd.Timestamp(log.lines[101].decode().split(",")[2]) - pd.Timedelta("3D")
        assert log.lines[99].split(b",")[0] == log.lines[100].split(b",")[0]
        said, findings, _out = told(b"\n".join(log.change(101, "CompleteTimestamp", str(before).encode())(log.lines)))
        assert "before the event that stands above it in the same case" in said
        assert findings.row.tolist() == [101]


def test_a_day_that_never_was(told, log: Log) -> None:
    column, value = ("date", b"230229") if log.table == "calls" else ("CompleteTimestamp", b"2023-02-29 09:00:00")
    said, findings, _out = told(b"\n".join(log.change(101, column, value)(log.lines)))
    assert findings.row.tolist() == [101]
    assert "not a date with a time" in findings.problem[0]
    assert value.decode() in findings.value[0]
    assert "Rows set aside: 1" in said


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\r\n\r\n"])
def test_an_empty_file(told, log: Log, content: bytes) -> None:
    said, _findings, out = told(content)
    assert "is empty: export it again" in refused(said, out, log)


def test_a_header_alone(told, log: Log) -> None:
    said, _findings, out = told(log.lines[0] + b"\n")
    assert "has a header and no rows" in refused(said, out, log)


def test_a_header_that_never_ends(told, log: Log) -> None:
    said, _findings, out = told((b"column" + log.sign) * 400_000 + b"\n" + b"\n".join(log.lines[1:]))
    assert "line 1: the line is longer than" in refused(said, out, log)


def test_a_file_of_ten_gigabytes(answer, log: Log, tmp_path: Path) -> None:
    immense = tmp_path / log.name
    with immense.open("wb") as file:
        file.write(b"\n".join(log.lines))
        file.truncate(10 << 30)  # a hole: it takes no space
    code, said, out = answer(immense, log.mapping)
    assert code == 1
    assert "holds more than 2048 MB" in refused(said, out, log)


@pytest.mark.parametrize("formula", [b"=HYPERLINK(1)", b"@SUM(A1)", b"+cmd|' /C calc'!A0"])
def test_cells_that_a_spreadsheet_would_run(told, log: Log, formula: bytes) -> None:
    column, name = ("type", "kind") if log.table == "calls" else ("CaseID", "case_id")
    said, findings, out = told(b"\n".join(log.change(101, column, formula)(log.lines)))
    assert "as a formula" in said
    assert findings.row.tolist()[0] == 101
    text = (out / f"{log.table}.csv").read_text(encoding="utf-8-sig")
    cells = pd.read_csv(out / f"{log.table}.csv", dtype=str)[name].dropna()
    assert formula.decode()[1:4] in text
    assert not cells.str.startswith(("=", "@", "+")).any()


@pytest.fixture(scope="module")
def xes(real_data: Path) -> str:
    return gzip.decompress((real_data / "helpdesk_log" / "helpdesk.xes.gz").read_bytes()).decode()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"2012-10-09T14:51:01+00:00"', '"2023-02-29T14:51:01+00:00"', "not a date with a time"),
        ('"2012-10-09T14:51:01+00:00"', '"2012-10-02T14:51:01+00:00"', "before the event that stands above it"),
        ('value="Case 2"', 'value="Case 77"', "this case stood further up already"),
        ('value="Take in charge ticket"', 'value="=1+1"', "as a formula"),
        ('<string key="concept:name" value="Assign seriousness" />', "", "The cell is empty"),
        ('encoding="utf-8"', 'encoding="utf-16"', "not sound XML"),
        ("</event>", "", "not sound XML"),
        ("<log ", '<!DOCTYPE log [<!ENTITY a "b">]><log ', "declares a document type"),
    ],
)  # fmt: skip
def test_the_help_desk_as_xes(answer, xes: str, old: str, new: str, says: str) -> None:
    assert old in xes
    code, said, _out = answer(xes.replace(old, new, 1), "help-desk-xes", "helpdesk.xes")
    assert code == 1
    assert says in said
    assert "Traceback" not in said
