"""Acts out an office's steps in a call, one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from probe.exchange import acts
from probe.exchange.acts import Step
from probe.exchange.call import Call, End
from probe.exchange.media import FRAME_S, Stream

UNANSWERED_LIMIT_S = 180.0  # a caller who has not given up by then was killed (timer C, RFC 3261 §16.6)
ANSWERED_LIMIT_S = 900.0
MUTE_S = 40.0  # longer than any caller waits for a first reply (timer B, 32 s)


class Curtain(Exception):
    """The call is over; nothing more is acted."""


class Left(Exception):
    """A menu is left for the one around it, or for one further out."""

    def __init__(self, menus: int) -> None:
        super().__init__(menus)
        self.menus = menus


async def perform(call: Call, steps: Sequence[Step]) -> None:
    """Act until the call is over, or until the caller must be taken for dead."""
    try:
        async with asyncio.timeout(UNANSWERED_LIMIT_S) as limit:
            for step in steps:
                await act(call, step)
                if isinstance(step, acts.Answer):
                    limit.reschedule(asyncio.get_running_loop().time() + ANSWERED_LIMIT_S)
    except Curtain:
        return
    except TimeoutError:
        if call.answered:
            call.hang_up(end=End.VANISHED)
        else:
            call.refuse("408 Request Timeout", end=End.VANISHED)


async def act(call: Call, step: Step) -> None:
    """One step. Curtain when it ends the call."""
    match step:
        case acts.Wait(seconds=seconds):
            await asyncio.sleep(seconds)
        case acts.Ring(seconds=seconds):
            call.provisional("180 Ringing")
            await (forever() if seconds is None else asyncio.sleep(seconds))
        case acts.RingWithTone(seconds=seconds):
            stream = await call.open_media()
            call.provisional("183 Session Progress", sdp=True)
            await sound(stream, "tone/ringback", seconds)
        case acts.Progress(status=status):
            await call.open_media()
            call.provisional(status, sdp=True)
        case acts.Answer():
            await call.open_media()
            call.answer()
        case acts.Reply(status=status, reason=reason, headers=headers):
            call.refuse(status, {**headers, **({} if reason is None else {"Reason": reason})})
            raise Curtain
        case acts.HangUp(reason=reason):
            await call.acknowledged.wait()  # no BYE before the ACK (RFC 3261 §15)
            call.hang_up(reason)
            raise Curtain
        case acts.UntilHangUp():
            await forever()
        case acts.Mute():
            await asyncio.sleep(MUTE_S)
            call.finish(End.MUTE)
            raise Curtain
        case acts.Repeat(acts=steps, times=times):
            await repeat(call, steps, times)
        case acts.Menu():
            await menu(call, step)
        case acts.Back(menus=menus):
            raise Left(menus)
        case _:
            await be_heard(await call.open_media(), step)


async def be_heard(stream: Stream, step: Step) -> None:
    """The steps that are nothing but sound."""
    match step:
        case acts.Play(prompt=prompt):
            await stream.play(f"prompt/{prompt}")
        case acts.Tone(seconds=tones):
            for name, seconds in tones.items():
                await stream.play(f"tone/{name}", seconds)
        case acts.Music(seconds=seconds):
            await stream.play("music", seconds)
        case acts.Beep():
            await stream.play("beep")
        case acts.Fax():
            await stream.play("fax")
        case acts.Silence(seconds=seconds):
            noise = stream.noise
            stream.background("none")
            await asyncio.sleep(seconds)
            stream.background(noise)
        case acts.Noise(kind=kind):
            stream.background(kind)
        case acts.Listen(seconds=seconds):
            await until_silent(stream, seconds)
        case _:
            raise TypeError(f"no way to act {step!r}")


async def sound(stream: Stream, name: str, seconds: float | None) -> None:
    """A sound for some time, or for good."""
    while True:
        await stream.play(name, seconds)
        if seconds is not None:
            return


async def forever() -> None:
    """Until the call's end cancels it."""
    await asyncio.get_running_loop().create_future()


async def until_silent(stream: Stream, seconds: float) -> None:
    """Return once the caller has said nothing for so long, counted from now at the earliest."""
    loop = asyncio.get_running_loop()
    since = loop.time()
    while True:
        left = max(since, stream.heard_at) + seconds - loop.time()
        if left <= 0:
            return
        await asyncio.sleep(left)


async def repeat(call: Call, steps: Sequence[Step], times: int | None) -> None:
    done = 0
    while times is None or done < times:
        for step in steps:
            await act(call, step)
        await asyncio.sleep(FRAME_S)  # steps that take no time must not take all of it
        done += 1


async def menu(call: Call, step: acts.Menu) -> None:
    """Offer the menu until it has gone unanswered `repeats` times; a key that was acted out begins it anew."""
    stream = await call.open_media()
    unanswered = wrong = 0
    while unanswered < step.repeats:
        key = await first_key(stream, step)
        if key is None:
            unanswered += 1
        elif key in step.keys:
            unanswered = wrong = 0
            try:
                for inner in step.keys[key]:
                    await act(call, inner)
            except Left as left:
                if left.menus > 1:
                    raise Left(left.menus - 1) from None
                return
        else:
            wrong += 1
            if step.wrong is not None:
                await stream.play(f"prompt/{step.wrong}")
            if wrong == step.most_wrong:
                await act(call, acts.HangUp())


async def first_key(stream: Stream, step: acts.Menu) -> str | None:
    """The next key, pressed during the prompt (which it cuts short) or within the menu's patience after it."""
    if not stream.keys.empty():
        return stream.keys.get_nowait()
    key = asyncio.ensure_future(stream.keys.get())
    prompt = asyncio.ensure_future(said_and_waited(stream, step))
    try:
        await asyncio.wait({key, prompt}, return_when=asyncio.FIRST_COMPLETED)
        return key.result() if key.done() else None
    finally:
        key.cancel()
        prompt.cancel()


async def said_and_waited(stream: Stream, step: acts.Menu) -> None:
    await stream.play(f"prompt/{step.prompt}")
    await asyncio.sleep(step.patience)
