"""The group robots of WeCom, DingTalk and Feishu: what they are sent, and what their answers mean. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from urllib.parse import urlencode

import msgspec

from probe.dial.trunk import Secret
from probe.post.accounts import ChatKind
from probe.words import words

# Their Markdown has no common way to escape, so what would be formatting is written in full width: none reads that.
_INERT = str.maketrans({c: chr(ord(c) + 0xFEE0) for c in "<>[]*`~|\\"})
_HEADING = re.compile(r"^( *)#", re.MULTILINE)
_UNDERSCORE = re.compile(r"(?<!\w)_|_(?!\w)")


class Robot(msgspec.Struct, frozen=True, kw_only=True):
    """One service's limits and codes; probe/data/chat.toml says what they mean."""

    code: str
    message: str
    most: int
    per_s: float
    wait_s: float
    longest: int
    busy: frozenset[int]
    later: frozenset[int]
    hook: frozenset[int]
    letter: frozenset[int]


@cache
def robot(kind: ChatKind) -> Robot:
    """What is known of a service."""
    table = tomllib.loads((files("probe") / "data" / "chat.toml").read_text(encoding="utf-8"))
    return msgspec.convert(table[kind], Robot)


def payload(kind: ChatKind, title: str, text: str, *, lang: str) -> dict[str, object]:
    """The JSON that shows `title` and `text`, cut to the service's limit; both are shown as written."""
    longest = robot(kind).longest
    match kind:
        case ChatKind.WECOM:
            head = f"**{inert(title)}**\n"
            return {"msgtype": "markdown", "markdown": {"content": head + _cut(inert(text), longest, head, lang)}}
        case ChatKind.DINGTALK:
            head = f"#### {inert(title)}\n\n"
            lines = inert(text).replace("\n", "  \n")  # a single line end would be a space
            return {
                "msgtype": "markdown",
                "markdown": {"title": title, "text": head + _cut(lines, longest, head, lang)},
            }
        case ChatKind.FEISHU:
            header = {"title": {"tag": "plain_text", "content": title}}
            body = _cut(text, longest, title, lang)
            elements = [{"tag": "div", "text": {"tag": "plain_text", "content": body}}]
            card = {"config": {"wide_screen_mode": True}, "header": header, "elements": elements}
            return {"msg_type": "interactive", "card": card}


def signed(kind: ChatKind, sign: Secret, now: datetime) -> tuple[str, dict[str, object]]:
    """What proves that we know the secret: what is added to the URL's query, and to the payload. Both may be empty."""
    if not sign:
        return "", {}
    if kind is ChatKind.DINGTALK:
        timestamp = str(int(now.timestamp() * 1000))
        secret = sign.reveal()
        digest = hmac.digest(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256)
        return urlencode({"timestamp": timestamp, "sign": base64.b64encode(digest).decode()}), {}
    timestamp = str(int(now.timestamp()))
    digest = hmac.digest(f"{timestamp}\n{sign.reveal()}".encode(), b"", hashlib.sha256)  # Feishu: the text is the key
    return "", {"timestamp": timestamp, "sign": base64.b64encode(digest).decode()}


def answer(kind: ChatKind, body: bytes) -> tuple[int, str] | None:
    """The code (0 is success) and the words of an answer; None when it is no answer of such a robot."""
    known = robot(kind)
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if not isinstance(found, Mapping):
        return None
    code = found.get(known.code, found.get("StatusCode"))  # Feishu's older answers: StatusCode
    return (code, str(found.get(known.message, ""))) if type(code) is int else None


def inert(text: str) -> str:
    """Text that no Markdown changes, links or sends to people: its marks in full width."""
    text = _HEADING.sub("\\1＃", text.translate(_INERT))
    return _UNDERSCORE.sub("＿", text)


def _cut(text: str, longest: int, head: str, lang: str) -> str:
    """At most `longest` bytes together with `head`, ended between characters and with a word about it."""
    room = longest - len(head.encode())
    if len(text.encode()) <= room:
        return text
    note = "\n" + words("post.cut", lang)
    return text.encode()[: max(0, room - len(note.encode()))].decode(errors="ignore") + note
