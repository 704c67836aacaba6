"""The practice exchange itself: takes calls on one UDP socket and lets an office of the district act in each."""

from __future__ import annotations

import asyncio
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import msgspec
from aiosipua import SipRequest, SipResponse, Transaction, TransactionLayer, create_dialog_from_request
from aiosipua.dialog import dialog_matches, remote_cseq_valid
from aiosipua.utils import format_addr

from probe.errors import ExchangeError
from probe.exchange import sounds
from probe.exchange.acts import Mute, Reply, Step, sounds_of
from probe.exchange.auth import Doorkeeper
from probe.exchange.call import Call, Seen, user_part
from probe.exchange.district import District
from probe.exchange.media import Pump
from probe.exchange.offer import read_offer
from probe.exchange.perform import perform
from probe.exchange.wire import Address, Wire

METHODS = ("INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "INFO", "UPDATE")
ALLOW = ", ".join(METHODS)
REMEMBERED = 10_000  # finished calls
VACANT: tuple[Step, ...] = (Reply(status="404 Not Found", reason='Q.850;cause=1;text="Unallocated number"'),)


class Exchange:
    """A running exchange: `async with Exchange(district) as exchange`, then call numbers at `exchange.address`.

    `log` is a file to which a JSON line is added, and flushed, for each call that arrives ("event": "invite") and ends
    ("end"); a retransmitted INVITE is the same call. ExchangeError when the port or the log cannot be had.
    """

    def __init__(self, district: District, *, host: str = "127.0.0.1", port: int = 0, log: Path | None = None) -> None:
        self.district = district
        self.pump = Pump()
        self._wire = Wire(local_addr=(host, port), on_message=self._receive)
        self._doorkeeper = Doorkeeper(district.users, district.challenge)
        self._transactions = TransactionLayer()
        self._calls: dict[tuple[str, str], Call] = {}  # by Call-ID and the caller's tag, until settled
        self._ended: deque[Seen] = deque(maxlen=REMEMBERED)
        self._log_path = log
        self._log: BinaryIO | None = None

    async def __aenter__(self) -> Self:
        sounds.warm(name for entry in self.district.entries for name in sounds_of(entry.acts))
        await self._wire.start()
        if self._log_path is not None:
            try:
                self._log = self._log_path.open("ab")
            except OSError as error:
                await self._wire.stop()
                raise ExchangeError("exchange.log", file=self._log_path, reason=error.strerror) from error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for call in tuple(self._calls.values()):
            call.abandon()
        await asyncio.sleep(0)  # lets cancelled performances end
        await self._wire.stop()
        if self._log is not None:
            self._log.close()

    @property
    def address(self) -> str:
        """Where it listens: "127.0.0.1:PORT"."""
        return format_addr(*self._wire.local_addr)

    @property
    def calls(self) -> tuple[Seen, ...]:
        """Every call so far, in the order of their ends; those under way come last."""
        return (*self._ended, *(call.seen for call in self._calls.values() if not call.over))

    @property
    def under_way(self) -> int:
        """How many calls are not over, or are over but not yet acknowledged."""
        return len(self._calls)

    # Messages.

    def _receive(self, message: SipRequest | SipResponse, source: Address) -> None:
        if isinstance(message, SipRequest):
            self._request(message, source)
        elif message.status_code >= 200 and (call := self._calls.get(key_of(message, "to"))):
            call.bye_confirmed()  # we send no other request

    def _request(self, request: SipRequest, source: Address) -> None:
        if request.method == "ACK":
            if call := self._call_of(request):
                call.acknowledge(request)
            return
        known = self._transactions.match_request(request)
        if known and known.request and known.request.call_id == request.call_id:
            if known.response is not None:  # a retransmission
                self._wire.send(known.response, source)
            return
        transaction = self._transactions.create_server(request)
        if request.method == "CANCEL":
            self._cancel(request, source, transaction)
        elif request.to_addr and request.to_addr.tag:
            self._within(request, source, transaction)
        elif request.method == "INVITE":
            self._invite(request, source, transaction)
        elif request.method == "OPTIONS":
            self._reply(request, source, transaction, "200 OK", Allow=ALLOW, Accept="application/sdp")
        elif request.method in METHODS:
            self._reply(request, source, transaction, "481 Call/Transaction Does Not Exist")
        else:
            self._reply(request, source, transaction, "405 Method Not Allowed", Allow=ALLOW)

    def _invite(self, invite: SipRequest, source: Address, transaction: Transaction) -> None:
        now_s = asyncio.get_running_loop().time()
        required = invite.get_header_values("require")
        if key_of(invite, "from") in self._calls:
            self._reply(invite, source, transaction, "482 Loop Detected")
        elif required:
            self._reply(invite, source, transaction, "420 Bad Extension", Unsupported=", ".join(required))
        elif not self._doorkeeper.admits(invite, now_s):
            door = self._doorkeeper
            self._reply(invite, source, transaction, door.status, **{door.asks_in: door.challenge(now_s)})
        elif (offer := read_offer(invite, source[0])) is None:
            warning = f'305 {source[0]} "an SDP offer with PCMA or PCMU is needed"'
            self._reply(invite, source, transaction, "488 Not Acceptable Here", Warning=warning)
        else:
            dialled = user_part(invite)
            entry = self.district.find(dialled)
            steps = entry.acts if entry else VACANT
            number = entry.number if entry else dialled
            call = Call(invite, source, offer, number, self._wire, self.pump, transaction, self._over, self._settled)
            self._calls[key_of(invite, "from")] = call
            self._write("invite", call.seen)
            if not isinstance(steps[0], Mute):
                call.provisional("100 Trying")
            call.begin(perform(call, steps))

    def _cancel(self, cancel: SipRequest, source: Address, transaction: Transaction) -> None:
        invite = self._transactions.get_server(transaction.branch, "INVITE")
        if invite is None or invite.request is None or invite.request.call_id != cancel.call_id:
            self._reply(cancel, source, transaction, "481 Call/Transaction Does Not Exist")
        elif invite.response is not None:  # a mute office does not hear it either
            self._reply(cancel, source, transaction, "200 OK")
            if call := self._calls.get(key_of(cancel, "from")):
                call.cancel()

    def _within(self, request: SipRequest, source: Address, transaction: Transaction) -> None:
        """A request within a dialog (RFC 3261 §12.2.2)."""
        call = self._call_of(request)
        if call is None or (call.over and request.method != "BYE"):
            self._reply(request, source, transaction, "481 Call/Transaction Does Not Exist")
        elif not remote_cseq_valid(call.dialog, request):
            self._reply(request, source, transaction, "500 Server Internal Error")
        elif request.method in ("INVITE", "UPDATE"):
            transaction.response = call.renegotiate(request)
            if request.method == "INVITE":
                call.resend_until_ack(transaction.response)
            else:
                self._wire.send(transaction.response, source)
        elif request.method in ("BYE", "INFO", "OPTIONS"):
            self._reply(request, source, transaction, "200 OK")
            if request.method == "BYE":
                call.bye()
            elif key := pressed(request):
                call.press(key)
        else:
            self._reply(request, source, transaction, "405 Method Not Allowed", Allow=ALLOW)

    def _call_of(self, request: SipRequest) -> Call | None:
        call = self._calls.get(key_of(request, "from"))
        return call if call is not None and dialog_matches(call.dialog, request) else None

    def _reply(
        self, request: SipRequest, source: Address, transaction: Transaction, status: str, **headers: str
    ) -> None:
        """Answer a request that begins no call."""
        code, _, phrase = status.partition(" ")
        response = create_dialog_from_request(request).create_response(request, int(code), phrase)
        for name, value in headers.items():
            response.set_header(name, value)
        transaction.response = response
        transaction.update_state(int(code))
        self._wire.send(response, source)

    # Calls.

    def _over(self, call: Call) -> None:
        self._ended.append(call.seen)
        self._write("end", call.seen)

    def _settled(self, call: Call) -> None:
        self._calls.pop(key_of(call.invite, "from"), None)

    def _write(self, event: str, seen: Seen) -> None:
        if self._log is not None:
            self._log.write(msgspec.json.encode({"event": event, **msgspec.structs.asdict(seen)}) + b"\n")
            self._log.flush()


def key_of(message: SipRequest | SipResponse, whose: str) -> tuple[str, str]:
    """Call-ID and tag of the caller, who stands in From in its requests and in To in responses to ours."""
    address = message.from_addr if whose == "from" else message.to_addr
    return message.call_id or "", (address.tag if address else None) or ""


def pressed(info: SipRequest) -> str | None:
    """The key in an INFO of type application/dtmf-relay ("Signal=5")."""
    for line in info.text.splitlines():
        name, _, value = line.partition("=")
        if name.strip().lower() == "signal" and value.strip() in {*"0123456789*#ABCD"}:
            return value.strip()
    return None
