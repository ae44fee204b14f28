"""What the command line shows while it works: progress, records that were set aside, counts."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from entityrel.corpus.items import Input, Rejected
from entityrel.corpus.readers import STDIN
from entityrel.schema import AnnotatedArticle, Article

if TYPE_CHECKING:
    from entityrel.corpus.shards import Run, Shard

__all__ = ["ERR", "Seen", "number", "plain", "plan_text", "progress"]

#: Standard error.
ERR = Console(stderr=True)


#: Seconds over which the rate is taken: a shard of a cluster is thousands of articles at once.
_RATE_PERIOD = 300


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.1f}/s" if task.speed else "", style="progress.data.speed")


class _SetAside(ProgressColumn):
    def render(self, task: Task) -> Text:
        rejected = task.fields.get("rejected", 0)
        return Text(f"{rejected:,} set aside" if rejected else "", style="yellow")


def progress() -> Progress:
    """A progress bar on standard error, with rate, time to go and errors; it vanishes when it is done."""
    return Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(),
        TimeElapsedColumn(), TimeRemainingColumn(), _SetAside(),
        console=ERR, transient=True, speed_estimate_period=_RATE_PERIOD,
    )  # fmt: skip


class Seen:
    """Shows and counts the results of a run."""

    def __init__(
        self, progress: Progress | None, total: int | None, write_rejected: Callable[[str], None] | None
    ) -> None:
        self._progress = progress
        self._task = progress.add_task("annotating", total=total, rejected=0) if progress else None
        self._total = total
        self._write_rejected = write_rejected
        self._started = perf_counter()
        self.articles = self.rejected = self.articles_kept = 0
        self.reasons: Counter[str] = Counter()

    @property
    def seconds(self) -> float:
        """Since the start."""
        return perf_counter() - self._started

    def results(self, articles: int, rejected: Sequence[Rejected]) -> None:
        """Count articles that were annotated, and name what was set aside."""
        self.articles += articles
        for item in rejected:
            self._set_aside(item)
        self._advance(articles + len(rejected))

    def result(self, result: AnnotatedArticle | Rejected) -> None:
        """Count a single result."""
        if isinstance(result, Rejected):
            self.results(0, [result])
        else:
            self.results(1, ())

    def articles_of(self, items: Iterable[Input | Rejected]) -> Iterator[Article]:
        """The articles of a stream; what was set aside is counted and named."""
        for item in items:
            if isinstance(item, Rejected):
                self.results(0, [item])
            else:
                self.results(1, ())
                yield item.article

    def _set_aside(self, result: Rejected) -> None:
        self.rejected += 1
        # What stands behind a colon or in brackets is of one record.
        self.reasons[re.split(r": | \(", result.reason, maxsplit=1)[0]] += 1
        ERR.print(f"[yellow]set aside:[/] {plain(str(result))}", highlight=False, soft_wrap=True)
        if self._write_rejected:
            self._write_rejected(json.dumps(result.to_dict()))

    def kept(self, shard: Shard, folder: Path) -> None:
        """Count a shard of an earlier run, and write again what was set aside of it.

        The bar shows what is to do, so that its rate is that of the work.
        """
        for name in shard.files:
            if self._write_rejected and name.startswith("rejected-"):
                for line in (folder / name).read_text(encoding="utf-8").splitlines():
                    self._write_rejected(line)
        self.articles_kept += shard.articles
        self.rejected += shard.rejected
        if self._total is not None:
            self._total -= shard.articles + shard.rejected
        self._advance(0)

    def _advance(self, steps: int) -> None:
        if self._progress and self._task is not None:
            self._progress.update(self._task, advance=steps, total=self._total, rejected=self.rejected)

    def report(self, output: Path) -> None:
        """Say what was done."""
        seconds = self.seconds
        rate = f" in {seconds:.0f} s, {self.articles / seconds:.1f} a second" if seconds >= 1 and self.articles else ""
        kept = f", {self.articles_kept:,} kept from an earlier run" if self.articles_kept else ""
        where = "standard output" if str(output) == STDIN else str(output)
        ERR.print(
            f"{number(self.articles, 'article')} annotated to {plain(where)}{rate}{kept}",
            highlight=False,
            soft_wrap=True,
        )
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
