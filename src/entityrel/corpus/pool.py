"""Annotating in several processes, each with its own pipeline; a process that dies or hangs costs one article.

spaCy's own ``n_process`` cannot do this: it waits for ever for a process that died. Processes are started afresh
("spawn"), because a forked copy of a process with threads may deadlock.
"""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import TimeoutError as TookTooLong
from dataclasses import dataclass
from pathlib import Path

from pebble import ProcessExpired, ProcessFuture, ProcessPool
from spacy.language import Language
from spacy.util import load_model_from_config
from thinc.api import Config

from entityrel.corpus.annotate import Pipeline, annotate_batch, load_pipeline
from entityrel.corpus.items import Rejected
from entityrel.schema import AnnotatedArticle, Article

__all__ = ["annotate_in_processes"]

#: Seconds that a batch may take, and then each of its articles alone.
TIME_LIMIT = 300.0
#: Batches under way or waiting, for each process: enough to keep it busy while results are taken in order.
_AHEAD = 3

_Batch = list[Article | Rejected]
_Results = list[AnnotatedArticle | Rejected]


@dataclass(frozen=True, slots=True)
class _Source:
    """What a process needs to have the pipeline: its name or path, or everything that is in it."""

    name: str | Path | None = None
    config: str = ""
    data: bytes = b""
    max_length: int = 0

    @classmethod
    def of(cls, nlp: Pipeline) -> _Source:
        if not isinstance(nlp, Language):
            return cls(name=nlp)
        return cls(config=nlp.config.to_str(), data=nlp.to_bytes(), max_length=nlp.max_length)

    def load(self) -> Language:
        if not self.config:
            return load_pipeline(self.name)
        nlp = load_model_from_config(Config().from_str(self.config))
        nlp.max_length = self.max_length
        return nlp.from_bytes(self.data)


#: The pipeline of this process, or why it could not be loaded.
_pipeline: list[Language | Exception] = []


def annotate_in_processes(
    batches: Iterable[_Batch], nlp: Pipeline, workers: int, *, time_limit: float = TIME_LIMIT
) -> Iterator[AnnotatedArticle | Rejected]:
    """The results of all batches, in order. Batches are read as results are taken.

    Args:
        batches: Articles, and rejections that pass through.
        nlp: The pipeline, or its name or path. Components that are defined in ``__main__`` cannot be sent.
        workers: Number of processes.
        time_limit: Seconds for a batch; if it takes longer, or its process dies, its articles are tried alone, and
            the one that does it again is rejected.

    Raises:
        PipelineError: If a process cannot load the pipeline.
    """
    waiting: deque[tuple[_Batch, ProcessFuture[_Results]]] = deque()
    context = multiprocessing.get_context("spawn")
    pool = ProcessPool(workers, initializer=_start, initargs=(_Source.of(nlp),), context=context)
    try:
        for batch in batches:
            waiting.append((batch, pool.schedule(_work, (batch,), timeout=time_limit)))
            if len(waiting) >= workers * _AHEAD:
                yield from _results(pool, *waiting.popleft(), time_limit)
        while waiting:
            yield from _results(pool, *waiting.popleft(), time_limit)
        pool.close()  # type: ignore[no-untyped-call]
    finally:
        # After an error, or when the caller stops reading: nobody waits for what is still under way.
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()


def _start(source: _Source) -> None:
    # An exception here would break the pool without a message; the first batch reports it instead.
    try:
        _pipeline[:] = [source.load()]
    except Exception as error:
        _pipeline[:] = [error]


def _work(batch: _Batch) -> _Results:
    if isinstance(_pipeline[0], Exception):
        raise _pipeline[0]
    return annotate_batch(_pipeline[0], batch)


def _results(pool: ProcessPool, batch: _Batch, future: ProcessFuture[_Results], time_limit: float) -> _Results:
    try:
        return future.result()
    except (TookTooLong, ProcessExpired):
        return [_alone(pool, item, time_limit) for item in batch]


def _alone(pool: ProcessPool, item: Article | Rejected, time_limit: float) -> AnnotatedArticle | Rejected:
    if isinstance(item, Rejected):
        return item
    try:
        return pool.schedule(_work, ([item],), timeout=time_limit).result()[0]
    except TookTooLong:
        return Rejected(None, None, item.id, f"not done within {time_limit:g} s")
    except ProcessExpired as error:
        return Rejected(None, None, item.id, f"its process died, exit code {error.exitcode}")
