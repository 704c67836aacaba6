"""The three group robots, at a real endpoint on this machine: what they are sent, and what their answers mean."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import ssl
from datetime import timedelta

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from probe.dial.trunk import Secret
from probe.errors import PostError
from probe.post import robots
from probe.post.accounts import ChatHook, ChatKind
from probe.post.chat import Chat
from probe.post.outbox import Box, State, Tally
from probe.post.sender import Deferred
from tests.post.memory import MemoryBox
from tests.post.news import CHAT, MORNING, SUBJECT, Clock, chat, minutes, post
from tests.post.servers import ChatService, nobody_listening

KEY = "693a91f6-7aoc-4bc4-97a0"
OK = {
    ChatKind.WECOM: {"errcode": 0, "errmsg": "ok"},
    ChatKind.DINGTALK: {"errcode": 0, "errmsg": "ok"},
    ChatKind.FEISHU: {"code": 0, "msg": "success", "data": {}, "StatusCode": 0, "StatusMessage": "success"},
}
PATH = {
    ChatKind.WECOM: f"/cgi-bin/webhook/send?key={KEY}",
    ChatKind.DINGTALK: f"/robot/send?access_token={KEY}",
    ChatKind.FEISHU: f"/open-apis/bot/v2/hook/{KEY}",
}
KINDS = pytest.mark.parametrize("kind", ChatKind)


def robot(kind: ChatKind, port: int, sign: str = "") -> Chat:
    url = Secret(f"http://127.0.0.1:{port}{PATH[kind]}")
    return Chat(ChatHook(name="leaders", kind=kind, url=url, sign=Secret(sign)), step_s=5)


# --- what they are sent


@KINDS
def test_what_is_shown(box: Box, clock: Clock, kind: ChatKind) -> None:
    box.add(chat(text="第一行\n第二行\n"), clock.now)
    service = ChatService(default=OK[kind])
    with service.running() as port:
        assert post(box, {CHAT: robot(kind, port)}, clock) == Tally(sent=1)
    assert service.shown == [
        {
            ChatKind.WECOM: {"msgtype": "markdown", "markdown": {"content": f"**{SUBJECT}**\n第一行\n第二行\n"}},
            ChatKind.DINGTALK: {
                "msgtype": "markdown",
                "markdown": {"title": SUBJECT, "text": f"#### {SUBJECT}\n\n第一行  \n第二行  \n"},
            },
            ChatKind.FEISHU: {
                "msg_type": "interactive",
                "card": {
                    "config": {"wide_screen_mode": True},
                    "header": {"title": {"tag": "plain_text", "content": SUBJECT}},
                    "elements": [{"tag": "div", "text": {"tag": "plain_text", "content": "第一行\n第二行\n"}}],
                },
            },
        }[kind]
    ]


def test_dingtalks_signature_goes_into_the_url(memory: MemoryBox, clock: Clock) -> None:
    """https://open.dingtalk.com/document/robots/customize-robot-security-settings: the secret is the key."""
    memory.add(chat(), clock.now)
    service = ChatService(default=OK[ChatKind.DINGTALK])
    with service.running() as port:
        post(memory, {CHAT: robot(ChatKind.DINGTALK, port, sign="SECabc")}, clock)
    timestamp = str(int(MORNING.timestamp() * 1000))
    digest = hmac.new(b"SECabc", f"{timestamp}\nSECabc".encode(), hashlib.sha256).digest()
    assert service.queries == [
        {"access_token": [KEY], "timestamp": [timestamp], "sign": [base64.b64encode(digest).decode()]}
    ]


def test_feishus_signature_goes_into_the_message(memory: MemoryBox, clock: Clock) -> None:
    """https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot: the text is the key, and nothing is signed."""
    memory.add(chat(), clock.now)
    service = ChatService(default=OK[ChatKind.FEISHU])
    with service.running() as port:
        post(memory, {CHAT: robot(ChatKind.FEISHU, port, sign="abc")}, clock)
    timestamp = str(int(MORNING.timestamp()))
    digest = hmac.new(f"{timestamp}\nabc".encode(), b"", hashlib.sha256).digest()
    assert (service.shown[0]["timestamp"], service.shown[0]["sign"]) == (timestamp, base64.b64encode(digest).decode())


