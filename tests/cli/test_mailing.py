"""`probe report --mail` and `probe post`, as a person types them, through a real mail server with TLS and a login."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
import trustme
from msgspec.structs import replace

from probe.store import Store
from tests.cli.inside import Inside
from tests.post.servers import PASSWORD, USER, Postbox, mail_server
from tests.reports import month
from tests.reports.conftest import draw_once
from tests.reports.stored import fill

MARCH = ("--month", "2026-03")
CHIEF = "chief@example.cn"


@pytest.fixture
def probe(capsys: pytest.CaptureFixture[str]) -> Inside:
    return Inside(capsys)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two days of March, each unit with an owner of its own."""
    monkeypatch.chdir(tmp_path)
    draw_once(monkeypatch)
    for name in ("TONGBUTONG_SETTINGS", "TONGBUTONG_LANG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    write(tmp_path)
    (tmp_path / "data").mkdir()
    with Store.open(f"sqlite:///{tmp_path / 'data' / 'tongbutong.sqlite3'}") as store:
        fill(store)
        units = list(month.UNITS)
        owned = [replace(n, owner_email=f"u{units.index(n.unit)}@example.cn") for n in month.lines().values()]
        store.import_numbers(owned, month.NOW)
    return tmp_path


def write(folder: Path, port: int = 1, more: str = "") -> None:
    text = f"""
[robot]
area_code = "0571"
[data]
folder = "data"
[mail]
host = "localhost"
port = {port}
username = "{USER}"
password_env = "MAIL_PASSWORD"
sender = "robot@example.cn"
sender_name = "通不通"
ca_file = "ca.pem"
{more}
"""
    (folder / "probe.toml").write_text(text, encoding="utf-8")


LEADERS = '[mailing.leaders]\nreport = "monthly"\nto = ["chief@example.cn"]\nowners = true\nattach = ["xlsx"]\n'


@contextmanager
def server(desk: Path, more: str = "", **answers: list[str]) -> Iterator[Postbox]:
    """A mail server with STARTTLS and a login, and settings that name it."""
    authority, context, postbox = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), Postbox(**answers)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(desk / "ca.pem")
    with mail_server(postbox, starttls=context) as port:
        write(desk, port, more)
        yield postbox


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_a_dry_run_writes_the_letter_and_sends_nothing(desk: Path, probe: Inside) -> None:
    done = probe("report", *MARCH, "--mail", "--to", CHIEF, "--dry-run")
    assert done.returncode == 0, done.stderr
    (file,) = (desk / "data").glob("*.eml")
    assert str(file) in done.stderr.replace("\n", "")
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert message["From"] == "通不通 <robot@example.cn>"
    assert message["To"] == CHIEF
    assert "2026 年 3 月" in message["Subject"]
    assert probe("post", "--json").lines == []
    assert probe("report", *MARCH, "--mail", "--to", CHIEF, "--dry-run", "--out", "mine.eml").returncode == 0
    assert (desk / "mine.eml").exists()


def test_what_arrives_is_the_preview(desk: Path, probe: Inside) -> None:
    assert probe("report", *MARCH, "--mail", "--to", CHIEF, "--dry-run", "--out", "p.eml").returncode == 0
    with server(desk) as postbox:
        done = probe("report", *MARCH, "--mail", "--to", CHIEF)
    assert done.returncode == 0, done.stderr
    assert postbox.encrypted == [True]
    (arrived,) = postbox.messages
    preview = message_from_bytes((desk / "p.eml").read_bytes(), policy=policy.default)
    for name in ("From", "To", "Subject", "Content-Language", "List-Id"):
        assert arrived[name] == preview[name]

    def settled(text: str) -> list[str]:
        return [line for line in text.splitlines() if "2026-11" not in line and " · 20" not in line]  # when it was made

    for kind in ("plain", "html"):
        assert settled(body(arrived, kind)) == settled(body(preview, kind))  # type: ignore[arg-type]  # of this policy
    pictures = [part for part in arrived.walk() if part.get_content_type() == "image/png"]
    assert {str(part["Content-ID"]) for part in pictures} >= {"<outcomes>"}
    (line,) = probe("post", "--json").lines
    assert (line["recipient"], line["state"]) == (CHIEF, "sent")


