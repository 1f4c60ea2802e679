"""The old file or the new one, and nothing between; nothing left over when it fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from servicelab.files.whole import whole, whole_folder, write_whole


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_text_has_the_line_ends_it_has(tmp_path: Path) -> None:
    write_whole(tmp_path / "new" / "a.txt", "one\ntwo\r\n三")
    assert (tmp_path / "new" / "a.txt").read_bytes() == "one\ntwo\r\n三".encode()
    assert names(tmp_path / "new") == ["a.txt"]


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")

    def interrupted() -> None:
        with whole(path) as unfinished:
            unfinished.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


def test_a_link_under_the_unfinished_name_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("theirs")
    path = tmp_path / "here" / "a.txt"
    path.parent.mkdir()
    with whole(path) as unfinished:
        unfinished.write_text("first")
    unfinished.symlink_to(outside)
    write_whole(path, "mine")
    assert (path.read_text(), outside.read_text()) == ("mine", "theirs")
    assert not path.is_symlink()


def test_a_folder_takes_the_place_of_another(tmp_path: Path) -> None:
    place = tmp_path / "built"
    for content in ("old", "new"):
        with whole_folder(place) as folder:
            (folder / f"{content}.txt").write_text(content)
    assert names(place) == ["new.txt"]

    def stopped() -> None:
        with whole_folder(place) as folder:
            (folder / "half.txt").write_text("half")
            raise ValueError("half-way")

    with pytest.raises(ValueError, match="half-way"):
        stopped()
    assert names(place) == ["new.txt"]
    assert names(tmp_path) == ["built"]


def test_what_an_earlier_process_left_half_way_goes(tmp_path: Path) -> None:
    for word in ("new", "old"):
        (tmp_path / f".built.{word}").mkdir()
        (tmp_path / f".built.{word}" / "left.txt").write_text("left")
    with whole_folder(tmp_path / "built") as folder:
        assert names(folder) == []
    assert names(tmp_path) == ["built"]


def test_a_process_that_died_between_the_two_renames_loses_nothing(tmp_path):
    (tmp_path / ".place.old").mkdir()
    (tmp_path / ".place.old" / "only.txt").write_text("the only copy")
    with pytest.raises(ZeroDivisionError), whole_folder(tmp_path / "place"):
        raise ZeroDivisionError
    assert (tmp_path / "place" / "only.txt").read_text() == "the only copy"
