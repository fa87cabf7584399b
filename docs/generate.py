"""Write the parts of the manual that follow from the code: settings, commands, tables, man pages.

::

    python -m docs.generate            (make reference)
    python -m docs.generate --check    says what is not up to date; exit status 1

A generated part of a page stands between ``<!-- NAME: make reference -->`` and ``<!-- end -->``.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from docs.manpages import man_of_commands, man_of_settings
from ingestor.cli.app import PLACES
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


if __name__ == "__main__":
    sys.exit(main())
