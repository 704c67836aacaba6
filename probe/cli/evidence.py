"""`probe evidence`: everything about a call or an incident as one zip, to be handed to somebody who doubts it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from probe.cli.talk import Talk
from probe.errors import IncidentError, ReportError

if TYPE_CHECKING:
    from probe.store import Store


@click.command("evidence")
@click.argument("call_id", metavar="[CALL]", required=False)
@click.option("--incident", "incident_id", metavar="ID", help="Of an incident with all of its calls. 问题编号")
@click.option(
    "--to",
    "file",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.zip",
    help="Where to write it. 证据包文件",
)
@click.option("--no-picture", is_flag=True, help="Without the drawing of the waveform. 不画波形图")
@click.pass_obj
def command(talk: Talk, call_id: str | None, incident_id: str | None, file: Path, no_picture: bool) -> None:
    """Pack the evidence of a CALL or an incident into one zip. 生成一次呼叫或一个问题的证据包

    Recording (without what people said after the answer), picture, transcript, SIP ladder, verdict with its reasons,
    why the call was made, and SHA-256 sums; a README.txt explains each. The same data make the same bytes.
    """
    if (call_id is None) == (incident_id is None):
        raise ReportError("evidence.pack_which")
    if file.suffix.lower() != ".zip":
        raise ReportError("evidence.pack_zip")
    from probe.evidence.archive import with_sums, write, zipped

    with talk.open_store() as store:
        try:
            folder, files = (
                _call(talk, store, call_id, picture=not no_picture)
                if call_id is not None
                else _incident(talk, store, str(incident_id), picture=not no_picture)
            )
        except ImportError as error:
            if error.name not in ("altair", "vl_convert"):
                raise
            raise ReportError("evidence.pack_no_charts") from error
    packed = with_sums(files)
    data = zipped(folder, packed)
    write(file, data)
    talk.say("evidence.pack_written", file=file, files=len(packed), size=f"{len(data):,}")


def _call(talk: Talk, store: Store, call_id: str, *, picture: bool) -> tuple[str, dict[str, bytes]]:
    from probe.evidence.gather import gather
    from probe.evidence.pack import compose, folder_of

    settings = talk.settings_or_default
    facts = gather(store, settings.data.folder, call_id, talk.zone)
    return folder_of(facts), compose(facts, lang=talk.report_lang, zone=talk.zone, picture=picture)


def _incident(talk: Talk, store: Store, incident_id: str, *, picture: bool) -> tuple[str, dict[str, bytes]]:
    from probe.evidence.gather import gather
    from probe.evidence.incident import compose_incident
    from probe.evidence.scrub import file_name
    from probe.hints import shown

    incident = store.incidents.get(incident_id.rstrip("*"))
    if incident is None:
        raise IncidentError("evidence.pack_no_incident", id=shown(incident_id))
    settings = talk.settings_or_default
    zone = talk.zone
    known = {call_id: store.record(call_id) is not None for call_id in incident.calls}
    files = compose_incident(
        incident,
        store.incidents.events(incident.id),
        store.incidents.testimonies(incident.testimonies),
        [gather(store, settings.data.folder, call_id, zone) for call_id, is_there in known.items() if is_there],
        absent=[call_id for call_id, is_there in known.items() if not is_there],
        lang=talk.report_lang,
        zone=zone,
        picture=picture,
    )
    return file_name(incident.id), files
