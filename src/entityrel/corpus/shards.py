"""Annotating a corpus into a folder, in shards, so that a run that was cut off goes on where it was.

The folder has a file for each shard, and ``manifest.json``: for each shard what it was made from and by what (a
fingerprint), and the hashes of its files. A shard is a run of articles of the input; when the run is started again,
the input is read again, and the shards whose fingerprint is the same are kept. So a changed article, another
pipeline or another version of the library is noticed, and an undisturbed run gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from pydantic import BaseModel, ConfigDict, ValidationError

from entityrel.corpus.annotate import Batch, Limits, Pipeline, annotate_batches, batches
from entityrel.corpus.items import Input, Rejected
from entityrel.corpus.maker import maker
from entityrel.corpus.storage import FORMATS, write_shard
from entityrel.corpus.writers import replacing
from entityrel.errors import RecordError
from entityrel.schema import AnnotatedArticle

__all__ = ["MANIFEST", "Manifest", "Run", "Shard", "annotate_to_folder", "plan"]

MANIFEST = "manifest.json"
_Item: TypeAlias = "Input | Rejected"


class Shard(BaseModel):
    """A finished shard: ``files`` are the hashes of its files (SHA-256), by their path in the folder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    fingerprint: str
    articles: int
    relations: int
    rejected: int
    files: dict[str, str]


