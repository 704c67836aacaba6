"""Settings: `probe.toml`, read once at the edge; frozen from then on.

Read `schema.py` for what may be set, `load.py` for how the file is found and read, `mistakes.py` for what is said
about a wrong one, `start.py` for `probe init` and the demo.
"""

from probe.settings.load import default_settings, find, read
from probe.settings.mistakes import Mistake, WrongSettings
from probe.settings.schema import Data, Robot, Settings
from probe.settings.secret import Caution
from probe.settings.start import demo, init
from probe.settings.trunk import TrunkSettings

__all__ = [
    "Caution",
    "Data",
    "Mistake",
    "Robot",
    "Settings",
    "TrunkSettings",
    "WrongSettings",
    "default_settings",
    "demo",
    "find",
    "init",
    "read",
]
