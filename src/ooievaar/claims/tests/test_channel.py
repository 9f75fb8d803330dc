"""A folder as the way out and in."""

import os
from pathlib import Path

import pytest

from ooievaar.claims.channel import FolderChannel


def test_the_same_file_is_handed_over_once_also_after_it_was_picked_up(tmp_path: Path) -> None:
    channel = FolderChannel(tmp_path)
    channel.put("a.txt", b"een")
    channel.put("a.txt", b"een")
    assert list(channel.collect()) == [("a.txt", b"een")]
    channel.put("a.txt", b"een")
    assert list(channel.collect()) == []


def test_other_content_under_a_name_that_was_used_is_a_fault(tmp_path: Path) -> None:
    channel = FolderChannel(tmp_path)
    channel.put("a.txt", b"een")
    with pytest.raises(FileExistsError):
        channel.put("a.txt", b"twee")


def test_half_a_file_is_not_seen(tmp_path: Path) -> None:
    channel = FolderChannel(tmp_path)
    (channel.out / ".a.txt.deel").write_bytes(b"ee")
    (channel.into / ".r.txt.deel").write_bytes(b"re")
    assert list(channel.collect()) == [] == list(channel.waiting())
    channel.put("a.txt", b"een")
    assert list(channel.collect()) == [("a.txt", b"een")]


def test_who_is_in_the_files_is_seen_by_nobody_else(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        channel = FolderChannel(tmp_path / "declaraties")
        channel.put("a.txt", b"een")
        channel.answer("r.txt", b"twee")
    finally:
        os.umask(before)
    rights = {path: path.stat().st_mode & 0o777 for path in channel.path.rglob("*.txt")}
    assert set(rights.values()) == {0o600} and len(rights) == 2
    folders = [channel.path, *(path for path in channel.path.rglob("*") if path.is_dir())]
    assert {path.stat().st_mode & 0o777 for path in folders} == {0o700} and len(folders) == 6


def test_two_answers_of_one_name_are_both_kept(tmp_path: Path) -> None:
    channel = FolderChannel(tmp_path)
    for content in (b"een", b"twee", b"twee"):
        channel.answer("r.txt", content)
        channel.done("r.txt")
    assert {path.read_bytes() for path in channel.read.iterdir()} == {b"een", b"twee"}


def test_answers_wait_by_name_until_they_are_put_away(tmp_path: Path) -> None:
    channel = FolderChannel(tmp_path)
    channel.answer("2.txt", b"twee")
    channel.answer("1.txt", b"een")
    assert [name for name, _ in channel.waiting()] == ["1.txt", "2.txt"]
    channel.done("1.txt")
    channel.done("2.txt", refused=True)
    channel.done("2.txt", refused=True)
    assert list(channel.waiting()) == []
    assert (channel.read / "1.txt").exists() and (channel.refused / "2.txt").exists()
