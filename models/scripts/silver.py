"""Label third-party texts where two readers agree: silver data for texts without wars.

The gold's written articles all tell of weapons, so a recogniser trained on them alone finds weapons
everywhere. Here our recogniser (the teacher) and the stock one read treebanks and encyclopaedia
sentences; what both say counts, what only one says is left unlabelled (missing, not negative).
A WEAPON counts only if the gold has it often, a COUNTRY only if the gazetteer has it.
"""

import argparse
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import spacy
import training  # noqa: F401  registers what the teacher needs
from sources import find_pipeline
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span

from entityrel.knowledge.gazetteer import load_gazetteer
from entityrel.knowledge.weapons import load_weapons

AGREE = {
    "PERSON": {"PERSON"},
    "COUNTRY": {"GPE", "NORP", "LOC"},
    "LOC": {"GPE", "LOC", "FAC"},
    "ORG": {"ORG"},
}
NAMED = {"PERSON", "ORG", "GPE", "LOC", "FAC", "PRODUCT"}


def excluded(folders: list[Path]) -> set[str]:
    """Return the documents that annotated articles name as their source: never take those again."""
    return {
        line.partition(":")[2].strip()
        for folder in folders
        for file in folder.glob("*.ann")
        for line in file.read_text(encoding="utf-8").split("\n---")[0].splitlines()
        if line.startswith("# source:")
    }


def from_conllu(path: Path, skip: set[str]) -> Iterator[str]:
    """Yield the paragraphs of a treebank file, without the documents in `skip`."""
    for name, paragraph in paragraphs(path):
        if name not in skip:
            yield paragraph


