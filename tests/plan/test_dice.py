"""Draws follow from the seed and their name alone, and are uniform."""

from __future__ import annotations

import hashlib
import hmac
from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from probe.plan import commitment
from probe.plan.dice import SEED_BYTES, draws

SEED = bytes(range(SEED_BYTES))
DAY = date(2026, 3, 2)


def test_a_draw_can_be_made_again_with_nothing_but_the_standard_library() -> None:
    digest = hmac.new(SEED, b"base|2026-03-02|+8657187250001|0", hashlib.sha256).digest()
    by_hand = tuple((int.from_bytes(digest[i : i + 8], "big") // 2**11) / 2**53 for i in (0, 8, 16, 24))
    assert draws(SEED, "base", DAY, "+8657187250001", 0) == by_hand


def test_the_commitment_is_the_sha_256_of_the_seed() -> None:
    assert commitment(SEED) == "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd"


def test_draws_are_uniform_and_differ_by_every_part_of_their_name() -> None:
    found = [u for i in range(2000) for u in draws(SEED, "base", DAY, f"+86571{i}")]
    assert stats.kstest(found, "uniform").pvalue > 0.01
    names = [("base", DAY, "a", 0), ("base", DAY, "a", 1), ("base", DAY, "b", 0), ("total", DAY, "a", 0)]
    assert len({draws(SEED, *name) for name in [*names, ("base", date(2026, 3, 3), "a", 0)]}) == 5
    assert draws(SEED[::-1], "base", DAY, "a") != draws(SEED, "base", DAY, "a")


@given(st.binary(min_size=SEED_BYTES, max_size=SEED_BYTES), st.text(max_size=40), st.integers(0, 1000))
def test_a_draw_lies_from_0_to_below_1(seed: bytes, name: str, i: int) -> None:
    assert all(0.0 <= u < 1.0 for u in draws(seed, "base", DAY, name, i))
