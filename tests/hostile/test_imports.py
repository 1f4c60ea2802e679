"""Exports that are broken or made to harm: each is answered with a finding and an exit code, never a traceback."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from servicelab import company
from servicelab.cli import main
from servicelab.company.importing.limits import MEGABYTE

BANK = (
    "vru+line\tcall_id\tcustomer_id\tpriority\ttype\tdate\tvru_entry\tvru_exit\tvru_time\tq_start\tq_exit\tq_time\t"
    "outcome\tser_start\tser_exit\tser_time\tserver\n"
)
LINES = [
    "AA0101\t34536\t0\t0\tPS\t990201\t7:02:47\t7:02:56\t9\t0:00:00\t0:00:00\t0\tAGENT\t7:02:55\t7:05:41\t166\tDORIT\n",
    "AA0101\t34537\t0\t0\tPS\t990201\t7:31:45\t7:31:55\t10\t0:00:00\t0:00:00\t0\tAGENT\t7:31:54\t7:31:59\t5\tTOVA\n",
    "AA0101\t34539\t23317894\t2\tPS\t990201\t8:09:16\t8:09:22\t6\t8:09:22\t8:09:27\t5\tHANG\t0:00:00\t0:00:00\t0\t"
    "NO_SERVER\n",
]
SOUND = BANK + "".join(LINES)
XES = '<?xml version="1.0"?><log xes.version="1849-2016"><trace><string key="concept:name" value="c1"/>{}</trace></log>'
EVENT = '<event><string key="concept:name" value="a"/><date key="time:timestamp" value="2025-01-01T10:00:00Z"/></event>'


@pytest.fixture
def answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, Path]]:
    """Import through the command line; exit code, all that was said, and the folder of the tables."""

    def answer(export: bytes | str | Path, mapping: str = "bank-call-log", name: str = "export.txt", *options: str):
        source = export if isinstance(export, Path) else tmp_path / name
        if not isinstance(export, Path):
            source.write_bytes(export.encode() if isinstance(export, str) else export)
        if "\n" in mapping:
            (tmp_path / "mapping.yml").write_text(mapping, encoding="utf-8")
            mapping = str(tmp_path / "mapping.yml")
        code = main(["data", "import", mapping, str(source), "--out", str(tmp_path / "out"), *options])
        said = capsys.readouterr()
        assert not list((tmp_path / "out").glob("*.partial"))
        return code, said.out + said.err, tmp_path / "out"

    return answer


def test_the_sound_export_is_taken(answer) -> None:
    code, _said, out = answer(SOUND)
    assert code == 0
    assert len(pd.read_csv(out / "calls.csv")) == 3
    assert not (out / "rejects.csv").exists()


def swapped(one: int, two: int) -> str:
    rows = [line.rstrip("\n").split("\t") for line in LINES]
    for row in rows:
        row[one], row[two] = row[two], row[one]
    return BANK + "".join("\t".join(row) + "\n" for row in rows)


#: What is wrong → the export, what is said of it.
BROKEN: dict[str, tuple[bytes | str, str]] = {
    "empty": (b"", "is empty"),
    "only a mark": (b"\xef\xbb\xbf", "is empty"),
    "blank lines": (b"\n\n\n", "is empty"),
    "header only": (BANK, "has a header and no rows"),
    "no header": ("".join(LINES), "lacks the column"),
    "commas": (SOUND.replace("\t", ","), "lacks the column"),
    "utf-16": (SOUND.encode("utf-16"), "looks like utf-16"),
    "utf-16 without a mark": (SOUND.encode("utf-16-le"), "NUL bytes"),
    "utf-32": (SOUND.encode("utf-32"), "looks like utf-32"),
    "gbk": (SOUND.replace("DORIT", "张伟").replace("TOVA", "李娜").encode("gbk"), "looks like gb18030"),
    "gbk header": (SOUND.replace("server", "客服").encode("gbk"), "looks like gb18030"),
    "latin-1": (SOUND.replace("DORIT", "Zo\xeb").replace("TOVA", "Zo\xeb").encode("latin-1"), "is not utf-8"),
    "workbook": (b"PK\x03\x04" + b"x" * 100, "workbook or zip"),
    "old workbook": (b"\xd0\xcf\x11\xe0" + b"x" * 100, "password-protected workbook"),
    "pdf": (b"%PDF-1.7", "a PDF"),
    "random": (bytes(range(256)) * 40, "is not utf-8"),
    "column twice": (SOUND.replace("priority", "q_time", 1), "lacks the column priority"),
    "header twice": (SOUND.replace("vru_exit", "q_time", 1), "twice"),
    "very long header": (b"x\t" * MEGABYTE + b"\n1\n", "longer than"),
    "many columns": (b"\t" * 5000 + b"a\n", "more than 2000 columns"),
    "torn gzip": (gzip.compress(SOUND.encode() * 50)[:-20], "does not unpack"),
    "gzip of nonsense": (b"\x1f\x8b" + b"nonsense" * 9, "does not unpack"),
    "gzip twice": (gzip.compress(gzip.compress(SOUND.encode())), "packed twice"),
    "gzip bomb": (gzip.compress(b"\0" * (64 * MEGABYTE)), "NUL bytes"),
    "gzip bomb of text": (gzip.compress(SOUND.encode() + b"\n" * (80 * MEGABYTE)), "times its size"),
    "open quote": (BANK + '"' + "".join(LINES) * 4000, "quotation mark"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_an_export_that_cannot_be_used_is_refused_in_a_sentence(answer, case: str) -> None:
    export, says = BROKEN[case]
    code, said, out = answer(export)
    assert code == 1
    assert says in said
    assert "Traceback" not in said
    assert len(said.strip().splitlines()) == 1
    assert not (out / "calls.csv").exists()


#: What is wrong with a row → the export, the rows set aside, what is said.
ROWS: dict[str, tuple[bytes | str, int, str]] = {
    "the same id": (SOUND + LINES[0], 1, "key stands more than once"),
    "negative wait": (SOUND.replace("8:09:27\t5\t", "8:09:27\t-5\t"), 1, "not one that wait can have"),
    "negative service": (SOUND.replace("\t166\t", "\t-166\t"), 1, "not one that service can have"),
    "wait of ten years": (SOUND.replace("8:09:27\t5\t", "8:09:27\t315360000\t"), 1, "not one that wait can have"),
    "wait is infinite": (SOUND.replace("8:09:27\t5\t", "8:09:27\tinf\t"), 1, "not a number"),
    "wait overflows": (SOUND.replace("8:09:27\t5\t", "8:09:27\t1e999\t"), 1, "not a number"),
    "29 February 2023": (SOUND.replace("990201\t8:09", "230229\t8:09"), 1, "not a date with a time"),
    "no date": (SOUND.replace("990201\t8:09", "\t8:09"), 1, "cell is empty"),
    "25 o'clock": (SOUND.replace("\t8:09:16", "\t25:09:16"), 1, "not a date with a time"),
    "unknown outcome": (SOUND.replace("HANG", "LOST"), 1, "no code for this value"),
    "nothing but torn rows": (BANK + "AA0101\t99\n" * 3, 3, "2 cells and the header 17"),
    "torn row": (SOUND + "AA0101\t99\n", 1, "2 cells and the header 17"),
    "long row": (SOUND + LINES[0].replace("34536", "9").replace("\n", "\tx\ty\n"), 1, "19 cells and the header 17"),
    "NUL": (SOUND + LINES[0].replace("34536", "9\x009"), 1, "NUL bytes"),
    "another encoding": (
        SOUND.encode() * 1
        + b"".join(LINES[0].replace("34536", str(n)).encode() for n in range(30))
        + LINES[0].replace("34536", "99").replace("DORIT", "张伟").encode("gbk"),
        1,
        "not utf-8 text",
    ),
    "date and type swapped": (swapped(4, 5), 3, "not a date with a time"),
    "wait and outcome swapped": (swapped(11, 12), 3, "not a number"),
    # Both are numbers of seconds: only the clock times beside them tell.
    "wait and service swapped": (swapped(11, 15), 3, "not the time from q_start to q_exit"),
    "customer and wait swapped": (swapped(2, 11), 1, "not one that wait can have"),
}


@pytest.mark.parametrize("case", ROWS)
def test_a_row_that_does_not_fit_is_set_aside_with_its_reason(answer, case: str) -> None:
    export, count, says = ROWS[case]
    code, said, out = answer(export)
    assert code == 1
    assert says in said
    assert "Traceback" not in said
    rejects = pd.read_csv(out / "rejects.csv")
    assert len(rejects) == count
    assert rejects["row"].notna().all()
    assert rejects["problem"].str.len().gt(10).all()
    total = len(bytes(export, "utf-8").splitlines() if isinstance(export, str) else export.splitlines()) - 1
    kept = len(pd.read_csv(out / "calls.csv")) if (out / "calls.csv").exists() else 0
    assert kept + count == total
    findings = pd.read_csv(out / "findings.csv")
    assert list(findings.columns) == ["table", "row", "column", "value", "problem", "remedy"]
    assert findings["remedy"].notna().all()


def test_a_row_is_named_as_a_spreadsheet_counts_it(answer) -> None:
    quoted = SOUND.replace("\tPS\t", '\t"P\nS"\t', 1)  # one row on two lines
    _code, _said, out = answer(quoted.replace("8:09:27\t5\t", "8:09:27\t-5\t"))
    assert pd.read_csv(out / "rejects.csv")["row"].tolist() == [4]


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


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
XML: dict[str, tuple[str, str]] = {
    "billion laughs": (
        f'<?xml version="1.0"?><!DOCTYPE log [<!ENTITY l0 "lol">{LAUGHS}]><log><trace>&l9;</trace></log>',
        "document type",
    ),
    "file from outside": (
        '<?xml version="1.0"?><!DOCTYPE log [<!ENTITY x SYSTEM "file:///etc/passwd">]><log>&x;</log>',
        "document type",
    ),
    "page from outside": ('<!DOCTYPE log SYSTEM "http://192.0.2.1/log.dtd"><log/>', "document type"),
    "not a log": ("<html><body/></html>", "'html'"),
    "torn": (XES.format(EVENT)[:-30], "not sound XML"),
    "deep": ("<log>" + "<trace>" * 100_000, "nested too deeply"),
    "long element": (XES.format(f'<event><string key="a" value="{"x" * 2 * MEGABYTE}"/></event>'), "longer than"),
    "many attributes": (
        XES.format("<event>" + "".join(f'<string key="k{n}" value="1"/>' for n in range(3000)) + "</event>"),
        "attributes",
    ),
    "no events": (XES.format(""), "no rows"),
    "empty log": ("<log/>", "no rows"),
    "not XML": ("case,activity\n1,a\n", "not sound XML"),
    "NUL": (XES.format(EVENT).replace("c1", "c\x001"), "not sound XML"),
    "unknown encoding": ('<?xml version="1.0" encoding="klingon"?><log/>', "cannot be decoded"),
}


@pytest.mark.parametrize("case", XML)
def test_a_harmful_event_log_is_refused_in_a_sentence(answer, case: str) -> None:
    export, says = XML[case]
    start = time.perf_counter()
    code, said, out = answer(export, "xes", "log.xes")
    assert code == 1
    assert says in said
    assert len(said.strip().splitlines()) == 1
    assert time.perf_counter() - start < 5
    assert not (out / "event_log.csv").exists()


@pytest.mark.parametrize(
    ("event", "says"),
    [
        (EVENT.replace("2025-01-01", "2023-02-29"), "not a date with a time"),
        (EVENT.replace("concept:name", "name"), "cell is empty"),
        (EVENT.replace("2025-01-01T", "0001-01-01T"), "not a date with a time"),
        (EVENT.replace('value="a"', 'value="=HYPERLINK(1)"'), "as a formula"),
    ],
)
def test_an_event_that_does_not_fit_is_named(answer, event: str, says: str) -> None:
    code, said, _out = answer(XES.format(EVENT + event), "xes", "log.xes")
    assert code == 1
    assert says in said
    assert "event_log" in said


SHEET = (
    "source: {format: xlsx}\ntables:\n  calls:\n    columns:\n      call_id: id\n      arrived_at: at\n"
    "      wait: wait\n      served: ok\n      kind: kind\n"
)


def workbook(rows: list[list[object]]) -> bytes:
    book, stream = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(stream)
    return stream.getvalue()


ROW = ["1", "2025-01-01 10:00:00", 5, True, "order"]
HEADER: list[object] = ["id", "at", "wait", "ok", "kind"]


def remade(change: Callable[[str, bytes], bytes], more: dict[str, bytes] | None = None) -> bytes:
    """A sound workbook with its members changed."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook([HEADER, ROW]))) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, content in (more or {}).items():
            new.writestr(name, content)
    return stream.getvalue()


