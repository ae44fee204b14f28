"""Annotating: one article, or a stream of them, in this process or in several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from spacy.language import Language

from entityrel.corpus.documents import is_long, make_docs, record
from entityrel.corpus.items import Rejected
from entityrel.errors import PipelineError, RecordError
from entityrel.schema import AnnotatedArticle, Article

__all__ = [
    "Batch",
    "Limits",
    "Named",
    "Pipeline",
    "Results",
    "annotate",
    "annotate_batch",
    "annotate_batches",
    "annotate_many",
    "annotate_stream",
    "batches",
    "load_pipeline",
]


@dataclass(frozen=True, slots=True)
class Named:
    """A pipeline by its name or path, with a CSV file of the user's own names, as `entityrel.load` takes them."""

    name: str = "sm"
    gazetteer: Path | None = None


#: A pipeline: in memory, or what each process loads its own from; None is the default one.
Pipeline: TypeAlias = "Language | Named | str | Path | None"
Batch: TypeAlias = "list[Article | Rejected]"
Results: TypeAlias = "list[AnnotatedArticle | Rejected]"
#: A batch ends at this many characters, so that memory stays flat whatever the articles' lengths.
_BATCH_CHARS = 400_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What an article may cost before it is rejected.

    Attributes:
        seconds: Time for a batch, and, if that is not enough, for each of its articles alone.
        memory: Memory of a worker process in bytes (address space; POSIX only); None for no limit.
    """

    seconds: float = 300.0
    memory: int | None = None


def annotate(
    text: str | Mapping[str, Any] | Article,
    *,
    id: str | None = None,
    date: str | None = None,
    title: str | None = None,
    url: str | None = None,
    nlp: Language | None = None,
) -> AnnotatedArticle:
    """Find the mentions and relations of one article.

    Any str will do: a lone surrogate is replaced by U+FFFD, and a very long text is annotated in pieces.

    Args:
        text: The text, a mapping with at least ``text``, or an `Article`.
        id: The article's id; without one, a hash of the text.
        date: Date of publication, ISO 8601; relative dates in the text are resolved against it.
        title: The headline.
        url: Where it was published.
        nlp: A pipeline with entityrel's components; the default one of `entityrel.load` if None.

    Raises:
        RecordError: If ``text`` is no article.
        PipelineError: If the pipeline lacks a component.

    Example:
        >>> article = annotate("Iran sold kamikaze drones to Russia.", date="2023-12-07")
        >>> [mention.id for mention in article.entities]
        ['IRN', 'kamikaze-drone', 'RUS']
    """
    article = Article.parse(text)
    given = {"id": id, "date": date, "title": title, "url": url}
    article = Article(**{**dict(article), **{name: value for name, value in given.items() if value is not None}})
    nlp = nlp or load_pipeline(None)
    return _in_pieces(nlp, article)


def annotate_many(
    articles: Iterable[str | Mapping[str, Any] | Article],
    *,
    nlp: Pipeline = None,
    workers: int = 1,
    batch_size: int = 64,
    on_error: Callable[[Rejected], None] | None = None,
) -> Iterator[AnnotatedArticle]:
    """Annotate a stream of articles; the records come in the order of the input, and memory stays flat.

    Args:
        articles: Any iterable of texts, mappings or articles; it is read as the results are taken.
        nlp: A pipeline, or its name or path.
        workers: Processes. With more than one, each loads its own pipeline, and a script that calls this needs the
            usual ``if __name__ == "__main__":``.
        batch_size: Articles that are handed to the pipeline at a time, at most.
        on_error: Called with each article that cannot be read or that makes a component raise; the rest goes on.

    Raises:
        RecordError: If an item is no article, and there is no ``on_error``; or if ``articles`` is one text.
        PipelineError: If a component raises, and there is no ``on_error``; or if there is no such pipeline.
    """
    if isinstance(articles, str | Mapping):
        raise RecordError("annotate_many() takes several articles; for one use annotate(), or put it into a list")
    parsed = (_parsed(item) for item in articles)
    for result in annotate_stream(parsed, nlp=nlp, workers=workers, batch_size=batch_size):
        if isinstance(result, AnnotatedArticle):
            yield result
        elif on_error is None:
            error = RecordError if result.id is None else PipelineError
            raise error(str(result))
        else:
            on_error(result)


def annotate_stream(
    items: Iterable[Article | Rejected],
    *,
    nlp: Pipeline = None,
    workers: int = 1,
    batch_size: int = 64,
    limits: Limits | None = None,
) -> Iterator[AnnotatedArticle | Rejected]:
    """Annotate the articles of a stream; exactly one result for each item, in order.

    What was rejected before passes through; an article that makes a component raise becomes a `Rejected`.
    """
    for results in annotate_batches(batches(items, batch_size), nlp=nlp, workers=workers, limits=limits):
        yield from results


def annotate_batches(
    todo: Iterable[Batch], *, nlp: Pipeline = None, workers: int = 1, limits: Limits | None = None
) -> Iterator[Results]:
    """Annotate batches of articles; the results of each batch, in order.

    Args:
        todo: The batches; they are read as results are taken, some ahead where there are several workers.
        nlp: A pipeline, or its name or path.
        workers: Processes.
        limits: What an article may cost; then even a single worker is a process of its own, that can be ended.

    Raises:
        PipelineError: If there is no such pipeline.
    """
    if workers > 1 or limits:
        # multiprocessing and pebble are imported only when they are needed.
        from entityrel.corpus.pool import annotate_in_processes  # noqa: PLC0415

        yield from annotate_in_processes(todo, nlp, workers, limits or Limits())
        return
    loaded = load_pipeline(nlp)
    for batch in todo:
        yield annotate_batch(loaded, batch)


def annotate_batch(nlp: Language, batch: Batch) -> Results:
    """The result of each item of a batch. The memory of their Docs is given back."""
    # Zones cannot be nested, and the caller may have opened one (spaCy's type information lacks the property).
    zone = nullcontext() if getattr(nlp.vocab, "in_memory_zone", False) else nlp.memory_zone()
    with zone:
        try:
            return _annotated(nlp, batch)
        except Exception:  # any component may raise anything: find out which article it is
            return [_annotated_alone(nlp, item) for item in batch]


@cache
def _load(pipeline: Named) -> Language:
    from entityrel.pipeline.build import load  # noqa: PLC0415

    return load(pipeline.name, gazetteer=pipeline.gazetteer)


def load_pipeline(nlp: Pipeline) -> Language:
    """The pipeline itself, or the one of that name or path; loaded once in a process.

    Raises:
        PipelineError: If there is no such pipeline, or it cannot be loaded.
        KnowledgeError: If the file of names is wrong.
    """
    if isinstance(nlp, Language):
        return nlp
    return _load(nlp if isinstance(nlp, Named) else Named(str(nlp or "sm")))


def _parsed(item: str | Mapping[str, Any] | Article) -> Article | Rejected:
    try:
        return Article.parse(item)
    except RecordError as error:
        return Rejected(None, None, None, str(error))


def batches(items: Iterable[Article | Rejected], size: int) -> Iterator[Batch]:
    """Cut a stream into batches of at most ``size`` items, fewer where they are long."""
    batch: Batch = []
    chars = 0
    for item in items:
        batch.append(item)
        chars += len(item.text) if isinstance(item, Article) else 0
        if len(batch) >= size or chars >= _BATCH_CHARS:
            yield batch
            batch, chars = [], 0
    if batch:
        yield batch


def _annotated(nlp: Language, batch: Batch) -> Results:
    short = [
        next(make_docs(nlp, item), None) if isinstance(item, Article) and not is_long(nlp, item) else None
        for item in batch
    ]
    done = nlp.pipe(doc for doc in short if doc is not None)
    return [
        item if isinstance(item, Rejected) else record(item, [next(done)]) if doc is not None else _in_pieces(nlp, item)
        for item, doc in zip(batch, short, strict=True)
    ]


def _in_pieces(nlp: Language, article: Article) -> AnnotatedArticle:
    # One piece after the other: only one Doc is in memory at a time.
    return record(article, (nlp(doc) for doc in make_docs(nlp, article)))


def _annotated_alone(nlp: Language, item: Article | Rejected) -> AnnotatedArticle | Rejected:
    if isinstance(item, Rejected):
        return item
    try:
        return _in_pieces(nlp, item)
    except Exception as error:
        return Rejected(None, None, item.id, f"the pipeline raised {type(error).__name__}: {error}")
