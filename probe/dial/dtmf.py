"""Keys over pjsua2: as telephone-events (RFC 4733), in SIP INFO (application/dtmf-relay), or as tones (ITU-T Q.23)."""

from __future__ import annotations

from typing import Any

import pjsua2 as pj

from probe.dial.keys import GAP_S, KEY_S
from scenarios.language import By


def press(call: Any, keys: str, by: By) -> Any:
    """Press them in this call; tones are returned, to be sent as a voice is. pj.Error when it fails.

    By INFO, PJSIP sends all keys at once: they are to be pressed one by one.
    """
    if by == "in-band":
        return _tones(keys)
    how = pj.CallSendDtmfParam()
    how.method = pj.PJSUA_DTMF_METHOD_SIP_INFO if by == "info" else pj.PJSUA_DTMF_METHOD_RFC2833
    how.duration = round(KEY_S * 1000)
    how.digits = keys
    call.sendDtmf(how)
    return None


def _tones(keys: str) -> Any:
    generator = pj.ToneGenerator()
    generator.createToneGenerator(8000, 1)
    digits = pj.ToneDigitVector()
    for key in keys:
        digit = pj.ToneDigit()
        digit.digit = key
        digit.on_msec, digit.off_msec = round(KEY_S * 1000), round(GAP_S * 1000)
        digits.append(digit)
    generator.playDigits(digits)
    return generator
