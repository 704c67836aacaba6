"""Tongbutong (通不通): a mystery shopper that phones published service numbers and says honestly what happened.

The listing of this package reads as the story of one call: directory, plan, dial, hear, classify, judge, store.
"""

__version__ = "0.1.0"
