"""One call as the exchange sees it: an INVITE dialog on the server side (RFC 3261), its audio, what is remembered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import unquote

import msgspec
from aiosipua import SipRequest, SipResponse, Transaction, create_dialog_from_request, parse_uri
from aiosipua.utils import format_addr

from probe.exchange.media import Pump, Stream
from probe.exchange.offer import Offer, answer_to, new_session_id, read_offer
from probe.exchange.resend import Resender
from probe.exchange.wire import Address, Wire


class End(StrEnum):
    """How a call ended."""

    CANCELLED = "cancelled"  # by the caller, before an answer
    REFUSED = "refused"  # by a final response other than 200
    CALLER_HUNG_UP = "caller_hung_up"
    OFFICE_HUNG_UP = "office_hung_up"
    VANISHED = "vanished"  # the caller's audio stopped, or it never gave up: its program is gone
    UNACKNOWLEDGED = "unacknowledged"  # no ACK came to the answer
    MUTE = "mute"  # never replied to
    STOPPED = "stopped"  # the exchange was stopped


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What the exchange knows of one call; also a line of its log."""

    call_id: str  # the Call-ID header
    number: str  # as the district writes it; as it was dialled when no entry has it
    dialled: str  # the user part of the Request-URI
    started_at: datetime
    answered_s: float | None = None  # since the INVITE
    ended_s: float | None = None
    end: End | None = None
    status: int | None = None  # of the final response
    dtmf: str = ""
    packets_received: int = 0
    packets_sent: int = 0


