"""Any other service, by Apprise: a "no" of which nobody can say what it means is not repeated."""

from __future__ import annotations

import logging

import pytest

from probe.dial.trunk import Secret
from probe.errors import PostError
from probe.post.accounts import Service
from probe.post.others import Other
from probe.post.outbox import Box, State, Tally
from tests.post.news import CHAT, MORNING, SUBJECT, Clock, chat, minutes, post
from tests.post.servers import ChatService, nobody_listening

KEY = "k3y-that-nobody-may-see"


def other(port: int) -> Other:
    return Other(Service(name="leaders", url=Secret(f"json://127.0.0.1:{port}/{KEY}")))


def test_title_and_text_are_shown_as_written(box: Box, clock: Clock) -> None:
    box.add(chat(text="**第一行** <b>\n第二行\n"), clock.now)
    service = ChatService(default={})
    with service.running() as port:
        assert post(box, {CHAT: other(port)}, clock) == Tally(sent=1)
    (shown,) = service.shown
    assert (shown["title"], shown["message"].strip()) == (SUBJECT, "**第一行** <b>\n第二行")


def test_a_server_that_is_down_for_an_hour_shows_it_once_and_late(box: Box, clock: Clock) -> None:
    box.add(chat(), clock.now)
    with nobody_listening() as port:
        assert minutes(box, {CHAT: other(port)}, clock, 60).sent == 0
    service = ChatService(default={})
    with service.running() as port:
        assert minutes(box, {CHAT: other(port)}, clock, 60).sent == 1
    (shown,) = service.shown
    assert "延迟送达" in shown["message"]


def test_what_it_refuses_is_tried_again_with_the_status_told(box: Box, clock: Clock) -> None:
    box.add(chat(), clock.now)
    service = ChatService((403, "{}"), default={})
    with service.running() as port:
        sender = other(port)
        assert post(box, {CHAT: sender}, clock).sent == 0
        (waits,) = box.waiting()
        assert waits.error == "json://… did not take it now (HTTP 403)"
        assert minutes(box, {CHAT: sender}, clock, 60).sent == 1
    assert len(service.shown) == 2


def test_no_answer_is_unsure_and_not_repeated(
    box: Box, clock: Clock, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    box.add(chat(), clock.now)
    service = ChatService(None, default={})
    with caplog.at_level(logging.WARNING), service.running() as port:
        sender = other(port)
        post(box, {CHAT: sender}, clock)
        assert minutes(box, {CHAT: sender}, clock, 60).sent == 0
    (trouble,) = box.troubles(clock.now)
    assert trouble.state is State.UNSURE
    assert len(service.shown) == 1
    assert KEY not in trouble.error + caplog.text + "".join(capfd.readouterr()) + repr(sender)


def test_a_url_that_apprise_does_not_know() -> None:
    with pytest.raises(PostError) as caught:
        Other(Service(name="leaders", url=Secret(f"nonsense://{KEY}")))
    assert "[chat.leaders]" in caught.value.text("en")
    assert KEY not in caught.value.text("en") + caught.value.text("zh") + repr(caught.value)


def test_the_check_sends_nothing() -> None:
    service = ChatService(default={})
    with service.running() as port:
        assert other(port).check(MORNING) == "json://…"
    assert service.shown == []
