"""Small sparse linear models, learnt from the gold and kept in ``data/qualifier.npz``; numpy only."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from entityrel.errors import KnowledgeError
from entityrel.knowledge.files import DATA

__all__ = ["Learned", "LinearModel", "load_learned", "pack", "row_of"]

#: Saved weights are 8-bit; a weight of this size is 127.
_SCALE = 4.0


def row_of(feature: str) -> int:
    """The 32-bit hash under which a feature's weights are kept."""
    return zlib.crc32(feature.encode())


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Weights of a linear classifier.

    Attributes:
        rows: Row number by hashed feature.
        weights: One row a feature, one column a class.
        bias: One number a class.
        classes: Names of the classes.
    """

    rows: Mapping[int, int]
    weights: np.ndarray[Any, np.dtype[np.float32]]
    bias: np.ndarray[Any, np.dtype[np.float32]]
    classes: tuple[str, ...]

    def scores(self, features: Iterable[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        """One score a class (logits)."""
        found = [row for feature in features if (row := self.rows.get(row_of(feature))) is not None]
        total: np.ndarray[Any, np.dtype[np.float32]] = self.weights[found].sum(axis=0) + self.bias
        return total

    def probabilities(self, features: Iterable[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        """One probability a class."""
        scores = self.scores(features)
        powers = np.exp(scores - scores.max())
        result: np.ndarray[Any, np.dtype[np.float32]] = powers / powers.sum()
        return result


@dataclass(frozen=True, slots=True)
class Learned:
    """What the qualifier learnt: its models by name, and the words that state a predicate."""

    models: Mapping[str, LinearModel]
    triggers: Mapping[tuple[str, str], float]


def pack(name: str, features: Sequence[str], weights: Any, bias: Any, classes: Sequence[str]) -> dict[str, Any]:
    """The arrays of a model for `numpy.savez_compressed`: weights in 8 bits, features as sorted hashes."""
    hashes = np.array([row_of(feature) for feature in features], dtype=np.uint32)
    order = np.argsort(hashes)
    scaled = np.clip(np.round(np.asarray(weights) * (127 / _SCALE)), -127, 127).astype(np.int8)
    return {
        f"{name}/hashes": hashes[order],
        f"{name}/weights": scaled[order],
        f"{name}/bias": np.asarray(bias, dtype=np.float32),
        f"{name}/classes": np.array(classes),
    }


@cache
def load_learned(path: Path = DATA / "qualifier.npz") -> Learned:
    """Read the models; without a file there are none, and the rules decide alone.

    Raises:
        KnowledgeError: If the file is not as `pack` writes it.
    """
    if not path.exists():
        return Learned({}, {})
    try:
        with np.load(path, allow_pickle=False) as arrays:
            names = sorted({key.partition("/")[0] for key in arrays.files if key.endswith("/hashes")})
            models = {
                name: LinearModel(
                    rows={int(value): row for row, value in enumerate(arrays[f"{name}/hashes"])},
                    weights=arrays[f"{name}/weights"].astype(np.float32) * (_SCALE / 127),
                    bias=arrays[f"{name}/bias"],
                    classes=tuple(str(value) for value in arrays[f"{name}/classes"]),
                )
                for name in names
            }
            keys, values = arrays["triggers/keys"], arrays["triggers/values"]
    except (OSError, ValueError, KeyError) as error:
        raise KnowledgeError(f"{path}: {error}; models/scripts/train_qualifier.py writes it anew") from error
    triggers: dict[tuple[str, str], float] = {}
    for key, value in zip(keys, values, strict=True):
        predicate, _, lemma = str(key).partition(" ")
        triggers[predicate, lemma] = float(value)
    return Learned(models, triggers)
