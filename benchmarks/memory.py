"""Peak memory of a worker process after 1,000, 10,000 and 100,000 short articles, and how far it drifts.

    python benchmarks/memory.py [--articles 1000 10000 100000] [--words 10] [--workers 2] > memory.json

One run over the largest number: the peak (VmHWM of /proc, so Linux only) of each worker and of the process that reads
and writes is taken when so many articles are done. Drift is the growth of the largest worker from the second last
number to the last: 10,000 to 100,000. A line on standard error says how far it is, and when it will be done.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from multiprocessing import active_children
from pathlib import Path

from texts import texts

from entityrel.corpus.items import Input
from entityrel.corpus.shards import annotate_to_folder
from entityrel.schema import Article


def peak(process: int | str) -> float:
    """Peak resident memory of a process in MB."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, nargs="+", default=[1_000, 10_000, 100_000], help="when to measure")
    parser.add_argument("--words", type=int, default=10, help="of an article, at least; paragraphs make it some 40")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--pipeline", default="sm")
    args = parser.parse_args()
    marks = sorted(args.articles)
    measured: dict[int, dict[str, float]] = {}
    done, started = 0, time.perf_counter()

    def progress(articles: int, rejected: object) -> None:
        nonlocal done
        done += articles
        for mark in marks:
            if done >= mark and mark not in measured:
                workers = [peak(child.pid) for child in active_children() if child.pid]
                measured[mark] = {"worker_mb": round(max(workers), 1), "main_mb": round(peak("self"), 1)}
                seconds = time.perf_counter() - started
                left = seconds * (marks[-1] / done - 1) / 60
                print(f"{done:,} in {seconds:.0f} s, {left:.0f} minutes left: {measured[mark]}", file=sys.stderr)

    rows = texts(marks[-1], args.words)
    items = (Input("memory", line, Article(**row)) for line, row in enumerate(rows, start=1))
    with tempfile.TemporaryDirectory() as folder:
        annotate_to_folder(items, folder, nlp=args.pipeline, workers=max(args.workers, 2), on_progress=progress)
    before, after = (measured[mark] for mark in marks[-2:]) if len(marks) > 1 else (measured[marks[0]],) * 2
    drift = {name: round(100 * (after[name] / before[name] - 1), 1) for name in after}
    result = {"words": args.words, "workers": max(args.workers, 2), "load": os.getloadavg(), "peak": measured}
    print(json.dumps({**result, "drift_percent": drift, "from": marks[-2:][0], "to": marks[-1]}, indent=1))


if __name__ == "__main__":
    main()
