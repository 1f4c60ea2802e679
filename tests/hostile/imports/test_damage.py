"""Random damage never ends in a traceback."""

from __future__ import annotations

import contextlib
import gzip
import io
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from servicelab import company
from servicelab.cli import main

from .conftest import EVENT, HEADER, ROW, SHEET, SOUND, XES, workbook

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
