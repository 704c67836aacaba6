"""The page of an exploration: what a head of bureau sees, on a telephone and on a desk."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest
import soundfile

from probe.explore import Limits, Node, Tree, What
from probe.explore.compare import compare
from probe.explore.tree import Called, Edge
from probe.model import Cause, Outcome
from reports.explored import render

ZONE = ZoneInfo("Asia/Shanghai")
HOSTILE = "<script>alert(1)</script>" + "长" * 200


def tree(*, person: bool = True, began: Any = None) -> Tree:
    from tests.explore.office import NOW

    places = [
        (What.MENU, "欢迎致电，查询请按一，人工服务请按零。", {"1": "查询", "0": "人工服务"}),
        (What.ANNOUNCEMENT, HOSTILE, {}),
        (What.HUMAN if person else What.UNANSWERED, "", {}),
    ]
    nodes = tuple(
        Node(id=i, what=what, words=words, offers=offers, call_id="c1", start_s=1.0 + i, end_s=2.0 + i, length_s=1.0)
        for i, (what, words, offers) in enumerate(places)
    )
    edges = (Edge(at=-1, key="", to=0), Edge(at=0, key="1", to=1), Edge(at=0, key="0", to=2), Edge(at=1, key="~", to=0))
    call = Called(
        call_id="c1",
        at=NOW,
        outcome=Outcome.ANSWERED,
        cause=Cause.IVR,
        answered=True,
        seconds=40.0,
        keys="10",
        recording="recordings/2026-11-30/c1.wav",
        media_s=0.5,
    )
    return Tree(
        number="+8657187250101",
        unit="人社局/" + HOSTILE,
        began_at=began or NOW,
        ended_at=NOW,
        halt="finished",
        limits=Limits(),
        calls=(call,),
        nodes=nodes,
        edges=edges,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "recordings" / "2026-11-30"
    place.mkdir(parents=True)
    soundfile.write(place / "c1.wav", (np.random.default_rng(0).normal(0, 3000, 8 * 8000)).astype("<i2"), 8000)
    return tmp_path


def page(folder: Path, lang: str, *, person: bool = False) -> str:
    from tests.explore.office import NOW

    old, new = tree(person=True, began=NOW - timedelta(days=7)), tree(person=person)
    changes = compare(old, new)
    return render(new, changes, lang, ZONE, data_folder=folder, written="0571-87250101", before=old)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_way_to_a_human_is_said_loudly(folder: Path, lang: str) -> None:
    text = page(folder, lang)
    assert {"zh": "无法转人工", "en": "No way to a human"}[lang] in text
    assert 'class="headline bad"' in text
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert text.count("data:audio/flac") == 2, "the machine's prompts, and not whoever else was heard"


def test_without_recordings_it_is_as_readable(tmp_path: Path) -> None:
    text = page(tmp_path, "zh", person=True)
    assert "data:audio" not in text
    assert 'class="headline good"' in text
    assert "可以转到人工：按 0" in text
    assert "没有变化" in text


def test_an_unfinished_one_concludes_nothing(folder: Path) -> None:
    half = msgspec.structs.replace(tree(person=False), halt=None, ended_at=None)
    text = render(half, None, "zh", ZONE, data_folder=folder, written="1")
    assert "现在不能下结论" in text
    assert "第一次走查" in text


@pytest.mark.parametrize("width", [360, 1280])
def test_it_fits_a_telephone_and_a_desk(folder: Path, browser: Any, width: int) -> None:
    file = folder / "page.html"
    file.write_text(page(folder, "zh"), encoding="utf-8")
    shown = browser.new_page(viewport={"width": width, "height": 800})
    complaints: list[str] = []
    shown.on("console", lambda message: complaints.append(message.text))
    shown.goto(file.as_uri())
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    assert not complaints, "nothing is fetched, nothing is blocked"
    plays = """async () => { const one = document.querySelector('audio'); one.preload = 'auto'; one.load();
      await new Promise(done => { one.onloadedmetadata = one.onerror = done; }); return one.duration; }"""
    assert 1.0 < shown.evaluate(plays) < 2.0
    shown.close()
