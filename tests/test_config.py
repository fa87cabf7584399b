from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import time, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestor.config import FetchSettings, ScheduleSettings, Settings, difference, find, load
from ingestor.config.types import LONGEST, SHORTEST, format_duration, parse_duration
from ingestor.errors import ConfigError
from ingestor.models import Feed
from ingestor.positions import key_lines

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "config/ingestor.toml"
REFERENCE = ROOT / "docs/configuration.md"
FEED = '[[feeds]]\nurl = "https://example.org/rss"\n'


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "ingestor.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(path)
    return [problem.removeprefix(f"{path}:") for problem in caught.value.problems]


def test_a_feed_is_all_that_is_needed(tmp_path: Path) -> None:
    path = write(tmp_path, FEED)
    assert load(path) == Settings(
        path=path,
        database=tmp_path / "news.db",
        feeds=(Feed(url="https://example.org/rss", name="example.org"),),
    )


def test_every_kind_of_value_is_read(tmp_path: Path) -> None:
    head = """
        [fetch]
        allow_networks = ["10.0.0.0/8", "fd00::/8"]
        per_host_interval = 0
        [schedule]
        interval = "1h 30m"
        [store]
        retention = "365d"
        backup_dir = "backups"
        backup_at = 04:15:00
    """
    settings = load(write(tmp_path, head + FEED))
    assert settings.fetch.allow_networks == (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
    assert settings.fetch.per_host_interval == 0
    assert settings.schedule.interval == timedelta(minutes=90)
    assert settings.store.retention == timedelta(days=365)
    assert settings.store.backup_dir == tmp_path / "backups"
    assert settings.store.backup_at == time(4, 15)


@pytest.mark.parametrize("url", ["file:sub/a%20b.xml", "FILE:./sub/a%20b.xml"])
def test_a_file_url_is_relative_to_the_configuration(tmp_path: Path, url: str) -> None:
    (feed,) = load(write(tmp_path, f'[[feeds]]\nurl = "{url}"')).feeds
    assert feed == Feed(url=(tmp_path / "sub/a b.xml").as_uri(), name="a b.xml")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "databse = 'x'", "1: databse: unknown setting; did you mean database?", id="key"
        ),
        pytest.param(
            "[fetch]\ntmeout = 1",
            "2: fetch.tmeout: unknown setting; did you mean timeout?",
            id="in table",
        ),
        pytest.param("qqqq = 1", "1: qqqq: unknown setting", id="like nothing"),
        pytest.param(
            "[fetch]\n\ntimeout = '3'", "3: fetch.timeout: should be a valid number", id="type"
        ),
        pytest.param("fetch = 3", "1: fetch: should be a table", id="no table"),
        pytest.param(
            "[fetch]\nallow_networks = [\n'::/0',\n'10.0.0.1/8']",
            "4: fetch.allow_networks[1]: 10.0.0.1/8 has host bits set",
            id="network",
        ),
        pytest.param(
            "schedule.interval = 15",
            '1: schedule.interval: should be a duration such as "30s", '
            '"15m", "2h", "14d" or "1d 12h"',
            id="bare number",
        ),
        pytest.param(
            "[schedule]\ninterval = '2d'",
            "2: schedule.interval: is longer than schedule.max_interval",
            id="bounds",
        ),
        pytest.param(
            "clean = { fulltext = 'maybe' }",
            "1: clean.fulltext: should be 'auto', 'always' or 'never'",
            id="choice",
        ),
        pytest.param(
            "dedup.encoder = 'onnx:'",
            '1: dedup.encoder: should be "use", "e5", "none" or "onnx:<model>"',
            id="encoder",
        ),
        pytest.param(
            "fetch.timeout = inf", "1: fetch.timeout: should be a finite number", id="infinite"
        ),
        pytest.param(
            "store.backup_at = '24:00'",
            '1: store.backup_at: should be a time of day such as "03:30"',
            id="time",
        ),
    ],
)
def test_a_wrong_setting_is_named_with_line_and_key(
    tmp_path: Path, text: str, expected: str
) -> None:
    assert problems(write(tmp_path, f"{text}\n{FEED}")) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", "1: feeds: at least one [[feeds]] table is needed", id="none"),
        pytest.param(
            "[feeds]\nurl = 'x'",
            "1: feeds: should be a list of tables, each under [[feeds]]",
            id="one bracket",
        ),
        pytest.param(FEED + "\n[[feeds]]\nname = 'x'", "4: feeds[1].url: is missing", id="no url"),
        pytest.param(
            FEED + "\n[[feeds]]\nurl = 'gopher://x'",
            "5: feeds[1].url: should begin with https://, http:// or file:",
            id="scheme",
        ),
        pytest.param(
            FEED + "langauge = 'de'",
            "3: feeds[0].langauge: unknown setting; did you mean language?",
            id="typo",
        ),
        pytest.param(
            FEED + "language = 'german!'",
            '3: feeds[0].language: should be a language tag such as "de" or "pt-BR"',
            id="language",
        ),
        pytest.param(
            FEED + "# twice\n[[feeds]]\nurl = 'HTTPS://Example.org:443/rss'",
            "5: feeds[1].url: the same feed as feeds[0] on line 2",
            id="twice",
        ),
    ],
)
def test_a_wrong_feed_is_named_with_line_and_index(
    tmp_path: Path, text: str, expected: str
) -> None:
    assert problems(write(tmp_path, text)) == [expected]