def shared(strings: str, number: int = 0) -> bytes:
    """A workbook whose first header stands among the shared strings, as Excel writes it."""
    inline, part = '<c r="A1" t="inlineStr"><is><t>id</t></is></c>', "xl/sharedStrings.xml"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"

    def change(name: str, text: bytes) -> bytes:
        if name == "[Content_Types].xml":
            return text.replace(b"</Types>", f'<Override PartName="/{part}" ContentType="{kind}"/></Types>'.encode())
        return text.replace(inline.encode(), f'<c r="A1" t="s"><v>{number}</v></c>'.encode())

    return remade(change, {part: strings.encode()})


STRINGS = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>{}</t></si></sst>'


def in_sheet(old: str, new: str) -> bytes:
    return remade(lambda name, text: text.replace(old.encode(), new.encode()) if "sheet1" in name else text)


ENTITY = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
BOOKS: dict[str, tuple[Callable[[], bytes], str]] = {
    "no rows": (lambda: workbook([HEADER]), "no rows"),
    "nothing": (lambda: workbook([]), "is empty"),
    "other columns": (lambda: workbook([["a", "b"], [1, 2]]), "lacks the column"),
    "text": (lambda: b"id,at\n1,2\n", "not an .xlsx workbook"),
    "old workbook": (lambda: b"\xd0\xcf\x11\xe0" + b"\0" * 600, "password-protected"),
    "torn": (lambda: workbook([HEADER, ROW])[:-200], "damaged"),
    "some zip": (lambda: remade(lambda name, text: b"x"), "not a sound .xlsx"),
    "zip bomb": (lambda: remade(lambda n, t: t, {"xl/media/a.bin": b"\0" * (40 * MEGABYTE)}), "times its size"),
    "sheet bomb": (lambda: in_sheet("<sheetData>", "<sheetData>" + " " * (40 * MEGABYTE)), "times its size"),
    "entities in the sheet": (
        lambda: remade(lambda n, t: t.replace(b"<worksheet", ENTITY.encode() + b"<worksheet") if "sheet1" in n else t),
        "not a sound .xlsx",
    ),
    "entities in the strings": (
        lambda: shared(ENTITY + STRINGS.format("&b;")),
        "not a sound .xlsx",
    ),
    "row a billion": (lambda: in_sheet('<row r="2"', '<row r="999999999"'), "where no sheet has"),
    "string that is not there": (lambda: shared(STRINGS.format("id"), 99_999), "not a sound .xlsx"),
}


