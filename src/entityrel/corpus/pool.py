"""Annotating in several processes, each with its own pipeline; a process that dies or hangs costs one article.

spaCy's own ``n_process`` cannot do this: it waits for ever for a process that died. Processes are started afresh
("spawn"), because a forked copy of a process with threads may deadlock.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import BrokenExecutor, Future
from concurrent.futures import TimeoutError as TookTooLong
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import spacy
from pebble import ProcessExpired, ProcessPool
from spacy.language import Language

from entityrel.corpus.annotate import Batch, Limits, Named, Pipeline, Results, annotate_batch, load_pipeline
from entityrel.corpus.items import Rejected
from entityrel.errors import PipelineError
from entityrel.schema import AnnotatedArticle, Article

__all__ = ["Processes", "Source", "annotate_in_processes"]

#: Batches under way or waiting, for each process: enough to keep it busy while results are taken in order.
_AHEAD = 3


@dataclass(frozen=True, slots=True)
class Source:
    """Where a process finds the pipeline: a name or path, or a copy of one that is in memory."""

    name: Named | str | Path | None = None
    copy: Path | None = None
    max_length: int = 0

    def load(self) -> Language:
        """The pipeline.

        Raises:
            PipelineError: If there is none there.
        """
        if self.copy is None:
            return load_pipeline(self.name)
        nlp = spacy.load(self.copy)
        nlp.max_length = self.max_length
        return nlp


@contextmanager
def _source(nlp: Pipeline) -> Iterator[Source]:
    """A pipeline in memory is written to a temporary folder (spaCy's `to_bytes` loses patterns of an entity_ruler)."""
    if not isinstance(nlp, Language):
        yield Source(name=nlp)
        return
    with TemporaryDirectory(prefix="entityrel-") as folder:
        nlp.to_disk(folder)
        yield Source(copy=Path(folder), max_length=nlp.max_length)


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
    with _source(nlp) as source, Processes(source, workers, limits) as processes:
        yield from processes.results(batches)


class Processes:
    """Worker processes, each with its own pipeline. They end with the ``with`` block, or with this process."""

    def __init__(self, source: Source, workers: int, limits: Limits) -> None:
        self._source, self._workers, self._limits = source, workers, limits
        self._pool = self._start()
        self._works = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def results(self, batches: Iterable[Batch]) -> Iterator[Results]:
        """The results of each batch, in order, as `annotate_in_processes` describes."""
        waiting: deque[tuple[Batch, Future[Results]]] = deque()
        for batch in batches:
            waiting.append((batch, self._schedule(batch)))
            if len(waiting) >= self._workers * _AHEAD:
                yield self._next(waiting)
        while waiting:
            yield self._next(waiting)

    def _start(self) -> ProcessPool:
        context = multiprocessing.get_context("spawn")
        return ProcessPool(
            self._workers, initializer=_start, initargs=(self._source, self._limits), context=context
        )  # fmt: skip

    def _stop(self) -> None:
        # After an error, or when the caller stops reading: nobody waits for what is still under way.
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    def _schedule(self, batch: Batch) -> Future[Results]:
        try:
            return self._pool.schedule(_work, (batch,), timeout=self._limits.seconds)
        except RuntimeError as error:  # the pool is broken, which is dealt with when the turn comes to this batch
            future: Future[Results] = Future()
            future.set_exception(BrokenExecutor(str(error)))
            return future

    def _next(self, waiting: deque[tuple[Batch, Future[Results]]]) -> Results:
        while True:
            batch, future = waiting[0]
            try:
                results = self._results(batch, future)
            except BrokenExecutor as error:
                if not self._works:
                    raise PipelineError(
                        "the worker processes could not be started. A script that uses several workers needs its calls "
                        "below 'if __name__ == \"__main__\":', because each process imports it"
                    ) from error
                # A process that is killed while it takes a batch or gives it back takes the pool's locks with it: a
                # new pool does again what is under way. If that does not work at all, it is an error as above.
                self._stop()
                self._pool = self._start()
                self._works = False
                again = [batch for batch, _ in waiting]
                waiting.clear()
                waiting.extend((batch, self._schedule(batch)) for batch in again)
            else:
                self._works = True
                waiting.popleft()
                return results

    def _results(self, batch: Batch, future: Future[Results]) -> Results:
        try:
            return future.result()
        except (TookTooLong, ProcessExpired):
            return [self._alone(item) for item in batch]

    def _alone(self, item: Article | Rejected) -> AnnotatedArticle | Rejected:
        if isinstance(item, Rejected):
            return item
        try:
            return self._schedule([item]).result()[0]
        except TookTooLong:
            return Rejected(None, None, item.id, f"not done within {self._limits.seconds:g} s")
        except ProcessExpired as error:
            return Rejected(None, None, item.id, f"its process died, exit code {error.exitcode}")


def _start(source: Source, limits: Limits) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # An exception here would break the pool without a message; the first batch reports it instead.
    try:
        _pipeline[:] = [source.load()]
        if limits.memory is not None:
            import resource  # noqa: PLC0415  (there is none on Windows)

            resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    except Exception as error:
        _pipeline[:] = [error]


def _end_with_parent() -> None:
    # A process whose parent was killed would finish its batch for nobody, or hang in it for ever.
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os._exit(1)


def _work(batch: Batch) -> Results:
    if isinstance(_pipeline[0], Exception):
        raise _pipeline[0]
    return annotate_batch(_pipeline[0], batch)
