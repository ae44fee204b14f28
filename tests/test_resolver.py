"""What pronouns and definite nouns stand for."""

from __future__ import annotations

import pytest

from conftest import DocOf
from entityrel.knowledge.anaphora import load_anaphors
from entityrel.pipeline.resolver import Resolver


@pytest.mark.parametrize(
    ("text", "anaphor", "expected"),
    [
        ("[Putin|PERSON|putin] arrived. He sold tanks.", "He", {"putin"}),
        ("[Iran|COUNTRY|IRN] builds missiles. It sold some to the army of [Syria|COUNTRY|SYR].", "It", {"IRN"}),
        ("[Rheinmetall|ORG|rheinmetall] opened a plant. The company makes shells.", "The company", {"rheinmetall"}),
        ("[India|COUNTRY|IND] and [France|COUNTRY|FRA] signed it. The two countries agreed.", "The two countries",
         {"IND", "FRA"}),
        ("[French|COUNTRY|FRA] President [Macron|PERSON|macron] left. The [French|COUNTRY|FRA] president spoke.",
         "The French president", {"macron"}),
        ("[Russia|COUNTRY|RUS] is in talks with [Chad|COUNTRY|TCD] and [Mali|COUNTRY|MLI] on selling them tanks.",
         "them", {"TCD", "MLI"}),
        ("[Iran|COUNTRY|IRN] armed [Hamas|ORG|hamas] and [Hezbollah|ORG|hezbollah], and jets bombed them.", "them",
         {"hamas", "hezbollah"}),
    ],
)  # fmt: skip
def test_resolved(text: str, anaphor: str, expected: set[str], doc_of: DocOf) -> None:
    doc = doc_of(text)
    ids = {(ent.start, ent.end): ent.kb_id_ for ent in doc.ents}
    found = {
        doc[start:end].text: {ids[span] for span in spans}
        for (start, end), spans in Resolver(load_anaphors()).resolve(doc).items()
    }
    assert found[anaphor] == expected


@pytest.mark.parametrize(
    "text",
    [
        "He left.",
        "[Obama|PERSON|obama] and [Biden|PERSON|biden] spoke. He left.",  # two equal antecedents
        "[India|COUNTRY|IND] met [France|COUNTRY|FRA] and [Japan|COUNTRY|JPN]. The two countries agreed.",
        # two groups
        "[Chad|COUNTRY|TCD] and [Mali|COUNTRY|MLI] met [Iran|COUNTRY|IRN] and [Cuba|COUNTRY|CUB] when tanks hit them.",
    ],
)
def test_what_is_not_clear_stays_unresolved(text: str, doc_of: DocOf) -> None:
    assert Resolver(load_anaphors()).resolve(doc_of(text)) == {}


def test_a_pronoun_is_no_second_argument_of_its_antecedents_verb(doc_of: DocOf) -> None:
    doc = doc_of("[Kim|PERSON|kim] met him.")
    assert Resolver(load_anaphors()).resolve(doc) == {}