@pytest.mark.parametrize("case", BOOKS)
def test_a_harmful_workbook_is_refused_in_a_sentence(answer, case: str) -> None:
    make, says = BOOKS[case]
    start = time.perf_counter()
    code, said, out = answer(make(), SHEET, "export.xlsx")
    assert code == 1
    assert says in said
    assert len(said.strip().splitlines()) == 1
    assert time.perf_counter() - start < 20
    assert not (out / "calls.csv").exists()


def test_shared_strings_are_read(answer) -> None:
    code, said, _out = answer(shared(STRINGS.format("id")), SHEET, "e.xlsx")
    assert code == 0, said


def test_a_workbook_that_says_it_is_immense_is_read_for_what_it_holds(answer) -> None:
    code, said, _out = answer(in_sheet('<dimension ref="A1:E2"', '<dimension ref="A1:XFD1048576"'), SHEET, "e.xlsx")
    assert code == 0, said


@pytest.mark.parametrize("row", [["1", "2023-02-29", 5, True, "x"], ["1", ROW[1], -5, True, "x"], ["", *ROW[1:]]])
def test_a_row_of_a_workbook_is_set_aside(answer, row: list[object]) -> None:
    code, _said, out = answer(workbook([HEADER, ["0", *ROW[1:]], row]), SHEET, "export.xlsx")
    assert code == 1
    assert pd.read_csv(out / "rejects.csv")["row"].tolist() == [3]


