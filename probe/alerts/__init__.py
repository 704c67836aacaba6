"""Alerts (通话状态监测): who hears of what, when, and in which words. Pure: news in, letters out; `post` sends them.

The line's owner hears at once, supervisors when nobody took it up in time, both when it is over. A letter's key is its
news, so that nobody is told the same twice whatever is restarted; beyond `most_per_day` only the daily digest speaks.
"""

from probe.alerts.compose import digest, incident_letters, trunk_letters
from probe.alerts.policy import Policy, Recipient
from probe.alerts.reminders import due

__all__ = ["Policy", "Recipient", "digest", "due", "incident_letters", "trunk_letters"]
