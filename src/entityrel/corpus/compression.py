"""Files that may be compressed, read and written as streams: gzip (.gz) and Zstandard (.zst, extra ``zstd``)."""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import BinaryIO, cast

from entityrel.errors import EntityrelError

__all__ = ["COMPRESSED", "open_binary", "unreadable", "write_binary"]

#: The endings of compressed files.
COMPRESSED = (".gz", ".zst")
#: Archives are often packed with windows of up to 2 GB (``zstd --long=31``), which readers refuse unless told.
_WINDOW = 31


def open_binary(path: Path) -> BinaryIO:
    """Open a file for reading; its ending says how it is compressed.

    What can go wrong while it is read: `unreadable`.

    Raises:
        OSError: If there is no such file.
        EntityrelError: If it needs a library that is not installed.
    """
    if path.name.lower().endswith(".gz"):
        return cast("BinaryIO", gzip.open(path))
    if path.name.lower().endswith(".zst"):
        zstd = _zstd(path)
        return cast("BinaryIO", zstd.open(path, options={zstd.DecompressionParameter.window_log_max: _WINDOW}))
    return path.open("rb")


@contextmanager
def write_binary(path: Path, ending: str) -> Iterator[BinaryIO]:
    """Open a file for writing, compressed as a name with this ending says. The same content gives the same bytes."""
    with path.open("wb") as raw:
        if ending == ".gz":
            # mtime=0: else the bytes would depend on the hour.
            with gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as packed:
                yield cast("BinaryIO", packed)
        elif ending == ".zst":
            with _zstd(path).open(raw, "wb") as packed:
                packed.write(b"")  # else nothing would be there at all, not even an empty frame
                yield cast("BinaryIO", packed)
        else:
            yield raw


def unreadable(path: Path) -> tuple[type[Exception], ...]:
    """What reading a file that `open_binary` opened may raise if it is damaged or cut off."""
    zstd_error = (_zstd(path).ZstdError,) if path.name.lower().endswith(".zst") else ()
    return (OSError, EOFError, zlib.error, *zstd_error)


def _zstd(path: Path) -> ModuleType:
    # The module of Python 3.14, and its backport: other libraries do not notice that a file was cut off.
    try:
        if sys.version_info >= (3, 14):
            from compression import zstd  # noqa: PLC0415
        else:
            from backports import zstd  # noqa: PLC0415
    except ImportError as error:
        raise EntityrelError(f"{path}: Zstandard needs a library: pip install 'entityrel[zstd]'") from error
    return zstd
