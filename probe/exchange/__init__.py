"""The practice exchange: fictitious offices that answer over real SIP and RTP on loopback, for the demo and the tests.

The story of a call: `district` says who is called, and `script` has read what the office does (`acts`); `wire` and
`serve` take the INVITE, `call` is the dialog, `perform` acts, `media` and `sounds` are what is heard.
"""

from probe.exchange.program import running

__all__ = ["running"]
