"""The qualifier: polarity, modality, attribution, quantity and date of each relation, whoever found it.

The work is in `polarity` and `factuality`, `attribution`, `speakers` and `quotations`, `quantity` and `dates`; here
is what they share: the word that states the relation, what is computed once for a Doc or a sentence, and the
component itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import cast

from spacy.language import Language
from spacy.tokens import Doc, Token

from entityrel.knowledge.cues import Lexicon, load_cues
from entityrel.pipeline.attribution import Attribution, Statements, find_statements
from entityrel.pipeline.dates import Time, date_features, date_of, parse_date, times_of
from entityrel.pipeline.factuality import FactualityFeatures
from entityrel.pipeline.learned import Learned, LinearModel, load_learned
from entityrel.pipeline.polarity import Verdict, judge
from entityrel.pipeline.quantity import Quantity, money_of, quantity_of
from entityrel.pipeline.state import Proposal, TokenSpan, require, state
from entityrel.pipeline.triggers import TriggerFinder, relation_heads
from entityrel.schema import MODALITIES, POLARITIES, Modality, Polarity

__all__ = ["DocQualifier", "Qualifier", "choose_judgement", "make_qualifier"]

#: Sentences between an argument and the trigger beyond which the argument's sentence is no part of the evidence.
_NEAR_SENTENCES = 2
#: The chance that the model must give to overrule the rules in the cases of `choose_judgement`.
_SURE = 0.95
#: The chance from which on a date is believed.
_DATED = 0.5


def choose_judgement(model: LinearModel, features: list[str], verdict: Verdict) -> tuple[Polarity, Modality]:
    """The model's polarity and modality, or the rules' where they can be trusted and the model is not sure."""
    chances = model.probabilities(features)
    best = int(chances.argmax())
    polarity, _, modality = model.classes[best].partition(" ")
    if verdict.cues and verdict.negations > 1:
        return verdict.polarity, verdict.modality  # logic, rare in the gold: "did not deny selling"
    local = verdict.cues and verdict.local  # "did not sell", "may sell"
    undone = verdict.cues and verdict.negated and polarity == "affirmed"
    cut_short = verdict.short and (verdict.cues or polarity == "negated")
    needed = _SURE if local or undone or cut_short else 0.0
    if chances[best] < needed:
        return verdict.polarity, verdict.modality
    return POLARITIES[polarity == "negated"], MODALITIES[[*MODALITIES].index(cast("Modality", modality))]


@Language.factory(
    "entityrel_qualifier",
    requires=["doc.ents", "token.dep", "token.lemma"],
    default_config={"keep_hypothetical": False, "learned": True},
)
def make_qualifier(nlp: Language, name: str, keep_hypothetical: bool, learned: bool) -> Qualifier:
    """The qualifier as a component.

    Args:
        nlp: The pipeline.
        name: Name of the component in it.
        keep_hypothetical: Keep relations that only a condition or a question mentions, with the note "hypothetical".
        learned: Let the trained models correct the rules; False for rules alone.
    """
    return Qualifier(load_cues(), load_learned() if learned else Learned({}, {}), keep_hypothetical, name)


class Qualifier:
    """Adds to each relation of a Doc whether it happened, who says so, how much of it there was, and when."""

    def __init__(
        self, lexicon: Lexicon, learned: Learned, keep_hypothetical: bool = False, name: str = "entityrel_qualifier"
    ) -> None:
        self.name = name
        self.lexicon = lexicon
        self.learned = learned
        self.keep_hypothetical = keep_hypothetical

    def __call__(self, doc: Doc) -> Doc:
        """Qualify the relations of ``doc``.

        Raises:
            PipelineError: If the Doc has no parse.
        """
        relations: Sequence[Proposal] = state(doc).get("relations", ())
        if not relations:
            return doc
        require(doc, self.name, "DEP", "LEMMA", "TAG")
        worker = DocQualifier(doc, self.lexicon, self.learned)
        qualified = [worker.qualify(item) for item in relations]
        state(doc)["relations"] = [
            item for item in qualified if self.keep_hypothetical or "hypothetical" not in item.get("notes", ())
        ]
        return doc


class DocQualifier:
    """Qualifies the relations of one Doc; what several of them share is computed once."""

    def __init__(self, doc: Doc, lexicon: Lexicon, learned: Learned) -> None:
        self.doc = doc
        self.lexicon = lexicon
        self.learned = learned
        self._today = parse_date(state(doc).get("article_date"))
        self._triggers = TriggerFinder(learned.triggers)
        self._features = FactualityFeatures(doc, lexicon)
        self._times: dict[int, list[Time]] = {}
        self._quantities: dict[TokenSpan, Quantity | None] = {}

    @cached_property
    def statements(self) -> Statements:
        """What the Doc says that somebody states."""
        return Statements(find_statements(self.doc, self.lexicon))

    def qualify(self, item: Proposal) -> Proposal:
        """The relation with all that this component adds."""
        heads = self.heads(item)
        trigger = self.trigger(item, heads)
        verdict = self.judge(item["predicate"], trigger, heads)
        time = self.time(item["predicate"], trigger)
        polarity, modality = self.decide(item, trigger, heads, verdict, time)
        spoken = self.attribute(item, trigger)
        time = self.believed(item["predicate"], trigger, time, verdict)
        quantity = self.quantity(item, trigger)
        notes = [*item.get("notes", ())]
        if verdict.hypothetical and "hypothetical" not in notes:
            notes.append("hypothetical")
        added: Proposal = {
            "polarity": polarity,
            "modality": modality,
            "cues": sorted(set(verdict.cues)),
            "source": spoken.source,
            "chain": list(spoken.chain),
            "chain_cue": spoken.cue if spoken.chain else None,
            "quantity_chars": (quantity.start, quantity.end) if quantity else None,
            "quantity_value": quantity.value if quantity else None,
            "quantity_unit": quantity.unit if quantity else None,
            "quantity_bound": quantity.bound if quantity else None,
            "date": (time.past if modality == "actual" else time.future) if time else None,
            "date_chars": (time.start, time.end) if time else None,
            "evidence_chars": self.evidence(trigger, heads),
            "notes": notes,
        }
        return {**item, **added}

    def heads(self, item: Proposal) -> list[Token]:
        """The head tokens of subject, object and recipient."""
        return relation_heads(self.doc, item["subject"], item["object"], item.get("recipient"))

    def trigger(self, item: Proposal, heads: list[Token]) -> int:
        """The index of the word that states the relation."""
        span = item.get("trigger")
        if span and item.get("extractor") != "classifier":  # the classifier names only where its path turns
            return int(self.doc[span[0] : span[1]].root.i)
        return self._triggers.find(item["predicate"], heads)

    def judge(self, predicate: str, trigger: int, heads: list[Token]) -> Verdict:
        """What the rules say."""
        return judge(self.doc, predicate, trigger, [head.i for head in heads], self.lexicon)

    def features(
        self, item: Proposal, trigger: int, heads: list[Token], verdict: Verdict, time: Time | None
    ) -> list[str]:
        """The features of the model that decides polarity and modality."""
        return self._features(item["predicate"], trigger, heads, verdict, self.tense_of(time))

    def decide(
        self, item: Proposal, trigger: int, heads: list[Token], verdict: Verdict, time: Time | None
    ) -> tuple[Polarity, Modality]:
        """Polarity and modality: the model's where there is one, the rules' where they saw a negation it doubts."""
        model = self.learned.models.get("factuality")
        if model is None or item["predicate"] in self.lexicon.cues.affiliations:
            return verdict.polarity, verdict.modality
        return choose_judgement(model, self.features(item, trigger, heads, verdict, time), verdict)

    def tense_of(self, time: Time | None) -> str:
        """Whether a date lies before or after the article: "past", "future", or "" if that cannot be told."""
        if time is None or self._today is None:
            return ""
        today = self._today.isoformat()[: len(time.past)]
        return "past" if time.past < today else "future" if time.past > today else "now"

    def time(self, predicate: str, trigger: int) -> Time | None:
        """The expression of time that dates the relation."""
        if predicate in self.lexicon.cues.affiliations:
            return None
        sentence = self.doc[trigger].sent
        if sentence.start not in self._times:
            self._times[sentence.start] = times_of(sentence, self._today)
        times = self._times[sentence.start]
        return date_of(self.doc, trigger, times, self.lexicon) if times else None

    def believed(self, predicate: str, trigger: int, time: Time | None, verdict: Verdict) -> Time | None:
        """``time``, unless the model holds that it dates something else."""
        model = self.learned.models.get("date")
        if time is None or model is None:
            return time
        chances = model.probabilities(date_features(self.doc, predicate, trigger, time, verdict))
        return time if chances[model.classes.index("yes")] >= _DATED else None

    def attribute(self, item: Proposal, trigger: int) -> Attribution:
        """Who states the relation; nobody states a post."""
        if item["predicate"] in self.lexicon.cues.affiliations:
            return Attribution()
        spoken = self.statements.attribute(trigger)
        if item["predicate"] in self.lexicon.cues.self_spoken and self._same(spoken.source, item["subject"]):
            return Attribution(spoken.chain[:-1], spoken.cue if spoken.chain[1:] else None)
        return spoken

    def _same(self, one: TokenSpan | None, other: TokenSpan) -> bool:
        """Whether two mentions are of one entity."""
        if one is None:
            return False
        first, second = self.doc[one[0] : one[1]], self.doc[other[0] : other[1]]
        same_id = bool(first[0].ent_kb_id_) and first[0].ent_kb_id_ == second[0].ent_kb_id_
        return same_id or first.text == second.text

    def quantity(self, item: Proposal, trigger: int) -> Quantity | None:
        """The amount of the object, if that is a weapon; the sum of money of aid and trade."""
        if item["predicate"] in self.lexicon.cues.money_predicates:
            return money_of(self.doc, trigger, self.lexicon)
        span = (item["object"][0], item["object"][1])
        if span not in self._quantities:
            weapon = self.doc[span[0]].ent_type_ == "WEAPON"
            self._quantities[span] = quantity_of(self.doc, span, self.lexicon) if weapon else None
        return self._quantities[span]

    def evidence(self, trigger: int, heads: list[Token]) -> tuple[int, int]:
        """The characters of the sentences from the first to the last that hold trigger and arguments."""
        here = self.doc[trigger].sent
        start, end = here.start, here.end
        for head in heads:
            sentence = head.sent
            if sentence.start == here.start:
                continue
            between = self.doc[min(sentence.end, here.end) : max(sentence.start, here.start)]
            if sum(1 for token in between if token.is_sent_start) < _NEAR_SENTENCES:
                start, end = min(start, sentence.start), max(end, sentence.end)
        while end - 1 > start and self.doc[end - 1].is_space:
            end -= 1
        while start < end - 1 and self.doc[start].is_space:
            start += 1
        span = self.doc[start:end]
        return span.start_char, span.end_char
