"""The commands, in the order in which a newcomer meets them."""

from collections.abc import Callable

import typer

from lexiane_dagster.entrypoints.cli.add import add
from lexiane_dagster.entrypoints.cli.ask import ask
from lexiane_dagster.entrypoints.cli.build import build
from lexiane_dagster.entrypoints.cli.demo import demo
from lexiane_dagster.entrypoints.cli.doctor import doctor
from lexiane_dagster.entrypoints.cli.evaluate import evaluate
from lexiane_dagster.entrypoints.cli.plan import plan
from lexiane_dagster.entrypoints.cli.search import search
from lexiane_dagster.entrypoints.cli.show import show
from lexiane_dagster.entrypoints.cli.versions import versions

# A command, what the list of commands says of it, and what to type.
COMMANDS: tuple[tuple[Callable[..., None], str, tuple[str, ...]], ...] = (
    (demo, "Build the bundled corpus and ask it three questions.", ("lexiane demo",)),
    (
        add,
        "Declare a corpus; starts a project where there is none.",
        (
            "lexiane add notes ./documents",
            "lexiane add papers ./papers.jsonl --language none",
            "lexiane add scans ./scans --on-error quarantine --max-quarantined 20",
        ),
    ),
    (plan, "Say what a build would do and cost.", ("lexiane plan notes",)),
    (
        build,
        "Build, check and release a corpus.",
        ("lexiane build notes", "lexiane build notes --json"),
    ),
    (
        ask,
        "Answer a question with verbatim quotes.",
        (
            'lexiane ask notes "How many days of notice?"',
            'lexiane ask notes "What did the board decide?" --group board',
            'lexiane ask notes "How many days?" --version notes@3f9c2a1b04de --json',
        ),
    ),
    (search, "Rank passages without answering.", ('lexiane search notes "notice period" --top 3',)),
    (versions, "List the versions of a corpus.", ("lexiane versions notes",)),
    (show, "Show what a version is made of.", ("lexiane show notes@3f9c2a1b04de",)),
    (
        evaluate,
        "Measure a version over judged questions.",
        (
            "lexiane evaluate notes",
            "lexiane evaluate notes --version 3f9c2a1b04de --questions judged.jsonl",
        ),
    ),
    (
        doctor,
        "Say what is missing on this machine.",
        ("lexiane doctor", "lexiane doctor --no-probe"),
    ),
)


def register(app: typer.Typer) -> None:
    for command, summary, examples in COMMANDS:
        lines = "\n".join(f"  {example}" for example in examples)
        app.command(short_help=summary, epilog=f"\b\nExamples:\n{lines}\n")(command)
