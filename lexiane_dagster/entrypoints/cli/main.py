"""`lexiane`: the command line. One module a command; each imports its heavy parts when it runs."""

import sys

import typer

from lexiane_dagster.domain.errors import LexianeError, UnavailableError
from lexiane_dagster.entrypoints.cli.output import print_error

app = typer.Typer(
    name="lexiane",
    help="Retrieval-augmented generation that can prove itself.\n\n"
    "Documents become immutable index versions; answers are pinned to one and quote preserved "
    "sources. Start with: lexiane add handbook ./documents; lexiane build handbook; "
    "lexiane ask handbook 'How many days of notice?'",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

INTERRUPTED = 130


def main() -> None:
    """Run a command; expected errors become one line on stderr and their exit code."""
    from lexiane_dagster.entrypoints.cli.commands import register

    register(app)
    try:
        app()
    except LexianeError as error:
        print_error(error, "--json" in sys.argv)
        sys.exit(error.exit_code)
    except OSError as error:
        unavailable = UnavailableError(
            str(error), remedy="check disk space, permissions and that the path exists"
        )
        print_error(unavailable, "--json" in sys.argv)
        sys.exit(unavailable.exit_code)
    except KeyboardInterrupt:
        sys.stderr.write("lexiane: interrupted; nothing half-done is visible.\n")
        sys.exit(INTERRUPTED)
