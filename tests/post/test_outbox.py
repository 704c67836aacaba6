"""What becomes of a letter, over each kind of outbox, with senders that do as they are told."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.errors import StoreError
from probe.post.outbox import GIVE_UP_AFTER, LEASE_S, Box, State, Tally, next_try
from probe.post.sender import Deferred, Refused, Unsure
from tests.post.news import CHAT, MORNING, Clock, Scripted, chat, mail, minutes, post


def gone(**more: object) -> Deferred:
    return Deferred("post.timeout", where="mail.example.cn:587", **more)  # type: ignore[arg-type]


def test_a_letter_is_sent_once(box: Box, clock: Clock) -> None:
    sender = Scripted()
    assert box.add(mail(), clock.now)
    assert post(box, {"mail": sender}, clock) == Tally(sent=1)
    assert minutes(box, {"mail": sender}, clock, 3) == Tally()
    assert [parcel.letter for parcel in sender.taken] == [mail()]
    assert box.waiting() == box.troubles(clock.now) == ()


def test_the_same_news_never_comes_twice(box: Box, clock: Clock) -> None:
    sender = Scripted()
    assert box.add(mail("opened"), clock.now)
    assert not box.add(mail("opened", text="said otherwise"), clock.now)
    post(box, {"mail": sender}, clock)
    assert not box.add(mail("opened"), clock.now)  # nor after it was sent
    assert post(box, {"mail": sender}, clock) == Tally()
    assert box.add(mail("recovered"), clock.now)


def test_everybody_gets_a_letter_of_their_own(box: Box, clock: Clock) -> None:
    sender = Scripted()
    assert box.add(mail("opened", "a@example.cn", "b@example.cn", "a@example.cn"), clock.now)
    assert box.add(mail("opened", "b@example.cn", "c@example.cn"), clock.now)  # c has not had it
    assert post(box, {"mail": sender}, clock) == Tally(sent=3)
    assert sorted(parcel.letter.recipients for parcel in sender.taken) == [
        ("a@example.cn",),
        ("b@example.cn",),
        ("c@example.cn",),
    ]


def test_mail_and_chat_may_carry_the_same_news(box: Box, clock: Clock) -> None:
    assert box.add(mail(), clock.now)
    assert box.add(chat(), clock.now)
    assert not box.add(chat(), clock.now)
    assert post(box, {"mail": Scripted(), CHAT: Scripted()}, clock) == Tally(sent=2)


def test_a_letter_waits_when_the_settings_have_no_such_channel(box: Box, clock: Clock) -> None:
    box.add(chat(), clock.now)
    assert post(box, {"mail": Scripted()}, clock) == Tally()
    assert [posted.state for posted in box.waiting()] == [State.WAITING]


def test_content_is_kept_whole(box: Box, clock: Clock) -> None:
    from probe.post.letter import Attachment

    letter = mail(
        html="<p>你好</p>",
        images={"c": bytes(range(256))},
        attachments=(Attachment(name="月报.pdf", kind="application/pdf", data=b"\0\xff"),),
        lang="en",
    )
    sender = Scripted()
    box.add(letter, clock.now)
    post(box, {"mail": sender}, clock)
    assert sender.taken[0].letter == letter


def test_a_channel_that_is_down_is_left_alone_and_the_other_goes_on(box: Box, clock: Clock) -> None:
    down = Scripted(gone())
    for n in range(5):
        box.add(mail(f"news {n}"), clock.now)
        box.add(chat(f"news {n}"), clock.now)
    assert post(box, {"mail": down, CHAT: Scripted()}, clock) == Tally(sent=5, deferred=1)
    assert [posted.error for posted in box.waiting()] == [gone().text("en")] * 5
    assert post(box, {"mail": down}, clock) == Tally()  # nothing is due at once


def test_one_recipient_who_must_wait_does_not_stop_the_others(box: Box, clock: Clock) -> None:
    greylisted = Scripted(gone(everybody=False))
    box.add(mail("news", "a@example.cn", "b@example.cn"), clock.now)
    assert post(box, {"mail": greylisted}, clock) == Tally(sent=1, deferred=1)
    assert minutes(box, {"mail": greylisted}, clock, 2) == Tally(sent=1)


def test_down_for_an_hour_then_delivered_once_late_and_said_so(box: Box, clock: Clock) -> None:
    sender = Scripted(*[gone()] * 100)
    for n in range(3):
        box.add(mail(f"news {n}"), clock.now)
    assert minutes(box, {"mail": sender}, clock, 60).sent == 0
    tried = 100 - len(sender.script)
    assert 6 <= tried <= 12  # it is not hammered meanwhile
    sender.script.clear()
    assert minutes(box, {"mail": sender}, clock, 12) == Tally(sent=3, late=3)
    assert len({parcel.letter.letter_id for parcel in sender.taken}) == 3
    for parcel in sender.taken:
        assert parcel.late.startswith("【延迟送达】本邮件生成于 2026-03-02 09:00，因当时邮件服务器无法连接或未能接收")


def test_a_letter_in_english_says_in_english_that_it_is_late(box: Box, clock: Clock) -> None:
    sender = Scripted(gone())
    box.add(chat(lang="en"), clock.now)
    post(box, {CHAT: sender}, clock)
    clock.passes(minutes=11)
    post(box, {CHAT: sender}, clock)
    assert sender.taken[0].late == (
        "Made at 2026-03-02 09:00, delivered late, at 2026-03-02 09:11, because the chat service could not be reached "
        "or did not take it."
    )


def test_when_the_robot_itself_was_off_the_server_is_not_blamed(box: Box, clock: Clock) -> None:
    sender = Scripted()
    box.add(mail(), clock.now)
    clock.passes(hours=1)
    assert post(box, {"mail": sender}, clock) == Tally(sent=1, late=1)
    assert "因当时拨测程序未能发送" in sender.taken[0].late


def test_ten_minutes_are_not_late(box: Box, clock: Clock) -> None:
    sender = Scripted()
    box.add(mail(), clock.now)
    clock.passes(minutes=10)
    assert post(box, {"mail": sender}, clock) == Tally(sent=1)
    assert sender.taken[0].late == ""


def test_given_up_after_three_days_and_said_so(box: Box, clock: Clock) -> None:
    sender = Scripted(*[gone()] * 1000)
    box.add(mail(), clock.now)
    while box.waiting():
        clock.passes(hours=4)
        post(box, {"mail": sender}, clock)
    assert timedelta(days=2.8) < clock.now - MORNING <= GIVE_UP_AFTER
    (posted,) = box.troubles(clock.now)
    assert posted.state is State.FAILED
    assert posted.error == f"given up after 3 days of trying. The last time: {gone().text('en')}"


def test_a_bounce_is_seen_and_never_tried_again(box: Box, clock: Clock) -> None:
    sender = Scripted(Refused("post.bounced", where="m:25", recipient="a@example.cn", said="550 no such user"))
    box.add(mail("news", "a@example.cn", "b@example.cn"), clock.now)
    assert post(box, {"mail": sender}, clock) == Tally(sent=1, failed=1)
    assert minutes(box, {"mail": sender}, clock, 3) == Tally()
    (posted,) = box.troubles(clock.now)
    assert posted.state is State.BOUNCED
    assert "550 no such user" in posted.error


def test_being_asked_to_wait_is_obeyed(box: Box, clock: Clock) -> None:
    sender = Scripted(gone(wait_s=600.0))
    box.add(chat("one"), clock.now)
    box.add(chat("two"), clock.now)
    post(box, {CHAT: sender}, clock)
    assert {posted.next_try_at for posted in box.waiting()} == {MORNING + timedelta(minutes=10)}


# --- crashes


class Killed(BaseException):
    """What a program does not live to handle."""


def test_killed_before_the_hand_over_the_letter_is_sent_later_by_another(box: Box, clock: Clock) -> None:
    box.add(mail(), clock.now)
    with pytest.raises(Killed):
        post(box, {"mail": Scripted(Killed())}, clock)
    other = Scripted()
    assert post(box, {"mail": other}, clock, "robot 2") == Tally()  # the claim still holds
    clock.passes(seconds=LEASE_S)
    assert post(box, {"mail": other}, clock, "robot 2") == Tally(sent=1)


def test_killed_after_the_hand_over_it_is_unsure_and_nobody_sends_it_again_unasked(box: Box, clock: Clock) -> None:
    box.add(mail(), clock.now)
    with pytest.raises(Killed):
        post(box, {"mail": Scripted(Killed(), before=False)}, clock)
    other = Scripted()
    assert box.troubles(clock.now) == ()  # not yet: it may be under way
    assert minutes(box, {"mail": other}, clock, 31) == Tally()
    (posted,) = box.troubles(clock.now)
    assert posted.state is State.UNSURE

    assert box.again(posted.letter_id, clock.now)  # a person has asked: it never came
    assert post(box, {"mail": other}, clock) == Tally(sent=1, late=1)
    assert not box.again(posted.letter_id, clock.now)


def test_a_person_may_say_that_it_arrived(box: Box, clock: Clock) -> None:
    box.add(mail(), clock.now)
    unsure = Unsure("post.unsure", where="mail.example.cn:587")
    assert post(box, {"mail": Scripted(unsure, before=False)}, clock) == Tally(unsure=1)
    (posted,) = box.troubles(clock.now)
    assert posted.error == unsure.text("en")
    assert box.arrived(posted.letter_id, clock.now)
    assert not box.arrived(posted.letter_id, clock.now)
    assert box.troubles(clock.now) == ()
    assert minutes(box, {"mail": Scripted()}, clock, 31) == Tally()


def test_a_letter_on_its_way_cannot_be_sent_again_by_hand(box: Box, clock: Clock) -> None:
    letter = mail()
    box.add(letter, clock.now)
    assert not box.again(letter.letter_id, clock.now)
    box.claim(clock.now, "robot 1", LEASE_S, {"mail"})
    box.handing_over(letter.letter_id, "robot 1", clock.now, 60.0)
    assert not box.again(letter.letter_id, clock.now)


def test_one_that_was_slow_and_lost_its_claim_sends_nothing(box: Box, clock: Clock) -> None:
    """Robot 1 connects for longer than its claim lasts; robot 2 has sent the letter meanwhile."""
    fast = Scripted()

    def meanwhile() -> None:
        clock.passes(seconds=LEASE_S)
        assert post(box, {"mail": fast}, clock, "robot 2") == Tally(sent=1)

    slow = Scripted(meanwhile)
    box.add(mail(), clock.now)
    assert post(box, {"mail": slow}, clock, "robot 1") == Tally()
    assert (len(fast.taken), len(slow.taken)) == (1, 0)
    assert box.troubles(clock.now + timedelta(days=1)) == ()


def test_a_claim_that_another_took_over_cannot_be_handed_over_or_settled(box: Box, clock: Clock) -> None:
    letter = mail()
    box.add(letter, clock.now)
    assert box.claim(clock.now, "robot 1", LEASE_S, {"mail"}) is not None
    clock.passes(seconds=LEASE_S)
    assert box.claim(clock.now, "robot 2", LEASE_S, {"mail"}) is not None
    assert not box.handing_over(letter.letter_id, "robot 1", clock.now, 60.0)
    box.failed(letter.letter_id, "robot 1", clock.now, "too late", None)
    assert [posted.state for posted in box.waiting()] == [State.CLAIMED]
    assert box.handing_over(letter.letter_id, "robot 2", clock.now, 60.0)
    box.sent(letter.letter_id, "robot 1", clock.now)
    assert [posted.state for posted in box.troubles(clock.now + timedelta(minutes=1))] == [State.UNSURE]


def test_a_defect_in_a_sender_is_shown_and_stops_no_other_letter(
    box: Box, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    box.add(mail("poison"), clock.now)
    clock.passes(seconds=1)
    box.add(mail("fine"), clock.now)
    assert post(box, {"mail": Scripted(ZeroDivisionError())}, clock) == Tally(sent=1, failed=1)
    (posted,) = box.troubles(clock.now)
    assert "ZeroDivisionError" in posted.error
    assert posted.letter_id in caplog.text


def test_when_the_outbox_cannot_be_written_after_sending_the_letter_stays_unsure(
    box: Box, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreError("store.full", place="x", reason="disk full")

    box.add(mail(), clock.now)
    with monkeypatch.context() as patch:
        patch.setattr(box, "sent", full)
        with pytest.raises(StoreError):
            post(box, {"mail": Scripted()}, clock)
    assert minutes(box, {"mail": Scripted()}, clock, 31) == Tally()
    assert [posted.state for posted in box.troubles(clock.now)] == [State.UNSURE]


# --- when to try again


@given(tries=st.integers(1, 10_000), age_s=st.floats(0, 400_000), seed=st.integers())
def test_the_next_try_is_soon_enough_not_too_soon_and_never_after_three_days(
    tries: int, age_s: float, seed: int
) -> None:
    now = MORNING + timedelta(seconds=age_s)
    at = next_try(tries, MORNING, now, Random(seed))
    if at is None:
        assert now + timedelta(minutes=12) > MORNING + GIVE_UP_AFTER
    else:
        assert timedelta(seconds=48) <= at - now <= timedelta(minutes=12)
        assert at <= MORNING + GIVE_UP_AFTER


def test_the_waits_grow() -> None:
    class Even(Random):
        def uniform(self, a: float, b: float) -> float:
            return (a + b) / 2

    def wait(tries: int) -> datetime | None:
        return next_try(tries, MORNING, MORNING, Even())

    grown = [wait(tries) for tries in range(1, 7)]
    assert grown == [MORNING + timedelta(minutes=m) for m in (1, 2, 4, 8, 10, 10)]
