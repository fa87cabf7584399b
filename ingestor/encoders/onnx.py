"""Any sentence encoder in ONNX form, through `fastembed`; nothing is downloaded here.

A model is a folder, as sentence-transformers and its exporters write it, or a name that fastembed
knows and has in its cache already: a daemon that fetches half a gigabyte at night is a fault.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastembed import TextEmbedding
from fastembed.common.model_description import ModelSource, PoolingType
from onnxruntime.capi import onnxruntime_pybind11_state as runtime

from ingestor.encoders.base import checked
from ingestor.errors import ConfigError, EncoderError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

_FILES = ("model.onnx", "onnx/model.onnx", "model_optimized.onnx", "onnx/model_quantized.onnx")
_TOKENIZER = ("tokenizer.json", "tokenizer_config.json")
_BATCH = 32  # sentences; attention over 32 of them stays far below a worker's memory limit
_FAULTS = (  # its library's errors have no common root
    runtime.EPFail,
    runtime.EngineError,
    runtime.Fail,
    runtime.InvalidArgument,
    runtime.InvalidGraph,
    runtime.InvalidProtobuf,
    runtime.NoModel,
    runtime.NoSuchFile,
    runtime.NotImplemented,
    runtime.RuntimeException,
    ValueError,  # fastembed's, and numpy's where a model gives an odd shape
    IndexError,
    KeyError,
    OSError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Where a model is.

    Attributes:
        name: As it was asked for.
        folder: Empty for a model that fastembed knows by its name.
        file: The network, relative to the folder.
        pooling: How vectors of tokens become one of the sentence.
    """

    name: str
    folder: str = ""
    file: str = ""
    pooling: PoolingType = PoolingType.MEAN


class OnnxEncoder:
    """Needs the extra ``onnx``; memory and speed are the model's."""

    centred = True  # as most models need it whose vectors were not trained to spread
    languages: frozenset[str] = frozenset()

    def __init__(self, model: Model) -> None:
        """Load a model, and try it.

        Raises:
            EncoderError: it cannot be loaded, or gives no vectors.
        """
        self.name = f"onnx:{model.name}"
        try:
            self._model = _open(model)
            (vector,) = self._model.embed(["One."])
        except _FAULTS as error:
            raise EncoderError(f"{self.name}: {_line(error)}") from error
        self.dimension = len(vector)

    @staticmethod
    def locate(name: str) -> Model:
        """Find a model without loading it.

        Args:
            name: The absolute path of a folder, or a name that fastembed knows.

        Raises:
            ConfigError: there is none, or it is not complete.
        """
        return _in_folder(Path(name)) if Path(name).is_absolute() else _by_name(name)

    def encode(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """See `Encoder.encode`."""
        try:
            found = list(self._model.embed(list(sentences), batch_size=_BATCH))
        except _FAULTS as error:
            raise EncoderError(f"{self.name}: {_line(error)}") from error
        return checked(found, (len(sentences), self.dimension))


def _in_folder(folder: Path) -> Model:
    """Find the parts of a model in a folder."""
    files = [name for name in _FILES if (folder / name).is_file()]
    missing = [name for name in _TOKENIZER if not (folder / name).is_file()]
    if not files:
        missing.insert(0, _FILES[0])
    if missing:
        raise ConfigError([f"no ONNX model in {folder}: {', '.join(missing)} missing"])
    return Model(name=str(folder), folder=str(folder), file=files[0], pooling=_pooling(folder))


def _pooling(folder: Path) -> PoolingType:
    """Read what sentence-transformers writes beside a model; most take the mean."""
    path = folder / "1_Pooling/config.json"
    try:
        chosen = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except ValueError as error:
        raise ConfigError([f"{path}: not valid JSON"]) from error
    if chosen.get("pooling_mode_cls_token"):
        return PoolingType.CLS
    return PoolingType.LAST_TOKEN if chosen.get("pooling_mode_lasttoken") else PoolingType.MEAN


def _by_name(name: str) -> Model:
    """Find a model that fastembed knows in its cache."""
    known = {model["model"].lower() for model in TextEmbedding.list_supported_models()}
    if name.lower() not in known:
        raise ConfigError([f"fastembed knows no model {name!r}; a folder is given by its path"])
    model = Model(name=name)
    try:
        _open(model, lazy_load=True)
    except (ValueError, OSError) as error:
        hint = f"""python -c 'from fastembed import TextEmbedding as T; T("{name}")'"""
        reason = f"{name!r} is not in fastembed's cache (FASTEMBED_CACHE_PATH); fetch it: {hint}"
        raise ConfigError([reason]) from error
    return model


def _open(model: Model, **options: Any) -> Any:
    """Load a model on one thread: the worker processes are as many as the cores."""
    options |= {"threads": 1, "providers": ["CPUExecutionProvider"]}
    if not model.folder:
        return TextEmbedding(model.name, local_files_only=True, **options)
    options["specific_model_path"] = model.folder
    found: Any = TextEmbedding(_registered(model, model.pooling), **options)
    if len(found.model.model.get_outputs()[0].shape) == 2:  # the model pools by itself
        found = TextEmbedding(_registered(model, PoolingType.DISABLED), **options)
    return found


def _registered(model: Model, pooling: PoolingType) -> str:
    """Tell fastembed, which keeps a table of this process, about a folder; give the name there."""
    name = f"{model.folder}#{pooling.value}"
    if name.lower() not in {m["model"].lower() for m in TextEmbedding.list_supported_models()}:
        TextEmbedding.add_custom_model(
            model=name,
            pooling=pooling,
            normalization=False,  # `checked` does that
            sources=ModelSource(hf=name),  # never asked, the folder goes before it
            dim=1,  # read by nothing here; the real one is seen when it is tried
            model_file=model.file,
        )
    return name


def _line(error: Exception) -> str:
    """Give the first line of a message that may have many."""
    return str(error).strip().partition("\n")[0] or type(error).__name__
