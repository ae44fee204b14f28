"""Time and memory of statements from a Parquet dataset: `aggregate_dataset` against a plain loop of networkx.

"library in memory" is `aggregate` of `build_graph`, which keeps every offset; "naive loop" is `naive_graph`, which
keeps no more on its edges than the counting needs. Both read the records of the dataset.

    python benchmarks/graph_dataset.py [--relations 1000000]

The data are made up, of 300 actors and 60 weapons with the skew that news has. Each way runs in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import naive_graph
import networkx as nx
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from entityrel.corpus.parquet import SCHEMAS, read_tables
from entityrel.graph import aggregate, build_graph
from entityrel.graph.dataset import aggregate_dataset

PREDICATES = ["transfers", "uses", "attacks", "meets", "supports", "accuses", "threatens", "produces"]
WORDS = (
    "the",
    "a",
    "said",
    "that",
    "had",
    "been",
    "sent",
    "with",
    "new",
    "more",
    "of",
    "to",
    "from",
    "was",
    "last",
    "week",
)
PER_ARTICLE, PER_FILE = 5, 20_000


def made_up(folder: Path, relations: int) -> None:
    rng = random.Random(7)
    articles = relations // PER_ARTICLE
    for first in range(0, articles, PER_FILE):
        rows: dict[str, list[dict[str, Any]]] = {"articles": [], "mentions": [], "relations": []}
        for number in range(first, min(first + PER_FILE, articles)):
            name, day = f"a{number}", f"20{number % 24:02}-{number % 12 + 1:02}-{number % 28 + 1:02}"
            sentences, said = [], []
            for place in range(PER_ARTICLE):
                subject, other = (int(300 * rng.random() ** 3) for _ in range(2))
                weapon, predicate = int(60 * rng.random() ** 3), rng.choice(PREDICATES)
                middle = " ".join(rng.choices(WORDS, k=12))
                sentence = f"Actor{subject} w{weapon} {middle} Actor{other}."
                sentences.append(sentence)
                said.append((place, subject, weapon, other, predicate, sentence))
            text = " ".join(sentences)
            start = 0
            for place, subject, weapon, other, predicate, sentence in said:
                materiel = predicate in ("transfers", "uses", "produces")
                spans = {
                    "subject": (f"Actor{subject}", "ORG", start),
                    "object": (f"w{weapon}", "WEAPON", start + len(f"Actor{subject} "))
                    if materiel
                    else (f"Actor{other}", "ORG", start + sentence.rindex("Actor")),
                }
                if materiel and predicate != "produces":
                    spans["recipient"] = (f"Actor{other}", "ORG", start + sentence.rindex("Actor"))
                row: dict[str, Any] = {
                    "article": name, "id": f"{place:016x}", "predicate": predicate,
                    "polarity": "negated" if rng.random() < 0.1 else "affirmed",
                    "modality": "possible" if rng.random() < 0.1 else "actual", "evidence": sentence,
                    "evidence_start": start, "evidence_end": start + len(sentence), "confidence": rng.random(),
                }  # fmt: skip
                for role, (word, label, at) in spans.items():
                    mention = {"id": word.lower(), "label": label, "text": word, "start": at, "end": at + len(word)}
                    row |= {f"{role}_{key}": value for key, value in mention.items()}
                    rows["mentions"].append({"article": name, **mention})
                rows["relations"].append(row)
                start += len(sentence) + 1
            rows["articles"].append(
                {"id": name, "date": day, "url": f"https://paper{number % 400}.example/x", "text": text}
            )
        for table, schema in SCHEMAS.items():
            path = folder / table / f"part-{first:09}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(pa.Table.from_pylist(rows[table], schema=schema), path, compression="zstd")


WAYS: dict[str, Callable[[Path], nx.MultiDiGraph]] = {
    "dataset": aggregate_dataset,
    "naive loop": lambda folder: naive_graph.statements(naive_graph.relations(read_tables(folder))),
    "library in memory": lambda folder: aggregate(build_graph(read_tables(folder))),
}


def run(way: str, folder: Path) -> None:
    started = time.perf_counter()
    graph = WAYS[way](folder)
    seconds = time.perf_counter() - started
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    counted = sum(edge["sources"] for *_, edge in graph.edges(data=True))
    result = {"way": way, "seconds": round(seconds, 1), "CPU": round(used, 1), "MB": round(memory)}
    print(json.dumps({**result, "statements": graph.number_of_edges(), "sources": counted}))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--relations", type=int, default=1_000_000)
    parser.add_argument("--run", nargs=2, metavar=("WAY", "FOLDER"))
    options = parser.parse_args()
    if options.run:
        run(options.run[0], Path(options.run[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        made_up(Path(folder), options.relations)
        for way in WAYS:
            subprocess.run([sys.executable, __file__, "--run", way, folder], check=True)


if __name__ == "__main__":
    main()
