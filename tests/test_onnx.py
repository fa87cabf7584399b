"""`onnx:MODEL` from a folder that is made here: a table of random vectors, one a word."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ingestor.config import load as load_settings
from ingestor.dedup.signature import unpack
from ingestor.encoders import find, learns_languages, load
from ingestor.encoders.centroids import Centroids
from ingestor.errors import ConfigError, EncoderError
from ingestor.fingerprint import fingerprints

onnx = pytest.importorskip("onnx", reason="onnx is not installed (pip install 'ingestor[dev]')")
pytest.importorskip("fastembed", reason="fastembed is not installed: pip install 'ingestor[onnx]'")
tokenizers = pytest.importorskip("tokenizers")

WORDS = ("[PAD]", "[UNK]", "cats", "dogs", "sleep", "bark", "shares", "fell")
DIMENSION = 8


def network(table: NDArray[np.float32], *, pooled: bool = False) -> bytes:
    """Look each token up; if pooled, take the mean of a sentence within the network."""
    helper, number = onnx.helper, onnx.TensorProto
    outputs = ["batch", DIMENSION] if pooled else ["batch", "length", DIMENSION]
    nodes = [helper.make_node("Gather", ["table", "input_ids"], ["looked_up" if pooled else "out"])]
    if pooled:
        nodes.append(helper.make_node("ReduceMean", ["looked_up"], ["out"], axes=[1], keepdims=0))
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("input_ids", number.INT64, ["batch", "length"])],
        [helper.make_tensor_value_info("out", number.FLOAT, outputs)],
        [onnx.numpy_helper.from_array(table, "table")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    return bytes(model.SerializeToString())


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    """Write a model into a folder of its own."""

    def write(name: str = "tiny", *, pooled: bool = False, scale: float = 1.0) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        table = np.random.default_rng(1).standard_normal((len(WORDS), DIMENSION)) * scale
        (folder / "model.onnx").write_bytes(network(table.astype(np.float32), pooled=pooled))
        vocabulary = {word: number for number, word in enumerate(WORDS)}
        tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, "[UNK]"))
        tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
        tokenizer.save(str(folder / "tokenizer.json"))
        settings = {"model_max_length": 64, "pad_token": "[PAD]"}
        (folder / "tokenizer_config.json").write_text(json.dumps(settings))
        return folder

    return write


def vectors_of(name: str, *sentences: str) -> NDArray[np.float32]:
    encoder = load(name)
    assert encoder is not None
    return encoder.encode(sentences)


@pytest.mark.parametrize("pooled", [False, True], ids=["vectors of tokens", "vectors of sentences"])
def test_a_model_in_a_folder_gives_unit_vectors(make: Callable[..., Path], pooled: bool) -> None:
    encoder = load(f"onnx:{make(pooled=pooled)}")
    assert encoder is not None
    one, same, other = encoder.encode(["cats sleep", "sleep cats", "shares fell fell"])
    assert encoder.dimension == len(one) == DIMENSION
    assert np.linalg.norm([one, same, other], axis=1) == pytest.approx(1)
    assert one @ same == pytest.approx(1)
    assert one @ other < 0.9


def test_a_pooling_beside_the_model_is_followed(make: Callable[..., Path]) -> None:
    folder = make()
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling/config.json").write_text('{"pooling_mode_cls_token": true}')
    encoder = load(f"onnx:{folder}")
    assert encoder is not None
    one, other = encoder.encode(["cats sleep", "cats bark"])
    assert one @ other == pytest.approx(1)  # the first token is all that counts


def test_fingerprints_survive_a_name_with_slashes(make: Callable[..., Path]) -> None:
    encoder = load(f"onnx:{make()}")
    assert encoder is not None
    made = fingerprints("cats sleep", "dogs bark", "en", encoder=encoder, centroids=Centroids())
    evidence = unpack(made)
    assert evidence.encoder.endswith("%2Ftiny-3")
    assert evidence.sentences.shape == (2, 8)
    assert {f.algorithm.partition("/")[2] for f in made if "512" in f.algorithm} == {"0"}


def test_it_is_known_to_need_centring_before_it_is_loaded() -> None:
    assert learns_languages("onnx:any/model")


@pytest.mark.parametrize("missing", ["model.onnx", "tokenizer.json", "tokenizer_config.json"])
def test_an_incomplete_folder_is_a_configuration_error(
    make: Callable[..., Path], missing: str
) -> None:
    folder = make()
    (folder / missing).unlink()
    with pytest.raises(ConfigError, match=rf"^dedup\.encoder: no ONNX model in .*{missing}"):
        find(f"onnx:{folder}")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        pytest.param("nobody/nothing", "knows no model 'nobody/nothing'", id="unknown"),
        pytest.param("BAAI/bge-small-en-v1.5", "is not in fastembed's cache", id="not fetched"),
        pytest.param("/no/such/folder", "no ONNX model in /no/such/folder", id="no folder"),
    ],
)
def test_a_missing_model_is_named_in_one_line(
    name: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FASTEMBED_CACHE_PATH", str(tmp_path))
    with pytest.raises(ConfigError, match=reason) as caught:
        find(f"onnx:{name}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"not a network", None], ids=["empty", "text", "zeros"])
def test_a_model_that_gives_no_vectors_is_an_encoder_error(
    make: Callable[..., Path], content: bytes | None
) -> None:
    folder = make(scale=0 if content is None else 1)
    if content is not None:
        (folder / "model.onnx").write_bytes(content)
    with pytest.raises(EncoderError) as caught:
        vectors_of(f"onnx:{folder}", "cats sleep")
    assert "\n" not in str(caught.value)


def test_a_relative_folder_is_beside_the_configuration(tmp_path: Path) -> None:
    path = tmp_path / "ingestor.toml"
    feed = "[[feeds]]\nurl = 'https://alpha.example/rss'\n"
    path.write_text(f"[dedup]\nencoder = 'onnx:./models/tiny'\n{feed}")
    assert load_settings(path).dedup.encoder == f"onnx:{tmp_path}/models/tiny"
