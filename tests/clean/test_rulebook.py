"""The rules, each proved by its own examples; and what is said about faulty ones."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingestor.clean.markup import Block, Role
from ingestor.clean.matching import Context
from ingestor.clean.remainder import sift_page
from ingestor.clean.rule import Rule
from ingestor.clean.rulebook import book, check, read
from ingestor.clean.rulefile import RuleFile, Sheet, builtin_files
from ingestor.clean.sieve import sift
from ingestor.clean.words import Openings, alternation, first_letters
from ingestor.errors import ConfigError

BOOK = book()
STORY = Block(text="The ministers agreed on Monday to build the bridge after ten years of talks.")
TITLE = "A long headline"
KIND = re.compile(r"\{([a-z_]+)\}")


def taken_from(rule: Rule, line: str) -> list[str]:
    """Names of the rules that take something of the line, in a place and role that suit `rule`."""
    role: Role = next(r for r in get_args(Role) if r in (rule.roles or {"paragraph"}))
    links = ("/other",) if rule.linked else ()
    block = Block(text=line, role=role, link_share=rule.linked, links=links)
    context = Context(title=TITLE if rule.titled else "", url="https://example.org/this")
    if rule.where == "page":
        taken = tuple(sift_page((STORY, block, STORY), BOOK, context)[1])
    else:
        taken = sift((STORY, block), BOOK, context)[1]
    return [part.removal.rule for part in taken]


def spelled_out(line: str) -> Iterator[str]:
    """The line with each word of the kind it names."""
    kind = KIND.search(line)
    if not kind or kind[1] not in BOOK.words:
        yield line
    else:
        yield from (line.replace(kind[0], word) for word in BOOK.words[kind[1]])


@pytest.mark.parametrize(
    ("rule", "line"),
    [(rule, line) for rule in BOOK.rules for line in rule.keeps],
    ids=lambda value: getattr(value, "name", value),
)
def test_a_rule_keeps_what_it_says(rule: Rule, line: str) -> None:
    assert rule.name not in taken_from(rule, line)


@pytest.mark.parametrize(
    ("rule", "line"),
    [(rule, line) for rule in BOOK.rules for line in rule.matches],
    ids=lambda value: getattr(value, "name", value),
)
def test_a_rule_matches_what_it_says(rule: Rule, line: str) -> None:
    assert [text for text in spelled_out(line) if not rule.takes(text)] == []
    assert [text for text in spelled_out(line) if not taken_from(rule, text)] == []


def test_every_rule_has_a_name_of_its_own_and_both_examples() -> None:
    assert all(rule.matches and rule.keeps for rule in BOOK.rules)
    assert max(Counter(rule.name for rule in BOOK.rules).values()) == 1


def test_without_a_language_its_words_are_unknown() -> None:
    words = book(without="cs").words
    assert "Napište komentář" not in words["comment_call"]
    assert "Reklama" not in words["ad"], "Polish writes it alike"


def test_a_word_with_an_asterisk_stands_for_all_that_begin_so() -> None:
    own = book((RuleFile("own.toml", OWN_STEMS),))
    lines = [
        "What the zoggling say",
        "What the zogglers say",
        "What zoggl say",
        "What zigglers say",
    ]
    blocks = [STORY, *(Block(text=line) for line in lines), STORY]
    assert [part.removal.text for part in sift(blocks, own)[1]] == lines[:3]


def test_the_words_that_a_rule_holds_may_come_in_any_order() -> None:
    own = book((RuleFile("own.toml", OWN_STEMS.replace("zoggl*", "zoggle")),))
    lines = ["What we say zoggle", "zoggle What we say", "What we zoggles say", "we zoggle"]
    blocks = [STORY, *(Block(text=line) for line in lines), STORY]
    assert [part.removal.text for part in sift(blocks, own)[1]] == lines[:2]


OWN = RuleFile(
    "own.toml",
    """
