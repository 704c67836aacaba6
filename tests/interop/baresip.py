"""baresip (Debian `baresip-core`) as a telephone that answers by itself: a SIP and RTP stack that we did not write."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from probe.exchange.sounds import RATE_HZ, clip
from tests.interop.peers import started

CONFIG = """\
sip_listen 127.0.0.1:0
net_interface 127.0.0.1
module_path /usr/lib/baresip/modules
module g711.so
module srtp.so
module aufile.so
module_app account.so
audio_source aufile,{folder}/says.wav
"""
ACCOUNT = "<sip:phone@127.0.0.1;transport=udp>;regint=0;answermode=auto;audio_codecs=pcma,pcmu{encryption}\n"


@contextlib.contextmanager
def answering_phone(says: str = "human-6-zf_xiaoyi", stays_s: float = 60.0, *, encryption: str = "") -> Iterator[str]:
    """A phone that picks up at once, says a prompt of the exchange after half a second, then is silent.

    Yields its URI, "sip:phone@127.0.0.1:PORT". It hangs up when it has stayed for so long.
    `encryption` is baresip's `mediaenc`: "srtp" or "srtp-mand".
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        spoken = clip(f"prompt/{says}")
        rest = max(0, round(stays_s * RATE_HZ) - len(spoken) - RATE_HZ // 2)
        wave = np.concatenate([np.zeros(RATE_HZ // 2), spoken, np.zeros(rest)])
        soundfile.write(folder / "says.wav", wave, RATE_HZ, subtype="PCM_16")
        (folder / "config").write_text(CONFIG.format(folder=folder))
        wanted = f";mediaenc={encryption}" if encryption else ""
        (folder / "accounts").write_text(ACCOUNT.format(encryption=wanted))
        with started(["baresip", "-4", "-f", name], folder) as address:
            yield f"sip:phone@{address}"
