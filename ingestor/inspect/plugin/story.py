"""One story: its versions side by side, why they are one, what they cite, when they came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ingestor.dedup.anchors import as_written
from ingestor.dedup.spelling import numbers, spelled
from ingestor.inspect.plugin import charts, parallel
from ingestor.inspect.plugin.site import Ask, Context
from ingestor.store import browse, queries
from ingestor.store.browse import Citation
from ingestor.store.store import Store
from ingestor.store.values import ArticleRow, ArticleText, MatchRow, StoryDetail

BESIDE = 3  # versions beside the canonical one
MOST = 100  # versions of one page; a query of Datasette lists them all
_Numbers = Mapping[str, Sequence[str]]  # as they are written, by their digits
_FIRST = 2  # so many of them before anyone chose


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One article of the story, and how it hangs together with the others.

    Attributes:
        match: The judgement that ties it best, with the canonical article if there is one.
        partner: The article on the other side of that judgement.
        backwards: The other one came later, and was judged alike with this one.
        names: That both sides of the judgement name, as this one spells them.
        numbers: Of both sides and of one alone, by the key of the evidence, as they are written.
        shown: Whether it stands in the side-by-side view.
    """

    article: ArticleRow
    match: MatchRow | None
    partner: ArticleRow | None
    backwards: bool
    citations: tuple[Citation, ...]
    names: tuple[str, ...]
    numbers: Mapping[str, tuple[str, ...]]
    shown: bool


def read(store: Store, ask: Ask) -> Context | None:
    """Read a story and align the chosen versions with its canonical article."""
    story = queries.story(store, int(ask.path["number"]))
    if story is None or not story.articles:
        return None
    counts = {
        "articles": len(story.articles),
        "outlets": len({article.outlet for article in story.articles}),
        "languages": len({article.language for article in story.articles} - {""}),
    }
    story = replace(story, articles=story.articles[:MOST])
    canonical, *others = story.articles
    beside = _beside(ask, others)
    shown = [canonical, *(article for article in others if article.id in beside)]
    ids = [article.id for article in shown]
    every = [article.id for article in story.articles]
    texts = browse.texts(store, every)
    return {
        "story": story,
        "canonical": canonical,
        "versions": _versions(story, beside, browse.citations(store, every), texts),
        "shown": shown,
        "rows": parallel.rows(texts, store.signatures(ids)),
        "lanes": charts.lanes(story.articles, canonical.id),
        "beside_at_most": BESIDE,
        **counts,
    }


def _beside(ask: Ask, others: Sequence[ArticleRow]) -> set[int]:
    """Choose the versions to show beside the canonical one, by default of other languages."""
    asked = ask.several.get("with", ())
    chosen = [article.id for article in others if str(article.id) in asked][:BESIDE]
    if chosen:
        return set(chosen)
    first_of_language = {article.language: article.id for article in reversed(others)}
    ranked = sorted(others, key=lambda a: first_of_language[a.language] != a.id)
    return {article.id for article in ranked[:_FIRST]}


def _versions(
    story: StoryDetail,
    beside: set[int],
    cited: Iterable[Citation],
    texts: Mapping[int, ArticleText],
) -> tuple[Version, ...]:
    by_id = {article.id: article for article in story.articles}
    ties = _ties(story)
    citations: dict[int, list[Citation]] = {}
    for citation in cited:
        citations.setdefault(citation.article_id, []).append(citation)
    written = {
        i: as_written(f"{text.title}\n{text.text}", text.language) for i, text in texts.items()
    }
    found = []
    for article in story.articles:
        match = None if article.canonical else ties.get(article.id)
        backwards = match is not None and match.other_article_id == article.id
        partner = match and (match.article_id if backwards else match.other_article_id)
        found.append(
            Version(
                article=article,
                match=match,
                partner=by_id.get(partner) if partner else None,
                backwards=backwards,
                citations=tuple(citations.get(article.id, ())),
                names=_names(match, texts, article.id),
                numbers=numbers(match.evidence, *_both(match, written)) if match else {},
                shown=article.canonical or article.id in beside,
            )
        )
    return tuple(found)


def _names(
    match: MatchRow | None, texts: Mapping[int, ArticleText], article_id: int
) -> tuple[str, ...]:
    if match is None:
        return ()
    pair = {match.article_id, match.other_article_id} - {article_id}
    own, *others = (texts[i] for i in (article_id, *pair) if i in texts)
    other = others[0].text if others else ""
    return spelled(match.evidence.get("shared_names"), f"{own.title} {own.text}", other)


def _both(match: MatchRow, written: Mapping[int, _Numbers]) -> tuple[_Numbers, _Numbers]:
    return written.get(match.article_id, {}), written.get(match.other_article_id, {})


def _ties(story: StoryDetail) -> Mapping[int, MatchRow]:
    """The best judgement of each article: one with the canonical article, else the surest."""
    ties: dict[int, MatchRow] = {}
    for match in sorted(
        story.matches,
        key=lambda m: (story.canonical_article_id in {m.article_id, m.other_article_id}, m.score),
    ):
        ties[match.article_id] = match
        ties[match.other_article_id] = match
    return ties
