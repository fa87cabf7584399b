"""Rules × blocks → what stays and what goes. Structure and position decide; doubt keeps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from ingestor.clean.markup import Block, Role, normalise
from ingestor.clean.matching import Context, matching
from ingestor.clean.rule import EDGE, MAX_LINE, Rule, RuleBook, Rules
from ingestor.models import Removal

Placed = tuple[int, Block]
"""A block and its position before anything was removed."""

LONG_LINE = 60
"""A line so long is taken for a sentence even without a stop: Thai, Lao and Khmer have none."""

MAX_PARTS = 50
"""Most parts that are taken off one block: each costs a copy of the block."""

MAX_ABOVE = 10
"""How far up a structural rule looks for the line above the residue."""

MAX_BETWEEN = 2
"""How many lines that no rule knows may stand in a row between those that are residue: nobody
knows all that sites print under their reports, and one such line should not shield the others."""

SHORT_LINE = 120
"""How long such a line may be, in characters: the paragraphs of reports are longer."""

_STOP = "[.!?…。！？؟۔।॥።։៕။།]"
# Perhaps with a sign in brackets behind it: "… he said. (dpa)"
SENTENCE_END = re.compile(
    rf"{_STOP}[\s\"'“”„«»‘’)\]）】」』›‹]*(?:[(\[（【][^()\[\]（）【】]{{1,24}}[)\]）】])?\Z"
)
# The end of a sentence inside of a block. The ideographic stops need no space after them.
_INNER_END = re.compile(r"[.!?…؟۔।॥።։៕།][\"'”“»)\]’]*\s+|[。！？။][」』”）]*\s*")
# Behind the last comma at most four words, as where somebody is said to say it.
_SAID = re.compile(r",\s(?:[^\s,]+\s){0,3}[^\s,]+\.\Z")
_QUESTION = re.compile(r"[^.!?…。！？؟\"“”„«»「」]{5,100}[?？؟]")
_BEFORE = re.compile(rf"{_STOP}[\"'”“»)\]’」』]*\s*\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One removal, with what it says about where the report comes from.

    Attributes:
        source: The part of the line that names a source, or empty.
        credit: Whether that may as well be where a picture comes from.
        links: Addresses that the removed block linked to, verbatim.
    """

    removal: Removal
    source: str = ""
    credit: bool = False
    links: tuple[str, ...] = ()


def sift(
    blocks: Sequence[Block], book: RuleBook, context: Context | None = None
) -> tuple[tuple[Placed, ...], tuple[Taken, ...]]:
    """Part the report from what is not.

    Returns:
        The blocks that stay, some of them without an edge; and what was taken, in text order.
    """
    context = context or Context()
    kept, taken = _trim_edges(enumerate(blocks), book.at("edge"))
    kept, anywhere = _take_anywhere(kept, book.at("any"), context)
    rest, ends = trim_ends(kept, book, context)
    taken = sorted([*taken, *anywhere, *ends], key=lambda t: t.removal.position)
    return rest, tuple(taken)


def trim_ends(
    kept: Sequence[Placed], book: RuleBook, context: Context
) -> tuple[tuple[Placed, ...], tuple[Taken, ...]]:
    """Take off both ends what the rules for ends match."""
    ends = _Ends(kept, context)
    ends.take_from_end(book)
    ends.take_from_start(book.at("outer"))
    return tuple(ends.kept), tuple(ends.taken)


def clean_title(title: str, book: RuleBook) -> tuple[str, tuple[Removal, ...]]:
    """Take placeholders off either end of a title; a title is not touched otherwise."""
    placeholders = book.at("edge", only=_is_placeholder)
    kept, taken = _trim_edges([(0, Block(text=normalise(title)))], placeholders)
    removals = tuple(part.removal._replace(field="title") for part in taken)
    return "".join(block.text for _, block in kept), removals


def _is_placeholder(rule: Rule) -> bool:
    return rule.name == "placeholder"


def _is_inline(rule: Rule) -> bool:
    return rule.inline


