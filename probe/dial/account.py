"""How a trunk is spoken to, in PJSIP's terms: transport, route, credentials, registration, protection of the sound."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pjsua2 as pj

from probe.dial.trunk import CallerIdIn, Srtp, Transport, Trunk
from probe.dial.uri import SipUri

REGISTER_LIMIT_S = 4.0  # for an answer: a registrar gives one at once, or two when it asks for the password
UNREGISTER_LIMIT_S = 1.0
CA_BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")
_SRTP = {
    Srtp.OFF: pj.PJMEDIA_SRTP_DISABLED,
    Srtp.OPTIONAL: pj.PJMEDIA_SRTP_OPTIONAL,
    Srtp.MANDATORY: pj.PJMEDIA_SRTP_MANDATORY,
}
_KINDS = {
    Transport.UDP: pj.PJSIP_TRANSPORT_UDP,
    Transport.TCP: pj.PJSIP_TRANSPORT_TCP,
    Transport.TLS: pj.PJSIP_TRANSPORT_TLS,
}


class Account(pj.Account):  # type: ignore[misc]  # pjsua2 has no types
    """An account that knows how its registration stands, and takes no calls."""

    def __init__(self) -> None:
        super().__init__()
        self.reply: tuple[int, str] | None = None  # to the last REGISTER
        self.registered = False
        self._callers: list[Any] = []

    def onRegState(self, prm: Any) -> None:
        self.reply = prm.code, prm.reason
        self.registered = prm.code // 100 == 2 and prm.expiration > 0

    def onIncomingCall(self, prm: Any) -> None:
        """Only kept: a call that is refused inside this callback aborts the process (PJSIP frees its INVITE twice)."""
        self._callers.append(pj.Call(self, prm.callId))

    def turn_away(self) -> None:
        """A registered line can be called. The robot only calls: whoever did is told that nobody is there."""
        while self._callers:
            refusal = pj.CallOpParam()
            refusal.statusCode = pj.PJSIP_SC_TEMPORARILY_UNAVAILABLE
            caller = self._callers.pop()
            if caller.isActive():
                caller.hangup(refusal)

    def failure(self, work: Callable[[int], object]) -> str | None:
        """Why there is no registration, None when there is one; `work` lets PJSIP work for some milliseconds."""
        if self.registered:
            return None
        if self.reply is not None:  # an earlier attempt went wrong
            self.reply = None
            self.setRegistration(True)
        self._wait(work, REGISTER_LIMIT_S)
        if self.registered:
            return None
        return "REGISTER: " + ("{} {}".format(*self.reply) if self.reply else f"no answer in {REGISTER_LIMIT_S:.0f} s")

    def leave(self, work: Callable[[int], object]) -> None:
        """Take the binding away, so that the registrar does not ring a line that is no more."""
        if self.registered:
            self.reply = None
            self.setRegistration(False)
            self._wait(work, UNREGISTER_LIMIT_S)

    def _wait(self, work: Callable[[int], object], limit_s: float) -> None:
        until = time.monotonic() + limit_s
        while self.reply is None and time.monotonic() < until:
            work(20)


def transport_of(local: str, trunk: Trunk | None) -> tuple[int, Any]:
    """The kind of transport and its configuration, on one of our addresses.

    Bound: an unbound one makes PJSIP look up the host's own name.
    """
    config = pj.TransportConfig()
    config.boundAddress = local
    carrier = trunk.transport if trunk else Transport.UDP
    if trunk and carrier is Transport.TLS:
        config.tlsConfig.CaListFile = trunk.ca_file or next((f for f in CA_BUNDLES if Path(f).is_file()), "")
        config.tlsConfig.verifyServer = trunk.tls_verify
        config.tlsConfig.proto = pj.PJ_SSL_SOCK_PROTO_TLS1_2  # the newest that the wheel's OpenSSL 1.0.2 speaks
    return _KINDS[carrier], config


def account_config(uri: SipUri, address: str, local: str, trunk: Trunk | None, transport_id: int) -> Any:
    """The account that calls to this host go through; `address` is its IP address, or its next hop's."""
    config = pj.AccountConfig()
    config.idUri = str(SipUri(user=(trunk and trunk.pool[0]) or "tongbutong", host=uri.host if trunk else local))
    config.sipConfig.transportId = transport_id
    for route in _routes(uri, address, trunk):
        config.sipConfig.proxies.append(route)
    if trunk and trunk.username:
        config.idUri = str(SipUri(user=trunk.username, host=uri.host))
        secret = trunk.password.reveal()
        config.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", trunk.login, 0, secret))
    if trunk and trunk.register:
        config.regConfig.registrarUri = f"sip:{SipUri(user='', host=uri.host, port=trunk.peer.port).host_port}"
        config.regConfig.timeoutSec = trunk.register_s
        config.regConfig.retryIntervalSec = 0  # the next call tries again
    # PJSIP sends one a second sooner than told; told 1, it sends ten at each poll.
    config.natConfig.udpKaIntervalSec = trunk.keep_alive_s + 1 if trunk and trunk.keep_alive_s else 0
    config.natConfig.sipOutboundUse = 0  # RFC 5626: the lines' Contacts differ by their ports already
    sound = config.mediaConfig
    sound.transportConfig.boundAddress = local  # unbound, 5 s lost to the resolver with each call
    sound.transportConfig.port = 0
    sound.srtpUse = _SRTP[trunk.srtp if trunk else Srtp.OFF]
    sound.srtpSecureSignaling = 0  # the settings warn of keys that travel in the open
    config.callConfig.timerUse = pj.PJSUA_SIP_TIMER_OPTIONAL  # RFC 4028, when the far end asks for it
    config.callConfig.prackUse = pj.PJSUA_100REL_OPTIONAL
    return config


def _routes(uri: SipUri, address: str, trunk: Trunk | None) -> list[str]:
    """Where packets go: first the address itself, which stands in no message (`hide`), then a Route that does.

    A TLS certificate is held against the name that was connected to, so there the name stands instead of its address.
    """
    hop = trunk.next_hop if trunk else uri
    port = trunk.next_port if trunk else uri.where[1]
    carrier = "" if trunk is None or trunk.transport is Transport.UDP else f";transport={trunk.transport}"
    host = hop.host if trunk and trunk.transport is Transport.TLS else address
    routes = [f"sip:{SipUri(user='', host=host, port=port).host_port}{carrier};lr;hide"]
    if trunk and trunk.outbound_proxy:
        routes.append(f"sip:{hop.host_port}{carrier};lr")
    return routes


def invitation(call_id: str, uri: SipUri, trunk: Trunk | None, caller: str) -> Any:
    """The parameters of an INVITE that shows `caller` where the trunk wants it."""
    prm = pj.CallOpParam(True)
    prm.opt.audioCount = 1
    prm.opt.videoCount = 0
    prm.opt.customCallId = call_id
    _add(prm, "P-Early-Media", "supported")  # RFC 5009: do not gate it
    if trunk is None:
        return prm
    shown = str(SipUri(user=caller, host=uri.host))
    place = trunk.caller_id_in
    if place is not CallerIdIn.FROM:
        _add(prm, "P-Asserted-Identity", f"<{shown}>")
    if place is not CallerIdIn.IDENTITY:
        prm.txOption.localUri = shown
    return prm


def _add(prm: Any, name: str, value: str) -> None:
    header = pj.SipHeader()
    header.hName, header.hValue = name, value
    prm.txOption.headers.append(header)
