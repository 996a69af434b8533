"""Building images without Docker: buildah, its store in the cache, no registry asked for anything."""

from collections.abc import Sequence
from pathlib import Path

from cluster.loading import Image
from cluster.paths import cache
from cluster.shell import MINUTES, run

BUILD_LIMIT_SECONDS = 30 * MINUTES
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")  # Debian's bundle, with what the machine itself trusts


def buildah() -> list[str | Path]:
    store = cache() / "buildah"
    return ["buildah", "--root", store / "root", "--runroot", store / "run", "--storage-driver", "overlay"]


def build(image: Image, dockerfile: Path, context: Path) -> None:
    """Builds the image and writes its archive. The machine's CA bundle is lent to those steps that ask for it."""
    where: list[str | Path] = ["--isolation", "chroot", "--network", "host", "--runtime", "runc"]
    trust: list[str | Path] = ["--secret", f"id=ca,src={AUTHORITIES}"] if AUTHORITIES.exists() else []
    what: list[str | Path] = ["--pull=never", "--layers", "--tag", image.name, "--file", dockerfile, context]
    run([*buildah(), "build", *where, *trust, *what], timeout_seconds=BUILD_LIMIT_SECONDS)
    write_archive(image)


def commit_folder(image: Image, folder: Path, command: Sequence[str]) -> None:
    """An image of one layer: the folder's content."""
    container = run([*buildah(), "from", "scratch"]).strip()
    try:
        run([*buildah(), "add", "--quiet", container, folder, "/"])
        run([*buildah(), "config", "--cmd", " ".join(command), container])
        run([*buildah(), "commit", "--quiet", container, image.name])
    finally:
        run([*buildah(), "rm", container])
    write_archive(image)


def has(name: str) -> bool:
    listed = run([*buildah(), "images", "--format", "/{{.Name}}:{{.Tag}}"])
    return any(line.endswith(f"/{name}") for line in listed.splitlines())


def write_archive(image: Image) -> None:
    """Under its short name, which containerd completes the same way as the kubelet does; older archives of it go."""
    image.archive.parent.mkdir(parents=True, exist_ok=True)
    unfinished = image.archive.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    run([*buildah(), "push", "--quiet", image.name, f"docker-archive:{unfinished}:{image.name}"])
    for older in image.archive.parent.glob(f"{image.slug}-*.tar"):
        older.unlink()
    unfinished.rename(image.archive)
