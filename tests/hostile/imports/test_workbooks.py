"""Workbooks that are broken or made to harm."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable

import pandas as pd
import pytest

from servicelab.files.metered import MEGABYTE

from .conftest import HEADER, ROW, SHEET, workbook


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
