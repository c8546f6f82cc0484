"""The keys of the sides: Ed25519, each in a file of its own, never in the ledger."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from yijiang.errors import OptionError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_RAW = 32
_MISSING = "the ledger signs with the package cryptography, which is not installed: pip install cryptography"


class Key:
    """A side's private key; `public` is the public half in hexadecimal."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public = private.public_key().public_bytes_raw().hex()

    def sign(self, data: bytes) -> str:
        """Return the signature of some bytes, in hexadecimal."""
        return self._private.sign(data).hex()

    def __repr__(self) -> str:
        # The private half must not reach a log through a traceback.
        return f"Key(public={self.public[:16]}…)"


def create_key(path: str | os.PathLike[str]) -> str:
    """Make a new private key in a file that only its owner can read, and return the public half.

    Parameters
    ----------
    path
        Where the key goes, apart from the database; a file already there is never overwritten.

    Returns
    -------
    str
        The public key in hexadecimal, to be compared with the other sides.

    Raises
    ------
    OptionError
        If the file exists or can't be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     public = create_key(f"{folder}/hubei.pem")
    ...     load_key(f"{folder}/hubei.pem").public == public
    True
    """
    try:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    except ImportError as missing:
        raise OptionError(_MISSING) from missing
    private = Ed25519PrivateKey.generate()
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    try:
        # The mode is given at creation, so that the key is at no moment readable by others.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as exists:
        raise OptionError(f"the key file {os.fspath(path)!r} exists already; a key is never overwritten") from exists
    except OSError as failed:
        raise OptionError(f"the key file {os.fspath(path)!r} can't be written: {failed.strerror}") from failed
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    return Key(private).public


def load_key(path: str | os.PathLike[str]) -> Key:
    """Read a private key from a file: PEM (PKCS 8) or the 32 raw bytes.

    Raises
    ------
    OptionError
        If the file is missing, no Ed25519 key, or readable by others than its owner.
    """
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    except ImportError as missing:
        raise OptionError(_MISSING) from missing
    file = Path(path)
    shown = os.fspath(path)
    try:
        data = file.read_bytes()
        mode = file.stat().st_mode
    except OSError as failed:
        raise OptionError(f"the key file {shown!r} can't be read: {failed.strerror}") from failed
    if os.name == "posix" and mode & 0o077:
        raise OptionError(f"the key file {shown!r} can be read by others; make it private first: chmod 600 {shown}")
    if len(data) == _RAW:
        return Key(Ed25519PrivateKey.from_private_bytes(data))
    try:
        private = serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as bad:
        raise OptionError(f"the key file {shown!r} holds no private key in PEM or 32 raw bytes") from bad
    if not isinstance(private, Ed25519PrivateKey):
        raise OptionError(f"the key file {shown!r} holds a key of another kind; Ed25519 is needed")
    return Key(private)


@lru_cache(maxsize=64)
def _public(key: str) -> Ed25519PublicKey | None:
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError as missing:
        raise OptionError(_MISSING) from missing
    try:
        return Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
    except ValueError:
        return None


def signed_by(key: str, data: bytes, signature: str) -> bool:
    """Say whether a signature over some bytes is that of a public key (hexadecimal)."""
    public = _public(key)
    if public is None:
        return False
    from cryptography.exceptions import InvalidSignature

    try:
        public.verify(bytes.fromhex(signature), data)
    except (InvalidSignature, ValueError):
        return False
    return True


def fingerprint(key: str) -> str:
    """Return a public key in groups of four, short enough to be read out over the telephone.

    >>> fingerprint("00ff" * 16)
    '6bd2 5f5d 5bc8 ca90'
    """
    import hashlib

    digest = hashlib.sha256(bytes.fromhex(key)).hexdigest()[:16]
    return " ".join(digest[i : i + 4] for i in range(0, 16, 4))
