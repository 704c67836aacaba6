"""Trunks of every kind against Kamailio, which we did not write: transports, passwords, registration, edge."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import dropwhile
from pathlib import Path

import psutil
import pytest

from probe.dial.inquiry import Inquiry, answers
from probe.dial.trunk import CallerIdIn, Secret, Srtp, Transport, Trunk
from probe.model import Origin, Record, Trace
from tests.dial.one_line import OneLine, one_line
from tests.interop.baresip import answering_phone
from tests.interop.kamailio import PASSWORD, Carrier, carrier, edge
from tests.interop.peers import free_port
from tests.interop.sipp import sipp_peer

pytestmark = pytest.mark.hears
NUMBER = "+8657187250001"


def trunk_to(found: Carrier, transport: Transport = Transport.UDP, **more: object) -> Trunk:
    """A trunk to this carrier, with the right account."""
    tls = transport is Transport.TLS
    proxy = f"sip:127.0.0.1:{found.tls_port if tls else found.port}"
    plain = {"proxy": proxy, "ca_file": str(found.ca_file) if tls else "", "password": Secret(PASSWORD)}
    return Trunk(name="ims", transport=transport, **{"username": "robot", **plain, **more})  # type: ignore[arg-type]


def called(folder: Path, trunk: Trunk, **limits: object) -> Record:
    with one_line(folder, trunk=trunk, allowed=(NUMBER,)) as line:
        record = line.result_of(NUMBER, **limits)
    assert isinstance(record, Record), record
    return record


def ask(trunk: Trunk) -> str:
    """What the trunk answers to OPTIONS."""
    with Inquiry(trunk) as inquiry:
        answer = inquiry.ask("OPTIONS")
    return f"{answer.status_code} {answer.reason_phrase}"


def told(trace: Trace) -> list[str | int | None]:
    return [s.sent or s.status for s in trace.signals if s.status != 100]


def until(there: Callable[[], object], what: str, within_s: float = 8.0) -> None:
    give_up = time.monotonic() + within_s
    while not there():
        assert time.monotonic() < give_up, what
        time.sleep(0.05)


@pytest.mark.parametrize("transport", Transport)
@pytest.mark.parametrize("register", [False, True])
def test_a_call_with_a_password_over_each_transport(tmp_path: Path, transport: Transport, register: bool) -> None:
    with sipp_peer("busy") as office, carrier(office, registered_only=register) as found:
        record = called(tmp_path, trunk_to(found, transport, register=register))
        assert len(found.seen(f"SEEN INVITE from {transport}:")) >= 2
        saved = found.seen("SAVED")
    assert told(record.trace) == ["INVITE", 407, "ACK", "INVITE", 486, "ACK"]
    assert (record.verdict.outcome, record.trace.trunk) == ("busy", "ims")
    # Bound when it is first needed, and taken back when the line leaves.
    assert [line.rpartition("expires ")[2] for line in saved] == (["300", "0"] if register else [])


def test_an_ims_account_has_one_name_for_its_address_and_one_for_its_password(tmp_path: Path) -> None:
    """Public and private identity (3GPP TS 23.003 §13)."""
    private = "+8657187250000@ims.carrier.example"
    with sipp_peer("busy") as office, carrier(office) as found:
        trunk = trunk_to(found, username="+8657187250000", auth_username=private, register=True)
        record = called(tmp_path, trunk)
        with Inquiry(trunk) as inquiry:
            assert inquiry.ask("REGISTER", Expires="0").status_code == 200
        for method in ("REGISTER", "INVITE"):
            last = found.seen(f"SEEN {method}")[-1]
            assert " from-user +8657187250000 " in last
            assert f" login {private} " in last
    assert record.verdict.outcome == "busy"


def test_lines_register_side_by_side_each_with_its_own_contact(tmp_path: Path) -> None:
    with sipp_peer("busy") as office, carrier(office, registered_only=True) as found:
        trunk = trunk_to(found, register=True)
        (tmp_path / "b").mkdir()
        with (
            one_line(tmp_path, trunk=trunk, allowed=(NUMBER,)) as one,
            one_line(tmp_path / "b", trunk=trunk, allowed=(NUMBER,)) as other,
        ):
            for line in (one, other):
                assert told(line.call(NUMBER))[-2] == 486
            assert found.seen("BINDINGS 2 ")
        contacts = {line.split("SAVED ")[1].split()[0] for line in found.seen("SAVED")}
    assert len(contacts) == 2


def test_a_registration_is_renewed_while_the_line_lives(tmp_path: Path) -> None:
    with sipp_peer("busy") as office, carrier(office) as found:
        trunk = trunk_to(found, register=True, register_s=7)  # PJSIP renews five seconds ahead
        with one_line(tmp_path, trunk=trunk, allowed=(NUMBER,)) as line:
            line.call(NUMBER)
            until(lambda: len(found.seen("expires 7")) >= 2, "it is not renewed")
        assert found.seen("SAVED")[-1].endswith("expires 0")


@pytest.mark.parametrize("transport", [Transport.UDP, Transport.TLS])
@pytest.mark.parametrize("register", [False, True])
def test_a_wrong_password_is_the_trunks_matter_and_is_told_to_nobody(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], transport: Transport, register: bool
) -> None:
    with sipp_peer("busy") as office, carrier(office) as found:
        trunk = trunk_to(found, transport, register=register, password=Secret("wrong-one"))
        with one_line(tmp_path, trunk=trunk, allowed=(NUMBER,)) as line:
            record = line.result_of(NUMBER)
            process = psutil.Process(line.process.pid)
            seen_by_others = f"{process.cmdline()} {process.environ()}"
        carrier_log = found.log.read_text(errors="replace")
    assert isinstance(record, Record)
    assert (record.verdict.outcome, record.verdict.blame) == ("inconclusive", "trunk")
    last = next(s for s in reversed(record.trace.signals) if s.received)
    assert ("REGISTER: 401" in str(last.received)) if register else last.status == 407
    output = capfd.readouterr()
    for text in (seen_by_others, str(record), output.out, output.err, carrier_log):
        assert "wrong-one" not in text


@pytest.mark.parametrize(
    ("more", "reached"),
    [
        ({}, True),
        ({"ca_file": ""}, False),  # the system's CAs do not know the test's
        ({"ca_file": "", "tls_verify": False}, True),
        ({"proxy": "sip:localhost:{port}"}, True),
    ],
)
def test_a_certificate_is_checked_unless_told_otherwise(tmp_path: Path, more: dict[str, object], reached: bool) -> None:
    with sipp_peer("busy") as office, carrier(office) as found:
        given = {k: v.format(port=found.tls_port) if isinstance(v, str) else v for k, v in more.items()}
        trace = called(tmp_path, trunk_to(found, Transport.TLS, **given)).trace
        arrived = found.seen("SEEN INVITE")
    assert (told(trace)[-2] == 486) is reached
    assert bool(arrived) is reached
    if not reached:
        assert trace.signals[-1].origin is Origin.TRANSPORT
        assert "certificate" in str(trace.signals[-1].received)


@pytest.mark.parametrize(
    ("place", "from_user", "identity"),
    [
        (CallerIdIn.FROM, "057187250000", "<null>"),
        (CallerIdIn.IDENTITY, "robot", "<sip:057187250000@ims.example>"),
        (CallerIdIn.BOTH, "057187250000", "<sip:057187250000@ims.example>"),
    ],
)
def test_who_calls_stands_where_the_trunk_wants_it_and_the_route_leads_over_the_outbound_proxy(
    tmp_path: Path, place: CallerIdIn, from_user: str, identity: str
) -> None:
    with sipp_peer("busy") as office, carrier(office) as found:
        trunk = trunk_to(
            found,
            proxy="sip:ims.example",
            outbound_proxy=f"sip:127.0.0.1:{found.port}",
            caller_id="057187250000",
            caller_id_in=place,
        )
        record = called(tmp_path, trunk)
        line = found.seen("SEEN INVITE")[0]
    assert record.verdict.outcome == "busy", record
    assert line.endswith(f"route <sip:127.0.0.1:{found.port};lr> from-user {from_user} pai {identity}")


def test_an_orders_caller_id_wins_and_else_the_pool_takes_turns(tmp_path: Path) -> None:
    pool = ("8001", "8002", "8003")
    with sipp_peer("busy") as office, carrier(office) as found:
        trunk = trunk_to(found, caller_ids=pool)
        with one_line(tmp_path, trunk=trunk, allowed=(NUMBER,)) as line:
            line.call(NUMBER, caller_id="9000")
            for _ in range(12):
                line.call(NUMBER)
        shown = [text.split("from-user ")[1].split()[0] for text in found.seen("SEEN INVITE")]
    assert shown[:2] == ["9000"] * 2, "and again, with the password"
    assert set(dropwhile("9000".__eq__, shown)) == set(pool)


@pytest.mark.parametrize(
    ("robot", "phone", "answered"),
    [
        (Srtp.OPTIONAL, "srtp", True),
        (Srtp.OPTIONAL, "", True),
        (Srtp.MANDATORY, "srtp-mand", True),
        (Srtp.MANDATORY, "", False),
        (Srtp.OFF, "srtp-mand", False),
    ],
)
def test_sound_is_encrypted_as_the_trunk_is_set(tmp_path: Path, robot: Srtp, phone: str, answered: bool) -> None:
    with answering_phone("human-10-zf_xiaoyi", encryption=phone) as uri:
        trunk = Trunk(name="phone", proxy=f"sip:{uri.partition('@')[2]}", srtp=robot)
        with one_line(tmp_path, trunk=trunk) as line:
            record = line.result_of(uri, answered_limit_s=6.0)
    assert isinstance(record, Record)
    heard = {segment.kind for segment in record.sounds.segments}
    if answered:
        assert "speech" in heard, "what was decrypted is a voice"
        assert (record.verdict.outcome, record.verdict.cause) == ("answered", "human")
        assert (record.trace.packets_lost or 0) == 0
    else:
        assert (told(record.trace)[1], record.verdict.blame) == (488, "trunk")


@pytest.mark.parametrize("tls", [False, True])
def test_all_lines_call_through_the_one_registration_of_the_edge(tmp_path: Path, tls: bool) -> None:
    with (
        sipp_peer("dropped") as office,
        carrier(office, one_binding=True, domain="ims.example") as found,
        edge(found, tls=tls) as address,
    ):
        trunk = Trunk(name="edge", proxy="sip:ims.example", outbound_proxy=f"sip:{address}", caller_id="0571")
        until(lambda: ask(trunk).startswith("200"), "the edge does not register")

        def dropped(line: OneLine) -> None:
            assert told(line.call(NUMBER)) == ["INVITE", 180, 200, "ACK", None]

        (tmp_path / "b").mkdir()
        with (
            one_line(tmp_path, trunk=trunk, allowed=(NUMBER,)) as one,
            one_line(tmp_path / "b", trunk=trunk, allowed=(NUMBER,)) as other,
        ):
            dropped(one)
            dropped(other)
        registered = found.seen("SAVED")
        bindings = {line.split("BINDINGS ")[1].split()[0] for line in found.seen("BINDINGS")}
    assert len(registered) == 1
    assert bindings == {"1"}


def test_the_edge_is_no_way_around_the_directory(tmp_path: Path) -> None:
    """Addresses on this machine need no entry in the directory, and the edge is on this machine."""
    with sipp_peer("busy") as office, carrier(office) as found, edge(found) as address:
        with one_line(tmp_path) as line:
            trace = line.call(f"sip:057187250001@{address}")
        assert not found.seen("SEEN INVITE")
    assert told(trace) == ["INVITE", 404, "ACK"]


@pytest.mark.parametrize("transport", Transport)
def test_the_programmes_options_go_over_the_trunks_own_transport(transport: Transport) -> None:
    """A challenge is an answer: the password is not needed to see that somebody is there."""
    with sipp_peer("busy") as office, carrier(office) as found:
        assert answers(trunk_to(found, transport, password=Secret("wrong-one")))
        assert found.seen(f"SEEN OPTIONS from {transport}:")
        gone = trunk_to(found, transport)
    assert not answers(gone)


def test_an_edge_that_is_not_registered_does_not_count_as_an_answer() -> None:
    with edge(Carrier(free_port(), 0, Path("none"), Path("none"))) as address:
        assert not answers(Trunk(name="edge", proxy="sip:ims.example", outbound_proxy=f"sip:{address}"))


def test_the_edge_tells_the_carrier_that_it_is_there_and_takes_no_calls_from_it(tmp_path: Path) -> None:
    """Some SBCs take a peer out of service that answers their OPTIONS with an error."""
    with edge(Carrier(free_port(), 0, Path("none"), Path("none")), lines="192.0.2.0/24") as address:
        assert ask(Trunk(name="edge", proxy="sip:ims.example", outbound_proxy=f"sip:{address}")) == "200 OK"
        with one_line(tmp_path) as line:
            trace = line.call(f"sip:057187250001@{address}")
    assert told(trace) == ["INVITE", 480, "ACK"]


def test_the_edge_says_whether_it_is_registered() -> None:
    with edge(Carrier(free_port(), 0, Path("none"), Path("none"))) as address:
        trunk = Trunk(name="edge", proxy="sip:ims.example", outbound_proxy=f"sip:{address}")
        assert ask(trunk) == "503 Not Registered With The Trunk"
    with sipp_peer("busy") as office, carrier(office) as found, edge(found) as address:
        trunk = Trunk(name="edge", proxy="sip:ims.example", outbound_proxy=f"sip:{address}")
        until(lambda: ask(trunk) == "200 Registered", "the edge does not register")
        assert not found.seen(PASSWORD)
