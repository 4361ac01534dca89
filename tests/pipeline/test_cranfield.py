"""The default pipeline on the whole Cranfield collection, judged by its own assessors."""

import json
from collections import defaultdict
from pathlib import Path

import pytest

from tests.pipeline.support import Project

FOLDER = Path(__file__).parents[2].parent / "shared" / "data" / "cranfield"
FILES = ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv")
MISSING = [name for name in FILES if not (FOLDER / name).is_file()]
NDCG = 0.391

pytestmark = pytest.mark.skipif(
    bool(MISSING), reason=f"the Cranfield collection is incomplete: {FOLDER} lacks {MISSING}"
)


def judged_questions() -> str:
    """Queries and their graded documents as a question set."""
    relevant: dict[str, dict[str, int]] = defaultdict(dict)
    for line in (FOLDER / FILES[2]).read_text("utf-8").splitlines()[1:]:
        query, document, grade = line.split("\t")
        relevant[query][document] = int(grade)
    queries = [json.loads(line) for line in (FOLDER / FILES[1]).read_text("utf-8").splitlines()]
    return "".join(
        json.dumps({"question_id": q["_id"], "question": q["text"], "relevant": relevant[q["_id"]]})
        + "\n"
        for q in queries
    )


def test_the_default_pipeline_on_cranfield(tmp_path: Path) -> None:
    project = Project(tmp_path / "p")
    assert project.run("add", "cranfield", str(FOLDER / FILES[0]), "--project", ".").code == 0
    questions = project.root / "assets" / "cranfield" / "questions.jsonl"
    questions.write_text(judged_questions(), "utf-8")
    built = project.run("build", "cranfield", "--json").json
    assert built["quarantined"] == []
    assert built["documents"] == len((FOLDER / FILES[0]).read_text("utf-8").splitlines())
    found = project.run("evaluate", "cranfield", "--json").json
    assert found["questions"] == 225
    assert found["measures"]["nDCG@10"] >= NDCG
