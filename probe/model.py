"""The types that travel between the stages; facts first, opinions (verdicts) apart.

All of them are immutable. Times are aware UTC datetimes; offsets and durations are seconds as float, and every offset
within a call counts from the moment its INVITE was sent ("the trace's clock"). A name carries its unit (`ring_s`).
They are msgspec structs: as light as a frozen, slotted, keyword-only dataclass, and strict when read from JSON.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

import msgspec


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of all types here; msgspec inherits `omit_defaults` but wants the other two said again by each."""


class Outcome(StrEnum):
    """What a caller got. The first four are the programme's; the last two are counted against nobody's staff."""

    ANSWERED = "answered"
    VOICEMAIL = "voicemail"
    UNANSWERED = "unanswered"
    BUSY = "busy"
    UNREACHABLE = "unreachable"  # the published number itself is dead
    INCONCLUSIVE = "inconclusive"  # our trunk, the network, the robot, or honestly unsure


class Cause(StrEnum):
    """Why the outcome is what it is. Each cause belongs to exactly one outcome, see CAUSES."""

    HUMAN = "human"
    IVR = "ivr"
    QUEUE = "queue"
    FAX = "fax"
    SILENT = "silent"
    DROPPED = "dropped"
    UNCLEAR = "unclear"  # answered, but whether by a person cannot be told

    GREETING = "greeting"
    CARRIER_ASSISTANT = "carrier_assistant"
    OFF_HOURS = "off_hours"

    RANG_OUT = "rang_out"
    NO_ANSWER_ANNOUNCEMENT = "no_answer_announcement"
    REJECTED = "rejected"

    BUSY_SIGNAL = "busy_signal"
    BUSY_TONE = "busy_tone"
    BUSY_ANNOUNCEMENT = "busy_announcement"

    VACANT_NUMBER = "vacant_number"
    SUSPENDED = "suspended"
    POWERED_OFF = "powered_off"
    NO_COVERAGE = "no_coverage"
    NUMBER_CHANGED = "number_changed"
    BARRED = "barred"

    NETWORK_CONGESTION = "network_congestion"
    TRUNK = "trunk"
    OWN_LINE = "own_line"
    DIAL_PLAN = "dial_plan"
    ROBOT = "robot"
    UNSURE = "unsure"


CAUSES: dict[Outcome, tuple[Cause, ...]] = {
    Outcome.ANSWERED: (
        Cause.HUMAN,
        Cause.IVR,
        Cause.QUEUE,
        Cause.FAX,
        Cause.SILENT,
        Cause.DROPPED,
        Cause.UNCLEAR,
    ),
    Outcome.VOICEMAIL: (Cause.GREETING, Cause.CARRIER_ASSISTANT, Cause.OFF_HOURS),
    Outcome.UNANSWERED: (Cause.RANG_OUT, Cause.NO_ANSWER_ANNOUNCEMENT, Cause.REJECTED),
    Outcome.BUSY: (Cause.BUSY_SIGNAL, Cause.BUSY_TONE, Cause.BUSY_ANNOUNCEMENT),
    Outcome.UNREACHABLE: (
        Cause.VACANT_NUMBER,
        Cause.SUSPENDED,
        Cause.POWERED_OFF,
        Cause.NO_COVERAGE,
        Cause.NUMBER_CHANGED,
        Cause.BARRED,
    ),
    Outcome.INCONCLUSIVE: (
        Cause.NETWORK_CONGESTION,
        Cause.TRUNK,
        Cause.OWN_LINE,
        Cause.DIAL_PLAN,
        Cause.ROBOT,
        Cause.UNSURE,
    ),
}
UNTOLD = (*CAUSES[Outcome.INCONCLUSIVE], Cause.UNCLEAR)  # held against nobody: in no denominator
OUTCOME_OF: dict[Cause, Outcome] = {cause: outcome for outcome, causes in CAUSES.items() for cause in causes}


class Blame(StrEnum):
    """Whose doing it was: a second axis beside the outcome."""

    NOBODY = "nobody"
    OFFICE = "office"
    NUMBER = "number"  # the entry in the published directory
    NETWORK = "network"
    TRUNK = "trunk"  # our own SIP trunk
    ROBOT = "robot"
    UNKNOWN = "unknown"


