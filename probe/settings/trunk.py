"""`[trunk.NAME]`: the way to the telephone network."""

from __future__ import annotations

import ipaddress
import re
import warnings
from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from probe.dial.trunk import CallerIdIn, NumberFormat, Secret, Srtp, Transport, Trunk
from probe.dial.uri import parse_uri
from probe.errors import DialError
from probe.settings.base import FileBeside, Table
from probe.settings.secret import VARIABLE, Caution, check_password, read_secret, secret_file_caution
from scenarios.language import By

MOST_LINES = 200
MOST_CALLS_PER_SECOND = 50.0
_LOGIN = r"^[A-Za-z0-9+*#_.!~&=$%@-]{0,128}$"  # digest names, without quotes and whatever ends them
_IPV6 = re.compile(r"sip:\[[0-9A-Fa-f:.]+\](?::\d+)?", re.ASCII)
_SHOWN = r"^[A-Za-z0-9+*#_.-]{1,64}$"

# The word of RFC 3261 for it. That every model class has a method of this name (of its metaclass) does no harm.
warnings.filterwarnings("ignore", message='Field name "register"', category=UserWarning)


class TrunkSettings(Table):
    """One `[trunk.NAME]`. Its password stands elsewhere."""

    preference: int = Field(1, ge=1, le=100)
    proxy: str
    outbound_proxy: str = ""
    transport: Annotated[Transport, Field(strict=False)] = Transport.UDP
    ca_file: FileBeside = None
    tls_verify: bool = True
    username: str = Field("", pattern=_LOGIN)
    auth_username: str = Field("", pattern=_LOGIN)
    password_env: str = Field("", pattern=VARIABLE)
    password_file: FileBeside = None
    register: bool = False
    register_s: int = Field(300, ge=60, le=3600)
    options_every_s: int = Field(60, ge=0, le=3600)
    keep_alive_s: int = Field(15, ge=0, le=600)
    caller_id: str = Field("", pattern=r"^[A-Za-z0-9+*#_.-]{0,64}$")
    caller_ids: list[Annotated[str, Field(pattern=_SHOWN)]] = Field([])
    caller_id_in: Annotated[CallerIdIn, Field(strict=False)] = CallerIdIn.FROM
    srtp: Annotated[Srtp, Field(strict=False)] = Srtp.OFF
    dtmf: By = "rfc4733"
    lines: int = Field(1, ge=1, le=MOST_LINES)
    calls_per_second: float = Field(1.0, gt=0, le=MOST_CALLS_PER_SECOND, allow_inf_nan=False)
    number_format: Annotated[NumberFormat, Field(strict=False)] = NumberFormat.E164
    prefix: str = Field("", pattern=r"^[0-9*#]{0,8}$")
    bind: str = ""

    @field_validator("proxy", "outbound_proxy")
    @classmethod
    def _address(cls, value: str, info: ValidationInfo) -> str:
        if not value and info.field_name == "outbound_proxy":
            return value
        if _IPV6.fullmatch(value):
            raise PydanticCustomError("settings.no_ipv6", "IPv6")
        try:
            uri = parse_uri(value)
        except DialError:
            uri = None
        if uri is None or uri.user:
            raise ValueError("no address of a proxy")
        return value

    @field_validator("username")
    @classmethod
    def _user(cls, value: str) -> str:
        """It becomes the user of a SIP address; the domain is that of `proxy`."""
        if "@" in value:
            raise PydanticCustomError("settings.username_with_domain", "a domain")
        return value

    @field_validator("bind")
    @classmethod
    def _bind(cls, value: str) -> str:
        if not value:
            return value
        try:
            address = ipaddress.ip_address(value)
        except ValueError:
            raise ValueError("no address") from None
        if address.is_unspecified:
            raise ValueError("no address of this machine alone")
        if address.version == 6:
            raise PydanticCustomError("settings.no_ipv6", "IPv6")
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        check_password(self.username, self.password_env, self.password_file)
        if (self.number_format is NumberFormat.PREFIX) != bool(self.prefix):
            raise PydanticCustomError("settings.prefix", "prefix and number_format")
        if self.auth_username and not self.username:
            raise PydanticCustomError("settings.auth_username_alone", "no username")
        if self.register and not self.username:
            raise PydanticCustomError("settings.register_without_username", "no username")
        if self.transport is not Transport.TLS and (self.ca_file or not self.tls_verify):
            raise PydanticCustomError("settings.tls_only", "no TLS")
        return self

    def trunk(self, name: str, env: Mapping[str, str]) -> Trunk:
        """The trunk, its password fetched now. SettingsError when that is not where the settings say."""
        password = read_secret(f"[trunk.{name}] password", self.password_env, self.password_file, env)
        plain = self.model_dump(exclude={"password_env", "password_file", "ca_file", "caller_ids"})
        return Trunk(
            name=name,
            password=Secret(password),
            ca_file=str(self.ca_file or ""),
            caller_ids=tuple(self.caller_ids),
            **plain,
        )

    def cautions(self, name: str) -> tuple[Caution, ...]:
        """What works but is unwise."""
        place = f"[trunk.{name}]"
        secret = secret_file_caution(place, self.password_file) if self.password_file else None
        found = [secret] if secret else []
        if not self.tls_verify:
            found.append(Caution(key="settings.tls_not_verified", values={"place": place}))
        if self.transport is Transport.TLS:
            found.append(Caution(key="settings.tls_is_old", values={"place": place}))
        elif self.srtp is not Srtp.OFF:
            found.append(Caution(key="settings.keys_in_the_open", values={"place": place}))
        return tuple(found)
