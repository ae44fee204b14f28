from __future__ import annotations

from entityrel.graph import build_graph
from entityrel.graph.plover import EVENT_TYPES, QUADS, plover_rows
from entityrel.knowledge.ontology import load_ontology
from graph_records import SUPPLY, article


def test_rows_say_who_did_what_to_whom() -> None:
    text = "Iran sent drones to Russia, Kirby said."
    graph = build_graph(
        [
            article("a", text, {**SUPPLY, "source": "Kirby", "date": "2023"}, date="2024-01-01", outlet="Weekly"),
            article("b", "Iran refused Russia drones.", {**SUPPLY, "polarity": "negated"}, date="2024-01-02"),
            article("c", "Iran tests missiles.", {"predicate": "tests", "subject": "Iran", "object": "missiles"}),
            article("d", "Iran uses missiles.", {"predicate": "uses", "subject": "Iran", "object": "missiles"}),
            article("e", "Iran has missiles.", {"predicate": "possesses", "subject": "Iran", "object": "missiles"}),
        ]
    )
    found = plover_rows(graph)
    rows = {row["event_id"][0]: row for row in found.rows}
    assert found.without_event == 2
    assert {key: row["event_type"] for key, row in rows.items()} == {"a": "AID", "b": "REJECT", "c": "MOBILIZE"}
    assert rows["a"] == {
        "event_id": rows["a"]["event_id"], "event_date": "2023", "event_type": "AID", "event_mode": "transfers",
        "quad_class": "material cooperation",
        "certainty": "actual", "actor_id": "IRN", "actor_name": "Iran", "actor_type": "COUNTRY", "recipient_id": "RUS",
        "recipient_name": "Russia", "recipient_type": "COUNTRY", "item": "drone", "source_id": "john-kirby",
        "outlet": "Weekly", "url": None, "text": text,
    }  # fmt: skip
    assert rows["b"]["event_date"] == "2024-01-02"
    assert rows["c"]["recipient_id"] is None


def event(text: str, **statement: str) -> tuple[str, str, str | None] | None:
    rows = plover_rows(build_graph([article("a", text, statement)])).rows
    return (rows[0]["event_type"], rows[0]["actor_id"], rows[0]["recipient_id"]) if rows else None


def test_who_asks_is_the_actor_of_a_request() -> None:
    text = "Ukraine asks China to send missiles to Syria, Iran said."
    wish = {
        "predicate": "transfers",
        "subject": "China",
        "object": "missiles",
        "recipient": "Syria",
        "modality": "desired",
    }
    assert event(text, **wish, source="Ukraine") == ("REQUEST", "UKR", "CHN")
    assert event(text, **wish) is None
    assert event(text, **wish, source="China") is None


def test_a_refusal_is_an_event_and_a_denial_is_none() -> None:
    text = "Iran has sent no drones to Russia, Kirby said, and Russia agrees."
    assert event(text, **SUPPLY, polarity="negated", source="Kirby") == ("REJECT", "IRN", "RUS")
    for who in ("Iran", "Russia"):
        assert event(text, **SUPPLY, polarity="negated", source=who) is None


def test_what_is_taken_back_is_a_retreat_and_what_is_signed_is_support() -> None:
    text = "China lifts its sanctions on Iran and moves its missiles out of Syria."
    assert event(text, predicate="sanctions", subject="China", object="Iran", polarity="negated") == (
        "RETREAT", "CHN", "IRN",
    )  # fmt: skip
    away = {"predicate": "deploys", "subject": "China", "object": "missiles", "recipient": "Syria"}
    assert event(text, **away, polarity="negated") == ("RETREAT", "CHN", "SYR")
    treaty = {"predicate": "agrees", "subject": "China", "object": "Iran"}
    assert event(text, **treaty) == ("SUPPORT", "CHN", "IRN")
    assert event(text, **treaty, modality="planned") == ("AGREE", "CHN", "IRN")


def test_only_predicates_of_the_ontology_and_types_of_the_manual_are_mapped() -> None:
    assert set(EVENT_TYPES) < set(load_ontology().predicates)
    assert {event for types in EVENT_TYPES.values() for event in types.values()} < set(QUADS)
    assert len(QUADS) == 16
