"""The telephone: one SIP endpoint that makes one call at a time. The only code that touches pjsua2.

Everything that happens is put aside by the callbacks and handed out by `poll`, as our own types, on the caller's
thread. What had to be learned of pjsua2 to write this stands beside the lines concerned.
"""

from __future__ import annotations

import gc
import time
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pjsua2 as pj

from probe import __version__
from probe.dial.account import Account, account_config, invitation, transport_of
from probe.dial.dtmf import press
from probe.dial.ear import EarPort, ear_format
from probe.dial.events import Ended, Event, Faulted, Heard, PhoneError, Signalled
from probe.dial.keys import GAP_S, KEY_S
from probe.dial.trunk import Transport, Trunk
from probe.dial.uri import SipUri
from probe.dial.way import Way
from probe.dial.wire import SipMessage, parse_log
from probe.model import Origin
from scenarios.language import By

CODECS = {"PCMA": 255, "PCMU": 254}  # G.711 alone, and A-law first: what telephone networks carry
ANSWER_DECLINE = 603
INFO_POLL_S = 0.01  # how late a key may be sent


class Phone:
    """One SIP endpoint. Use in a `with`, from one thread; one Phone per process, because PJSIP is global."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque()
        self._log_entries: deque[tuple[float, str]] = deque()
        self._transports: dict[tuple[object, ...], int] = {}
        self._account: Account | None = None
        self._account_key: tuple[object, ...] = ()
        self._call: Any = None
        self._call_id = ""
        self._branches: dict[str, set[int]] = {}  # of the requests sent in this call → the refusals of each
        self._way: Way | None = None
        self._infos: deque[str] = deque()  # keys that are still to be sent in SIP INFO
        self._info_under_way = False
        self._info_at = 0.0  # when the next one is due

    # ---- one call ----

    def dial(self, uri: SipUri, *, address: str, call_id: str, trunk: Trunk | None, caller: str) -> None:
        """Send an INVITE for `uri` to the host at `address` (an IP address): of the trunk's next hop, or of `uri`.

        With a trunk, its credentials are offered to whoever challenges us, and where it wants a registration, there is
        one before the INVITE; without one, nobody gets any. `caller` is the number shown. PhoneError when nothing could
        be sent.
        """
        self.clear()
        try:
            self._way = Way(address, trunk.next_port if trunk else uri.where[1], bind=trunk.bind if trunk else "")
            if trunk is None or trunk.transport is Transport.UDP:
                self._way.knock()
        except OSError as error:
            self._events.append(Ended(time.monotonic(), f"503 {error.strerror}", Origin.TRANSPORT))
            return
        self._call_id = call_id
        try:
            account = self._account_for(uri, address, self._way.local, trunk)
            if trunk and trunk.register and (failure := account.failure(self._endpoint.libHandleEvents)):
                self._events.append(Ended(time.monotonic(), f"503 {failure}", Origin.TRANSPORT))
                return
            self._call = _Call(account, self._events, self._ear)
            self._call.makeCall(str(uri), invitation(call_id, uri, trunk, caller))
        except pj.Error as error:
            raise PhoneError(error.reason) from error

    def poll(self, timeout_s: float) -> list[Event]:
        """Let PJSIP work for up to `timeout_s` seconds, less when something happens; what has happened, in order."""
        if self._infos:
            self._next_info()
            timeout_s = min(timeout_s, INFO_POLL_S)
        self._endpoint.libHandleEvents(int(timeout_s * 1000))
        if self._account is not None:
            self._account.turn_away()
        while self._log_entries:
            at, entry = self._log_entries.popleft()
            message = parse_log(entry)
            if message is not None and self._call_id and message.call_id == self._call_id and self._ours(message):
                self._events.append(Signalled(at, message))
                if message.method == "INFO" and not message.sent and (message.status or 0) >= 200:
                    self._info_under_way = False
                if self._way is not None and not message.sent:
                    self._forget_way()
        if self._way is not None and (failure := self._way.failure()):
            self._forget_way()
            self._events.append(Ended(time.monotonic(), f"503 {failure}", Origin.TRANSPORT))
        self._events.extend(Heard(at, pcm) for at, pcm in self._ear.take())
        events = sorted(self._events, key=lambda event: event.at)
        self._events.clear()
        return events

    def _ours(self, message: SipMessage) -> bool:
        """Whether PJSIP heeds it: a response to none of our requests is dropped (RFC 3261 §17.1.3), and so is a refusal
        that comes again (§17.1.1.2): a second 407 to the same INVITE is no second no."""
        if message.status is None:
            if message.sent:
                self._branches.setdefault(message.branch, set())
            return True
        if message.sent:
            return True
        refusals = self._branches.get(message.branch)
        again = refusals is not None and message.status in refusals
        if refusals is not None and message.status >= 300:
            refusals.add(message.status)
        return refusals is not None and not again

    def hang_up(self) -> None:
        """CANCEL or BYE, as the call's state demands.

        PJSIP sees to it that a call that nobody has replied to yet is cancelled once somebody does (RFC 3261 §9.1), and
        that one that is answered while the CANCEL is under way gets a BYE.
        """
        self._ear.deaf()
        self._infos.clear()
        if self._call is not None and self._call.isActive():
            self._call.hangup(pj.CallOpParam())

    def say(self, wav: Path) -> None:
        """Play a WAV file to the far end, once. PhoneError when it cannot be played."""
        try:
            player = pj.AudioMediaPlayer()
            player.createPlayer(str(wav), pj.PJMEDIA_FILE_NO_LOOP)
            self._call.speak(player)
        except pj.Error as error:
            raise PhoneError(error.reason) from error

    def press(self, keys: str, by: By) -> None:
        """Press keys. PhoneError when they cannot be sent."""
        if by == "info":
            self._infos.extend(keys)
            return
        try:
            if (tones := press(self._call, keys, by)) is not None:
                self._call.speak(tones)
        except pj.Error as error:
            raise PhoneError(error.reason) from error

    def _next_info(self) -> None:
        """Send the next key that is due, when the one before was taken: a switchboard reads them as they come."""
        if not self._call.isActive():
            self._infos.clear()
        if not self._infos or self._info_under_way or time.monotonic() < self._info_at:
            return
        try:
            press(self._call, self._infos.popleft(), "info")
        except pj.Error as error:
            self._events.append(Faulted(time.monotonic(), error.reason))
        self._info_under_way, self._info_at = True, time.monotonic() + KEY_S + GAP_S

    def stream(self) -> tuple[Any, Any]:
        """PJSIP's StreamInfo and StreamStat of the call under way. pj.Error when it has no sound."""
        return self._call.getStreamInfo(0), self._call.getStreamStat(0)

    @property
    def packets(self) -> tuple[int, int] | None:
        """RTP packets received and lost in this call so far, over all its media streams; None when it had no media."""
        return self._call.packets if self._call is not None else None

    def clear(self) -> None:
        """Forget the call. What is still to be said about it on the wire is said, but not reported any more."""
        self.hang_up()
        self._forget_way()
        self._call = None
        self._call_id = ""
        self._infos.clear()
        self._info_under_way = False
        self._branches.clear()
        self._events.clear()
        self._log_entries.clear()
        self._ear.take()

    # ---- the endpoint ----

    def __enter__(self) -> Self:
        try:
            self._start()
        except pj.Error as error:
            raise PhoneError(error.reason) from error
        return self

    def _start(self) -> None:
        self._endpoint = pj.Endpoint()
        self._endpoint.libCreate()
        config = pj.EpConfig()
        config.uaConfig.userAgent = f"tongbutong/{__version__}"
        config.uaConfig.threadCnt = 0  # callbacks run inside `poll`, on our thread
        config.uaConfig.mainThreadOnly = True
        config.logConfig.writer = _MessageLog(self._log_entries).__disown__()  # the endpoint deletes it
        config.logConfig.msgLogging = 1
        config.logConfig.level = config.logConfig.consoleLevel = 4  # the level of the message log
        config.logConfig.decor = 0
        media = config.medConfig
        media.clockRate = media.sndClockRate = 8000  # no resampling
        media.noVad = True  # silence is sent too: some trunks give no early media to a caller who sends nothing
        media.ecTailLen = 0
        self._endpoint.libInit(config)
        self._endpoint.libStart()
        self._endpoint.audDevManager().setNullDev()
        for codec in self._endpoint.codecEnum2():
            self._endpoint.codecSetPriority(codec.codecId, CODECS.get(codec.codecId.split("/")[0], 0))
        self._ear = EarPort()
        self._ear.createPort("ear", ear_format())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Every media object, call and account must be gone before libDestroy: one alive aborts the process."""
        self.clear()
        if self._account is not None:
            self._account.leave(self._endpoint.libHandleEvents)
            self._account.shutdown()
        self._account = None
        del self._ear
        gc.collect()
        self._endpoint.libDestroy(pj.PJSUA_DESTROY_NO_NETWORK)

    def _transport(self, local: str, trunk: Trunk | None) -> int:
        """The SIP socket on one of our addresses; each is made once."""
        key = (local, trunk.transport, trunk.ca_file, trunk.tls_verify) if trunk else (local, Transport.UDP, "", True)
        if key not in self._transports:
            self._transports[key] = self._endpoint.transportCreate(*transport_of(local, trunk))
        return self._transports[key]

    def _account_for(self, uri: SipUri, address: str, local: str, trunk: Trunk | None) -> Account:
        """The account that calls to this host go through; the last one is kept."""
        key = (uri.where, address, local, trunk)
        if self._account is not None and key == self._account_key:
            return self._account
        config = account_config(uri, address, local, trunk, self._transport(local, trunk))
        if self._account is not None:
            self._account.shutdown()
        self._account, self._account_key = Account(), key
        self._account.create(config)
        return self._account

    def _forget_way(self) -> None:
        if self._way is not None:
            self._way.close()
        self._way = None


class _MessageLog(pj.LogWriter):  # type: ignore[misc]  # pjsua2 has no types
    """Puts the log entries that hold a SIP message aside. Called from any of PJSIP's threads."""

    def __init__(self, entries: deque[tuple[float, str]]) -> None:
        super().__init__()
        self._entries = entries

    def write(self, entry: Any) -> None:
        text: str = entry.msg
        if text.startswith(("RX ", "TX ")):
            self._entries.append((time.monotonic(), text))


