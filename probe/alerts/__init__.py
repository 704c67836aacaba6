"""Alerts (通话状态监测): who hears of what, when, and in which words. Pure: news in, letters out; `post` sends them.

The line's owner hears at once, supervisors when nobody took it up in time, both when it is over. A letter's key is its
news, so that nobody is told the same twice whatever is restarted; beyond `most_per_day` only the daily digest speaks,
but of good news and of what is taken back.
"""

from probe.alerts.compose import digest, incident_letters, trunk_letters
from probe.alerts.hours import Hours, open_at
from probe.alerts.policy import Policy, Recipient
from probe.alerts.reminders import due
from probe.alerts.whom import may_drop, may_wait, recipients, row_keys

__all__ = [
    "Hours",
    "Policy",
    "Recipient",
    "digest",
    "due",
    "incident_letters",
    "may_drop",
    "may_wait",
    "open_at",
    "recipients",
    "row_keys",
    "trunk_letters",
]
