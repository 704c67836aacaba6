"""Telephone numbers for readers outside of the bureau."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.masking import masked, masked_text


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+8657187250001", "0571-8725XXXX"),
        ("+861087250001", "010-8725XXXX"),
        ("+867557250001", "0755-725XXXX"),
        ("+8613800138000", "138XXXX8000"),
        ("+864001234567", "400-123-XXXX"),
        ("12345", "12345"),
        ("10086", "10086"),
        ("95588", "95588"),
        ("+12125550100", "+1212555XXXX"),
        ("sip:1001@192.0.2.1:5060", "sip:XXXX"),
        ("0571-8725000a", "XXXX-XXXXXXXa"),
        ("", ""),
    ],
)
def test_each_kind_of_number(number: str, shown: str) -> None:
    assert masked(number) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("0571-87250001 已改为 0571-87250002", "0571-8725XXXX 已改为 0571-8725XXXX"),
        ("请拨13800138000。", "请拨138XXXX8000。"),
        ("2026-03-02 09:00 第 3 次", "2026-03-02 09:00 第 3 次"),
        ("20260302 的呼叫", "20260302 的呼叫"),
        ("450 Hz, 12345, 110", "450 Hz, 12345, 110"),
        ("+86 571 8725 0001", "+86 571 8725 XXXX"),
    ],
)
def test_numbers_within_a_sentence(text: str, shown: str) -> None:
    assert masked_text(text) == shown


fixed = st.builds("+86{}{:08}".format, st.sampled_from(["10", "571", "21", "755"]), st.integers(20000000, 89999999))
mobile = st.builds("+86{}{:08}".format, st.sampled_from(["138", "159", "199"]), st.integers(0, 99999999))
foreign = st.builds("+{}{:09}".format, st.sampled_from(["1", "44", "49"]), st.integers(200000000, 999999999))


@given(fixed | mobile | foreign)
def test_ten_thousand_numbers_look_alike(number: str) -> None:
    """Whoever has the masked number has four digits to guess, and masking again hides no more."""
    shown = masked(number)
    assert shown.count("X") == 4
    assert re.sub(r"\D", "", number)[-8:] not in re.sub(r"\D", "", shown)
    assert masked_text(shown) == shown
    assert masked(number) == masked(number)


@given(fixed, st.integers(0, 9999))
def test_the_hidden_digits_change_nothing(number: str, other: int) -> None:
    assert masked(number) == masked(f"{number[:-4]}{other:04}")


@given(st.text(max_size=60), fixed | mobile)
def test_no_number_gets_through_a_text(text: str, number: str) -> None:
    around = re.sub(r"[\d+-]", "", text)
    assert number[3:] not in masked_text(f"{around} {number[3:]} {around}")
    assert number not in masked_text(f"{around} {number} {around}")


@given(st.text(max_size=200))
def test_any_text_keeps_its_length(text: str) -> None:
    assert len(masked_text(text)) == len(text)
