"""Certificates, always checked, and what is said when a connection fails."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

from probe.errors import PostError
from probe.post.plain import one_line
from probe.post.sender import Deferred

# OpenSSL's X509_V_ERR_… numbers, https://docs.openssl.org/master/man3/X509_STORE_CTX_get_error/
_ISSUER = frozenset({2, 18, 19, 20, 21})
_DATES = frozenset({9, 10})
_NAME = frozenset({62, 64})


def trust(ca_file: Path | None = None) -> ssl.SSLContext:
    """Who is believed: the system's certificate authorities, and those of a file. PostError when it cannot be read."""
    context = ssl.create_default_context()
    if ca_file is not None:
        try:
            context.load_verify_locations(cafile=ca_file)
        except OSError as error:  # ssl.SSLError is one
            raise PostError("post.bad_ca_file", file=ca_file, reason=reason(error)) from None
    return context


def unreached(error: OSError, where: str) -> Deferred:
    """Why a server was not reached, in a sentence with what to do about it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return Deferred(_certificate(error.verify_code), where=where, reason=one_line(error.verify_message))
    if isinstance(error, ssl.SSLError):
        return Deferred("post.tls_failed", where=where, reason=reason(error))
    if isinstance(error, socket.gaierror):
        return Deferred("post.no_such_host", where=where, reason=reason(error))
    if isinstance(error, TimeoutError):
        return Deferred("post.timeout", where=where)
    return Deferred("post.unreachable", where=where, reason=reason(error))


def reason(error: OSError) -> str:
    """The system's own words, on one line."""
    return one_line(error.strerror or getattr(error, "reason", None) or str(error) or type(error).__name__)


def _certificate(code: int) -> str:
    if code in _NAME:
        return "post.certificate_name"
    if code in _DATES:
        return "post.certificate_dates"
    return "post.certificate_issuer" if code in _ISSUER else "post.certificate"
