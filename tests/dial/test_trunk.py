"""How a number is written on the wire, and which addresses are dialled at all."""

from __future__ import annotations

from typing import Any

import pytest

from probe.dial.trunk import NumberFormat, Secret, Transport, Trunk, request_uri
from probe.dial.uri import is_loopback, parse_uri
from probe.errors import DialError

OFFICE, MOBILE, SHANGHAI, HOTLINE = "+8657187250001", "+8613805710000", "+862163610000", "12345"


@pytest.mark.parametrize(
    ("number", "number_format", "prefix", "user"),
    [
        (OFFICE, "e164", "", "+8657187250001"),
        (OFFICE, "national", "", "057187250001"),
        (OFFICE, "local", "", "87250001"),
        (OFFICE, "prefix", "9", "9057187250001"),
        (SHANGHAI, "local", "", "02163610000"),
        (SHANGHAI, "national", "", "02163610000"),
        (MOBILE, "local", "", "13805710000"),
        (MOBILE, "prefix", "0", "013805710000"),
        (HOTLINE, "e164", "", "12345"),
        (HOTLINE, "national", "", "12345"),
        (HOTLINE, "local", "", "12345"),
        (HOTLINE, "prefix", "9", "912345"),
    ],
)
@pytest.mark.parametrize("area_code", ["0571", "571"])
def test_each_trunk_gets_numbers_as_it_wants_them(
    number: str, number_format: str, prefix: str, user: str, area_code: str
) -> None:
    trunk = Trunk(name="t", proxy="sip:10.0.0.1:5080", number_format=NumberFormat(number_format), prefix=prefix)
    assert str(request_uri(number, trunk, area_code=area_code)) == f"sip:{user}@10.0.0.1:5080"


def test_other_countries_write_their_own_way() -> None:
    trunk = Trunk(name="t", proxy="sip:pbx.example", number_format=NumberFormat.NATIONAL)
    assert request_uri("+12015550123", trunk, country="US").user == "2015550123"
    assert request_uri("+442079460000", trunk, country="GB").user == "02079460000"


def test_a_foreign_number_cannot_be_written_the_national_way() -> None:
    trunk = Trunk(name="t", proxy="sip:pbx.example", number_format=NumberFormat.NATIONAL)
    with pytest.raises(DialError, match="not one of CN"):
        request_uri("+12015550123", trunk)


def test_a_sip_address_is_dialled_as_it_is() -> None:
    trunk = Trunk(name="t", proxy="sip:10.0.0.1", number_format=NumberFormat.PREFIX, prefix="9")
    assert str(request_uri("sip:1001@127.0.0.1:5062", trunk)) == "sip:1001@127.0.0.1:5062"
    assert parse_uri("sip:1001@PBX.example").where == ("pbx.example", 5060)


def test_only_calls_to_the_trunks_own_host_go_through_it() -> None:
    trunk = Trunk(name="t", proxy="sip:pbx.example")
    assert trunk.carries(OFFICE)
    assert trunk.carries("sip:1001@PBX.example:5060")
    assert not trunk.carries("sip:1001@pbx.example:5070")
    assert not trunk.carries("sip:1001@elsewhere.example")


def test_packets_go_to_the_outbound_proxy_and_numbers_belong_to_the_proxy() -> None:
    trunk = Trunk(name="t", proxy="sip:ims.example", outbound_proxy="sip:10.0.0.1:5080", transport=Transport.TLS)
    assert (trunk.next_hop.host, trunk.next_port) == ("10.0.0.1", 5080)
    assert str(request_uri(OFFICE, trunk)) == f"sip:{OFFICE}@ims.example"
    assert trunk.carries("sip:1001@ims.example")


@pytest.mark.parametrize(("transport", "port"), [(Transport.UDP, 5060), (Transport.TCP, 5060), (Transport.TLS, 5061)])
def test_each_transport_has_its_usual_port(transport: Transport, port: int) -> None:
    assert Trunk(name="t", proxy="sip:pbx.example", transport=transport).next_port == port


@pytest.mark.parametrize(
    ("more", "pool"),
    [
        ({}, ("tongbutong",)),
        ({"username": "8001"}, ("8001",)),
        ({"username": "8001", "caller_id": "0571"}, ("0571",)),
        ({"caller_id": "0571", "caller_ids": ("0572", "0571")}, ("0571", "0572")),
        ({"username": "8001", "caller_ids": ("0572",)}, ("0572",)),
    ],
)
def test_whom_a_trunk_can_show(more: dict[str, Any], pool: tuple[str, ...]) -> None:
    trunk = Trunk(name="t", proxy="sip:pbx.example", **more)
    assert trunk.pool == pool
    assert trunk.caller("call-1") == trunk.caller("call-1") in pool
    assert {trunk.caller(f"call-{n}") for n in range(50)} == set(pool)
    assert trunk.caller("call-1", "9000") == "9000"


def test_a_telephone_number_needs_a_trunk() -> None:
    with pytest.raises(DialError, match=r"needs a trunk: write \[trunk.NAME\]"):
        request_uri(OFFICE, None)


@pytest.mark.parametrize(
    "uri",
    [
        "sip:1001@127.0.0.1;maddr=8.8.8.8",
        "sip:1001@127.0.0.1?Route=%3Csip:8.8.8.8%3E",
        "sip:%31%31%30@127.0.0.1",
        "sip:1001:secret@127.0.0.1",
        "sip:1001@127.0.0.1@8.8.8.8",
        "sip:1001@127.0.0.1:0",
        "sip:1001@127.0.0.1:99999",
        "sips:1001@127.0.0.1",
        "sip:1001@[::1]",
        "sip:1001@",
        "sip:1001@127.0.0.1\r\nX: y",
        "sip:１００１@127.0.0.1",
        "sip:" + "1" * 65 + "@127.0.0.1",
        "<sip:1001@127.0.0.1>",
    ],
)
def test_an_address_that_could_smuggle_something_in_is_not_dialled(uri: str) -> None:
    with pytest.raises(DialError, match="cannot be dialled"):
        parse_uri(uri)


@pytest.mark.parametrize("number", ["", "87 25", "+", "8725a", "１２３４５", "0571,1"])
def test_a_number_that_is_no_number_is_not_dialled(number: str) -> None:
    with pytest.raises(DialError, match="cannot be dialled"):
        request_uri(number, Trunk(name="t", proxy="sip:pbx.example"))


def test_this_machine_is_known_by_its_names() -> None:
    assert all(is_loopback(host) for host in ("127.0.0.1", "127.9.9.9", "localhost"))
    assert not any(is_loopback(host) for host in ("10.0.0.1", "localhost.example", "127.0.0.1.example", ""))


def test_secrets_are_equal_by_content_and_shown_to_nobody() -> None:
    assert Secret("a") == Secret("a") != Secret("b")
    assert len({Secret("a"), Secret("a")}) == 1
    assert not Secret("")
    assert "hush" not in f"{Secret('hush')} {Secret('hush')!r}"
