"""Nobody who may never be called, and nobody who is not in the directory, gets past the line's own guards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from probe.dial.guards import checked
from probe.dial.trunk import NumberFormat, Trunk
from probe.dial.uri import SipUri
from probe.errors import DialError, ProbeError, RefusedError
from probe.model import Order
from scenarios.read import Reader

TRUNK = Trunk(name="t", proxy="sip:10.0.0.1")


def check(
    number: str, *, allowed: bool = True, trunk: Trunk = TRUNK, address: str | None = None, **more: str
) -> SipUri:
    order = Order(**{"call_id": "c-1", "number": number, "office": "o", "why": "w", **more})  # type: ignore[arg-type]  # all are texts
    return checked(order, trunk, area_code="0571", country="CN", allowed=lambda number: allowed, address=address)


@pytest.mark.parametrize(
    "number",
    [
        "110", "119", "120", "122", "999", "112", "911", "12110", "12395", "12119", "12355", "96110",
        "+86110", "0086110", "0571110", "057112110", "9110", "9,110", "1 1 0", "１１０", "010-120", "+86-571-110",
        "sip:110@127.0.0.1", "sip:+86110@10.0.0.1", "sip:9110@127.0.0.1:5060", "sip:057112110@127.0.0.1",
    ],
)  # fmt: skip
def test_an_emergency_number_in_any_spelling_is_refused(number: str) -> None:
    with pytest.raises(RefusedError) as refused:
        check(number)
    assert refused.value.key.startswith("never_dial.")
    assert refused.value.text("zh")


@pytest.mark.parametrize("extension", ["8001", "0", "1101", "*8001", "801#", "81#2"])
def test_an_extension_is_pressed_at_a_switchboard(extension: str) -> None:
    assert check("+8657187250001", extension=extension)


@pytest.mark.parametrize("extension", ["110", "0119", "9#110", "9110", "12110", "*110#", "1*10"])
def test_nor_is_one_pressed_at_a_switchboard(extension: str) -> None:
    with pytest.raises(RefusedError) as refused:
        check("+8657187250001", extension=extension)
    assert refused.value.key.startswith("never_dial.")


def test_nor_are_keys_of_a_scenario() -> None:
    steps = "name: mine\nuse: {zh: 试, en: a trial}\nsay: who\nsteps: [ring: 9 s, press: '1', press: extension]\n"
    scenario = Reader(Path()).scenario(steps, "mine")
    order = Order(call_id="c-1", number="+8657187250001", office="o", why="w", extension="801")
    known = {"area_code": "0571", "country": "CN", "allowed": lambda number: True, "scenario": scenario}
    assert checked(order, TRUNK, **known)  # type: ignore[arg-type]  # as named
    with pytest.raises(RefusedError) as refused:
        checked(replace(order, extension="10"), TRUNK, **known)  # type: ignore[arg-type]
    assert refused.value.key.startswith("never_dial.")


def test_a_number_that_the_trunks_prefix_makes_an_emergency_call_is_refused() -> None:
    with pytest.raises(RefusedError) as refused:
        check(
            "+8657187250001",
            trunk=Trunk(name="t", proxy="sip:10.0.0.1", number_format=NumberFormat.PREFIX, prefix="110"),
        )
    assert refused.value.key == "never_dial.emergency"


def test_an_outside_line_prefix_of_0_makes_no_call_abroad() -> None:
    trunk = Trunk(name="t", proxy="sip:10.0.0.1", number_format=NumberFormat.PREFIX, prefix="0")
    assert check("+8657187250001", trunk=trunk).user == "0057187250001"
    with pytest.raises(RefusedError):
        check("+12025550123", trunk=trunk)


def test_only_the_directory_says_who_is_called() -> None:
    assert check("+8657187250001").user == "+8657187250001"
    for number in ("+8657187250001", "sip:1001@10.0.0.1", "sip:1001@localhost.example"):
        with pytest.raises(RefusedError, match="not in the directory"):
            check(number, allowed=False)


def test_this_machine_may_be_called_without_a_directory() -> None:
    for number in ("sip:1001@127.0.0.1:5062", "sip:1001@localhost"):
        assert check(number, allowed=False, address="127.0.0.1").user == "1001"


def test_a_name_for_this_machine_that_leads_elsewhere_does_not_count() -> None:
    with pytest.raises(RefusedError, match="not in the directory"):
        check("sip:1001@localhost", allowed=False, address="10.0.0.7")


@pytest.mark.parametrize("call_id", ["", "../../etc/passwd", "a b", "a\r\nb", "x" * 101])
def test_a_call_id_must_be_good_for_a_file_name(call_id: str) -> None:
    with pytest.raises(DialError, match="cannot be used"):
        check("+8657187250001", call_id=call_id)


def test_what_is_to_be_said_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ProbeError, match="is not there"):
        check("+8657187250001", say=str(tmp_path / "missing.wav"))


NINE = datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(("late_s", "allowed"), [(-1, False), (0, True), (300, True), (600, True), (601, False)])
def test_a_call_is_dialled_in_its_time_or_not_at_all(late_s: int, allowed: bool) -> None:
    order = Order(
        call_id="c-1",
        number="+8657187250001",
        office="o",
        why="w",
        not_before=NINE,
        not_after=NINE + timedelta(minutes=10),
    )

    def dial() -> SipUri:
        now = NINE + timedelta(seconds=late_s)
        return checked(order, TRUNK, area_code="0571", country="CN", allowed=lambda number: True, now=now)

    if allowed:
        assert dial().user == "+8657187250001"
    else:
        with pytest.raises(RefusedError) as refused:
            dial()
        assert refused.value.key == "dial.not_its_time"
        assert "2026-03-02T01:10:00Z" in refused.value.text("zh")


def test_without_being_told_the_line_looks_at_the_clock() -> None:
    order = Order(call_id="c-1", number="+8657187250001", office="o", why="w", not_after=NINE)
    with pytest.raises(RefusedError, match="may be dialled"):
        checked(order, TRUNK, area_code="0571", country="CN", allowed=lambda number: True)
