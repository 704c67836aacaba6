"""The foreign peers themselves, called with a raw INVITE: what the line will meet is what the scenarios say."""

from __future__ import annotations

import asyncio

import pytest

from tests.exchange.caller import Caller, Dialled
from tests.exchange.ears import found_s, level_dbfs, loudest_hz, on_off_s
from tests.interop.baresip import answering_phone
from tests.interop.sipp import SCENARIOS, sipp_peer

pytestmark = pytest.mark.hears


def called(address: str, number: str = "1001", stay_s: float = 10.0) -> Dialled:
    """Dial, and hang up after `stay_s` if the far end has not."""

    async def run() -> Dialled:
        async with Caller(address) as caller:
            call = await caller.dial(number)
            try:
                await call.until(lambda: call.byes() or max(call.statuses, default=0) >= 300, stay_s)
            except TimeoutError:
                await call.hang_up()
            return call

    return asyncio.run(run())


FINALS = {
    "busy": ([100, 486], "Q.850;cause=17;"),
    "no_answer": ([100, 180, 480], "Q.850;cause=19;"),
    "not_found": ([100, 404], "Q.850;cause=1;"),
    "congestion": ([100, 503], "Q.850;cause=34;"),
    "moved": ([100, 302], ""),
}


@pytest.mark.parametrize("scenario", FINALS)
def test_final_responses(scenario: str) -> None:
    with sipp_peer(scenario) as address:
        for _ in range(2):  # a peer takes more than one call
            call = called(address)
            statuses, reason = FINALS[scenario]
            assert call.statuses == statuses
            final = call.response(statuses[-1])
            assert (final.get_header("Reason") or "").startswith(reason)
    if scenario == "moved":
        assert final.contact[0].uri.port == 9
    if scenario == "congestion":
        assert final.get_header("Retry-After") == "30"


def test_early_media_then_busy() -> None:
    with sipp_peer("early_media_then_busy") as address:
        call = called(address)
    assert call.statuses == [100, 183, 486]
    pcm = call.pcm()
    assert on_off_s(pcm)[:6] == pytest.approx([0.35] * 6, abs=0.02)
    assert loudest_hz(pcm[:2400]) == pytest.approx(450, abs=2)


def test_picked_up_and_dropped() -> None:
    with sipp_peer("dropped") as address:
        call = called(address)
    assert call.statuses == [100, 180, 200]
    assert (call.byes()[0].get_header("Reason") or "").startswith("Q.850;cause=16")
    assert call.byes()[0].to_addr == call.invite.from_addr


def test_no_reply() -> None:
    with sipp_peer("no_reply") as address:
        call = called(address, stay_s=1.5)
    assert call.responses == []


def test_every_scenario_is_tested() -> None:
    tested = {*FINALS, "early_media_then_busy", "dropped", "no_reply"}
    assert {file.stem for file in SCENARIOS.glob("*.xml")} == tested


def test_baresip_answers_and_speaks() -> None:
    with answering_phone("human-6-zf_xiaoyi", stays_s=6) as uri:
        number, _, address = uri.removeprefix("sip:").partition("@")
        call = called(address, number, stay_s=5)
    assert call.statuses[-1] == 200
    (place,) = found_s(call.pcm(), "prompt/human-6-zf_xiaoyi", 1.5)
    assert place == pytest.approx(0.5, abs=0.1)
    assert level_dbfs(call.pcm()[4 * 8000 :]) < -70
    assert call.to("BYE")[0].status_code == 200


def test_baresip_hangs_up_by_itself() -> None:
    with answering_phone("human-9-zm_yunxi", stays_s=2.5) as uri:
        number, _, address = uri.removeprefix("sip:").partition("@")
        call = called(address, number)
    assert call.byes()
