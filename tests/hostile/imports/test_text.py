"""Delimited exports that are broken: refused in a sentence, or taken apart row by row."""

from __future__ import annotations

import gzip

import pandas as pd
import pytest

from servicelab.files.metered import MEGABYTE

from .conftest import BANK, LINES, SOUND


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
