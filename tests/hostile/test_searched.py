"""The search for secrets looks into everything or refuses in a sentence; a few bytes never take gigabytes."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from servicelab.errors import UserError
from servicelab.publish import secrets
from servicelab.publish.secrets import Secret, Sought, find_leaks

LINE = "return priorities.sort_values(gap)"
TEXT = LINE.encode()
SOUGHT = Sought([Secret("solution", "here", LINE)])


def zipped(name: str = "a.py", content: bytes = TEXT, comment: bytes = b"", member: bytes = b"") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo(name)
        info.comment = member
        archive.writestr(info, content, zipfile.ZIP_DEFLATED)
        archive.comment = comment
    return stream.getvalue()


def tarred(how: str = "w", name: str = "a.py", content: bytes = TEXT) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=how, format=tarfile.PAX_FORMAT) as archive:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return stream.getvalue()


def behind(beginning: bytes) -> bytes:
    """A zip that a program's beginning stands before, with its offsets as zipapp writes them."""
    stream = io.BytesIO(beginning)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.py", TEXT)
    return stream.getvalue()


def named() -> bytes:
    stream = io.BytesIO()
    with gzip.GzipFile(filename=LINE, fileobj=stream, mode="wb") as packed:
        packed.write(b"x")
    return stream.getvalue()


def cells(*source: str, **more: object) -> bytes:
    return json.dumps({"cells": [{"source": list(source), **more}]}).encode()


FOUND = {
    "plain.py": TEXT,
    "in.zip": zipped(),
    "in.tar": tarred(),
    "in.tar.gz": tarred("w:gz"),
    "in.tar.bz2": tarred("w:bz2"),
    "in.tar.xz": tarred("w:xz"),
    "x.bz2": bz2.compress(TEXT * 9),
    "x.xz": lzma.compress(TEXT * 9),
    "prefixed.pyz": behind(b"#!/usr/bin/env python3\n"),
    "moved.pyz": b"#!/usr/bin/env python3\n" + zipped(),
    "followed.pyz": behind(b"#!/usr/bin/env python3\n") + b"\nand more",
    "before.pyz": TEXT + b"\n" + zipped(content=b"x"),
    "wide.txt": LINE.encode("utf-16"),
    "wide.md": b"\xfe\xff" + LINE.encode("utf-16-be"),
    "attached.ipynb": cells("", attachments={"a.txt": {"text/plain": base64.b64encode(TEXT).decode()}}),
    "continued.ipynb": cells("return priorities.\\\n", "    sort_values(gap)"),
    "continued.py": b"return priorities.\\\n  sort_values(gap)",
    "cut.ipynb": cells("return prior", "ities.sort_values(gap)"),
    "name.zip": zipped(f"{LINE}.txt", b"x"),
    "name.tar": tarred(name=LINE, content=b"x"),
    "comment.zip": zipped(content=b"x", comment=TEXT),
    "member.zip": zipped(content=b"x", member=TEXT),
    "name.gz": named(),
    "half.json": b'{"a": "\\ud800 ' + TEXT + b'"}',
}


@pytest.mark.parametrize("name", FOUND)
def test_a_secret_is_found_however_it_is_packed_and_written(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(FOUND[name])
    assert find_leaks(tmp_path / name, SOUGHT)


def test_a_program_that_knows_how_a_zip_ends_is_none(tmp_path: Path) -> None:
    (tmp_path / "zips.pyc").write_bytes(b"\xa7\r\r\n" + b"PK\x05\x06" + bytes(range(1, 120)))
    assert find_leaks(tmp_path, SOUGHT) == []
    (tmp_path / "cut.pyz").write_bytes(b"#!\n" + zipped(content=b"x")[9:])
    with pytest.raises(UserError, match="cannot be searched for secrets"):
        find_leaks(tmp_path, SOUGHT)


def nested(times: int, around: Callable[[bytes], bytes]) -> bytes:
    content = TEXT
    for _time in range(times):
        content = around(content)
    return content


def sparse(size: int) -> bytes:
    """A tar that says of one byte that it is gigabytes with holes."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        member = tarfile.TarInfo("s")
        member.pax_headers = {"GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.map": "0,1",
                              "GNU.sparse.size": str(size), "GNU.sparse.name": "s"}  # fmt: skip
        member.size = 1
        archive.addfile(member, io.BytesIO(b"x"))
    return stream.getvalue()


REFUSED = {
    "deep.zip": nested(50, lambda content: zipped(content=content)),
    "deep.gz": nested(1200, lambda content: gzip.compress(content, 1)),
    "x.7z": b"7z\xbc\xaf\x27\x1c" + bytes(40),
    "x.rar": b"Rar!\x1a\x07\x01\x00" + bytes(40),
    "x.zst": b"\x28\xb5\x2f\xfd" + bytes(40),
    "cut.bz2": bz2.compress(TEXT * 99)[:-9],
    "cut.xz": lzma.compress(TEXT * 99)[:-9],
    "sparse.tar": sparse(3 << 30),
    "large.gz": gzip.compress(bytes(9 << 20)),
    "large.bz2": bz2.compress(bytes(9 << 20)),
    "large.zip": zipped(content=bytes(9 << 20)),
    "large.pyz": b"#!\n" + zipped(content=bytes(9 << 20)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_looked_into_is_refused_in_a_sentence_and_takes_little(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "LARGEST_TEXT", 8 << 20)
    (tmp_path / name).write_bytes(REFUSED[name])
    tracemalloc.start()
    try:
        with pytest.raises(UserError, match="cannot be searched for secrets"):
            find_leaks(tmp_path / name, SOUGHT)
        assert tracemalloc.get_traced_memory()[1] < 40 << 20
    finally:
        tracemalloc.stop()


def test_few_bytes_ask_for_few(tmp_path: Path) -> None:
    (tmp_path / "source.tar.gz").write_bytes(tarred("w:gz"))
    tracemalloc.start()
    try:
        assert find_leaks(tmp_path, SOUGHT)
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


def test_what_comes_out_of_all_that_is_in_a_file_is_counted_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(5):
            archive.writestr(f"{number}.gz", gzip.compress(bytes((1 << 20) + number)))
    (tmp_path / "many.zip").write_bytes(stream.getvalue())
    assert find_leaks(tmp_path, SOUGHT) == []
    monkeypatch.setattr(secrets, "LARGEST", 3 << 20)
    with pytest.raises(UserError, match="cannot be searched for secrets"):
        find_leaks(tmp_path, SOUGHT)


def test_a_search_that_runs_out_of_memory_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(*_given: object) -> list[Secret]:
        raise MemoryError

    monkeypatch.setattr(SOUGHT, "possible", none_left)
    (tmp_path / "a.txt").write_text("never read before")
    with pytest.raises(UserError, match="it takes more memory than there is"):
        find_leaks(tmp_path, SOUGHT)
