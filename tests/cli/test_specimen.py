"""`ingestor clean`: a page or a feed, cleaned, for people, pipes and programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ingestor.cli import app
from tests.cli.conftest import Command, Ingestor
from tests.daemon_harness import command as run
from tests.fault_server import FaultServer, reply
from tests.test_examine import PAGE, RSS, SENTENCES


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A page, in a folder without a configuration."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "page.html"
    file.write_text(PAGE, encoding="utf-8")
    return file


def test_json_holds_an_object_for_a_page(page: Path, command: Command) -> None:
    found = json.loads(command("clean", page, "--json").stdout)
    assert found["title"] == "Sturm über Hamburg"
    assert (found["language"], found["published_at"]) == ("de", "2026-11-20T09:00:00Z")
    assert found["text"].startswith(SENTENCES[0])
    assert [source["kind"] for source in found["sources"]] == ["url"]
    assert {"rule": "placeholder", "text": "[Anzeige_2]", "field": "text", "position": 2} in found[
        "removals"
    ]


def test_json_holds_an_array_for_a_feed(page: Path, command: Command) -> None:
    page.write_text(RSS, encoding="utf-8")
    found = json.loads(command("clean", page, "--json").stdout)
    assert [item["title"] for item in found] == ["Eins", "Zwei"]


def test_a_pipe_gets_plain_marks_in_their_place(page: Path, command: Command) -> None:
    lines = command("clean", page).stdout.splitlines()
    assert "title\tSturm über Hamburg" in lines
    assert "text\t[-[Anzeige_2]-]{placeholder}" in lines
    assert "text\t[-Kommentar (0)-]{comment_words}" in lines


def test_standard_input_and_an_address_for_it(page: Path) -> None:
    found = CliRunner().invoke(
        app, ["clean", "-", "--json", "--url", "https://news.example/1"], input=page.read_bytes()
    )
    assert json.loads(found.stdout)["url"] == "https://news.example/1"


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b"", 65, "page.html: it is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0", 65, "page.html: it is a PNG image"),
        (None, 64, "cannot read"),
    ],
)
def test_what_cannot_be_cleaned_is_one_line_and_a_status(
    page: Path, ingestor: Ingestor, content: bytes | None, status: int, said: str
) -> None:
    if content is None:
        page.unlink()
    else:
        page.write_bytes(content)
    found = ingestor("clean", page, "--json")
    assert (found.returncode, found.stdout, found.stderr.count("\n")) == (status, "", 1)
    assert said in found.stderr


async def test_an_address_is_asked_politely_and_guarded(page: Path) -> None:
    async with FaultServer() as server:
        server.route("/report", reply(200, PAGE.encode(), {"Content-Type": "text/html"}))
        refused = await run("clean", server.url("/report"))
        assert (refused.status, server.connections) == (69, 0)
        assert "our guard refused 127.0.0.1" in refused.err
        config = page.with_name("my.toml")
        config.write_text(
            '[fetch]\nallow_networks = ["127.0.0.0/8"]\n[[feeds]]\nurl = "https://a.example/"\n'
        )
        found = await run("clean", server.url("/report"), "--json", "-c", config)
        assert json.loads(found.out)["title"] == "Sturm über Hamburg"