off = ["excerpt_mark"]
[parts]
ministers = '(?:ministers|{n} men)'
[words.xx]
comment = ["zoggle"]
[[rule]]
name = "own"
where = "any"
pattern = 'What the {ministers} say'
matches = ["What the ministers say", "What the 3 men say"]
keeps = ["What ministers say"]
""",
)


def test_a_users_file_adds_rules_and_words_and_switches_rules_off() -> None:
    own = book((OWN,))
    _, taken = sift([STORY, Block(text="What the 3 men say"), Block(text="3 zoggle")], own)
    assert [part.removal.rule for part in taken] == ["own", "comment_words"]
    assert "excerpt_mark" not in {rule.name for rule in own.rules}


OWN_STEMS = """
words.xx.stem = ["zoggl*"]
[[rule]]
name = "own"
where = "any"
holds = ["{stem}", "What"]
pattern = '.{3,40}'
matches = ["What zoggle"]
keeps = ["What"]
"""

RULE = "[[rule]]\nname = 'a'\nwhere = 'any'\npattern = 'a'\nmatches = ['a']\nkeeps = ['b']\n"
DEEP = "(" * 2000 + "a" + ")" * 2000


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("x = 1", "own.toml:1: x: unknown; known are off, parts, words, rule"),
        ("off = 'a'", "own.toml:1: off: should be a list"),
        ("a = [", "own.toml: not valid TOML: "),
        ("[words]\nde = 3", "own.toml:2: words.de: should be a table of kinds"),
        ("[words.de]\nad = 'x'", "own.toml:2: words.de.ad: should be a list of texts"),
        ("[parts]\nx = '{nothing}'", "own.toml:2: parts.x: neither a part nor a kind of words"),
        (RULE.replace("name = 'a'\n", ""), "own.toml:1: rule[0]: name is missing"),
        (RULE.replace("'any'", "'top'"), "own.toml:3: rule[0].where: should be one of any, "),
        (RULE.replace("pattern = 'a'", "pattern = '('"), "own.toml:4: rule[0].pattern: not a pat"),
        (RULE.replace("= 'a'\nm", "= '{x}'\nm"), "own.toml:4: rule[0].pattern: neither a part"),
        (RULE.replace("['a']", "['c']"), "own.toml:5: rule[0].matches[0]: 'c' is not matched"),
        (RULE.replace("['b']", "['a']"), "own.toml:6: rule[0].keeps[0]: 'a' is matched"),
        (RULE + "begins = ['x']", "own.toml:4: rule[0].pattern: neither a part nor a kind of"),
        (RULE + "names_site = true", "own.toml:7: rule[0].names_site: the pattern has no grou"),
        (RULE.replace("n = 'a'", "n = 'a{9999999999}'"), "own.toml:4: rule[0].pattern: not a pat"),
        (RULE.replace("n = 'a'", f"n = '{DEEP}'"), "own.toml:4: rule[0].pattern: not a pattern: "),
        (RULE + "linked = 'x'", "own.toml:7: rule[0].linked: has the wrong type"),
        (RULE + "lnked = 1", "own.toml:7: rule[0].lnked: unknown; known are name, "),
        (RULE + "roles = ['x']", "own.toml:7: rule[0].roles: known are paragraph, "),
        ("rule = [1]", "own.toml:1: rule[0]: should be a table, under [[rule]]"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_line(text: str, fault: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check((RuleFile("own.toml", text),))
    assert [problem[: len(fault)] for problem in caught.value.problems] == [fault]


@pytest.mark.parametrize(
    ("where", "line", "key", "value"),
    [
        ("any", "zoggle", "begins", "['ad']"),
        ("any", "{stem}", "begins", "['ad']"),
        ("any", "zoggle", "ends", "'x'"),
        ("edge", "zoggle", "ends", "'x'"),
        ("any", "zoggle", "never_ends", "'e'"),
        ("any", "zoggle", "numbered", "true"),
        ("any", "zoggle", "signs", "'('"),
        ("edge", "zoggle", "signs", "'('"),
    ],
)
def test_what_is_said_of_a_line_must_be_so_of_the_lines_that_a_rule_matches(
    where: str, line: str, key: str, value: str
) -> None:
    rule = (
        RULE.replace("any", where).replace("'a'\nm", "'{stem}'\nm").replace("['a']", f"['{line}']")
    )
    words = "words.xx.stem = ['zoggle']\n"
    check((RuleFile("own.toml", words + rule),))
    with pytest.raises(ConfigError) as caught:
        check((RuleFile("own.toml", f"{words}{rule}{key} = {value}"),))
    said = f"own.toml:6: rule[0].matches[0]: 'zoggle' is matched, and denied by {key}"
    assert caught.value.problems == (said,)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b"a = 1\nb = '\xff'")
    with pytest.raises(ConfigError, match=r"latin.toml:2: not UTF-8 text"):
        read([latin])
    with pytest.raises(ConfigError, match="No such file"):
        read([tmp_path / "none.toml"])


@given(
    words=st.lists(
        st.text("abcdeéßkıi'’ -ёяشن中한", min_size=1, max_size=4), min_size=1, max_size=40
    ),
    text=st.text("abcdeEéÉßKıIi'’ -ёЯشن中한", max_size=5),
)
def test_many_words_are_found_as_a_few_are(words: list[str], text: str) -> None:
    """Alternatives in groups, which only spare the engine questions, change no answer."""
    together = re.compile(f"(?:{alternation(words)})", re.IGNORECASE)
    alone = [re.compile(f"(?:{alternation([word])})", re.IGNORECASE) for word in words]
    assert bool(together.fullmatch(text)) == any(word.fullmatch(text) for word in alone)


LOOSE = "أإآايىیكکهةہە"
WORDS = st.text("abeéßıi'’ʼ -*ёяs\u200cن中한1", min_size=1, max_size=5)
LINES = st.text("abeEéÉßıİi'’ʼ -ЁЕяsſ\u200cن中한1_(\u0301", max_size=8)
PARTS = Sheet(builtin_files()[0]).table["parts"]


@given(word=WORDS, before=st.text("_ (»'", max_size=3), text=LINES)
@example(word="a'b", before="", text="aʼbe")
@example(word="ilan", before="(", text="İlan")
def test_a_line_that_begins_with_a_word_begins_with_its_first_letters(
    word: str, before: str, text: str
) -> None:
    begins = re.match(f"(?:{alternation([word])})", text, re.IGNORECASE)
    kinds = Openings({"kind": [word]}, whole=False).of(first_letters(before + text))
    assert kinds or not begins


@given(word=WORDS, text=LINES)
@example(word="us", text="(Us)")
@example(word="us", text="1us")
@example(word="中", text="a中")
def test_a_line_that_holds_a_word_holds_its_first_letters(word: str, text: str) -> None:
    whole = f"{PARTS['bow']}(?:{alternation([word])}){PARTS['eow']}"
    kinds = Openings({"kind": [word]}, whole=True).within(text)
    assert kinds or not re.search(whole, text, re.IGNORECASE)


def test_letters_that_a_pattern_does_not_tell_apart_are_one_letter() -> None:
    everything = "".join(map(chr, (*range(0xD800), *range(0xE000, 0x1FFFF))))
    cased = [c for c in everything if len({c, c.lower(), c.upper(), c.casefold()}) > 1]
    letters = {*cased, *LOOSE, *filter(str.isalpha, everything[:0x600])}
    text = "".join(letters)
    for letter in letters:
        alike = re.findall(alternation([letter]), text, re.IGNORECASE)
        kinds = Openings({"kind": [letter]}, whole=True)
        assert [other for other in alike if other.isalpha() and not kinds.of(other)] == []
