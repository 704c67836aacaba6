"""The ways out that the settings name, and whether they would work now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from os import environ

from probe.post.accounts import Service
from probe.post.chat import Chat
from probe.post.letter import MAIL
from probe.post.others import Other
from probe.post.sender import Sender
from probe.post.smtp import MailServer
from probe.settings import Settings
from probe.settings.post import ChatSettings


def senders(settings: Settings, env: Mapping[str, str] = environ) -> dict[str, Sender]:
    """Channel → sender, for `deliver`: "mail" when there is a [mail], "chat.NAME" for each [chat.NAME].

    SettingsError or PostError when a secret is not where the settings say, or a webhook's URL is none.
    """
    found: dict[str, Sender] = {} if settings.mail is None else {MAIL: MailServer(settings.mail.account(env))}
    return found | {f"chat.{name}": _group(chat, name, env) for name, chat in settings.chats.items()}


def helpers(settings: Settings, env: Mapping[str, str] = environ) -> list[dict[str, Sender]]:
    """The mail server's further connections, for `deliver` when there is much to send."""
    mail = settings.mail
    return [] if mail is None else [{MAIL: MailServer(mail.account(env))} for _ in range(mail.connections - 1)]


def checks(settings: Settings, now: datetime, env: Mapping[str, str] = environ) -> dict[str, Callable[[], str]]:
    """Channel → a function that connects and logs in, sends nothing that anybody sees, and returns where it was.

    Each raises SettingsError or PostError with what to do.
    """

    def mail() -> str:
        assert settings.mail is not None
        return MailServer(settings.mail.account(env)).check()

    def chat(name: str) -> Callable[[], str]:
        return lambda: _group(settings.chats[name], name, env).check(now)

    found: dict[str, Callable[[], str]] = {} if settings.mail is None else {MAIL: mail}
    return found | {f"chat.{name}": chat(name) for name in settings.chats}


def _group(chat: ChatSettings, name: str, env: Mapping[str, str]) -> Chat | Other:
    hook = chat.hook(name, env)
    return Other(hook) if isinstance(hook, Service) else Chat(hook)
