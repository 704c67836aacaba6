"""Chat groups by webhook, over the standard library's http.client: connecting and sending are two steps there, so the
last moment at which nothing has left can be marked; it follows no redirects and logs no URL, which holds the key.
"""

from __future__ import annotations

import http.client
import ssl
from collections import deque
from contextlib import suppress
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import msgspec

from probe.post import robots
from probe.post.accounts import ChatHook, is_loopback
from probe.post.plain import one_line
from probe.post.sender import Deferred, HandOver, Parcel, Refused, Unsure
from probe.post.tls import trust, unreached

STEP_S = 20.0  # for connecting, and for the answer
LONGEST_ANSWER = 65536  # bytes


class Chat:
    """One group's robot. Keep it from one delivery to the next: it remembers how many messages it sent lately."""

    def __init__(self, hook: ChatHook, *, context: ssl.SSLContext | None = None, step_s: float = STEP_S) -> None:
        self._hook = hook
        self._context = context
        self._step_s = step_s
        self._known = robots.robot(hook.kind)
        self._sent: deque[datetime] = deque(maxlen=self._known.most)

    def send(self, parcel: Parcel, hand_over: HandOver) -> None:
        """Show the letter's subject and text to the group, unless the service's limit is reached."""
        self._within_limit(parcel.now)
        letter = parcel.letter
        query, proof = robots.signed(self._hook.kind, self._hook.sign, parcel.now)
        content = proof | robots.payload(self._hook.kind, letter.subject, parcel.text, lang=letter.lang)
        connection = self._connect()
        try:
            hand_over()
            self._sent.append(parcel.now)
            status, body = self._post(connection, query, content)
        finally:
            connection.close()
        self._judge(status, body)

    def check(self, now: datetime) -> str:
        """Ask the robot with an empty message, which it must refuse: nobody sees it. PostError when it does not know
        the webhook or the secret, or cannot be reached; else where it is."""
        query, proof = robots.signed(self._hook.kind, self._hook.sign, now)
        connection = self._connect()
        try:
            status, body = self._post(connection, query, proof)
        finally:
            connection.close()
        with suppress(Refused):  # the empty message, as it should be
            self._judge(status, body)
        return self._hook.where

    def close(self) -> None:
        """Nothing stays open between letters."""

    def _within_limit(self, now: datetime) -> None:
        if len(self._sent) == self._known.most:
            free_at = self._sent[0] + timedelta(seconds=self._known.per_s)
            if now < free_at:
                wait_s = (free_at - now).total_seconds()
                raise Deferred("post.chat_limit", wait_s=wait_s, name=self._hook.name, most=self._known.most)

    def _connect(self) -> http.client.HTTPConnection:
        parts = self._hook.parts
        host, port = parts.hostname or "", parts.port
        if parts.scheme == "http":  # this machine, accounts.py saw to it
            connection = http.client.HTTPConnection(host, port, timeout=self._step_s)
        else:
            connection = self._secure(host, port)
        try:
            connection.connect()
        except OSError as error:
            connection.close()
            raise unreached(error, self._hook.where) from None
        except http.client.HTTPException:
            connection.close()
            raise Deferred("post.hung_up", where=self._hook.where) from None
        return connection

    def _secure(self, host: str, port: int | None) -> http.client.HTTPSConnection:
        """Straight there, or through the proxy that the environment names (HTTPS_PROXY), encrypted to the far end."""
        context = self._context or trust()
        proxy = None if is_loopback(host) or proxy_bypass(host) else getproxies().get("https")
        if proxy is None:
            return http.client.HTTPSConnection(host, port, timeout=self._step_s, context=context)
        via = urlsplit(proxy if "//" in proxy else f"//{proxy}")
        connection = http.client.HTTPSConnection(via.hostname or "", via.port, timeout=self._step_s, context=context)
        connection.set_tunnel(host, port)
        return connection

    def _post(self, connection: http.client.HTTPConnection, query: str, content: object) -> tuple[int, bytes]:
        parts = self._hook.parts
        target = f"{parts.path or '/'}?{'&'.join(filter(None, (parts.query, query)))}".rstrip("?")
        headers = {"Content-Type": "application/json; charset=utf-8"}
        try:
            connection.request("POST", target, msgspec.json.encode(content), headers)
        except (OSError, http.client.HTTPException):  # not all of it was sent, so it cannot be shown
            raise Deferred("post.hung_up", where=self._hook.where) from None
        try:
            response = connection.getresponse()
            return response.status, response.read(LONGEST_ANSWER)
        except (OSError, http.client.HTTPException):
            raise Unsure("post.unsure", where=self._hook.where) from None

    def _judge(self, status: int, body: bytes) -> None:
        where = self._hook.where
        if status in (502, 504):  # a gateway that does not know what became of it
            raise Unsure("post.unsure", where=where)
        found = robots.answer(self._hook.kind, body)
        if status in (429, 503):
            raise Deferred("post.chat_busy", wait_s=self._known.wait_s, where=where, said=f"HTTP {status}")
        if found is None:
            raise Deferred("post.no_robot", where=where, status=status)
        code, message = found
        if code == 0 and status == 200:
            return
        said = self._said(f"{code} {message}")
        if code in self._known.busy:
            raise Deferred("post.chat_busy", wait_s=self._known.wait_s, where=where, said=said)
        if code in self._known.hook:
            raise Deferred("post.hook_refused", name=self._hook.name, where=where, said=said)
        if code in self._known.letter:
            raise Refused("post.text_refused", where=where, said=said)
        raise Deferred("post.server_said", where=where, said=said)

    def _said(self, text: str) -> str:
        """The service's words on one line, without what is secret should it repeat it."""
        parts = self._hook.parts
        secrets = (self._hook.url.reveal(), self._hook.sign.reveal(), parts.query, parts.path)
        values = [pair.partition("=")[2] for pair in parts.query.split("&")] + parts.path.split("/")[-1:]
        for secret in sorted({s for s in (*secrets, *values) if len(s) >= 8}, key=len, reverse=True):
            text = text.replace(secret, "***")
        return one_line(text)