def test_a_file_of_ten_gigabytes_is_refused_unread(answer, tmp_path: Path) -> None:
    immense = tmp_path / "immense.txt"
    with immense.open("wb") as file:
        file.write(BANK.encode())
        file.truncate(10 << 30)  # a hole: it takes no space
    start = time.perf_counter()
    code, said, _out = answer(immense)
    assert code == 1
    assert "more than 2048 MB" in said
    assert "--max-mb" in said
    code, said, _out = answer(immense, "bank-call-log", "", "--max-mb", "20000")
    assert code == 1
    assert time.perf_counter() - start < 5


MEMORY = """
import resource, sys
from servicelab.company.importing import import_data
from servicelab.errors import UserError
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    print(import_data(sys.argv[1], sys.argv[2], sys.argv[3], max_mb=20000).sentence())
except UserError as problem:
    print(problem)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def memory(mapping: str, source: Path, out: Path) -> tuple[str, int]:
    """What an import says in a process of its own, and by how many megabytes that grew."""
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, mapping, str(source), str(out)], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    said, grown = done.stdout.strip().splitlines()
    return said, int(grown)


def test_a_header_of_a_billion_columns_does_not_fill_the_memory(tmp_path: Path) -> None:
    header = tmp_path / "header.txt"
    with header.open("wb") as file:
        for _part in range(200):
            file.write(b"\t" * (5 * MEGABYTE))  # 1.05e9 columns
    said, grown = memory("bank-call-log", header, tmp_path / "out")
    assert "longer than" in said
    assert grown < 100


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    grown = {}
    for rows in (60_000, 240_000):
        path = tmp_path / f"{rows}.txt"
        with path.open("w", encoding="utf-8") as file:
            file.write(BANK)
            for number in range(rows):
                file.write(LINES[2].replace("34539", str(number)))
        said, grown[rows] = memory("bank-call-log", path, tmp_path / str(rows))
        assert f"calls ({rows:,})" in said
    assert grown[240_000] < grown[60_000] + 60


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links here")
def test_links_are_not_followed(answer, tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text(SOUND, encoding="utf-8")
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    code, said, _out = answer(tmp_path / "link.txt")
    assert code == 1
    assert "is a link" in said
    precious = tmp_path / "precious"
    precious.write_text("keep", encoding="utf-8")
    (tmp_path / "out").mkdir(exist_ok=True)
    for name in ("calls.csv", "calls.csv.partial", "rejects.csv", "findings.csv.partial", "datapackage.json.partial"):
        (tmp_path / "out" / name).symlink_to(precious)
    code, said, out = answer(SOUND + "torn\n")
    assert code == 1
    assert precious.read_text(encoding="utf-8") == "keep"
    assert not (out / "calls.csv").is_symlink()
    (tmp_path / "elsewhere").symlink_to(tmp_path / "out")
    assert (
        main(["data", "import", "bank-call-log", str(tmp_path / "real.txt"), "--out", str(tmp_path / "elsewhere")]) == 1
    )


@pytest.mark.parametrize("what", ["folder", "missing", "fifo", "device", "unreadable name"])
def test_what_is_no_file_is_refused(answer, tmp_path: Path, what: str) -> None:
    source = tmp_path / "source"
    if what == "folder":
        source.mkdir()
    elif what == "fifo":
        os.mkfifo(source)
    elif what == "device":
        source = Path("/dev/zero")
    elif what == "unreadable name":
        source = Path("a\0b")
    code, said, _out = answer(source)
    assert code == 1
    assert len(said.strip().splitlines()) == 1


def test_the_firms_own_data_is_never_replaced(root: Path, tmp_path: Path, capsys) -> None:
    (tmp_path / "datapackage.json").write_bytes((root / "datasets" / "datapackage.json").read_bytes())
    (tmp_path / "export.txt").write_text(SOUND, encoding="utf-8")
    assert main(["data", "import", "bank-call-log", str(tmp_path / "export.txt"), "--out", str(tmp_path)]) == 1
    assert "the course's own" in capsys.readouterr().err
    assert not (tmp_path / "calls.csv").exists()


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    """The limit on file size stands in for a disk that is full."""
    source = tmp_path / "export.txt"
    with source.open("w", encoding="utf-8") as file:
        file.write(BANK)
        for number in range(20_000):
            file.write(LINES[2].replace("34539", str(number)))
    code = (
        "import resource, signal, sys\nfrom servicelab.cli import main\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
        "sys.exit(main(['data', 'import', 'bank-call-log', sys.argv[1], '--out', sys.argv[2]]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(source), str(tmp_path / "out")], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert list((tmp_path / "out").iterdir()) == []


SEEDS: list[tuple[str, bytes]] = [
    ("bank-call-log", SOUND.encode()),
    ("bank-call-log", gzip.compress(SOUND.encode())),
    ("xes", XES.format(EVENT * 3).encode()),
    ("tickets-csv", b"Ticket ID,Requester,Created at,Subject\n7,Wei,2025-01-01 09:00,Where?\n8,Li,2025-01-02,=1\n"),
    ("SHEET", workbook([HEADER, ROW, ["2", *ROW[1:]]])),
]
PIECES = [b"\0", b"\xff", b'"', b"\n", b"\r", b"=", b"9" * 30, b"e999", b"\xef\xbb\xbf", b"<![CDATA[", b"&x;", b"\t"]
PIECES += [b"nan", b"0000-00-00", b"2023-02-29", b"T00:00:00+99:99", b"\xe2\x80\xa8", b"\x1a", "张".encode("gbk"), b""]
CHANGES = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.sampled_from(PIECES), st.integers(0, 30)), min_size=1, max_size=6
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(SEEDS), CHANGES)
def test_no_damage_ends_in_a_traceback(seed: tuple[str, bytes], changes: list[tuple[float, bytes, int]]) -> None:
    mapping, export = seed
    for place, piece, gone in changes:
        at = int(place * len(export))
        export = export[:at] + piece + export[at + gone :]
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        (here / "mapping.yml").write_text(SHEET, encoding="utf-8")
        (here / "export").write_bytes(export)
        named = str(here / "mapping.yml") if mapping == "SHEET" else mapping
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = main(["data", "import", named, str(here / "export"), "--out", str(here / "out")])
        assert code in (0, 1)
        assert "Traceback" not in said.getvalue()
        if code == 0:
            assert company.check(here / "out").empty
        if (here / "out").exists():
            assert not list((here / "out").glob("*.partial"))
