"""The script: acts out a scenario. A pure state machine: what is known of a call goes in, what is to be done comes out.

No clock, no sound card, no telephone: the line (`probe.dial.course`) tells it each moment and executes its actions.
"""

from probe.script.engine import Engine
from probe.script.moment import WHOEVER, Action, HangUp, Limits, Moment, Press, Say
from probe.script.there import there

__all__ = ["WHOEVER", "Action", "Engine", "HangUp", "Limits", "Moment", "Press", "Say", "there"]