@pytest.mark.parametrize(
    "url", ["http://[x", "http://x:99999/", "//x/y", "a b", "", "file://host/x"]
)
def test_what_is_no_url_is_refused(tmp_path: Path, url: str) -> None:
    (problem,) = problems(write(tmp_path, f'[[feeds]]\nurl = "{url}"'))
    assert problem.startswith("2: feeds[0].url: ")


def test_all_problems_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = "log.level = 'loud'\nfoo = 1\n" + FEED + "priority = 1.5\n[fetch]\nmax_bytes = 3\n"
    found = problems(write(tmp_path, text))
    assert [line.split(": ")[:2] for line in found] == [
        ["1", "log.level"],
        ["2", "foo"],
        ["5", "feeds[0].priority"],
        ["7", "fetch.max_bytes"],
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"a = 1\nb = = 2\n", "2:5: not valid TOML: Invalid value", id="syntax"),
        pytest.param(b"a = '", "not valid TOML", id="unfinished"),
        pytest.param(b"a = 1\n\xff\xfe", "2: not UTF-8 text", id="binary"),
        pytest.param(b"a = " + b"[" * 100_000, "nested too deeply", id="deep"),
        pytest.param(b"a = " + b"9" * 5000, "not valid TOML", id="many digits"),
        pytest.param(b"#" * (8 << 20) + b"##", "larger than 8 MiB", id="huge"),
    ],
)
def test_what_is_no_toml_is_one_clear_problem(
    tmp_path: Path, content: bytes, expected: str
) -> None:
    path = tmp_path / "ingestor.toml"
    path.write_bytes(content)
    (problem,) = problems(path)
    assert expected in problem


@pytest.mark.parametrize("name", ["absent.toml", ".", "a\0b"])
def test_what_cannot_be_opened_is_a_problem(tmp_path: Path, name: str) -> None:
    assert len(problems(tmp_path / name)) == 1


def test_the_default_places_are_tried_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find(Path("other.toml")) == Path("other.toml")
    (tmp_path / "config").mkdir()
    (tmp_path / "config/ingestor.toml").touch()
    assert find() == Path("config/ingestor.toml")


def test_a_reload_tells_what_changed() -> None:
    kept = Feed(url="https://a.example/", name="A")
    old = Settings(feeds=(kept, Feed(url="https://b.example/", name="B")))
    new = Settings(
        feeds=(
            replace(kept, interval=timedelta(hours=1)),
            Feed(url="https://c.example/", name="C"),
        ),
        schedule=ScheduleSettings(interval=timedelta(hours=2), adaptive=False),
        fetch=FetchSettings(allow_networks=(ip_network("10.0.0.0/8"),)),
    )
    assert difference(old, old) == ()
    assert difference(old, new) == (
        "fetch.allow_networks: [] → [10.0.0.0/8]",
        "schedule.interval: 15m → 2h",
        "schedule.adaptive: true → false",
        "feed removed: B (https://b.example/)",
        "feed A (https://a.example/): interval: – → 1h",
        "feed added: C (https://c.example/)",
    )


