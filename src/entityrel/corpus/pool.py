"""Annotating in several processes, each with its own pipeline; a process that dies or hangs costs one article.

spaCy's own ``n_process`` cannot do this: it waits for ever for a process that died. Processes are started afresh
("spawn"), because a forked copy of a process with threads may deadlock.
"""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import BrokenExecutor
from concurrent.futures import TimeoutError as TookTooLong
from dataclasses import dataclass
from pathlib import Path

from pebble import ProcessExpired, ProcessFuture, ProcessPool
from spacy.language import Language
from spacy.util import load_model_from_config
from thinc.api import Config

from entityrel.corpus.annotate import Batch, Limits, Pipeline, Results, annotate_batch, load_pipeline
from entityrel.corpus.items import Rejected
from entityrel.errors import PipelineError
from entityrel.schema import AnnotatedArticle, Article

__all__ = ["annotate_in_processes"]

#: Batches under way or waiting, for each process: enough to keep it busy while results are taken in order.
_AHEAD = 3


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


def annotate_in_processes(batches: Iterable[Batch], nlp: Pipeline, workers: int, limits: Limits) -> Iterator[Results]:
    """The results of each batch, in order. Batches are read as results are taken, some ahead.

    Args:
        batches: Articles, and rejections that pass through.
        nlp: The pipeline, or its name or path. Components that are defined in ``__main__`` cannot be sent.
        workers: Number of processes.
        limits: If a batch takes longer, or its process dies, its articles are tried alone, and the one that does it
            again is rejected.

    Raises:
        PipelineError: If a process cannot be started, or cannot load the pipeline.
    """
    waiting: deque[tuple[Batch, ProcessFuture[Results]]] = deque()
    context = multiprocessing.get_context("spawn")
    pool = ProcessPool(workers, initializer=_start, initargs=(_Source.of(nlp), limits), context=context)
    try:
        for batch in batches:
            waiting.append((batch, pool.schedule(_work, (batch,), timeout=limits.seconds)))
            if len(waiting) >= workers * _AHEAD:
                yield _results(pool, *waiting.popleft(), limits)
        while waiting:
            yield _results(pool, *waiting.popleft(), limits)
        pool.close()  # type: ignore[no-untyped-call]
    finally:
        # After an error, or when the caller stops reading: nobody waits for what is still under way.
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()


def _start(source: _Source, limits: Limits) -> None:
    # An exception here would break the pool without a message; the first batch reports it instead.
    try:
        _pipeline[:] = [source.load()]
        if limits.memory is not None:
            import resource  # noqa: PLC0415  (there is none on Windows)

            resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    except Exception as error:
        _pipeline[:] = [error]


def _work(batch: Batch) -> Results:
    if isinstance(_pipeline[0], Exception):
        raise _pipeline[0]
    return annotate_batch(_pipeline[0], batch)


def _results(pool: ProcessPool, batch: Batch, future: ProcessFuture[Results], limits: Limits) -> Results:
    try:
        return future.result()
    except (TookTooLong, ProcessExpired):
        return [_alone(pool, item, limits) for item in batch]
    except BrokenExecutor as error:
        raise PipelineError(
            "the worker processes could not be started. A script that uses several workers needs its calls below "
            "'if __name__ == \"__main__\":', because each process imports it"
        ) from error


def _alone(pool: ProcessPool, item: Article | Rejected, limits: Limits) -> AnnotatedArticle | Rejected:
    if isinstance(item, Rejected):
        return item
    try:
        return pool.schedule(_work, ([item],), timeout=limits.seconds).result()[0]
    except TookTooLong:
        return Rejected(None, None, item.id, f"not done within {limits.seconds:g} s")
    except ProcessExpired as error:
        return Rejected(None, None, item.id, f"its process died, exit code {error.exitcode}")
