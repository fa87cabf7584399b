"""The probabilities are those of py3langid; only computed faster."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from ingestor import ngrams
from ingestor.language import READ

TEXTS = {
    "nothing": "",
    "one byte": "a",
    "German": "Die Regierung teilte am Montag mit, dass sie eine neue Brücke über den Fluss baut.",
    "capitals alone": "DIE REGIERUNG BAUT EINE NEUE BRÜCKE ÜBER DEN FLUSS",
    "decomposed": "Chi\u0301nh phu\u0309 no\u0301i ho\u0302m thu\u031b\u0301 Hai",
    "Thai": "รัฐบาลแถลงเมื่อวันจันทร์ว่าจะสร้างสะพานใหม่ข้ามแม่น้ำหลังจากเจรจากันมาหลายปี",
    "Japanese": "政府は月曜日、長年の協議を経て川に新しい橋を建設すると発表した。" * 9,
    "a language of two classes": "Vlada je u ponedeljak saopštila da će graditi novi most. Влада.",
    "a lone surrogate": "abc \ud800 def",
}


@pytest.fixture(scope="module")
def library() -> Any:  # py3langid is not typed
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@pytest.fixture(scope="module")
def model() -> ngrams.Model:
    return ngrams.load({})


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_the_probabilities_are_the_librarys(model: ngrams.Model, library: Any, text: str) -> None:
    assert model.probabilities(text) == pytest.approx(dict(library.rank(text)), abs=1e-5)


# The library adds up in 32 bits, which have steps of 2^-11 from 4096 on, where the sum for what is
# read of an article comes to lie; and a probability moves by a quarter of that at most.
STEP = 2**-11 / 4
JOINED = st.lists(st.sampled_from(sorted(TEXTS.values()))).map(lambda parts: "".join(parts)[:READ])


@settings(deadline=None)
@given(text=st.text(max_size=80) | JOINED)
def test_the_probabilities_of_any_text_are_the_librarys(
    model: ngrams.Model, library: Any, text: str
) -> None:
    assert model.probabilities(text) == pytest.approx(dict(library.rank(text)), abs=STEP)


def test_the_codes_of_one_language_add_up(library: Any) -> None:
    alone = dict(library.rank(TEXTS["German"]))
    merged = ngrams.load({"no": "de", "da": "de"}).probabilities(TEXTS["German"])

    assert merged["de"] == pytest.approx(alone["de"] + alone["no"] + alone["da"])
    assert {"no", "da"}.isdisjoint(merged)


def test_no_ngram_of_the_model_is_longer_than_the_walk(library: Any) -> None:
    """The shortest way from the root to a state is the length of the n-gram that it stands for."""
    following = np.asarray(library.tk_nextmove).reshape(-1, 256)
    row = np.asarray(library.tk_row)
    reached = np.zeros(len(row), dtype=bool)
    reached[0] = True
    frontier = np.array([0])
    for _ in range(ngrams.ORDER):
        found = np.unique(following[row[frontier]])
        frontier = found[~reached[found]]
        reached[frontier] = True

    assert reached.all()
