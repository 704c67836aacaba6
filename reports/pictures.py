"""Draw a report's pictures: SVG for pages (the reader's own fonts write it), PNG for mails. vl-convert draws them."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import vl_convert
from PIL import Image

from reports import charts
from reports.charts import Shape, Spec
from reports.show import Show
from reports.speak import alt

PNG_SCALE = 2.0  # for sharp letters on telephones
PNG_COLOURS = 128
FONT_PACKAGE = "cvttf_NotoSansCJK_Regular"  # of the extra "fonts": Noto Sans CJK, SIL Open Font Licence 1.1
DIFFERENT = "通", "不"  # without a font for them, both are the same empty box


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One picture, with its words for who cannot see it."""

    name: str
    alt: str
    draw: Callable[[Shape], Spec]

    def uri(self, shape: str) -> str:
        """Its SVG as a `data:` address; `shape` is "page" or "phone"."""
        return f"data:image/svg+xml;base64,{b64encode(svg(self.draw(Shape[shape.upper()])).encode()).decode()}"


def pictures(show: Show) -> dict[str, Picture]:
    """Those that the report has something to show in, by name; of an incident, its calls alone."""
    study = show.report.study
    draws: dict[str, Callable[[Shape], Spec]] = {}
    whole = show.report.story is None
    if study.total.counted and whole:
        draws["outcomes"] = lambda shape: charts.outcomes(show, study.total, shape)
    if len(study.matrix) > 1 and whole:
        draws["heat"] = lambda shape: charts.heat(show, shape)
    if len(charts.course(show)) > 1 and whole:
        draws["trend"] = lambda shape: charts.trend(show, shape)
    if show.report.number is not None and len(show.report.calls) > 1:
        draws["timeline"] = lambda shape: charts.timeline(show, shape)
    return {name: Picture(name=name, alt=alt(show, name), draw=draw) for name, draw in draws.items()}


def svg(spec: Spec) -> str:
    """The picture as text. It holds no script, loads nothing, and names fonts only."""
    _fonts()
    return vl_convert.vegalite_to_svg(spec)


def png(spec: Spec, *, scale: float = PNG_SCALE) -> bytes:
    """The picture in dots. Chinese needs a font on this machine: see `can_write_chinese`.

    It has few colours, so a palette makes it a sixth as large: a mail goes to a thousand people."""
    _fonts()
    drawn = Image.open(io.BytesIO(vl_convert.vegalite_to_png(spec, scale=scale))).convert("RGB")
    out = io.BytesIO()
    drawn.quantize(PNG_COLOURS, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


@cache
def can_write_chinese() -> bool:
    """Whether a font for Chinese is at hand, by trying: two different characters must look different."""
    _fonts()
    drawn = {vl_convert.svg_to_png(_letter(char)) for char in DIFFERENT}
    return len(drawn) == len(DIFFERENT)


@cache
def font_folder() -> Path | None:
    """Where the font of the extra "fonts" lies, when it is installed."""
    spec = find_spec(FONT_PACKAGE)
    return None if spec is None or spec.origin is None else Path(spec.origin).parent


@cache
def _fonts() -> None:
    folder = font_folder()
    if folder is not None:
        vl_convert.register_font_directory(str(folder))


def _letter(char: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">'
        f'<text x="4" y="32" font-size="28" font-family="{charts.FONTS}">{char}</text></svg>'
    )
