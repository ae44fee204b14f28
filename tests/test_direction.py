"""The direction battery: constructions × predicates × swapped fillers on the shipped pipeline. None may be reversed."""

from __future__ import annotations

from collections import Counter
from itertools import product
from pathlib import Path

import pytest
from pydantic import RootModel
from spacy.language import Language

from conftest import readings
from entityrel.knowledge.files import Strict, read_yaml


class _Item(Strict):
    """Sentences that must all say the same, by construction; ``finds`` names its roles in order."""

    finds: str
    sentences: dict[str, str]


BATTERY = read_yaml(Path(__file__).parent / "data" / "direction.yaml", RootModel[dict[str, _Item]]).root
PAIRS = (
    [("Iran", "IRN"), ("Russia", "RUS")],
    [("Turkey", "TUR"), ("Egypt", "EGY")],
    [("France", "FRA"), ("India", "IND")],
)
WEAPONS = [("missiles", "missile"), ("drones", "drone")]
RECALL = 0.9


def _expected(predicate: str, finds: str, subject: str, weapon: str, other: str) -> str:
    ids = {"A": subject, "W": weapon, "B": other}
    roles = [ids[role] for role in finds.split()]
    return f"{predicate}({roles[0]}, {roles[1]}" + (f" -> {roles[2]})" if len(roles) == 3 else ")")


@pytest.mark.parametrize("predicate", BATTERY)
def test_direction(predicate: str, nlp: Language) -> None:
    item = BATTERY[predicate]
    assert len(item.sentences) >= 12
    found: Counter[str] = Counter()
    missed, reversed_ = [], []
    for name, sentence in item.sentences.items():
        for pair, weapon, swap in product(PAIRS, WEAPONS, (False, True)):
            (a, a_id), (b, b_id) = reversed(pair) if swap else pair
            text = sentence.format(A=a, B=b, W=weapon[0])
            text = text[0].upper() + text[1:]
            read = readings(nlp(text))
            found["all"] += 1
            if _expected(predicate, item.finds, a_id, weapon[1], b_id) in read:
                found["right"] += 1
            else:
                missed.append(f"{name}: {text} {sorted(read)}")
            wrong = _expected(predicate, item.finds, b_id, weapon[1], a_id)
            if "B" in item.finds and wrong in read:
                reversed_.append(f"{name}: {text} {sorted(read)}")
            if any(r.startswith(f"{predicate}({b_id}, ") for r in read):
                reversed_.append(f"{name}: {text} {sorted(read)}")
    assert not reversed_, "\n".join(reversed_)
    assert found["right"] >= RECALL * found["all"], "\n".join(missed)
