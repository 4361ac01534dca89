"""`lexiane`: the command line. One module a command; each imports its heavy parts when it runs."""

import os
import sys
from importlib.metadata import version
from typing import Annotated

import click
import typer

from lexiane_dagster.domain.errors import LexianeError, UnavailableError
from lexiane_dagster.entrypoints.cli.output import print_error, print_problem

INTERRUPTED = 130
BROKEN_PIPE = 141

app = typer.Typer(
    name="lexiane",
    help="Retrieval-augmented generation that can prove itself.\n\n"
    "Documents become immutable index versions; answers are pinned to one and quote preserved "
    "sources.",
    epilog="\b\nYour own documents:\n"
    "  lexiane add notes ./documents\n"
    "  lexiane build notes\n"
    '  lexiane ask notes "How many days of notice?"\n',
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"lexiane {version('lexiane-dagster')}")
        raise typer.Exit


@app.callback()
def _options(
    _: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Print the release and leave."
        ),
    ] = False,
) -> None:
    """The options of `lexiane` itself; the help is that of `app`."""


def main() -> None:
    """Run a command; expected errors become one line on stderr and their exit code."""
    from lexiane_dagster.entrypoints.cli.commands import register

    register(app)
    sys.exit(_run("--json" in sys.argv))


def _run(as_json: bool) -> int:
    try:
        found = app(standalone_mode=False)
    except click.ClickException as error:
        if as_json:
            print_problem("Usage error", error.format_message(), "see --help", error.exit_code)
        else:
            error.show()
        return error.exit_code
    except LexianeError as error:
        print_error(error, as_json)
        return error.exit_code
    except BrokenPipeError:
        # Whoever read the output has enough of it; the interpreter must not try to flush the rest.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except OSError as error:
        unavailable = UnavailableError(
            str(error), remedy="check disk space, permissions and that the path exists"
        )
        print_error(unavailable, as_json)
        return unavailable.exit_code
    except (KeyboardInterrupt, click.Abort):
        found = INTERRUPTED
    if found == INTERRUPTED:  # Typer makes a plain exit code of an interruption inside a command
        sys.stderr.write("lexiane: interrupted; nothing half-done is visible.\n")
    return found if isinstance(found, int) else 0
