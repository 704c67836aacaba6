"""Kamailio as a carrier's trunk, and as the edge of docs/kamailio between our lines and one."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import trustme

from tests.interop.peers import free_port, started

HERE = Path(__file__).parent
SHIPPED = HERE.parent.parent / "docs" / "kamailio"
PASSWORD = "kept-to-ourselves"


class Carrier(msgspec.Struct, frozen=True):
    """A trunk on 127.0.0.1: `port` takes UDP and TCP, `tls_port` TLS; `ca_file` vouches for it."""

    port: int
    tls_port: int
    ca_file: Path
    log: Path

    def seen(self, what: str) -> list[str]:
        """The lines of its log with this text."""
        return [line for line in self.log.read_text(errors="replace").splitlines() if what in line]


@contextlib.contextmanager
def carrier(
    target: str, *, registered_only: bool = False, one_binding: bool = False, domain: str = "127.0.0.1"
) -> Iterator[Carrier]:
    """A trunk for the account "robot" that passes calls to `target` ("127.0.0.1:PORT").

    `registered_only` takes calls of registered accounts only; with `one_binding`, from that binding's address only.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = Carrier(free_port(), free_port(), folder / "ca.pem", folder / "peer.log")
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(found.ca_file))
        _certificate(authority, folder)
        text = (HERE / "kamailio" / "trunk.cfg").read_text()
        for word, value in {
            "TLS_PORT": found.tls_port,
            "PORT": found.port,
            "FOLDER": folder,
            "TARGET": target,
            "PASSWORD": PASSWORD,
            "DOMAIN": domain,
            "REGISTERED_ONLY": int(registered_only or one_binding),
            "BINDING_ONLY": int(one_binding),
        }.items():
            text = text.replace(word, str(value))
        (folder / "trunk.cfg").write_text(text)
        with started(_command(folder / "trunk.cfg"), folder, tcp={found.port, found.tls_port}):
            yield found


@contextlib.contextmanager
def edge(trunk: Carrier, *, tls: bool = False, lines: str = "127.0.0.0/8") -> Iterator[str]:
    """The edge that we ship, filled in as its first lines say; yields its address, "127.0.0.1:PORT"."""
    to_trunk = f"sip:127.0.0.1:{trunk.tls_port};transport=tls" if tls else f"sip:127.0.0.1:{trunk.port}"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        changes = {
            "!LINES_NET!127.0.0.0/8!g": f"!LINES_NET!{lines}!g",
            "!EDGE_PORT!5070!g": f"!EDGE_PORT!{free_port()}!g",
            "!CARRIER_DOMAIN!ims.carrier.example!g": "!CARRIER_DOMAIN!ims.example!g",
            "!TRUNK_URI!sip:192.0.2.10:5060!g": f"!TRUNK_URI!{to_trunk}!g",
            "!CA_FILE!/etc/ssl/certs/ca-certificates.crt!g": f"!CA_FILE!{trunk.ca_file}!g",
            "!EDGE_DIR!/etc/kamailio/edge!g": f"!EDGE_DIR!{folder}!g",
            '"reg_timer_interval", 5': '"reg_timer_interval", 1',
            "##!define WITH_TLS": "#!define WITH_TLS" if tls else "",
        }
        account = {
            "ACCOUNT": "robot",
            "EDGE_IP": "127.0.0.1",
            "CARRIER_DOMAIN": "ims.example",
            "REALM": "practice",
            "PASSWORD": PASSWORD,
            "TRUNK_URI": to_trunk.replace(":", "\\:"),
        }
        for file, words in (("edge.cfg", changes), ("uacreg", account), ("version", {})):
            text = (SHIPPED / file).read_text()
            for before, after in words.items():
                assert before in text
                text = text.replace(before, after)
            (folder / file).write_text(text)
        _certificate(trustme.CA(), folder)
        with started(_command(folder / "edge.cfg"), folder) as address:
            yield address


def _certificate(authority: trustme.CA, folder: Path) -> None:
    issued = authority.issue_cert("127.0.0.1", "localhost")
    issued.private_key_pem.write_to_path(str(folder / "key.pem"))
    issued.cert_chain_pems[0].write_to_path(str(folder / "cert.pem"))


def _command(config: Path, *more: str) -> list[str]:
    return ["kamailio", "-DD", "-E", "-m", "64", "-M", "8", "-Y", str(config.parent), "-f", str(config), *more]
