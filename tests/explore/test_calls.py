"""Explorations over real SIP and RTP: what offices of the practice exchange do is what the tree says."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from probe.dial import Switchboard, Trunk
from probe.exchange import running
from probe.explore import Errand, Limits, Tree, What
from probe.explore.expedition import Expedition
from probe.explore.outline import finding, outline
from probe.explore.tree import humans
from probe.model import Number, Order, Purpose, Record
from probe.plan.batch import order_of

pytestmark = pytest.mark.hears
DISTRICT = Path(__file__).parent / "menus.yaml"
LIMITS = {
    "87250201": Limits(calls=6, queue_s=30.0),
    "87250202": Limits(calls=7, keys="12345"),
    "87250203": Limits(calls=3),
    "87250204": Limits(calls=3),
}
BY = {"87250202": "info"}


async def explore(address: str, folder: Path, local: str) -> tuple[Tree, list[Record]]:
    number = Number(number=f"+86571{local}", written=local, unit=local)
    trunk = Trunk(name="practice", proxy=f"sip:{address}", dtmf=BY.get(local, "rfc4733"))  # type: ignore[arg-type]
    records: list[Record] = []
    limits = LIMITS[local]

    def order() -> Order:
        made = order_of(number, call_id=f"c{local}-{len(records)}", why="test", country="CN", purpose=Purpose.EXPLORE)
        return msgspec.structs.replace(made, answered_limit_s=200.0, deadline_s=260.0)

    async def call() -> Record | None:
        async for result in board.run([order()]):
            assert isinstance(result, Record), result
            records.append(result)
        return records[-1]

    expedition = Expedition(
        Tree(number=number.number, began_at=datetime.now(UTC), limits=limits),
        call=call,
        refusal=lambda now: None,
        keep=lambda tree: None,
        now=lambda: datetime.now(UTC),
    )
    async with Switchboard(
        trunk,
        lines=1,
        calls_per_second=10,
        data_folder=folder,
        allowed=[number.number],
        errand=lambda order: Errand(tree=expedition.tree, by=trunk.dtmf),
        on_visit=lambda visit: expedition.visit(visit),
    ) as board:
        return await expedition.run(), records


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Tree, list[Record]]]:
    """All four offices explored at once."""
    folder = tmp_path_factory.mktemp("explore")

    async def all_of_them(address: str) -> list[tuple[Tree, list[Record]]]:
        return await asyncio.gather(*(explore(address, folder, local) for local in LIMITS))

    log = folder / "exchange.log"
    with running(DISTRICT, log) as address:
        trees = asyncio.run(all_of_them(address))
    seen = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    seen = [call for call in seen if call["ended_s"] is not None]
    assert len(seen) == sum(len(records) for _, records in trees)
    assert all(call["end"] in ("caller_hung_up", "office_hung_up") for call in seen)
    return dict(zip(LIMITS, trees, strict=True))


def what(tree: Tree) -> dict[str, str]:
    """The path of each place → what is there."""
    from probe.explore.tree import reaches

    return {way.path: tree.node(id).what.value for id, way in sorted(reaches(tree).items())}


def test_a_menu_in_a_menu_with_a_key_back(found: dict[str, tuple[Tree, list[Record]]]) -> None:
    tree, records = found["87250201"]
    assert tree.finished, (tree.halt, what(tree))
    seen = what(tree)
    assert seen.pop("1-0") in ("invalid", "announcement"), "one short sentence: understood, unless it was cut"
    assert seen == {
        "": "menu",
        "1": "menu",
        "2": "announcement",
        "0": "queue",
        "0-…": "human",
    }
    back = tree.leads_to(next(n.id for n in tree.nodes if n.offers.keys() == {"*", "0"}), "*")
    assert back is not None
    assert back.id == 0, "the key back is a link, not a copy"
    comes_back = next(n for n in tree.nodes if n.what is What.ANNOUNCEMENT)
    assert tree.leads_to(comes_back.id, "~") == back, "and so is an announcement that returns by itself"
    person, way = humans(tree)[0]
    assert way.keys == ("0", "~")
    assert 14 < way.seconds < 26, "prompt, queue sentence and music"
    assert (person.words, person.peaks) == ("", ())
    said = [s.sent for record in records for s in record.trace.signals if s.sent and s.sent.startswith("SAY")]
    assert len(said) == 1, "one person, who was told who calls"
    assert len(records) <= 3, "one call walks many places"


def test_loops_hang_ups_and_wrong_keys_by_sip_info(found: dict[str, tuple[Tree, list[Record]]]) -> None:
    tree, records = found["87250202"]
    assert tree.finished, (tree.halt, tree.edges)
    to = {key: tree.leads_to(0, key) for key in "12345"}
    what_is = {key: node.what for key, node in to.items() if node is not None}
    assert to["1"] is tree.nodes[0], "a loop is a link"
    assert what_is["2"] is What.HUNG_UP
    wrong = [what_is[key] for key in "345"]  # two seconds of speech: not understood each time on a busy machine
    assert set(wrong) <= {What.INVALID, What.ANNOUNCEMENT}
    assert What.INVALID in wrong
    root = outline(tree)
    assert root is not None
    assert [b.keys for b in root.branches if b.kind == "again"] == [("1",)]
    assert finding(tree) == "none"
    assert len(records) <= 4


def test_an_announcement_at_night(found: dict[str, tuple[Tree, list[Record]]]) -> None:
    tree, records = found["87250203"]
    assert what(tree) == {"": "voicemail"}
    assert "下班时间" in tree.nodes[0].words
    assert (len(records), tree.halt, finding(tree)) == (1, "finished", "none")
    assert not any(s.sent and s.sent.startswith("DTMF") for s in records[0].trace.signals)


def test_a_person_at_once(found: dict[str, tuple[Tree, list[Record]]]) -> None:
    tree, records = found["87250204"]
    assert what(tree) == {"": "human"}
    assert (len(records), tree.halt, finding(tree)) == (1, "finished", "person")
    sent = [s.sent for s in records[0].trace.signals if s.sent and s.sent.startswith(("SAY", "DTMF"))]
    assert sent == ["SAY say_disclosure-1-zf_xiaoyi"]
