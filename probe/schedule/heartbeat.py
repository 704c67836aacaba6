"""The dead man's handle: a URL that is asked for while all is well; who watches it (healthchecks.io, a monitor of the
bureau) raises the alarm when it is not."""

from __future__ import annotations

import logging
from http.client import HTTPException
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

TIMEOUT_S = 10.0

_log = logging.getLogger(__name__)


def beat(url: str) -> bool:
    """Ask for the URL once; whether it was there. What fails is logged without the URL, whose path may be a secret."""
    try:
        with urlopen(Request(url, headers={"User-Agent": "tongbutong"}), timeout=TIMEOUT_S) as answer:
            return bool(200 <= answer.status < 300)
    except (OSError, HTTPException, ValueError) as error:  # an error's own words may repeat the URL
        _log.warning("no heartbeat to %s: %s", urlsplit(url).hostname, type(error).__name__)
        return False
