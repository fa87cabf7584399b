"""One article: what was kept and what was taken out, where it stood, its sources, its edits."""

from __future__ import annotations

from ingestor.clean import in_place
from ingestor.dedup.anchors import as_written
from ingestor.dedup.spelling import numbers, spelled
from ingestor.inspect.plugin import edits
from ingestor.inspect.plugin.site import Ask, Context
from ingestor.store import browse, queries
from ingestor.store.store import Store


def read(store: Store, ask: Ask) -> Context | None:
    """Read an article with all that is known of it."""
    article = queries.article(store, int(ask.path["number"]))
    if article is None:
        return None
    cited = browse.citations(store, [article.id])
    pairs = [({m.article_id, m.other_article_id} - {article.id}).pop() for m in article.matches]
    others = browse.texts(store, pairs)
    ours = as_written(f"{article.title}\n{article.text}", article.language)
    theirs = {
        i: as_written(f"{other.title}\n{other.text}", other.language) for i, other in others.items()
    }
    in_text = [removal for removal in article.removals if removal.field == "text"]
    placed = in_place.place(browse.original(store, article.id), article.text, in_text)
    return {
        "article": article,
        "paragraphs": placed or in_place.kept(article.text),
        "in_place": placed is not None,
        "removed": [r for r in article.removals if placed is None or r.field == "title"],
        "citations": cited,
        "edits": edits.edits(article),
        "names": [
            spelled(
                match.evidence.get("shared_names"),
                f"{article.title} {article.text}",
                others[other].text if other in others else "",
            )
            for match, other in zip(article.matches, pairs, strict=True)
        ],
        "numbers": [
            numbers(match.evidence, ours, theirs.get(other, {}))
            for match, other in zip(article.matches, pairs, strict=True)
        ],
        "others": others,
    }
