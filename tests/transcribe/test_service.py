"""The service and its clients over a real socket, with a recogniser that can be held up."""

import asyncio
import contextlib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from probe.transcribe import Words
from probe.transcribe.client import Client
from probe.transcribe.service import Service, listen
from probe.transcribe.wire import Answer, Garbage, Question, encode, length_of, split

Pcm = npt.NDArray[np.int16]
LIMIT_S = 10.0  # of patience: what takes longer has failed


class Recogniser:
    """Says how many samples it was given; holds each one up until `go`."""

    def __init__(self, *, held: bool = False) -> None:
        self.go, self.busy = threading.Event(), threading.Event()
        if not held:
            self.go.set()

    def hear(self, pcm: Pcm) -> Words:
        self.busy.set()
        assert self.go.wait(LIMIT_S)
        return Words(f"{len(pcm)}", 0.5)


@contextlib.contextmanager
def serving(path: Path, hear: Callable[[Pcm], Words], lonely_s: float = 0.1) -> Iterator[Service]:
    """A service in a thread; at the end it must have left by itself, since its clients are gone."""
    services: list[Service] = []
    listening = listen(path)

    async def serve() -> None:
        services.append(Service(hear, lonely_s=lonely_s))
        await services[0].run(listening)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    until(lambda: bool(services))
    yield services[0]
    thread.join(LIMIT_S)
    assert not thread.is_alive(), "the service is still there, though nobody is connected"


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + LIMIT_S
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


def sound(samples: int) -> Pcm:
    return np.zeros(samples, np.int16)


@contextlib.contextmanager
def client(path: Path) -> Iterator[Client]:
    with contextlib.closing(Client(path)) as it:
        yield it.new_call()


def answers(it: Client, count: int = 1) -> list[tuple[int, float, str]]:
    found: list[tuple[int, float, Words]] = []

    def enough() -> bool:
        found.extend(it.ready(0.0))
        return len(found) >= count

    until(enough)
    return [(passage, end_s, words.text) for passage, end_s, words in found]


def test_two_clients_get_each_their_own_answers(short: Path) -> None:
    with serving(short / "s", Recogniser().hear) as service, client(short / "s") as one, client(short / "s") as two:
        one.ask(7, sound(100), 1.5)
        two.ask(7, sound(200), 2.5)
        assert answers(one) == [(7, 1.5, "100")]
        assert answers(two) == [(7, 2.5, "200")]
        assert service.summary() == "2 answered, 0 superseded, 0 too late"


def test_the_rest_is_waited_for(short: Path) -> None:
    with serving(short / "s", Recogniser().hear), client(short / "s") as it:
        it.ask(0, sound(120_000), 1.0)
        it.ask(1, sound(5), 2.0)
        assert sorted((p, w.text) for p, _, w in it.rest()) == [(0, "120000"), (1, "5")]


def test_a_question_that_waits_is_replaced_by_a_newer_one_about_its_passage(short: Path) -> None:
    recogniser = Recogniser(held=True)
    with serving(short / "s", recogniser.hear) as service, client(short / "s") as it:
        it.ask(0, sound(1), 1.0)
        assert recogniser.busy.wait(LIMIT_S)
        for n in (2, 3, 4):
            it.ask(1, sound(n), float(n))
        until(lambda: service.summary().endswith("2 superseded, 0 too late"))
        recogniser.go.set()
        assert answers(it, 2) == [(0, 1.0, "1"), (1, 4.0, "4")]


def test_answers_to_an_earlier_call_are_not_taken_for_this_ones(short: Path) -> None:
    recogniser = Recogniser(held=True)
    with serving(short / "s", recogniser.hear), client(short / "s") as it:
        it.ask(0, sound(1), 1.0)
        assert recogniser.busy.wait(LIMIT_S)
        it.new_call().ask(0, sound(2), 1.0)
        recogniser.go.set()
        assert answers(it) == [(0, 1.0, "2")]


def test_a_client_that_is_gone_disturbs_nobody(short: Path) -> None:
    recogniser = Recogniser(held=True)
    with serving(short / "s", recogniser.hear), client(short / "s") as stays:
        with client(short / "s") as goes:
            goes.ask(0, sound(1), 1.0)
            assert recogniser.busy.wait(LIMIT_S)
        stays.ask(0, sound(2), 1.0)
        recogniser.go.set()
        assert answers(stays) == [(0, 1.0, "2")]