class Number(Fact, frozen=True, kw_only=True):
    """One row of the directory: who may be called."""

    number: str  # E.164 ("+8657187250001"), a short service code ("12345") or a "sip:" URI
    written: str  # as the directory prints it
    unit: str  # 单位
    department: str = ""  # 科室
    service: str = ""  # 服务
    hours: str = ""  # 工作时间, as written
    owner_email: str = ""  # 责任人邮箱
    scenario: str = "direct"
    note: str = ""
    timezone: str = ""  # 时区: IANA; "" is the robot's
    off_hours: bool = False  # 同意非工作时间拨测: its owner agreed to be called outside of the hours
    interval_min: int = 0  # 拨测间隔: minutes, the least between two first attempts; 0 leaves it to the plan
    lines: int = 1  # 线路数: how many lines answer behind this number (hunt group)
    extension: str = ""  # 分机: what a switchboard is to be told, in a scenario that dials it

    @property
    def office(self) -> str:
        """The people who would be disturbed: unit and department; never two lines of one office at once."""
        return f"{self.unit}/{self.department}" if self.department else self.unit


class Purpose(StrEnum):
    """What a call is for. Only `base` calls count in a rate: the others follow from what was heard before."""

    MANUAL = "manual"  # somebody asked for it
    BASE = "base"  # of the random programme
    FOLLOW_UP = "follow_up"  # of a call that was busy or unanswered
    QUIET_TIME = "quiet_time"  # when hardly anybody talks; only where the owner agreed
    CANARY = "canary"  # to a number of our own: does the trunk work?
    RECHECK = "recheck"  # closes an incident, or does not
    EXPLORE = "explore"  # walks a menu


class Order(Fact, frozen=True, kw_only=True):
    """One call that is to be made, and why."""

    call_id: str  # safe as a file name: letters, digits, "-"
    number: str
    office: str
    why: str
    scenario: str = "direct"
    country: str = "CN"  # whose tones to expect
    ring_limit_s: float = 45.0  # from the INVITE until we stop waiting for an answer
    answered_limit_s: float = 20.0  # from the answer until we hang up (telephony.md §6)
    deadline_s: float = 120.0  # from the INVITE, whatever happens
    say: str | None = None  # WAV said to a person who answers: who calls, and that the voice is synthetic
    attempt: int = 1  # 1 is the first; higher ones confirm it and never replace it in a rate (telephony.md §7)
    purpose: Purpose = Purpose.MANUAL
    stratum: str = ""  # the part of the office's day for which it was planned
    caller_id: str = ""  # who calls; the trunk's own when empty
    not_before: datetime | None = None  # the line refuses to dial it earlier, or later than `not_after`
    not_after: datetime | None = None
    extension: str = ""  # of the number's directory entry: the keys for `press: extension`
    open: tuple[tuple[datetime, datetime], ...] | None = None  # when the office is open around then; None: not known


class Origin(StrEnum):
    """Where a received signal came from: PJSIP invents codes itself (408, 487, 503, 502), and those are ours."""

    WIRE = "wire"
    TIMER = "timer"
    TRANSPORT = "transport"
    LOCAL = "local"


class Signal(Fact, frozen=True, kw_only=True):
    """One thing signalled, either way. `received` is the raw status line or the request's method."""

    at_s: float
    sent: str | None = None  # "INVITE", "CANCEL", "BYE", "DTMF 1", "SAY disclosure"
    received: str | None = None  # "SIP/2.0 183 Session Progress", "BYE"
    origin: Origin | None = None  # for received ones
    sdp: bool = False
    headers: dict[str, tuple[str, ...]] = {}  # those that matter for a verdict: Reason, Retry-After, Warning …

    @property
    def status(self) -> int | None:
        """The SIP status code of a received response, else None."""
        if self.received is None or not self.received.startswith("SIP/2.0 "):
            return None
        code = self.received[8:11]
        return int(code) if code.isdigit() else None

    @property
    def alerts(self) -> bool:
        """Whether the far end says that a telephone rings or the call waits in line: 180, 182 (RFC 3261, 21.1)."""
        return self.origin is Origin.WIRE and self.status in (180, 182)


class Trace(Fact, frozen=True, kw_only=True, omit_defaults=False):
    """What happened in one call, without opinion. Its JSON form is `trace.json` of a case folder."""

    schema: Literal[1] = 1
    number: str
    started_at: datetime
    signals: tuple[Signal, ...] = ()
    media_started_at_s: float | None = None  # the recording's first sample
    answered_at_s: float | None = None
    ended_at_s: float | None = None
    released_by: Literal["far", "robot"] | None = None
    country: str | None = None
    packets_received: int | None = None
    packets_lost: int | None = None
    packets_after_answer: int | None = None  # of those received, from half a second after it on: no early media
    call_id: str = ""
    trunk: str = ""
    caller_id: str = ""  # whom the people called are shown, as the trunk was told
    recording: str | None = None  # path of the WAV, relative to the data folder
    robot_fault: str | None = None  # what went wrong on our side, in one plain sentence

    @property
    def soundless(self) -> bool:
        """Whether it is known that no sound of whoever answered found its way to us."""
        after = self.packets_after_answer
        return (self.packets_received if after is None else after) == 0


