"""A shard while it is worked on, by the processes of this machine or by those of a Ray cluster."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from entityrel.corpus.annotate import Batch, Limits, Pipeline, Results, batches
from entityrel.corpus.items import Input, Rejected
from entityrel.corpus.storage import shard_files
from entityrel.schema import AnnotatedArticle

__all__ = ["Done", "Item", "OnProgress", "Settings", "Todo", "work"]

Item: TypeAlias = "Input | Rejected"
#: Called with the number of articles that were annotated and the records that were set aside since the last call.
OnProgress: TypeAlias = Callable[[int, Sequence[Rejected]], None]


@dataclass(frozen=True, slots=True)
class Settings:
    """How the articles of a corpus are annotated and written; the same for every shard.

    Attributes:
        nlp: The pipeline, or its name or path.
        form: "jsonl" or "parquet".
        workers: Processes of this machine, or shards at a time on a cluster; None for one, or as many as fit there.
        limits: What an article may cost.
        batch_size: Articles that are handed to the pipeline at a time.
    """

    nlp: Pipeline = None
    form: str = "jsonl"
    workers: int | None = None
    limits: Limits | None = None
    batch_size: int = 64


@dataclass(frozen=True, slots=True)
class Todo:
    """A shard that is to be annotated; ``fingerprint`` says what it is made from and by what."""

    number: int
    fingerprint: str
    items: Sequence[Item]

    def __str__(self) -> str:
        place = f"{self.items[0].file}" + (f":{self.items[0].line}" if self.items[0].line else "")
        return f"shard {self.number} ({len(self.items)} records from {place} on)"


@dataclass(frozen=True, slots=True)
class Done:
    """A shard that was annotated: counts, what was set aside, and the content of its files by their paths."""

    number: int
    fingerprint: str
    articles: int
    relations: int
    rejected: Sequence[Rejected]
    files: dict[str, bytes]


def work(
    todo: Iterable[Todo],
    annotate: Callable[[Iterable[Batch]], Iterator[Results]],
    settings: Settings,
    on_progress: OnProgress | None = None,
) -> Iterator[Done]:
    """Annotate shards, one after the other; batches of the next are under way before one is done.

    Args:
        todo: The shards; read as results are taken, some ahead.
        annotate: Gives the results of batches, in order.
        settings: Format, and size of batches.
        on_progress: Called after each batch.
    """
    under_way: deque[tuple[Todo, list[Item], bool]] = deque()

    def cut() -> Iterator[Batch]:
        for shard in todo:
            waiting = deque(shard.items)
            articles = (item.article if isinstance(item, Input) else item for item in shard.items)
            for batch in batches(articles, settings.batch_size):
                items = [waiting.popleft() for _ in batch]
                under_way.append((shard, items, not waiting))
                yield batch

    collected: list[AnnotatedArticle | Rejected] = []
    for results in annotate(cut()):
        shard, items, last = under_way.popleft()
        placed = [
            result.at(item) if isinstance(result, Rejected) and isinstance(item, Input) else result
            for result, item in zip(results, items, strict=True)
        ]
        collected += placed
        if on_progress:
            rejected = [result for result in placed if isinstance(result, Rejected)]
            on_progress(len(placed) - len(rejected), rejected)
        if last:
            yield _done(shard, collected, settings.form)
            collected = []


def _done(shard: Todo, results: list[AnnotatedArticle | Rejected], form: str) -> Done:
    articles = [result for result in results if isinstance(result, AnnotatedArticle)]
    rejected = [result for result in results if isinstance(result, Rejected)]
    return Done(
        number=shard.number,
        fingerprint=shard.fingerprint,
        articles=len(articles),
        relations=sum(len(article.relations) for article in articles),
        rejected=rejected,
        files=shard_files(form, shard.number, articles, rejected),
    )
