"""Sound exports to be broken, and the import through the command line that answers them."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from servicelab.cli import main

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
