"""`resolve`: the same entity under one id over a corpus, and no two persons under one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import entityrel
import strategies  # noqa: F401  (loads the profile of hypothesis)
from entityrel.knowledge.gazetteer import Alias, Gazetteer, Person, load_gazetteer
from entityrel.knowledge.names import slug
from entityrel.knowledge.spellings import person_keys, spelling_key
from entityrel.resolve import Resolution, Resolver, resolve
from entityrel.schema import AnnotatedArticle, Mention, Provenance, Relation, Span

COUNTRIES = {"Iran": "IRN", "Russia": "RUS", "France": "FRA"}
EMPTY = Gazetteer([], {}, {})
_PERSONS = [
    Person(id="jan-kowal", name="Jan Kowal", country="IRN", role="leads"),
    Person(id="jan-adam-alba", name="Jan Adam Alba", role="leads"),
    Person(id="mohammed-karim", name="Mohammed Karim", country="FRA", role="leads"),
]
SOME = Gazetteer(
    [Alias(person.name, "PERSON", person.id, "name") for person in _PERSONS],
    {("PERSON", person.id): person.name for person in _PERSONS},
    {},
    _PERSONS,
)


def article(
    id: str, *names: str, label: str = "PERSON", offices: Sequence[tuple[str, str]] = (), joined: bool = False
) -> AnnotatedArticle:
    """An article that lists names; ``offices`` are pairs of a name and the country or organisation of its bearer."""
    text = " | ".join([*names, *(place for _, place in offices)])
    mentions: dict[str, Mention] = {}
    position = 0
    for part in text.split(" | "):
        kind = "COUNTRY" if part in COUNTRIES else label if part in names else "ORG"
        who = COUNTRIES.get(part) or slug(part)
        mentions[part] = Mention(
            start=position,
            end=position + len(part),
            text=part,
            label=kind,
            id=who,
            name=part if kind == label else None,
        )
        position += len(part) + 3
    evidence = Span(start=0, end=len(text))
    relations = [
        Relation(predicate="represents", subject=mentions[name], object=mentions[place], evidence=evidence)
        for name, place in offices
    ]
    if joined:
        one, other = (mentions[name] for name in names[:2])
        why = Provenance(extractors=("ruler",), attribution=(one,))
        relations.append(
            Relation(predicate="meets", subject=one, object=other, source=one, evidence=evidence, provenance=why)
        )
    return AnnotatedArticle(id=id, text=text, entities=tuple(mentions.values()), relations=tuple(relations))


def ids(found: Iterable[AnnotatedArticle], label: str = "PERSON") -> list[str]:
    return [mention.id for each in found for mention in each.entities if mention.label == label]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mohammed al-Karim", "Muhammad Karim"),
        ("Jürgen Müller", "Juergen Mueller"),
        ("Kim Yong-chol", "Kim Yongchol"),
        ("Abdel-Fattah Zidan", "Abdul Fattah Zidan"),
        ("Dmitri Karlovskiy", "Dmitry Karlovsky"),
        ("Zeki ash-Shami", "Zeki al-Shami"),
        ("President Jan Kowal", "Jan Kowal"),
        ("Jan P. Kowal", "Jan Kowal"),
        ("Jan P. Kowal", "Jan Peter Kowal"),
    ],
)
def test_spellings_of_one_name_are_one_person(one: str, other: str) -> None:
    found = resolve([article("a1", one), article("a2", other)], gazetteer=EMPTY)
    assert len(set(ids(found))) == 1
    assert {str(mention) for each in found for mention in each.entities} == {found.merged[0].name}
    assert len(found.merged) == 1
    assert found.merged[0].articles == ("a1", "a2")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hassan Karim", "Hussein Karim"),
        ("Henri Martin", "Henry Martin"),
        ("Jackie Chen", "Jackie Chan"),
        ("Ann Amara", "Anna Mara"),
        ("Kim Yong-chol", "Kim Yong-nam"),
        ("Kim Chol", "Kim Yong-chol"),
        ("Jan Kowal Sr.", "Jan Kowal Jr."),
        ("Jan Kowal", "Jan Kowal Jr."),
        ("Jan Peter Kowal", "Jan Kowal"),
        ("J. Kowal", "Jan Kowal"),
        ("Kowal", "Jan Kowal"),
        ("Jan Kowal", "Kowal Jan"),
        ("Jan Alba", "Jan Alba Ruiz"),
    ],
)
def test_other_names_are_other_persons(one: str, other: str) -> None:
    found = resolve([article("a1", one), article("a2", other)], gazetteer=EMPTY)
    assert len(set(ids(found))) == 2
    assert not found.merged


@pytest.mark.parametrize("short", ["Kowal", "J. Kowal", "Minister Kowal"])
def test_a_surname_needs_something_in_common(short: str) -> None:
    named = article("a1", "Jan Kowal", offices=[("Jan Kowal", "Iran")])
    other = article("a2", "Eva Kowal", offices=[("Eva Kowal", "Russia")])
    found = resolve([named, other, article("a3", short, offices=[(short, "Iran")])], gazetteer=EMPTY)
    assert ids(found) == ["jan-kowal", "eva-kowal", "jan-kowal"]
    assert found.merged[0].reasons == ("surname or initial, with IRN in common",)
    alone = resolve([named, other, article("a3", short)], gazetteer=EMPTY)
    assert len(set(ids(alone))) == 3
    assert alone.refused[0].reason == "no country or organisation in common"


def test_a_surname_that_two_persons_of_a_country_have_stays_alone() -> None:
    people = [
        article(f"a{n}", name, offices=[(name, "Iran")]) for n, name in enumerate(["Jan Kowal", "Eva Kowal", "Kowal"])
    ]
    found = resolve(people, gazetteer=EMPTY)
    assert len(set(ids(found))) == 3
    assert [refusal.reason for refusal in found.refused] == ["several full names fit"]


def test_an_organisation_in_common_joins_in_either_spelling() -> None:
    people = [
        article("a1", "Jan Kowal", offices=[("Jan Kowal", "Defence Group")]),
        article("a2", "Kowal", offices=[("Kowal", "Defense Group")]),
    ]
    found = resolve(people, gazetteer=EMPTY)
    assert ids(found) == ["jan-kowal", "jan-kowal"]
    assert len(set(ids(found, "ORG"))) == 1


def test_namesakes_of_two_countries_get_two_ids() -> None:
    people = [
        article("a1", "Jan Kowal", offices=[("Jan Kowal", "Iran")]),
        article("a2", "Jan Kowal", offices=[("Jan Kowal", "Russia")]),
        article("a3", "Jan Kowal"),
    ]
    found = resolve(people, gazetteer=EMPTY)
    assert ids(found) == ["jan-kowal-irn", "jan-kowal-rus", "jan-kowal"]
    assert [refusal.reason for refusal in found.refused] == ["countries differ: IRN and RUS"]
    assert found.articles[0].relations[0].subject.id == "jan-kowal-irn"


def test_several_middle_names_are_no_choice() -> None:
    found = resolve(
        [article(f"a{n}", f"Jan {name}Kowal") for n, name in enumerate(["", "A. ", "P. "])], gazetteer=EMPTY
    )
    assert len(set(ids(found))) == 3
    assert found.refused[0].reason == "several fuller names fit"


@pytest.mark.parametrize(("short", "joined"), [("Jan Kowal", 1), ("Jan Kowal Ruiz", 2), ("J. P. Kowal", 2)])
def test_a_middle_name_or_second_surname_needs_something_in_common(short: str, joined: int) -> None:
    names = ["Jan Adam Kowal", short]
    people = [article(f"a{n}", name, offices=[(name, "Iran")]) for n, name in enumerate(names)]
    assert len(set(ids(resolve(people, gazetteer=EMPTY)))) == joined


def test_known_namesakes_count_though_the_corpus_has_one() -> None:
    articles = [
        article("a1", "George W. Bush", offices=[("George W. Bush", "Iran")]),
        article("a2", "George Bush"),
    ]
    assert len(set(ids(resolve(articles, gazetteer=EMPTY)))) == 1
    assert len(set(ids(resolve(articles)))) == 2


def test_one_name_with_two_ids_stays_two() -> None:
    forces = [article(f"a{n}", "Air Force", label="ORG") for n in range(2)]
    other = forces[1].entities[0].model_copy(update={"id": "indian-air-force"})
    found = resolve([forces[0], forces[1].model_copy(update={"entities": (other,)})], gazetteer=EMPTY)
    assert ids(found, "ORG") == ["air-force", "indian-air-force"]
    assert found.refused[0].reason == "one name has several ids"


def test_a_name_of_many_organisations_joins_nothing() -> None:
    articles = [article("a1", "Defence Ministry", label="ORG"), article("a2", "Defense Ministry", label="ORG")]
    found = resolve(articles, gazetteer=EMPTY)
    assert len(set(ids(found, "ORG"))) == 2
    assert found.refused[0].reason == "a name that many organisations have"


def test_two_that_meet_are_two() -> None:
    found = resolve([article("a1", "Mohammed Karim", "Muhammad Karim", joined=True)], gazetteer=EMPTY)
    assert len(set(ids(found))) == 2
    assert found.refused[0].reason == "a relation of an article joins them"


def test_every_mention_of_a_relation_is_rewritten() -> None:
    articles = [article("a1", "Yusuf Karam", "Jan Kowal", joined=True), article("a2", "Youssef Karam", "Youssef Karam")]
    relation = resolve([*articles, article("a3", "Youssef Karam")], gazetteer=EMPTY).articles[0].relations[0]
    assert relation.provenance is not None
    assert relation.source is not None
    assert [relation.subject.id, relation.source.id, relation.provenance.attribution[0].id] == ["youssef-karam"] * 3
    assert (relation.subject.name, relation.subject.text) == ("Youssef Karam", "Yusuf Karam")


def test_an_acronym_is_what_an_article_defines() -> None:
    full = AnnotatedArticle(
        id="a1",
        text="The Free Delta Army (FDA) spoke.",
        entities=(Mention(start=4, end=19, text="Free Delta Army", label="ORG", id="free-delta-army"),),
    )
    found = resolve([article("a2", "FDA", label="ORG"), full], gazetteer=EMPTY)
    assert ids(found, "ORG") == ["free-delta-army"] * 2
    assert found.merged[0].name == "Free Delta Army"
    other = full.model_copy(update={"id": "a3", "text": "The Fine Dance Arts (FDA) spoke.", "entities": (
        Mention(start=4, end=19, text="Fine Dance Arts", label="ORG", id="fine-dance-arts"),)})  # fmt: skip
    assert len(set(ids(resolve([article("a2", "FDA", label="ORG"), full, other], gazetteer=EMPTY), "ORG"))) == 3


def test_known_ids_stay_and_take_unknown_spellings() -> None:
    known = article("a1", "Ebrahim Raisi")
    person = known.entities[0].model_copy(update={"id": "ebrahim-raisi"})
    found = resolve([known.model_copy(update={"entities": (person,)}), article("a2", "Ibrahim Raisi")])
    assert ids(found) == ["ebrahim-raisi"] * 2
    assert found.merged[0].name == load_gazetteer().name("PERSON", "ebrahim-raisi")


def test_an_unknown_namesake_of_another_country_is_not_the_known_person() -> None:
    found = resolve(
        [article("a1", "Ebrahim Raisi"), article("a2", "Ibrahim Raisi", offices=[("Ibrahim Raisi", "France")])]
    )
    assert len(set(ids(found))) == 2


def test_a_stream_in_two_passes_is_the_same() -> None:
    articles = [article("a1", "Yusuf Karam"), article("a2", "Youssef Karam")]
    resolver = Resolver(EMPTY)
    for each in articles:
        resolver.learn(each)
    assert tuple(map(resolver.rewrite, articles)) == resolve(articles, gazetteer=EMPTY).articles
    stranger = article("b1", "Yusuf Karam")
    assert resolver.rewrite(stranger) == stranger


def test_nothing_is_nothing() -> None:
    assert resolve([]) == Resolution((), (), ())
    assert entityrel.resolve is resolve


def test_spellings_of_places_and_weapons() -> None:
    assert spelling_key("LOC", "Deir ez-Zor") == spelling_key("LOC", "Deir el-Zor")
    assert spelling_key("LOC", "St. Petersburg") == spelling_key("LOC", "Saint Petersburg")
    assert spelling_key("WEAPON", "T-72") != spelling_key("WEAPON", "T-7 2")
    assert not person_keys("Kowal")


_FIRST = ("Jan", "Eva", "J.", "Adam", "Mohammed", "Muhammad", "Hussein")
_LAST = ("Kowal", "Karim", "al-Karim", "Alba", "Kim")


@st.composite
def corpora(draw: st.DrawFn) -> list[AnnotatedArticle]:
    """Articles with full names, surnames, acronyms and offices, of a few words so that they meet."""
    full = st.builds(lambda *parts: " ".join(filter(None, parts)), st.sampled_from(_FIRST),
                     st.sampled_from(["", "", "Adam", "P."]), st.sampled_from(_LAST),
                     st.sampled_from(["", "", "", "Ruiz", "Jr."]))  # fmt: skip
    name = st.one_of(full, st.sampled_from(_LAST))
    place = st.sampled_from([*COUNTRIES, "Defence Group", "Defense Group", "The Guard"])
    articles = []
    for number in range(draw(st.integers(1, 6))):
        names = draw(st.lists(name, min_size=1, max_size=3, unique=True))
        offices = draw(st.lists(st.tuples(st.sampled_from(names), place), max_size=2))
        articles.append(article(f"a{number}", *names, offices=offices, joined=len(names) > 1 and draw(st.booleans())))
    return articles


@given(corpora(), st.sampled_from([EMPTY, SOME]), st.randoms(use_true_random=False))
def test_order_does_not_count_and_again_changes_nothing(
    articles: list[AnnotatedArticle], gazetteer: Gazetteer, random: Random
) -> None:
    first = resolve(articles, gazetteer=gazetteer)
    shuffled = list(articles)
    random.shuffle(shuffled)
    second = resolve(shuffled, gazetteer=gazetteer)
    assert sorted(first.articles, key=lambda each: each.id) == sorted(second.articles, key=lambda each: each.id)
    assert (first.merged, first.refused) == (second.merged, second.refused)
    again = resolve(first, gazetteer=gazetteer)
    assert again.articles == first.articles
    assert not again.merged


@given(corpora())
def test_no_id_joins_first_names_or_countries(articles: list[AnnotatedArticle]) -> None:
    found = resolve(articles, gazetteer=EMPTY)
    people: dict[str, list[tuple[str, set[str]]]] = {}
    for each in found:
        for mention in each.entities:
            if mention.label == "PERSON":
                codes = {
                    r.object.id for r in each.relations if r.subject.id == mention.id and r.object.label == "COUNTRY"
                }
                people.setdefault(mention.id, []).append((mention.text, codes))
    for same in people.values():
        for (one, here), (other, there) in combinations(same, 2):
            assert not (here and there) or here & there
            first, second = (text.replace("Muhammad", "Mohammed").split()[0].strip(".") for text in (one, other))
            if len(one.split()) > 1 < len(other.split()):
                assert first == second or (1 in (len(first), len(second)) and first[0] == second[0])


@given(corpora())
def test_texts_offsets_and_statements_stay(articles: list[AnnotatedArticle]) -> None:
    for before, after in zip(articles, resolve(articles, gazetteer=EMPTY), strict=True):
        assert before.text == after.text
        assert [(m.start, m.end, m.label) for m in before.entities] == [
            (m.start, m.end, m.label) for m in after.entities
        ]
        assert [r.predicate for r in before.relations] == [r.predicate for r in after.relations]
        AnnotatedArticle.model_validate(after.model_dump())


def test_what_is_not_merged_is_not_touched() -> None:
    before = article("a1", "Jan Kowal", "Kowal")
    ids_alike = tuple(m.model_copy(update={"id": "x", "name": None}) for m in before.entities)
    before = before.model_copy(update={"entities": ids_alike})
    assert resolve([before], gazetteer=EMPTY).articles == (before,)
