"""What a call on trial says of a trunk. The calls themselves are made in tests/interop/test_examine.py."""

from __future__ import annotations

import pytest

from probe.dial.examine import Values, findings
from probe.dial.tried import Carried, Trial
from probe.errors import DialError
from probe.words import words

PLACE: Values = {"trunk": "ims", "proxy": "sip:192.0.2.10"}
CANARY = "+8657187250000"


def steps(trial: Trial) -> list[tuple[str, bool]]:
    found = list(findings(trial, PLACE, CANARY))
    for step in found:
        for lang in ("en", "zh"):
            assert "ims" in words(step.key, lang, **step.values)
    return [(step.key.removeprefix("dial."), step.remark) for step in found]


def carried(**more: int | bool) -> Carried:
    plain = {"codec": "PCMA", "received": 300, "sent": 320, "reports": 2, "far_lost": 0, "keys": True}
    return Carried(**{**plain, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "key", "what_to_change"),
    [
        ("401 Unauthorized", "trial_password", "`username`"),
        ("407 Proxy Authentication Required", "trial_password", "`username`"),
        ("403 Forbidden", "trial_forbidden", "`caller_id`"),
        ("404 Not Found", "trial_number", "`number_format`"),
        ("484 Address Incomplete", "trial_number", "`prefix`"),
        ("604 Does Not Exist Anywhere", "trial_number", "`number_format`"),
        ("488 Not Acceptable Here", "trial_media", "`srtp`"),
        ("503 Service Unavailable", "trial_failed", "ask the carrier"),
    ],
)
def test_a_refusal_names_what_to_change(status: str, key: str, what_to_change: str) -> None:
    with pytest.raises(DialError) as caught:
        steps(Trial(statuses=(100, int(status[:3])), ended=status))
    assert caught.value.key == f"dial.{key}"
    assert what_to_change in caught.value.text("en")
    assert status in caught.value.text("en")
    assert CANARY in caught.value.text("zh") or key == "trial_media"


@pytest.mark.parametrize("ended", ["", "408 Request Timeout", "503 REGISTER: no answer in 4 s"])
def test_no_reply_is_a_matter_of_the_way(ended: str) -> None:
    with pytest.raises(DialError, match="firewall"):
        steps(Trial(ended=ended, invented=True))


def test_what_is_no_fault_of_the_trunk_is_a_remark() -> None:
    assert steps(Trial(statuses=(100, 486), ended="486 Busy Here")) == [("step_busy", True)]
    assert steps(Trial(statuses=(100, 180))) == [("step_rings", True)]


def test_sound_both_ways() -> None:
    assert steps(Trial(answered=True, carried=carried())) == [
        ("step_answered", False),
        ("step_hears", False),
        ("step_heard", False),
        ("step_keys", False),
    ]


def test_a_far_end_that_does_not_report_is_not_said_to_hear_us() -> None:
    assert ("step_no_reports", True) in steps(Trial(answered=True, carried=carried(reports=0)))


def test_keys_that_are_not_taken_are_a_remark() -> None:
    assert steps(Trial(answered=True, carried=carried(keys=False)))[-1] == ("step_no_keys", True)


@pytest.mark.parametrize(
    ("found", "key"),
    [
        (None, "dial.trial_hears_nothing"),
        (carried(received=0), "dial.trial_hears_nothing"),
        (carried(far_lost=320), "dial.trial_is_not_heard"),
    ],
)
def test_sound_that_goes_one_way_only(found: Carried | None, key: str) -> None:
    with pytest.raises(DialError) as caught:
        steps(Trial(answered=True, carried=found))
    assert caught.value.key == key
