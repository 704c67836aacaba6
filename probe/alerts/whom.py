"""Who hears of a piece of news, whether it may wait, and by which rows of the outbox it is known that they have."""

from __future__ import annotations

from probe.alerts.policy import Policy, Recipient
from probe.incidents import Incident
from probe.incidents.follow import Alert, News
from probe.incidents.incident import Level
from probe.model import Number
from probe.post.letter import Letter

TAKEN_BACK = frozenset({News.WITHDRAWN, News.LOWERED, News.UNPROVED})
TO_BOTH = frozenset({News.CLOSED, News.FREE, News.OVERDUE, News.REPEAT, News.SUSPECTED}) | TAKEN_BACK
TO_ABOVE = frozenset({News.ESCALATED})
MAY_WAIT = frozenset({News.REMINDER, News.ESCALATED, News.OVERDUE})
NEVER_DROPPED = frozenset({News.CLOSED, News.FREE}) | TAKEN_BACK


def recipients(alert: Alert, incident: Incident, number: Number, policy: Policy) -> tuple[Recipient, ...]:
    """Who is to hear of it. That 疑似 was taken back is told even where notices are not."""
    if incident.level is Level.NOTICE and not policy.notices and alert.news is not News.LOWERED:
        return ()
    owner = policy.owner(incident.owner or number.owner_email)
    if alert.news in TO_ABOVE:
        return policy.above
    if alert.news in TO_BOTH or not owner:
        return (*owner, *policy.above)
    return owner


def row_keys(alert: Alert, incident: Incident, number: Number, policy: Policy) -> frozenset[str]:
    """The rows of its letters in the outbox, without composing them: what `Outbox.known` is asked for."""
    return frozenset(
        letter(alert.key, to, "", "", policy).row_key for to in recipients(alert, incident, number, policy)
    )


def letter(key: str, to: Recipient, subject: str, text: str, policy: Policy) -> Letter:
    """The letter to one recipient."""
    people = (to.address,) if to.address else ()
    return Letter(key=key, channel=to.channel, recipients=people, subject=subject, text=text, lang=policy.lang)


def may_wait(news: News) -> bool:
    """Whether a snoozed incident keeps it back: these come again by themselves when the time is over, and nothing else
    does: what happens is told when it happens."""
    return news in MAY_WAIT


def may_drop(news: News) -> bool:
    """Whether it is left to the digest beyond `most_per_day`. Good news and what is taken back never are: no digest
    tells of what is over, and who was accused is to hear that he no longer is."""
    return news not in NEVER_DROPPED
