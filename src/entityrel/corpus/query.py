"""SQL over a Parquet dataset, by DuckDB, with views for what is asked most. Needs the extra ``parquet``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from entityrel.corpus.boilerplate import NOTE
from entityrel.errors import RecordError
from entityrel.sql import duckdb, open_tables

__all__ = ["VIEWS", "open_dataset", "query"]

#: The views beside the tables articles, mentions and relations. Names are canonical where they are known.
VIEWS = {
    "statements": """
        SELECT relations.*, articles.date AS article_date, articles.title, articles.url,
               coalesce(subject_name, subject_text) AS who, coalesce(object_name, object_text) AS what,
               coalesce(recipient_name, recipient_text) AS to_whom, coalesce(source_name, source_text) AS according_to,
               coalesce(relations.date, articles.date) AS told_date
        FROM relations JOIN articles ON relations.article = articles.id""",
    "facts": f"""
        SELECT * FROM statements WHERE polarity = 'affirmed' AND modality = 'actual'
        AND NOT coalesce(contains(provenance, '"{NOTE}'), false)""",
    "transfers": """
        SELECT who AS supplier, what AS item, to_whom AS receiver, polarity, modality, quantity, according_to,
               told_date, subject_id, object_id, recipient_id, article, evidence, confidence
        FROM statements WHERE predicate = 'transfers'""",
    "by_month": """
        SELECT left(told_date, 7) AS month, predicate, count(*) AS statements, count(DISTINCT article) AS articles
        FROM facts WHERE length(told_date) >= 7 GROUP BY ALL ORDER BY month, predicate""",
    "by_pair": """
        SELECT any_value(who) AS who, predicate, any_value(coalesce(to_whom, what)) AS whom,
               count(*) AS statements, count(DISTINCT article) AS articles,
               subject_id, coalesce(recipient_id, object_id) AS whom_id
        FROM facts GROUP BY subject_id, predicate, coalesce(recipient_id, object_id)
        ORDER BY articles DESC, statements DESC, subject_id, predicate, whom_id""",
}


def open_dataset(folder: str | Path) -> duckdb.DuckDBPyConnection:
    """A connection with the tables and views of a dataset that `entityrel annotate --format parquet` wrote.

    Raises:
        RecordError: If the folder is no such dataset.
    """
    connection = open_tables(folder)
    for name, sql in VIEWS.items():
        connection.execute(f"CREATE VIEW {name} AS {sql}")
    return connection


def query(sql: str, folder: str | Path) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The names of the columns and the rows of a query.

    Raises:
        RecordError: If the folder is no dataset, or the SQL is wrong; the message is DuckDB's.
    """
    with open_dataset(folder) as connection:
        try:
            result = connection.execute(sql)
            if result is None:  # nothing but blanks or comments
                return [], []
            return [column[0] for column in result.description or ()], result.fetchall()
        except duckdb.Error as error:
            raise RecordError(f"the query failed: {error}") from error
