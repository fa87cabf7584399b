"""What cleaning stored articles again would change, with nothing written."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from ingestor.clean import Learned, rulebook
from ingestor.clean.rulefile import RuleFile
from ingestor.models import Removal
from ingestor.prepare import cleaned_again
from ingestor.reclean import BATCH
from ingestor.store.cleaned import Original
from ingestor.store.store import Store

EXAMPLES = 3
"""How many parts are shown of each rule."""

EVERY = -1  # no version of the rules, so that every article was cleaned by others
UNLIMITED = -1


@dataclass(slots=True, kw_only=True)
class Difference:
    """What one rule would take that it did not, and what would be put back.

    Attributes:
        examples: Some of the parts, each with the article that it is of, and whether it goes.
    """

    taken: int = 0
    put_back: int = 0
    examples: list[tuple[int, bool, str]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What it would come to, as far as it is known.

    Attributes:
        done, total: Articles that were looked at, and that there are to be looked at.
        changed: Those whose title or text would come out otherwise.
        rules: By the name of the rule.
    """

    total: int
    done: int = 0
    changed: int = 0
    rules: dict[str, Difference] = field(default_factory=lambda: defaultdict(Difference))


def rehearse(
    store: Store, rules: tuple[RuleFile, ...], *, everything: bool = False
) -> Iterator[Outcome]:
    """Clean what is stored, compare, and forget it; tell now and then how far it is.

    Args:
        store: Open for reading.
        rules: The user's files of rules.
        everything: Also what the rules of today cleaned.

    Yields:
        The same outcome each time, with more in it.
    """
    version = EVERY if everything else rulebook.version(rules)
    ids = iter(waiting := store.stale(version, UNLIMITED))
    learned = store.taken_out()
    outcome = Outcome(total=len(waiting))
    while batch := tuple(islice(ids, BATCH)):
        for original in store.originals_of(batch):
            _compare(outcome, original, rules, learned)
        outcome.done += len(batch)
        yield outcome


def _compare(
    outcome: Outcome, original: Original, rules: tuple[RuleFile, ...], learned: Learned
) -> None:
    cleaned = cleaned_again(original, rules, learned)
    outcome.changed += (cleaned.title, cleaned.text) != (original.title, original.text)
    was, now = _parts(original.removals), _parts(cleaned.removals)
    for (rule, text), count in (now - was).items():
        outcome.rules[rule].taken += count
        _show(outcome.rules[rule], (original.article_id, True, text))
    for (rule, text), count in (was - now).items():
        outcome.rules[rule].put_back += count
        _show(outcome.rules[rule], (original.article_id, False, text))


def _parts(removals: tuple[Removal, ...]) -> Counter[tuple[str, str]]:
    return Counter((removal.rule, removal.text) for removal in removals)


def _show(difference: Difference, example: tuple[int, bool, str]) -> None:
    seen = {text for _, _, text in difference.examples}
    if len(seen) < EXAMPLES and example[2] not in seen:
        difference.examples.append(example)
