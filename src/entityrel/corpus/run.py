"""Annotating what the readers read: every result keeps the file and line of its input."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from entityrel.corpus.annotate import Limits, Pipeline, annotate_stream
from entityrel.corpus.items import Input, Rejected
from entityrel.schema import AnnotatedArticle, Article

__all__ = ["annotate_inputs"]


def annotate_inputs(
    inputs: Iterable[Input | Rejected],
    *,
    nlp: Pipeline = None,
    workers: int = 1,
    batch_size: int = 64,
    limits: Limits | None = None,
) -> Iterator[AnnotatedArticle | Rejected]:
    """Annotate what `entityrel.corpus.readers.read` gives; one result for each item, in order.

    A rejection, of the reader or of the pipeline, names the file and the line.

    Raises:
        PipelineError: If there is no such pipeline.
    """
    under_way: deque[Input | Rejected] = deque()

    def articles() -> Iterator[Article | Rejected]:
        for item in inputs:
            under_way.append(item)
            yield item.article if isinstance(item, Input) else item

    for result in annotate_stream(articles(), nlp=nlp, workers=workers, batch_size=batch_size, limits=limits):
        item = under_way.popleft()
        yield result.at(item) if isinstance(result, Rejected) and isinstance(item, Input) else result
