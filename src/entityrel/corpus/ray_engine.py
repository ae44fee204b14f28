"""Annotating the shards of a corpus as tasks of a Ray cluster. Needs the extra ``ray``.

Ray places the tasks, moves their data, and gives those of a node or worker that was lost to others. A task makes the
content of a shard's files and sends it back, and the process that reads the corpus writes it; so nodes need no common
disk, and what is left of a run that was killed cannot write into the folder of the next one.

Each Ray worker holds a process with the pipeline (`entityrel.corpus.pool`), which is what an article that hangs or
eats memory ends. It stays from task to task and ends with its worker.
"""

from __future__ import annotations

import logging
import os
import socket
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from spacy.language import Language

from entityrel.corpus.annotate import Limits, Named
from entityrel.corpus.maker import maker
from entityrel.corpus.pool import Processes, Source
from entityrel.corpus.work import Done, OnProgress, Settings, Todo, work
from entityrel.errors import EntityrelError, PipelineError

# Nothing is sent anywhere without being asked for.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
try:
    import ray
    from ray.exceptions import RayError, RayTaskError
except ImportError as error:
    raise PipelineError("the Ray engine needs ray: pip install 'entityrel[ray]'") from error

__all__ = ["work_on_ray"]

#: How often a shard is given to another worker when one is lost with it (not what an article does: that is set aside).
_RETRIES = 20
#: Shards under way for each processor of the cluster: one at work, one waiting.
_AHEAD = 2
#: Seconds to wait for an answer from the cluster's address. Ray itself would try for many minutes.
_PATIENCE = 10


@dataclass(frozen=True, slots=True)
class _Job:
    """What a Ray worker needs to know besides the shard."""

    settings: Settings
    source: Source
    made_by: tuple[tuple[str, str], ...]


def work_on_ray(
    todo: Iterable[Todo],
    settings: Settings,
    made_by: Mapping[str, str],
    address: str | None = None,
    on_progress: OnProgress | None = None,
) -> Iterator[Done]:
    """Annotate shards on a cluster; they come as they are done, in any order.

    Args:
        todo: The shards; read as there is room for them.
        settings: As for `entityrel.corpus.work.work`; ``workers`` is the number of shards at a time at most.
        made_by: Versions (`entityrel.corpus.maker`); a worker that has others gives an error.
        address: ``host:port`` of the cluster's head; "auto" for one on this machine; "local" to start one here; None
            for the one in the environment (RAY_ADDRESS) or on this machine, and if there is none, "local".
        on_progress: Called after each shard.

    Raises:
        PipelineError: If the pipeline is in memory; if there is no such cluster; if a node has no such pipeline or
            other versions; or if a shard fails again and again. What was done before stays done.
    """
    if isinstance(settings.nlp, Language):
        raise PipelineError(
            "a pipeline in memory does not reach the nodes of a cluster: save it with to_disk() to a folder that all "
            "of them see, and give its path"
        )
    nlp = _absolute(settings.nlp)
    job = _Job(replace(settings, nlp=nlp), Source(nlp), tuple(sorted(made_by.items())))
    # One processor each; a shard that is lost with its worker is done again elsewhere.
    task = ray.remote(num_cpus=1, max_retries=_RETRIES)(_annotate_shard)
    with _connected(address):
        under_way: dict[ray.ObjectRef[Done], Todo] = {}
        try:
            for shard in todo:
                while len(under_way) >= _room(settings):
                    yield _next(under_way, on_progress)
                under_way[task.remote(shard, job)] = shard
            while under_way:
                yield _next(under_way, on_progress)
        finally:
            for ref in under_way:
                ray.cancel(ref, force=True)


def _absolute(nlp: Named | str | Path | None) -> Named:
    """The pipeline by paths that do not depend on the working folder: a Ray worker has another one."""
    named = nlp if isinstance(nlp, Named) else Named(str(nlp or "sm"))
    folder = Path(named.name)
    return Named(
        str(folder.resolve()) if folder.is_dir() else named.name,
        named.gazetteer.resolve() if named.gazetteer else None,
    )


def _annotate_shard(shard: Todo, job: _Job) -> Done:
    processes = _processes(job)
    [done] = work([shard], processes.results, job.settings)
    return done


@cache
def _processes(job: _Job) -> Processes:
    """The process with the pipeline of this Ray worker; started with the first shard."""
    here = maker(job.source.name)
    if differing := sorted({name for name, _ in set(here.items()) ^ set(job.made_by)}):
        wanted = dict(job.made_by)
        versions = (f"{name}: {here.get(name, 'none')} instead of {wanted.get(name, 'none')}" for name in differing)
        raise PipelineError(f"other versions are installed on {socket.gethostname()}: {'; '.join(versions)}")
    # A new process runs the main script of its parent again, which would load Ray into it for nothing.
    vars(sys.modules["__main__"]).pop("__file__", None)
    return Processes(job.source, 1, job.settings.limits or Limits())


def _room(settings: Settings) -> int:
    # Asked each time: nodes come and go.
    processors: float = ray.cluster_resources().get("CPU", 1)  # type: ignore[no-untyped-call]
    return settings.workers or _AHEAD * max(1, int(processors))


def _next(under_way: dict[ray.ObjectRef[Done], Todo], on_progress: OnProgress | None) -> Done:
    [ref], _ = ray.wait(list(under_way), num_returns=1)
    shard = under_way.pop(ref)
    try:
        done: Done = ray.get(ref)
    except RayTaskError as error:
        if isinstance(error.cause, EntityrelError):
            raise error.cause from error
        raise PipelineError(f"{shard} failed: {error.cause!r}") from error
    except RayError as error:
        raise PipelineError(f"{shard} was lost with its worker, {_RETRIES} times or for good: {error}") from error
    if on_progress:
        on_progress(done.articles, done.rejected)
    return done


@contextmanager
def _connected(address: str | None) -> Iterator[None]:
    """Connect to the cluster, unless this process is connected already."""
    if ray.is_initialized():
        yield
        return
    _check(address)
    try:
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise PipelineError(
            f"no Ray cluster at {address or 'the default address'}: start one with 'ray start --head' ({error})"
        ) from error
    try:
        yield
    finally:
        ray.shutdown()


def _check(address: str | None) -> None:
    host, _, port = (address or "").rpartition(":")
    if host and "/" not in host and port.isdigit():
        try:
            socket.create_connection((host, int(port)), timeout=_PATIENCE).close()
        except OSError as error:
            raise PipelineError(f"nothing answers at {address}: {error.strerror or error}") from error
