"""Exports too large to be any: refused at once, and never held in memory."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from servicelab.files.metered import MEGABYTE

from .conftest import BANK, LINES


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
    for rows in (30_000, 120_000):
        path = tmp_path / f"{rows}.txt"
        with path.open("w", encoding="utf-8") as file:
            file.write(BANK)
            for number in range(rows):
                file.write(LINES[2].replace("34539", str(number)))
        said, grown[rows] = memory("bank-call-log", path, tmp_path / str(rows))
        assert f"calls ({rows:,})" in said
    assert grown[120_000] < grown[30_000] + 45