def test_everybody_gets_what_is_theirs_and_nobody_twice(desk: Path, probe: Inside) -> None:
    with server(desk, LEADERS) as postbox:
        first = probe("report", *MARCH, "--mail")
        assert first.returncode == 0, first.stderr
        again = probe("report", *MARCH, "--mail")
        assert again.returncode == 0, again.stderr
    got = {envelope.rcpt_tos[0]: message for envelope, message in zip(postbox.envelopes, postbox.messages, strict=True)}
    assert sorted(got) == sorted([CHIEF, *(f"u{n}@example.cn" for n in range(6))])
    assert len(postbox.envelopes) == 7
    for index, unit in enumerate(month.UNITS):
        told = body(got[f"u{index}@example.cn"], "html") + body(got[f"u{index}@example.cn"], "plain")
        assert unit in told
        assert not [other for other in month.UNITS if other != unit and other in told]
        (book,) = got[f"u{index}@example.cn"].iter_attachments()
        assert str(book.get_filename()).endswith(".xlsx")
    everything = body(got[CHIEF], "html")
    assert sum(unit in everything for unit in month.UNITS) > 1


def test_a_unit_alone(desk: Path, probe: Inside) -> None:
    with server(desk, LEADERS) as postbox:
        assert probe("report", *MARCH, "--mail", "--unit", "余杭区公安分局").returncode == 0
    assert [envelope.rcpt_tos[0] for envelope in postbox.envelopes] == ["u2@example.cn"]


def test_previews_of_a_mailing_are_files_of_each_reader(desk: Path, probe: Inside) -> None:
    write(desk, more=LEADERS)
    done = probe("report", *MARCH, "--mail", "--dry-run", "--out", "letters")
    assert done.returncode == 0, done.stderr
    assert len(list((desk / "letters").glob("*.eml"))) == 7
    assert probe("post", "--json").lines == []


@pytest.mark.parametrize("dry", [False, True])
def test_masked_and_a_title_hold_for_the_mailings_too(desk: Path, probe: Inside, dry: bool) -> None:
    more = LEADERS.replace("owners = true\n", "").replace('["xlsx"]', '["csv", "json"]')
    asked = ("report", *MARCH, "--mail", "--masked", "--title", "三月情况")
    with server(desk, more) as postbox:
        done = probe(*asked, *(("--dry-run", "--out", "letters") if dry else ()))
    assert done.returncode == 0, done.stderr
    if dry:
        (file,) = (desk / "letters").glob("*.eml")
        message = message_from_bytes(file.read_bytes(), policy=policy.default)
    else:
        (message,) = postbox.messages
    texts = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
    everything = b"".join(bytes(text) for text in texts if isinstance(text, bytes)).decode(errors="replace")
    assert "三月情况" in message["Subject"] + everything
    assert "8725XXXX" in everything
    assert not re.search(r"8725[ -]?\d{4}", everything)


def test_refused_ones_are_shown_and_can_be_sent_again(desk: Path, probe: Inside) -> None:
    more = LEADERS.replace("chief", "nobody").replace("owners = true\n", "")
    with server(desk, more) as postbox:
        done = probe("report", *MARCH, "--mail")
        assert done.returncode == 13
        assert "nobody@example.cn" in done.stderr
        assert "no such user" in done.stderr
        (line,) = probe("post", "--trouble", "--json").lines
        assert line["state"] == "bounced"
        assert "no such user" in probe("--lang", "en", "post").stdout
        assert probe("post", "again", line["letter_id"][:6]).returncode == 0
        assert probe("post", "send").returncode == 13  # it is refused again
        assert probe("post", "arrived", line["letter_id"]).returncode == 0
        assert probe("post", "--trouble", "--json").lines == []
        assert probe("post", "again", line["letter_id"]).returncode == 13
    assert postbox.envelopes == []


def test_a_server_that_is_down_keeps_letters_waiting(desk: Path, probe: Inside) -> None:
    write(desk, 1, LEADERS)
    (desk / "ca.pem").write_bytes(trustme.CA().cert_pem.bytes())
    done = probe("--lang", "en", "report", *MARCH, "--mail", "--to", CHIEF)
    assert done.returncode == 13
    assert "waiting" in done.stderr
    (line,) = probe("post", "--json").lines
    assert line["state"] == "waiting"
    assert line["error"]


