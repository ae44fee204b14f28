"""What `spacy train --code` needs: the stream of training pieces and the start of the tower."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import spacy
from augment import augment
from convert import is_written
from sources import find_pipeline, load_parts
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span
from spacy.training import Example
from thinc.api import Model

import entityrel.pipeline.tower  # noqa: F401  registers the architecture
from entityrel.pipeline.gazetteer import GazetteerComponent
from entityrel.pipeline.state import GAZETTEER_SPANS

MISSING = "MISSING"
#: Share of the gazetteer's candidates, by label, that training does not show.
UNKNOWN = {"PERSON": 0.4, "ORG": 0.4, "LOC": 0.3, "WEAPON": 0.15, "COUNTRY": 0.05}
GAZETTEER = GazetteerComponent()
Candidate = tuple[int, int, str, str]


def pieces(doc: Doc, whole: float, rng: random.Random) -> Iterator[Span]:
    """Yield the article itself (with probability `whole`), else runs of one to four sentences."""
    if rng.random() < whole:
        yield doc[:]
        return
    sents, i = list(doc.sents), 0
    while i < len(sents):
        n = rng.choice((1, 1, 2, 3, 4))
        yield doc[sents[i].start : sents[min(i + n, len(sents)) - 1].end]
        i += n


def to_example(nlp: Language, text: str, ents: list[tuple[int, int, str]]) -> Example:
    """Tokenise a text and put its mentions on the reference Doc; a MISSING stretch stays unlabelled."""
    predicted, reference = nlp.make_doc(text), nlp.make_doc(text)
    spans = [reference.char_span(start, end, label=label) for start, end, label in ents if label != MISSING]
    kept = [span for span in spans if span is not None]
    named = {i for span in kept for i in range(span.start, span.end)}
    holes = [reference.char_span(start, end, alignment_mode="expand") for start, end, label in ents if label == MISSING]
    missing = {i for hole in holes if hole is not None for i in range(hole.start, hole.end)} - named
    reference.set_ents(kept, missing=[reference[i : i + 1] for i in sorted(missing)], default="outside")
    return Example(predicted, reference)


def known_candidates(doc: Doc, part: Span) -> list[Candidate]:
    """Return the candidates of an article (marked once) that lie in a piece, as characters of the piece."""
    base = part.start_char
    return [
        (s.start_char - base, s.end_char - base, s.label_, s.id_)
        for s in doc.spans[GAZETTEER_SPANS]
        if part.start <= s.start and s.end <= part.end
    ]


def set_candidates(doc: Doc, candidates: list[Candidate], rng: random.Random) -> None:
    """Put candidates on a Doc, without some: names in the news are less often known than in the gold."""
    spans = []
    for start, end, label, sense in candidates:
        tokens = doc.char_span(start, end)
        if tokens is not None and rng.random() >= UNKNOWN[label]:
            spans.append(Span(doc, tokens.start, tokens.end, label, span_id=sense))
    doc.spans[GAZETTEER_SPANS] = spans


def mentions(part: Span) -> list[tuple[int, int, str]]:
    """Return a piece's mentions and unlabelled tokens as characters of the piece, in order."""
    base = part.start_char
    named = [(e.start_char - base, e.end_char - base, e.label_) for e in part.ents]
    holes = [(t.idx - base, t.idx + len(t) - base, MISSING) for t in part if t.ent_iob == 0]
    return sorted(named + holes)


