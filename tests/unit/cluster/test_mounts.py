"""Nothing behind a mount is ever deleted."""

from pathlib import Path

import pytest

from cluster import mounts
from cluster.steps import ClusterError

MOUNTS = "tmpfs /state/a tmpfs rw 0 0\noverlay /state/a/b\\040c overlay rw 0 0\ntmpfs /statement tmpfs rw 0 0\n"


def test_mounts_below_a_folder_are_found_with_their_spaces() -> None:
    assert mounts.mounted_below(Path("/state"), MOUNTS) == ["/state/a", "/state/a/b c"]


def test_a_folder_with_something_mounted_in_it_is_not_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "volume").mkdir()
    table = tmp_path / "mounts"
    table.write_text(f"tmpfs {tmp_path}/volume tmpfs rw 0 0\n")
    monkeypatch.setattr(mounts, "MOUNTS", table)
    with pytest.raises(ClusterError, match="still mounted"):
        mounts.remove_all_but(tmp_path)
    assert (tmp_path / "volume").exists()


def test_what_is_to_be_kept_is_kept(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "run").mkdir()
    (tmp_path / "link").symlink_to("/")
    mounts.remove_all_but(tmp_path, kept=tmp_path / "images")
    assert [entry.name for entry in tmp_path.iterdir()] == ["images"]
