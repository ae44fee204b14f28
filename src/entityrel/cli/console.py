"""What the command line shows while it works: progress, records that were set aside, counts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from entityrel.corpus.items import Input, Rejected
from entityrel.corpus.readers import STDIN
from entityrel.corpus.writers import replacing
from entityrel.schema import AnnotatedArticle, Article

if TYPE_CHECKING:
    from entityrel.corpus.shards import Run, Shard

__all__ = ["ERR", "Seen", "number", "plain", "plan_text", "progress"]

#: Standard error.
ERR = Console(stderr=True)


def progress() -> Progress:
    """A progress bar on standard error; it vanishes when it is done."""
    return Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        TimeElapsedColumn(), TimeRemainingColumn(),
        console=ERR, transient=True,
    )  # fmt: skip


class Seen:
    """Shows and counts the results of a run."""

    def __init__(
        self, progress: Progress | None, total: int | None, write_rejected: Callable[[str], None] | None
    ) -> None:
        self._progress = progress
        self._task = progress.add_task("annotating", total=total) if progress else None
        self._write_rejected = write_rejected
        self._started = perf_counter()
        self.articles = self.rejected = self.articles_kept = 0

    def result(self, result: AnnotatedArticle | Rejected) -> None:
        """Count a result; what was set aside is named."""
        self._advance(1)
        if isinstance(result, Rejected):
            self._set_aside(result)
        else:
            self.articles += 1

    def articles_of(self, items: Iterable[Input | Rejected]) -> Iterator[Article]:
        """The articles of a stream; what was set aside is counted and named."""
        for item in items:
            self._advance(1)
            if isinstance(item, Rejected):
                self._set_aside(item)
            else:
                self.articles += 1
                yield item.article

    def _set_aside(self, result: Rejected) -> None:
        self.rejected += 1
        ERR.print(f"[yellow]set aside:[/] {plain(str(result))}", highlight=False, soft_wrap=True)
        if self._write_rejected:
            self._write_rejected(json.dumps(result.to_dict()))

    def kept(self, shard: Shard) -> None:
        """Count a shard of an earlier run."""
        self._advance(shard.articles + shard.rejected)
        self.articles_kept += shard.articles
        self.rejected += shard.rejected

    def _advance(self, steps: int) -> None:
        if self._progress and self._task is not None:
            self._progress.advance(self._task, steps)

    def report(self, output: Path) -> None:
        """Say what was done; for a folder also in its report.json."""
        seconds = perf_counter() - self._started
        rate = f" in {seconds:.0f} s, {self.articles / seconds:.1f} a second" if seconds >= 1 and self.articles else ""
        kept = f", {self.articles_kept:,} kept from an earlier run" if self.articles_kept else ""
        where = "standard output" if str(output) == STDIN else str(output)
        ERR.print(
            f"{number(self.articles, 'article')} annotated to {plain(where)}{rate}{kept}",
            highlight=False,
            soft_wrap=True,
        )
        if output.is_dir():
            figures = {
                "articles": self.articles, "kept": self.articles_kept, "rejected": self.rejected,
                "seconds": round(seconds, 1),
            }  # fmt: skip
            with replacing(output / "report.json") as temporary:
                temporary.write_text(json.dumps(figures, indent=1) + "\n")
        if self.rejected:
            ERR.print(f"[yellow]{number(self.rejected, 'record')} set aside[/]", highlight=False)


def plan_text(run: Run) -> str:
    """What a run on a folder would do, in a line."""
    todo = run.articles + run.rejected - run.kept
    return (
        f"{number(run.shards, 'shard')} of {number(run.articles, 'article')}; {number(run.rejected, 'record')} "
        f"cannot be read. To do: {number(run.shards - run.shards_kept, 'shard')}, {number(todo, 'record')}."
    )


def number(count_: int, noun: str) -> str:
    """A count with its noun: "1 article", "2,000 articles"."""
    return f"{count_:,} {noun}{'' if count_ == 1 else 's'}"


def plain(text: str) -> str:
    """Text for rich, without its markup and without control characters that could move a terminal's cursor."""
    return escape("".join(char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in text))
