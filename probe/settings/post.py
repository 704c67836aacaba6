"""`[mail]` and `[chat.NAME]`: where letters go out. No secret stands in the file, and a webhook's URL is one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from probe.dial.trunk import Secret
from probe.errors import PostError
from probe.post.accounts import ChatHook, ChatKind, MailAccount, Security, Service, is_loopback
from probe.post.address import mail_address
from probe.settings.base import FileBeside, Table
from probe.settings.secret import VARIABLE, Caution, check_password, read_secret, secret_file_caution

_HOST = r"^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$"


class MailSettings(Table):
    """`[mail]`: one mail server for every letter. Its password stands elsewhere."""

    host: str = Field(pattern=_HOST)
    port: int = Field(0, ge=0, le=65535)
    security: Security = "starttls"
    username: str = Field("", pattern=r"^[^\s\x00-\x1f\x7f]{0,254}$")
    password_env: str = Field("", pattern=VARIABLE)
    password_file: FileBeside = None
    sender: str
    sender_name: str = Field("", pattern=r"^[^\x00-\x1f\x7f]{0,100}$")
    ca_file: FileBeside = None
    connections: int = Field(4, ge=1, le=10)

    @field_validator("sender")
    @classmethod
    def _sender(cls, value: str) -> str:
        try:
            return mail_address(value, "[mail] sender")
        except PostError:
            raise ValueError("no mail address") from None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        check_password(self.username, self.password_env, self.password_file)
        if self.username and self.security == "plain" and not is_loopback(self.host):
            raise PydanticCustomError("settings.password_in_the_open", "a password over an open connection")
        return self

    def account(self, env: Mapping[str, str]) -> MailAccount:
        """The account, its password fetched now. SettingsError when it is not where the settings say."""
        password = Secret(read_secret("[mail] password", self.password_env, self.password_file, env))
        return MailAccount(
            password=password, **self.model_dump(exclude={"password_env", "password_file", "connections"})
        )

    def cautions(self) -> Iterator[Caution]:
        """A password file that others can read."""
        if self.password_file and (caution := secret_file_caution("[mail]", self.password_file)):
            yield caution


class ChatSettings(Table):
    """One `[chat.NAME]`: a group robot's webhook, or (kind "apprise") the Apprise URL of any other service."""

    kind: Literal["wecom", "dingtalk", "feishu", "apprise"]
    url_env: str = Field("", pattern=VARIABLE)
    url_file: FileBeside = None
    sign_env: str = Field("", pattern=VARIABLE)
    sign_file: FileBeside = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if bool(self.url_env) == bool(self.url_file):
            raise PydanticCustomError("settings.one_url", "one of url_env and url_file")
        if self.sign_env and self.sign_file:
            raise PydanticCustomError("settings.two_signs", "two sign secrets")
        if self.kind in ("wecom", "apprise") and (self.sign_env or self.sign_file):
            raise PydanticCustomError("settings.no_sign", "no sign secret")
        return self

    def hook(self, name: str, env: Mapping[str, str]) -> ChatHook | Service:
        """The webhook, its secrets fetched now. SettingsError when they are not where the settings say; PostError for a
        URL that is none."""
        url = Secret(read_secret(f"[chat.{name}] url", self.url_env, self.url_file, env).strip())
        if self.kind == "apprise":
            return Service(name=name, url=url)
        sign = read_secret(f"[chat.{name}] sign", self.sign_env, self.sign_file, env)
        return ChatHook(name=name, kind=ChatKind(self.kind), url=url, sign=Secret(sign))

    def cautions(self, name: str) -> Iterator[Caution]:
        """Files with secrets that others can read."""
        for file in (self.url_file, self.sign_file):
            if file and (caution := secret_file_caution(f"[chat.{name}]", file)):
                yield caution
