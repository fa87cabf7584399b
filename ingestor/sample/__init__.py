"""The sample newsroom: invented reports of invented outlets, for `ingestor demo` and for tests.

`newsroom.toml` is a configuration like any other. `feeds/` is what the outlets publish first,
`feeds_later/` what three of them publish afterwards, and `truth.tsv` says which articles are
versions of one report.
"""

from ingestor.sample.newsroom import CONFIG, path, place, publish_later, truth

__all__ = ["CONFIG", "path", "place", "publish_later", "truth"]
