"""Databases that are made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.inspect import newsrooms


@pytest.fixture(scope="session")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return newsrooms.calm(tmp_path_factory.mktemp("calm") / "news.db")


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return newsrooms.hostile(tmp_path_factory.mktemp("hostile") / "news.db")
