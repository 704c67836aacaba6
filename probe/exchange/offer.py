"""What the caller's SDP offers and what the exchange answers (RFC 3264): one stream of G.711 with telephone-events."""

from __future__ import annotations

import secrets

import msgspec
from aiosipua import SdpMessage, SdpNegotiationError, SipRequest, negotiate_sdp, parse_sdp, serialize_sdp

from probe.exchange.sounds import PCMA, PCMU
from probe.exchange.wire import Address


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """The part of an offer that matters here."""

    sdp: SdpMessage
    payload_type: int  # PCMA or PCMU, whichever the caller names first
    dtmf_type: int | None  # of telephone-events (RFC 4733)
    remote: Address | None  # where the caller wants to hear us; None when it does not (on hold)


def read_offer(request: SipRequest, host: str) -> Offer | None:
    """The offer in a request from `host`; None when there is none that can be met (answer 488).

    Audio is sent to `host` only, whatever address the SDP names: an exchange must not be made to shoot at others.
    """
    if (request.content_type or "").partition(";")[0].strip().lower() != "application/sdp":
        return None
    try:
        sdp = parse_sdp(request.text)
        _, payload_type = negotiate_sdp(sdp, host, 0, supported_codecs=[PCMA, PCMU])
    except (SdpNegotiationError, ValueError, IndexError):
        return None
    audio = sdp.audio
    if audio is None or not audio.port:
        return None
    dtmf = next((c.payload_type for c in audio.codecs if c.encoding_name.lower() == "telephone-event"), None)
    listens = audio.direction in ("sendrecv", "recvonly")
    return Offer(sdp=sdp, payload_type=payload_type, dtmf_type=dtmf, remote=(host, audio.port) if listens else None)


def answer_to(offer: Offer, host: str, port: int, session_id: str) -> str:
    """The SDP body that accepts an offer, with our RTP on `host`:`port`.

    RTCP is asked for on the same port (RFC 3605), where it is ignored: the port after it may be another call's.
    """
    sdp, _ = negotiate_sdp(
        offer.sdp,
        host,
        port,
        supported_codecs=[offer.payload_type],
        dtmf_payload_type=offer.dtmf_type or 0,
        session_id=session_id,
    )
    if sdp.audio is not None:
        sdp.audio.attributes["rtcp"] = [str(port)]
    return serialize_sdp(sdp)


def new_session_id() -> str:
    return str(secrets.randbits(31))
