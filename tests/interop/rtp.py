"""An RTP sender that a SIPp scenario starts: what SIPp's own cannot do, from a port that no SDP names.

rtp.py PORT FILE PAYLOAD_TYPE FRAME_MS SECONDS [NOISE_FROM_S]

Sends FILE (8 kHz, 8 bit) again and again to 127.0.0.1:PORT; from NOISE_FROM_S on, a packet of comfort noise (RFC 3389)
every half second instead. The standard library alone, for it starts with each call.
"""

import socket
import sys
import time
from pathlib import Path

port, file, payload_type, frame_ms, seconds = int(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:6])
noise_from = int(sys.argv[6]) * 8000 if len(sys.argv) > 6 else None
sound = file.read_bytes()
size = frame_ms * 8
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.bind(("127.0.0.1", 0))
    start = time.monotonic()
    for n in range(seconds * 1000 // frame_ms):
        at = n * size
        quiet = noise_from is not None and at >= noise_from
        head = b"\x80" + bytes([13 if quiet else payload_type]) + (n & 65535).to_bytes(2, "big") + at.to_bytes(4, "big")
        if not quiet:
            place = at % (len(sound) - size)
            sock.sendto(head + b"far!" + sound[place : place + size], ("127.0.0.1", port))
        elif at % 4000 < size:
            sock.sendto(head + b"far!" + bytes([60]), ("127.0.0.1", port))
        time.sleep(max(0.0, start + (n + 1) * frame_ms / 1000 - time.monotonic()))
