"""Write the parts of the manual that follow from the code: settings, commands, tables, man pages.

::

    python docs/generate.py            (make reference)
    python docs/generate.py --check    says what is not up to date; exit status 1

A generated part of a page stands between ``<!-- NAME: make reference -->`` and ``<!-- end -->``.
"""

from __future__ import annotations

import re
import sys
import tempfile
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from ingestor import __version__
from ingestor.cli import app
from ingestor.cli.app import CONTEXT, PLACES
from ingestor.cli.reference import reference
from ingestor.config import Settings
from ingestor.config.describe import Setting, feed_settings, settings
from ingestor.inspect.metadata import metadata
from ingestor.metrics import Metrics
from ingestor.models import Feed
from ingestor.store.export import definitions
from ingestor.store.store import Store

DOCS = Path(__file__).parent
MAN = DOCS / "man"


def main() -> int:
    """Write what changed, or name it."""
    stale = [(path, text) for path, text in pages().items() if _read(path) != text]
    for path, text in stale:
        if "--check" in sys.argv:
            print(f"{path.relative_to(DOCS.parent)} is not up to date: make reference")
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(DOCS.parent)}")
    return bool(stale and "--check" in sys.argv)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def pages() -> Mapping[Path, str]:
    """Every page with a generated part, as it should be."""
    configuration, database = DOCS / "configuration.md", DOCS / "database.md"
    operations, readme = DOCS / "operations.md", DOCS.parent / "README.md"
    tables, views = dictionary()
    return {
        readme: insert(_read(readme), {"commands": command_table()}),
        DOCS / "commands.md": reference(),
        configuration: insert(
            _read(configuration),
            {"settings": setting_table(settings()), "feeds": setting_table(feed_settings())},
        ),
        database: insert(_read(database), {"tables": tables, "views": views}),
        operations: insert(_read(operations), {"metrics": metric_table()}),
        MAN / "ingestor.1": "\n".join(man_of_commands()) + "\n",
        MAN / "ingestor.toml.5": "\n".join(man_of_settings()) + "\n",
    }


def insert(page: str, parts: Mapping[str, str]) -> str:
    """Put each part between its marks."""
    for name, part in parts.items():
        begin = f"<!-- {name}: make reference -->"
        page, found = re.subn(
            rf"{re.escape(begin)}\n.*?<!-- end -->",
            lambda _, begin=begin, part=part: f"{begin}\n\n{part}\n\n<!-- end -->",  # type: ignore[misc]
            page,
            flags=re.DOTALL,
        )
        if found != 1:
            raise SystemExit(f"{begin} should stand there once, and stands {found} times")
    return page


def command_table() -> str:
    """Every command and what it does."""
    lines = ["| command | what it does |", "|---|---|"]
    return "\n".join([*lines, *(f"| `{name}` | {text} |" for name, (_, text) in PLACES.items())])


# --- settings ----------------------------------------------------------------------------


def setting_table(described: Iterable[Setting]) -> str:
    """A table of settings, a line before each section."""
    lines = ["| setting | default | values | meaning |", "|---|---|---|---|"]
    section = ""
    for setting in described:
        begun = setting.name.rpartition(".")[0]
        if begun not in {section, "feeds"}:
            section = begun
            lines.append(f"| **`[{begun}]`** | | | |")
        default = f"`{setting.default}`" if setting.default else "required" * setting.required
        values, meaning = (text.replace("``", "`") for text in (setting.values, setting.meaning))
        lines.append(f"| `{setting.name}` | {default} | {values} | {_linked(meaning)} |")
    return "\n".join(lines)


def _linked(text: str) -> str:
    """Make a link of each page that is named."""
    return re.sub(r"\b(\w+\.md)\b", r"[\1](\1)", text)


# --- the database ------------------------------------------------------------------------


