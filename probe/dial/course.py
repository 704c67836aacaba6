"""The course of one call: what the telephone tells goes to the ear and into the trace, and decides when to hang up.

No clock and no PJSIP in here: every event has its time, and `tick` is told the time.
"""

from __future__ import annotations

import wave
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

import msgspec
import numpy as np

import scenarios
from probe import judge
from probe.classify.facts import TAIL_S
from probe.dial import keys
from probe.dial.events import FRAME_S, Ended, Event, Faulted, Heard, PhoneError, Signalled
from probe.dial.messages import Progress, State
from probe.dial.recorder import Recorder
from probe.dial.tape import Tape
from probe.dial.wire import SipMessage
from probe.explore.tree import Errand, Peak, Visit
from probe.explore.walker import Walker
from probe.live import LiveCall
from probe.model import Order, Origin, Record, Signal, Sounds, Verdict
from probe.script import WHOEVER, Engine, HangUp, Limits, Moment, Press, Say, there
from probe.script.voices import wav_length_s, wav_path
from probe.transcribe import Transcriber
from probe.words import words
from scenarios import Scenario
from scenarios.language import By

NO_REPLY_S = 6.0  # a SIP server says 100 within 0.2 s (RFC 3261 §17.2.1); timer B would wait 32 s for a dead one
RELEASE_WAIT_S = 2.0  # for the far end to confirm our CANCEL or BYE
SAY_TAIL_S = 0.3  # for the last words to get through the far end's jitter buffer
LATE_S = 1.0  # of sound that we lost ourselves, from which on the ear cannot be trusted
MOST_SIGNALS = 300  # a call has about ten; who sends more is broken or hostile


class Telephone(Protocol):
    """What a call needs of the telephone that it is on."""

    def hang_up(self) -> None: ...
    def say(self, wav: Path) -> None: ...
    def press(self, keys: str, by: By) -> None: ...
    @property
    def packets(self) -> tuple[int, int] | None: ...


