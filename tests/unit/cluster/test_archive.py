"""An image made without any image builder."""

import hashlib
import io
import json
import tarfile
from pathlib import Path

from cluster.archive import write_image


def written(path: Path) -> tarfile.TarFile:
    write_image(path, "some/image:1", {"pause": b"program"}, ["/pause"], "65535:65535")
    return tarfile.open(path)


def content(archive: tarfile.TarFile, name: str) -> bytes:
    entry = archive.extractfile(name)
    assert entry
    return entry.read()


def test_the_manifest_leads_to_the_layer_and_the_layer_is_what_the_config_says(tmp_path: Path) -> None:
    archive = written(tmp_path / "image.tar")
    (manifest,) = json.loads(content(archive, "manifest.json"))
    config = json.loads(content(archive, manifest["Config"]))
    layer = content(archive, manifest["Layers"][0])
    assert manifest["RepoTags"] == ["some/image:1"]
    assert config["rootfs"]["diff_ids"] == [f"sha256:{hashlib.sha256(layer).hexdigest()}"]


def test_its_programs_can_be_run(tmp_path: Path) -> None:
    layer = io.BytesIO(content(written(tmp_path / "image.tar"), "layer.tar"))
    with tarfile.open(fileobj=layer) as files:
        assert files.getmember("pause").mode == 0o755


def test_the_same_content_makes_the_same_bytes(tmp_path: Path) -> None:
    written(tmp_path / "one.tar")
    written(tmp_path / "two.tar")
    assert (tmp_path / "one.tar").read_bytes() == (tmp_path / "two.tar").read_bytes()
