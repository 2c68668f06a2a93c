"""Source of the certificates that a client trusts."""

from __future__ import annotations

import os
import re
import ssl
import threading
from dataclasses import dataclass
from pathlib import Path

from britive_scim.errors import ConfigurationError

__all__ = [
    "CALLER_REMEDY",
    "SETTINGS_REMEDY",
    "SETTINGS_TRUST",
    "TrustSource",
    "get_tls_context",
    "select_trust",
]

SETTINGS_TRUST = "Settings(tls=…)"
"""Name of the source if the caller passed a TLS context."""

_VARIABLES = (
    ("SSL_CERT_FILE", "SSL_CERT_DIR"),  # OpenSSL, httpx
    ("REQUESTS_CA_BUNDLE",),  # requests, and so Britive's own tools
    ("CURL_CA_BUNDLE",),  # curl, requests
)
"""Environment variables that name certificates; the first group that is set is the only source."""

_AUTHORITY = "the certificate of its authority, such as that of a company's proxy,"

SETTINGS_REMEDY = f"load {_AUTHORITY} into the context of {SETTINGS_TRUST}"
"""Way to trust one more certificate if the caller gave a TLS context."""

CALLER_REMEDY = f"load {_AUTHORITY} into the TLS context of the transport or HTTP client that this client was given"
"""Way to trust one more certificate if the caller's transport or HTTP client opens the connections."""

_HASHED_NAME = re.compile(r"[0-9a-f]{8}\.[0-9]+")
"""Name of a certificate in a directory, as OpenSSL looks it up."""


@dataclass(frozen=True, slots=True)
class TrustSource:
    """Source of trusted certificates: environment variables, or the defaults without any.

    Attributes:
        paths: files and directories of certificates by variable.
    """

    paths: tuple[tuple[str, str], ...] = ()

    @property
    def remedy(self) -> str:
        """Ways to trust one more certificate; variables that the present ones would hide are left out."""
        names = [name for name, _ in self.paths]
        if not names or "REQUESTS_CA_BUNDLE" in names:
            variables = "SSL_CERT_FILE or REQUESTS_CA_BUNDLE"
        elif "CURL_CA_BUNDLE" in names:
            variables = "SSL_CERT_FILE, REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE"
        else:
            variables = "SSL_CERT_FILE, which has precedence"
        return (
            f"name a file with {_AUTHORITY} in {variables}, or pass a context as {SETTINGS_TRUST}"
        )

    def __str__(self) -> str:
        if not self.paths:
            return "the system's store and certifi"
        return " and ".join(f"{name}={path}" for name, path in self.paths)


def select_trust() -> TrustSource:
    """Return the source that the environment variables select; empty ones count as missing."""
    for names in _VARIABLES:
        paths = tuple((name, os.environ[name]) for name in names if os.environ.get(name))
        if paths:
            return TrustSource(paths)
    return TrustSource()


_lock = threading.Lock()
_contexts: dict[tuple[TrustSource, bool], ssl.SSLContext] = {}


def get_tls_context(source: TrustSource, *, http2: bool = False) -> ssl.SSLContext:
    """Return the TLS context of this process for a source; loading the certificates takes 40 ms, so it is shared.

    Args:
        source: source of the certificates.
        http2: whether connections offer HTTP/2. This is a setting of the context, so there are two contexts.

    Raises:
        ConfigurationError: the certificates cannot be loaded.
    """
    with _lock:
        if (source, http2) not in _contexts:
            _contexts[source, http2] = _load_certificates(source)
        return _contexts[source, http2]


def _load_certificates(source: TrustSource) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if not source.paths:
        context = ssl.create_default_context()
        _load_certifi(context)
        return context
    for number, (name, path) in enumerate(source.paths):
        problem = _find_path_problem(path)
        if not problem:
            try:
                if number:
                    context.load_verify_locations(*_split_location(path))
                else:
                    file, directory = _split_location(path)
                    context = ssl.create_default_context(cafile=file, capath=directory)
            except (OSError, ssl.SSLError) as error:
                problem = error.strerror or str(error)
        if problem:
            raise ConfigurationError(
                f"{name} must name trusted certificates, got {path!r}: {problem}; correct or unset the variable"
            )
    return context


def _load_certifi(context: ssl.SSLContext) -> None:
    """Add the certificates of certifi, which httpx requires; systems without a store have no others."""
    try:
        import certifi
    except ImportError:
        return
    context.load_verify_locations(cafile=certifi.where())


def _split_location(path: str) -> tuple[str | None, str | None]:
    """Return a path as that of a file, or as a list of directories."""
    return (path, None) if Path(path).is_file() else (None, path)


def _find_path_problem(path: str) -> str:
    """Return the reason for missing certificates at a path, or an empty string."""
    if Path(path).is_file():
        return ""
    directories = [Path(part) for part in path.split(os.pathsep) if Path(part).is_dir()]
    if not directories:
        return "it does not exist"
    names = (entry.name for directory in directories for entry in directory.iterdir())
    if not any(map(_HASHED_NAME.fullmatch, names)):
        return "the directory has no certificate under its hash, as `openssl rehash` creates"
    return ""
