"""YAML with lines: what it means, where it stands, and one sentence for what it may not be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelab.errors import UserError
from servicelab.files.yamllines import DEEPEST, NotYaml, as_written, parse, read_yaml

TEXT = """\
country: NO
days:
  - {id: 01, on: yes}
  - id: 02
    note: |
      two
      lines
"""


def test_what_it_means_and_where_it_stands() -> None:
    found = parse(TEXT)
    assert found.data["country"] is False
    assert found.data["days"][0] == {"id": 1, True: True}
    assert [found.line(*trail) for trail in [(), ("days",), ("days", 0, "id"), ("days", 1, "note")]] == [1, 2, 3, 5]
    assert found.line("days", 1, "nothing", "of", "it") == 4
    assert found.repeated == ()


def test_as_it_is_written() -> None:
    root = as_written(TEXT, "days.yml")
    assert root is not None
    assert root.entries["country"].text == "NO"
    assert [item.entries["id"].text for item in root.entries["days"].items] == ["01", "02"]
    with pytest.raises(UserError, match=r"days\.yml, line 4: no such day\."):
        root.entries["days"].items[1].wrong("no such day.")
    assert as_written("# nothing\n", "x") is None


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: 1\nb: [\n", 3, "expected"),
        ("a: 1\nb: *x\n", 2, "alias"),
        ("a: &x [1]\nb:\n- *x\n", 3, "alias"),
        ("a: 1\nb: " + "[" * (DEEPEST + 1), 2, "nested too deeply"),
        ("[" * 100_000, 1, "nested too deeply"),
        ("a: !!python/object:os.system x\n", 1, "could not determine a constructor"),
        ("a: 2026-99-99\n", 1, "month must be in 1..12"),
        ("a: 'x\0'\n", 1, "not allowed"),
    ],
    ids=["open", "alias", "alias-list", "deep", "very-deep", "tag", "date", "nul"],
)
def test_what_it_may_not_be(text: str, line: int, says: str, tmp_path: Path) -> None:
    with pytest.raises(NotYaml, match=says) as caught:
        parse(text)
    assert caught.value.line == line
    (tmp_path / "a.yml").write_text(text)
    with pytest.raises(UserError, match=f"a.yml, line {line}: .*{says}") as told:
        read_yaml(tmp_path / "a.yml")
    assert "\n" not in str(told.value)


def test_a_key_twice_is_named_with_its_line(tmp_path: Path) -> None:
    text = "a: 1\nb: {c: 1}\na: 2\n"
    assert [(each.line, each.key) for each in parse(text).repeated] == [(3, "a")]
    with pytest.raises(NotYaml, match="line 3: 'a' stands twice"):
        as_written(text, "x")
    (tmp_path / "a.yml").write_text(text)
    with pytest.raises(UserError, match="line 3: 'a' stands twice"):
        read_yaml(tmp_path / "a.yml")


def test_aliases_where_they_are_asked_for() -> None:
    assert parse("a: &x [1]\nb: *x\n", aliases=True).data == {"a": [1], "b": [1]}


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        read_yaml(tmp_path / "none.yml")
    (tmp_path / "a.yml").write_bytes("a: é".encode("latin-1"))
    with pytest.raises(UserError, match="not UTF-8"):
        read_yaml(tmp_path / "a.yml")


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    said = "1: read"
    try:
        parse(text)
        as_written(text, "x")
    except NotYaml as refused:
        said = f"{refused.line}: {refused.problem}"
    assert re.fullmatch(r"[1-9]\d*: .+", said)
