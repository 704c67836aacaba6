"""The ways out, with their secrets: a mail account and a chat group's webhook. Neither shows a secret in any repr."""

from __future__ import annotations

import ipaddress
from enum import StrEnum
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, urlsplit

import msgspec

from probe.dial.trunk import Secret
from probe.errors import PostError

Security = Literal["starttls", "tls", "plain"]
PORTS: dict[Security, int] = {"starttls": 587, "tls": 465, "plain": 25}  # RFC 8314, RFC 5321


class MailAccount(msgspec.Struct, frozen=True, kw_only=True):
    """A mail server that takes our letters, and who we are to it."""

    host: str
    sender: str
    sender_name: str = ""
    security: Security = "starttls"
    port: int = 0  # 0: the usual one
    username: str = ""
    password: Secret = Secret()
    ca_file: Path | None = None  # certificates to trust besides the system's

    @property
    def where(self) -> str:
        """HOST:PORT."""
        return f"{self.host}:{self.port or PORTS[self.security]}"


class ChatKind(StrEnum):
    """Whose group robot it is."""

    WECOM = "wecom"  # 企业微信
    DINGTALK = "dingtalk"  # 钉钉
    FEISHU = "feishu"  # 飞书, Lark


class ChatHook(msgspec.Struct, frozen=True, kw_only=True):
    """A chat group's webhook. Whoever knows its URL can write to the group, so the URL is a secret.

    PostError, which does not repeat the URL, when it is none or would travel unencrypted.
    """

    name: str
    kind: ChatKind
    url: Secret
    sign: Secret = Secret()  # DingTalk's and Feishu's 加签 secret

    def __post_init__(self) -> None:
        _ = self.parts

    @property
    def channel(self) -> str:
        return f"chat.{self.name}"

    @property
    def where(self) -> str:
        """The URL without what is secret in it: scheme and host."""
        return f"{self.parts.scheme}://{self.parts.hostname}/…"

    @property
    def parts(self) -> SplitResult:
        text = self.url.reveal()
        try:
            parts = urlsplit(text)
            usable = text.isascii() and text.isprintable() and " " not in text and bool(parts.hostname)
            _ = parts.port  # raises ValueError when there is one that is none
        except ValueError:
            usable = False
        if not usable or parts.username is not None or parts.scheme not in ("https", "http"):
            raise PostError("post.bad_hook", name=self.name)
        if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            raise PostError("post.hook_not_https", name=self.name)
        return parts


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """Any other service, by the URL that Apprise knows it by; the URL holds its keys."""

    name: str
    url: Secret

    @property
    def where(self) -> str:
        """The URL's scheme alone: elsewhere every part may be a key."""
        return f"{self.url.reveal().partition(':')[0]}://…"


def is_loopback(host: str) -> bool:
    """Whether it is this machine by an address or by the name localhost; nothing is looked up."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
