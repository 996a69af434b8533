"""TLS for REST and gRPC alike: a certificate that is read again when it changes, and maybe a CA for clients'."""

import logging
import ssl
from pathlib import Path
from typing import Final, Self

from .files import State, state

log = logging.getLogger(__name__)

PROTOCOLS: Final = ("http/1.1", "h2")
"""The first that a client speaks: REST is HTTP/1.1's, and h2 alone is what gRPC's clients offer."""


class Tls:
    """What connections are made of. New ones get a certificate soon after it was renewed; those that are open stay."""

    def __init__(self, cert: Path, key: Path, client_ca: Path | None) -> None:
        """cert: PEM, with the certificates between it and the CA. client_ca: who signs clients'; they then need one.

        Raises ValueError when one can't be used.
        """
        check(cert, key)
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.set_alpn_protocols(PROTOCOLS)
        self.context.load_cert_chain(cert, key)
        if client_ca is not None:
            trust(self.context, client_ca)
        self._cert, self._key = cert, key
        self._seen = self._states()

    @classmethod
    def of(cls, cert: Path | None, key: Path | None, client_ca: Path | None) -> Self | None:
        """None without a certificate."""
        return None if cert is None or key is None else cls(cert, key, client_ca)

    def look(self) -> None:
        """Reads the files again if they changed; call it now and then. While they don't fit those before hold."""
        if (states := self._states()) == self._seen:
            return
        self._seen = states
        try:
            check(self._cert, self._key)
            self.context.load_cert_chain(self._cert, self._key)
        except (ValueError, OSError) as error:
            log.error("the certificate was not read again; the one before holds", extra={"error": str(error)})
        else:
            log.info("the certificate was read again", extra={"file": str(self._cert)})

    def _states(self) -> list[State | None]:
        return [state(path) for path in (self._cert, self._key)]


def check(cert: Path, key: Path) -> None:
    """Raises ValueError, with the file and what is wrong, if no server can use these."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415 - takes 60 ms
    from cryptography.x509 import load_pem_x509_certificates  # noqa: PLC0415

    try:
        first = load_pem_x509_certificates(_read(cert))[0]
    except ValueError as error:
        raise ValueError(str(error) if str(cert) in str(error) else f"{cert}: no certificate in PEM") from None
    content = _read(key)
    try:
        private = load_pem_private_key(content, None)
    except TypeError:
        raise ValueError(f"{key}: the key is encrypted; take the passphrase off") from None
    except Exception:
        raise ValueError(f"{key}: no private key in PEM") from None
    if first.public_key() != private.public_key():
        raise ValueError(f"{key}: the key is not that of {cert}'s first certificate")


def trust(context: ssl.SSLContext, client_ca: Path) -> None:
    """From now on clients need a certificate of this CA. Raises ValueError."""
    _read(client_ca)
    try:
        context.load_verify_locations(client_ca)
    except ssl.SSLError:
        raise ValueError(f"{client_ca}: no certificate in PEM") from None
    context.verify_mode = ssl.CERT_REQUIRED


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from None
