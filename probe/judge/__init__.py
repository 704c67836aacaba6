"""Judge: a scenario's expectations held against what happened, each with the value seen. Pure."""

from probe.judge.judge import checks, expectation_words

__all__ = ["checks", "expectation_words"]
