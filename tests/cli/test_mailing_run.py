"""`probe run` mails what is due, through a mail server with TLS and a login, while it makes its calls on time."""

from __future__ import annotations

import os
import signal
import ssl
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import trustme

from probe.model import Because, Purpose
from probe.plan import Slot, slot_id
from probe.settings import read
from probe.store import Store
from probe.store.slots import State
from tests.cli.test_mailing_due import PEOPLE, fill
from tests.cli.test_run import PATIENCE_S, started, wait_for
from tests.post.servers import PASSWORD, USER, Postbox, mail_server

pytestmark = pytest.mark.hears


def test_a_service_mails_the_report_and_calls_on_time(desk: Path) -> None:
    now = datetime.now(UTC)
    zone = f"Etc/GMT{now.hour - 12:+d}"  # wherever it is now, it is noon there
    authority, context, postbox = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), Postbox()
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(desk / "ca.pem")
    with mail_server(postbox, starttls=context) as port, ExitStack() as stack:
        text = (desk / "probe.toml").read_text().replace("[robot]", f'[robot]\ntimezone = "{zone}"')
        text += f"""
[plan]
hours = "每天 8:00-21:00"
[mail]
host = "localhost"
port = {port}
username = "{USER}"
password_env = "MAIL_PASSWORD"
sender = "robot@example.cn"
ca_file = "ca.pem"
[mailing.leaders]
report = "daily"
to = ["chief@example.cn"]
owners = true
at = "00:00"
day = 1
"""
        (desk / "probe.toml").write_text(text, encoding="utf-8")
        with Store.open(read(desk / "probe.toml").data.store) as store:
            dialled = store.numbers()
            fill(store)
            owned = store.numbers()
            store.import_numbers([*owned, *dialled], now)
            store.mailings.since("leaders", now - timedelta(days=9))
            day = now.astimezone(ZoneInfo(zone)).date()
            slots = [
                Slot(
                    call_id=slot_id(day, of.number, Purpose.RECHECK, "test"),
                    day=day,
                    number=of.number,
                    office=of.office,
                    purpose=Purpose.RECHECK,
                    stratum="",
                    due_at=now + timedelta(seconds=8),  # the report is being made by then
                    until=now + timedelta(minutes=5),
                    why=Because(key="plan.why_recheck", values={"index": 1}),
                )
                for of in dialled
            ]
            store.slots.add(slots)
            service = stack.enter_context(started(desk, {**os.environ, "MAIL_PASSWORD": PASSWORD}))
            wait_for(lambda: len(postbox.envelopes) >= len(PEOPLE), "everybody has the report")
            done = {State.DONE}
            wait_for(
                lambda: {one.state for slot in slots if (one := store.slots.slot(slot.call_id))} == done,
                "both numbers are called",
            )
            service.send_signal(signal.SIGTERM)
            _, log = service.communicate(timeout=PATIENCE_S)
            assert service.returncode == 0, log
            assert Counter(envelope.rcpt_tos[0] for envelope in postbox.envelopes) == Counter(PEOPLE)
            assert postbox.encrypted == [True] * len(PEOPLE)
            assert PASSWORD not in log
            told = [mailed.told for mailed in store.mailings.every() if not mailed.told.nothing]
            assert [one.letters for one in told] == [len(PEOPLE)]
            assert told[0].late
