"""Files that other programs read are whole, and touched only when they change."""

from pathlib import Path

import pytest

from ingestor.files import write


def test_a_file_that_would_not_change_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "stories.json"
    assert write(path, b"one")
    before = path.stat()

    assert not write(path, b"one")
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "stories.json").mkdir()  # a directory cannot be replaced by a file

    with pytest.raises(OSError, match="directory"):
        write(tmp_path / "stories.json", b"one")

    assert [path.name for path in tmp_path.iterdir()] == ["stories.json"]


def test_permissions_and_links_are_kept(tmp_path: Path) -> None:
    path, link = tmp_path / "real", tmp_path / "link"
    path.write_bytes(b"one")
    path.chmod(0o640)
    link.symlink_to(path)

    assert write(link, b"two")
    assert (link.is_symlink(), path.read_bytes(), path.stat().st_mode & 0o777) == (
        True,
        b"two",
        0o640,
    )
