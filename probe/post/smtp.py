"""Mail by SMTP (RFC 5321), with the standard library's smtplib: each step is a method of its own there, so the last
moment at which nothing has left the house, after DATA and before the text, can be marked in the outbox.
"""

from __future__ import annotations

import base64
import logging
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from probe.post.accounts import MailAccount, is_loopback
from probe.post.address import mail_address
from probe.post.message import Bodies, compose, needs_utf8
from probe.post.plain import one_line
from probe.post.sender import Deferred, HandOver, Parcel, Refused, Unsure
from probe.post.tls import reason, trust, unreached

STEP_S = 30.0  # for connecting and for each answer before the text
ANSWER_S = 600.0  # for the answer to the text; RFC 5321, 4.5.3.2.6: a shorter wait makes double letters
MOST_LETTERS = 50  # over one connection; servers have limits of their own, often 100

_log = logging.getLogger(__name__)


class MailServer:
    """A connection to the mail server, opened when the first letter is sent. For one thread at a time."""

    def __init__(self, account: MailAccount, *, step_s: float = STEP_S, answer_s: float = ANSWER_S) -> None:
        self._account = account
        self._step_s = step_s
        self._answer_s = answer_s
        self._smtp: smtplib.SMTP | None = None
        self._letters = 0
        self._clean = False  # whether nothing was begun on the connection, and it was used just now
        self._bodies = Bodies()
        self._trust: ssl.SSLContext | None = None

    def send(self, parcel: Parcel, hand_over: HandOver) -> None:
        """Send one letter to its one recipient. The connection stays open for the next."""
        sender = mail_address(self._account.sender, "[mail] sender")
        text = _dots_doubled(compose(parcel, self._account, self._bodies))
        try:
            with self._told():
                smtp = self._addressed(sender, parcel.letter.recipient, len(text))
            hand_over()
            code, said = self._text(smtp, text)
        except Refused:
            raise  # the connection is fine
        except BaseException as error:
            if not (isinstance(error, Deferred) and not error.everybody):
                self._drop()
            raise
        if code == 250:
            self._letters += 1
            self._clean = True
            return
        if code == 421:
            self._drop()
        if code // 100 == 5:
            raise Refused("post.text_refused", where=self._account.where, said=self._said(code, said))
        raise Deferred(
            "post.server_said", everybody=code == 421, where=self._account.where, said=self._said(code, said)
        )

    def check(self) -> str:
        """Connect, encrypt and log in, and send nothing; HOST:PORT. PostError when letters could not be sent now."""
        mail_address(self._account.sender, "[mail] sender")
        try:
            with self._told():
                self._ready()
        finally:
            self.close()
        return self._account.where

    def close(self) -> None:
        """Say goodbye, if connected."""
        if self._smtp is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._smtp.quit()
        self._drop()
        self._bodies = Bodies()

    def _drop(self) -> None:
        """Hang up without a word: what was begun is thrown away by the server."""
        if self._smtp is not None:
            self._smtp.close()
        self._smtp, self._letters, self._clean = None, 0, False

    def _addressed(self, sender: str, recipient: str, octets: int) -> smtplib.SMTP:
        """A connection that waits for the text. After a letter that was taken nothing is left of it, so no RSET costs
        a journey; should the server have hung up meanwhile, a new connection is made."""
        if self._clean and self._smtp is not None and self._letters < MOST_LETTERS:
            self._clean = False
            with suppress(OSError):  # of smtplib's errors too; nothing has left the house
                self._envelope(self._smtp, sender, recipient, octets)
                return self._smtp
            self._drop()
        smtp = self._ready()
        self._envelope(smtp, sender, recipient, octets)
        return smtp

    def _ready(self) -> smtplib.SMTP:
        """The open connection if it still answers, else a new one."""
        if self._smtp is not None and self._letters < MOST_LETTERS:
            with suppress(smtplib.SMTPException, OSError):
                if self._smtp.rset()[0] == 250:
                    return self._smtp
            self._drop()
        if self._smtp is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._smtp.quit()
            self._drop()
        self._smtp = self._connect()
        self._log_in(self._smtp)
        return self._smtp

    def _connect(self) -> smtplib.SMTP:
        account = self._account
        host, port = account.where.rsplit(":", 1)
        if account.security == "tls":
            return smtplib.SMTP_SSL(host, int(port), _own_name(), timeout=self._step_s, context=self._trusted())
        smtp = smtplib.SMTP(host, int(port), _own_name(), timeout=self._step_s)
        try:
            smtp.ehlo_or_helo_if_needed()
            if account.security == "starttls":
                if not smtp.has_extn("starttls"):  # nobody is to talk us out of it: never plain instead
                    raise Deferred("post.no_starttls", where=account.where)
                code, said = smtp.starttls(context=self._trusted())
                if code != 220:
                    raise Deferred("post.server_said", where=account.where, said=self._said(code, said))
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _trusted(self) -> ssl.SSLContext:
        """Read when first needed: to load the system's authorities takes longer than to connect."""
        if self._trust is None:
            self._trust = trust(self._account.ca_file)
        return self._trust

    def _log_in(self, smtp: smtplib.SMTP) -> None:
        account = self._account
        smtp.ehlo_or_helo_if_needed()
        if not account.username:
            return
        if account.security == "plain" and not is_loopback(account.host):
            raise Deferred("post.password_in_the_open", where=account.where)
        try:
            smtp.login(account.username, account.password.reveal())
        except smtplib.SMTPAuthenticationError as error:
            key = "post.login_refused" if error.smtp_code // 100 == 5 else "post.server_said"
            said = self._said(error.smtp_code, error.smtp_error)
            raise Deferred(key, where=account.where, said=said) from None
        except smtplib.SMTPNotSupportedError:
            raise Deferred("post.no_login", where=account.where) from None
        except UnicodeError:  # its text would repeat the password
            raise Deferred("post.password_not_ascii") from None

    def _envelope(self, smtp: smtplib.SMTP, sender: str, recipient: str, octets: int) -> None:
        """Everything before the text: when this returns, the server waits for it."""
        where = self._account.where
        options = [f"SIZE={octets}"] if smtp.has_extn("size") else []
        if needs_utf8(sender, recipient):
            if not smtp.has_extn("smtputf8"):
                raise Refused("post.no_smtputf8", bounced=False, where=where, recipient=one_line(recipient))
            options += ["SMTPUTF8", "BODY=8BITMIME"]
        code, said = smtp.mail(sender, options)
        if code == 421 and self._letters:  # so many over one connection, and no more
            raise smtplib.SMTPServerDisconnected(self._said(code, said))
        if code == 552:
            raise Refused("post.too_large", where=where, octets=octets, said=self._said(code, said))
        if code != 250:
            raise Deferred("post.sender_refused", where=where, sender=sender, said=self._said(code, said))
        code, said = smtp.rcpt(recipient)
        if code // 100 == 5 and code not in (503, 530, 535):  # those three are about us
            raise Refused("post.bounced", where=where, recipient=one_line(recipient), said=self._said(code, said))
        if code not in (250, 251):
            everybody = code // 100 == 5 or code == 421  # any other 4xx is about this recipient: greylisting, full box
            raise Deferred("post.server_said", everybody=everybody, where=where, said=self._said(code, said))
        code, said = smtp.docmd("DATA")
        if code // 100 == 5:
            raise Refused("post.text_refused", where=where, said=self._said(code, said))
        if code != 354:
            raise Deferred("post.server_said", where=where, said=self._said(code, said))

    def _text(self, smtp: smtplib.SMTP, text: bytes) -> tuple[int, bytes]:
        """The text and the server's answer. Its last bytes end it: unless they were sent, the server has nothing."""
        where = self._account.where
        try:
            smtp.send(text)
        except (smtplib.SMTPException, OSError):
            raise Deferred("post.hung_up", where=where) from None
        assert smtp.sock is not None
        try:
            smtp.sock.settimeout(self._answer_s)
            answer = smtp.getreply()
            smtp.sock.settimeout(self._step_s)
        except (smtplib.SMTPException, OSError):
            raise Unsure("post.unsure", where=where) from None
        return answer

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What smtplib and the system raise before the text is under way, as Deferred."""
        where = self._account.where
        try:
            yield
        except smtplib.SMTPServerDisconnected:
            raise Deferred("post.hung_up", where=where) from None
        except smtplib.SMTPResponseException as error:
            said = self._said(error.smtp_code, error.smtp_error)
            raise Deferred("post.server_said", where=where, said=said) from None
        except smtplib.SMTPException as error:  # an OSError, too
            _log.debug("SMTP: %s", type(error).__name__)
            raise Deferred("post.server_said", where=where, said=reason(error)) from None
        except OSError as error:
            raise unreached(error, where) from None

    def _said(self, code: int, said: bytes | str) -> str:
        """A server's answer on one line, and without our password should it repeat it."""
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        password = self._account.password.reveal()
        if password:
            login = f"\0{self._account.username}\0{password}"
            for secret in (password, *(base64.b64encode(s.encode()).decode() for s in (password, login))):
                text = text.replace(secret, "***")
        return one_line(f"{code} {text}")


def _dots_doubled(text: bytes) -> bytes:
    """As it goes over the wire: RFC 5321, 4.5.2, with the line that ends it."""
    body = text if text.endswith(b"\r\n") else text + b"\r\n"
    body = body.replace(b"\r\n.", b"\r\n..")
    return (b"." + body if body.startswith(b".") else body) + b".\r\n"


def _own_name() -> str:
    """For EHLO. Not the full name that smtplib would look up: a resolver that does not answer costs seconds."""
    name = socket.gethostname()
    return name if "." in name and name.isascii() and name.isprintable() else "[127.0.0.1]"
