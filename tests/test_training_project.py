"""The training project: its smoke variant runs from gold to a pipeline that loads; its steps fit together."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import srsly

import entityrel

MODELS = Path(__file__).parents[1] / "models"
PROJECT: Any = srsly.read_yaml(MODELS / "project.yml")  # type: ignore[attr-defined]  # as in knowledge/files.py
COMMANDS = {command["name"]: command for command in PROJECT["commands"]}


def filled(value: str) -> str:
    """Put the project's variables into a path."""
    for name, setting in PROJECT["vars"].items():
        value = value.replace(f"${{vars.{name}}}", str(setting))
    return value


@pytest.fixture(scope="module")
def smoke(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the smoke variant in a copy of the project, in processes of its own, as a user does."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("project.yml", "LICENSES_SOURCES"):
        shutil.copy(MODELS / name, folder)
    for name in ("scripts", "configs"):
        shutil.copytree(MODELS / name, folder / name)
    for name in ("gold", "en_entityrel_sm"):
        (folder / name).symlink_to(MODELS / name)
    done = subprocess.run(
        [sys.executable, "-m", "weasel", "run", "smoke", str(folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return folder / "build" / "smoke"


def test_the_smoke_pipeline_is_scored(smoke: Path) -> None:
    scores = json.loads((smoke / "scores.json").read_text(encoding="utf-8"))["written"]
    assert set(scores) == {"MISSION", "PERSON", "COUNTRY", "WEAPON", "ORG", "LOC", "ALL"}
    assert scores["ALL"]["gold"] > 20
    assert scores["ALL"]["predicted"] > 0, "twenty steps taught it nothing at all"


def test_the_smoke_pipeline_loads_and_annotates(smoke: Path) -> None:
    nlp = entityrel.load(smoke / "en_entityrel_sm")
    text = "Iran has supplied drones to Russia, John Kirby said."
    article = entityrel.annotate(text, nlp=nlp)
    assert article.text == text
    assert nlp.pipe_names == entityrel.load("sm").pipe_names
    meta = json.loads((smoke / "en_entityrel_sm" / "meta.json").read_text(encoding="utf-8"))
    assert meta["name"] == "entityrel_sm"


@pytest.mark.parametrize("workflow", PROJECT["workflows"])
def test_a_step_needs_what_is_there_or_was_made_before(workflow: str) -> None:
    made: set[str] = set()
    before = PROJECT["workflows"]["all"] if workflow == "trf" else []  # as project.yml says
    for step in [*before, *PROJECT["workflows"][workflow]]:
        command = COMMANDS[step]
        for needed in map(filled, command.get("deps", [])):
            in_project = (MODELS / needed).exists() and not needed.startswith(("build", "corpus", "training"))
            assert needed in made or in_project, f"{step} needs {needed}, which no earlier step of {workflow} makes"
        made |= {filled(path) for key in ("outputs", "outputs_no_cache") for path in command.get(key, [])}


def test_steps_name_scripts_and_configs_that_exist() -> None:
    for command in COMMANDS.values():
        for word in " ".join(command["script"]).split():
            if word.startswith(("scripts/", "configs/")):
                assert (MODELS / word).is_file(), f"{command['name']}: {word}"