def dictionary() -> tuple[str, str]:
    """The tables and the views, each with its columns."""
    kinds: dict[str, list[str]] = {"table": [], "view": []}
    with tempfile.TemporaryDirectory() as folder, closing(Store.open(Path(folder) / "x")) as store:
        told: Any = metadata("x", definitions(store))
        for name, table in told["databases"]["x"]["tables"].items():
            if not table.get("hidden"):
                sql = "SELECT type FROM sqlite_schema WHERE name = ?"
                (kind,) = store.db.conn.execute(sql, (name,)).fetchone()
                kinds[kind].append(_dictionary_of(store, name, table))
    return "\n\n".join(kinds["table"]), "\n\n".join(kinds["view"])


def _dictionary_of(store: Store, name: str, table: Mapping[str, Any]) -> str:
    ask = store.db.conn.execute
    types = {row[1]: row[2] for row in ask("SELECT * FROM pragma_table_xinfo(?)", (name,))}
    leads = {row[3]: row[2] for row in ask("SELECT * FROM pragma_foreign_key_list(?)", (name,))}
    lines = [f"### `{name}`", "", _sentence(table["description"]), ""]
    lines += ["| column | type | meaning |", "|---|---|---|"]
    for column, words in table["columns"].items():
        target = f" → `{leads[column]}`" if column in leads else ""
        lines.append(f"| `{column}` | {types.get(column, '').lower()}{target} | {words} |")
    return "\n".join(lines)


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


# --- metrics -----------------------------------------------------------------------------


