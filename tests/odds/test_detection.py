"""The measured table, and the sentences of odds.toml."""

from __future__ import annotations

import pytest

from probe.odds import Level, detection
from probe.odds.detection import table
from probe.words import LANGUAGES, catalogue, words

ALTERNATIVES = {"long_talk", "usual_load", "heavy_day", "call_reject", "hunt_group", "fax_line"}


def test_every_policy_has_every_load_and_strictness_costs_detection() -> None:
    assert set(table()) == {"standard", "standard-6", "strict"}
    for rows in table().values():
        assert [row.load for row in rows] == [0.05, 0.10, 0.32, 0.42, 0.55]
    for load in (0.05, 0.3, 0.55):
        assert detection("strict", load).notice_found < detection("standard", load).notice_found


def test_loads_in_between_lie_in_between() -> None:
    low, middle, high = (detection("standard", load) for load in (0.32, 0.37, 0.42))
    assert low.notice_found >= middle.notice_found >= high.notice_found
    assert detection("standard", 0.01) == detection("standard", 0.05)
    assert detection("standard", 0.99) == detection("standard", 0.55)
    with pytest.raises(KeyError):
        detection("no such policy", 0.3)


def test_the_loss_can_be_said() -> None:
    row = detection("strict", 0.42)
    for lang in LANGUAGES:
        values = {"load": row.load, "notice_found": row.notice_found, "suspected_found": row.suspected_found}
        assert words("odds.detection", lang, policy="strict", **values)


def test_every_level_and_alternative_has_its_words_and_none_is_left_over() -> None:
    levels = {f"level_{level}" for level in Level}
    evidence = {"engaged_once", "engaged_each_time", "usual", "free_before", "engaged_when_quiet", "probability"}
    advice = {"do_notice", "do_suspected", "do_cannot_tell"}
    assert set(catalogue("odds")) == levels | evidence | advice | ALTERNATIVES | {"stuck", "detection"}


def test_chinese_never_states_a_stuck_handset_as_a_fact() -> None:
    for key, entry in catalogue("odds").items():
        if "未挂好" in entry["zh"] and key not in {"stuck"}:
            assert any(word in entry["zh"] for word in ("疑似", "可能", "若")), key
