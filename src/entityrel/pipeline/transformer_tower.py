"""The transformer pipeline's part of the recogniser: a trunk beside the small tower, and its weights kept small.

The trunk (all-MiniLM-L6-v2: uncased, 6 layers of 384) reads the context, the small tower the spelling, the sentence's
parse and the gazetteer; their readings of a token are added. The sum starts as what the small tower says alone, so
that training begins where the small pipeline's recogniser ended.

Only building or loading such a pipeline imports torch and spacy-transformers (the extra ``transformers``).
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np
import srsly
from spacy.tokens import Doc
from spacy.util import registry
from thinc.api import Linear, Model, zero_init
from thinc.types import Floats2d

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["compact_transformer", "pack", "transformer_tower", "unpack"]

_Rows: TypeAlias = list[Floats2d]
_Tower: TypeAlias = Model[list[Doc], _Rows]
#: Files of a tokenizer that loading it needs.
_TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt")


@registry.architectures("entityrel.TransformerTower.v1")  # type: ignore[untyped-decorator]
def transformer_tower(tower: _Tower, transformer: _Tower, width: int, transformer_width: int) -> _Tower:
    """Add a transformer's reading of each token to that of a small tower.

    Args:
        tower: a tok2vec model, as `spacy.Tok2Vec.v2`.
        transformer: a listener, as `spacy-transformers.TransformerListener.v1`.
        width: columns of ``tower`` and of the result.
        transformer_width: columns of the trunk; they are mapped to ``width`` by a matrix that starts at zero.
    """
    mapped: Model[Any, Any] = Linear(width, transformer_width, init_W=zero_init)
    return Model("transformer_tower", _forward, init=_init, layers=[tower, transformer, mapped], dims={"nO": width})


def _init(model: Model[Any, Any], X: list[Doc] | None = None, Y: _Rows | None = None) -> None:  # noqa: N803  thinc's names
    tower, transformer, mapped = model.layers
    tower.initialize(X=X)
    transformer.initialize(X=X)
    mapped.initialize()


def _forward(model: _Tower, docs: list[Doc], is_train: bool) -> tuple[_Rows, Callable[[_Rows], list[Doc]]]:
    tower, transformer, mapped = model.layers
    ops: Any = model.ops
    own, finish_own = tower(docs, is_train)
    read, finish_read = transformer(docs, is_train)
    # An empty text has an array without columns.
    filled = [row for row in read if len(row)] or [ops.alloc2f(0, mapped.get_dim("nI"))]
    added, finish_mapped = mapped(ops.xp.vstack(filled), is_train)
    sizes = ops.asarray1i([len(doc) for doc in docs])
    rows = ops.unflatten(ops.xp.vstack(own) + added, sizes, 0)

    def backprop(d_rows: _Rows) -> list[Doc]:
        finish_read(ops.unflatten(finish_mapped(ops.xp.vstack(d_rows)), sizes, 0))
        return cast("list[Doc]", finish_own(d_rows))

    return rows, backprop


@registry.architectures("entityrel.CompactTransformer.v1")  # type: ignore[untyped-decorator]
def compact_transformer(
    name: str, get_spans: Callable[[list[Doc]], list[list[Any]]], tokenizer_config: dict[str, Any], frozen_layers: int
) -> Model[Any, Any]:
    """`spacy-transformers.TransformerModel.v3`, whose saved weights take a third of the space.

    Args:
        name: folder of the trunk in Hugging Face's format; read when the model is initialised for training only.
        get_spans: how long texts are cut, as `spacy-transformers.strided_spans.v1`.
        tokenizer_config: settings of the trunk's tokenizer.
        frozen_layers: how many of the trunk's lower layers training leaves as they are, with the table of word
            pieces; -1 trains everything. It halves the time of a step.
    """
    shim: Any = import_module("spacy_transformers.layers.hf_shim").HFShim  # needs the extra

    class CompactShim(shim):  # type: ignore[misc]
        """Saves and loads through `pack` and `unpack`; what spacy-transformers saved is left to its own shim."""

        _hfmodel: Any

        def to_bytes(self) -> bytes:
            if self._hfmodel.transformer is None:
                return cast(bytes, super().to_bytes())
            with tempfile.TemporaryDirectory() as folder:
                self._hfmodel.tokenizer.save_pretrained(folder)
                files = {f: (Path(folder) / f).read_bytes() for f in _TOKENIZER_FILES if (Path(folder) / f).is_file()}
            state = {key: value.detach().cpu().numpy() for key, value in self._model.state_dict().items()}
            config = self._hfmodel.transformer.config.to_dict()
            message = {"config": config, "compact": pack(state), "tokenizer": files}
            return srsly.msgpack_dumps(message)  # type: ignore[attr-defined]

        def from_bytes(self, bytes_data: bytes) -> CompactShim:
            message: Any = srsly.msgpack_loads(bytes_data)  # type: ignore[attr-defined]
            if "compact" not in message:
                return cast(CompactShim, super().from_bytes(bytes_data))
            torch: Any = import_module("torch")
            with tempfile.TemporaryDirectory() as folder:
                (Path(folder) / "config.json").write_text(json.dumps(message["config"]), encoding="utf-8")
                # A message may come from anybody: no other name, which may be a path out of the folder.
                for file in message["tokenizer"].keys() & set(_TOKENIZER_FILES):
                    (Path(folder) / file).write_bytes(message["tokenizer"][file])
                config = self.config_cls.from_pretrained(folder)
                tokenizer = self.tokenizer_cls.from_pretrained(folder, use_fast=True)
            model = self.model_cls.from_config(config)
            model.load_state_dict({key: torch.from_numpy(value) for key, value in unpack(message["compact"]).items()})
            self._hfmodel = type(self._hfmodel)(tokenizer, model, None, {}, {})
            self._model = model.eval()
            _freeze(model, frozen_layers)
            return self

    architectures: Any = import_module("spacy_transformers.architectures")
    model: Model[Any, Any] = architectures.create_TransformerModel_v3(name, get_spans, tokenizer_config)
    wrapper: Any = model.layers[0]
    wrapper.shims[0] = CompactShim(wrapper.shims[0]._hfmodel)
    set_transformer = model.attrs["set_transformer"]

    def set_frozen(model: Model[Any, Any], trunk: Any) -> None:
        set_transformer(model, trunk)
        _freeze(trunk.transformer, frozen_layers)

    model.attrs["set_transformer"] = set_frozen
    return model


def _freeze(trunk: Any, layers: int) -> None:
    """Leave the table of word pieces and the lower layers out of training; -1 leaves nothing out."""
    if layers >= 0:
        for part in (trunk.embeddings, *trunk.encoder.layer[:layers]):
            part.requires_grad_(False)


def pack(state: dict[str, NDArray[Any]]) -> dict[str, dict[str, Any]]:
    """Arrays in half precision, the table of word pieces in 8 bits with a scale a row.

    >>> packed = pack({"word_embeddings.weight": np.array([[1.0, -0.5], [0.0, 4.0]], "float32")})
    >>> unpack(packed)["word_embeddings.weight"].round(2).tolist()
    [[1.0, -0.5], [0.0, 4.0]]
    """
    packed: dict[str, dict[str, Any]] = {}
    for name, array in state.items():
        entry: dict[str, Any] = {"shape": list(array.shape), "type": array.dtype.str}
        if array.dtype.kind != "f":
            entry["data"] = array.tobytes()
        elif name.endswith("word_embeddings.weight"):
            scales = np.maximum(np.abs(array).max(axis=1), 1e-8) / 127
            entry["scales"] = scales.astype("float32").tobytes()
            entry["data"] = np.rint(array / scales[:, None]).astype("int8").tobytes()
        else:
            entry["half"] = True
            entry["data"] = array.astype("float16").tobytes()
        packed[name] = entry
    return packed


def unpack(packed: dict[str, dict[str, Any]]) -> dict[str, NDArray[Any]]:
    """The arrays that `pack` took, in their own types (rounded)."""
    state: dict[str, NDArray[Any]] = {}
    for name, entry in packed.items():
        kind, shape = np.dtype(entry["type"]), entry["shape"]
        if "scales" in entry:
            scales = np.frombuffer(entry["scales"], "float32")
            array = np.frombuffer(entry["data"], "int8").reshape(shape) * scales[:, None]
        else:
            array = np.frombuffer(entry["data"], "float16" if entry.get("half") else kind).reshape(shape)
        state[name] = array.astype(kind)
    return state
