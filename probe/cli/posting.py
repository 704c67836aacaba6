"""What commands share that send letters: deliver now, and say what became of them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

from probe.cli.talk import Talk
from probe.errors import PostError

if TYPE_CHECKING:
    from probe.post.accounts import MailAccount
    from probe.post.outbox import Posted, Tally
    from probe.store import Store

ORDER = ("bounced", "failed", "unsure", "waiting", "claimed", "sent")


def deliver_now(talk: Talk, store: Store) -> Tally:
    """Send what is due. PostError when the settings have no way out."""
    from probe.post.outbox import deliver
    from probe.post.ways import helpers, senders
    from probe.store import this_owner

    ways = senders(talk.settings)
    if not ways:
        raise PostError("cli.post_no_way")
    return deliver(
        store.outbox,
        ways,
        partial(datetime.now, UTC),
        this_owner(),
        zone=talk.zone,
        dice=Random(),
        lang=talk.report_lang,
        helpers=helpers(talk.settings),
    )


def account(talk: Talk) -> MailAccount:
    """Whose letters previews are; no password is fetched for one."""
    from probe.post.accounts import MailAccount
    from reports.mail import PREVIEW

    mail = talk.settings_or_default.mail
    if mail is None:
        return PREVIEW
    return MailAccount(host=mail.host, sender=mail.sender, sender_name=mail.sender_name)


def say_how_they_stand(talk: Talk, store: Store, row_keys: Collection[str]) -> int:
    """One line for each letter that did not go out, and the sum; the exit code."""
    posted = [one for keys in _parts(sorted(row_keys)) for one in store.outbox.of_rows(keys)]
    counts = dict.fromkeys(ORDER, 0)
    for one in posted:
        counts[one.state.value] += 1
        if one.state != "sent":
            talk.say("cli.post_not_sent", to=one.recipient, state=state_text(talk, one), error=one.error or "—")
    told = ", ".join(f"{talk.words(f'cli.post_{state}')} {n}" for state, n in counts.items() if n)
    talk.say("cli.post_sum", n=len(posted), told=told or "—")
    return 0 if counts["sent"] == len(posted) else PostError.exit_code


def state_text(talk: Talk, one: Posted) -> str:
    """Where a letter is, in words."""
    return talk.words(f"cli.post_{one.state.value}")


def line_of(one: Posted) -> dict[str, Any]:
    """A letter for machines."""
    return {name: getattr(one, name) for name in one.__struct_fields__}


def _parts(keys: list[str], most: int = 500) -> list[list[str]]:
    return [keys[n : n + most] for n in range(0, len(keys), most)]
