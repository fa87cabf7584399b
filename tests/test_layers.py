"""The shape of the package: data flows one way, and each library has one owner."""

import ast
from pathlib import Path

import pytest

import ingestor

ROOT = Path(ingestor.__file__).parent

# A module may import only from its left.
LAYERS = (
    "errors", "clock", "wording", "models", "urls", "files", "positions", "config", "opml",
    "rhythm", "schedule", "moves", "fetch", "parse", "clean", "ngrams", "language", "examine",
    "discover",
    "runs", "tokens", "simhash", "encoders", "fingerprint", "dedup", "worker", "store", "api",
    "publish",
    "inspect", "sample", "evaluate", "explain", "prepare", "reread", "fulltext", "warm", "polled",
    "repeated", "stories", "ledger", "marks", "rulings", "boilerplate", "linked",
    "pipeline", "housekeeping", "reclean", "rehearsal", "refingerprint", "reader", "engine", "jobs",
    "sdnotify", "lock", "control", "by_hand", "orders", "batches", "log", "health", "metrics",
    "publisher", "renewal", "cleaner", "rounds", "daemon", "cli",
)  # fmt: skip


def layer(path: Path) -> str:
    """The room of a file: its folder, or its own name at the top level."""
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imported_layers(path: Path) -> set[str]:
    """The rooms of the package that a file imports from, also inside functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "ingestor":
            names = [f"ingestor.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        else:
            continue
        found |= {name.split(".")[1] for name in names if name.startswith("ingestor.")}
    return found - {"__version__"}


TOP = {ROOT / "__init__.py", ROOT / "__main__.py"}
SOURCES = sorted(set(ROOT.rglob("*.py")) - TOP)


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_imports_only_from_its_left(path: Path) -> None:
    own = LAYERS.index(layer(path))

    assert {name for name in imported_layers(path) if LAYERS.index(name) > own} == set()


def test_every_module_has_its_place_and_every_place_a_module() -> None:
    assert {layer(path) for path in SOURCES} == set(LAYERS)
