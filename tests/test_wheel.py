"""What `pip install` brings: the whole package with its data, and man pages; it runs by itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
PARTS = ("ingestor", "docs/man", "pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy, lest what was built before gets in."""
    source = tmp_path_factory.mktemp("source")
    for part in PARTS:
        (source / part).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / part).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / part, source / part, ignore=ignored)
        else:
            shutil.copy(ROOT / part, source / part)
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", source / "dist", source)
    (built,) = (source / "dist").glob("*.whl")
    return built


def pip(*arguments: str | Path) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *map(str, arguments)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_the_wheel_holds_every_file_of_the_package_and_the_man_pages(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    files = [path for path in (ROOT / "ingestor").rglob("*") if path.is_file()]
    wanted = {
        path.relative_to(ROOT).as_posix() for path in files if "__pycache__" not in path.parts
    }
    assert wanted - packed == set()
    assert {name for name in packed if "/man/" in name} == {
        f"{wheel.name.removesuffix('-py3-none-any.whl')}.data/data/share/man/{name}"
        for name in ("man1/ingestor.1", "man5/ingestor.toml.5")
    }


def test_the_demo_runs_from_the_wheel_alone(wheel: Path, tmp_path: Path) -> None:
    pip("install", "--no-deps", "--target", tmp_path / "site", wheel)
    found = subprocess.run(
        [sys.executable, "-m", "ingestor", "demo", "--directory", tmp_path / "demo"],
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert "F1" in found.stdout
    where = subprocess.run(
        [sys.executable, "-c", "import ingestor; print(ingestor.__file__)"],
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert where.stdout.startswith(str(tmp_path))