class Kind(StrEnum):
    """What a stretch of audio is."""

    RINGBACK = "ringback"
    BUSY = "busy"
    CONGESTION = "congestion"
    VACANT = "vacant"
    DIAL = "dial"
    SIT = "sit"
    TONE = "tone"  # a tone that is none of the others (yet)
    BEEP = "beep"
    FAX = "fax"
    SPEECH = "speech"
    MUSIC = "music"
    NOISE = "noise"
    SILENCE = "silence"


class Segment(Fact, frozen=True, kw_only=True):
    """A stretch of one kind, on the trace's clock. For tones, `cycles` counts completed on/off cycles (rings)."""

    kind: Kind
    start_s: float
    end_s: float
    level_dbfs: float = -100.0
    hz: float | None = None
    cycles: int = 0
    text: str | None = None  # words: of the known recording, or by a recogniser when one is there
    known: str | None = None  # the cause label of the known recording that this is
    repeat_of_s: float | None = None  # this stretch is a recording that was already heard from this moment on

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s


class Said(Fact, frozen=True, kw_only=True):
    """The words of one passage of speech, as a recogniser heard them, on the trace's clock."""

    start_s: float
    end_s: float  # how far the passage had been heard
    text: str
    confidence: float  # exp of the mean log-probability of a token, 0..1


class Sounds(Fact, frozen=True, kw_only=True):
    """Everything heard so far, in order of start; `until_s` is how far the ear has listened."""

    segments: tuple[Segment, ...] = ()
    transcript: tuple[Said, ...] = ()  # empty without a recogniser; of each passage, what was heard of it last
    until_s: float = 0.0

    def of(self, *kinds: Kind) -> tuple[Segment, ...]:
        """The segments of these kinds, in order."""
        return tuple(segment for segment in self.segments if segment.kind in kinds)


class Because(Fact, frozen=True, kw_only=True):
    """One piece of evidence: a key of `probe/words/because.toml`, which holds the sentence in each language."""

    key: str
    values: dict[str, str | int | float] = {}


class Verdict(Fact, frozen=True, kw_only=True):
    """What we conclude. `sure` means: during a call, sure enough to hang up; a sure verdict is not revised."""

    outcome: Outcome
    cause: Cause
    blame: Blame
    confidence: float  # 0..1
    because: tuple[Because, ...]
    sure: bool = False
    decided_at_s: float | None = None  # when it became sure (or the call ended), on the trace's clock


class Check(Fact, frozen=True, kw_only=True):
    """One expectation of a scenario held against what happened, with the value seen."""

    name: str
    passed: bool
    seen: str


class Record(Fact, frozen=True, kw_only=True):
    """One finished call with everything known of it."""

    order: Order
    trace: Trace
    sounds: Sounds
    verdict: Verdict
    checks: tuple[Check, ...] = ()


class Call(Fact, frozen=True, kw_only=True):
    """A stored call: its record, and what the directory said of its number when the call was ordered.

    `voided` says why it counts for nothing: our trunk or the network was at fault around it.
    """

    record: Record
    number: Number
    voided: Because | None = None


def post_dial_delay_s(trace: Trace) -> float | None:
    """PDD (ITU-T E.721): from the INVITE to the first sign of the far end (18x, answer or failure; 100 is not one)."""
    for signal in trace.signals:
        if signal.origin is Origin.WIRE and (signal.status or 0) > 100:
            return signal.at_s
    return None


def ring_s(trace: Trace, sounds: Sounds) -> float | None:
    """How long it alerted: from the first 180 or 182, or the ringback or colour ring heard before it, to the answer or
    the end; None when nothing says that it did. A 183 only says that there is sound (RFC 3960): it does not alert."""
    end = trace.answered_at_s if trace.answered_at_s is not None else trace.ended_at_s
    signalled = (s.at_s for s in trace.signals if s.alerts)
    heard = (s.start_s for s in sounds.segments if s.kind in (Kind.RINGBACK, Kind.MUSIC))
    first = min((at_s for at_s in (next(signalled, None), next(heard, None)) if at_s is not None), default=None)
    return None if first is None or end is None or first > end else end - first


def picked_up(outcome: Outcome, answered_at_s: float | None) -> bool:
    """Whether somebody may have been disturbed: also when we do not know by whom the call was answered."""
    return outcome is Outcome.ANSWERED or (outcome is Outcome.INCONCLUSIVE and answered_at_s is not None)
