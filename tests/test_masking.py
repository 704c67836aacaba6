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
        ("值班电话8725-0001转2", "值班电话8725-XXXX转2"),
        ("电话8725 0001", "电话8725 XXXX"),
        ("0571 8725 0001", "0571 8725 XXXX"),
        ("（0571）87250001", "（0571）8725XXXX"),
        ("请拨20289999", "请拨2028XXXX"),
        ("138.0013.8000, 138—0013—8000", "138.XXXX.8000, 138—XXXX—8000"),
        ("138/0013/8000", "138/XXXX/8000"),
        ("0571 - 8725 0001", "0571 - 8725 XXXX"),
        ("２０２６８８８８", "２０２６XXXX"),
        ("第 1 13800138000", "第 1 138XXXX8000"),
        ("0571-87250001-8023", "0571-8725XXXX-8023"),  # an extension calls nobody
        ("0571-87250001 0571-87250002", "0571-8725XXXX 0571-8725XXXX"),
        ("7250001/7250002", "725XXXX/725XXXX"),
        ("725 0001 725 0002", "XXX XXXX XXX XXXX"),  # where one ends cannot be told
        ("33010619900101123X", "XXXXXXXXXXXXXXXXXX"),
        ("20260302-base-1-8657187250001", "20260302-base-1-865718725XXXX"),
        ("2026-3-5 与 2026/03/25 09:50，486", "2026-3-5 与 2026/03/25 09:50，486"),
        ("399 10.11.12.13 486", "399 10.11.12.13 486"),
        ("0571-8725XXXX, +86 571 8725 XXXX, 138 XXXX 8000", "0571-8725XXXX, +86 571 8725 XXXX, 138 XXXX 8000"),
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


@given(mobile, st.sampled_from(" -.·/—–_－"))
def test_the_same_digits_are_hidden_whatever_stands_between_them(number: str, between: str) -> None:
    written = between.join((number[3:6], number[6:10], number[10:]))
    assert re.sub(r"[^\dX]", "", masked_text(f"请拨{written}转")) == masked(number)


@given(fixed, fixed, st.sampled_from(" -/"))
def test_two_numbers_side_by_side_are_both_hidden(one: str, other: str, between: str) -> None:
    shown = masked_text(f"0{one[3:]}{between}0{other[3:]}")
    assert one[-8:] not in shown
    assert other[-8:] not in shown


@given(st.text(max_size=200))
def test_any_text_keeps_its_length(text: str) -> None:
    assert len(masked_text(text)) == len(text)
