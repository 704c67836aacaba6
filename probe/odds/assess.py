"""The odds of a stuck handset for one line, now: level, alternatives, evidence and the next call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from math import log

from probe.model import Purpose
from probe.odds.alternatives import Sibling, explain, surge_probability
from probe.odds.baseline import QUIET, Load, hour, load
from probe.odds.because import evidence
from probe.odds.facts import Baseline, Caps, Level, Odds, Policy, Seen
from probe.odds.gap import Goal, plan
from probe.odds.run import Run, current, day_ends, follow, hazard

UNUSED = Caps()
LOADED = 0.5  # from here on the caps seldom allow as many calls as a run needs: call at every quiet time
HEAVY = 0.62  # a line engaged more often than this is never suspected without an engaged call at a quiet time


def assess(
    seen: Sequence[Seen],
    baseline: Baseline,
    now: datetime,
    policy: Policy,
    *,
    caps: Caps = UNUSED,
    siblings: Sequence[Sibling] = (),
) -> Odds:
    """What may be said of a line now.

    `seen` in order of time, back to the last call that was not engaged; `baseline` from the time before it.

    A level is spoken of when the posterior odds exceed prior / budget. A line in use gets there at most `budget`
    times a day, whatever its load and however often it is called, because the Shiryaev–Roberts statistic less the
    prior spent is a martingale (Pollak, "Optimal detection of a change in distribution", Annals of Statistics 13,
    1985). Pure; about a millisecond.
    """
    first = current(seen)
    run = tuple(seen[first:])
    quiet = any(one.purpose is Purpose.QUIET_TIME for one in run)
    at = load(baseline, QUIET if run and run[-1].purpose is Purpose.QUIET_TIME else hour(now, baseline.zone), policy)
    if not run:
        idle_min = (now - seen[-1].at).total_seconds() / 60 if seen else policy.unseen_min
        fallen = hazard(idle_min, policy)
        return Odds(
            level=Level.CLEAR,
            stuck=fallen,
            log_odds=log(fallen / (1 - fallen)),
            p_load=at.p,
            wants_quiet=at.p >= LOADED,
        )
    before = Sibling(seen=tuple(seen[:first]), baseline=baseline)
    filtered = follow(seen, first, baseline, policy, surge_probability(siblings, now, policy, before))
    alternatives, stuck = explain(filtered, run, baseline, policy, siblings, now)
    minutes = (run[-1].at - run[0].at).total_seconds() / 60
    notice, suspicion = thresholds(policy)
    suspicion *= float(day_ends(minutes, policy))
    heavy = at.p > HEAVY and not quiet
    odds = filtered.odds
    level = Level.WATCHING
    if odds >= notice and len(run) >= policy.notice_calls:
        level = Level.NOTICE
    decided = odds >= suspicion and len(run) >= policy.suspicion_calls
    if decided and not heavy and stuck >= alternatives[0].probability:
        level = Level.SUSPECTED
    gap = None if decided or (level is Level.NOTICE and heavy) else _next(filtered, at, level, policy, caps, run)
    if level is Level.WATCHING and gap is None:
        level = Level.CANNOT_TELL
    return Odds(
        level=level,
        stuck=stuck,
        log_odds=log(odds),
        p_load=at.p,
        probes=run,
        since=run[0].at,
        alternatives=alternatives,
        because=evidence(level, run, at.p, seen[first - 1] if first else None, stuck, baseline.zone),
        next_gap_s=gap,
        wants_quiet=gap is None and (not decided or heavy),
    )


def thresholds(policy: Policy) -> tuple[float, float]:
    """The odds from which a notice, and from which a suspicion, may be spoken of."""
    prior = policy.safety * policy.off_hook_per_day
    return prior / policy.notices_per_day, prior / policy.suspicions_per_day


def _next(run: Run, at: Load, level: Level, policy: Policy, caps: Caps, seen: Sequence[Seen]) -> float | None:
    """Seconds from the last call to the next follow-up, towards the next level."""
    notice, suspicion = thresholds(policy)
    noticed = level is Level.NOTICE
    odds, calls = (suspicion, policy.suspicion_calls) if noticed else (notice, policy.notice_calls)
    minutes = (seen[-1].at - seen[0].at).total_seconds() / 60
    way = plan(run, at, Goal(odds, calls - len(seen), notice, minutes, noticed), policy, caps, seen[-1].at)
    if way is None:
        return None
    gap = 60 * way.gap_min
    return gap if caps.not_before is None else max(gap, (caps.not_before - seen[-1].at).total_seconds())
