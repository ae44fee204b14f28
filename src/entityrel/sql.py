"""A Parquet dataset as tables of DuckDB: what the SQL of the corpus layer and of the graph layer both stand on.

A dataset is a folder that `entityrel annotate --format parquet` wrote; `entityrel.corpus.parquet` has the columns.
Needs the extra ``parquet``.
"""

from __future__ import annotations

from glob import escape
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from entityrel.errors import EntityrelError, RecordError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["TABLES", "open_tables"]

#: The tables of a dataset, each a folder of Parquet files.
TABLES: Final = ("articles", "mentions", "relations")


def open_tables(folder: str | Path, **settings: str | int | bool) -> DuckDBPyConnection:
    """A connection to a database in memory with a view for each table of a dataset.

    Args:
        folder: The dataset.
        settings: Settings of DuckDB, such as ``memory_limit="1GB"``.

    Raises:
        RecordError: If the folder is no such dataset.
        EntityrelError: If DuckDB is not installed.
    """
    folder = Path(folder)
    for table in TABLES:
        if not any((folder / table).glob("*.parquet")):
            raise RecordError(
                f"{folder} is no Parquet dataset of entityrel: it has no {table}/*.parquet; "
                "'entityrel annotate --format parquet' writes one"
            )
    try:
        duckdb = import_module("duckdb")
    except ImportError as error:
        raise EntityrelError("datasets need duckdb: pip install 'entityrel[parquet]'") from error
    connection: DuckDBPyConnection = duckdb.connect(config=settings)
    for table in TABLES:
        pattern = f"{escape(str(folder / table))}/*.parquet".replace("'", "''")
        connection.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{pattern}')")
    return connection
