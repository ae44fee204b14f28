"""Setting other languages aside."""

from __future__ import annotations

from pathlib import Path

import pytest

from entityrel.corpus.examples import example_articles
from entityrel.corpus.items import Input, Rejected
from entityrel.corpus.language import only_english
from entityrel.markup import read
from entityrel.schema import Article

GOLD = Path(__file__).parents[1] / "models" / "gold" / "train"

OTHERS = {
    "ru": "Иран передал России вторую партию беспилотников, заявил в понедельник представитель Белого дома Джон Кирби. "
    "В Тегеране это отрицают.",
    "uk": "Іран передав Росії другу партію безпілотників, заявив у понеділок представник Білого дому Джон Кірбі. "
    "У Тегерані це заперечують.",
    "es": "Irán ha entregado a Rusia un segundo lote de drones, dijo el lunes John Kirby, portavoz de la Casa Blanca. "
    "Teherán lo niega.",
    "de": "Der Iran hat Russland eine zweite Lieferung Drohnen übergeben, sagte der Sprecher des Weißen Hauses.",
    "fr": "L'Iran a livré à la Russie un deuxième lot de drones, a déclaré lundi John Kirby, porte-parole de la Maison "
    "Blanche.",
    "tr": "İran'ın Rusya'ya ikinci parti insansız hava araçlarını teslim ettiğini Beyaz Saray sözcüsü açıkladı.",
    "fa": "ایران دومین محموله پهپادها را به روسیه تحویل داده است، سخنگوی کاخ سفید جان کربی روز دوشنبه گفت. "
    "تهران این ادعا را رد می‌کند.",
    "pl": "Iran przekazał Rosji drugą partię dronów, powiedział w poniedziałek rzecznik Białego Domu John Kirby.",
}


@pytest.mark.parametrize("code", OTHERS)
def test_other_languages_are_set_aside_with_the_reason(code: str) -> None:
    (result,) = only_english([Input("f.jsonl", 3, Article(id="x", text=OTHERS[code]))])
    assert isinstance(result, Rejected)
    assert (result.file, result.line, result.id) == ("f.jsonl", 3, "x")
    assert f"the language is {code}, not English" in result.reason


def test_english_short_texts_and_rejections_pass() -> None:
    items = [Input("f", 1, article) for article in example_articles()]
    items.append(Input("f", 2, Article(text="Иран")))
    rejected = Rejected("f", 3, None, "broken")
    assert list(only_english([*items, rejected])) == [*items, rejected]


@pytest.mark.skipif(not GOLD.exists(), reason="the gold files are not in an installed package")
def test_no_article_of_the_gold_is_set_aside() -> None:
    items = [Input(path.name, None, read(path)) for path in sorted(GOLD.glob("*-1*.ann"))]
    assert len(items) > 200
    assert list(only_english(items)) == items
