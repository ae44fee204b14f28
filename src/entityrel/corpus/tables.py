"""Articles in tables: CSV and TSV files with a header, and Parquet files; a row is an article."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from entityrel.corpus.items import Rejected
from entityrel.errors import EntityrelError

__all__ = ["csv_rows", "parquet_rows"]

#: Python's own limit is 131,072 characters a field, and articles may be longer.
_MAX_FIELD = 100_000_000


def csv_rows(file: Path) -> Iterator[tuple[int, dict[str, Any] | Rejected]]:
    """The rows of a CSV file (tabs between fields if its name ends in .tsv), with the line at which each ends.

    Empty fields are left out. A row with more fields than the header has is rejected.
    """
    before = csv.field_size_limit(_MAX_FIELD)
    line = 0
    try:
        with file.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle, delimiter="\t" if file.suffix.lower() == ".tsv" else ",")
            for row in reader:
                line = reader.line_num
                if None in row:
                    names = len(reader.fieldnames or ())
                    yield line, Rejected(str(file), line, None, f"more fields than the header, which has {names}")
                else:
                    yield line, {name: value for name, value in row.items() if value}
    except (csv.Error, UnicodeDecodeError, OSError) as error:
        yield line + 1, Rejected(str(file), line + 1, None, f"cannot be read on: {type(error).__name__}: {error}")
    finally:
        csv.field_size_limit(before)


def parquet_rows(file: Path) -> Iterator[tuple[int, dict[str, Any] | Rejected]]:
    """The rows of a Parquet file, with their numbers from 1; dates become ISO 8601. Needs the extra ``parquet``.

    Raises:
        EntityrelError: If pyarrow is not installed.
    """
    try:
        import pyarrow as pa  # type: ignore[import-untyped]  # noqa: PLC0415
        import pyarrow.parquet as pq  # type: ignore[import-untyped]  # noqa: PLC0415
    except ImportError as error:
        raise EntityrelError(f"{file}: Parquet needs pyarrow: pip install 'entityrel[parquet]'") from error

    number = 0
    try:
        with pq.ParquetFile(file) as table:
            for batch in table.iter_batches(batch_size=256):
                for row in batch.to_pylist():
                    number += 1
                    plain = json.loads(json.dumps(row, default=_plain))
                    yield number, {name: value for name, value in plain.items() if value is not None}
    except (pa.ArrowException, OSError) as error:
        yield number + 1, Rejected(str(file), number + 1, None, f"cannot be read on: {type(error).__name__}: {error}")


def _plain(value: Any) -> str:
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)
