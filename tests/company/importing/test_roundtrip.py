"""Whatever a table holds and however an export writes it, the right mapping brings the same table back."""

from __future__ import annotations

import csv
import gzip
import io
import tempfile
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from servicelab import company
from servicelab.company.importing import import_data

#: What exports are made of: Latin, Chinese that Big5 and GBK share, quotes, delimiters, line ends.
SIGNS = "abcXYZ 019éß電話客服退貨\"',;|\t\n~:#%"
#: A leading sign that a spreadsheet would run is not brought back as it was, by design.
TEXT = st.text(SIGNS, min_size=1, max_size=12).filter(lambda text: text.strip() == text and text[0] not in "\t\n'#")
WORD = st.text("abcXYZ電話客服", min_size=1, max_size=8)
COLUMNS = ["call_id", "arrived_at", "wait", "served", "service", "kind", "customer_id", "agent"]
#: After the last summer time of Shanghai: an hour that the clocks showed twice does not come back as it was.
MOMENT = st.datetimes(pd.Timestamp("1992-01-01").to_pydatetime(), pd.Timestamp("2037-12-31").to_pydatetime()).map(
    lambda moment: moment.replace(microsecond=0)
)
SECONDS = st.integers(0, 86_400 * 4).map(lambda quarters: quarters / 4)


@st.composite
def calls(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Rows of a call log."""
    rows = []
    for number in range(draw(st.integers(1, 8))):
        served = draw(st.booleans())
        rows.append(
            {
                "call_id": f"{draw(WORD)}{number}",
                "arrived_at": draw(MOMENT),
                "wait": draw(SECONDS),
                "served": served,
                "service": draw(SECONDS) if served else None,
                "kind": draw(st.none() | TEXT),
                "customer_id": draw(st.none() | WORD),
                "agent": draw(st.none() | WORD),
            }
        )
    return rows


@st.composite
def ways(draw: st.DrawFn) -> dict[str, Any]:
    """A way to write an export, and how its mapping says so."""
    return {
        "format": draw(st.sampled_from(["csv", "csv", "csv", "xlsx"])),
        "encoding": draw(st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-32"])),
        "delimiter": draw(st.sampled_from([",", ";", "\t", "|", "~"])),
        "end": draw(st.sampled_from(["\n", "\r\n"])),
        "time": draw(st.sampled_from(["%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H.%M.%S", "%y%m%d%H%M%S", "iso", "unix"])),
        "zone": draw(st.sampled_from(["", "UTC", "Asia/Shanghai"])),
        "decimal": draw(st.sampled_from([".", ","])),
        "unit": draw(st.sampled_from([("seconds", 1.0), ("minutes", 60.0), ("milliseconds", 0.001)])),
        "codes": draw(st.sampled_from([("YES", "NO"), ("接通", "未接"), ("1", "2"), ("on", "off")])),
        "missing": draw(st.sampled_from(["", "NULL", "?"])),
        "packed": draw(st.booleans()),
        "skip": draw(st.integers(0, 2)),
        "order": draw(st.permutations(COLUMNS)),
        "headers": draw(st.lists(WORD, min_size=8, max_size=8, unique=True)),
    }  # fmt: skip


def exported(rows: list[dict[str, Any]], way: dict[str, Any]) -> tuple[str, bytes]:
    """The mapping and the export."""
    header = dict(zip(way["order"], way["headers"], strict=True))
    unit, factor = way["unit"]
    # With a zone the export counts in it; the table is in Shanghai's time.
    zone = way["zone"] or "Asia/Shanghai"

    def cell(name: str, value: Any) -> str:
        if value is None:
            return way["missing"]
        if name == "arrived_at":
            there = value.replace(tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(ZoneInfo(zone))
            if way["time"] == "unix":
                return str(int(there.timestamp()))
            return there.strftime("%Y-%m-%dT%H:%M:%S" if way["time"] == "iso" else way["time"])
        if name in ("wait", "service"):
            return repr(value / factor).replace(".", way["decimal"])
        return way["codes"][0 if value else 1] if name == "served" else str(value)

    table = [["above", "the header"]] * way["skip"]
    table += [[header[name] for name in way["order"]]]
    table += [[cell(name, row[name]) for name in way["order"]] for row in rows]
    quoted = {name: "'" + text.replace("'", "''") + "'" for name, text in header.items()}
    yes, no = way["codes"]
    delimiter = "tab" if way["delimiter"] == "\t" else way["delimiter"]
    mapping = (
        f"source:\n  format: {way['format']}\n  encoding: {way['encoding']}\n  skip: {way['skip']}\n"
        f"  delimiter: '{delimiter}'\n  time: '{way['time']}'\n"
        f"  show_in: Asia/Shanghai\n  zone: '{zone}'\n  decimal: '{way['decimal']}'\n"
        f"  empty: ['{way['missing']}']\ntables:\n  calls:\n    columns:\n"
        f"      call_id: {quoted['call_id']}\n      arrived_at: {quoted['arrived_at']}\n"
        f"      wait: {{from: {quoted['wait']}, unit: {unit}}}\n"
        f"      served: {{from: {quoted['served']}, codes: {{'{yes}': 'true', '{no}': 'false'}}}}\n"
        f"      service: {{from: {quoted['service']}, unit: {unit}}}\n      kind: {quoted['kind']}\n"
        f"      customer_id: {quoted['customer_id']}\n      agent: {quoted['agent']}\n"
    )
    if way["format"] == "xlsx":
        book, stream = openpyxl.Workbook(), io.BytesIO()
        for cells in table:
            book.active.append([text or None for text in cells])
        book.save(stream)
        return mapping, stream.getvalue()
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=way["delimiter"], lineterminator=way["end"]).writerows(table)
    content = text.getvalue().encode(way["encoding"])
    return mapping, gzip.compress(content) if way["packed"] else content


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(calls(), ways())
def test_table_to_export_to_table(rows: list[dict[str, Any]], way: dict[str, Any]) -> None:
    mapping, content = exported(rows, way)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "mapping.yml").write_text(mapping, encoding="utf-8")
        (place / "export").write_bytes(content)
        report = import_data(place / "mapping.yml", place / "export", place / "out", keep_identifiers=True)
        assert report.complete, (report.findings.to_string(), mapping)
        back = company.load("calls", place / "out")
    for name in COLUMNS:
        got = [None if pd.isna(cell) else cell for cell in back[name]]
        want = [row[name] for row in rows]
        if name in ("wait", "service"):
            # Minutes and milliseconds have no exact binary form.
            want = [pytest.approx(value, rel=1e-12) if value is not None else None for value in want]
        assert got == want, name
