"""Render: a `Report` as a letter: HTML that mail programs leave alone, pictures by CID, and plain text."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from zoneinfo import ZoneInfo

from jinja2 import Environment

from probe.post.accounts import MailAccount
from probe.post.letter import MAIL, Attachment, Letter
from probe.post.message import compose as message_of
from probe.post.sender import Parcel
from reports.charts import Shape
from reports.html import environment, values
from reports.pictures import PNG_SCALE, Picture, can_write_chinese, png
from reports.report import Report
from reports.show import Show, percent

PREVIEW = MailAccount(host="localhost", sender="tongbutong@localhost.localdomain")  # of letters that are only looked at


def letter(
    report: Report,
    lang: str,
    recipients: Iterable[str],
    *,
    key: str = "",
    attachments: tuple[Attachment, ...] = (),
    channel: str = MAIL,
    note: str = "",
) -> Letter:
    """The letter of a report. `key` is the news that reaches each person once; by default, what the report is of.
    `note` stands before everything else.

    Without a font for the language's letters, pictures are told in words alone."""
    known = values(report, lang)
    show: Show = known["show"]
    drawn: dict[str, Picture] = known["pictures"]
    readable = lang != "zh" or can_write_chinese()
    images = {name: png(picture.draw(Shape.LETTER)) for name, picture in drawn.items()} if readable else {}
    known |= {
        "cids": frozenset(images),
        "widths": {name: min(round(_width(data) / PNG_SCALE), Shape.LETTER) for name, data in images.items()},
        "attached": bool(attachments),
        "note": note,
    }
    return Letter(
        key=key or default_key(report),
        channel=channel,
        subject=subject(show),
        text=_plain().get_template("mail.txt").render(known),
        recipients=tuple(recipients),
        html=environment().get_template("mail.html").render(known),
        images=images,
        attachments=attachments,
        lang="zh" if lang == "zh" else "en",
    )


def subject(show: Show) -> str:
    """What is new in one line: what of whom, when, and the rate; an incident has none."""
    total = show.report.study.total
    about = show.about or show.period
    if total.connect.share is None or show.report.story is not None:
        return show.t("report.subject_none", heading=show.heading, about=about)
    rate = percent(total.connect.share, 0)
    return show.t("report.subject", heading=show.heading, about=about, rate=rate, n=total.connect.n)


def default_key(report: Report) -> str:
    """One report of a kind and a period about somebody is one piece of news; of a period that is not over, or an
    incident, there is more to tell later."""
    zone = ZoneInfo(report.timezone)
    at = "" if report.generated_at >= report.until else f" until {report.generated_at.astimezone(zone):%Y-%m-%dT%H:%M}"
    masked = " masked" if report.masked else ""
    if report.story is not None:
        return f"report incident {report.story.incident.id}{masked}{at}"[:200]
    whom = "*"
    if report.number is not None:
        whom = report.number.number
    elif report.unit is not None:
        whom = sha256(report.unit.encode(errors="replace")).hexdigest()[:16]  # a name may be long or unprintable
    return f"report {report.kind} {report.since.astimezone(zone):%Y-%m-%d} {whom}{masked}{at}"[:200]


def eml(found: Letter, report: Report, account: MailAccount = PREVIEW) -> bytes:
    """The message as it would be sent to its first recipient, for a file."""
    first = found.each()[0]
    parcel = Parcel(letter=first, made_at=report.generated_at, now=report.generated_at)
    return message_of(parcel, account)


@cache
def _plain() -> Environment:
    """The same templates' language without escaping: text is text."""
    return environment().overlay(autoescape=False)


def _width(data: bytes) -> int:
    """Of a PNG, in dots (its IHDR chunk)."""
    (width,) = struct.unpack(">I", data[16:20])
    return int(width)
