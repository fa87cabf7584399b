"""Why two stored articles are, or are not, one story; reads only, and judges as the ledger does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingestor import fingerprint
from ingestor.dedup.anchors import as_written
from ingestor.dedup.judge import TOO_WEAK, Verdict, compare
from ingestor.dedup.lineup import Lineup
from ingestor.dedup.measure import align
from ingestor.dedup.signature import Evidence, Signature, unpack
from ingestor.dedup.spelling import numbers, spellings
from ingestor.dedup.weigh import Thresholds
from ingestor.errors import UsageError
from ingestor.models import Relation
from ingestor.store import queries
from ingestor.store.store import Store
from ingestor.store.values import ArticleDetail, RulingKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two articles.

    Attributes:
        encoder: What its sentences were encoded with, empty if they were not.
        sentences: How many of them were encoded.
    """

    article_id: int
    story_id: int
    title: str
    outlet: str
    language: str
    encoder: str
    sentences: int


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence and its partner; what nobody's partner is stands alone.

    Attributes:
        cosine: Estimated, -1..1; None for a sentence that stands alone, and where there are no
            vectors to compare.
    """

    left: str
    right: str
    cosine: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What the judge says about two articles, and what became of them.

    Attributes:
        ruling: What a person said about this very pair; it goes before the judgement.
        relation: None if they are not one report.
        score: What sentences and anchors come to, also where a rule forbids that they are one.
        told: The numbers and names of the evidence as the texts write them, by its keys.
        thresholds: The lines the judge draws, by name.
        notes: What else decides, or could not be compared; one sentence each.
        in_order: Whether the sentences are weighed by their order, for want of an encoder that
            knows both languages.
        pairs: Sentences in the order of the left article, each with its best partner, or as they
            were lined up; empty if not comparable.
    """

    left: Side
    right: Side
    one_story: bool
    ruling: RulingKind | None
    relation: Relation | None
    score: float
    reason: str
    evidence: Mapping[str, object]
    told: Mapping[str, tuple[str, ...]]
    thresholds: Mapping[str, float]
    notes: tuple[str, ...]
    in_order: bool
    pairs: tuple[Pair, ...]

    @property
    def decided_by_score(self) -> bool:
        """Whether the score decides, and not a rule that forbids what it would allow."""
        return self.relation is not None or self.reason == TOO_WEAK


def explain(store: Store, article_id: int, other_id: int) -> Explanation:
    """Judge two stored articles again, and tell everything about it.

    Raises:
        UsageError: there is no such article, or both are the same.
    """
    if article_id == other_id:
        raise UsageError(f"article {article_id} cannot be compared with itself")
    left, right = _article(store, article_id), _article(store, other_id)
    probe, other = store.signatures([article_id, other_id])
    ours, theirs = unpack(probe.fingerprints), unpack(other.fingerprints)
    verdict, limits = compare(probe, other), Thresholds()
    ruling = _ruling(store, {article_id, other_id})
    one_story = left.story_id == right.story_id
    return Explanation(
        left=_side(left, ours),
        right=_side(right, theirs),
        one_story=one_story,
        ruling=ruling,
        relation=verdict.relation,
        score=verdict.score,
        reason=verdict.reason,
        evidence={k: v for k, v in verdict.evidence.items() if k != "reason"},
        told=_told(verdict, left, right),
        thresholds=_lines(limits),
        notes=(
            *_outcome(ruling, one_story, judged_one=verdict.relation is not None),
            *_hindrances((left, ours), (right, theirs), limits.min_sentences),
        ),
        in_order=verdict.in_order,
        pairs=_pairs(
            (left, probe), (right, other), verdict.found.lined_up if verdict.in_order else None
        ),
    )


def canonical_of(store: Store, story_id: int) -> int:
    """Give the article that stands for a story.

    Raises:
        UsageError: there is no such story.
    """
    story = queries.story(store, story_id)
    if story is None:
        raise UsageError(f"there is no story {story_id}")
    return story.canonical_article_id


