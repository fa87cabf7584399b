"""Entry → the report and nothing else."""

import pickle
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ingestor.clean import clean
from ingestor.clean.markup import blocks
from ingestor.models import Cleaned, Entry

TRANSLATED = """
<p>[Anzeige_1]</p>
<p>Der Minister reist im Januar nach Oslo, kurz vor dem Ende seiner Amtszeit.</p>
<p>Der Minister am Flughafen. (Quelle: Getty Images) |</p>
<p>Das Treffen war lange vorbereitet worden.</p>
<p>[Anzeige_2]<br>Quelle: https://example.vn/bo-truong-1.html</p>
<div>Kommentar (0)</div>
"""


def test_a_machine_translated_report() -> None:
    cleaned = clean(Entry(guid="1", title="[ad_1] Minister in Oslo", html=TRANSLATED))
    assert cleaned.title == "Minister in Oslo"
    assert cleaned.text == (
        "Der Minister reist im Januar nach Oslo, kurz vor dem Ende seiner Amtszeit.\n\n"
        "Der Minister am Flughafen.\n\n"
        "Das Treffen war lange vorbereitet worden."
    )
    assert [(r.field, r.position, r.rule) for r in cleaned.removals] == [
        ("title", 0, "placeholder"),
        ("text", 0, "placeholder"),
        ("text", 2, "credit_piped"),
        ("text", 4, "placeholder"),
        ("text", 5, "source_line"),
        ("text", 6, "comment_words"),
    ]
    assert [source.url for source in cleaned.sources] == ["https://example.vn/bo-truong-1.html"]


def test_it_travels_to_a_worker_and_back() -> None:
    assert pickle.loads(pickle.dumps(clean)) is clean
    cleaned = clean(Entry(guid="1", html=TRANSLATED))
    assert pickle.loads(pickle.dumps(cleaned)) == cleaned


def test_an_empty_entry() -> None:
    assert clean(Entry(guid="1")) == Cleaned(title="", text="")


def test_cleaning_what_is_clean_changes_nothing() -> None:
    text = clean(Entry(guid="1", html=TRANSLATED)).text
    assert clean(Entry(guid="1", html=text)).text == text


@given(st.lists(st.sampled_from([*TRANSLATED.splitlines(), "<p>A.</p>", "<ul><li>b", "c<br>d"])))
def test_kept_and_removed_make_up_the_whole(lines: list[str]) -> None:
    html = "\n".join(lines)
    cleaned = clean(Entry(guid="1", html=html))
    parts = [cleaned.text, *(removal.text for removal in cleaned.removals)]
    visible = "".join(block.text for block in blocks(html))
    assert sorted("".join("".join(parts).split())) == sorted("".join(visible.split()))
    positions = [removal.position for removal in cleaned.removals]
    assert all(a <= b for a, b in pairwise(positions))
