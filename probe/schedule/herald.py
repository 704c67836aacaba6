"""Who brings the news of incidents: events become letters in the outbox, from the programme and by hand alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from probe import alerts, incidents
from probe.calendar.office import zone_of
from probe.incidents import Event, Incident
from probe.incidents.events import Opened, Raised
from probe.incidents.follow import Alert
from probe.incidents.follow import alerts as news_of
from probe.model import Number
from probe.store import Store

LATELY = timedelta(days=1)  # the calls that a letter may show
MOMENT = timedelta(seconds=1)


class Herald:
    """Puts the letters of each piece of news into the outbox, once, in the transaction of its caller."""

    def __init__(self, store: Store, policy: alerts.Policy, zone: ZoneInfo) -> None:
        self._store = store
        self._policy = policy
        self._zone = zone

    def add(self, events: Iterable[Event], now: datetime, before: Sequence[Incident]) -> tuple[Event, ...]:
        """Store what happened to incidents, and tell of it. `before`: the incidents as they were. The stored events."""
        known = {incident.id: incident for incident in before}
        with self._store.transaction():
            stored = self._store.incidents.add(events)
            by_incident: dict[str, list[Event]] = {}
            for event in stored:
                by_incident.setdefault(event.incident_id, []).append(event)
            for incident_id, theirs in by_incident.items():
                for alert in news_of(theirs, known.get(incident_id)):
                    self.tell(alert, now)
        return stored

    def tell(self, alert: Alert, now: datetime) -> None:
        """The letters of one piece of news, within each recipient's daily cap."""
        incident = self._store.incidents.get(alert.incident_id)
        if incident is None:
            return
        if alerts.may_wait(alert.news) and incident.snoozed_until is not None and now < incident.snoozed_until:
            return
        number = self.number(incident)
        keys = alerts.row_keys(alert, incident, number, self._policy)
        if self._store.outbox.known(keys) == keys:
            return
        stands = incidents.standing(self._store.incidents.events(incident.id))
        reasons = [event.because for event in stands if isinstance(event, Opened | Raised)]
        letters = alerts.incident_letters(
            alert,
            incident,
            number,
            reasons[-1] if reasons else (),
            self._store.outcomes.of_number(number, now - LATELY, now + MOMENT),
            policy=self._policy,
            zone=zone_of(number, self._zone.key),
            now=now,
        )
        midnight = now.astimezone(self._zone).replace(hour=0, minute=0, second=0, microsecond=0)
        for letter in letters:
            capped = self._store.outbox.count(letter.channel, letter.recipient, midnight) >= self._policy.most_per_day
            if not (capped and alerts.may_drop(alert.news)):
                self._store.outbox.add(letter, now)

    def number(self, incident: Incident) -> Number:
        """The directory's entry, or what the incident itself knows of a number that is no longer there."""
        known = self._store.number(incident.number)
        return known or Number(number=incident.number, written=incident.number, unit=incident.unit)