def _invites(rule: Rule) -> bool:
    """Whether it is an appeal, before which a question belongs to it: "Want more? Follow us"."""
    return "follow" in rule.begins or any("joins" in kinds for kinds in rule.kinds)


def _is_sure_above(rule: Rule) -> bool:
    """Whether it tells residue that something else stands under: a number at the end does not."""
    return not rule.numbered


def _is_sure(rule: Rule) -> bool:
    """Whether what words tell is sure enough to look for a sentence above it."""
    return not rule.after_sentence or bool(rule.holds)


def _take(rule: Rule, position: int, block: Block, match: re.Match[str] | None) -> Taken:
    groups = match.groupdict() if match else {}
    return Taken(
        removal=Removal(rule=rule.name, text=block.text, position=position),
        source=groups.get("source") or groups.get("credit") or "",
        credit=bool(groups.get("credit")),
        links=block.links,
    )


# --- edges -------------------------------------------------------------------------------


def _trim_edges(blocks: Iterable[Placed], edge_rules: Rules) -> tuple[list[Placed], list[Taken]]:
    kept: list[Placed] = []
    taken: list[Taken] = []
    for position, original in blocks:
        block = original
        signs, signed, plain = _parted(edge_rules, block.role)
        for _ in range(MAX_PARTS):
            found = _edge(block.text, signed if signs.search(block.text) else plain)
            if not found:
                break
            rule, match, rest = found
            part = replace(block, text=match[0].strip(), links=())
            taken.append(_take(rule, position, part, match))
            block = replace(block, text=rest)
        if block.text:
            kept.append((position, block))
    return kept, taken


def _edge(text: str, edge_rules: Sequence[Rule]) -> tuple[Rule, re.Match[str], str] | None:
    """Find a rule that matches either end, and what the block is without that part."""
    for rule in edge_rules if text else ():
        if match := _at_end(rule, text):
            return rule, match, text[: len(text) - len(match[0])].rstrip()
        if not rule.tail_only and (match := rule.pattern.match(text[:EDGE])):
            return rule, match, text[match.end() :].lstrip()
        if rule.between and (match := _between(rule, text)):
            return rule, match, f"{text[: match.start()].rstrip()} {text[match.end() :].lstrip()}"
    return None


@lru_cache(maxsize=64)
def _parted(
    edge_rules: Rules, role: Role
) -> tuple[re.Pattern[str], Sequence[Rule], Sequence[Rule]]:
    """The rules for a role, and those of them for blocks without certain signs: hardly any."""
    signed = [rule for rule in edge_rules if not rule.roles or role in rule.roles]
    signs = "".join(rule.signs or rule.ends for rule in signed)
    pattern = re.compile(f"[{re.escape(signs)}]" if signs else "(?!)")
    return pattern, signed, [rule for rule in signed if not (rule.signs or rule.ends)]


def _at_end(rule: Rule, text: str) -> re.Match[str] | None:
    if rule.ends and text[-1] not in rule.ends:
        return None
    return rule.tail.search(text[-EDGE:])


def _between(rule: Rule, text: str) -> re.Match[str] | None:
    """Find a part that stands between two sentences: a stop before it, no small letter after."""
    for match in rule.pattern.finditer(text):
        after = text[match.end() :].lstrip()
        if after and not after[0].islower() and _BEFORE.search(text[: match.start()][-8:]):
            return match
    return None


# --- whole blocks ------------------------------------------------------------------------


def _take_anywhere(
    blocks: Sequence[Placed], candidates: Rules, context: Context
) -> tuple[list[Placed], list[Taken]]:
    kept: list[Placed] = []
    taken: list[Taken] = []
    leader: Rule | None = None
    for position, block in blocks:
        if found := matching(block, candidates, context):
            leader = found[0] if found[0].leads else None
            taken.append(_take(found[0], position, block, found[1]))
        elif leader and block.linked:
            taken.append(_take(leader, position, block, None))
        else:
            leader = None
            kept.append((position, block))
    return kept, taken


