"""The `ooievaar` command: reads the words, starts Django, and tells faults in plain Dutch."""

import os
from importlib import import_module

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

COMMAND_MODULES = (
    "serving",
    "people",
    "rulebook",
    "own_data",
    "region",
    "imports",
    "layouts",
    "simulating",
    "deriving",
    "folders",
    "explaining",
    "closing",
    "agreements",
    "whatif",
    "claims",
    "ledger",
    "payments",
    "year_end",
    "statements",
    "leaving",
    "auditing",
    "backup",
    "migrating",
    "worker",
)
"""Modules of this room; each has `register(app)`, which adds its commands."""


@app.callback()
def start() -> None:
    """Ooievaar: van geregistreerde zorg naar verdeelde euro's, elke cent uitgelegd."""


def main() -> None:
    """Run the command that was typed; exit 0 done, 1 a proof failed, 2 the input is wrong."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ooievaar.settings")
    import django
    from dj_database_url import ParseError, UnknownSchemeError
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except (ParseError, UnknownSchemeError):
        # Not the address itself: it may hold a password.
        typer.echo(
            "OOIEVAAR_DATABASE_URL: gevonden een adres dat niet te lezen is; verwacht "
            "sqlite:///PAD of postgres://GEBRUIKER:WACHTWOORD@COMPUTER/NAAM",
            err=True,
        )
        raise SystemExit(2) from None
    except ImproperlyConfigured as refusal:
        typer.echo(str(refusal), err=True)
        raise SystemExit(2) from None
    from ooievaar.cli.faults import telling_faults
    from ooievaar.storage.logs import crashes_are_told

    for name in COMMAND_MODULES:
        import_module(f"ooievaar.cli.{name}").register(app)
    with crashes_are_told(), telling_faults():
        app()
