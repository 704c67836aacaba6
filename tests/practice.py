"""A user's folder whose only trunk is the practice exchange."""

SETTINGS = """
[robot]
area_code = "0571"
language = "en"

[data]
folder = "data"

[trunk.practice]
proxy = "sip:{address}"
lines = {lines}
calls_per_second = {calls_per_second}
"""


def settings(address: str, *, lines: int = 4, calls_per_second: float = 10) -> str:
    """The text of probe.toml for an exchange at `address` ("127.0.0.1:PORT")."""
    return SETTINGS.format(address=address, lines=lines, calls_per_second=calls_per_second)
