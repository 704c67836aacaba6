"""`probe check` on trunks: step by step over Kamailio and baresip, and what is said of the first thing that is wrong"""

from __future__ import annotations

from pathlib import Path

import pytest

from probe.dial.examine import examine
from probe.dial.trunk import NumberFormat, Secret, Srtp, Transport, Trunk
from probe.errors import DialError
from tests.interop.baresip import answering_phone
from tests.interop.compose import answer, final, ring, scenario, sdp, until_bye
from tests.interop.kamailio import carrier
from tests.interop.peers import free_port
from tests.interop.sipp import sipp_peer
from tests.interop.test_trunks import trunk_to

pytestmark = pytest.mark.hears
CANARY = "+8657187250000"


def steps(trunk: Trunk, canary: str = "") -> list[str]:
    return [step.key.removeprefix("dial.step_") for step in examine(trunk, canary=canary)]


def wrong(trunk: Trunk, canary: str = "") -> DialError:
    with pytest.raises(DialError) as caught:
        steps(trunk, canary)
    for lang in ("en", "zh"):
        assert "wrong-one" not in caught.value.text(lang)
        assert trunk.name in caught.value.text(lang)
    assert "wrong-one" not in repr(caught.value)
    return caught.value


def test_a_good_trunk_from_its_name_to_its_keys() -> None:
    with answering_phone() as uri, carrier(uri.partition("@")[2]) as found:
        trunk = trunk_to(found, Transport.TLS, proxy=f"sip:localhost:{found.tls_port}", register=True)
        assert steps(trunk, CANARY) == [
            "resolved",
            "connected",
            "options",
            "registered",
            "answered",
            "hears",
            "heard",
            "keys",
        ]
        assert found.seen("SAVED")[1].endswith("expires 0"), "what was registered for the look is taken back"


@pytest.mark.parametrize("transport", Transport)
def test_without_a_number_of_ours_nobody_is_called(transport: Transport) -> None:
    with carrier("127.0.0.1:9") as found:
        keys = steps(trunk_to(found, transport))
        assert not found.seen("INVITE")
    assert [key for key in keys if key != "connected"] == ["resolved", "options", "no_canary"]


def test_a_name_that_is_none() -> None:
    assert wrong(Trunk(name="ims", proxy="sip:no-such-host.invalid")).key == "dial.trunk_unknown_host"


@pytest.mark.parametrize("transport", Transport)
def test_a_port_where_nobody_is(transport: Transport) -> None:
    trunk = Trunk(name="ims", proxy=f"sip:127.0.0.1:{free_port()}", transport=transport)
    assert wrong(trunk).key == "dial.trunk_port_closed"


def test_tls_that_is_not_as_it_should_be(tmp_path: Path) -> None:
    with carrier("127.0.0.1:9") as found:
        unknown = wrong(trunk_to(found, Transport.TLS, ca_file=""))
        not_there = wrong(trunk_to(found, Transport.TLS, ca_file=str(tmp_path / "none.pem")))
        other_name = wrong(trunk_to(found, Transport.TLS, proxy=f"sip:localhost.localdomain:{found.tls_port}"))
    assert (unknown.key, not_there.key) == ("dial.trunk_certificate", "dial.ca_file_unreadable")
    assert other_name.key in ("dial.trunk_certificate", "dial.trunk_unknown_host")  # where that name is known, or not
    assert "`ca_file`" in unknown.text("en")


def test_a_wrong_password_shows_in_the_registration_or_else_in_the_call() -> None:
    with carrier("127.0.0.1:9") as found:
        registering = wrong(trunk_to(found, password=Secret("wrong-one"), register=True))
        calling = wrong(trunk_to(found, password=Secret("wrong-one")), CANARY)
    assert (registering.key, calling.key) == ("dial.register_401", "dial.trial_password")


def test_a_call_that_is_refused_says_what_to_change(tmp_path: Path) -> None:
    file = tmp_path / "refuses.xml"
    file.write_text(scenario("refuses", final("404 Not Found")), encoding="utf-8")
    with sipp_peer(file) as address:  # which does not know OPTIONS either: that alone is no failure
        error = wrong(Trunk(name="ims", proxy=f"sip:{address}", number_format=NumberFormat.NATIONAL), CANARY)
    assert (error.key, error.values["status"]) == ("dial.trial_number", "404 Not Found")


def test_an_answer_without_sound(tmp_path: Path) -> None:
    file = tmp_path / "silent.xml"
    file.write_text(scenario("silent", ring(), answer(sdp("8")), until_bye()), encoding="utf-8")
    with sipp_peer(file) as address:
        assert wrong(Trunk(name="ims", proxy=f"sip:{address}"), CANARY).key == "dial.trial_hears_nothing"


def test_an_engaged_canary_is_no_fault_of_the_trunk() -> None:
    with sipp_peer("busy") as office, carrier(office) as found:
        assert steps(trunk_to(found), CANARY)[-1] == "busy"


def test_encryption_that_the_far_end_does_not_have() -> None:
    with answering_phone() as uri, carrier(uri.partition("@")[2]) as found:
        assert wrong(trunk_to(found, srtp=Srtp.MANDATORY), CANARY).key == "dial.trial_media"