def shown(kind: ChatKind, title: str, text: str) -> str:
    found = robots.payload(kind, title, text, lang="zh")
    match kind:
        case ChatKind.WECOM:
            return str(found["markdown"]["content"])  # type: ignore[index]
        case ChatKind.DINGTALK:
            return str(found["markdown"]["text"])  # type: ignore[index]
        case ChatKind.FEISHU:
            return str(found["card"]["elements"][0]["text"]["content"])  # type: ignore[index]


@KINDS
@given(text=st.text(st.sampled_from("a中😀\n<[*"), max_size=40), times=st.integers(0, 3000))
def test_never_longer_than_the_service_takes(kind: ChatKind, text: str, times: int) -> None:
    found = shown(kind, SUBJECT, text * times)
    assert len(found.encode()) <= robots.robot(kind).longest
    if len(text.encode() * times) > robots.robot(kind).longest:
        assert "以下省略" in found


@pytest.mark.parametrize("kind", [ChatKind.WECOM, ChatKind.DINGTALK])
@pytest.mark.parametrize(
    "name",
    [
        "[领奖](https://evil.example)", "<@all>", "<font color='red'>x</font>", "**x**", "`x`", "![x](y)", "~~x~~",
        "# x", "\n## x", "> x", "| a | b |", "\\*x\\*", "_x_",
    ],
)  # fmt: skip
def test_a_name_that_is_markdown_is_shown_as_written_and_changes_nothing(kind: ChatKind, name: str) -> None:
    body = shown(kind, "s", name).partition("\n")[2]
    assert not set(body) & set("<>[]*`~|\\")
    assert not any(line.lstrip().startswith("#") for line in body.splitlines())
    assert "_" not in body


def test_a_link_to_the_evidence_stays_a_link() -> None:
    assert "https://probe.example.cn/a_b?c=1#d" in shown(ChatKind.WECOM, "s", "https://probe.example.cn/a_b?c=1#d")


# --- what their answers mean


@pytest.mark.parametrize(
    ("kind", "answer", "error"),
    [
        (ChatKind.WECOM, {"errcode": 45009, "errmsg": "api freq out of limit"}, "post.chat_busy"),
        (ChatKind.WECOM, {"errcode": 93000, "errmsg": "invalid webhook url"}, "post.hook_refused"),
        (ChatKind.WECOM, {"errcode": -1, "errmsg": "system busy"}, "post.server_said"),
        (ChatKind.WECOM, {"errcode": 4711, "errmsg": "new"}, "post.server_said"),
        (ChatKind.DINGTALK, {"errcode": 130101, "errmsg": "send too fast, exceed 20 times"}, "post.chat_busy"),
        (ChatKind.DINGTALK, {"errcode": 300001, "errmsg": "token is not exist"}, "post.hook_refused"),
        (ChatKind.DINGTALK, {"errcode": 310000, "errmsg": "sign not match"}, "post.hook_refused"),
        (ChatKind.FEISHU, {"code": 11232, "msg": "frequency limited"}, "post.chat_busy"),
        (ChatKind.FEISHU, {"code": 19021, "msg": "sign match fail"}, "post.hook_refused"),
        (ChatKind.FEISHU, (429, "{}"), "post.chat_busy"),
        (ChatKind.WECOM, (503, "no"), "post.chat_busy"),
        (ChatKind.WECOM, (302, "moved"), "post.no_robot"),
        (ChatKind.WECOM, (404, "<html>"), "post.no_robot"),
        (ChatKind.WECOM, (200, '{"errcode": "0"}'), "post.no_robot"),
        (ChatKind.WECOM, (200, "[]"), "post.no_robot"),
    ],
)  # fmt: skip
def test_not_shown_now_but_later(memory: MemoryBox, clock: Clock, kind: ChatKind, answer: object, error: str) -> None:
    memory.add(chat(), clock.now)
    service = ChatService(answer, default=OK[kind])
    with service.running() as port:
        sender = robot(kind, port)
        assert post(memory, {CHAT: sender}, clock) == Tally(deferred=1)
        (posted,) = memory.waiting()
        assert posted.error in {Deferred(error, **values).text("en") for values in possible(sender, answer)}
        wait_s = robots.robot(kind).wait_s if error == "post.chat_busy" else 48.0
        assert posted.next_try_at is not None
        assert posted.next_try_at >= clock.now + timedelta(seconds=wait_s)
        assert minutes(memory, {CHAT: sender}, clock, 10).sent == 1


