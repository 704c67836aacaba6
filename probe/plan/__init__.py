"""Which calls are to be made, and when: numbers, policy, history and a seed in, slots and orders out. Pure.

`day` plans the base calls of a day, `ladder` what follows from them, `manners` says whether a call may be made at all.
"""

from probe.plan.batch import SAY, batch_id, call_id, orders
from probe.plan.day import Day, Dropped, Unplanned, plan_day
from probe.plan.dice import SEED_BYTES, commitment
from probe.plan.history import Attempt, History
from probe.plan.ladder import Situation, Tried, follow_up, half_day, quiet_probe, recheck
from probe.plan.manners import again_at, refusal
from probe.plan.policy import Policy, detection_lost, zone_of
from probe.plan.slot import Slot, missed, order, slot_id
from probe.plan.ways import Way, in_order, other, sharing, stand_ins

__all__ = [
    "SAY",
    "SEED_BYTES",
    "Attempt",
    "Day",
    "Dropped",
    "History",
    "Policy",
    "Situation",
    "Slot",
    "Tried",
    "Unplanned",
    "Way",
    "again_at",
    "batch_id",
    "call_id",
    "commitment",
    "detection_lost",
    "follow_up",
    "half_day",
    "in_order",
    "missed",
    "order",
    "orders",
    "other",
    "plan_day",
    "quiet_probe",
    "recheck",
    "refusal",
    "sharing",
    "slot_id",
    "stand_ins",
    "zone_of",
]
