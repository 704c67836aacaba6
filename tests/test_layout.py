"""The shape of the tree: imports point one way, and one file alone touches PJSIP."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {  # of our own packages
    "scenarios": {"scenarios"},
    "probe": {"scenarios", "probe"},
    "reports": {"scenarios", "probe", "reports"},
    "probe/cli": {"scenarios", "probe", "reports"},
}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def sources(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("package", ["scenarios", "probe", "reports"])
def test_imports_point_one_way(package: str) -> None:
    for path in sources(package):
        place = "probe/cli" if path.is_relative_to(ROOT / "probe" / "cli") else package
        ours = {name.split(".")[0] for name in imported(path)} & {"scenarios", "probe", "reports", "tests"}
        assert ours <= MAY_IMPORT[place], f"{path.relative_to(ROOT)} imports {ours - MAY_IMPORT[place]}"


def test_nothing_but_the_cli_imports_the_cli() -> None:
    for path in sources("probe") + sources("reports"):
        if not path.is_relative_to(ROOT / "probe" / "cli") and path.name != "__main__.py":
            assert not [n for n in imported(path) if n.startswith("probe.cli")], path


def test_pjsua2_is_imported_inside_the_dial_stage_only() -> None:
    users = [p for p in sources("probe") + sources("reports") if "pjsua2" in {n.split(".")[0] for n in imported(p)}]
    assert users
    assert all(path.is_relative_to(ROOT / "probe" / "dial") for path in users), users


def test_a_line_carries_no_heavy_library() -> None:
    """A line is a process of its own, and there may be sixty: what it imports is paid for sixty times."""
    import subprocess
    import sys

    code = "import sys, probe.dial.line; print(*(m for m in sys.modules))"
    loaded = set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )
    assert "pjsua2" in loaded
    assert not loaded & {"pydantic", "sqlalchemy", "rich", "click", "jinja2", "openpyxl", "asyncio", "aiosipua"}


def test_sources_stay_small() -> None:
    long = {
        str(p.relative_to(ROOT)): n
        for p in sources("probe") + sources("reports")
        if (n := len(p.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long, f"does one of these hold two ideas? {long}"