def _article(store: Store, article_id: int) -> ArticleDetail:
    article = queries.article(store, article_id)
    if article is None:
        raise UsageError(f"there is no article {article_id}")
    return article


def _side(article: ArticleDetail, evidence: Evidence) -> Side:
    return Side(
        article_id=article.id,
        story_id=article.story_id,
        title=article.title,
        outlet=article.outlet,
        language=article.language,
        encoder=evidence.encoder,
        sentences=len(evidence.sentences),
    )


def _ruling(store: Store, pair: set[int]) -> RulingKind | None:
    """Find what was ruled on a pair: one word at most, a later one replaces it."""
    for ruling in store.rulings():
        if {ruling.article_id, ruling.other_article_id} == pair:
            return ruling.kind
    return None


def _lines(limits: Thresholds) -> dict[str, float]:
    named = {name: getattr(limits, name) for name in Thresholds.__dataclass_fields__}
    return {name: line for name, line in named.items() if isinstance(line, (int, float))}


def _told(
    verdict: Verdict, left: ArticleDetail, right: ArticleDetail
) -> dict[str, tuple[str, ...]]:
    ours, theirs = (f"{article.title}\n{article.text}" for article in (left, right))
    names = verdict.found.shared.names
    spelled = spellings(sorted(names), theirs, ours) | spellings(sorted(names), ours, theirs)
    return {
        **numbers(
            verdict.evidence, as_written(ours, left.language), as_written(theirs, right.language)
        ),
        "shared_names": tuple(spelled.get(name, name) for name in sorted(names)),
    }


def _outcome(ruling: RulingKind | None, one_story: bool, *, judged_one: bool) -> tuple[str, ...]:
    """Say why the stories are not as the verdict alone would have them."""
    if ruling is not None:
        return (f"a person's ruling decides: {ruling}",)
    if one_story and not judged_one:
        return ("one story nevertheless: both belong with its other articles",)
    if judged_one and not one_story:
        return (
            "two stories nevertheless: other articles of these stories disagree or are split by a"
            " ruling, or the two were never compared",
        )
    return ()


def _hindrances(
    left: tuple[ArticleDetail, Evidence], right: tuple[ArticleDetail, Evidence], needed: int
) -> tuple[str, ...]:
    """Say what kept their sentences or words from being compared."""
    found = []
    for article, evidence in (left, right):
        if not evidence.encoder:
            found.append(f"article {article.id} has no encoded sentences: only words are compared")
        elif len(evidence.sentences) < needed:
            found.append(
                f"article {article.id} is too short for a judgement by meaning:"
                f" {len(evidence.sentences)} sentences, {needed} needed"
            )
        if evidence.words is None:
            found.append(f"article {article.id} has too few words to compare words")
    ours, theirs = left[1].encoder, right[1].encoder
    if ours and theirs and ours != theirs:
        found.append(f"the encoders differ, {ours} and {theirs}: only words are compared")
    return tuple(found)


def _pairs(
    left: tuple[ArticleDetail, Signature],
    right: tuple[ArticleDetail, Signature],
    in_order: Lineup | None,
) -> tuple[Pair, ...]:
    """Set sentences side by side; none where what is stored is not of these sentences."""
    ours, theirs = (_sentences(article, signature) for article, signature in (left, right))
    found = align(left[1], right[1], in_order)
    if not (ours and theirs and found):
        return ()
    partner = {i: (theirs[j], None if c is None else round(c, 3)) for i, j, c in found}
    alone = sorted(set(range(len(theirs))) - {j for _, j, _ in found})
    return (
        *(Pair(ours[i], *partner.get(i, ("", None))) for i in range(len(ours))),
        *(Pair("", theirs[j], None) for j in alone),
    )


def _sentences(article: ArticleDetail, signature: Signature) -> Sequence[str]:
    """The encoded sentences; none if the article was encoded under other rules of splitting."""
    found, stored = (
        fingerprint.sentences(article.title, article.text),
        unpack(signature.fingerprints),
    )
    return found if len(found) == (len(stored.sentences) or len(stored.anchors.lengths)) else ()