class Course:
    """One call from its INVITE to its record. `now` and every event's `at` are the monotonic clock."""

    def __init__(
        self,
        order: Order,
        phone: Telephone,
        *,
        now: float,
        started_at: datetime,
        data_folder: Path,
        trunk: str = "",
        caller_id: str = "",
        lang: str = "zh",
        transcriber: Transcriber | None = None,
        report: Callable[[Progress], None] = lambda progress: None,
        scenario: Scenario | None = None,
        errand: Errand | None = None,
    ) -> None:
        """`scenario`: the shipped one of the order's name when None. `errand`: explore, and act out none."""
        self._order = order
        self._scenario = scenario or scenarios.load(order.scenario)
        limits = Limits(ring_s=order.ring_limit_s, answered_s=order.answered_limit_s, deadline_s=order.deadline_s)
        self._walker = None
        if errand is not None:
            self._walker = Walker(
                errand, limits, call_id=order.call_id, say=order.say, print_=self._print, tell=self._visited
            )
        self._engine = self._walker or Engine(self._scenario, limits, say=order.say, extension=order.extension)
        self._tape = Tape()  # of an exploration
        self._phone = phone
        self._zero = now  # corrected to the moment of the INVITE
        self._data_folder = data_folder
        self._lang = lang
        self._report = report
        self._recording = f"recordings/{started_at:%Y-%m-%d}/{order.call_id}.wav"
        self._recorder: Recorder | None = None
        self._live = LiveCall(
            number=order.number,
            started_at=started_at,
            country=order.country,
            call_id=order.call_id,
            trunk=trunk,
            caller_id=caller_id,
            transcriber=transcriber,
        )
        self._state: State = "dialling"
        self._invited = False
        self._replied = False
        self._answered_at_s: float | None = None
        self._early_packets: int | None = None  # received until shortly after the answer
        self._rang_at_s: float | None = None
        self._sounds = Sounds()
        self._there: Verdict | None = None  # since the engine's `since_s`
        self._listened: tuple[int, float | None] = (-1, None)
        self._acting_until: float | None = None
        self._hung_up_at: float | None = None
        self._ended_at_s: float | None = None
        self._released_by: Literal["far", "robot"] | None = None
        self._fault: str | None = None
        self._farewells: set[str] = set()  # CANCEL, BYE: each is repeated until it is confirmed
        self._bye: Signal | None = None  # the far end's, until our side has taken it
        self._refused = False  # the far end has ended the call: by a final response, or by a BYE that was taken
        self._heard = 0
        self._late_s = 0.0
        self.over = False
        self.confirmed = False  # by the far end: nothing of this call lingers on the wire

    # ---- what happens ----

    def note(self, event: Event) -> None:
        """Take in what the telephone told."""
        if self.over:
            return
        match event:
            case Signalled(at, message):
                self._signalled(at, message)
            case Heard(at, pcm):
                self._hear(at, pcm)
            case Ended(at, status, origin):
                self._ended(at, status, origin)
            case Faulted(at, reason):
                self.fail(at, "dial.fault_phone", reason=reason)

    def tick(self, now: float) -> None:
        """Decide by the time and by what is known whether to speak or to hang up. To be called often."""
        if self.over:
            return
        at_s = self._at_s(now)
        if self._early_packets is None and self._answered_at_s is not None and at_s >= self._answered_at_s + TAIL_S:
            self._early_packets = (self._phone.packets or (0, 0))[0]
        if self._hung_up_at is not None:
            if now - self._hung_up_at >= RELEASE_WAIT_S:
                self._finish()
        elif not self._replied and at_s >= NO_REPLY_S:
            self._signal(Signal(at_s=at_s, received="SIP/2.0 408 Request Timeout", origin=Origin.TIMER))
            self._phone.hang_up()
            self._ended_at_s = at_s
            self._finish()
        elif self._walker is not None and self._late_s > LATE_S:
            self.fail(now, "dial.fault_late", seconds=self._late_s)
        else:
            match self._engine.at(self._moment(now)):
                case HangUp():
                    self._hang_up(now)
                case Press(keys=pressed, by=by):
                    self._press(now, pressed, by)
                case Say(wav=name, voice=voice, unsure=unsure):
                    self._say(now, name, WHOEVER if unsure else f"{voice} voice" if voice else "")

    def stop(self, now: float) -> None:
        """The operator ends the call."""
        if self._hung_up_at is None:
            self.fail(now, "dial.fault_stopped")

    def fail(self, now: float, key: str, **values: object) -> None:
        """Something of ours went wrong: say so in the trace and hang up."""
        if self.over:
            return
        self._fault = self._fault or words(key, self._lang, **values)
        if self._invited:
            self._hang_up(now)
        else:
            self._ended_at_s = self._at_s(now)
            self._finish()

    def record(self) -> Record:
        """Everything that is known of the call, once it is over."""
        packets, early = self._phone.packets, self._early_packets
        if self._late_s > LATE_S and self._fault is None:
            self._fault = words("dial.fault_late", self._lang, seconds=self._late_s)
        self._live.finish(
            ended_at_s=self._ended_at_s or 0.0,
            released_by=self._released_by,
            packets_received=packets[0] if packets else None,
            packets_lost=packets[1] if packets else None,
            packets_after_answer=packets[0] - early if packets and early is not None else None,
            recording=self._recording if self._heard else None,
            robot_fault=self._fault,
        )
        record = Record(
            order=self._order, trace=self._live.trace, sounds=self._live.sounds(), verdict=self._live.verdict()
        )
        if self._walker is not None:
            return record  # nothing is expected of a menu
        return msgspec.structs.replace(record, checks=judge.checks(record, self._scenario, self._lang))

    # ---- signals ----

    def _signalled(self, at: float, message: SipMessage) -> None:
        if message.sent and message.start == "INVITE" and not self._invited:
            self._invited = True
            self._zero = at
        at_s = self._at_s(at)
        status = message.status
        if message.sent and status is None:
            self._signal(message.signal(at_s))
            if self._hung_up_at is not None and message.start not in self._farewells:
                self._farewells.add(message.start)
                self._ended_at_s = at_s
        elif message.sent:
            if message.method == "BYE" and self._bye is not None and 200 <= (status or 0) < 300:
                self._signal(self._bye)
                self._bye, self._refused = None, True
        elif message.start == "BYE":
            self._bye = message.signal(at_s)
        else:
            self._replied = True
            # Of the responses only those to the INVITE stand in a trace: the 200 to a CANCEL is no answer.
            if status is None or message.method == "INVITE":
                self._signal(message.signal(at_s))
            if status is not None and message.method == "INVITE":
                self._reply_to_invite(at_s, status)
            elif status is not None and message.method == "BYE" and self._hung_up_at is not None:
                self._finish(confirmed=True)

    def _reply_to_invite(self, at_s: float, status: int) -> None:
        if status in (180, 182) and self._rang_at_s is None:
            self._rang_at_s = at_s
        if 180 <= status < 200 and self._state == "dialling":
            self._become("ringing", at_s)
        elif 200 <= status < 300 and self._answered_at_s is None:
            self._answered_at_s = at_s
            self._live.answered(at_s)
            self._become("answered", at_s)
        elif status >= 300:
            self._refused = True
            if self._hung_up_at is not None:
                self._finish(confirmed=True)

    def _ended(self, at: float, status: str, origin: Origin) -> None:
        if self._hung_up_at is not None:
            return  # PJSIP forgets a call at once; what the far end says to it is still to come over the wire
        at_s = self._at_s(at)
        self._ended_at_s = at_s
        if origin is Origin.WIRE and not self._refused:  # an answer whose sound cannot be had, for one
            self._fault = self._fault or words("dial.fault_ended_by_us", self._lang, reason=status)
            self._released_by = "robot"
        elif origin is Origin.WIRE:
            self._released_by = "far"
        else:
            self._signal(Signal(at_s=at_s, received=f"SIP/2.0 {status}", origin=origin))
            self._phone.hang_up()
        self._finish(confirmed=origin is Origin.WIRE)

    def _signal(self, signal: Signal) -> None:
        count = len(self._live.trace.signals)
        tells_an_end = signal.sent is not None or (signal.status or 0) >= 200
        if count < MOST_SIGNALS or (tells_an_end and count < 2 * MOST_SIGNALS):
            self._live.signal(signal)
            self._tell(signal.at_s, signal)

    # ---- sound ----

    def _hear(self, at: float, pcm: bytes) -> None:
        if self._hung_up_at is not None:
            return
        start_s = self._at_s(at - FRAME_S)
        try:
            if self._recorder is None:
                self._recorder = Recorder(self._data_folder / self._recording)
                self._live.media(start_s)
                self._become("early_media" if self._answered_at_s is None else self._state, start_s)
            self._recorder.add(pcm)
        except OSError as error:
            self.fail(at, "dial.fault_recording", path=self._recording, reason=error.strerror or str(error))
            return
        media_at_s = self._live.trace.media_started_at_s or 0.0
        self._late_s = max(self._late_s, start_s - media_at_s - self._heard * FRAME_S)
        self._heard += 1
        if self._walker is not None:
            self._tape.add(pcm)
        self._live.audio(np.frombuffer(pcm, dtype="<i2"))

    # ---- what the scenario wants ----

    def _moment(self, now: float) -> Moment:
        """What is known now. Sounds are worked out only for a scenario that listens to more than the verdict."""
        acting = self._acting_until is not None and now < self._acting_until
        if self._engine.attentive and not acting:
            self._listen()
        return self._moment_at(self._at_s(now), acting=acting)

    def _moment_at(self, at_s: float, *, acting: bool = False) -> Moment:
        return Moment(
            at_s=at_s,
            verdict=self._live.verdict(),
            rang_at_s=self._rang_at_s,
            answered_at_s=self._answered_at_s,
            there=self._there,
            sounds=self._sounds,
            acting=acting,
        )

    def _listen(self) -> None:
        """Work out what was heard, once for each piece of sound."""
        since_s = self._engine.since_s
        if self._listened == (self._heard, since_s):
            return
        self._listened = (self._heard, since_s)
        self._live.words_on(since_s is not None)
        self._sounds = self._live.sounds()
        self._there = there(self._live.trace, self._sounds, since_s) if since_s is not None else None

    def _say(self, now: float, name: str, remark: str) -> None:
        """Play a recording. The trace says which one, and with a remark whose voice it is where the recording itself
        does not, or that nobody knows whether anybody listens."""
        prompt = wav_path(name)
        try:
            length_s = wav_length_s(prompt)
            self._phone.say(prompt)
        except (PhoneError, OSError, wave.Error, EOFError) as error:
            self.fail(now, "dial.fault_say", file=prompt.name, reason=str(error))
            return
        self._act(now, length_s + SAY_TAIL_S, f"SAY {prompt.stem}" + (f" ({remark})" if remark else ""))

    def _press(self, now: float, pressed: str, by: By) -> None:
        try:
            self._phone.press(pressed, by)
        except PhoneError as error:
            self.fail(now, "dial.fault_phone", reason=str(error))
            return
        self._act(now, keys.length_s(pressed), f"DTMF {pressed}")

    def _act(self, now: float, seconds: float, told: str) -> None:
        """Something is being said or pressed for so long."""
        self._acting_until = now + seconds
        at_s = self._at_s(now)
        if told.startswith("SAY"):
            self._state = "saying"
            self._live.words_on(False)
        self._signal(Signal(at_s=at_s, sent=told))

    # ---- an exploration ----

    def _print(self, start_s: float, end_s: float) -> tuple[Peak, ...]:
        media_s = self._live.trace.media_started_at_s or 0.0
        return self._tape.print(start_s - media_s, end_s - media_s)

    def _visited(self, visit: Visit) -> None:
        if self._late_s > LATE_S:
            return  # who lost sound does not know what was said
        self._tell(visit.heard.end_s if visit.heard is not None else visit.pressed_s, visit=visit)

    # ---- the end ----

    def _hang_up(self, now: float) -> None:
        if self._hung_up_at is None:
            self._hung_up_at = now
            self._ended_at_s = self._at_s(now)
            self._released_by = "robot"
            self._phone.hang_up()

    def _finish(self, *, confirmed: bool = False) -> None:
        self.over = True
        self.confirmed = confirmed
        if self._walker is not None and self._released_by == "far":
            self._listen()
            self._walker.over(self._moment_at(self._ended_at_s or 0.0))
        if self._recorder is not None:
            try:
                self._recorder.close()
            except OSError as error:
                reason = error.strerror or str(error)
                self._fault = self._fault or words(
                    "dial.fault_recording", self._lang, path=self._recording, reason=reason
                )
        self._become("ended", self._ended_at_s or 0.0)

    def _become(self, state: State, at_s: float) -> None:
        self._state = state
        self._tell(at_s)

    def _tell(self, at_s: float, signal: Signal | None = None, visit: Visit | None = None) -> None:
        self._report(
            Progress(
                call_id=self._order.call_id,
                at_s=round(at_s, 3),
                state=self._state,
                signal=signal,
                recording=self._recording if self._recorder is not None else None,
                visit=visit,
            )
        )

    def _at_s(self, at: float) -> float:
        return round(max(0.0, at - self._zero), 3)
