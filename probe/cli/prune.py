"""`probe prune`: deletes what has been kept as long as the settings say."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from probe.cli import options
from probe.cli.lines import encode
from probe.cli.talk import Talk, emit


@click.command("prune")
@click.option("--dry-run", is_flag=True, help="Say how much, and delete nothing. 只统计，不删除")
@options.as_json
@click.pass_obj
def command(talk: Talk, dry_run: bool, as_json: bool) -> int:
    """Delete recordings, transcripts and notes that are older than `[privacy]` keeps them. 按保存期限删除

    What a verdict rests on stays: signalling, sounds without words, the verdict and its reasons. Exit code 5 when
    something could not be deleted.
    """
    import msgspec

    from probe.evidence.scrub import inert
    from probe.prune import prune

    settings = talk.settings_or_default
    policy = settings.privacy.retention()
    with talk.open_store() as store:
        done = prune(store, settings.data.folder, policy, datetime.now(UTC), dry_run=dry_run)
    if as_json:
        emit(encode({"dry_run": dry_run, **{name: getattr(done, name) for name in done.__struct_fields__}}))
    else:
        kinds = ("recordings", "transcripts", "explorations", "unknown", "notes", "letters")
        counts = {name: getattr(done, name) for name in kinds}
        days = {name.removesuffix("_days"): value for name, value in msgspec.structs.asdict(policy).items()}
        talk.say("evidence.prune_rule", **days)
        talk.say("evidence.would_prune" if dry_run else "evidence.pruned", size=_size(done.size_bytes), **counts)
        for place in done.left:
            talk.say("evidence.prune_left", place=inert(place))
    return 5 if done.left else 0


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:,.1f} MB"
