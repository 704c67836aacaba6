"""How long keys are pressed."""

from __future__ import annotations

KEY_S = 0.16  # one key; ITU-T Q.24 asks for 40 ms at least, and gateways for more
GAP_S = 0.1  # after each key
TAIL_S = 0.1  # for the last key to get through the far end's jitter buffer


def length_s(keys: str) -> float:
    """How long it takes to press these keys."""
    return len(keys) * (KEY_S + GAP_S) + TAIL_S
