"""Every other service that Apprise knows (Telegram, Slack, Teams, Gotify …), by an Apprise URL.

Apprise answers yes or no. What a "no" means stands in its own log: that no connection came about, or which HTTP status
came back. Where neither is said the message may have been shown, and is not sent again by itself.
"""

from __future__ import annotations

import logging
import re
from datetime import datetime
from typing import TYPE_CHECKING

from probe.errors import PostError
from probe.post.accounts import Service
from probe.post.sender import Deferred, HandOver, Parcel, Unsure

if TYPE_CHECKING:
    from apprise import NotifyBase, NotifyLogEntry

NOTHING_LEFT = re.compile(  # urllib3's names for what happens before the first byte of a request
    r"Caused by (?:NewConnectionError|ConnectTimeoutError|NameResolutionError|SSLError|ProxyError)"
)
STATUS = re.compile(r"\berror=(\d{3})\b")


class Other:
    """One service. PostError when Apprise is not installed, or does not know the URL."""

    def __init__(self, service: Service) -> None:
        self._service = service
        try:
            import apprise
        except ImportError:
            raise PostError("post.no_apprise", name=service.name) from None
        log = logging.getLogger("apprise")
        log.propagate = False  # it logs URLs, which hold keys: only `send` reads it
        log.addHandler(logging.NullHandler())
        log.setLevel(logging.DEBUG)
        self._known = apprise.Apprise()
        if not self._known.add(service.url.reveal()):
            raise PostError("post.bad_service", name=service.name)
        for plugin in self._known:
            plugin.overflow_mode = apprise.OverflowMode.TRUNCATE  # of parts, one may be shown and the next refused

    def send(self, parcel: Parcel, hand_over: HandOver) -> None:
        """Show the letter's subject and text, cut to what the service takes."""
        from apprise import NotifyFormat

        hand_over()
        said: list[str] = []

        def listen(entry: NotifyLogEntry, _: NotifyBase | None = None) -> None:
            said.append(entry.message)

        done = self._known.notify(
            parcel.text,
            title=parcel.letter.subject,
            body_format=NotifyFormat.TEXT,
            log_callback=listen,
            log_level=logging.DEBUG,
        )
        if not done:
            raise self._judged("\n".join(said))

    def check(self, now: datetime) -> str:
        """Where it would go. Nothing can be asked of a service that nobody would see."""
        return self._service.where

    def close(self) -> None:
        """Nothing stays open between letters."""

    def _judged(self, said: str) -> PostError:
        where = self._service.where
        if NOTHING_LEFT.search(said):
            return Deferred("post.service_away", where=where)
        if status := STATUS.search(said):
            return Deferred("post.server_said", where=where, said=f"HTTP {status[1]}")
        return Unsure("post.unsure", where=where)
