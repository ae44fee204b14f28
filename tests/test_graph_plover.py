from __future__ import annotations

from entityrel.graph import build_graph
from entityrel.graph.plover import EVENT_TYPES, plover_rows
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
        "certainty": "actual", "actor_id": "IRN", "actor_name": "Iran", "actor_type": "COUNTRY", "recipient_id": "RUS",
        "recipient_name": "Russia", "recipient_type": "COUNTRY", "item": "drone", "source_id": "john-kirby",
        "outlet": "Weekly", "url": None, "text": text,
    }  # fmt: skip
    assert rows["b"]["event_date"] == "2024-01-02"
    assert rows["c"]["recipient_id"] is None


def test_only_predicates_of_the_ontology_are_mapped() -> None:
    assert set(EVENT_TYPES) < set(load_ontology().predicates)
