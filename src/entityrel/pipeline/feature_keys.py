"""Feature keys: a tag and up to three values, mixed into one integer of 63 bits; one by one, and in whole tables.

The mix is linear, so that the keys of all features of a group, for all rows of a table, are one product of matrices.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["Features", "Ints", "Keys", "Ragged", "key", "spread", "text_key"]

Ints = NDArray[np.int64]

_MASK: Final = 0x7FFFFFFFFFFFFFFF
_TAG: Final = 0x9E3779B97F4A7C15
_VALUES: Final = (0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5)


def key(tag: int, a: int = 0, b: int = 0, c: int = 0) -> int:
    """Mix a tag and up to three values (of at most 32 bits) into one key of 63 bits."""
    return (tag * _TAG + a * _VALUES[0] + b * _VALUES[1] + c * _VALUES[2]) & _MASK


def text_key(text: str) -> int:
    """A number for a short text, the same on every machine."""
    return zlib.crc32(text.encode()) & 0x7FFFFFFF


class Features:
    """A group of features over the columns of one table.

    Args:
        columns: Names of the columns, with spaces between. A column "tag" is added to the tag of each feature.
        features: The tag of each feature and the columns that it mixes, as in ``"41 word roles types"``; a value that
            is the same everywhere is written as ``=3``.

    Example:
        >>> group = Features("word types", "31 word types", "32 word =7")
        >>> group(np.array([5, 6]), np.array([1, 1])).tolist() == [
        ...     [key(31, 5, 1), key(32, 5, 7)], [key(31, 6, 1), key(32, 6, 7)]]
        True
    """

    def __init__(self, columns: str, *features: str) -> None:
        names = columns.split()
        matrix = [[0] * len(features) for _ in names]
        constant = []
        for n, feature in enumerate(features):
            tag, *values = feature.split()
            fixed = int(tag) * _TAG
            if "tag" in names:
                matrix[names.index("tag")][n] += _TAG
            for value, factor in zip(values, _VALUES, strict=False):
                if value.startswith("="):
                    fixed += int(value[1:]) * factor
                else:
                    matrix[names.index(value)][n] += factor
            constant.append(fixed & 0xFFFFFFFFFFFFFFFF)
        wrapped = [[factor & 0xFFFFFFFFFFFFFFFF for factor in row] for row in matrix]
        self._matrix = np.array(wrapped, np.uint64).view(np.int64)
        self._constant = np.array(constant, np.uint64).view(np.int64)

    def __call__(self, *columns: Ints) -> Ints:
        """The keys, one row a row of the table, one column a feature."""
        total: Ints = np.stack(columns, axis=1) @ self._matrix  # integers: what overflows is cut off, as in `key`
        total += self._constant
        total &= _MASK
        return total


class Keys:
    """Gathers keys, each with the number of its owner."""

    def __init__(self) -> None:
        self._keys: list[Ints] = []
        self._owners: list[Ints] = []

    def add(self, owners: Ints, keys: Ints) -> None:
        """Keys as `Features` gives them, with the owner of each row."""
        if keys.size:
            self._keys.append(keys.ravel())
            self._owners.append(np.repeat(owners, keys.shape[1]))

    def add_some(self, pairs: Sequence[tuple[int, int]]) -> None:
        """Single keys: pairs of an owner and a key."""
        if pairs:
            both = np.array(pairs, np.int64)
            self._owners.append(both[:, 0])
            self._keys.append(both[:, 1])

    def all(self) -> tuple[Ints, Ints]:
        """All keys, and their owners, in no order."""
        nothing = np.zeros(0, np.int64)
        return np.concatenate([nothing, *self._keys]), np.concatenate([nothing, *self._owners])


class Ragged:
    """Lists of numbers of different lengths, one after the other."""

    def __init__(self, lists: Iterable[Sequence[int]]) -> None:
        found = list(lists)
        sizes = np.fromiter(map(len, found), np.int64, len(found))
        self.values: Ints = np.fromiter((value for part in found for value in part), np.int64, int(sizes.sum()))
        self.starts: Ints = np.cumsum(sizes) - sizes
        self.sizes: Ints = sizes

    @classmethod
    def of(cls, values: Ints, sizes: Ints) -> Ragged:
        """Lists that lie one after the other in ``values``."""
        made = cls(())
        made.values, made.sizes, made.starts = values, sizes, np.cumsum(sizes) - sizes
        return made

    def of_one(self, which: int) -> list[int]:
        """One of the lists."""
        start = int(self.starts[which])
        found: list[int] = self.values[start : start + int(self.sizes[which])].tolist()
        return found

    def take(self, which: Ints) -> tuple[Ints, Ints]:
        """The numbers of the lists ``which``; first, for each number, the place of its list in ``which``.

        Example:
            >>> [part.tolist() for part in Ragged([[7], [], [8, 9]]).take(np.array([2, 1, 2, 0]))]
            [[0, 0, 2, 2, 3], [8, 9, 8, 9, 7]]
        """
        rows, places = spread(self.starts[which], self.sizes[which])
        return rows, self.values[places]


def spread(starts: Ints, sizes: Ints) -> tuple[Ints, Ints]:
    """The numbers of several ranges; first, for each number, which range it is of."""
    rows = np.repeat(np.arange(len(sizes)), sizes)
    return rows, np.arange(len(rows)) + np.repeat(starts - (np.cumsum(sizes) - sizes), sizes)
