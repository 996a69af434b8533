"""One authority, and a certificate of its own for everyone who speaks to the API server or is spoken to."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from cluster.shell import run

VALID_DAYS = "3650"
KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


@dataclass(frozen=True)
class Certificate:
    """Its holder: the common name is the user, organizations are groups; names and addresses are where it serves."""

    file: str
    common_name: str
    organizations: tuple[str, ...] = ()
    dns_names: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()

    def subject(self) -> str:
        return "".join(f"/O={name}" for name in self.organizations) + f"/CN={self.common_name}"

    def extensions(self) -> list[str]:
        """X.509 extensions; a server's names stand in the subject alternative name alone, as Go wants."""
        names = [f"DNS:{name}" for name in self.dns_names] + [f"IP:{address}" for address in self.addresses]
        usage = "clientAuth,serverAuth" if names else "clientAuth"
        alternative = [f"subjectAltName={','.join(names)}"] if names else []
        what = ["basicConstraints=critical,CA:FALSE", "keyUsage=critical,digitalSignature", f"extendedKeyUsage={usage}"]
        return [*what, *alternative]


class Authority:
    """The cluster's certificates in one folder: issued when missing, or when what they say has changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.certificate = folder / "ca.crt"
        self.key = folder / "ca.key"
        self.tokens_key = folder / "service-accounts.key"
        self.tokens_public_key = folder / "service-accounts.pub"
        if not self.tokens_public_key.exists():
            self._found()

    def issue(self, wanted: Certificate) -> tuple[Path, Path]:
        """The certificate's and the key's file."""
        certificate, key = self.folder / f"{wanted.file}.crt", self.folder / f"{wanted.file}.key"
        stamp = self.folder / f"{wanted.file}.sha256"
        says = hashlib.sha256(repr(wanted).encode() + self.certificate.read_bytes()).hexdigest()
        if not stamp.exists() or stamp.read_text() != says:
            extensions = [word for extension in wanted.extensions() for word in ("-addext", extension)]
            signed: list[str | Path] = [
                "-CA",
                self.certificate,
                "-CAkey",
                self.key,
                "-days",
                VALID_DAYS,
                "-subj",
                wanted.subject(),
            ]
            run(["openssl", "req", "-x509", *KEY, *signed, *extensions, "-keyout", key, "-out", certificate])
            stamp.write_text(says)
        return certificate, key

    def _found(self) -> None:
        itself = ["-days", VALID_DAYS, "-subj", "/CN=colonnade-cluster"]
        itself += ["-addext", "keyUsage=critical,keyCertSign,cRLSign"]
        run(["openssl", "req", "-x509", *KEY, *itself, "-keyout", self.key, "-out", self.certificate])
        run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", self.tokens_key])
        run(["openssl", "ec", "-in", self.tokens_key, "-pubout", "-out", self.tokens_public_key])
