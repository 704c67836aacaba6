"""One tree of errors for what a person can mend: a sentence, and an exit code that scripts can rely on."""

from __future__ import annotations

from probe.words import words


class ProbeError(Exception):
    """Something a person can mend. `key` names its sentence in `probe/words/*.toml`; `values` fill it in."""

    exit_code = 1

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key, values)
        self.key = key
        self.values = values

    def text(self, lang: str = "en") -> str:
        """The sentence in a language ("zh" or "en"): place, value, reason and remedy."""
        return words(self.key, lang, **self.values)

    def __str__(self) -> str:
        return self.text()


class SettingsError(ProbeError):
    """`probe.toml` cannot be used."""

    exit_code = 3


class DirectoryError(ProbeError):
    """The list of numbers cannot be used."""

    exit_code = 4


class DialError(ProbeError):
    """No call could be made: the trunk, the line program or the recordings folder."""

    exit_code = 5


class StoreError(ProbeError):
    """The database cannot be used."""

    exit_code = 6


class CaseError(ProbeError):
    """A case folder or recording cannot be read."""

    exit_code = 7


class RefusedError(ProbeError):
    """A number that may not be dialled: not in the directory, or never to be dialled."""

    exit_code = 8


class ScenarioError(ProbeError):
    """A scenario file is wrong."""

    exit_code = 9


class ExchangeError(ProbeError):
    """The practice exchange cannot be run: its district file, its port or its log."""

    exit_code = 11


class ReportError(ProbeError):
    """A report cannot be made."""

    exit_code = 12


class IncidentError(ProbeError):
    """A step that an incident does not allow, or a text or time that cannot be."""

    exit_code = 14


class CdrError(ProbeError):
    """A telephone system's call records cannot be used."""

    exit_code = 15


class PostError(ProbeError):
    """A letter cannot be sent: its address, the mail server or the chat service."""

    exit_code = 13


class ExploreError(ProbeError):
    """An exploration cannot be read, written or shown."""

    exit_code = 16
