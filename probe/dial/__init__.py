"""Dial: an `Order` becomes a `Record`. The switchboard owns the lines; each line is a process of its own.

Read `switchboard.py` for how many calls are made, `nursery.py` for where lines come from, `line.py` and `course.py` for
how one call is made, `phone.py` for pjsua2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from probe.dial.switchboard import Switchboard as Switchboard
    from probe.dial.trunk import Secret as Secret
    from probe.dial.trunk import Trunk as Trunk

_HOME = {"Switchboard": "switchboard", "Secret": "trunk", "Trunk": "trunk"}


def __getattr__(name: str) -> Any:
    """Import on demand (PEP 562): a line is imported from this package too and must not carry the switchboard."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
