"""Render: one exploration of a menu as a self-contained page that opens offline, with its prompts to listen to."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Sequence
from functools import partial
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import soundfile
from markupsafe import Markup

from probe.errors import ProbeError
from probe.explore import Node, Tree
from probe.explore.compare import Change
from probe.explore.outline import finding, outline
from probe.explore.tell import (
    branch_words,
    change_words,
    headline,
    key_words,
    path_words,
    state,
    what_words,
)
from probe.explore.tree import MACHINE
from probe.recordings import find
from probe.wav import read_wav
from probe.words import words
from reports.html import environment

RATE_HZ = 8000
MARGIN_S = 0.15
MOST_S = 40.0  # of one prompt
TONES = {"person": "good", "none": "bad", "nobody": "bad"}  # of the headline; the others are doubtful


def render(
    tree: Tree,
    changes: Sequence[Change] | None,
    lang: str,
    zone: ZoneInfo,
    *,
    data_folder: Path,
    written: str,
    before: Tree | None = None,
) -> str:
    """The page in a language ("zh" or "en"). `written` is the number as people write it; `changes` is None where there
    is no exploration `before` this one."""
    style = files(__package__).joinpath("templates", "explored.css").read_text(encoding="utf-8")
    return (
        environment()
        .get_template("explored.html")
        .render(
            lang=lang,
            t=partial(_words, lang),
            style=Markup(style),  # our own file
            style_hash=b64encode(sha256(style.encode()).digest()).decode(),
            tree=tree,
            written=written,
            root=outline(tree),
            headline=headline(tree, lang),
            tone=TONES.get(finding(tree), "doubt"),
            state=state(tree, lang),
            changes=None if changes is None else [change_words(change, lang) for change in changes],
            before=None if before is None else day(before, zone),
            began=day(tree, zone),
            calls=[
                words(
                    "explore.page_call",
                    lang,
                    at=f"{call.at.astimezone(zone):%Y-%m-%d %H:%M}",
                    cause=words(f"names.cause_{call.cause}", lang),
                    seconds=call.seconds,
                    keys=" ".join(call.keys) or words("explore.page_no_keys", lang),
                )
                for call in tree.calls
            ],
            what=partial(what_words, lang=lang),
            keys=partial(key_words, lang=lang),
            behind=partial(branch_words, lang=lang),
            path=partial(path_words, lang=lang),
            sound=partial(sound, tree, data_folder),
        )
    )


def sound(tree: Tree, data_folder: Path, node: Node) -> str | None:
    """The prompt as a `data:` URI (FLAC); None when its recording is gone, or a person may be heard in it."""
    if node.what not in MACHINE:
        return None
    call = next((call for call in tree.calls if call.call_id == node.call_id), None)
    place = None if call is None else find(data_folder, call.recording)
    if call is None or place is None:
        return None
    try:
        pcm = read_wav(place, node.call_id)
    except ProbeError:
        return None
    first = max(0, round((node.start_s - call.media_s - MARGIN_S) * RATE_HZ))
    last = round((min(node.end_s, node.start_s + MOST_S) - call.media_s + MARGIN_S) * RATE_HZ)
    out = io.BytesIO()
    soundfile.write(out, pcm[first:last], RATE_HZ, format="FLAC", subtype="PCM_16")
    return f"data:audio/flac;base64,{b64encode(out.getvalue()).decode()}"


def day(tree: Tree, zone: ZoneInfo) -> str:
    """When an exploration began."""
    return f"{tree.began_at.astimezone(zone):%Y-%m-%d %H:%M}"


def _words(lang: str, key: str, **values: object) -> str:
    return words(key, lang, **values)