def possible(sender: Chat, answer: object) -> list[dict[str, object]]:
    """What the error may say: the answer's code and words, or its HTTP status."""
    where = sender._hook.where
    if isinstance(answer, tuple):
        return [{"where": where, "status": answer[0], "said": f"HTTP {answer[0]}"}]
    assert isinstance(answer, dict)
    code, message = list(answer.values())
    return [{"where": where, "name": "leaders", "said": f"{code} {message}"}]


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        (ChatKind.WECOM, {"errcode": 40058, "errmsg": "markdown.content exceed max length 4096"}),
        (ChatKind.DINGTALK, {"errcode": 460101, "errmsg": "message too long"}),
        (ChatKind.FEISHU, {"code": 9499, "msg": "Bad Request"}),
    ],
)
def test_a_text_that_they_refuse_is_not_tried_again(
    memory: MemoryBox, clock: Clock, kind: ChatKind, answer: object
) -> None:
    memory.add(chat("one"), clock.now)
    memory.add(chat("two"), clock.now)
    service = ChatService(answer, default=OK[kind])
    with service.running() as port:
        assert post(memory, {CHAT: robot(kind, port)}, clock) == Tally(failed=1, sent=1)
    assert [posted.state for posted in memory.troubles(clock.now)] == [State.BOUNCED]


@pytest.mark.parametrize("answer", [None, (502, "bad gateway"), (504, "gateway timeout")])
def test_no_answer_leaves_it_unsure_and_nobody_is_told_twice(memory: MemoryBox, clock: Clock, answer: object) -> None:
    memory.add(chat(), clock.now)
    service = ChatService(answer, default=OK[ChatKind.WECOM])
    with service.running() as port:
        sender = robot(ChatKind.WECOM, port)
        assert post(memory, {CHAT: sender}, clock) == Tally(unsure=1)
        assert minutes(memory, {CHAT: sender}, clock, 3) == Tally()
    assert len(service.shown) == 1
    assert [posted.state for posted in memory.troubles(clock.now)] == [State.UNSURE]


@KINDS
def test_we_keep_to_their_limit_ourselves(memory: MemoryBox, clock: Clock, kind: ChatKind) -> None:
    most = robots.robot(kind).most
    for n in range(most + 5):
        memory.add(chat(f"news {n}"), clock.now)
    service = ChatService(default=OK[kind])
    with service.running() as port:
        sender = robot(kind, port)
        assert post(memory, {CHAT: sender}, clock) == Tally(sent=most, deferred=1)
        clock.passes(seconds=59)
        assert post(memory, {CHAT: sender}, clock).sent == 0
        clock.passes(seconds=1)
        assert post(memory, {CHAT: sender}, clock) == Tally(sent=5)


@KINDS
def test_down_for_an_hour_then_delivered_once_late_and_said_so(box: Box, clock: Clock, kind: ChatKind) -> None:
    box.add(chat("one"), clock.now)
    box.add(chat("two"), clock.now)
    service = ChatService(default=OK[kind])
    with nobody_listening() as port:
        assert minutes(box, {CHAT: robot(kind, port)}, clock, 60).sent == 0
    with service.running() as port:
        assert minutes(box, {CHAT: robot(kind, port)}, clock, 12) == Tally(sent=2, late=2)
    assert len(service.shown) == 2
    assert "因当时消息平台无法连接或未能接收" in str(service.shown[0])


