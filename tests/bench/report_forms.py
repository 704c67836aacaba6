"""How long whole reports take in each form, over the year of `tests.bench.reports`: what the command does, from the
store to the bytes of the file."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from probe.analyse.rule import ScoreRule
from probe.store import Store
from reports.forms import FORMS
from reports.gather import For, figures, report
from reports.period import Kind, period
from reports.pictures import can_write_chinese

ZONE = ZoneInfo("Asia/Shanghai")
MARCH = period(Kind.MONTHLY, date(2026, 3, 1), ZONE)
READER = For(lang="zh", timezone="Asia/Shanghai", now=MARCH.until, rule=ScoreRule())
UNIT = "单位007"


def monthly(file: Path, form: str) -> int:
    """March, of all units; the size of the file."""
    with Store.open(f"sqlite:///{file}") as store:
        return len(FORMS[form](report(store, MARCH, READER), "zh"))


def page_of_unit(file: Path) -> dict[str, float]:
    """One of many units' pages, as for letters: what all units say is known, the program is warm."""
    with Store.open(f"sqlite:///{file}") as store:
        fleet = figures(store, MARCH, READER).fleet
        can_write_chinese()
        FORMS[".html"](report(store, MARCH, READER, unit="单位008", fleet=fleet), "zh")
        wall, cpu = time.perf_counter(), time.process_time()
        size = len(FORMS[".html"](report(store, MARCH, READER, unit=UNIT, fleet=fleet), "zh"))
        return {"bytes": size, "wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}
