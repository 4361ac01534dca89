"""One project that has been built twice: `notes`, with a document for members of `board` only."""

import shutil
from pathlib import Path

import pytest
import yaml

from tests.cli.commands import lexiane

DOCUMENTS = {
    "leave.md": "# Leave\n\nParental leave lasts sixteen weeks at full pay.\n",
    "board/plan.md": "# Plan\n\nThe board plans a merger with the harbour bank.\n",
    "escape.md": "# Colours\n\nThe purple \x1b[31mterminal\x07 sequence is hidden here. "
    + "Around it stand many plain words that nobody could object to. " * 40
    + "\n",
    "sub dir/grüße.txt": "The annual greeting goes out in December.\n",
}
QUESTIONS = (
    '{"question_id": "q1", "question": "parental leave weeks", "relevant": {"leave.md": 1}}\n'
    '{"question_id": "q2", "question": "price of uranium", "relevant": {}}\n'
)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("Prüf stand")
    for name, text in DOCUMENTS.items():
        file = root / "docs" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    added = lexiane(root, "add", "notes", "docs")
    assert added.code == 0, added.err
    file = root / "assets" / "notes" / "defs.yaml"
    declared = yaml.safe_load(file.read_text())
    declared["attributes"]["embedder"] = {"type": "hash"}
    declared["attributes"]["source"]["access"] = [{"pattern": "board/**", "groups": ["board"]}]
    file.write_text(yaml.safe_dump(declared))
    (file.parent / "questions.jsonl").write_text(QUESTIONS)
    assert lexiane(root, "build", "notes").code == 0
    (root / "docs" / "more.md").write_text("# More\n\nLater came a second version.\n")
    assert lexiane(root, "build", "notes").code == 0
    return root


@pytest.fixture
def own(built: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(built, tmp_path / "own"))