@given(st.timedeltas(SHORTEST, LONGEST).map(lambda d: timedelta(seconds=int(d.total_seconds()))))
def test_a_duration_is_read_as_it_is_written(duration: timedelta) -> None:
    assert parse_duration(format_duration(duration)) == duration


TRICKY = '''\
"quoted key" = "# no comment"   # [not.a.table]
dotted."x.y".z = { a = 1, "b" = [1.5, { c = 1979-05-27 07:32:00 }] }
text = """
[[feeds]]
url = ""\\""" = 3 """""
raw = \'\'\'
[x]\'\'\'
list = [  # comment ]
  "a]", [ 1,
  2 ],
]
[[feeds]]
url = 1
[feeds.sub]
k = 1
[[feeds.deep]]
[[feeds.deep]]
k = 1
[[feeds]]
url = 2
[[feeds.deep]]
k = 2
'''


def paths(value: object, prefix: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if prefix:
        yield prefix
    if isinstance(value, dict):
        for key, child in value.items():
            yield from paths(child, (*prefix, key))
    if isinstance(value, list):
        for index, child in enumerate(value):
            yield from paths(child, (*prefix, index))


def test_each_key_of_a_tricky_document_has_its_line() -> None:
    lines = key_lines(TRICKY)
    assert set(lines) == set(paths(tomllib.loads(TRICKY)))
    source = TRICKY.splitlines()
    for path, line in lines.items():
        name = path[-1]
        assert not isinstance(name, str) or name in source[line - 1]
    assert lines["feeds", 1, "deep", 0, "k"] == source.index("k = 2") + 1
    assert lines["list", 1, 1] == source.index("  2 ],") + 1


# --- the example and the reference state every setting, and its default ------------------


def setting_names() -> list[str]:
    names = ["database"]
    for section in fields(Settings):
        value = getattr(Settings(), section.name)
        if is_dataclass(value):
            names += [f"{section.name}.{field.name}" for field in fields(value)]
    return names


def example_with_its_defaults_switched_on() -> str:
    head, _, _ = EXAMPLE.read_text(encoding="utf-8").partition("[[feeds]]")
    return re.sub(r"^# (?=\w+ = )", "", head, flags=re.MULTILINE)


def test_the_example_is_sound_and_speaks_many_languages() -> None:
    settings = load(EXAMPLE)
    assert len(settings.feeds) >= 12
    assert len({feed.language for feed in settings.feeds}) >= 6
    bare = Settings(path=EXAMPLE, database=EXAMPLE.parent / "news.db", feeds=settings.feeds)
    assert settings == bare


def test_the_example_states_every_setting_with_its_default(tmp_path: Path) -> None:
    text = example_with_its_defaults_switched_on()
    stated = {".".join(map(str, path)) for path in paths(tomllib.loads(text))}
    assert stated >= set(setting_names())
    assert load(write(tmp_path, text + FEED)) == load(write(tmp_path, FEED))


def test_the_reference_states_the_same_defaults_as_the_example() -> None:
    table = dict(
        re.findall(r"^\| `([\w.]+)` \| `?(.*?)`? \|", REFERENCE.read_text("utf-8"), re.MULTILINE)
    )
    document = tomllib.loads(example_with_its_defaults_switched_on())
    for name in setting_names():
        section, _, key = name.rpartition(".")
        value = document[section][key] if section else document[key]
        assert tomllib.loads(f"x = {table[name]}")["x"] == value, name
    for field in fields(Feed):
        assert f"feeds.{field.name}" in table
        assert re.search(rf"^(# )?{field.name} = ", EXAMPLE.read_text("utf-8"), re.MULTILINE)


def test_faults_of_url_and_type_are_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(
        "[fetch]\ntimeout = -1\n"
        '[[feeds]]\nurl = "gopher://a.example/"\n'
        '[[feeds]]\nurl = "https://a.example/x"\n'
        '[[feeds]]\nurl = "https://a.example/x/"\nnam = "x"\n'
    )

    with pytest.raises(ConfigError) as caught:
        load(path)

    keys = [problem.split(": ")[1] for problem in caught.value.problems]
    assert sorted(keys) == ["feeds[0].url", "feeds[2].nam", "feeds[2].url", "fetch.timeout"]