class Manifest(BaseModel):
    """What is in the folder, and what made it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = 1
    format: str
    maker: dict[str, str]
    shards: tuple[Shard, ...] = ()

    @classmethod
    def read(cls, folder: Path) -> Manifest | None:
        """The manifest of a folder; None if it has none.

        Raises:
            RecordError: If it cannot be read.
        """
        path = folder / MANIFEST
        try:
            return cls.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as error:
            raise RecordError(
                f"{path} is no manifest of this version; remove the folder to begin anew: {error}"
            ) from error

    def write(self, folder: Path) -> None:
        """Write it, complete or not at all."""
        with replacing(folder / MANIFEST) as temporary:
            temporary.write_text(self.model_dump_json(indent=1) + "\n", encoding="utf-8")


@dataclass(slots=True)
class Run:
    """What a run did: ``kept`` counts articles and rejections of shards that were there already."""

    articles: int = 0
    relations: int = 0
    rejected: int = 0
    kept: int = 0
    shards: int = 0
    shards_kept: int = 0

    def count(self, shard: Shard, *, kept: bool) -> None:
        """Add a shard."""
        self.articles += shard.articles
        self.relations += shard.relations
        self.rejected += shard.rejected
        self.shards += 1
        if kept:
            self.kept += shard.articles + shard.rejected
            self.shards_kept += 1


@dataclass(slots=True)
class _UnderWay:
    """A batch that was handed out: its shard, its input, and whether it ends the shard."""

    number: int
    fingerprint: str
    inputs: list[_Item]
    last: bool


@dataclass(slots=True)
class _Folder:
    """The folder and its manifest while a run goes on."""

    path: Path
    form: str
    made_by: dict[str, str]
    old: Mapping[int, Shard]
    new: dict[int, Shard] = field(default_factory=dict)

    def fingerprint(self, items: list[_Item]) -> str:
        digest = hashlib.sha256(json.dumps([self.form, self.made_by], sort_keys=True).encode())
        for item in items:
            if isinstance(item, Rejected):
                content: object = item.to_dict()
            else:
                content = [item.file, item.line, item.article.model_dump(mode="json")]
            digest.update(json.dumps(content).encode() + b"\n")
        return digest.hexdigest()

    def kept(self, number: int, fingerprint: str) -> Shard | None:
        """The shard as it is in the folder, if it is the one wanted and whole."""
        shard = self.old.get(number)
        if shard is None or shard.fingerprint != fingerprint:
            return None
        whole = all(_sha256(self.path / name) == digest for name, digest in shard.files.items())
        return shard if whole else None

    def finish(self, number: int, fingerprint: str, results: list[AnnotatedArticle | Rejected]) -> Shard:
        articles = [item for item in results if isinstance(item, AnnotatedArticle)]
        rejected = [item for item in results if isinstance(item, Rejected)]
        names = write_shard(self.path, self.form, number, articles, rejected)
        shard = Shard(
            number=number,
            fingerprint=fingerprint,
            articles=len(articles),
            relations=sum(len(article.relations) for article in articles),
            rejected=len(rejected),
            files={name: _sha256(self.path / name) or "" for name in names},
        )
        self.new[number] = shard
        # Shards of an earlier run that this one has not come to yet stay in the manifest: it may be cut off too.
        self.write({**self.old, **self.new})
        return shard

    def write(self, shards: Mapping[int, Shard]) -> None:
        ordered = tuple(shards[number] for number in sorted(shards))
        Manifest(format=self.form, maker=self.made_by, shards=ordered).write(self.path)

    def close(self) -> None:
        """Write the final manifest, and remove what no shard of this input has."""
        self.write(self.new)
        current = {name for shard in self.new.values() for name in shard.files}
        for shard in self.old.values():
            for name in shard.files.keys() - current:
                (self.path / name).unlink(missing_ok=True)
        for left in self.path.rglob(".*.tmp"):  # of a run that was killed while it wrote
            left.unlink(missing_ok=True)


def annotate_to_folder(
    inputs: Iterable[_Item],
    folder: str | Path,
    *,
    nlp: Pipeline = None,
    form: str = "jsonl",
    workers: int = 1,
    limits: Limits | None = None,
    shard_size: int = 1000,
    batch_size: int = 64,
    resume: bool = True,
    on_result: Callable[[AnnotatedArticle | Rejected], None] | None = None,
    on_kept: Callable[[Shard], None] | None = None,
) -> Run:
    """Annotate a corpus into a folder, or go on with a run that was cut off.

    Args:
        inputs: What `entityrel.corpus.readers.read` gives.
        folder: Made if it is missing.
        nlp: A pipeline, or its name or path.
        form: "jsonl" or "parquet".
        workers: Processes.
        limits: What an article may cost.
        shard_size: Articles in a shard, at most; a shard also ends where a file of JSON Lines ends, so that a change in
            one file leaves the shards of the others as they are.
        batch_size: Articles that are handed to the pipeline at a time.
        resume: Keep the shards that are there already, if they are what this run would write.
        on_result: Called with each result, before its shard is written.
        on_kept: Called with each shard that is kept.

    Returns:
        Counts.

    Raises:
        RecordError: If the folder has a manifest that cannot be read, or another run is writing to it.
        PipelineError: If there is no such pipeline.
    """
    made_by = maker(nlp)  # a wrong name of a pipeline leaves no folder behind
    with _locked(Path(folder)):
        state = _open(Path(folder), made_by, form, resume)
        return _annotate(
            inputs, state, nlp=nlp, workers=workers, limits=limits, shard_size=shard_size, batch_size=batch_size,
            on_result=on_result, on_kept=on_kept,
        )  # fmt: skip


def _annotate(
    inputs: Iterable[_Item],
    state: _Folder,
    *,
    nlp: Pipeline,
    workers: int,
    limits: Limits | None,
    shard_size: int,
    batch_size: int,
    on_result: Callable[[AnnotatedArticle | Rejected], None] | None,
    on_kept: Callable[[Shard], None] | None,
) -> Run:
    run = Run()
    under_way: deque[_UnderWay] = deque()

    def todo() -> Iterator[Batch]:
        for number, items in enumerate(_cut(inputs, shard_size)):
            fingerprint = state.fingerprint(items)
            if shard := state.kept(number, fingerprint):
                state.new[number] = shard
                run.count(shard, kept=True)
                if on_kept:
                    on_kept(shard)
                continue
            waiting = deque(items)
            for batch in batches((item.article if isinstance(item, Input) else item for item in items), batch_size):
                own = [waiting.popleft() for _ in batch]
                under_way.append(_UnderWay(number, fingerprint, own, last=not waiting))
                yield batch

    collected: list[AnnotatedArticle | Rejected] = []
    for results in annotate_batches(todo(), nlp=nlp, workers=workers, limits=limits):
        batch = under_way.popleft()
        for result, item in zip(results, batch.inputs, strict=True):
            placed = result.at(item) if isinstance(result, Rejected) and isinstance(item, Input) else result
            collected.append(placed)
            if on_result:
                on_result(placed)
        if batch.last:
            run.count(state.finish(batch.number, batch.fingerprint, collected), kept=False)
            collected = []
    state.close()
    return run


def plan(
    inputs: Iterable[_Item], folder: str | Path, *, nlp: Pipeline = None, form: str = "jsonl", shard_size: int = 1000
) -> Run:
    """What `annotate_to_folder` would do: all shards are counted, those that would be kept also as such."""
    state = _open(Path(folder), maker(nlp), form, resume=True)
    run = Run()
    for number, items in enumerate(_cut(inputs, shard_size)):
        fingerprint = state.fingerprint(items)
        shard = state.kept(number, fingerprint)
        good = sum(isinstance(item, Input) for item in items)
        empty = Shard(
            number=number, fingerprint=fingerprint, articles=good, relations=0, rejected=len(items) - good, files={}
        )  # fmt: skip
        run.count(shard or empty, kept=shard is not None)
    return run


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep other runs out of the folder. The system lifts the lock when the process ends, however it ends."""
    try:
        import fcntl  # noqa: PLC0415
    except ImportError:  # Windows
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RecordError(f"another run is writing to {folder}; wait for it, or end it") from error
        yield
    finally:
        os.close(handle)


def _open(folder: Path, made_by: dict[str, str], form: str, resume: bool) -> _Folder:
    if form not in FORMATS:
        raise RecordError(f"no format {form!r}: there are {', '.join(FORMATS)}")
    found = Manifest.read(folder)
    old = {shard.number: shard for shard in found.shards} if found and resume else {}
    return _Folder(folder, form, made_by, old)


def _cut(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    shard: list[_Item] = []
    for item in items:
        of_lines = item.line is not None or (bool(shard) and shard[-1].line is not None)
        if shard and (len(shard) >= size or (of_lines and item.file != shard[-1].file)):
            yield shard
            shard = []
        shard.append(item)
    if shard:
        yield shard


def _sha256(path: Path) -> str | None:
    try:
        with path.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError:
        return None