class _Ends:
    """Takes blocks off the ends, up to the first that no rule matches; never the only block."""

    def __init__(self, kept: Sequence[Placed], context: Context) -> None:
        self.kept = list(kept)
        self.taken: list[Taken] = []
        self._context = context

    def take_from_end(self, book: RuleBook) -> None:
        """Take closing lines, and closing words of the last block."""
        candidates, inline, sure = (
            book.at("closing", "outer", only=only) for only in (None, _is_inline, _is_sure)
        )
        parts = 0
        while self.kept and parts < MAX_PARTS:
            position, block = self.kept[-1]
            found = matching(block, candidates, self._context) if len(self.kept) > 1 else None
            if found and not self._stands_well(found[0], sure):
                found = None
            if found:
                self.taken.append(_take(found[0], *self.kept.pop(), found[1]))
            elif self._take_words(position, block, inline):
                parts += 1
            else:
                break
        self._take_above(book.at("closing", "outer", only=_is_sure_above))

    def _take_above(self, candidates: Rules) -> None:
        """Take lines above short ones that no rule knows, up to the last line of the report."""
        unknown, at = 0, len(self.kept) - 1
        while at > 0 and unknown <= MAX_BETWEEN:
            position, block = self.kept[at]
            if len(block.text) > SHORT_LINE or block.role in {"cell", "quote"}:
                break
            asked = (
                unknown and block.role not in {"heading", "item"} and not _SAID.search(block.text)
            )
            found = matching(block, candidates, self._context) if asked else None
            if found and self._stands_well(found[0], candidates, at):
                self.taken.append(_take(found[0], position, block, found[1]))
                del self.kept[at]
                unknown = 1
            else:
                unknown += 1
            at -= 1

    def take_from_start(self, candidates: Rules) -> None:
        """Take opening lines."""
        while len(self.kept) > 1:
            found = matching(self.kept[0][1], candidates, self._context)
            if not found:
                break
            self.taken.append(_take(found[0], *self.kept.pop(0), found[1]))

    def _take_words(self, position: int, block: Block, inline: Rules) -> bool:
        """Take what follows the last full stops of a block, if a rule matches it."""
        if block.role in {"cell", "quote"}:
            return False
        start = max(len(block.text) - MAX_LINE, 0)
        for stop in _INNER_END.finditer(block.text, start):
            rest = replace(block, text=block.text[stop.end() :], link_share=0.0)
            found = rest.text and matching(rest, inline, self._context)
            if found:
                cut = replace(block, text=block.text[: stop.end()].rstrip())
                if len(self.kept) > 1 and _invites(found[0]) and _QUESTION.fullmatch(cut.text):
                    self.taken.append(_take(found[0], *self.kept.pop(), found[1]))
                else:
                    self.taken.append(_take(found[0], position, rest, found[1]))
                    self.kept[-1] = (position, cut)
                return True
        return False

    def _stands_well(self, rule: Rule, sure: Rules, at: int = -1) -> bool:
        """Whether a line stands under a sentence if its rule asks for that.

        Between them may be lines that are residue themselves and, if it is the last line and
        words tell that it asks something of the reader, a few that no rule knows.
        """
        asks = rule.inline and (rule.holds or rule.begins)
        spare = MAX_BETWEEN if asks and at < 0 else 0
        return not rule.after_sentence or self._after_sentence(sure, at, spare)

    def _after_sentence(self, sure: Rules, at: int, unknown: int) -> bool:
        """Whether the first line above one that is not residue itself is a sentence."""
        at %= len(self.kept)
        role = self.kept[at][1].role
        for _, above in reversed(self.kept[max(at - MAX_ABOVE, 0) : at]):
            if matching(above, sure, self._context):
                continue
            if above.role == role == "item":
                return False
            if len(above.text) > LONG_LINE or SENTENCE_END.search(above.text):
                return True
            unknown -= 1
            if unknown < 0:
                return False
        return False
