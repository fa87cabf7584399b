"""What a person rules about stories: split, join, pin. No judgement overrules it.

Each ruling is written down on article ids, which outlast stories and fingerprints, and applied at
once. The ledger respects it from then on: no article, new or edited, brings together what is
split. Of two rulings that contradict each other the later one counts, and the earlier is revoked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ingestor.dedup.story import StoryView
from ingestor.errors import UsageError
from ingestor.ledger import Ledger
from ingestor.store.values import Ruling, RulingKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """What came of a ruling.

    Attributes:
        story_id: The story of the article now.
        canonical_article_id: What stands for that story.
        written, revoked: Rulings that are new, and earlier ones that no longer count.
    """

    story_id: int
    canonical_article_id: int
    written: int = 0
    revoked: int = 0


def split(ledger: Ledger, article_id: int, other_id: int | None, now: datetime) -> Ruled:
    """Rule that an article never shares a story with some others.

    Whoever else is of the story goes with the side that it agrees with best.

    Args:
        ledger: Where it is stored.
        article_id: The article that leaves.
        other_id: What it is split from; None for all that share its story.
        now: When it was ruled.

    Raises:
        UsageError: there is no such article, or nothing to split it from.
    """
    with ledger.store.transaction():
        story = _story(ledger, article_id)
        rest = story.article_ids - {article_id}
        others = rest if other_id is None else _story(ledger, other_id).article_ids & {other_id}
        if not others - {article_id}:
            raise UsageError(f"article {article_id} has nothing to be split from")
        leaves = bool(others & rest)
        parted = others | rest if leaves else others
        revoked = ledger.store.revoke_between("join", [article_id], parted, now)
        _write(ledger, (_pair("split", article_id, other) for other in sorted(others)), now)
        if leaves:
            ledger.store.new_story(article_id, now)
            ledger.stories.unite(story.story_id, (), now)  # of those that stay
        ledger.stories.regroup([article_id, *parted], now)
        return _ruled(ledger, article_id, written=len(others), revoked=len(revoked))


def join(ledger: Ledger, article_id: int, other_id: int, now: datetime) -> Ruled:
    """Make the stories of two articles one; the older story's number remains.

    Raises:
        UsageError: there is no such article, or both are the same.
    """
    if article_id == other_id:
        raise UsageError(f"article {article_id} cannot be joined with itself")
    with ledger.store.transaction():
        story, other = _story(ledger, article_id), _story(ledger, other_id)
        revoked = ledger.store.revoke_between("split", story.article_ids, other.article_ids, now)
        _write(ledger, [_pair("join", article_id, other_id)], now)
        kept, *absorbed = sorted({story.story_id, other.story_id})
        ledger.stories.unite(kept, absorbed, now)
        ledger.stories.regroup([article_id], now)
        return _ruled(ledger, article_id, written=1, revoked=len(revoked))


def pin(ledger: Ledger, article_id: int, now: datetime) -> Ruled:
    """Let an article stand for its story, whichever articles come.

    Raises:
        UsageError: there is no such article.
    """
    with ledger.store.transaction():
        story = _story(ledger, article_id)
        revoked = ledger.store.revoke_pins(story.story_id, now)
        _write(ledger, [Ruling(kind="pin", article_id=article_id)], now)
        ledger.stories.unite(story.story_id, (), now)
        return _ruled(ledger, article_id, written=1, revoked=len(revoked))


def undo(ledger: Ledger, article_id: int, now: datetime) -> Ruled:
    """Revoke all that was ruled about an article, and let judgement decide again.

    Their stories are then what they were without the ruling.

    Raises:
        UsageError: there is no such article, or nothing was ruled about it.
    """
    with ledger.store.transaction():
        _story(ledger, article_id)
        revoked = ledger.store.revoke_all(article_id, now)
        if not revoked:
            raise UsageError(f"nothing is ruled about article {article_id}")
        concerned = {i for r in revoked for i in (r.article_id, r.other_article_id) if i}
        if not ledger.stories.regroup(concerned, now):
            for signature in ledger.store.signatures(sorted(concerned)):
                ledger.stories.reconsider(signature, now)
        ledger.stories.unite(_story(ledger, article_id).story_id, (), now)
        return _ruled(ledger, article_id, revoked=len(revoked))


def _story(ledger: Ledger, article_id: int) -> StoryView:
    for story in ledger.store.story_views([article_id]):
        return story
    raise UsageError(f"there is no article {article_id}")


def _pair(kind: RulingKind, article_id: int, other_id: int) -> Ruling:
    return Ruling(kind=kind, article_id=article_id, other_article_id=other_id)


def _write(ledger: Ledger, rulings: Iterable[Ruling], now: datetime) -> None:
    for ruling in rulings:
        ledger.store.add_ruling(ruling, now)


def _ruled(ledger: Ledger, article_id: int, *, written: int = 0, revoked: int = 0) -> Ruled:
    story = _story(ledger, article_id)
    return Ruled(
        story_id=story.story_id,
        canonical_article_id=story.canonical_article_id,
        written=written,
        revoked=revoked,
    )
