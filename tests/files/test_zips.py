"""Zips that no program makes: whatever is wrong with one, it is refused with a reason and in bounded work."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servicelab.files.zips import ANY, Archive, Budget, Limits, Refused, pack, plain_name

LIMITS = Limits(members=50, directory=1 << 16)
TEXT = b"".join(b"%d of the sample firm's customers wrote in\n" % n for n in range(200))


def zipped(*members: tuple[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", how) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, how)
    return stream.getvalue()


SOUND = zipped(("a.txt", TEXT), ("b.txt", b"second"))


def everything(data: bytes, limits: Limits = LIMITS, budget: int = 1 << 20) -> dict[str, bytes]:
    with Archive(io.BytesIO(data), limits, Budget(budget)) as archive:
        return {plain_name(member): archive.read(member, 1 << 20) for member in archive.members}


def put(data: bytes, signature: bytes, offset: int, form: str, *values: int) -> bytes:
    """Other numbers in the last header of a kind."""
    made = bytearray(data)
    struct.pack_into(form, made, data.rfind(signature) + offset, *values)
    return bytes(made)


def listed_often(data: bytes, times: int) -> bytes:
    """The table of contents says its only member many times over."""
    end = data.rfind(b"PK\5\6")
    (start,) = struct.unpack_from("<I", data, end + 16)
    table = data[start:end]
    last = struct.pack("<HHHHIIH", 0, 0, times, times, len(table) * times, start, 0)
    return data[:start] + table * times + b"PK\5\6" + last


def shifted_onto(data: bytes) -> bytes:
    """The second member begins inside the first."""
    return put(data, b"PK\1\2", 42, "<I", 10)


def corrupt(data: bytes) -> bytes:
    made = bytearray(data)
    made[60:90] = b"\xff" * 30
    return bytes(made)


REFUSED: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "empty": (lambda: b"", "no zip", "not a zip"),
    "other": (lambda: b"%PDF-1.7" + bytes(90), "no zip", "not a zip"),
    "cut": (lambda: SOUND[:-30], "damaged", "damaged or cut short"),
    "version": (lambda: put(SOUND, b"PK\1\2", 6, "<H", 99), "damaged", "damaged"),
    "stream": (lambda: corrupt(SOUND), "damaged", "damaged"),
    "checksum": (lambda: zipped(("a.txt", TEXT), how=0).replace(b"7 of the", b"8 of the", 1), "damaged", "damaged"),
    "offset": (lambda: put(SOUND, b"PK\1\2", 42, "<I", 1 << 30), "damaged", "damaged"),
    "too long": (lambda: put(SOUND, b"PK\1\2", 20, "<I", 1 << 30), "damaged", "damaged"),
    "many": (lambda: zipped(*((f"{n}.txt", b"") for n in range(51))), "members", "lists 51 files"),
    "many said": (lambda: put(SOUND, b"PK\5\6", 8, "<HH", 999, 999), "members", "lists 999 files"),
    "table": (lambda: put(SOUND, b"PK\5\6", 12, "<I", 1 << 20), "members", "lists"),
    "64 bits": (lambda: put(SOUND, b"PK\5\6", 8, "<HH", 0xFFFF, 0xFFFF), "members", "lists more"),
    "twice": (lambda: listed_often(zipped(("a.txt", TEXT)), 2), "overlap", "over one another"),
    "often": (lambda: listed_often(zipped(("a.txt", bytes(1 << 20))), 40), "overlap", "over one another"),
    "inside": (lambda: shifted_onto(SOUND), "overlap", "over one another"),
    "password": (lambda: put(SOUND, b"PK\1\2", 8, "<H", 1), "locked", "password"),
    "lzma": (lambda: zipped(("a.txt", TEXT), how=zipfile.ZIP_LZMA), "packing", "packed in a way"),
    "odd": (lambda: put(SOUND, b"PK\1\2", 10, "<H", 97), "packing", "packed in a way"),
    "climbing": (lambda: zipped(("../a.txt", b"")), "name", "outside"),
    "backwards": (lambda: zipped(("a\u202egnp.exe", b"")), "name", "do not show"),
    "large": (lambda: zipped(("a.txt", bytes((1 << 20) + 1))), "size", "more than 1 MB"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    made, kind, says = REFUSED[name]
    with pytest.raises(Refused, match=says) as caught:
        everything(made(), budget=1 << 22)
    assert caught.value.kind == kind


def test_a_sound_one_is_read() -> None:
    assert everything(SOUND) == {"a.txt": TEXT, "b.txt": b"second"}


def test_something_before_and_after_a_zip_does_no_harm() -> None:
    """As in a self-extracting one, or behind a comment."""
    stream = io.BytesIO(b"PK, not yet" + SOUND)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.comment = b"PK" * 20_000
    assert everything(stream.getvalue())["a.txt"] == TEXT


@pytest.mark.parametrize("how", sorted(ANY))
def test_every_way_of_packing_where_it_is_asked_for(how: int) -> None:
    limits = Limits(members=2, directory=1 << 16, packing=ANY)
    assert everything(zipped(("a.txt", TEXT), how=how), limits) == {"a.txt": TEXT}


@pytest.mark.parametrize("how", sorted(ANY))
def test_a_damaged_stream_however_it_is_packed(how: int) -> None:
    whole = zipped(("a.txt", TEXT), how=how)
    limits = Limits(members=2, directory=1 << 16, packing=ANY)
    refused = 0
    for at in range(35, whole.rfind(b"PK\1\2"), 7):
        try:
            assert everything(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :], limits) == {"a.txt": TEXT}
        except Refused:
            refused += 1
    # A bit or two at the end of a stream say nothing.
    assert refused > 30


def test_what_a_refused_member_cost_is_gone() -> None:
    bombs = zipped(*((f"{n}.txt", bytes(300_000)) for n in range(30)), ("good.txt", b"x"))
    whole = Budget(1_000_000)
    archive = Archive(io.BytesIO(bombs), LIMITS, Budget(10_000_000, whole))
    said = []
    for member in archive.members:
        with pytest.raises(Refused) as caught:
            archive.read(member, 100_000)
        said.append(str(caught.value))
        if not whole.left:
            break
    # Nine or ten that are too large themselves, then the room is used up, whatever comes.
    assert len(said) == 10
    with pytest.raises(Refused, match="with what was unpacked before it"):
        archive.read(archive.members[-1], 100_000)


def test_a_part_of_a_budget_leaves_the_rest_to_others() -> None:
    whole = Budget(1000)
    part = Budget(100, whole)
    part.spend(200)
    assert (part.left, part.size, whole.left) == (0, 100, 800)
    assert Budget(5000, whole).left == 800
    assert Budget(5000, whole).size == 1000


@settings(max_examples=300, deadline=None)
@given(at=st.integers(0, len(SOUND) - 1), other=st.binary(min_size=1, max_size=12), seed=st.integers(0, 3))
def test_any_bytes_anywhere(at: int, other: bytes, seed: int) -> None:
    """Read or refused, and never anything that Python's own reader happens to raise."""
    data = bytearray(SOUND)
    data[at : at + len(other)] = other
    for _ in range(seed):
        data[random.Random(at + seed).randrange(len(data))] ^= 0x55
    found: dict[str, bytes] = {}
    said = ""
    try:
        found = everything(bytes(data))
    except Refused as refused:
        said = str(refused)
    assert said or len(found) <= 2


def test_packed_twice_the_same_bytes_and_what_came_in_comes_out() -> None:
    files = {"b.txt": b"second", "a/first.txt": TEXT}
    moment = datetime(2026, 3, 1, 9, 30, 7, tzinfo=UTC)
    made = pack(files, moment)
    assert made == pack(dict(reversed(files.items())), moment)
    assert everything(made) == files
    assert zipfile.ZipFile(io.BytesIO(pack(files))).infolist()[0].date_time == (1980, 1, 1, 0, 0, 0)
