"""One project that was built twice and asked; tests erase from a copy."""

import shutil
from pathlib import Path

import pytest
import yaml

from tests.cli.commands import lexiane

SECRET = "letters/quaxelborn.md"
TWIN = "TIES: the lighthouse keeper counts seventeen gulls at dawn in weeks of fog.\n"
DOCUMENTS = {
    "leave.md": "# Leave\n\nParental leave lasts sixteen weeks at full pay.\n",
    "canteen.md": "# Canteen\n\nThe canteen opens at noon, in weeks of summer at eleven.\n",
    SECRET: "# Dismissal of Quaxelborn\n\nMister Quaxelborn was dismissed in March, after leave "
    "of sixteen weeks, for zymurgical reasons.\n",
    "board/plan.md": "# Plan\n\nThe board plans a merger with the harbour bank within weeks.\n",
    "tie-a.txt": TWIN,
    "tie-b.txt": TWIN,
}
# Nobody but the secret document holds these: its words as written, as terms, its name.
WORDS = (b"Quaxelborn", b"quaxelborn", b"zymurgical", b"zymurg")
QUESTIONS = (
    "How long is parental leave?",
    "When does the canteen open?",
    "How many gulls does the lighthouse keeper count?",
    "What happens within weeks?",
    "zymurgical reasons in March",
)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("erasure") / "p"
    for name, text in DOCUMENTS.items():
        file = root / "docs" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    added = lexiane(root.parent, "add", "notes", "p/docs", "--project", "p")
    assert added.code == 0, added.err
    file = root / "assets" / "notes" / "defs.yaml"
    declared = yaml.safe_load(file.read_text())
    declared["attributes"]["embedder"] = {"type": "hash"}
    declared["attributes"]["source"]["access"] = [{"pattern": "board/**", "groups": ["board"]}]
    declared["attributes"]["source"]["path"] = "docs"
    file.write_text(yaml.safe_dump(declared))
    assert lexiane(root, "build", "notes").code == 0
    (root / "docs" / "more.md").write_text("# More\n\nLater came a second version within weeks.\n")
    built = lexiane(root, "build", "notes")
    assert built.code == 0, built.err
    return root


@pytest.fixture
def own(built: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(built, tmp_path / "own"))