def paragraphs(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the name of the document and the text of each paragraph of a treebank file."""
    name, sentences = "", []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith(("# newdoc", "# newpar")):
            if sentences:
                yield name, " ".join(sentences)
            sentences = []
            name = line.partition("=")[2].strip() if line.startswith("# newdoc") else name
        elif line.startswith("# text ="):
            sentences.append(line.partition("=")[2].strip())
    if sentences:
        yield name, " ".join(sentences)


def from_columns(path: Path) -> Iterator[str]:
    """Yield the sentences of a word-and-tag file, put together again."""
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        words = [line.split("\t")[0].split(" ")[0] for line in block.splitlines() if line.strip()]
        if len(words) > 3:
            yield joined(words)


def joined(words: list[str]) -> str:
    """Put the words of a sentence together as it was written."""
    text = re.sub(r" ([.,;:!?)\]%]|'s\b|n't\b)", r"\1", " ".join(words))
    return re.sub(r"([(\[$]) ", r"\1", text)


def texts(shared: Path, skip: set[str]) -> Iterator[str]:
    """Yield every text of the third-party sets that are there."""
    for path in (
        shared / "ud_ewt/en_ewt-train.conllu",
        shared / "ud_gum/en_gum_free-train.conllu",
        shared / "ud_pud/en_pud-ud-test.conllu",
    ):
        if path.is_file():
            yield from from_conllu(path, skip)
        else:
            print(f"{path}: absent, left out")
    for path in sorted(shared.glob("crossner/*/*.txt")):
        yield from from_columns(path)


def lexicon(gold: Path, nlp: Language) -> tuple[set[str], set[str]]:
    """Return the gold's weapons that need no context, and the head nouns of all its weapons.

    A single noun in the singular ("mine", "tank", "system") is not among the first.
    """
    names: Counter[str] = Counter()
    heads: Counter[str] = Counter()
    for doc in DocBin().from_disk(gold).get_docs(nlp.vocab):
        for ent in doc.ents:
            if ent.label_ == "WEAPON":
                names[ent.text.lower()] += 1
                heads[ent[-1].lower_] += 1
    clear = {w for w, n in names.items() if (" " in w and n > 1) or (w.endswith("s") and n > 15)}
    return clear - {"systems", "carriers", "platforms", "arms"}, {h for h, n in heads.items() if n > 1}


def is_weapon(ent: Span) -> bool:
    """Say whether the knowledge takes the mention for a weapon without further evidence."""
    return any(found.sure for found in load_weapons().find(ent.text))


def bare(ent: Span) -> tuple[int, int]:
    """Return the bounds of a stock mention without its article and possessive, as ours are."""
    start, end = ent.start, ent.end
    if end - start > 1 and ent[0].lower_ in {"the", "a", "an"}:
        start += 1
    if end - start > 1 and ent[-1].text in {"'s", "\u2019s", "'", "\u2019"}:
        end -= 1
    return start, end


def label(doc: Doc, stock: Doc, lists: tuple[set[str], set[str]]) -> Doc:
    """Return a new Doc with agreed mentions; disputed tokens are missing, all others outside."""
    weapons, heads = lists
    theirs = {bare(e): e.label_ for e in stock.ents}
    out = Doc(
        doc.vocab,
        [t.text for t in doc],
        [bool(t.whitespace_) for t in doc],
        sent_starts=[bool(t.is_sent_start) for t in stock],
    )
    kept: list[tuple[int, int, str]] = []
    unclear: list[tuple[int, int]] = []
    doubtful: list[tuple[int, int]] = []
    for ent in doc.ents:
        other = theirs.get((ent.start, ent.end))
        crossing = [(s, e) for (s, e) in theirs if s < ent.end and ent.start < e and theirs[s, e] in NAMED]
        if ent.label_ == "WEAPON":
            if not crossing and ent.text.lower() in weapons:
                kept.append((ent.start, ent.end, ent.label_))
            elif other in {"PERSON", "ORG"}:
                kept.append((ent.start, ent.end, other))
            elif crossing or any(c.isdigit() for c in ent.text) or is_weapon(ent):
                unclear += [(ent.start, ent.end), *crossing]
            elif ent[-1].lower_ in heads:
                doubtful.append((ent.start, ent.end))
        elif ent.label_ == "COUNTRY":
            known = load_gazetteer().lookup(ent.text, "COUNTRY")
            if known and (not crossing or other in AGREE["COUNTRY"]):
                kept.append((ent.start, ent.end, ent.label_))
            else:
                unclear += [(ent.start, ent.end), *crossing]
        elif other in AGREE[ent.label_]:
            kept.append((ent.start, ent.end, ent.label_))
        else:
            unclear += [(ent.start, ent.end), *crossing]
    if any(name == "WEAPON" for *_, name in kept):  # where none is clear, a mine is a pit and a system a method
        unclear += doubtful
    for (start, end), name in theirs.items():
        if name in NAMED and not any(s < end and start < e for s, e, _ in kept):
            unclear.append((start, end))
    kept = [k for k in kept if not any(s < k[1] and k[0] < e for s, e in unclear)]
    missing = {i for s, e in unclear for i in range(s, e)}
    out.set_ents([Span(out, *k) for k in kept], missing=[out[i : i + 1] for i in missing], default="outside")
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("teacher", type=Path)
    parser.add_argument("shared", type=Path, help="folder of the third-party sets")
    parser.add_argument("gold", type=Path, help="DocBin whose weapons are weapons")
    parser.add_argument("output", type=Path)
    parser.add_argument("--stock", default="en_core_web_md")
    parser.add_argument("--exclude", type=Path, nargs="*", default=[], help="folders of .ann files")
    args = parser.parse_args()
    teacher = spacy.load(args.teacher)
    stock = spacy.load(find_pipeline(args.stock), exclude=["tagger", "lemmatizer", "attribute_ruler", "senter"])
    lists = lexicon(args.gold, teacher)
    raw = [t for t in texts(args.shared, excluded(args.exclude)) if 20 < len(t) < 3000]
    docs, count = [], Counter()
    for i, (doc, other) in enumerate(zip(teacher.pipe(raw), stock.pipe(raw), strict=True)):
        if [t.text for t in doc] != [t.text for t in other]:
            continue
        silver = label(doc, other, lists)
        silver.user_data["name"] = f"silver-{i}"
        docs.append(silver)
        count.update(e.label_ for e in silver.ents)
        count["missing"] += sum(t.ent_iob == 0 for t in silver)
        count["tokens"] += len(silver)
    DocBin(["ENT_IOB", "ENT_TYPE", "SENT_START", "SPACY"], store_user_data=True, docs=docs).to_disk(args.output)
    print(len(docs), "texts", dict(count))


if __name__ == "__main__":
    main()
