"""`make bench-fuzz` in small: a hostile far end loses no call, hangs no line and misleads no verdict."""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random

import pytest

from tests.fuzz import mutate, torture
from tests.fuzz.message import dialled
from tests.fuzz.plans import attempt
from tests.fuzz.run import fuzz

pytestmark = pytest.mark.hears


def test_a_slice_of_the_fuzzer(tmp_path: Path) -> None:
    tally = asyncio.run(fuzz(110, 1, 12, tmp_path))
    assert (tally.wrong, tally.hung, tally.died, tally.faults) == ([], [], [], [])
    assert tally.records == tally.calls
    assert sum(tally.spoilt.values()) > 2000


def test_what_is_sent_follows_from_the_seed_alone() -> None:
    invite = "INVITE sip:x@127.0.0.1 SIP/2.0\r\nVia: v\r\nFrom: f\r\nTo: t\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n"
    call = dialled(f"{invite}Contact: <sip:r@127.0.0.1:9>\r\n\r\nm=audio 4 RTP/AVP 8\r\n", ("", 0), 5060, 4000)
    message = call.response("200 OK", sdp=True)
    one, again = ([mutate.spoilt(message, dice, 4000) for _ in range(300)] for dice in (Random(1), Random(1)))
    assert one == again
    assert len(set(one)) > 200


def test_each_section_of_rfc_4475_has_its_response() -> None:
    assert len(torture.VALID) == 13
    assert len(torture.INVALID) == 19 + 1 + 15 + 1
    numbers = [str(make.__doc__).split()[0] for make in torture.VALID + torture.INVALID]
    assert numbers == [
        *(f"3.1.1.{n}" for n in range(1, 14)),
        *(f"3.1.2.{n}" for n in range(1, 20)),
        "3.2.1",
        *(f"3.3.{n}" for n in range(1, 16)),
        "3.4.1",
    ]


def test_an_abort_inside_pjsip_costs_one_call_and_the_next_goes_to_a_new_line(tmp_path: Path) -> None:
    """A Contact that is no SIP URI in a 200 trips an assertion of PJSIP (sip_inv.c, inv_send_ack)."""
    wanted = "unkscm in answered"
    n = next(n for n in range(2000) if attempt(n, Random(f"1/{n}")).name == wanted)
    tally = asyncio.run(fuzz(n, 1, 1, tmp_path, only=n))
    (died,) = tally.died
    assert wanted in died
    assert "SIGABRT" in died
    assert tally.records == 2
    assert {said: len(calls) for said, calls in tally.verdicts.items()} == {
        "inconclusive/robot/robot": 1,
        "busy/busy_signal/office": 1,
    }
    assert tally.wrong == []
