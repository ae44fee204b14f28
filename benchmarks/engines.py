"""What the Ray engine costs beside local workers: the same corpus by both, in turns, on this machine.

    python benchmarks/engines.py [--articles 200] [--rounds 3] [--workers 2]

The cluster has as many nodes of one processor as there are local workers; it is started before, as a cluster is that
stands. Texts are the articles of models/gold/train. Times are whole runs of the command, from the start of its process.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ray.cluster_utils import Cluster

from entityrel import markup

GOLD = Path(__file__).parents[1] / "models" / "gold" / "train"


def seconds(folder: Path, output: str, *options: str) -> float:
    started = time.perf_counter()
    command = ("annotate", "in.jsonl", "-o", output, "--shard-size", "25", "--any-language", *options)
    subprocess.run([sys.executable, "-m", "entityrel.cli", *command], cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    texts = [markup.read(path).text for path in sorted(GOLD.glob("*.ann"))]
    rows = ({"id": str(number), "text": texts[number % len(texts)]} for number in range(args.articles))
    node = {"num_cpus": 1, "object_store_memory": 100 << 20}
    cluster = Cluster(initialize_head=True, head_node_args={**node, "include_dashboard": False})
    for _ in range(args.workers - 1):
        cluster.add_node(**node)
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
            pairs = []
            for round_ in range(args.rounds):
                local = seconds(folder, f"local{round_}", "--workers", str(args.workers))
                ray = seconds(folder, f"ray{round_}", "--engine", "ray", "--ray-address", cluster.address)
                manifests = {
                    (folder / f"{engine}{round_}" / "manifest.json").read_text() for engine in ("local", "ray")
                }
                assert len(manifests) == 1, "the engines give different bytes"
                pairs.append((local, ray))
                print(f"local {local:.1f} s, Ray {ray:.1f} s", flush=True)
        local, ray = (statistics.median(column) for column in zip(*pairs, strict=True))
        print(f"{args.articles} articles, medians: local {local:.1f} s, Ray {ray:.1f} s, ratio {ray / local:.2f}")
    finally:
        cluster.shutdown()


if __name__ == "__main__":
    main()
