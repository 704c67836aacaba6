"""SIP between a raw caller and the exchange, over real sockets: what RFC 3261 asks of a server."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from aiosipua import SipDigestAuth, SipResponse
from aiosipua.auth import answer_challenge

from probe.exchange.call import End
from probe.exchange.serve import Exchange
from tests.exchange.caller import CLERK, PCMU, Caller, district, talking

pytestmark = pytest.mark.hears
RINGS = "[wait: 0.02, ring]"
BUSY = "[wait: 0.02, {reply: 486 Busy Here, reason: 'Q.850;cause=17;text=\"User busy\"', headers: {Retry-After: '60'}}]"


async def settled(exchange: Exchange) -> None:
    """Wait until no call is left, not even one that awaits an acknowledgement."""
    async with asyncio.timeout(5):
        while exchange.under_way:  # noqa: ASYNC110 - the exchange has no event for tests
            await asyncio.sleep(0.01)


async def strays(caller: Caller, count: int) -> list[SipResponse]:
    """The responses that belong to no call, once there are so many."""
    async with asyncio.timeout(3):
        while len(caller.stray) < count:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)
    return [m for m in caller.stray if isinstance(m, SipResponse)]


def test_a_final_response_has_its_headers_and_is_acknowledged_once(tmp_path: Path) -> None:
    async def run() -> None:
        async with talking(tmp_path, BUSY) as (exchange, caller):
            call = await caller.dial("1001")
            busy = await call.final()
            assert call.statuses == [100, 486]
            assert busy.reason_phrase == "Busy Here"
            assert busy.get_header_values("Reason") == ['Q.850;cause=17;text="User busy"']
            assert busy.get_header("Retry-After") == "60"
            await settled(exchange)
            (seen,) = exchange.calls
            assert (seen.number, seen.end, seen.status, seen.answered_s) == ("1001", End.REFUSED, 486, None)

    asyncio.run(run())


def test_final_responses_are_repeated_until_the_ack(tmp_path: Path) -> None:
    async def run(acts: str, status: int) -> None:
        async with talking(tmp_path, acts) as (exchange, caller):
            call = await caller.dial("1001", acks=False)
            await call.until(lambda: call.statuses.count(status) == 3, 4)
            times = [t for t, r in call.responses if r.status_code == status]
            assert times[1] - times[0] == pytest.approx(0.5, abs=0.2)  # T1, then twice that
            assert times[2] - times[1] == pytest.approx(1.0, abs=0.2)
            call.ack(call.response(status))
            await call.hang_up()
            await settled(exchange)

    async def both() -> None:
        await asyncio.gather(run(BUSY, 486), run(CLERK, 200))

    asyncio.run(both())


def test_a_repeated_invite_gets_the_last_response_and_is_one_call(tmp_path: Path) -> None:
    async def run() -> None:
        log = tmp_path / "log.jsonl"
        async with (
            Exchange(district(tmp_path, RINGS), log=log) as exchange,
            Caller(exchange.address) as caller,
        ):
            call = await caller.dial("1001")
            await call.until(lambda: 180 in call.statuses)
            caller.transmit(call.invite)
            caller.transmit(call.invite)
            await call.until(lambda: call.statuses == [100, 180, 180, 180], 2)
            await call.hang_up()
            assert len(exchange.calls) == 1
        assert [line.split(",")[0] for line in log.read_text().splitlines()] == ['{"event":"invite"', '{"event":"end"']

    asyncio.run(run())


def test_cancel_ends_the_ringing(tmp_path: Path) -> None:
    async def run() -> None:
        async with talking(tmp_path, RINGS) as (exchange, caller):
            call = await caller.dial("1001")
            await call.until(lambda: 180 in call.statuses)
            call.cancel()
            assert (await call.final()).status_code == 487
            assert [r.status_code for r in call.to("CANCEL")] == [200]
            await settled(exchange)
            assert exchange.calls[0].end is End.CANCELLED

    asyncio.run(run())


def test_a_cancel_that_comes_late_changes_nothing(tmp_path: Path) -> None:
    async def run() -> None:
        async with talking(tmp_path, CLERK) as (exchange, caller):
            call = await caller.dial("1001")
            assert (await call.final()).status_code == 200
            call.cancel()
            await call.until(lambda: call.to("CANCEL"))
            assert call.to("CANCEL")[0].status_code == 200
            assert not exchange.calls[0].end
            await call.hang_up()
            assert 487 not in call.statuses
            stranger = caller.request("CANCEL")
            caller.transmit(stranger)
            assert [r.status_code for r in await strays(caller, 1)] == [481]

    asyncio.run(run())


def test_bye_both_ways(tmp_path: Path) -> None:
    async def from_the_caller(folder: Path) -> None:
        async with talking(folder, CLERK) as (exchange, caller):
            call = await caller.dial("1001")
            await call.final()
            bye = call.send("BYE")
            caller.transmit(bye)  # repeated, as when its 200 was lost
            await call.until(lambda: len(call.to("BYE")) == 2)
            assert {r.status_code for r in call.to("BYE")} == {200}
            await settled(exchange)
            assert exchange.calls[0].end is End.CALLER_HUNG_UP

    async def from_the_office(folder: Path) -> None:
        async with talking(folder, "[answer, wait: 0.1, hang_up: Q.850;cause=16]") as (exchange, caller):
            call = await caller.dial("1001")
            await call.until(call.byes)
            assert call.byes()[0].get_header("Reason") == "Q.850;cause=16"
            assert call.byes()[0].uri == f"sip:robot@127.0.0.1:{caller.port}"
            await settled(exchange)
            assert exchange.calls[0].end is End.OFFICE_HUNG_UP

    async def before_the_answer(folder: Path) -> None:
        async with talking(folder, RINGS) as (exchange, caller):
            call = await caller.dial("1001")
            await call.until(lambda: 180 in call.statuses)
            call.send("BYE")
            assert (await call.final()).status_code == 487
            await settled(exchange)

    async def all_three() -> None:
        tests = (from_the_caller, from_the_office, before_the_answer)
        for name in ("a", "b", "c"):
            (tmp_path / name).mkdir()
        await asyncio.gather(*(test(tmp_path / name) for test, name in zip(tests, "abc", strict=True)))

    asyncio.run(all_three())


def test_no_bye_before_the_ack(tmp_path: Path) -> None:
    async def run() -> None:
        async with talking(tmp_path, "[answer, hang_up]") as (_, caller):
            call = await caller.dial("1001", acks=False)
            await call.until(lambda: call.statuses.count(200) == 2, 3)
            assert not call.byes()
            call.ack(call.response(200))
            await call.until(call.byes)
            await call.until(lambda: len(call.byes()) == 2, 3)  # repeated while we do not answer it

    asyncio.run(run())


def test_early_media_comes_with_183_and_sdp_in_either_codec(tmp_path: Path) -> None:
    async def run() -> None:
        async with talking(tmp_path, "[progress, tone: {busy: 0.5}, reply: 486 Busy Here]") as (_, caller):
            for codec, name in ((8, "PCMA"), (PCMU, "PCMU")):
                call = await caller.dial("1001", codec=codec)
                await call.final()
                progress = call.response(183)
                assert progress.content_type == "application/sdp"
                assert f"{codec} {name}/8000" in progress.text
                assert "101 telephone-event/8000" in progress.text
                assert {p.payload_type for _, p in call.packets} == {codec}
                assert "m=audio" not in call.response(486).text

    asyncio.run(run())


def test_other_requests(tmp_path: Path) -> None:
    async def run() -> None:
        async with talking(tmp_path, CLERK) as (_, caller):
            wanted = {"OPTIONS": 200, "REGISTER": 405, "BYE": 481, "INFO": 481}
            for method in wanted:
                caller.transmit(caller.request(method))
            assert {r.cseq.method: r.status_code for r in await strays(caller, len(wanted)) if r.cseq} == wanted
            call = await caller.dial("1001")
            await call.final()
            within = {"OPTIONS": 200, "REFER": 405, "UPDATE": 200, "INFO": 200}
            for method in within:
                call.send(method)
            await call.until(lambda: call.to("INFO"))
            assert {m: r.status_code for m in within for r in call.to(m)} == within
            call.send("OPTIONS", headers={"CSeq": "1 OPTIONS"})  # older than the last (RFC 3261 §12.2.2)
            await call.until(lambda: any(r.status_code == 500 for _, r in call.responses))
            await call.hang_up()

    asyncio.run(run())


def test_a_number_that_nobody_has(tmp_path: Path) -> None:
    async def run() -> None:
        async with talking(tmp_path, CLERK) as (exchange, caller):
            call = await caller.dial("+8657199999999")
            missing = await call.final()
            assert missing.status_code == 404
            assert "cause=1;" in (missing.get_header("Reason") or "")
            assert exchange.calls[0].number == "+8657199999999"

    asyncio.run(run())


@pytest.mark.parametrize("dialled", ["1001", "5711001", "05711001", "+865711001", "00865711001", "100%31"])
def test_every_spelling_of_a_number_finds_it(tmp_path: Path, dialled: str) -> None:
    async def run() -> None:
        async with talking(tmp_path, "[reply: 600 Busy Everywhere]") as (_, caller):
            call = await caller.dial(dialled)
            assert (await call.final()).status_code == 600

    asyncio.run(run())


def test_offers_that_cannot_be_met(tmp_path: Path) -> None:
    async def run() -> None:
        async with talking(tmp_path, CLERK) as (_, caller):
            call = await caller.dial("1001", headers={"Content-Type": "text/plain"})
            refused = await call.final()
            assert refused.status_code == 488
            assert "PCMA" in (refused.get_header("Warning") or "")
            call = await caller.dial("1001", headers={"Require": "100rel"})
            assert (await call.final()).get_header("Unsupported") == "100rel"

    asyncio.run(run())


def test_audio_goes_to_the_caller_only_whatever_its_sdp_says(tmp_path: Path) -> None:
    async def run() -> None:
        async with talking(tmp_path, "[progress, until_hang_up]") as (_, caller):
            call = await caller.dial("1001")
            moved = caller.request("INVITE", call.invite.uri)
            moved.text = call.invite.text.replace("c=IN IP4 127.0.0.1", "c=IN IP4 203.0.113.9")
            moved.content_type = "application/sdp"
            caller.transmit(moved)
            await call.until(lambda: len({p.ssrc for _, p in call.packets}) == 2)

    asyncio.run(run())


def test_hold_and_resume_by_reinvite(tmp_path: Path) -> None:
    async def run() -> None:
        async with talking(tmp_path, "[answer, until_hang_up]") as (_, caller):
            call = await caller.dial("1001")
            await call.final()
            await call.until(lambda: len(call.packets) > 5)
            sdp = {"Content-Type": "application/sdp"}
            call.send("INVITE", headers=sdp, body=call.invite.text.replace("sendrecv", "sendonly"))
            await call.until(lambda: call.statuses.count(200) == 2)
            assert "recvonly" in call.responses[-1][1].text
            await asyncio.sleep(0.1)
            held = len(call.packets)
            await asyncio.sleep(0.2)
            assert len(call.packets) == held
            call.send("UPDATE", headers=sdp, body=call.invite.text)
            await call.until(lambda: len(call.packets) > held + 5)
            await call.hang_up()

    asyncio.run(run())


@pytest.mark.parametrize(("way", "challenge"), [(401, "WWW-Authenticate"), (407, "Proxy-Authenticate")])
def test_a_password_is_asked_for_and_checked(tmp_path: Path, way: int, challenge: str) -> None:
    async def attempt(caller: Caller, user: str, password: str, spoil: str = "") -> int:
        first = await caller.dial("1001", acks=False)
        asked = await first.final()
        assert asked.status_code == way
        assert "Digest" in (asked.get_header(challenge) or "")
        answer = answer_challenge(SipDigestAuth(user, password), asked, way, "INVITE", first.invite.uri)
        assert answer is not None
        name, value = answer
        second = await caller.dial("1001", headers={name: value.replace("nonce=", f"{spoil}nonce=")})
        return (await second.final()).status_code

    async def run() -> None:
        head = f"users: {{robot: right}}\nchallenge: {way}"
        async with talking(tmp_path, "[reply: 486 Busy Here]", head=head) as (exchange, caller):
            assert await attempt(caller, "robot", "right") == 486
            assert await attempt(caller, "robot", "wrong") == way
            assert await attempt(caller, "nobody", "right") == way
            assert await attempt(caller, "robot", "right", spoil='nc=zz, nonce="x", ') == way
            assert len(exchange.calls) == 1

    asyncio.run(run())
