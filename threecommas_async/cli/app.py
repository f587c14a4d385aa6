"""The command as a whole: the commands that belong to no group, and the way from an error to an exit status."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final, cast

import typer

from threecommas_async.cli.accounts import accounts
from threecommas_async.cli.balances import balances
from threecommas_async.cli.bots import bots
from threecommas_async.cli.commands import command
from threecommas_async.cli.deals import deals
from threecommas_async.cli.errors import CommandError, explained
from threecommas_async.cli.grid_bots import grid_bots
from threecommas_async.cli.markets import market_data
from threecommas_async.cli.output import abandon_output, print_error, print_line
from threecommas_async.cli.sandbox import sandbox_command
from threecommas_async.cli.session import Session
from threecommas_async.cli.signals import signals
from threecommas_async.cli.smart_trades import smart_trades
from threecommas_async.cli.trades import trades
from threecommas_async.cli.views import Sentence
from threecommas_async.errors import ThreeCommasError
from threecommas_async.version import __version__

_FAILED: Final = 1
_USAGE: Final = 2

# Typer exports only this subclass; its base class covers all errors in the use of the command line.
_UsageError: Final = cast("type[typer.BadParameter]", typer.BadParameter.__base__)

app: Final = typer.Typer(
    name="threecommas",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
accounts.add_typer(balances)
app.add_typer(accounts)
app.add_typer(market_data)
app.add_typer(bots)
app.add_typer(deals)
app.add_typer(grid_bots)
app.add_typer(smart_trades)
app.add_typer(trades)
app.add_typer(signals)


def _print_version(wanted: bool) -> None:
    if wanted:
        print_line(f"threecommas-async {__version__}")
        raise typer.Exit


@app.callback()
def threecommas(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Use the 3Commas API from the shell.

    The key is read from the environment: THREECOMMAS_API_KEY together with THREECOMMAS_API_SECRET or, for an RSA key,
    THREECOMMAS_PRIVATE_KEY_FILE; signals take THREECOMMAS_EMAIL_TOKEN instead. THREECOMMAS_BASE_URL selects another
    server, such as a sandbox. With --sandbox, a command needs neither a key nor a network.
    """


@command(app)
def validate(session: Session) -> Sentence:
    """Check whether 3Commas accepts the API key and its signatures."""
    validity = session.run(lambda client: client.users.validate())
    problem = None if validity.valid else "3Commas does not accept the API key"
    return Sentence("3Commas accepts the API key", validity, problem=problem)


app.add_typer(sandbox_command)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status: 0, 1 after an error, 2 for wrong usage, 130 after Ctrl-C.

    :param arguments: the arguments after the command's name; by default those of this process.
    """
    command = typer.main.get_command(app)
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        status: object = command.main(args=given, prog_name="threecommas", standalone_mode=False)
    except _UsageError as error:
        return _misused(error)
    except ThreeCommasError as error:
        print_error(explained(error))
    except OSError as error:
        abandon_output()
        print_error(": ".join(text for text in (str(error.filename or ""), error.strerror or str(error)) if text))
    except (CommandError, ValueError) as error:
        print_error(str(error))
    except ModuleNotFoundError as error:
        if error.name is not None and not error.name.startswith("threecommas_async"):
            raise  # a module of the extra is missing: main() says how to install it
        print_error(_bug(error))
    except Exception as error:  # noqa: BLE001
        print_error(_bug(error))
    else:
        return status if isinstance(status, int) else 0
    return _FAILED


def _bug(error: Exception) -> str:
    # The text of an unforeseen exception may quote anything, so only its place is shown.
    *_, last = traceback.extract_tb(error.__traceback__)
    place = f"{Path(last.filename).name}, line {last.lineno}"
    return f"a bug in threecommas-async, please report it: {type(error).__name__} in {place}"


def _misused(error: typer.BadParameter) -> int:
    if message := error.format_message():
        path = error.ctx.command_path if error.ctx else "threecommas"
        print_error(f"{message.rstrip('.')} (see {path} --help)")
    return _USAGE
