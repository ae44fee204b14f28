"""What a run on a folder did, as report.json in the folder and as a table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table

from entityrel.cli.console import Seen, plain
from entityrel.corpus.writers import replacing

if TYPE_CHECKING:
    from entityrel.corpus.shards import Run

__all__ = ["report", "report_table", "write_report"]

#: The file in the folder.
REPORT = "report.json"
#: More kinds of reasons are one row of the table.
_MAX_REASONS = 10


def report(run: Run, seen: Seen, **settings: str | int | None) -> dict[str, Any]:
    """The figures of a run as plain data.

    ``articles`` and ``reasons`` (why records were set aside) are of this run alone; ``relations``, ``rejected`` and
    ``shards`` are of everything in the folder, also what ``kept`` articles of an earlier run have.
    """
    seconds = seen.seconds
    return {
        **settings,
        "articles": seen.articles,
        "kept": seen.articles_kept,
        "relations": run.relations,
        "rejected": run.rejected,
        "reasons": dict(seen.reasons.most_common()),
        "shards": run.shards,
        "shards_kept": run.shards_kept,
        "seconds": round(seconds, 1),
        "articles_per_second": round(seen.articles / seconds, 2),
    }


def write_report(folder: Path, figures: Mapping[str, Any]) -> None:
    """Write report.json, complete or not at all."""
    with replacing(folder / REPORT) as temporary:
        temporary.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def report_table(figures: Mapping[str, Any]) -> Table:
    """The figures as a table to read."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_column(style="dim")
    kept = figures["kept"]
    table.add_row("articles", f"{figures['articles'] + kept:,}", f"{kept:,} from an earlier run" if kept else "")
    table.add_row("statements", f"{figures['relations']:,}")
    table.add_row("set aside", f"{figures['rejected']:,}", "see rejected-*.jsonl" if figures["rejected"] else "")
    reasons = list(figures["reasons"].items())
    for reason, times in reasons[:_MAX_REASONS]:
        table.add_row("", f"{times:,}", plain(reason))
    if others := sum(times for _, times in reasons[_MAX_REASONS:]):
        table.add_row("", f"{others:,}", "other reasons")
    shards_kept = figures["shards_kept"]
    table.add_row("shards", f"{figures['shards']:,}", f"{shards_kept:,} from an earlier run" if shards_kept else "")
    table.add_row("seconds", f"{figures['seconds']:,.1f}", f"{figures['articles_per_second']:,.1f} articles a second")
    return table
