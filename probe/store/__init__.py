"""Store: what was ordered, claimed and seen, in SQLite (the default) or PostgreSQL (by URL).

A call is claimed before it is dialled and its record is added when it ends, so that after a crash at any moment each
claimed call can be accounted for and none is dialled twice.
"""

from __future__ import annotations

from probe.store.owner import is_alive, this_owner
from probe.store.rows import Former
from probe.store.store import Store

__all__ = ["Former", "Store", "is_alive", "this_owner"]
