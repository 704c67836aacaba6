"""Text from outside is made harmless before it is shown."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.harmless import BIDI_CONTROLS
from probe.model import Because
from reports.text import clean, relative_link, sentence, short
from tests.records import HOSTILE, texts


@given(st.one_of(texts(), st.text()))
def test_nothing_invisible_that_acts_is_left(text: str) -> None:
    cleaned = clean(text)
    assert not set(map(ord, cleaned)) & set(BIDI_CONTROLS)
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in cleaned)
    cleaned.encode()


@given(text=st.one_of(texts(), st.text()), limit=st.integers(1, 80))
def test_nothing_is_longer_than_its_limit(text: str, limit: int) -> None:
    assert len(short(text, limit)) <= limit


@pytest.mark.parametrize("text", ["余杭区人社局", "12345 热线", "مكتب العمل", "Ünïcode 🐱", "a b"])
def test_honest_names_stay_as_they_are(text: str) -> None:
    assert short(text) == text


def test_a_long_name_says_that_it_goes_on() -> None:
    assert short("长" * 10_000) == "长" * 59 + "…"


class TestEvidence:
    def test_a_sentence_in_each_language(self) -> None:
        because = Because(key="heard_tone", values={"at_s": 2.14, "n": 6})
        assert sentence(because, "zh") == "第 2.1 秒起听到 450 Hz 忙音，连续 6 次"
        assert sentence(because, "en") == "from 2.1 s on a busy tone of 450 Hz, 6 times"

    @pytest.mark.parametrize(
        "because",
        [
            Because(key="of_a_later_version"),
            Because(key="heard_tone"),
            Because(key="heard_tone", values={"at_s": "not a number", "n": 1}),
            Because(key="heard_tone", values={"key": 1, "lang": "zh", "at_s": 1.0, "n": 1}),
        ],
    )
    def test_evidence_of_another_version_is_named(self, because: Because) -> None:
        assert because.key in sentence(because, "zh")
        assert because.key in sentence(because, "en")

    @pytest.mark.parametrize("text", HOSTILE)
    def test_hostile_values_stay_inside_their_sentence(self, text: str) -> None:
        told = sentence(Because(key="heard_person", values={"text": text}), "zh")
        assert told.startswith("接通后有人说“")
        assert told.endswith("”，随后等待")
        assert len(told) < 400


class TestLinks:
    @pytest.mark.parametrize(
        ("path", "link"),
        [
            ("recordings/a.wav", "recordings/a.wav"),
            ("recordings/一 次.wav", "recordings/%E4%B8%80%20%E6%AC%A1.wav"),
            ("javascript:alert(1)", "javascript%3Aalert%281%29"),
            ('a"onclick="alert(1)', "a%22onclick%3D%22alert%281%29"),
            ("https://example.org/a.wav", "https%3A//example.org/a.wav"),
        ],
    )
    def test_a_link_leads_to_a_file_beside_the_report(self, path: str, link: str) -> None:
        assert relative_link(path) == link

    @pytest.mark.parametrize(
        "path", [None, "", "/etc/passwd", "//host/a.wav", "../a.wav", "a/../../b.wav", "\\\\host\\a"]
    )
    def test_nothing_else_is_a_link(self, path: str | None) -> None:
        assert relative_link(path) is None
