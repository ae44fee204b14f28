"""Reading data files: what is read, what is refused, and the version of the knowledge."""

from __future__ import annotations

from pathlib import Path

import pytest

from entityrel.errors import KnowledgeError
from entityrel.knowledge import files
from entityrel.knowledge.files import Strict, check, data_version, read_yaml


class Countries(Strict):
    codes: tuple[str, ...]


def test_norway_stays_a_country(tmp_path: Path) -> None:
    path = tmp_path / "codes.yaml"
    path.write_text("codes: [NO, SE]\n", encoding="utf-8")
    assert read_yaml(path, Countries).codes == ("NO", "SE")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("codes: [NO\n", "cannot be read as YAML"),
        ("code: [NO]\n", r"codes.yaml: codes: Field required; code: Extra inputs"),
        ("codes: [[NO]]\n", r"codes\.0"),
        ("", "codes.yaml: file"),
        ("codes: [NO]\ncodes: [SE]\n", "cannot be read as YAML"),
        ("codes: ['\x00']\n", "cannot be read as YAML"),
    ],
)
def test_a_wrong_file_is_reported_with_file_and_field(text: str, named: str, tmp_path: Path) -> None:
    path = tmp_path / "codes.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(KnowledgeError, match=named):
        read_yaml(path, Countries)


def test_a_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"missing\.yaml: cannot be read"):
        read_yaml("missing.yaml", Countries)
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"codes: [caf\xe9]\n")
    with pytest.raises(KnowledgeError, match=r"latin\.yaml: cannot be read"):
        read_yaml(path, Countries)
    with pytest.raises(KnowledgeError, match="cannot be read"):
        read_yaml(tmp_path, Countries)


def test_check_names_the_entry() -> None:
    assert check({"codes": ["NO"]}, Countries, "here").codes == ("NO",)
    with pytest.raises(KnowledgeError, match=r"names\.csv, row 3: codes"):
        check({"codes": 5}, Countries, "names.csv, row 3")


def test_what_was_read_is_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        check({"codes": ["NO"]}, Countries, "here").codes = ()  # type: ignore[misc]


def test_the_version_changes_with_every_data_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "frames").mkdir()
    (tmp_path / "frames" / "a.yaml").write_text("a", encoding="utf-8")
    (tmp_path / "b.csv").write_text("b", encoding="utf-8")
    monkeypatch.setattr(files, "DATA", tmp_path)
    seen = set()
    for path, text in (("b.csv", "b"), ("b.csv", "c"), ("frames/a.yaml", "b"), ("frames/c.yaml", "")):
        (tmp_path / path).write_text(text, encoding="utf-8")
        data_version.cache_clear()
        seen.add(data_version())
    data_version.cache_clear()
    assert len(seen) == 4
    assert {len(version) for version in seen} == {12}