class _Call(pj.Call):  # type: ignore[misc]  # pjsua2 has no types
    """The callbacks of a call. SWIG values are copied at once: their memory is gone when the callback returns."""

    def __init__(self, account: Any, events: deque[Event], ear: EarPort) -> None:
        super().__init__(account)
        self._events = events
        self._ear = ear
        self._packets: tuple[int, int] | None = None  # of the streams that are over
        self._voice: Any = None  # the player or tone generator that is sent

    def speak(self, voice: Any) -> None:
        """Send this sound. pj.Error when it cannot be sent."""
        self._voice = voice
        voice.startTransmit(self.getAudioMedia(-1))

    def onCallState(self, prm: Any) -> None:
        info = self.getInfo()
        if info.state != pj.PJSIP_INV_STATE_DISCONNECTED:
            return
        self._ear.deaf()
        self._events.append(Ended(time.monotonic(), f"{info.lastStatusCode} {info.lastReason}", _origin_of(prm.e)))

    def onCallMediaState(self, prm: Any) -> None:
        info = self.getInfo()  # held: `for … in call.getInfo().media` would walk through freed memory
        try:
            for media in info.media:
                if media.type != pj.PJMEDIA_TYPE_AUDIO:
                    continue
                if media.dir & pj.PJMEDIA_DIR_DECODING:
                    self.getAudioMedia(media.index).startTransmit(self._ear)
                    self._ear.listen()
                if media.dir & pj.PJMEDIA_DIR_ENCODING and self._voice is not None:
                    # The stream is a new one after a re-INVITE; nobody hears what goes on playing into the old one.
                    self._voice.startTransmit(self.getAudioMedia(media.index))
        except pj.Error as error:
            self._events.append(Faulted(time.monotonic(), error.reason))

    def onStreamDestroyed(self, prm: Any) -> None:
        """The last moment at which a stream's statistics exist; a call has a new stream after each negotiation."""
        self._packets = self._counted(prm.streamIdx)

    @property
    def packets(self) -> tuple[int, int] | None:
        """Received and lost so far; None when there was no media."""
        return self._counted(0) if self.isActive() and self.hasMedia() else self._packets

    def _counted(self, stream: int) -> tuple[int, int] | None:
        """Those of the streams that are over, and of this one."""
        try:
            received = self.getStreamStat(stream).rtcp.rxStat
        except pj.Error:
            return self._packets
        total, lost = self._packets or (0, 0)
        return total + received.pkt, lost + received.loss

    def onCallRedirected(self, prm: Any) -> int:
        """Never call whom a 3xx names: only the directory says who may be called."""
        stop: int = pj.PJSIP_REDIRECT_STOP
        return stop

    def onCallTransferRequest(self, prm: Any) -> None:
        """Nor whom a REFER names: PJSIP would."""
        prm.statusCode = ANSWER_DECLINE

    def onCallReplaceRequest(self, prm: Any) -> None:
        prm.statusCode = ANSWER_DECLINE


def _origin_of(event: Any) -> Origin:
    """Whether a call's end came over the wire or was thought up by PJSIP."""
    if event.type != pj.PJSIP_EVENT_TSX_STATE:
        return Origin.LOCAL
    kind = event.body.tsxState.type
    origins = {
        pj.PJSIP_EVENT_RX_MSG: Origin.WIRE,
        pj.PJSIP_EVENT_TIMER: Origin.TIMER,
        pj.PJSIP_EVENT_TRANSPORT_ERROR: Origin.TRANSPORT,
    }
    return origins.get(kind, Origin.LOCAL)
