"""The dead man's handle: a URL that is asked for while all is well; who watches it (healthchecks.io, a monitor of the
bureau) raises the alarm when it is not."""

from __future__ import annotations

import logging
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

TIMEOUT_S = 10.0

_log = logging.getLogger(__name__)


def beat(url: str) -> bool:
    """Ask for the URL once; whether it was there. What fails is logged without the URL, whose path may be a secret."""
    try:
        with urlopen(Request(url, headers={"User-Agent": "tongbutong"}), timeout=TIMEOUT_S) as answer:
            return bool(200 <= answer.status < 300)
    except (URLError, OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        _log.warning("no heartbeat to %s: %s", urlsplit(url).hostname, reason)
        return False
