"""A mail server (aiosmtpd) and a chat service, both for real, on this machine."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from probe.dial.trunk import Secret
from probe.post.accounts import MailAccount

USER, PASSWORD = "robot@example.cn", "hunter2-8f3a9c"


class Postbox:
    """Takes letters, unless told otherwise: `answers` are replies by command ("RCPT", "DATA", "MAIL"), in turn."""

    def __init__(self, **answers: list[str]) -> None:
        self.envelopes: list[Envelope] = []
        self.answers = answers
        self.logins: list[LoginPassword] = []
        self.encrypted: list[bool] = []
        self.sessions: set[int] = set()

    @property
    def messages(self) -> list[EmailMessage]:
        return [message_from_bytes(e.original_content or b"", policy=policy.default) for e in self.envelopes]  # type: ignore[misc]

    def _answer(self, command: str) -> str | None:
        script = self.answers.get(command)
        return script.pop(0) if script else None

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if said := self._answer("MAIL"):
            return said
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if said := self._answer("RCPT"):
            return said
        if address.startswith("nobody@"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        said = self._answer("DATA")
        if said == "hang up":
            self.envelopes.append(envelope)  # taken, but its answer never arrives
            assert server.transport is not None
            server.transport.abort()
            return "250 OK"
        if said:
            return said
        self.envelopes.append(envelope)
        assert server.transport is not None
        self.encrypted.append(server.transport.get_extra_info("sslcontext") is not None)
        self.sessions.add(id(session))
        return "250 OK"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        self.logins.append(data)
        good = data.login == USER.encode() and data.password == PASSWORD.encode()
        return AuthResult(success=good, handled=good)


class _Controller(Controller):
    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]  # 0 was asked for
        super()._trigger_server()


@contextmanager
def mail_server(
    postbox: Postbox, *, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None, **more: Any
) -> Iterator[int]:
    """Its port on 127.0.0.1. With TLS of either kind, there is a login."""
    wants: dict[str, Any] = {"authenticator": postbox.authenticate} if tls or starttls else {}
    if starttls:
        wants |= {"tls_context": starttls, "require_starttls": True, "auth_required": True}
    if tls:
        wants |= {"auth_require_tls": False}  # aiosmtpd means STARTTLS by it
    controller = _Controller(postbox, hostname="127.0.0.1", port=0, ssl_context=tls, **(wants | more))
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def account(port: int, **more: Any) -> MailAccount:
    facts = {"host": "127.0.0.1", "port": port, "security": "plain", "sender": "robot@example.cn"}
    return MailAccount(**(facts | more))


def with_login(port: int, **more: Any) -> MailAccount:
    return account(port, username=USER, password=Secret(PASSWORD), **more)


@contextmanager
def nobody_listening() -> Iterator[int]:
    """A port that refuses connections for as long as the block lasts."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


class ChatService:
    """Remembers what it was sent, and answers as told: bytes, a (status, body) pair, or None: hangs up unanswered."""

    def __init__(self, *answers: object, default: object) -> None:
        self.answers = list(answers)
        self.default = default
        self.shown: list[dict[str, Any]] = []
        self.queries: list[dict[str, list[str]]] = []
        self.port = 0

    def answer(self) -> object:
        return self.answers.pop(0) if self.answers else self.default

    @contextmanager
    def running(self, context: ssl.SSLContext | None = None, port: int = 0) -> Iterator[int]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                service.shown.append(body)
                service.queries.append(parse_qs(urlsplit(self.path).query))
                answer = service.answer()
                if answer is None:
                    self.close_connection = True
                    return
                status, text = answer if isinstance(answer, tuple) else (200, json.dumps(answer))
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                pass  # a client that does not trust our certificate

        with Server(("127.0.0.1", port), Handler) as server:
            if context is not None:
                server.socket = context.wrap_socket(server.socket, server_side=True)
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            self.port = server.server_address[1]
            try:
                yield self.port
            finally:
                server.shutdown()
                thread.join()
