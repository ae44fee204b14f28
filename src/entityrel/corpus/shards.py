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
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from time import perf_counter
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from entityrel.corpus.annotate import Limits, Pipeline, annotate_batches
from entityrel.corpus.items import Input, Rejected
from entityrel.corpus.maker import maker
from entityrel.corpus.storage import FORMATS
from entityrel.corpus.work import Done, Item, OnProgress, Settings, Todo, work
from entityrel.corpus.writers import replacing
from entityrel.errors import RecordError

__all__ = ["MANIFEST", "Manifest", "Run", "Shard", "annotate_to_folder", "plan"]

MANIFEST = "manifest.json"
#: The manifest is written again when this many times the time has passed that its writing took. So it costs at most
#: 5 % however many shards there are; a run that is killed loses what it did in that time.
_PAUSE = 20
#: Files under way, as `entityrel.corpus.writers.replacing` names them; others' files may lie in the folder as well.
_TEMPORARY = re.compile(r"\.(part-\d+|rejected-\d+|manifest|report)\.(jsonl?|parquet)\.\d+\.tmp")


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
class _Folder:
    """The folder and its manifest while a run goes on."""

    path: Path
    form: str
    made_by: dict[str, str]
    old: Mapping[int, Shard]
    new: dict[int, Shard] = field(default_factory=dict)
    write_at: float = 0.0

    def fingerprint(self, items: list[Item]) -> str:
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

    def finish(self, done: Done) -> Shard:
        for name, content in done.files.items():
            with replacing(self.path / name) as temporary:
                temporary.write_bytes(content)
        shard = Shard(
            number=done.number,
            fingerprint=done.fingerprint,
            articles=done.articles,
            relations=done.relations,
            rejected=len(done.rejected),
            files={name: hashlib.sha256(content).hexdigest() for name, content in done.files.items()},
        )
        self.new[done.number] = shard
        started = perf_counter()
        if started >= self.write_at:
            # Shards of an earlier run that this one has not come to yet stay in it: this run may be cut off too.
            self.write({**self.old, **self.new})
            self.write_at = perf_counter() + _PAUSE * (perf_counter() - started)
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
        for left in chain(self.path.iterdir(), self.path.glob("*/.*")):
            if _TEMPORARY.fullmatch(left.name):  # of a run that was killed while it wrote
                left.unlink(missing_ok=True)


def annotate_to_folder(
    inputs: Iterable[Item],
    folder: str | Path,
    *,
    nlp: Pipeline = None,
    form: str = "jsonl",
    workers: int | None = None,
    limits: Limits | None = None,
    shard_size: int = 1000,
    batch_size: int = 64,
    resume: bool = True,
    engine: Literal["local", "ray"] = "local",
    ray_address: str | None = None,
    on_progress: OnProgress | None = None,
    on_kept: Callable[[Shard], None] | None = None,
) -> Run:
    """Annotate a corpus into a folder, or go on with a run that was cut off.

    Args:
        inputs: What `entityrel.corpus.readers.read` gives.
        folder: Made if it is missing.
        nlp: A pipeline, or its name or path; the Ray engine takes a name or path only.
        form: "jsonl" or "parquet".
        workers: Processes; for Ray, shards at a time. None for one, and for Ray as many as the cluster has room for.
        limits: What an article may cost.
        shard_size: Articles in a shard, at most; a shard also ends where a file of JSON Lines ends, so that a change in
            one file leaves the shards of the others as they are.
        batch_size: Articles that are handed to the pipeline at a time.
        resume: Keep the shards that are there already, if they are what this run would write.
        engine: "local", or "ray": the same shards as tasks of a Ray cluster, which give the same bytes.
        ray_address: Of the cluster, as `entityrel.corpus.ray_engine` takes it.
        on_progress: Called as articles are done, before their shard is written: after each batch; for Ray, each shard.
        on_kept: Called with each shard that is kept.

    Returns:
        Counts.

    Raises:
        RecordError: If there is no such format; if the folder has a manifest that cannot be read, or another run is
            writing to it.
        PipelineError: If there is no such pipeline; for Ray also, if there is no such cluster or it is of no use.
    """
    _check_form(form)
    made_by = maker(nlp)  # a wrong name of a pipeline or format leaves no folder behind
    settings = Settings(nlp, form, workers, limits, batch_size)
    run = Run()
    start: Callable[[Iterable[Todo]], Iterator[Done]]
    if engine == "ray":
        from entityrel.corpus.ray_engine import work_on_ray  # noqa: PLC0415  (Ray comes with an extra)

        start = partial(work_on_ray, settings=settings, made_by=made_by, address=ray_address, on_progress=on_progress)
    else:
        annotate = partial(annotate_batches, nlp=nlp, workers=workers or 1, limits=limits)
        start = partial(work, annotate=annotate, settings=settings, on_progress=on_progress)
    with _locked(Path(folder)):
        state = _open(Path(folder), made_by, form, resume)
        for done in start(_todo(inputs, state, shard_size, run, on_kept)):
            run.count(state.finish(done), kept=False)
        state.close()
    return run


def _todo(
    inputs: Iterable[Item], state: _Folder, shard_size: int, run: Run, on_kept: Callable[[Shard], None] | None
) -> Iterator[Todo]:
    for number, items in enumerate(_cut(inputs, shard_size)):
        fingerprint = state.fingerprint(items)
        if shard := state.kept(number, fingerprint):
            state.new[number] = shard
            run.count(shard, kept=True)
            if on_kept:
                on_kept(shard)
        else:
            yield Todo(number, fingerprint, items)


def plan(
    inputs: Iterable[Item], folder: str | Path, *, nlp: Pipeline = None, form: str = "jsonl", shard_size: int = 1000
) -> Run:
    """What `annotate_to_folder` would do: all shards are counted, those that would be kept also as such."""
    _check_form(form)
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


def _check_form(form: str) -> None:
    if form not in FORMATS:
        raise RecordError(f"no format {form!r}: there are {', '.join(FORMATS)}")


def _open(folder: Path, made_by: dict[str, str], form: str, resume: bool) -> _Folder:
    found = Manifest.read(folder)
    old = {shard.number: shard for shard in found.shards} if found and resume else {}
    return _Folder(folder, form, made_by, old)


def _cut(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    shard: list[Item] = []
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
