"""What else could explain the calls, as probabilities beside the stuck handset.

A line in use: one long talk, its ordinary callers, or a day on which everybody calls. A line that stays engaged
without a talk: the handset, but also a call-reject announced as busy, a full or faulty hunt group, a fax machine. No
call can tell these four apart, so their shares are judgements (constants below), moved by the causes heard, by siblings
and by faxes seen before.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import exp

from probe.model import Fact
from probe.odds.baseline import load, stratum
from probe.odds.chain import residual_survival
from probe.odds.facts import Alternative, Baseline, Policy, Seen
from probe.odds.run import Run

RECENT = timedelta(hours=2)  # siblings' calls that still tell of now
TODAY = timedelta(hours=12)  # the line's own: a heavy day is one from its morning on, and a night lies between two
APART = timedelta(minutes=10)  # two calls to one line, to be nearly independent
HANDSET, REJECT, HUNT_GROUP, FAX = 1.0, 0.04, 0.04, 0.02  # a priori, of lines that stay engaged [judgement]
REJECT_ANNOUNCED = 0.4  # when every call got 正在通话中: rejected calls are announced so too (telephony.md §2)
FAX_KNOWN = 1.5  # when a fax machine has answered this number
GROUP_ENGAGED = 0.4  # when the office's other lines are engaged too


class Sibling(Fact, frozen=True, kw_only=True):
    """Another line of the same office: its latest calls in order of time, and its own baseline."""

    seen: tuple[Seen, ...]
    baseline: Baseline = Baseline()


def surge_probability(siblings: Sequence[Sibling], now: datetime, policy: Policy, own: Sibling | None = None) -> float:
    """How likely everybody calls this office today: Bayes over the siblings' latest calls, and the line's `own` of
    today before the run."""
    odds = policy.surge / (1 - policy.surge)
    told = [(line.baseline, _independent(line.seen, now, RECENT)) for line in siblings]
    if own is not None:
        told.append((own.baseline, _independent(own.seen, now, TODAY)))
    for usually, seen in told:
        keys = [stratum(one, usually.zone) for one in seen]
        means = {key: exp(load(usually, key, policy).mean) for key in set(keys)}
        for one, key in zip(seen, keys, strict=True):
            usual, surged = (mean / (1 + mean) for mean in (means[key], policy.surge_odds * means[key]))
            odds *= surged / usual if one.busy else (1 - surged) / (1 - usual)
    return min(odds / (1 + odds), 0.5)


def explain(
    run: Run, seen: Sequence[Seen], baseline: Baseline, policy: Policy, siblings: Sequence[Sibling], now: datetime
) -> tuple[tuple[Alternative, ...], float]:
    """The alternatives to a stuck handset, most likely first, and the probability of the handset; they add up to 1."""
    engaged = run.odds / (1 + run.odds)
    use = run.use.sum(axis=1)
    use = (1 - engaged) * use / max(use.sum(), 1e-300)
    surge = float(use[run.surge > 0].sum())
    usual = 1 - engaged - surge
    talk = usual * _one_talk(run, seen, baseline, policy)
    weights = _standing(seen, baseline, siblings, now)
    total = HANDSET + sum(weights.values())
    shares = {"long_talk": talk, "usual_load": usual - talk, "heavy_day": surge}
    shares |= {key: engaged * weight / total for key, weight in weights.items()}
    ranked = sorted(shares.items(), key=lambda pair: -pair[1])
    return tuple(Alternative(key=k, probability=p) for k, p in ranked), engaged * HANDSET / total


def _standing(seen: Sequence[Seen], baseline: Baseline, siblings: Sequence[Sibling], now: datetime) -> dict[str, float]:
    announced = all(one.cause == "busy_announcement" for one in seen)
    latest = [calls[-1].busy for line in siblings if (calls := _independent(line.seen, now, RECENT))]
    return {
        "call_reject": REJECT_ANNOUNCED if announced else REJECT,
        "hunt_group": GROUP_ENGAGED if latest and all(latest) else HUNT_GROUP,
        "fax_line": FAX_KNOWN if baseline.fax else FAX,
    }


def _one_talk(run: Run, seen: Sequence[Seen], baseline: Baseline, policy: Policy) -> float:
    """Given a line in usual use: the probability that all calls ran into the same talk."""
    minutes = (seen[-1].at - seen[0].at).total_seconds() / 60
    at = load(baseline, stratum(seen[0], baseline.zone), policy)
    likelihood = float(run.use[run.surge == 0].sum())
    return min(1.0, at.p * residual_survival(minutes, policy.habits) / max(likelihood, 1e-300))


def _independent(seen: Sequence[Seen], now: datetime, within: timedelta) -> list[Seen]:
    kept: list[Seen] = []
    for one in seen:
        if now - within <= one.at <= now and (not kept or one.at - kept[-1].at >= APART):
            kept.append(one)
    return kept
