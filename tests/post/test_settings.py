"""[mail] and [chat.NAME]: from the file to something that can send."""

from __future__ import annotations

from pathlib import Path

import pytest

from probe.errors import PostError, SettingsError
from probe.post.ways import checks, senders
from probe.settings import Settings, read
from tests.post.news import CHAT, MORNING
from tests.post.servers import ChatService, Postbox, mail_server, nobody_listening

MAIL = '[mail]\nhost = "127.0.0.1"\nsender = "robot@example.cn"\n'
LOGIN = 'username = "robot@example.cn"\npassword_env = "MAIL_PASSWORD"\n'
LEADERS = '[chat.leaders]\nkind = "wecom"\nurl_env = "LEADERS_URL"\n'


def read_text(tmp_path: Path, text: str) -> Settings:
    file = tmp_path / "probe.toml"
    file.write_text(text, encoding="utf-8")
    return read(file)


def test_without_the_tables_there_is_no_way_out(tmp_path: Path) -> None:
    assert senders(read_text(tmp_path, ""), {}) == checks(read_text(tmp_path, ""), MORNING, {}) == {}


def test_every_way_out_by_its_channel(tmp_path: Path) -> None:
    settings = read_text(tmp_path, MAIL + LOGIN + LEADERS)
    env = {"MAIL_PASSWORD": "hunter2", "LEADERS_URL": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=hunter2"}
    assert set(senders(settings, env)) == set(checks(settings, MORNING, env)) == {"mail", CHAT}
    assert "hunter2" not in repr(settings) + repr(senders(settings, env))
    assert settings.mail is not None
    assert settings.mail.account(env).where == "127.0.0.1:587"


def test_any_other_service_by_apprise(tmp_path: Path) -> None:
    settings = read_text(tmp_path, '[chat.leaders]\nkind = "apprise"\nurl_env = "LEADERS_URL"\n')
    env = {"LEADERS_URL": "tgram://123456789:abcdefg_hijklmnop/12315544"}
    assert set(senders(settings, env)) == {CHAT}
    assert checks(settings, MORNING, env)[CHAT]() == "tgram://…"


def test_secrets_from_files_and_a_remark_when_others_can_read_them(tmp_path: Path) -> None:
    for name, secret, mode in (
        ("password", "hunter2\n", 0o644),
        ("url", "https://oapi.dingtalk.com/robot/send?access_token=x\n", 0o644),
        ("sign", "SECx\n", 0o600),
    ):
        (tmp_path / name).write_text(secret)
        (tmp_path / name).chmod(mode)
    settings = read_text(
        tmp_path,
        MAIL + 'username = "u"\npassword_file = "password"\n'
        '[chat.leaders]\nkind = "dingtalk"\nurl_file = "url"\nsign_file = "sign"\n',
    )
    assert settings.mail is not None
    assert settings.mail.account({}).password.reveal() == "hunter2"
    hook = settings.chats["leaders"].hook("leaders", {})
    assert (hook.url.reveal(), hook.sign.reveal()) == ("https://oapi.dingtalk.com/robot/send?access_token=x", "SECx")
    assert [caution.values for caution in settings.cautions()] == [
        {"place": "[mail]", "file": str(tmp_path / "password")},
        {"place": "[chat.leaders]", "file": str(tmp_path / "url")},
    ]


@pytest.mark.parametrize(("text", "place"), [(MAIL + LOGIN, "[mail] password"), (LEADERS, "[chat.leaders] url")])
def test_a_secret_that_is_not_there_is_named_by_its_place(tmp_path: Path, text: str, place: str) -> None:
    with pytest.raises(SettingsError) as caught:
        senders(read_text(tmp_path, text), {})
    assert caught.value.text("en").startswith(f"{place} should be in the environment variable ")


def test_a_url_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(PostError) as caught:
        senders(read_text(tmp_path, LEADERS), {"LEADERS_URL": "hunter2"})
    assert caught.value.text("en").startswith("[chat.leaders]: the webhook's URL cannot be used")
    assert "hunter2" not in caught.value.text("zh")


def test_checks_connect_and_send_nothing(tmp_path: Path) -> None:
    postbox, service = Postbox(), ChatService(default={"errcode": 40008, "errmsg": "invalid message type"})
    with mail_server(postbox) as mail_port, service.running() as chat_port:
        settings = read_text(tmp_path, MAIL + f'security = "plain"\nport = {mail_port}\n' + LEADERS)
        found = checks(settings, MORNING, {"LEADERS_URL": f"http://127.0.0.1:{chat_port}/send?key=x"})
        assert {channel: check() for channel, check in found.items()} == {
            "mail": f"127.0.0.1:{mail_port}",
            CHAT: "http://127.0.0.1/…",
        }
    assert (postbox.envelopes, service.shown) == ([], [{}])


def test_checks_say_what_is_wrong(tmp_path: Path) -> None:
    with nobody_listening() as port:
        settings = read_text(tmp_path, MAIL + f"port = {port}\n" + LEADERS)
        found = checks(settings, MORNING, {})
        with pytest.raises(PostError) as unreachable:
            found["mail"]()
        with pytest.raises(SettingsError):
            found[CHAT]()
    assert f"127.0.0.1:{port} cannot be reached" in unreachable.value.text("en")
