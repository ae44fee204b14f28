"""Training of the relation classifier's network: sparse Adam over bags of feature keys (numpy and scipy)."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from relation_data import Bags

from entityrel.pipeline.pair_model import PairModel, fingerprint


@dataclass(frozen=True)
class Options:
    """Size and training of a network.

    ``articles``: a feature must occur in as many. ``positive``, ``real``: weights of what is right, and of the
    articles that were not written for the project.
    """

    width: int = 32
    hidden: int = 48
    epochs: int = 10
    batch: int = 512
    rate: float = 2e-3
    decay: float = 1e-5
    dropout: float = 0.3
    feature_dropout: float = 0.2
    networks: int = 1
    articles: int = 5
    positive: float = 1.0
    real: float = 2.5


class Matrix:
    """Bags as a sparse matrix over the features that occur in enough articles."""

    def __init__(self, bags: Bags) -> None:
        self.marks = fingerprint(np.array(bags.keys, np.int64))
        self.ends = np.concatenate([[0], np.array(bags.ends, np.int64)])
        self.article = np.array(bags.article)
        self.right = np.array(bags.right, np.float32)
        self.counts = np.array(bags.counts, np.float32)

    def features(self, articles: np.ndarray, minimum: int) -> np.ndarray:
        """Fingerprints that occur in at least ``minimum`` of the articles."""
        owner = np.repeat(self.article, np.diff(self.ends))
        chosen = np.isin(owner, articles)
        both = np.unique(owner[chosen].astype(np.uint64) << np.uint64(32) | self.marks[chosen].astype(np.uint64))
        marks, count = np.unique((both & np.uint64(0xFFFFFFFF)).astype(np.uint32), return_counts=True)
        return marks[count >= minimum]

    def rows(self, features: np.ndarray) -> sp.csr_matrix:
        at = np.searchsorted(features, self.marks)
        at[at == len(features)] = 0
        known = features[at] == self.marks
        ends = np.concatenate([[0], np.cumsum(known)])[self.ends]
        return sp.csr_matrix(
            (np.ones(int(known.sum()), np.float32), at[known].astype(np.int32), ends),
            shape=(len(self.ends) - 1, len(features)),
        )


class Network:
    """One network in training."""

    def __init__(self, features: int, outputs: int, options: Options, seed: int) -> None:
        self.options, self.rng = options, np.random.default_rng(seed)
        w, h = options.width, options.hidden

        def normal(*shape: int, scale: float) -> np.ndarray:
            return (self.rng.standard_normal(shape) * scale).astype(np.float32)

        self.p = {
            "E": normal(features, w, scale=0.03), "b0": np.full(w, 0.1, np.float32),
            "W1": normal(w, h, scale=np.sqrt(2 / w)), "b1": np.zeros(h, np.float32),
            "Wo": normal(w + h, outputs, scale=np.sqrt(1 / (w + h))), "bo": np.full(outputs, -3, np.float32),
        }  # fmt: skip
        self.m = {k: np.zeros_like(v) for k, v in self.p.items()}
        self.v = {k: np.zeros_like(v) for k, v in self.p.items()}
        self.steps = 0
        self.scale = np.float32(0.125)

    def fit(self, x: sp.csr_matrix, right: np.ndarray, counts: np.ndarray) -> None:
        o, n = self.options, x.shape[0]
        total = o.epochs * (n // o.batch + 1)
        for _ in range(o.epochs):
            order = self.rng.permutation(n)
            xs, rs, cs = x[order], right[order], counts[order]
            for i in range(0, n, o.batch):
                rate = o.rate * max(0.05, 1 - self.steps / total)
                self._step(xs[i : i + o.batch], rs[i : i + o.batch], cs[i : i + o.batch], rate)

    def _drop(self, shape: tuple[int, ...], rate: float) -> np.ndarray:
        return (self.rng.random(shape, dtype=np.float32) > rate) / np.float32(1 - rate)

    def _step(self, x: sp.csr_matrix, right: np.ndarray, counts: np.ndarray, rate: float) -> None:
        o, p, size = self.options, self.p, len(right)
        met = np.zeros(len(p["E"]), bool)
        met[x.indices] = True
        columns = np.flatnonzero(met)
        place = (np.cumsum(met) - 1).astype(np.int32)
        kept = self._drop((len(x.data),), o.feature_dropout)
        bag = sp.csr_matrix((kept, place[x.indices], x.indptr), shape=(size, len(columns)))
        z = bag @ p["E"][columns] * self.scale + p["b0"]
        d1 = self._drop(z.shape, o.dropout)
        a = np.maximum(z, 0) * d1
        z1 = a @ p["W1"] + p["b1"]
        d2 = self._drop(z1.shape, o.dropout)
        ah = np.concatenate([a, np.maximum(z1, 0) * d2], axis=1)
        guess = 1 / (1 + np.exp(-(ah @ p["Wo"] + p["bo"])))
        d = ((guess - right) * counts * (1 + (o.positive - 1) * right) / size).astype(np.float32)
        dah = d @ p["Wo"].T
        w = z.shape[1]
        dh = dah[:, w:] * d2 * (z1 > 0)
        da = (dah[:, :w] + dh @ p["W1"].T) * d1 * (z > 0)
        self.steps += 1
        dense = {"Wo": ah.T @ d, "bo": d.sum(0), "W1": a.T @ dh, "b1": dh.sum(0), "b0": da.sum(0)}
        for name, gradient in dense.items():
            g = gradient + o.decay * p[name]
            self.m[name] = 0.9 * self.m[name] + 0.1 * g
            self.v[name] = 0.99 * self.v[name] + 0.01 * g * g
            p[name] -= (
                rate * (self.m[name] / (1 - 0.9**self.steps)) / (np.sqrt(self.v[name] / (1 - 0.99**self.steps)) + 1e-8)
            )
        # Moments of an embedding change only when its feature is met.
        g = np.asarray(bag.T @ da) * self.scale
        v = self.v["E"][columns] = 0.99 * self.v["E"][columns] + 0.01 * g * g
        m = self.m["E"][columns] = 0.9 * self.m["E"][columns] + 0.1 * g
        p["E"][columns] -= rate * m / (np.sqrt(v) + 1e-6) + rate * o.decay * 100 * p["E"][columns]


def train(matrix: Matrix, articles: np.ndarray, options: Options, real: np.ndarray) -> PairModel:
    """Train ``options.networks`` networks on the bags of some articles and pack them as one model.

    ``real`` tells of each article whether it is a real one.
    """
    features = matrix.features(articles, options.articles)
    chosen = np.flatnonzero(np.isin(matrix.article, articles))
    x = matrix.rows(features)[chosen]
    right = matrix.right[chosen]
    counts = matrix.counts[chosen] * np.where(real[matrix.article[chosen]], options.real, 1).astype(np.float32)[:, None]
    nets = []
    for seed in range(options.networks):
        net = Network(len(features), right.shape[1], options, seed)
        net.fit(x, right, counts)
        nets.append(net)
    table = np.concatenate([net.p["E"] * net.scale for net in nets], axis=1)
    scales = np.maximum(np.abs(table).max(axis=1), 1e-8) / 127
    stack = lambda name: np.stack([net.p[name] for net in nets])  # noqa: E731
    return PairModel(
        features, np.rint(table / scales[:, None]).astype(np.int8), scales.astype(np.float32),
        stack("b0"), stack("W1"), stack("b1"), stack("Wo"), stack("bo"),
    )  # fmt: skip
