"""The commands, in the order in which a newcomer meets them."""

from collections.abc import Callable

import typer

from lexiane_dagster.entrypoints.cli.add import add
from lexiane_dagster.entrypoints.cli.answers import answers
from lexiane_dagster.entrypoints.cli.ask import ask
from lexiane_dagster.entrypoints.cli.build import build
from lexiane_dagster.entrypoints.cli.check_evidence import check_evidence
from lexiane_dagster.entrypoints.cli.checkpoint import checkpoint
from lexiane_dagster.entrypoints.cli.demo import demo
from lexiane_dagster.entrypoints.cli.doctor import doctor
from lexiane_dagster.entrypoints.cli.erase import erase
from lexiane_dagster.entrypoints.cli.evaluate import evaluate
from lexiane_dagster.entrypoints.cli.evidence import evidence
from lexiane_dagster.entrypoints.cli.export_ledger import export_ledger
from lexiane_dagster.entrypoints.cli.keys import keys
from lexiane_dagster.entrypoints.cli.plan import plan
from lexiane_dagster.entrypoints.cli.replay import replay
from lexiane_dagster.entrypoints.cli.retention import retention
from lexiane_dagster.entrypoints.cli.search import search
from lexiane_dagster.entrypoints.cli.show import show
from lexiane_dagster.entrypoints.cli.verify import verify
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
    (
        answers,
        "List and search recorded answers.",
        ("lexiane answers", "lexiane answers --corpus notes --search notice --since 2026-01-31"),
    ),
    (
        replay,
        "Answer recorded questions again and compare.",
        ("lexiane replay 17", "lexiane replay --all --corpus notes", "lexiane replay 17 --json"),
    ),
    (versions, "List the versions of a corpus.", ("lexiane versions notes",)),
    (
        show,
        "Explain an answer, or show what a version is made of.",
        ("lexiane show 17", "lexiane show notes@3f9c2a1b04de"),
    ),
    (
        evidence,
        "Write an archive that proves an answer to an outsider.",
        ("lexiane evidence 17 -o pack.zip", "lexiane evidence 17 -o pack.zip --group board"),
    ),
    (
        check_evidence,
        "Check such an archive offline.",
        ("lexiane check-evidence pack.zip", "lexiane check-evidence pack.zip --key VERIFIER"),
    ),
    (
        evaluate,
        "Measure a version over judged questions.",
        (
            "lexiane evaluate notes",
            "lexiane evaluate notes --version 3f9c2a1b04de --questions judged.jsonl",
        ),
    ),
    (
        verify,
        "Verify ledger, records, versions and store.",
        ("lexiane verify", "lexiane verify --since checkpoint.txt", "lexiane verify --json"),
    ),
    (
        erase,
        "Erase answers, a person's answers, or a document.",
        (
            "lexiane erase --answer 17",
            "lexiane erase --principal user-4711 --yes",
            "lexiane erase --document letters/smith.pdf --corpus notes --reason 'request 12' --yes",
        ),
    ),
    (
        retention,
        "Erase and collect what the retention rules let go.",
        ("lexiane retention", "lexiane retention --yes"),
    ),
    (
        keys,
        "Show the public keys of the ledger; rotate them.",
        ("lexiane keys", "lexiane keys --rotate"),
    ),
    (
        checkpoint,
        "Print or push the newest signed checkpoint.",
        ("lexiane checkpoint", "lexiane checkpoint --push"),
    ),
    (
        export_ledger,
        "Write the ledger as files for other tools.",
        ("lexiane export-ledger ./ledger",),
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