@pytest.mark.parametrize(
    "nonsense",
    [b"GET / HTTP/1.0\r\n\r\n", b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x03\0\0\0abc", encode(Answer(1, 2, 3.0, "x"))],
)
def test_a_client_that_talks_nonsense_loses_its_connection_and_no_other_does(short: Path, nonsense: bytes) -> None:
    with serving(short / "s", Recogniser().hear), client(short / "s") as sane:
        with socket.socket(socket.AF_UNIX) as bad:
            bad.settimeout(LIMIT_S)
            bad.connect(str(short / "s"))
            bad.sendall(nonsense)
            with contextlib.suppress(ConnectionError):
                assert bad.recv(1) == b""
        sane.ask(0, sound(2), 1.0)
        assert answers(sane) == [(0, 1.0, "2")]


def test_half_a_sample_too_much_is_no_harm(short: Path) -> None:
    with serving(short / "s", Recogniser().hear), socket.socket(socket.AF_UNIX) as raw:
        raw.settimeout(LIMIT_S)
        raw.connect(str(short / "s"))
        raw.sendall(encode(Question(1, 0, 1.0, b"\0\0\0")))
        assert split(bytearray(raw.recv(1000)), Answer) == [Answer(1, 0, 1.0, "1", 0.5)]


def test_a_client_that_never_listens_loses_its_connection(short: Path) -> None:
    long_text = Words("字" * 20_000, 1.0)
    with serving(short / "s", lambda pcm: long_text) as service, socket.socket(socket.AF_UNIX) as deaf:
        deaf.connect(str(short / "s"))
        with contextlib.suppress(ConnectionError):
            for n in range(200):
                deaf.sendall(encode(Question(1, n, 1.0, b"\0\0")))
        until(lambda: service.answered > 5)
        deaf.settimeout(LIMIT_S)
        with contextlib.suppress(ConnectionError):
            while deaf.recv(1 << 20):
                pass


def test_only_this_user_may_connect(short: Path) -> None:
    with serving(short / "s", Recogniser().hear):
        assert (short / "s").stat().st_mode & 0o777 == 0o600


def test_without_a_service_there_are_no_words_and_no_error(short: Path) -> None:
    with client(short / "nobody") as it:
        it.ask(0, sound(1), 1.0)
        assert it.ready(1.0) == []
        assert it.rest() == []


def test_a_service_that_dies_leaves_a_call_without_words_and_the_next_call_finds_the_new_one(short: Path) -> None:
    listening = listen(short / "s")
    with client(short / "s") as it:
        it.ask(0, sound(1), 1.0)
        connection, _ = listening.accept()
        connection.close()
        listening.close()
        assert it.rest() == []
        it.ask(0, sound(1), 2.0)
        assert it.rest() == []
        with serving(short / "s", Recogniser().hear):
            it.new_call().ask(0, sound(3), 1.0)
            assert answers(it) == [(0, 1.0, "3")]
            it.close()


def test_a_service_that_takes_nothing_never_holds_up_a_call(short: Path) -> None:
    with contextlib.closing(listen(short / "s")), client(short / "s") as it:  # connected, but never accepted
        began = time.monotonic()
        for n in range(100):
            it.ask(n, sound(80_000), 1.0)
            assert it.ready(1.0) == []
        assert time.monotonic() - began < 1.0


def test_nonsense_from_a_service_is_no_answer(short: Path) -> None:
    with contextlib.closing(listen(short / "s")) as listening, client(short / "s") as it:
        it.ask(0, sound(1), 1.0)
        connection, _ = listening.accept()
        with connection:
            connection.sendall(b"HTTP/1.0 400 Bad Request\r\n")
            assert it.rest() == []


def test_messages_survive_being_cut_anywhere() -> None:
    messages = [Question(1, n, n / 2, bytes(n)) for n in range(5)]
    buffer, found = bytearray(), []
    for byte in b"".join(map(encode, messages)):
        buffer.append(byte)
        found += split(buffer, Question)
    assert found == messages
    assert not buffer
    with pytest.raises(Garbage):
        length_of(b"\xff\xff\xff\x7f")


def test_a_line_carries_the_client_and_nothing_of_the_recogniser() -> None:
    code = "import sys, probe.transcribe.client, probe.transcribe.transcript; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    loaded = set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    assert not loaded & {"faster_whisper", "ctranslate2", "tokenizers", "asyncio", "subprocess", "pydantic"}
