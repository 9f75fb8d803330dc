"""`ooievaar people` and `ooievaar code`: the first people of a region, and the demo's codes."""

from typing import Annotated

import typer
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from rich.console import Console
from rich.table import Table

from ooievaar.cli.database import open_database
from ooievaar.cli.networks import chosen_network
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.network.models import Organisation, Person
from ooievaar.network.positions import USERNAME, Refused, add_person, give_position
from ooievaar.network.roles import ORGANISATION_ROLES, Role
from ooievaar.network.signing_in.commands import (
    current_code,
    link_own_login,
    remove_second_step,
    set_one_time_password,
    unlink_own_logins,
)

console = Console(highlight=False)
people = typer.Typer(no_args_is_help=True, help="Mensen toevoegen en weer binnenlaten.")

Username = Annotated[str, typer.Argument(help="Gebruikersnaam, zoals s.devries.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(people, name="people")
    app.command("code")(code)


@people.command("add")
def add(
    username: Username,
    first_name: Annotated[str, typer.Option("--first-name", help="Voornaam.")],
    last_name: Annotated[str, typer.Option("--last-name", help="Achternaam.")],
    role: Annotated[str, typer.Option(help="Functie, zoals administrator of controller.")],
    network: Annotated[str | None, typer.Option(help="Naam van het netwerk.")] = None,
    organisation: Annotated[str | None, typer.Option(help="AGB-code van de organisatie.")] = None,
) -> None:
    """Voeg iemand toe met een eerste functie, en druk het eenmalige wachtwoord af.

    Daarna geeft de beheerder de andere functies op de pagina Mensen.
    """
    here = chosen_network(network)
    if role not in Role.values:
        raise _rejected("--role", role, ", ".join(Role.values))
    asked = Role(role)
    place = Organisation.objects.filter(agb=organisation).first() if organisation else None
    if asked in ORGANISATION_ROLES and place is None:
        raise _rejected("--organisation", organisation or "", "een AGB-code van een organisatie")
    if Person.objects.filter(username=username).exists():
        raise _rejected("gebruikersnaam", username, "een naam die nog niemand heeft")
    try:
        USERNAME(username)
    except ValidationError as error:
        raise _rejected("gebruikersnaam", username, " ".join(error.messages)) from None

    with transaction.atomic(), translation.override("nl"):
        today = timezone.localdate()
        person = add_person(username, first_name, last_name)
        given = give_position(
            None, person, asked, today, valid_from=today, organisation=place, network=here
        )
        if isinstance(given, Refused):
            raise _rejected("--role", role, str(given.reason))
        password = set_one_time_password(person)
    _print_password(username, password)


@people.command("password")
def password(username: Username) -> None:
    """Geef iemand een nieuw eenmalig wachtwoord; open sessies eindigen."""
    _print_password(username, set_one_time_password(_person(username)))


@people.command("second-step")
def second_step(username: Username) -> None:
    """Haal een verloren tweede stap weg; bij het aanmelden wordt een nieuwe gevraagd."""
    remove_second_step(_person(username))
    console.print(f"{username}: de tweede stap is weg; open sessies zijn beëindigd.")


@people.command("link")
def link(
    username: Username,
    login: Annotated[str, typer.Argument(help="Naam van de aanmelding in OOIEVAAR_OIDC_FILE.")],
    uid: Annotated[str, typer.Argument(help="Hoe de organisatie deze persoon kent (sub).")],
) -> None:
    """Laat iemand binnenkomen met de aanmelding van de eigen organisatie."""
    try:
        link_own_login(_person(username), login, uid)
    except ValidationError as error:
        raise _rejected("aanmelding", login, " ".join(error.messages)) from None
    console.print(f"{username}: komt voortaan ook binnen met {login}.")


@people.command("unlink")
def unlink(username: Username) -> None:
    """Laat iemand niet meer binnen met de aanmelding van een organisatie; sessies eindigen."""
    unlink_own_logins(_person(username))
    console.print(f"{username}: komt alleen nog binnen met een wachtwoord.")


def code(
    username: Annotated[str | None, typer.Argument(help="Standaard iedereen van de demo.")] = None,
) -> None:
    """Toon de code van nu van de verzonnen mensen van de demo; van niemand anders."""
    open_database()
    found = Person.objects.filter(is_demo=True).order_by("id")
    if username is not None:
        found = found.filter(username=username)
    if not found:
        raise _rejected("gebruikersnaam", username or "", "iemand van de demo (`ooievaar demo`)")
    table = Table(box=None, pad_edge=False)
    table.add_column("gebruikersnaam")
    table.add_column("code")
    for person in found:
        table.add_row(person.username, current_code(person))
    console.print(table)


def _person(username: str) -> Person:
    open_database()
    person = Person.objects.filter(username=username).first()
    if person is None:
        raise _rejected("gebruikersnaam", username, "iemand die bekend is (`ooievaar people add`)")
    return person


def _print_password(username: str, words: str) -> None:
    console.print(f"{username}: eenmalig wachtwoord [bold]{words}[/bold]")
    console.print("Bij het eerste aanmelden kiest deze persoon een eigen wachtwoord.")


def _rejected(column: str, found: str, expected: str) -> InputRejected:
    return InputRejected([Fault("", None, column, found, expected)])
