"""Faults on the way to a server: TLS, proxy and connection, each with its remedy."""

from __future__ import annotations

import re
import socket
import ssl
from typing import NamedTuple

from britive_scim.wire.route import Route
from britive_scim.wire.trust import TrustSource

__all__ = ["ConnectionFault", "collect_causes", "find_connection_fault"]


class ConnectionFault(NamedTuple):
    """Fault on the way to a server.

    Attributes:
        reason: description without names of hosts.
        details: where it happened, and the remedy.
        is_final: whether a retry cannot succeed.
    """

    reason: str
    details: str
    is_final: bool


_HOST_MISMATCH = (62, 64)  # X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH
_NOT_IN_TIME = (9, 10)  # X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED

_NO_COMMON_VERSION = (
    "NO_PROTOCOLS_AVAILABLE",
    "TLSV1_ALERT_PROTOCOL_VERSION",
    "UNSUPPORTED_PROTOCOL",
    "VERSION_TOO_LOW",
    "WRONG_SSL_VERSION",
)
_NO_COMMON_CIPHER = (
    "HANDSHAKE_FAILURE_ON_CLIENT_HELLO",
    "NO_CIPHERS_AVAILABLE",
    "NO_SHARED_CIPHER",
    "SSLV3_ALERT_HANDSHAKE_FAILURE",
    "TLSV1_ALERT_INSUFFICIENT_SECURITY",
)
_NO_CLIENT_CERTIFICATE = (
    "SSLV3_ALERT_BAD_CERTIFICATE",
    "TLSV13_ALERT_CERTIFICATE_REQUIRED",
    "TLSV1_ALERT_UNKNOWN_CA",
)
"""Values of `SSLError.reason`, as OpenSSL 1.1 and 3 set them."""


def find_connection_fault(error: Exception, reason: str, route: Route | None) -> ConnectionFault:
    """Return what is known about a failure to reach a server.

    Args:
        error: exception of an HTTP library.
        reason: description of its class.
        route: route to the host, if known.
    """
    location = f"; {route}" if route else ""
    causes = collect_causes(error)
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            fault = _find_tls_fault(cause, route)
            if fault is not None:
                return ConnectionFault(fault[0], f"{location}; {fault[1]}", is_final=True)
    if type(error).__name__ == "ProxyError":
        return _describe_proxy_refusal(error, reason, location, route)
    message = next(
        (c.strerror for c in causes if isinstance(c, OSError) and isinstance(c.strerror, str)), ""
    )
    if route is not None and route.proxy is not None:
        reason = reason.replace("the server", "the proxy")
    remedy = _find_remedy(causes, route)
    return ConnectionFault(
        f"{reason} ({message})" if message else reason, f"{location}; {remedy}", is_final=False
    )


def _find_tls_fault(error: ssl.SSLError, route: Route | None) -> tuple[str, str] | None:
    """Return the reason and the remedy of a TLS fault that a retry cannot remove, or `None`."""
    if isinstance(error, ssl.SSLCertVerificationError):
        message: str = getattr(error, "verify_message", "") or "verification failed"
        return f"the server's certificate is not trusted ({message})", _find_certificate_remedy(
            getattr(error, "verify_code", 0), route
        )
    code = error.reason or ""
    context = (
        "a context for Settings(tls=…)"
        if route is None or route.is_own
        else "the TLS context of the transport or HTTP client that this client was given"
    )
    if code == "WRONG_VERSION_NUMBER":
        return "the server does not use TLS at this address", "is it http instead of https?"
    if code in _NO_COMMON_VERSION:
        return (
            f"client and server have no TLS version in common ({code})",
            f"update the server, or permit its version in {context}",
        )
    if code in _NO_COMMON_CIPHER:
        return (
            f"client and server have no TLS cipher in common ({code})",
            f"update the server, or permit its ciphers in {context}",
        )
    if code in _NO_CLIENT_CERTIFICATE:
        return (
            f"the server refused the client's certificate ({code})",
            f"load the certificate that it requires into {context}",
        )
    return None


def _find_certificate_remedy(code: int, route: Route | None) -> str:
    if code in _HOST_MISMATCH:
        return "the certificate belongs to another host; correct the address"
    if code in _NOT_IN_TIME:
        return "check the clock of this computer, or have the certificate renewed"
    if route is None:
        return TrustSource().remedy
    return (
        f"trusted certificates are from {route.trust}: {route.trust_remedy}"
        if route.trust
        else route.trust_remedy
    )


def _describe_proxy_refusal(
    error: Exception, reason: str, location: str, route: Route | None
) -> ConnectionFault:
    # httpcore 1.0: "407 Proxy Authentication Required"
    status = re.match(r"([1-5]\d\d)(?: |$)", str(error))
    remedy = route.proxy.remedy if route is not None and route.proxy else "correct the proxy"
    if status is None:
        return ConnectionFault(reason, f"{location}; {remedy}", is_final=False)
    code = int(status[1])
    if code == 407:
        remedy = f"write user and password into its URL as in http://user:password@proxy.example:3128, or {remedy}"
    return ConnectionFault(f"{reason} ({code})", f"{location}; {remedy}", is_final=False)


def _find_remedy(causes: list[BaseException], route: Route | None) -> str:
    if route is not None and route.proxy is not None:
        return route.proxy.remedy
    network = (
        ", or set HTTPS_PROXY if the network requires a proxy"
        if route is None or route.is_own
        else ""
    )
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return f"check the host name and DNS{network}"
    return f"check the address and the firewall{network}"


def collect_causes(error: BaseException) -> list[BaseException]:
    """Return an exception and its causes, the last one first."""
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in chain:
        chain.append(cause)
        cause = cause.__cause__ or cause.__context__
    return chain
