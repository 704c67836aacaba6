"""The real recogniser, loaded once for all tests of a worker."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from probe.transcribe.engine import Engine
from probe.transcribe.model_folder import find_model


@pytest.fixture(scope="session")
def model() -> Path:
    """The installed model, joined."""
    found = find_model(None)
    assert found is not None, "the extra 'test' installs a model"
    return found


@pytest.fixture(scope="session")
def engine(model: Path) -> Engine:
    return Engine(model)


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder whose path is short enough for sockets; pytest's own are not."""
    with tempfile.TemporaryDirectory(prefix="w") as folder:
        yield Path(folder)