class Call:
    """A call under way. `perform` acts through it; the exchange hands it the caller's requests.

    `on_over` is told once when the call ends, `on_settled` once when nothing is left to be acknowledged either.
    """

    def __init__(
        self,
        invite: SipRequest,
        source: Address,
        offer: Offer,
        number: str,
        wire: Wire,
        pump: Pump,
        transaction: Transaction,
        on_over: Callable[[Call], None],
        on_settled: Callable[[Call], None],
    ) -> None:
        self.invite = invite
        self.source = source
        self.dialog = create_dialog_from_request(invite)
        self.stream: Stream | None = None
        self.acknowledged = asyncio.Event()
        self._offer = offer
        self._wire = wire
        self._pump = pump
        self._transaction = transaction
        self._on_over = on_over
        self._on_settled = on_settled
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._session_id = new_session_id()
        self._port = 0
        self._sdp: str | None = None
        self._resenders: dict[str, Resender] = {}  # by "INVITE n" (a final response) and "BYE"
        self._task: asyncio.Task[None] | None = None
        self._seen = Seen(
            call_id=self.dialog.call_id,
            number=number,
            dialled=user_part(invite),
            started_at=datetime.now(UTC),
        )

    @property
    def over(self) -> bool:
        return self._seen.end is not None

    @property
    def answered(self) -> bool:
        return self._seen.answered_s is not None

    @property
    def seen(self) -> Seen:
        """What is known of it by now."""
        if self.stream is None:
            return self._seen
        return msgspec.structs.replace(
            self._seen,
            dtmf=self.stream.digits,
            packets_received=self.stream.packets_received,
            packets_sent=self.stream.packets_sent,
        )

    def begin(self, performance: Coroutine[Any, Any, None]) -> None:
        """Let the office act."""
        self._task = self._loop.create_task(performance)

    # What the office does.

    def provisional(self, status: str, *, sdp: bool = False) -> None:
        """Send a 1xx response; with SDP only after `open_media`."""
        self._wire.send(self._response(status, {}, sdp=sdp), self.source)

    async def open_media(self) -> Stream:
        """The stream to the caller, opened on first use. Nothing is heard before a response has carried its SDP."""
        if self.stream is None:
            stream = Stream(self._pump, self._offer.payload_type, self._offer.dtmf_type, self._vanished)
            self.stream = stream
            self._port = await stream.open(self._wire.local_addr[0])
            self._sdp = answer_to(self._offer, self._wire.local_addr[0], self._port, self._session_id)
            stream.start(self._offer.remote)
        return self.stream

    def answer(self) -> None:
        """200 OK, again and again until the ACK. Only after `open_media`."""
        self._note(answered_s=self._now(), status=200)
        self.dialog.confirm()
        self._final("200 OK", {}, sdp=True)

    def refuse(self, status: str, headers: Mapping[str, str] | None = None, end: End = End.REFUSED) -> None:
        """A final response other than 200: the call is over."""
        self._note(status=int(status[:3]))
        self._final(status, headers or {}, sdp=False)
        self.finish(end)

    def hang_up(self, reason: str | None = None, end: End = End.OFFICE_HUNG_UP) -> None:
        """BYE: the call is over."""
        host, port = self._wire.local_addr
        bye = self.dialog.create_request("BYE", via_host=host, via_port=port)
        if reason is not None:
            bye.set_header("Reason", reason)
        self._resend("BYE", lambda: self._wire.send(bye, self.source))
        self.finish(end)

    def finish(self, end: End) -> None:
        """Close the audio, stop acting and remember how it ended. Harmless when it is over already."""
        if self.over:
            return
        self._note(end=end, ended_s=self._now())
        if self._task is not None and self._task is not asyncio.current_task(self._loop):
            self._task.cancel()
        if self.stream is not None:
            self.stream.close()
        self._on_over(self)
        self._settle()

    def abandon(self) -> None:
        """The exchange stops: part from the caller in one message and wait for no acknowledgement."""
        if not self.over:
            if self.answered:
                self.hang_up(end=End.STOPPED)
            elif self._transaction.response is None:
                self.finish(End.MUTE)
            else:
                self.refuse("503 Service Unavailable", end=End.STOPPED)
        for resender in self._resenders.values():
            resender.stop()

    # What the caller does.

    def acknowledge(self, ack: SipRequest) -> None:
        """ACK: the final response with its CSeq has arrived."""
        number = ack.cseq.seq if ack.cseq else 0
        self._arrived(f"INVITE {number}")
        if self.answered:
            self.acknowledged.set()

    def cancel(self) -> None:
        """CANCEL: 487, unless the call was answered or refused first."""
        if not self.over and not self.answered:
            self.refuse("487 Request Terminated", end=End.CANCELLED)

    def bye(self) -> None:
        """BYE from the caller; before the answer it means the same as CANCEL (RFC 3261 §15)."""
        if self.answered:
            for number in [key for key in self._resenders if key.startswith("INVITE")]:
                self._arrived(number)
            self.finish(End.CALLER_HUNG_UP)
        else:
            self.cancel()

    def press(self, key: str) -> None:
        """A key by SIP INFO; those in RTP go to the stream directly."""
        if self.stream is not None:
            self.stream.press(key)

    def bye_confirmed(self) -> None:
        """A final response to our own BYE."""
        self._arrived("BYE")

    def renegotiate(self, request: SipRequest) -> SipResponse:
        """The response to a re-INVITE or UPDATE: the same audio, perhaps to another address."""
        response = self.dialog.create_response(request, 200, "OK", contact=self._contact())
        if request.body:
            offer = read_offer(request, self.source[0])
            if offer is None or self.stream is None or offer.payload_type != self.stream.payload_type:
                return self.dialog.create_response(request, 488, "Not Acceptable Here")
            self._offer = offer
            self.stream.remote = offer.remote
            self._sdp = answer_to(offer, self._wire.local_addr[0], self._port, self._session_id)
        if request.body or request.method == "INVITE":
            self._carry_sdp(response)
        return response

    def resend_until_ack(self, response: SipResponse) -> None:
        """Send the final response to an INVITE, again and again until its ACK."""
        number = response.cseq.seq if response.cseq else 0
        self._resend(f"INVITE {number}", lambda: self._wire.send(response, self.source))

    # Within.

    def _response(self, status: str, headers: Mapping[str, str], *, sdp: bool) -> SipResponse:
        code, _, phrase = status.partition(" ")
        response = self.dialog.create_response(self.invite, int(code), phrase, contact=self._contact())
        for name, value in headers.items():
            response.set_header(name, value)
        if sdp:
            self._carry_sdp(response)
        self._transaction.response = response  # what a retransmitted INVITE is answered with
        self._transaction.update_state(int(code))
        return response

    def _final(self, status: str, headers: Mapping[str, str], *, sdp: bool) -> None:
        self.resend_until_ack(self._response(status, headers, sdp=sdp))

    def _carry_sdp(self, response: SipResponse) -> None:
        assert self._sdp is not None
        response.text = self._sdp
        response.content_type = "application/sdp"

    def _contact(self) -> str:
        return f"<sip:{format_addr(*self._wire.local_addr)}>"

    def _resend(self, what: str, send: Callable[[], None]) -> None:
        self._resenders[what] = Resender(send, lambda: self._gave_up(what))

    def _arrived(self, what: str) -> None:
        resender = self._resenders.pop(what, None)
        if resender is not None:
            resender.stop()
            self._settle()

    def _gave_up(self, what: str) -> None:
        del self._resenders[what]
        if not self.over:
            self.hang_up(end=End.UNACKNOWLEDGED)
        self._settle()

    def _vanished(self) -> None:
        if self.answered:
            self.hang_up(end=End.VANISHED)
        else:
            self.refuse("408 Request Timeout", end=End.VANISHED)

    def _settle(self) -> None:
        if self.over and not self._resenders:
            self._on_settled(self)

    def _now(self) -> float:
        return round(self._loop.time() - self._began, 3)

    def _note(self, **facts: Any) -> None:
        self._seen = msgspec.structs.replace(self._seen, **facts)


def user_part(request: SipRequest) -> str:
    """The called number as it stands in the Request-URI: "sip:+8657187250001@host" → "+8657187250001"."""
    return unquote(parse_uri(request.uri).user or "")
