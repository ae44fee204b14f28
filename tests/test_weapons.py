"""Weapons: the data is sound, spellings meet, every phrase gets an id and a place in the tree."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import calls
from entityrel.errors import KnowledgeError
from entityrel.knowledge.weapon_grammar import ROOT, ClassFile
from entityrel.knowledge.weapon_names import key, normal_phrase, plural, singular, slug, variants
from entityrel.knowledge.weapons import System, Weapons, load_weapons
from entityrel.markup import read

GOLD = Path(__file__).parents[1] / "models" / "gold" / "train"
#: Names of different systems that only their exact spelling tells apart (M-46 gun, M46 tank).
KEY_MEETINGS = 12


@pytest.fixture(scope="module")
def weapons() -> Weapons:
    return load_weapons()


def small(systems: list[dict[str, str]], classes: str = "nouns") -> Weapons:
    file = ClassFile.model_validate(
        {
            "classes": [{"id": "weapon", "nouns": "weapon"}, {"id": "tank", "parent": "weapon", classes: "tank"}],
            "modifiers": [],
            "invariable": "",
            "plurals": {},
            "same": {},
            "ambiguous_names": "",
            "brands": "",
            "no_weapons": "",
            "prefixes": "XQ",
            "navies": "USS",
            "companies": "Inc",
            "not_names": "The",
        }
    )
    return Weapons([System.model_validate(row) for row in systems], file)


# --- the data


def test_there_are_enough_systems_and_class_nouns(weapons: Weapons) -> None:
    nouns = [noun for item in weapons.classes().values() for noun in (*item.nouns, *item.ambiguous)]
    assert len(weapons.systems()) >= 1_500
    assert len(nouns) >= 300
    assert len(nouns) == len(set(nouns))


def test_rows_are_sound(weapons: Weapons) -> None:
    for system in weapons.systems().values():
        assert system.makers, system.id
        assert len(set(system.makers)) == len(system.makers), system.id
        assert not re.search(r"\s{2}|^\s|\s$|[;“”]", "|".join((system.name, *system.aliases))), system.id
        assert not {alias.casefold() for alias in system.aliases} & {system.name.casefold()}, system.id


def test_no_alias_is_written_that_a_rule_gives(weapons: Weapons) -> None:
    redundant = [
        (system.id, alias) for system in weapons.systems().values() for alias in system.aliases
        if alias in variants(system.name)
    ]  # fmt: skip
    assert redundant == []


def test_keys_of_different_systems_rarely_meet(weapons: Weapons) -> None:
    owners: dict[str, set[str]] = {}
    for system in weapons.systems().values():
        for name in (system.name, *system.aliases):
            owners.setdefault(key(name), set()).add(system.id)
    assert len([ids for ids in owners.values() if len(ids) > 1]) <= KEY_MEETINGS


def test_every_path_ends_at_the_root(weapons: Weapons) -> None:
    for id in (*weapons.classes(), *weapons.systems()):
        assert weapons.kind(id)[-1] == ROOT


def test_an_alias_text_has_one_system(weapons: Weapons) -> None:
    texts = Counter(text for text, _, _ in weapons.aliases())
    assert texts.most_common(1)[0][1] == 1


def test_fewer_aliases_without_joins(weapons: Weapons) -> None:
    bare = {text for text, _, _ in weapons.aliases(joins=False)}
    assert "MiG-29" in bare
    assert "MiG 29" not in bare


# --- errors name the entry


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"id": "a", "name": "A-1", "class": "ship", "makers": "USA", "aliases": ""}], "a: unknown class 'ship'"),
        (
            [{"id": "a", "name": "A-1", "class": "tank", "makers": "USA", "aliases": ""}] * 2,
            "the id a stands in two rows",
        ),
        (
            [
                {"id": "a", "name": "A-1", "class": "tank", "makers": "USA", "aliases": "Bee"},
                {"id": "b", "name": "B-1", "class": "tank", "makers": "USA", "aliases": "bee"},
            ],
            "b: the name 'bee' is that of a too",
        ),
    ],
)
def test_wrong_rows_are_refused(rows: list[dict[str, str]], message: str) -> None:
    with pytest.raises(KnowledgeError, match=re.escape(message)):
        small(rows)


def test_a_tree_without_root_is_refused() -> None:
    with pytest.raises(KnowledgeError, match="its parent boat is unknown"):
        file = load_weapons().grammar.file.model_dump()
        file["classes"] = [{"id": "weapon"}, {"id": "ship", "parent": "boat"}]
        Weapons([], ClassFile.model_validate(file))


# --- spellings


@pytest.mark.parametrize(
    ("name", "spellings"),
    [
        ("Shahed-136", ["Shahed 136", "Shahed136", "Shahed-136s"]),
        ("S-300", ["S300", "С-300", "С300", "C-300"]),
        ("MiG-29", ["MIG 29", "Mig-29", "MiG29", "МиГ-29", "MiG-29s"]),
        ("Kh-101", ["X-101", "Х-101", "KH-101", "Kh-101s"]),
        ("Su-57", ["SU-57", "SU57", "Су-57"]),
        ("T-72B3", ["Т-72Б3", "T72B3", "T-72B3s"]),
        ("Wing Loong II", ["Wing Loong 2", "Wing Loong IIs"]),
        ("Super Étendard", ["Super Etendard", "Super Etendards"]),
        ("HIMARS", ["Himars"]),
        ("David's Sling", ["David’s Sling", "Davids Sling"]),
    ],
)
def test_variants(name: str, spellings: list[str]) -> None:
    assert set(spellings) <= variants(name)


def test_variants_hold_the_name_and_no_wild_forms() -> None:
    assert "HIMARS" in variants("HIMARS")
    assert "HIMARSs" not in variants("HIMARS")
    assert len(variants("Patriot")) == 2


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("Shahed-136", "shahed-136"), ("Geran-2", "shahed-136"), ("Герань-2", "shahed-136"),
        ("shahed136", "shahed-136"),
        ("С-300", "s-300"), ("S300", "s-300"), ("S-300PMU-2", "s-300pmu2"), ("MIG 29s", "mig-29"), ("Су-57", "su-57"),
        ("X-101", "kh-101"), ("Х-101", "kh-101"), ("the Kh-101s", "kh-101"), ("T-90s", "t-90"), ("T-90S", "t-90s"),
        ("AT-4", "at4"), ("Akıncı", "akinci"), ("scalp-eg", "storm-shadow"), ("М270", "m270"),
    ],
)  # fmt: skip
def test_spellings_of_one_system_have_one_id(weapons: Weapons, text: str, id: str) -> None:
    assert weapons.resolve(text).id == id


@pytest.mark.parametrize(
    ("text", "id", "cls"),
    [
        ("Shahed-136 kamikaze drones", "shahed-136", "loitering-munition"),
        ("Leopard 2 tanks", "leopard-2", "main-battle-tank"),
        ("HIMARS launchers", "himars", "mlrs"),
        ("S-400 long-range air defense system", "s-400", "air-defense-system"),
        ("Javelin anti-tank missiles", "javelin", "anti-tank-guided-missile"),
        ("Sukhoi Su-35 fighters", "su-35", "multirole-fighter"),
        ("aircraft carrier USS Enterprise", "uss-enterprise", "aircraft-carrier"),
        ("F-16 Block 70 fighters", "f-16", "multirole-fighter"),
    ],
)
def test_a_system_beside_a_class_noun(weapons: Weapons, text: str, id: str, cls: str) -> None:
    found = weapons.resolve(text)
    assert (found.id, found.class_id) == (id, cls)


@pytest.mark.parametrize(
    ("text", "id", "cls"),
    [
        ("F-16C Block 52", "f-16c", "multirole-fighter"),
        ("F-16C/D fighters", "f-16c", "multirole-fighter"),
        ("Su-57M1", "su-57m1", "multirole-fighter"),
        ("T-72B4 tanks", "t-72b4", "main-battle-tank"),
        ("new Type 099 submarine", "type-099", "submarine"),
        ("QX-7 loitering munitions", "qx-7", "loitering-munition"),
        ("Orca-class corvettes", "orca-class", "corvette"),
        ("frigate Sonnenschein", "sonnenschein", "frigate"),
        ("Gepard ammunition", "gepard-ammunition", "ammunition"),
    ],
)
def test_designations_of_no_list(weapons: Weapons, text: str, id: str, cls: str) -> None:
    found = weapons.resolve(text)
    assert (found.id, found.class_id) == (id, cls)


@pytest.mark.parametrize(
    ("text", "id", "cls"),
    [
        ("kamikaze drones", "kamikaze-drone", "loitering-munition"),
        ("attack helicopters", "attack-helicopter", "attack-helicopter"),
        ("155mm howitzer shells", "155mm-howitzer-shell", "artillery-shell"),
        ("155-millimeter shells", "155mm-shell", "shell"),
        ("122 mm rockets", "122mm-rocket", "rocket"),
        ("armored vehicles", "armoured-vehicle", "armoured-vehicle"),
        ("air-defence systems", "air-defense-system", "air-defense-system"),
        ("thermobaric rocket launchers", "thermobaric-rocket-launcher", "launcher"),
        ("jet-powered attack drones", "jet-powered-attack-drone", "combat-drone"),
        ("antitank missiles", "anti-tank-missile", "anti-tank-guided-missile"),
        ("weapons systems", "weapon-system", "weapon"),
        ("weapons of mass destruction", "weapon-of-mass-destruction", "weapon"),
        ("arms", "arms", "weapon"),
        ("nukes", "nuclear-weapon", "nuclear-weapon"),
        ("2,000-pound bombs", "2000-pound-bomb", "bomb"),
        ("UAVs", "uav", "drone"),
        ("mystery things", "mystery-thing", "weapon"),
    ],
)
def test_class_phrases(weapons: Weapons, text: str, id: str, cls: str) -> None:
    found = weapons.resolve(text)
    assert (found.id, found.class_id) == (id, cls)


@pytest.mark.parametrize("text", ["", " ", "'", "-", "ø", "«»", "155", "the", "/", "A" * 500, "Т-72Б3 🚀"])
def test_every_text_gets_a_valid_id(weapons: Weapons, text: str) -> None:
    found = weapons.resolve(text)
    assert re.fullmatch(r"[a-z0-9][a-z0-9.-]*", found.id)
    assert weapons.kind(found.class_id)[-1] == ROOT


@pytest.mark.parametrize(
    ("id", "path"),
    [
        ("mig-29", ("multirole-fighter", "fighter", "combat-aircraft", "aircraft", "weapon")),
        ("hwasong-17", ("icbm", "ballistic-missile", "missile", "weapon")),
        ("kamikaze-drone", ("loitering-munition", "drone", "weapon")),
        ("su-57m1", ("multirole-fighter", "fighter", "combat-aircraft", "aircraft", "weapon")),
        ("thermobaric-rocket-launcher", ("launcher", "weapon")),
        ("no-such-thing", ("weapon",)),
    ],
)
def test_kind(weapons: Weapons, id: str, path: tuple[str, ...]) -> None:
    assert weapons.kind(id) == path


@pytest.mark.parametrize(
    ("one", "many"),
    [("battery", "batteries"), ("torpedo", "torpedoes"), ("combat aircraft", "combat aircraft"), ("arms", "arms"),
     ("small arm", "small arms"), ("weapon of mass destruction", "weapons of mass destruction"), ("jet", "jets"),
     ("patrol craft", "patrol craft"), ("ship", "ships"), ("UAV", "UAVs")],
)  # fmt: skip
def test_singular_and_plural(weapons: Weapons, one: str, many: str) -> None:
    assert weapons.grammar.plural(one) == many
    assert weapons.resolve(one).id == weapons.resolve(many).id


def test_plural_rules_are_inverse() -> None:
    for noun in ("battery", "missile", "torpedo", "box", "launch", "cross", "jet", "weapon of war"):
        assert singular({"torpedo": "torpedoes"}.get(noun) or plural(noun)) == noun


def test_slug_and_normal_phrase() -> None:
    assert slug("F/A-18E/F") == "fa-18ef"
    assert normal_phrase("Armored Self-Propelled Air-Defence Guns") == "armoured self propelled air defense guns"


# --- running text


def test_class_phrases_for_the_gazetteer(weapons: Weapons) -> None:
    phrases = {text: (cls, sure) for text, cls, sure in weapons.class_phrases()}
    assert phrases["ballistic missiles"] == ("ballistic-missile", True)
    assert phrases["armored vehicles"] == ("armoured-vehicle", True)
    assert not phrases["jets"][1]
    assert phrases["combat vehicle"][1]


def test_ambiguous_names_are_not_sure(weapons: Weapons) -> None:
    sure = {text: sure for text, _, sure in weapons.aliases()}
    for text in ("Patriot", "Hornet", "Leopard", "Falcon", "Javelin", "Stinger", "Patriots", "K2", "Fujian", "M4"):
        assert not sure[text], text
    for text in ("HIMARS", "MiG-29", "Shahed-136", "USS Enterprise", "Kilo-class", "Iron Dome", "BM-21"):
        assert sure[text], text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The new Type 099 submarine sailed.", ["Type 099 submarine"]),
        ("Pyongyang showed the Hwasong-29 and a GBU-99.", ["Hwasong-29", "GBU-99"]),
        ("It bought QX-7 loitering munitions and Su-57M1s.", ["QX-7 loitering munitions", "Su-57M1s"]),
        ("Two Gorgon-class destroyers sailed.", ["Gorgon-class destroyers"]),
        ("HMS Sunshine fired.", ["HMS Sunshine"]),
        ("On the M25 near junction 10 and the A4 at B6", []),
        ("flight MH17, BA 2490 and a Boeing 737 jet, an Airbus A320 aircraft", []),
        ("UN Resolution 2231, G20, COVID-19, H5N1, Article 5, May 2024 weapons", []),
        ("On July 14 tanks rolled; in 1914 guns spoke; at 5 missiles fell", []),
        ("a first-class ship and Working-class vehicles", []),
    ],
)
def test_parse_designations(weapons: Weapons, text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in weapons.parse_designations(text)] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Iran sent several hundred sophisticated Shahed-136 drones.", ["Shahed-136 drones"]),
        ("the Iranian anti-tank guided missiles", ["anti-tank guided missiles"]),
        ("a missile strike and the drone factory", ["missile", "drone"]),
        ("Javelin missiles; the destroyer Caio Duilio; 120 mm mortars",
         ["Javelin missiles", "destroyer Caio Duilio", "120 mm mortars"]),
        ("F-16 Block 70 fighters and F-16C/Ds", ["F-16 Block 70 fighters", "F-16C/Ds"]),
        ("A-10C Thunderbolt IIs", ["A-10C Thunderbolt IIs"]),
        ("cruise and ballistic missiles; chemical or biological weapons",
         ["cruise", "ballistic missiles", "chemical", "biological weapons"]),
        ("The think tank and the gold mine; a suicide bomber; BrahMos Aerospace; bomb-damaged", []),
        ("the Strategic Missile Forces", []),
        ("Sam went home. His explosive temper. Fall 2001 anthrax", []),
    ],
)  # fmt: skip
def test_find_sure_weapons(weapons: Weapons, text: str, found: list[str]) -> None:
    spans = [span for span in weapons.find(text) if span.sure]
    assert [text[span.start : span.end] for span in spans] == found


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["MiG", "-29", "s", " ", "155", "mm", "shells", "Kh-101/", "Block", "52", "class", "USS", "Ünal"]
        )
        | st.text(max_size=6),
        max_size=14,
    ).map("".join)
)
def test_no_text_raises(weapons: Weapons, text: str) -> None:
    found = weapons.resolve(text)
    assert re.fullmatch(r"[a-z0-9][a-z0-9.-]*", found.id)
    assert weapons.kind(found.id)[-1] == ROOT
    end = 0
    for span in weapons.find(text):
        assert end <= span.start < span.end <= len(text)
        assert text[span.start : span.end].strip() == text[span.start : span.end]
        end = span.end


@pytest.mark.parametrize("part", ["MiG-29 ", "F-16 Block 52 ", "A-", "USS The ", "anti-", "155 ", "x/", "nuclear and "])
def test_work_grows_with_the_length_only(weapons: Weapons, part: str) -> None:
    def work(length: int) -> int:
        return calls(lambda: list(weapons.find(part * (length // len(part)))))

    work(100)  # what is read once a process does not count
    assert work(30_000) < 12 * max(work(3_000), 100)


def test_spans_do_not_overlap(weapons: Weapons) -> None:
    text = "Grad rockets, BM-21 Grad launchers, M142 HIMARS launchers, Su-35S jets, tank shells, F-16 jets' bombs. " * 3
    spans = list(weapons.find(text))
    assert all(left.end <= right.start for left, right in pairwise(spans))
    assert len(spans) >= 20


def test_on_written_gold(weapons: Weapons) -> None:
    """Sure spans are right and nearly all mentions are found, on a tenth of the shipped training articles."""
    right = wrong = found = mentions = 0
    for path in sorted(GOLD.glob("*.ann"))[::10]:
        article = read(path)
        gold = {(mention.start, mention.end) for mention in article.entities if mention.label == "WEAPON"}
        spans = list(weapons.find(article.text))
        sure = {(span.start, span.end) for span in spans if span.sure}
        right += len(sure & gold)
        wrong += len(sure - gold)
        found += len(gold & {(span.start, span.end) for span in spans})
        mentions += len(gold)
    assert right >= 500
    assert right / (right + wrong) > 0.96
    assert found / mentions > 0.95