def test_what_comes_back_as_mail_is_noted(desk: Path, probe: Inside) -> None:
    from tests.post.test_bounce import HEAD, ID, POSTFIX

    with server(desk) as postbox:
        assert probe("report", *MARCH, "--mail", "--to", CHIEF).returncode == 0
    mine = str(postbox.messages[0]["Message-ID"])[1:33]
    text = POSTFIX.format(action="failed", returned="message/rfc822", head=HEAD).replace(ID, mine)
    for place in ("Maildir/new", "Maildir/cur"):
        (desk / place).mkdir(parents=True)
    (desk / "Maildir/new/1").write_text(text, encoding="utf-8")
    (desk / "Maildir/cur/2:2,S").write_text("Subject: hello\n\nhello\n", encoding="utf-8")
    done = probe("--lang", "en", "post", "bounce", "Maildir")
    assert done.returncode == 0
    assert "User unknown" in done.stderr
    assert "looked at 2, newly noted: 1" in done.stderr
    (line,) = probe("post", "--trouble", "--json").lines
    assert (line["recipient"], line["state"]) == (CHIEF, "bounced")
    (again,) = probe("post", "bounce", "--json", "Maildir").lines
    assert again["noted"] is False
    assert probe("post", "bounce", "nowhere.eml").returncode == 13


@pytest.mark.parametrize(
    ("asked", "code", "told"),
    [
        ((*MARCH, "--to", CHIEF), 12, "--mail"),
        ((*MARCH, "--dry-run"), 12, "--mail"),
        (("--due",), 12, "--mail"),
        ((*MARCH, "--mail", "--to", "nobody"), 13, "nobody"),
        (("--daily", "--for", "2026-03-25", "--mail"), 12, "leaders"),
        (("--mail", "--due", "--unit", "x"), 12, "--unit"),
        (("--mail", "--due", "--masked"), 12, "--masked"),
        (("--mail", "--due", "--title", "x"), 12, "--title"),
        (("--mail", "--due", "--until", "2026-03-02"), 12, "--until"),
        (("--mail", "--due", "--dry-run", "--out", "x"), 12, "--out"),
        ((*MARCH, "--mail", "--to", CHIEF, "--out", "x.eml"), 12, "--out"),
        (("--mail", "--number", "0571-87250001"), 12, "--to"),
        ((*MARCH, "--monthly"), 12, "--monthly"),
        ((*MARCH, "--to", "a.html", "--to", "b.html"), 12, "--to"),
    ],
)
def test_mistakes_are_told_in_one_line(desk: Path, probe: Inside, asked: tuple[str, ...], code: int, told: str) -> None:
    write(desk, more=LEADERS)
    done = probe("--lang", "en", "report", *asked)
    assert done.returncode == code, done.stderr
    assert told in done.stderr
    assert done.stderr.count("\n") == 1


def test_without_a_mail_server_it_says_what_to_do(desk: Path, probe: Inside) -> None:
    (desk / "probe.toml").write_text('[data]\nfolder = "data"\n', encoding="utf-8")
    done = probe("report", *MARCH, "--mail", "--to", CHIEF)
    assert done.returncode == 13
    assert "[mail]" in done.stderr
    assert probe("report", *MARCH, "--mail", "--to", CHIEF, "--dry-run").returncode == 0


def test_a_check_says_who_gets_what_and_what_is_doubtful(desk: Path, probe: Inside) -> None:
    with Store.open(f"sqlite:///{desk / 'data' / 'tongbutong.sqlite3'}") as store:
        numbers = [replace(n, owner_email="") if n.unit == "良渚街道办事处" else n for n in store.numbers()]
        store.import_numbers(numbers, month.NOW)
    more = LEADERS.replace("attach", 'units = { "余杭区公安局" = ["head@example.cn"] }\nattach')
    with server(desk, more):
        done = probe("--lang", "en", "check", "--no-call")
    assert "✓ mailing leaders (monthly): the whole goes to 1, their own to 5 units" in done.stdout
    assert "! mailing leaders: the directory has no unit '余杭区公安局'" in done.stdout
    assert "'余杭区公安分局'" in done.stdout
    assert "! mailing leaders: 1 units have no owner's address and get nothing: 良渚街道办事处" in done.stdout
