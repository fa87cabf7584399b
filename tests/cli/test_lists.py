"""Lists of feeds through the real command: nothing lost, nothing overwritten, all faults named."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from ingestor.config import load
from ingestor.config.edit import with_feeds
from ingestor.files import mode_of
from ingestor.models import Feed
from ingestor.opml import read
from tests.cli.conftest import Ingestor
from tests.test_opml import real_sized

CONFIG = """# My news. Do not touch!
database = "news.db"   # the file

[[feeds]]              # the first
url = "https://outlet7.example/rss"
name = "Seven"
# a note at the end
[log]
level = "warning"
"""


def test_a_real_sized_list_makes_the_round_trip_without_loss(
    tmp_path: Path, ingestor: Ingestor
) -> None:
    (tmp_path / "mine.opml").write_bytes(real_sized())
    config = tmp_path / "ingestor.toml"
    imported = ingestor("opml", "import", tmp_path / "mine.opml", "-c", config)
    exported = ingestor("opml", "export", "-c", config, "-o", tmp_path / "out.opml")
    assert (imported.returncode, imported.stderr) == (0, "")
    assert imported.stdout == f"240 feeds added to {config}, which names 240 now\n"
    assert exported.returncode == 0

    def content(name: str) -> set[tuple[object, ...]]:
        found = read((tmp_path / name).read_bytes()).subscriptions
        return {(one.url, one.name, one.language, frozenset(one.tags)) for one in found}

    assert content("out.opml") == content("mine.opml")
    again = ingestor("opml", "import", tmp_path / "out.opml", "-c", config)
    assert again.stdout == f"nothing to add to {config}\n"


def test_whoever_exports_passwords_is_told_of_it(tmp_path: Path, ingestor: Ingestor) -> None:
    config = tmp_path / "ingestor.toml"
    config.write_text(
        '[[feeds]]\nurl = "https://me:secret@a.example/rss"\nname = "Mine"\n'
        '[[feeds]]\nurl = "https://b.example/@user/rss"\n',
        encoding="utf-8",
    )
    exported = ingestor("opml", "export", "-c", config)
    assert exported.stderr == "it holds the user or password of: Mine\n"
    assert "https://me:secret@a.example/rss" in exported.stdout


def test_what_the_file_said_before_stays_byte_for_byte(tmp_path: Path, ingestor: Ingestor) -> None:
    config = tmp_path / "ingestor.toml"
    config.write_text(CONFIG, encoding="utf-8")
    (tmp_path / "mine.opml").write_bytes(real_sized(12))
    found = ingestor("opml", "import", tmp_path / "mine.opml", "-c", config)

    assert found.returncode == 0, found.stderr
    assert config.read_text(encoding="utf-8").startswith(CONFIG)
    assert (tmp_path / "ingestor.toml.bak").read_text(encoding="utf-8") == CONFIG
    assert len(load(config).feeds) in {12, 13}  # outlet 7 may have the address that is there


def test_what_is_kept_of_a_private_file_is_as_private(tmp_path: Path, ingestor: Ingestor) -> None:
    config, kept = tmp_path / "ingestor.toml", tmp_path / "ingestor.toml.bak"
    config.write_text(CONFIG, encoding="utf-8")
    config.chmod(0o600)
    kept.write_text(CONFIG, encoding="utf-8")
    kept.chmod(0o644)

    (tmp_path / "mine.opml").write_bytes(real_sized(12))

    ingestor("opml", "import", tmp_path / "mine.opml", "-c", config)

    assert [mode_of(config), mode_of(kept)] == [0o600, 0o600]


def test_a_dry_run_changes_nothing(tmp_path: Path, ingestor: Ingestor) -> None:
    config = tmp_path / "ingestor.toml"
    config.write_text(CONFIG, encoding="utf-8")
    (tmp_path / "mine.opml").write_bytes(real_sized(3))
    found = ingestor("opml", "import", tmp_path / "mine.opml", "-c", config, "--dry-run")

    assert found.stdout.endswith(f"3 feeds would be added to {config}\n")
    assert found.stdout.count("[[feeds]]") == 3
    assert config.read_text(encoding="utf-8") == CONFIG
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ingestor.toml", "mine.opml"]


def test_duplicates_and_faults_are_named_by_line_and_the_rest_is_added(
    tmp_path: Path, ingestor: Ingestor
) -> None:
    config, file = tmp_path / "ingestor.toml", tmp_path / "mine.opml"
    config.write_text(CONFIG, encoding="utf-8")
    file.write_text(
        '<opml version="2.0"><body>\n'
        '<outline text="7" xmlUrl="https://OUTLET7.example/rss"/>\n'
        '<outline text="bad\x9b" type="rss"/>\n'
        '<outline text="new" xmlUrl="https://new.example/"/>\n'
        "</body></opml>",
        encoding="utf-8",
    )
    found = ingestor("opml", "import", file, "-c", config)

    assert found.stderr.splitlines() == [
        f"{file}:2: already in {config}: https://OUTLET7.example/rss",
        f"{file}:3: no address of a feed (xmlUrl): bad",
    ]
    assert [feed.name for feed in load(config).feeds] == ["Seven", "new"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [("databse = 3\n", "did you mean database?"), ("[[feeds]\n", "not valid TOML")],
)
def test_a_faulty_configuration_is_left_as_it_is(
    text: str, reason: str, tmp_path: Path, ingestor: Ingestor
) -> None:
    config = tmp_path / "ingestor.toml"
    config.write_text(text, encoding="utf-8")
    (tmp_path / "mine.opml").write_bytes(real_sized(1))
    found = ingestor("opml", "import", tmp_path / "mine.opml", "-c", config)

    assert found.returncode == 78
    assert reason in found.stderr
    assert config.read_text(encoding="utf-8") == text


FEED = Feed(url="https://new.example/", name='N"ew', tags=("a/b",))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "# nothing yet",
        CONFIG,
        CONFIG.replace("\n", "\r\n"),
        'feeds = [ # mine\n  { url = "https://a.example/" }, # first\n]\n[log]\nlevel = "info"\n',
        "feeds = []\n",
        '[[feeds]]\nurl = "https://a.example/"\n[fetch]\n\n[[feeds]]\nurl = "https://b.example/"',
    ],
    ids=["empty", "blank", "comment", "tables", "crlf", "array", "empty array", "scattered"],
)
def test_feeds_are_added_to_whatever_form_the_file_has(text: str) -> None:
    before, after = tomllib.loads(text), tomllib.loads(with_feeds(text, [FEED]))
    added = {"url": FEED.url, "name": FEED.name, "tags": ["a/b"]}

    assert after == before | {"feeds": [*before.get("feeds", []), added]}
    for line in filter(lambda line: "#" in line, text.splitlines()):
        assert line.split("#")[1] in with_feeds(text, [FEED])
