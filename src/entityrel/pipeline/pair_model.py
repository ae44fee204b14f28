"""The network of the relation classifier: embedded features, two layers, one sigmoid a predicate; numpy only.

A pair is a bag of feature keys. The embeddings of those that were met in training are summed; what was never met
is left out, so that it cannot collide with what was. Embeddings are kept as 8-bit integers with a scale a feature.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["PairModel", "fingerprint"]

_Floats = NDArray[np.float32]
#: Names of the arrays that training finds.
_ARRAYS = ("keys", "embeddings", "scales", "input_bias", "hidden", "hidden_bias", "output", "output_bias")


def fingerprint(keys: NDArray[np.int64]) -> NDArray[np.uint32]:
    """32 well-mixed bits of each key: enough to tell the features of one model apart."""
    mixed = keys.astype(np.uint64)
    mixed ^= mixed >> np.uint64(33)
    mixed *= np.uint64(0xFF51AFD7ED558CCD)
    mixed ^= mixed >> np.uint64(33)
    mixed *= np.uint64(0xC4CEB9FE1A85EC53)
    mixed ^= mixed >> np.uint64(33)
    return (mixed & np.uint64(0xFFFFFFFF)).astype(np.uint32)


class _Finder:
    """Finds numbers that are spread evenly over 32 bits in a sorted array, several times as fast as by halving."""

    def __init__(self, sorted_keys: NDArray[np.uint32]) -> None:
        self._keys = np.append(sorted_keys, np.uint32(0xFFFFFFFF))
        bits = min(18, max(1, len(sorted_keys).bit_length() + 1))
        self._shift = np.uint32(32 - bits)
        self._starts = np.searchsorted(sorted_keys, np.arange(1 << bits, dtype=np.uint32) << self._shift)
        self._size = len(sorted_keys)

    def __call__(self, wanted: NDArray[np.uint32]) -> NDArray[np.int64]:
        """The place of each number; -1 if it is not there."""
        rows: NDArray[np.int64] = self._starts[wanted >> self._shift]
        met = self._keys[rows]
        further = np.flatnonzero(met < wanted)
        while len(further):
            rows[further] += 1
            met[further] = self._keys[rows[further]]
            further = further[met[further] < wanted[further]]
        rows[(met != wanted) | (rows == self._size)] = -1
        return rows


@dataclass(frozen=True, slots=True)
class PairModel:
    """Weights of one network, or of several that share their features (their probabilities are averaged).

    Attributes:
        keys: Fingerprints of the features, sorted.
        embeddings: One row a feature; the columns of the networks stand side by side.
        scales: What a row's integers are multiplied by.
        input_bias: (networks, width).
        hidden: (networks, width, hidden width); ``hidden_bias``: (networks, hidden width).
        output: (networks, width + hidden width, outputs); ``output_bias``: (networks, outputs).
    """

    keys: NDArray[np.uint32]
    embeddings: NDArray[np.int8]
    scales: _Floats
    input_bias: _Floats
    hidden: _Floats
    hidden_bias: _Floats
    output: _Floats
    output_bias: _Floats
    finder: _Finder = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "finder", _Finder(self.keys))

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], prefix: str) -> PairModel:
        """Build a model of the arrays whose names start with ``prefix``."""
        return cls(*(_widen(arrays[f"{prefix}{name}"]) for name in _ARRAYS))

    def arrays(self, prefix: str) -> dict[str, NDArray[Any]]:
        """The weights by name, each name with ``prefix``; dense layers in half precision."""
        found = {f"{prefix}{name}": getattr(self, name) for name in _ARRAYS}
        halved = {f"{prefix}{name}" for name in ("hidden", "output", "input_bias", "hidden_bias", "output_bias")}
        return {name: a.astype(np.float16) if name in halved else a for name, a in found.items()}

    @property
    def outputs(self) -> int:
        """Number of sigmoids."""
        return int(self.output.shape[-1])

    def __call__(self, bags: Sequence[Sequence[int]]) -> _Floats:
        """Probabilities, one row a bag of keys, one column an output."""
        sizes = np.fromiter(map(len, bags), np.int64, len(bags))
        keys = np.fromiter((key for bag in bags for key in bag), np.int64, int(sizes.sum()))
        return self.probabilities(self.sums(keys, np.repeat(np.arange(len(bags)), sizes), len(bags)))

    def sums(self, keys: NDArray[np.int64], owners: NDArray[np.int64], size: int) -> _Floats:
        """The sums of the embeddings of the keys of each of ``size`` bags; ``owners`` are the keys' bags."""
        rows = self.finder(fingerprint(keys))
        known = np.flatnonzero(rows >= 0)
        owners = owners[known]
        if size < 1 << 16:
            owners = owners.astype(np.uint16)  # is sorted in linear time
        order = np.argsort(owners, kind="stable")
        return self._sum(rows[known[order]], owners[order], size)

    def _sum(self, rows: NDArray[np.int64], owners: NDArray[np.int64], size: int) -> _Floats:
        """Sums of the embeddings of each bag; in slices, so that a long text needs little memory."""
        total = np.zeros((size, self.embeddings.shape[1]), np.float32)
        step = 1 << 16
        for start in range(0, len(rows), step):
            part, owner = rows[start : start + step], owners[start : start + step]
            values = self.embeddings[part] * self.scales[part, None]
            first = np.concatenate([[0], 1 + np.flatnonzero(owner[1:] != owner[:-1])])
            total[owner[first]] += np.add.reduceat(values, first, axis=0)
        return total

    def probabilities(self, summed: _Floats) -> _Floats:
        """Probabilities of bags whose embeddings have been summed: one row a bag, one column an output."""
        networks, width = self.input_bias.shape
        mean = np.zeros((len(summed), self.outputs), np.float32)
        for k in range(networks):
            x = np.maximum(summed[:, k * width : (k + 1) * width] + self.input_bias[k], 0)
            h = np.maximum(x @ self.hidden[k] + self.hidden_bias[k], 0)
            logits = x @ self.output[k, :width] + h @ self.output[k, width:] + self.output_bias[k]
            mean += 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
        return mean / np.float32(networks)


def _widen(array: NDArray[Any]) -> NDArray[Any]:
    return array.astype(np.float32) if array.dtype == np.float16 else array
