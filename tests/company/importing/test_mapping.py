"""A mapping that says something wrong is answered in one sentence that names the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from servicelab.company.importing import shipped_mappings
from servicelab.company.importing.mapping import read_mapping
from servicelab.errors import UserError

START = "source: {format: csv}\ntables:\n"


@pytest.mark.parametrize("name", shipped_mappings())
def test_shipped_mappings_are_sound(name: str) -> None:
    mapping = read_mapping(name)
    assert mapping.name == name
    assert mapping.about
    assert mapping.wanted()


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", 0, "is empty"),
        ("just words", 1, "`key: value`"),
        ("source: {format: csv}\n", 1, "`tables` is missing"),
        ("source: {format: docx}\ntables: {}\n", 1, "'docx' is not one of csv, xlsx, xes"),
        ("source: {format: csv}\ntables: {}\n", 2, "at least one table"),
        ("source:\n  format: csv\n  colour: red\ntables: {}\n", 3, "'colour' is not known here"),
        ("source:\n  encoding: klingon\ntables: {}\n", 2, "no encoding 'klingon'"),
        ("source:\n  encoding: zip\ntables: {}\n", 2, "no encoding 'zip'"),
        ("source:\n  zone: Mars/Base\ntables: {}\n", 2, "no time zone 'Mars/Base'"),
        ("source:\n  zone: ../../etc/passwd\ntables: {}\n", 2, "no time zone"),
        ("source:\n  time: mixed\ntables: {}\n", 2, "write `time` with signs"),
        ("source:\n  time: '%H:%M %Z'\ntables: {}\n", 2, "no %Z"),
        ("source:\n  delimiter: '::'\ntables: {}\n", 2, "delimiter is one sign"),
        ("source:\n  skip: lots\ntables: {}\n", 2, "whole number"),
        ("source:\n  decimal: ','\n  thousands: ','\ntables: {}\n", 1, "must differ"),
        (START + "  phones:\n    columns: {}\n", 3, "no table 'phones'"),
        (START + "  calls:\n    columns: {call_id: id}\n", 3, "needs arrived_at, wait, served too"),
        (START + "  calls:\n    columns:\n      colour: c\n", 5, "no column 'colour'"),
        (START + "  calls:\n    columns:\n      wait: {from: w, value: 3}\n", 5, "exactly one of"),
        (START + "  calls:\n    columns:\n      served: {from: s, unit: minutes}\n", 5, "`unit` is for numbers"),
        (START + "  calls:\n    columns:\n      wait: {from: s, time: iso}\n", 5, "`time` is for dates"),
        (START + "  calls:\n    columns:\n      wait: {from: s, unit: weeks}\n", 5, "'weeks' is not one of"),
        (START + "  orders:\n    columns:\n      warehouse: {from: w, codes: {A: Mars}}\n", 5, "no code of warehouse"),
        (START + "  calls:\n    columns:\n      wait: {from: s, between: [a]}\n", 5, "names the two columns"),
        (START + "  calls:\n    events: {Opened: o}\n", 4, "event_log only"),
        (START + "  calls:\n    columns: {}\n    columns: {}\n", 5, "stands twice"),
        ("a: &x [1]\nb: *x\n", 2, "instead of an alias"),
        ("a: [[[[[[[[[[[[[[1]]]]]]]]]]]]]]\n", 1, "nested too deeply"),
        ("source: {format: csv\n", 2, "expected"),
        ("? [a]\n: b\n", 1, "plain word"),
        ("source: !!python/object/apply:os.system ['true']\ntables: {}\n", 1, "`key: value`"),
    ],
)
def test_a_wrong_mapping_is_answered_with_its_line(tmp_path: Path, text: str, line: int, says: str) -> None:
    path = tmp_path / "mine.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        read_mapping(path)
    message = str(caught.value)
    assert says in message
    assert "mine.yml" in message
    if line:
        assert f"line {line}:" in message
    assert "\n" not in message


def test_a_name_that_is_no_mapping(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="bank-call-log, help-desk-csv"):
        read_mapping("bank")
    with pytest.raises(UserError, match="no mapping"):
        read_mapping("../mappings/bank-call-log")


def test_a_mapping_that_is_some_other_file(tmp_path: Path) -> None:
    (tmp_path / "large.yml").write_bytes(b"# " + b"x" * 300_000)
    (tmp_path / "gbk.yml").write_bytes("name: 银行".encode("gbk"))
    with pytest.raises(UserError, match="too large"):
        read_mapping(tmp_path / "large.yml")
    with pytest.raises(UserError, match="UTF-8"):
        read_mapping(tmp_path / "gbk.yml")


def test_codes_stay_as_they_are_written(tmp_path: Path) -> None:
    """YAML would make NO false and 01 one; an export's codes are text."""
    path = tmp_path / "mine.yml"
    path.write_text(
        "source: {format: csv}\ntables:\n  calls:\n    columns:\n      call_id: id\n      arrived_at: at\n"
        "      wait: w\n      served: {from: s, codes: {NO: 'false', 01: 'true'}}\n",
        encoding="utf-8",
    )
    (target,) = read_mapping(path).targets
    assert next(one.codes for one in target.fields if one.column.name == "served") == {"NO": "false", "01": "true"}
