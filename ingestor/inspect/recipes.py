"""Queries that people ask often, each with its parameters, for Datasette's list of queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import dedent


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A canned query; what follows a colon in the SQL is asked for in a form."""

    name: str
    title: str
    description: str
    sql: str


RECIPES = (
    Recipe(
        name="search",
        title="Full text search, the newest first",
        description="words: such as  budget NOT football,  or  port*",
        sql="""
        SELECT articles.id AS article_id, articles.title, articles.language, articles.url
        FROM articles_fts(:words) JOIN articles ON articles.id = articles_fts.rowid
        ORDER BY articles_fts.rowid DESC LIMIT 50
        """,
    ),
    Recipe(
        name="story",
        title="All articles of one story",
        description="story: its number",
        sql="""
        SELECT articles.id AS article_id, feeds.name AS outlet, articles.language, published_at,
               articles.title, articles.url
        FROM articles JOIN feeds ON feeds.id = feed_id
        WHERE story_id = :story ORDER BY dated_at
        """,
    ),
    Recipe(
        name="who_copies_whom",
        title="Which outlet repeats which, since a day",
        description="since: a date such as 2026-11-01",
        sql="""
        SELECT later.name AS outlet, earlier.name AS repeats, relation, count(*) AS articles
        FROM articles CROSS JOIN matches
        ON matches.article_id = articles.id OR matches.other_article_id = articles.id
        JOIN articles AS other ON other.id = matches.article_id + other_article_id - articles.id
            AND (other.dated_at, other.id) < (articles.dated_at, articles.id)
        JOIN feeds AS later ON later.id = articles.feed_id
        JOIN feeds AS earlier ON earlier.id = other.feed_id
        WHERE articles.dated_at >= :since
        GROUP BY 1, 2, 3 ORDER BY articles DESC LIMIT 200
        """,
    ),
    Recipe(
        name="who_was_first",
        title="How often an outlet was the first with a story that others told too, since a day",
        description="since: a date such as 2026-11-01",
        sql="""
        SELECT feeds.name AS outlet, count(*) AS stories
        FROM stories JOIN articles ON articles.id = (
            SELECT id FROM articles AS a WHERE a.story_id = stories.id ORDER BY dated_at LIMIT 1
        ) JOIN feeds ON feeds.id = articles.feed_id
        WHERE stories.articles > 1 AND stories.updated_at >= :since
        GROUP BY outlet ORDER BY stories DESC
        """,
    ),
    Recipe(
        name="nearest",
        title="The articles nearest to one by the fingerprint of their meaning",
        description="article: its number. Compares with the articles of the week around it",
        sql="""
        SELECT articles.id AS article_id, hamming(mine.value, theirs.value) AS bits,
               round(simhash_cosine(mine.value, theirs.value), 3) AS cosine,
               articles.language, articles.title, articles.story_id
        FROM articles AS own
        JOIN fingerprints AS mine ON mine.article_id = own.id AND mine.part = 'text'
        JOIN articles ON articles.first_seen_at
             BETWEEN date(own.first_seen_at, '-3 days') AND date(own.first_seen_at, '+4 days')
        JOIN fingerprints AS theirs ON theirs.article_id = articles.id AND theirs.part = 'text'
             AND theirs.algorithm = mine.algorithm
        WHERE own.id = :article AND mine.algorithm LIKE 'simhash512-%' AND mine.value <> ''
             AND theirs.value <> '' AND articles.id <> own.id
        ORDER BY bits LIMIT 20
        """,
    ),
    Recipe(
        name="removed_by",
        title="What a rule of cleaning took out last",
        description="rule: such as source_line; the view removals_by_rule lists them all",
        sql="""
        SELECT article_id, field, position, text FROM removals
        WHERE rule = :rule ORDER BY id DESC LIMIT 100
        """,
    ),
    Recipe(
        name="cites",
        title="Who names a site as the source",
        description="site: a part of the address, such as reuters.com",
        sql="""
        SELECT outlet, title, url, cited_url, article_id FROM citations
        WHERE instr(cited_url, :site) > 0 LIMIT 200
        """,
    ),
)


def queries() -> Mapping[str, Mapping[str, str]]:
    """The recipes as Datasette wants its canned queries."""
    return {
        recipe.name: {
            "title": recipe.title,
            "description": recipe.description,
            "sql": dedent(recipe.sql).strip(),
        }
        for recipe in RECIPES
    }
