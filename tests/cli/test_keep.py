"""Keeping house by hand: copies that replace nothing else, and forgetting only what is agreed."""

from __future__ import annotations

from pathlib import Path

from ingestor.config import load
from tests.cli.conftest import Ingestor


def test_a_copy_replaces_an_older_copy(newsroom: Path, ingestor: Ingestor, tmp_path: Path) -> None:
    for _ in range(2):
        found = ingestor("backup", tmp_path / "copy.db", "-c", newsroom)
        assert (found.returncode, found.stderr) == (0, "")
        assert found.stdout.endswith("MB, verified\n")


def test_a_copy_does_not_replace_the_database(newsroom: Path, ingestor: Ingestor) -> None:
    database = load(newsroom).database
    before = database.stat().st_ino

    found = ingestor("backup", database, "-c", newsroom)

    assert (found.returncode, found.stderr) == (
        64,
        f"ingestor: {database} is the database itself\n",
    )
    assert database.stat().st_ino == before


def test_a_copy_does_not_replace_another_file(
    newsroom: Path, ingestor: Ingestor, tmp_path: Path
) -> None:
    note = tmp_path / "note.txt"
    note.write_text("Do not lose me.")

    found = ingestor("backup", note, "-c", newsroom)

    assert found.returncode == 64
    assert "is no copy of such a database" in found.stderr
    assert note.read_text() == "Do not lose me."


def test_a_copy_needs_the_name_of_a_file(
    newsroom: Path, ingestor: Ingestor, tmp_path: Path
) -> None:
    found = ingestor("backup", tmp_path, "-c", newsroom)
    wanted = f"ingestor: {tmp_path} is a directory: name a file, such as {tmp_path}/news.db\n"
    assert (found.returncode, found.stderr) == (64, wanted)


def test_a_copy_makes_no_directory_where_a_disk_may_be_missing(
    newsroom: Path, ingestor: Ingestor, tmp_path: Path
) -> None:
    found = ingestor("backup", tmp_path / "disk" / "copy.db", "-c", newsroom)

    assert found.returncode == 74
    assert f"there is no directory {tmp_path / 'disk'}" in found.stderr
    assert not (tmp_path / "disk").exists()


def test_without_anybody_to_ask_nothing_is_forgotten(newsroom: Path, ingestor: Ingestor) -> None:
    found = ingestor("prune", "--before", "2000-01-01", "-c", newsroom)  # no input
    assert found.returncode == 64
    assert found.stderr == "ingestor: there is nobody to ask: add --yes\n"


def test_labels_of_other_articles_measure_nothing(
    newsroom: Path, ingestor: Ingestor, tmp_path: Path
) -> None:
    labels = tmp_path / "labels.tsv"
    labels.write_text("story\turl\nA\thttps://nobody.example/1\n")

    found = ingestor("evaluate", labels, "-c", newsroom)

    assert (found.returncode, found.stdout) == (65, "")
    assert "no address in it is that of an article" in found.stderr


def test_a_name_of_several_feeds_is_asked_back(ingestor: Ingestor, tmp_path: Path) -> None:
    config = tmp_path / "my.toml"
    feeds = [f'[[feeds]]\nurl = "{(tmp_path / f"{n}.xml").as_uri()}"\nname = "A"' for n in (1, 2)]
    config.write_text("\n".join(['database = "news.db"', *feeds]))
    assert ingestor("poll", "-c", config).returncode == 0

    found = ingestor("polls", "A", "-c", config)

    assert (found.returncode, found.stdout) == (64, "")
    assert all(f"{number}.xml" in found.stderr for number in (1, 2))


def test_a_rule_that_is_switched_off_and_is_none_is_named(
    ingestor: Ingestor, tmp_path: Path
) -> None:
    (tmp_path / "rules.toml").write_text('\noff = ["feed_footer", "no_such_rule"]\n')
    config = tmp_path / "my.toml"
    config.write_text('[clean]\nrules = ["rules.toml"]\n[[feeds]]\nurl = "https://a.example/"\n')

    found = ingestor("check", "-c", config)

    assert found.returncode == 78
    assert "rules.toml:2: off[1]: there is no rule 'no_such_rule'" in found.stderr
