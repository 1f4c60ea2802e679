"""Packed tables that are broken or made to harm: one sentence each, whether loaded, checked or listed."""

from __future__ import annotations

import io
import os
import struct
import tempfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.company import tiny

from servicelab import company
from servicelab.company.tables import packed
from servicelab.company.tables.dictionary import TABLES
from servicelab.errors import UserError

ORDERS = TABLES["orders"]
TEXT = tiny.rows("orders").to_csv(index=False).encode("utf-8-sig")


def zipped(*members: tuple[str, bytes], how: int = zipfile.ZIP_DEFLATED, comment: bytes = b"") -> bytes:
    """A zip with these members."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", how) as archive:
        archive.comment = comment
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, how)
    return stream.getvalue()


SOUND = zipped(("orders.csv", TEXT))


def renamed(old: bytes, new: bytes) -> bytes:
    """The sound zip with other bytes in its directory, header included."""
    assert len(old) == len(new)
    assert old in SOUND
    return SOUND.replace(old, new)


def with_flag(bit: int) -> bytes:
    """The sound zip with a flag set in both headers, as for a password."""
    made = bytearray(SOUND)
    made[6] |= bit
    made[SOUND.rfind(b"PK\1\2") + 8] |= bit
    return bytes(made)


def method(number: int) -> bytes:
    """The sound zip that says it is packed in another way."""
    made = bytearray(SOUND)
    at = SOUND.rfind(b"PK\1\2")
    made[8:10] = made[at + 10 : at + 12] = struct.pack("<H", number)
    return bytes(made)


def damaged() -> bytes:
    """A byte of the packed text is another."""
    made = bytearray(SOUND)
    made[200] ^= 0xFF
    return bytes(made)


def wide() -> bytes:
    """A directory that says it is large."""
    made = bytearray(SOUND)
    at = SOUND.rfind(b"PK\5\6")
    made[at + 12 : at + 16] = struct.pack("<L", 1 << 30)
    return bytes(made)


def with_64() -> bytes:
    """A 64-bit record that overrules what the zip says after it: a list of members of a terabyte."""
    at = SOUND.rfind(b"PK\5\6")
    place = len(SOUND[:at])
    record = b"PK\6\6" + struct.pack("<QHHLLQQQQ", 44, 45, 45, 0, 0, 1, 1, 1 << 40, 0)
    return SOUND[:at] + record + b"PK\6\7" + struct.pack("<LQL", 0, place, 1) + SOUND[at:]


def longer_than_said() -> bytes:
    """The directory says that the text is shorter than it is."""
    made = bytearray(SOUND)
    at = SOUND.rfind(b"PK\1\2")
    made[at + 24 : at + 28] = struct.pack("<L", 40)
    return bytes(made)


BROKEN: dict[str, tuple[Callable[[], bytes], str]] = {
    "no zip": (lambda: b"order_id,amount\n", "cannot be unpacked"),
    "empty file": (lambda: b"", "cannot be unpacked"),
    "cut short": (lambda: SOUND[: len(SOUND) // 2], "cannot be unpacked"),
    "end only": (lambda: b"PK\5\6" + bytes(18), "nothing else"),
    "no member": (lambda: zipped(), "nothing else"),
    "another name": (lambda: zipped(("order.csv", TEXT)), "nothing else"),
    "another case": (lambda: zipped(("Orders.csv", TEXT)), "nothing else"),
    "in a folder": (lambda: zipped(("data/orders.csv", TEXT)), "nothing else"),
    "climbing out": (lambda: zipped(("../orders.csv", TEXT)), "nothing else"),
    "absolute": (lambda: zipped(("/orders.csv", TEXT)), "nothing else"),
    "a folder": (lambda: zipped(("orders.csv/", b"")), "nothing else"),
    "two of one name": (lambda: zipped(("orders.csv", TEXT), ("orders.csv", b"x\n1\n")), "nothing else"),
    "something beside": (lambda: zipped(("orders.csv", TEXT), ("__MACOSX/._orders.csv", b"x")), "nothing else"),
    "many members": (lambda: zipped(*((f"{n:05d}.csv", b"") for n in range(9_000))), "nothing else"),
    "a name with a NUL": (lambda: renamed(b"orders.csv", b"orders.\0sv"), "nothing else"),
    "with a password": (lambda: with_flag(1), "password"),
    "a patch": (lambda: with_flag(0x20), "cannot be unpacked"),
    "packed in an odd way": (lambda: method(99), "cannot be unpacked"),
    "bits changed": (damaged, "damaged"),
    "a directory that is not there": (wide, "nothing else"),
    "a directory in 64 bits": (with_64, "nothing else"),
    "longer than it says": (longer_than_said, "damaged"),
    "a zip in a zip": (lambda: zipped(("orders.csv.zip", SOUND)), "nothing else"),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_zip_is_answered_in_one_sentence(name: str, tmp_path: Path) -> None:
    made, says = BROKEN[name]
    (tmp_path / "orders.csv.zip").write_bytes(made())
    with pytest.raises(UserError) as caught:
        company.load("orders", tmp_path)
    sentence = str(caught.value)
    assert says in sentence, sentence
    assert "orders.csv.zip" in sentence
    assert "\n" not in sentence
    findings = company.check(tmp_path)
    assert findings["table"].tolist() == ["orders"]
    assert findings["problem"][0] == sentence
    assert company.tables(tmp_path)["table"].tolist() == ["orders"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["orders.csv.zip"]


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("comment", [b"", b"PK" * 30_000])
def test_a_sound_zip_loads_however_it_is_packed(how: int, comment: bytes, tmp_path: Path) -> None:
    (tmp_path / "orders.csv.zip").write_bytes(zipped(("orders.csv", TEXT), how=how, comment=comment))
    assert company.load("orders", tmp_path)["order_id"].tolist() == tiny.rows("orders")["order_id"].tolist()


def test_a_zip_in_64_bits_loads(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("orders.csv", TEXT)
    plain = stream.getvalue()
    at = plain.rfind(b"PK\5\6")
    size, start = struct.unpack_from("<LL", plain, at + 12)
    record = b"PK\6\6" + struct.pack("<QHHLLQQQQ", 44, 45, 45, 0, 0, 1, 1, size, start)
    end = b"PK\5\6" + struct.pack("<HHHHLLH", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    (tmp_path / "orders.csv.zip").write_bytes(plain[:at] + record + b"PK\6\7" + struct.pack("<LQL", 0, at, 1) + end)
    assert len(company.load("orders", tmp_path)) == len(tiny.rows("orders"))
    assert company.check(tmp_path).empty


def test_a_zip_that_floods_is_stopped(tmp_path: Path) -> None:
    """A thousand times as much as the zip: nothing near that is held, whether loaded or checked."""
    path = tmp_path / "orders.csv.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("orders.csv", "w") as member:
        member.write(TEXT.split(b"\n")[0] + b"\n")
        for _ in range(20):
            member.write(b"," * (8 << 20))
    tracemalloc.start()
    with pytest.raises(UserError, match="400 times"):
        company.load("orders", tmp_path)
    findings = company.check(tmp_path)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "400 times" in findings["problem"][0]
    assert most < 60 << 20


def test_a_table_above_the_limit_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny.put(tmp_path, ORDERS, tiny.rows("orders"))
    with (
        pytest.raises(UserError, match="holds more than 0 MB"),
        packed.opened_csv(tmp_path / "orders.csv.zip", ORDERS, size=100),
    ):
        pass


@pytest.mark.skipif(os.name == "nt", reason="a file's mode does not keep Windows from reading")
@pytest.mark.parametrize("name", ["orders.csv", "orders.csv.zip"])
def test_a_file_that_may_not_be_read(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / name).write_bytes(SOUND)

    def refused(path: Path, *how: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(UserError, match=r"cannot be read \(Permission denied\)"):
        company.load("orders", tmp_path)
    assert "Permission denied" in company.check(tmp_path)["problem"][0]


@settings(max_examples=150, deadline=None)
@given(at=st.integers(0, len(SOUND) - 1), other=st.binary(min_size=1, max_size=8))
def test_any_bytes_anywhere_give_the_table_or_one_sentence(at: int, other: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "orders.csv.zip").write_bytes(SOUND[:at] + other + SOUND[at + len(other) :])
        try:
            ids = company.load("orders", folder)["order_id"].tolist()
            said = ""
        except UserError as error:
            ids, said = [], str(error)
    assert said or ids == tiny.rows("orders")["order_id"].tolist()
    assert "\n" not in said
