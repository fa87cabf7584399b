"""The rules, each proved by its own examples."""

from collections import Counter

import pytest

from ingestor.clean.markup import Block, Role
from ingestor.clean.rulebook import Rule, rules
from ingestor.clean.sieve import sift

STORY = Block(text="The ministers agreed on Monday to build the bridge after ten years of talks.")


def removed_by(rule: Rule, line: str) -> bool:
    """Whether the rule takes the line, which stands in a place and a role where it may."""
    role: Role = "caption" if "caption" in rule.roles else "paragraph"
    block = Block(text=line, role=role, linked=rule.linked, links=("/x",) if rule.linked else ())
    _, taken = sift((STORY, block))
    return any(part.removal.rule == rule.name for part in taken)


@pytest.mark.parametrize(
    ("rule", "line"),
    [pytest.param(rule, line, id=f"{rule.name}-{line}") for rule in rules() for line in rule.keeps],
)
def test_a_rule_keeps_what_it_says(rule: Rule, line: str) -> None:
    assert not removed_by(rule, line)


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        pytest.param(rule, line, id=f"{rule.name}-{line}")
        for rule in rules()
        for line in rule.matches
    ],
)
def test_a_rule_matches_what_it_says(rule: Rule, line: str) -> None:
    assert (rule.tail if rule.where == "edge" else rule.pattern).fullmatch(line)
    kept, taken = sift((STORY, Block(text=line, role="caption", linked=True, links=("/x",))))
    assert taken, "some rule, this one or an earlier one, takes the line"
    assert [block for _, block in kept] == [STORY]


def test_every_rule_has_a_name_and_both_examples() -> None:
    assert all(rule.matches and rule.keeps for rule in rules())
    assert max(Counter(rule.name for rule in rules()).values()) == 1