@spacy.registry.readers("entityrel.GoldStream.v1")
def gold_stream(  # noqa: PLR0917  called by name, from the config
    path: Path,
    silver: Path | None,
    whole: float,
    rate: float,
    real_times: int,
    silver_share: float,
    limit: int,
    seed: int,
) -> Callable[[Language], Iterator[Example]]:
    """Read a DocBin as one shuffled epoch of pieces, augmented afresh each time.

    whole: share of articles given whole. rate: share of pieces that are augmented.
    real_times: how often an epoch has each real article (there are few of them).
    silver, silver_share: a DocBin of silver texts, and the share of them that an epoch draws.
    limit: number of gold articles (0: all), drawn at random by the seed.
    """
    state = random.Random(seed)
    cache: list[Doc] = []
    spare: list[Doc] = []

    def read(nlp: Language) -> Iterator[Example]:
        if not cache:
            cache.extend(DocBin().from_disk(path).get_docs(nlp.vocab))
            random.Random(seed).shuffle(cache)
            del cache[limit or len(cache) :]
            spare.extend(DocBin().from_disk(silver).get_docs(nlp.vocab) if silver else [])
            for doc in (*cache, *spare):
                GAZETTEER(doc)
        drawn = [doc for doc in cache for _ in range(1 if is_written(doc.user_data["name"]) else real_times)]
        drawn += state.sample(spare, int(silver_share * len(spare)))
        parts = [(doc, part) for doc in drawn for part in pieces(doc, whole, state)]
        state.shuffle(parts)
        for doc, part in parts:
            text, ents = part.text, mentions(part)
            if not text.strip():
                continue
            if state.random() < rate:
                text, ents = augment(text, ents, state)
                example = to_example(nlp, text, ents)
                GAZETTEER(example.predicted)
            else:
                example = to_example(nlp, text, ents)
                set_candidates(example.predicted, known_candidates(doc, part), state)
            yield example

    return read


@spacy.registry.callbacks("entityrel.StartTower.v1")
def start_tower(source: str, pipe: str) -> Callable[[Language], None]:
    """Start the tower of our recogniser with the weights of a stock one, learned on OntoNotes.

    The vectors were mapped by that tower's own weight (make_base.py), so here the map is the identity.
    """

    def copy(nlp: Language) -> None:
        stock = load_parts(find_pipeline(source), "ner")
        theirs = list(stock.get_pipe("ner").model.get_ref("tok2vec").walk())
        ours = list(nlp.get_pipe(pipe).model.get_ref("tok2vec").walk())
        copied = transplant(theirs, ours)
        print(f"tower: {copied} of {sum(len(n.param_names) for n in ours)} parameters start from {source}")

    return copy


def transplant(theirs: list[Model], ours: list[Model], columns: bool = False) -> int:
    """Copy the parameters of one tower into a tower of the same build; return how many.

    columns: whether a matrix with fewer inputs takes the first ones (a tower without the vectors, which come last).
    """
    copied = 0
    by_kind = {
        kind: ([n for n in theirs if n.name == kind], [n for n in ours if n.name == kind])
        for kind in ("hashembed", "maxout", "layernorm", "linear", "embed", "static_vectors")
    }
    for kind, (old, new) in by_kind.items():
        for a, b in zip(old, new, strict=False):
            for name in b.param_names:
                value = np.asarray(a.get_param(name))
                if kind == "static_vectors":
                    value = np.eye(*b.get_param(name).shape, dtype="float32")
                if columns and value.ndim == b.get_param(name).ndim:
                    value = value[..., : b.get_param(name).shape[-1]]
                if value.shape == b.get_param(name).shape:
                    b.set_param(name, value)
                    copied += 1
    return copied


@spacy.registry.callbacks("entityrel.StartSmall.v1")
def start_small(source: str, pipe: str) -> Callable[[Language], None]:
    """Start a recogniser of trf.cfg as the small one of ``source`` (a folder) without its vectors."""

    def copy(nlp: Language) -> None:
        theirs, ours = spacy.load(source).get_pipe(pipe), nlp.get_pipe(pipe)
        old_moves, new_moves = ([p.moves.get_class_name(i) for i in range(p.moves.n_moves)] for p in (theirs, ours))
        if sorted(old_moves) != sorted(new_moves):
            raise SystemExit(f"{source}: its recogniser has the moves {old_moves}, not {new_moves}")
        (old_tower, *old_rest), (new_tower, *new_rest) = (p.model.get_ref("tok2vec").layers for p in (theirs, ours))
        copied = transplant(list(old_tower.walk()), list(new_tower.layers[0].walk()), columns=True)
        for old, new in zip(old_rest, new_rest, strict=True):  # to the width of the parser's states
            copied += transplant(list(old.walk()), list(new.walk()))
        moves = [old_moves.index(name) for name in new_moves]
        for part in ("lower", "upper"):
            old, new = theirs.model.get_ref(part), ours.model.get_ref(part)
            for name in new.param_names:
                value = np.asarray(old.get_param(name))
                new.set_param(name, value[moves] if part == "upper" else value)
                copied += 1
        print(f"recogniser: {copied} parameters start from {source}")

    return copy
