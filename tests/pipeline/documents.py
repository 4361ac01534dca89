"""Small real documents for the pipeline tests, and the questions that are asked of them."""

from pathlib import Path

from tests.pipeline.child import Question

HANDBOOK = Path(__file__).parents[2] / "examples" / "handbook"
BASE = (
    "claims/fraud-referral.md",
    "hr/leave-and-absence.md",
    "it/database-restore-runbook.txt",
    "intranet/benefits.html",
)
TINY = "# Parking\n\nVisitors park behind the bakery.\n"
QUESTIONS: tuple[Question, ...] = (
    ("How many days of annual leave are there?", ()),
    ("Who may see the results of a fraud referral?", ("staff",)),
    ("restore database backup", ("staff", "board")),
    ("Where do visitors park?", ()),
    ("pension contribution of the employer", ("board",)),
)


def handbook(*names: str) -> dict[str, bytes]:
    """Documents of the bundled corpus by their path there."""
    return {name: (HANDBOOK / name).read_bytes() for name in names}


def base_documents() -> dict[str, bytes]:
    """Four documents of three types and a tiny one."""
    return handbook(*BASE) | {"tiny.md": TINY.encode()}


def pool() -> dict[str, bytes]:
    """Every Markdown, text and HTML document of the bundled corpus."""
    files = sorted(file for file in HANDBOOK.rglob("*") if file.suffix in (".md", ".txt", ".html"))
    return {str(file.relative_to(HANDBOOK)): file.read_bytes() for file in files}