def metric_table() -> str:
    """Every figure for Prometheus, as the daemon serves it."""
    lines = ["| figure | kind | labels | meaning |", "|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "x"
        with closing(Store.open(database)) as store, store.transaction():
            store.sync_feeds([Feed(url="https://a.example/", name="A")], {}, _THEN)
            store.db.conn.execute("UPDATE feeds SET last_poll_at = added_at")
            store.db.conn.execute("UPDATE feeds SET last_success_at = added_at")
        registry = Metrics(Settings(database=database), lambda: _THEN).registry
        families = [f for f in registry.collect() if f.name.startswith("ingestor")]
        lines += [_metric(family) for family in families]
    return "\n".join(lines)


def _metric(family: Any) -> str:
    suffix = {"counter": "_total", "info": "_info"}.get(family.type, "")
    values: dict[str, dict[str, None]] = {}
    for sample in family.samples:
        for label, value in sample.labels.items():
            if label not in {"le", "version", "encoder"}:
                values.setdefault(label, {})[f"`{value}`"] = None
    labels = "; ".join(f"`{label}`: {', '.join(found)}" for label, found in values.items())
    return f"| `{family.name}{suffix}` | {family.type} | {labels} | {family.documentation} |"


_THEN = datetime(2026, 1, 1, tzinfo=UTC)


# --- man pages ---------------------------------------------------------------------------


def man_of_commands() -> Iterator[str]:
    """``ingestor(1)``, from the help of all commands. Source: man-pages(7)."""
    group = click.Context(app, info_name="ingestor", **CONTEXT)
    summary, *rest = _paragraphs(app)
    yield _title("INGESTOR", 1)
    yield ".SH NAME"
    yield _roff(f"ingestor - {summary[:1].lower()}{summary[1:].rstrip('.')}")
    yield ".SH SYNOPSIS\n.B ingestor\n.I COMMAND\n.RI [ OPTIONS ]\n.RI [ ARGUMENTS ]"
    yield ".SH DESCRIPTION"
    yield from _prose(rest)
    yield ".SH COMMANDS"
    for context in _contexts(app, group):
        yield from _command(context)
    yield ".SH FILES\n.TP\n.I config/ingestor.toml\n.TQ\n.I /etc/ingestor/ingestor.toml"
    yield _roff("The configuration, the first that is there; see ingestor.toml(5).")
    yield ".SH SIGNALS\n.TP\n.B SIGHUP"
    yield _roff("The daemon reads the configuration again; if it is wrong, it keeps the old one.")
    yield ".TP\n.B SIGTERM\n.TQ\n.B SIGINT"
    yield _roff("The daemon ends the polls under way, then itself.")
    yield ".SH SEE ALSO\n.BR ingestor.toml (5),\n.BR sqlite3 (1),\n.BR systemctl (1)"


def _contexts(group: click.Group, parent: click.Context) -> Iterator[click.Context]:
    for name in group.list_commands(parent):
        command = group.get_command(parent, name)
        assert command is not None
        context = click.Context(command, parent=parent, info_name=name)
        yield context
        if isinstance(command, click.Group):
            yield from _contexts(command, context)


def _command(context: click.Context) -> Iterator[str]:
    command = context.command
    yield f".SS {_roff(' '.join([context.command_path, *command.collect_usage_pieces(context)]))}"
    yield from _prose(_paragraphs(command))
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record and "--help" not in parameter.opts:
            yield f".TP\n.B {_roff(record[0])}\n{_roff(record[1])}"


def _paragraphs(command: click.Command) -> list[str]:
    return (command.help or "").replace("\b\n", "").split("\n\n")


def _prose(paragraphs: Iterable[str]) -> Iterator[str]:
    """Paragraphs; those with indented lines keep their lines."""
    for number, paragraph in enumerate(paragraphs):
        lines = paragraph.splitlines() if "\n  " in paragraph else [" ".join(paragraph.split())]
        yield (".PP\n" if number else "") + _roff(lines[0])
        if lines[1:]:
            yield ".PP\n.nf\n.RS 4"
            yield from (_escaped(line[2:]) for line in lines[1:])
            yield ".RE\n.fi"


def man_of_settings() -> Iterator[str]:
    """``ingestor.toml(5)``, from the models of the configuration."""
    yield _title("INGESTOR.TOML", 5)
    yield ".SH NAME\n" + _roff("ingestor.toml - configuration of ingestor(1)")
    yield ".SH DESCRIPTION"
    yield _roff(
        "One TOML file. Unknown settings are errors; ingestor check names every problem with its"
        " line. Durations are written 30s, 15m, 2h, 14d or 1d 12h. Paths are relative to the file."
    )
    section = None
    for setting in (*settings(), *feed_settings()):
        begun, _, key = setting.name.rpartition(".")
        if begun != section:
            section = begun
            yield f".SH {_roff(_HEADINGS.get(begun, f'[{begun}]'))}"
        default = f" Default: {setting.default}" if setting.default else ""
        values = _roff(setting.values.replace("``", "")).replace('"', "\\(dq")
        yield f'.TP\n.BR {_roff(key)} " ({values})"'
        yield _roff(f"{setting.meaning.replace('``', '')}{default}")
    yield ".SH SEE ALSO\n.BR ingestor (1)"


_HEADINGS = {"": "THE WHOLE FILE", "feeds": "[[feeds]], ONE FOR EACH FEED"}


def _title(name: str, section: int) -> str:
    return f'.TH {name} {section} "" "ingestor {__version__}" "Manual of the ingestor"'


def _roff(text: str) -> str:
    """Write text to be filled, on short lines."""
    lines = textwrap.wrap(text, 76, break_long_words=False, break_on_hyphens=False)
    return "\n".join(map(_escaped, lines))


def _escaped(line: str) -> str:
    """Escape what roff would take for its own. Source: groff(7), groff_char(7)."""
    for sign, written in _SIGNS.items():
        line = line.replace(sign, written)
    return f"\\&{line}" if line.startswith(".") else line


_SIGNS = {
    "\\": "\\e",
    "-": "\\-",
    "'": "\\(aq",
    "^": "\\(ha",
    "~": "\\(ti",
    "’": "\\(cq",
    "…": "\\&...",
    "–": "\\(en",
}


if __name__ == "__main__":
    sys.exit(main())
