"""Digest authentication as a trunk asks for it (RFC 3261 §22, RFC 7616), when the district file names users.

A challenge keeps no state: its nonce carries the time and a seal only this exchange can make.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping

from aiosipua import AuthChallenge, SipDigestAuth, SipRequest, build_credentials, parse_auth, stringify_auth

REALM = "practice"
NONCE_LIFE_S = 300
WAYS = {
    401: ("401 Unauthorized", "WWW-Authenticate", "Authorization"),
    407: ("407 Proxy Authentication Required", "Proxy-Authenticate", "Proxy-Authorization"),
}


class Doorkeeper:
    """Lets in who knows a password; everybody when there are no users. 401 asks as a PBX does, 407 as a proxy does."""

    def __init__(self, users: Mapping[str, str], way: int = 401) -> None:
        self._users = users
        self.status, self.asks_in, self._answered_in = WAYS[way]
        self._key = secrets.token_bytes(16)

    def admits(self, request: SipRequest, now_s: float) -> bool:
        """Whether the request carries an answer to a challenge of ours that a known user's password gives."""
        header = request.get_header(self._answered_in)
        if not self._users:
            return True
        if header is None:
            return False
        given = parse_auth(header, credentials=True).params
        password = self._users.get(given.get("username", ""))
        nonce = given.get("nonce", "")
        made, _, _ = nonce.partition(".")
        if password is None or not hmac.compare_digest(nonce.encode(), self._sealed(made).encode()):
            return False
        if now_s - int(made.partition("-")[0]) > NONCE_LIFE_S:
            return False
        challenge = AuthChallenge(scheme="Digest", params=self._params(nonce))
        try:
            count = int(given.get("nc", "1"), 16)
        except ValueError:
            return False
        right = build_credentials(
            SipDigestAuth(given["username"], password),
            challenge,
            request.method,
            given.get("uri", ""),
            nonce_count=count,
            cnonce=given.get("cnonce", ""),
        )
        return right is not None and hmac.compare_digest(
            right.params["response"].encode(), given.get("response", "").encode()
        )

    def challenge(self, now_s: float) -> str:
        """The value of the header that asks for a password."""
        nonce = self._sealed(f"{int(now_s)}-{secrets.token_hex(4)}")
        return stringify_auth(AuthChallenge(scheme="Digest", params=self._params(nonce)))

    def _params(self, nonce: str) -> dict[str, str]:
        return {"realm": REALM, "nonce": nonce, "algorithm": "MD5", "qop": "auth"}

    def _sealed(self, made: str) -> str:
        return f"{made}.{hmac.new(self._key, made.encode(), 'sha256').hexdigest()[:24]}"
