"""What is quick to tell of a line, and what its rules tell of it."""

import re
from collections.abc import Callable
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestor.clean.markup import Block, Role, normalise
from ingestor.clean.matching import Context, matching
from ingestor.clean.rule import MAX_LINE, Rule
from ingestor.clean.rulebook import book
from ingestor.clean.rulefile import Where

BOOK = book()
KIND = re.compile(r"\{([a-z_]+)\}")
AROUND = ("", "", " ", ".", "!", "…", "»", "▶ ", "(", ")", "[", "1", "3 ", "x", "中", "ال")


def may_match(rule: Rule, block: Block) -> bool:
    """Whether a rule is for such a block, where nothing is known of its article."""
    if rule.titled or rule.same_site or rule.names_site or block.link_share < rule.linked:
        return False
    return block.role in rule.roles if rule.roles else block.role != "quote"


@st.composite
def lines(draw: st.DrawFn, where: Where) -> str:
    """Examples of rules, and what looks like them."""
    rule = draw(st.sampled_from(BOOK.at(where)))
    bare = tuple(f"{{{kind}}}" for kind in sorted(rule.begins))
    line = draw(st.sampled_from((*rule.matches, *rule.keeps, *bare)))
    cases: tuple[Callable[[str], str], ...] = (str, str.upper, str.title, str.casefold)
    while kind := KIND.search(line):
        word = draw(st.sampled_from(sorted(BOOK.words[kind[1]])))
        case = draw(st.sampled_from(cases))
        ending = draw(st.sampled_from(("", "s", "中")))
        line = line.replace(kind[0], case(word).replace("*", ending))
    around = st.sampled_from(AROUND)
    return normalise(draw(around) + line + draw(around))[:MAX_LINE]


@pytest.mark.parametrize("where", ["any", "outer", "closing", "page"])
@given(data=st.data())
def test_what_is_quick_to_tell_changes_no_answer(where: Where, data: st.DataObject) -> None:
    block = Block(
        text=data.draw(lines(where)),
        role=data.draw(st.sampled_from(get_args(Role))),
        link_share=data.draw(st.sampled_from((0.0, 1.0))),
    )
    rules = BOOK.at(where)
    slow = next((r for r in rules if may_match(r, block) and r.match(block.text)), None)
    quick = matching(block, rules, Context())
    assert (quick[0] if quick else None) is slow