# --- the webhook is a secret


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("", "post.bad_hook"),
        (KEY, "post.bad_hook"),
        ("ftp://example.cn/x", "post.bad_hook"),
        ("file:///etc/passwd", "post.bad_hook"),
        (f"https://user:{KEY}@example.cn/", "post.bad_hook"),
        (f"https://example.cn/?key={KEY}\r\nX: y", "post.bad_hook"),
        (f"https://example.cn/?key={KEY} x", "post.bad_hook"),
        (f"https://example.cn:99999/?key={KEY}", "post.bad_hook"),
        (f"https://[::1/?key={KEY}", "post.bad_hook"),
        (f"https://例子.中国/?key={KEY}", "post.bad_hook"),
        (f"http://qyapi.weixin.qq.com/?key={KEY}", "post.hook_not_https"),
        (f"http://127.0.0.1.example.cn/?key={KEY}", "post.hook_not_https"),
    ],
)
def test_a_url_that_will_not_do_is_refused_and_not_repeated(url: str, key: str) -> None:
    with pytest.raises(PostError) as caught:
        ChatHook(name="leaders", kind=ChatKind.WECOM, url=Secret(url))
    assert caught.value.key == key
    assert KEY not in caught.value.text("en") + caught.value.text("zh") + repr(caught.value)


@KINDS
def test_the_key_is_in_no_error_log_or_repr(
    memory: MemoryBox, clock: Clock, kind: ChatKind, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for n in range(3):
        memory.add(chat(f"news {n}"), clock.now)
    code = {"errmsg": f"bad {KEY} SECsecret", "msg": f"bad {KEY} SECsecret", "errcode": 93000, "code": 19001}
    service = ChatService(code, default=(500, f"<html>{KEY}"))
    sign = "" if kind is ChatKind.WECOM else "SECsecret"
    with service.running() as port:
        sender = robot(kind, port, sign)
        minutes(memory, {CHAT: sender}, clock, 5)
    with nobody_listening() as port:
        sender = robot(kind, port, sign)
        minutes(memory, {CHAT: sender}, clock, 15)
    said = caplog.text + repr(sender._hook) + repr(sender) + str(memory.waiting()) + str(memory.rows)
    assert KEY not in said
    assert not sign or sign not in said
    assert "http://127.0.0.1/…" in said


def test_a_certificate_that_nobody_vouches_for(memory: MemoryBox, clock: Clock, ca: trustme.CA) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("localhost").configure_cert(context)
    trusting = ssl.create_default_context()
    ca.configure_trust(trusting)
    memory.add(chat(), clock.now)
    service = ChatService(default=OK[ChatKind.WECOM])
    with service.running(context) as port:
        url = Secret(f"https://localhost:{port}/cgi-bin/webhook/send?key={KEY}")
        hook = ChatHook(name="leaders", kind=ChatKind.WECOM, url=url)
        assert post(memory, {CHAT: Chat(hook)}, clock) == Tally(deferred=1)
        assert "nobody whom this machine trusts" in memory.waiting()[0].error
        assert service.shown == []
        assert minutes(memory, {CHAT: Chat(hook, context=trusting)}, clock, 2) == Tally(sent=1)


def test_through_a_proxy_it_stays_encrypted_to_the_far_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    hook = ChatHook(name="leaders", kind=ChatKind.WECOM, url=Secret(f"https://qyapi.weixin.qq.com/send?key={KEY}"))
    connection = Chat(hook)._secure("qyapi.weixin.qq.com", None)
    assert (connection.host, connection.port) == ("127.0.0.1", 9)
    assert connection._tunnel_host == "qyapi.weixin.qq.com"  # type: ignore[attr-defined]


# --- looked at before it is needed


@KINDS
def test_a_check_shows_nothing_to_anybody(kind: ChatKind) -> None:
    refusal = {"errcode": 40008, "errmsg": "invalid message type", "code": 19002, "msg": "msg_type need"}
    if kind is ChatKind.DINGTALK:
        refusal["errcode"] = 40035
    service = ChatService(default=refusal)
    with service.running() as port:
        assert robot(kind, port).check(MORNING) == "http://127.0.0.1/…"
    assert service.shown == [{}]


def test_a_check_finds_a_wrong_key() -> None:
    service = ChatService(default={"errcode": 93000, "errmsg": "invalid webhook url"})
    with service.running() as port, pytest.raises(Deferred) as caught:
        robot(ChatKind.WECOM, port).check(MORNING)
    assert caught.value.key == "post.hook_refused"
