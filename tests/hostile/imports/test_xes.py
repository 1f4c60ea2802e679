"""Event logs made to harm, and events that do not fit."""

from __future__ import annotations

import time

import pytest

from servicelab.files.metered import MEGABYTE

from .conftest import EVENT, XES

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
