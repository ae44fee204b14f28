"""A Parquet dataset as tables of DuckDB: what the SQL of the corpus layer and of the graph layer both stand on.

A dataset is a folder that `entityrel annotate --format parquet` wrote; `entityrel.corpus.parquet` has the columns.
Needs the extra ``parquet``.
"""

from __future__ import annotations

from glob import escape
from pathlib import Path
from typing import Final

from entityrel.errors import EntityrelError, RecordError

try:
    import duckdb
except ImportError as error:
    raise EntityrelError("SQL over a dataset needs duckdb: pip install 'entityrel[parquet]'") from error

__all__ = ["TABLES", "duckdb", "files", "open_tables"]

#: The tables of a dataset, each a folder of Parquet files.
TABLES: Final = ("articles", "mentions", "relations")


def open_tables(folder: str | Path, **settings: str | int | bool) -> duckdb.DuckDBPyConnection:
    """A connection to a database in memory with a view for each table of a dataset.

    Args:
        folder: The dataset.
        settings: Settings of DuckDB, such as ``memory_limit="1GB"``.

    Raises:
        RecordError: If the folder is no such dataset, or a file of it is damaged.
    """
    folder = Path(folder)
    for table in TABLES:
        if not any((folder / table).glob("*.parquet")):
            raise RecordError(
                f"{folder} is no Parquet dataset of entityrel: it has no {table}/*.parquet; "
                "'entityrel annotate --format parquet' writes one"
            )
    connection = duckdb.connect(config={**settings})
    for table in TABLES:
        pattern = files(folder / table, "*.parquet")
        try:
            connection.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet({pattern})")
        except (duckdb.InvalidInputException, duckdb.IOException) as error:
            connection.close()
            reason = str(error).partition("\n")[0]  # below stands our own SQL
            raise RecordError(f"{folder / table} cannot be read: {reason}; annotate into the folder again") from error
    return connection


def files(folder: Path, pattern: str) -> str:
    """A pattern of file names in a folder as text of SQL, whatever the folder is called.

    Example:
        >>> files(Path("it's [new]"), "*.parquet")
        "'it''s [[]new]/*.parquet'"
    """
    return "'" + f"{escape(folder.as_posix())}/{pattern}".replace("'", "''") + "'"
