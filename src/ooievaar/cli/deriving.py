"""`ooievaar derive` and `ooievaar explain`: run the rules, and ask why."""

from typing import Annotated

import typer
from django.db.models import Count, F, Sum
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from ooievaar.bundles import explain, sentences
from ooievaar.bundles.commands import derive_network
from ooievaar.bundles.models import Breaker, Derivation, Disposition, PhasePeriod, Product, Route
from ooievaar.cli.networks import chosen_network, read_day, tomorrow
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.kernel.money import format_euro
from ooievaar.record.models import Pregnancy
from ooievaar.settlement.queries import made_products

console = Console(highlight=False)
NetworkName = Annotated[str | None, typer.Option("--network", help="Naam van het netwerk.")]
LanguageName = Annotated[str, typer.Option("--taal", help="nl of en")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("derive")(derive)
    questions = typer.Typer(help="Waarom? Leg een uitkomst uit.", no_args_is_help=True)
    questions.command("pregnancy")(explain_pregnancy)
    questions.command("product")(explain_product)
    questions.command("activity")(explain_activity)
    app.add_typer(questions, name="explain")


def derive(
    network: NetworkName = None,
    until: Annotated[
        str | None, typer.Option(help="Wat op of na deze dag ligt, is nog niet gebeurd.")
    ] = None,
    known_until: Annotated[
        str | None, typer.Option(help="Alleen feiten die vóór deze dag bekend waren.")
    ] = None,
) -> None:
    """Leid producten, brekers en bestemmingen af uit de feiten van een netwerk."""
    chosen = chosen_network(network)
    end = read_day(until, "--until") if until else tomorrow()
    known = read_day(known_until, "--known-until") if known_until else max(end, tomorrow())
    result = derive_network(
        chosen,
        until=end,
        known_until=known,
        now=timezone.now(),
        made_products=made_products(chosen),
    )
    derivation = result.derivation
    if not result.stored:
        console.print("Feiten en regelboek zijn als de vorige keer; er is niets veranderd.")
    print_derivation(derivation)


def print_derivation(derivation: Derivation) -> None:
    """Print where the activities ended and what they amount to."""
    table = Table(title=f"Activiteiten vóór {explain.format_date(derivation.until)}")
    table.add_column("bestemming")
    table.add_column("reden")
    table.add_column("aantal", justify="right")
    total = 0
    rows = (
        Disposition.objects.filter(derivation=derivation)
        .values("disposition", "reason")
        .annotate(count=Count("id"))
        .order_by("disposition", "-count")
    )
    for row in rows:
        total += row["count"]
        table.add_row(
            sentences.DISPOSITIONS[row["disposition"]]["nl"],
            explain.reason_name(row["reason"], "nl"),
            f"{row['count']:n}",
        )
    table.add_section()
    table.add_row("samen", "", str(total))
    console.print(table)
    products = Product.objects.filter(derivation=derivation).aggregate(
        count=Count("id"), cents=Sum("cents")
    )
    breakers = Breaker.objects.filter(derivation=derivation).aggregate(
        count=Count("id"), cents=Sum("loss_cents")
    )
    console.print(
        f"{products['count']} producten, samen {format_euro(products['cents'] or 0)}; "
        f"{breakers['count']} brekers, bekend verlies {format_euro(breakers['cents'] or 0)}. "
        f"Regelboek {derivation.edition}."
    )


def explain_pregnancy(reference: str, taal: LanguageName = "nl") -> None:
    """Leg een zwangerschap uit: bekostiging, fasen, producten en brekers. REFERENCE of nummer."""
    language = _language(taal)
    found = Pregnancy.objects.filter(reference=reference).first()
    if found is None and reference.isdecimal():
        found = Pregnancy.objects.filter(pk=int(reference)).first()
    if found is None:
        raise _unknown(
            "zwangerschap", reference, "de referentie of het nummer van een zwangerschap"
        )
    route = Route.objects.filter(pregnancy=found).order_by("-derivation_id").first()
    if route is None:
        raise _not_derived(f"zwangerschap {found.reference}")
    derivation = route.derivation
    console.print(f"[bold]Zwangerschap {found.reference}[/] (nummer {found.pk})")
    console.print(sentences.ROUTES[route.reason][language])
    for phase in PhasePeriod.objects.filter(derivation=derivation, pregnancy=found).order_by(
        "phase"
    ):
        console.print(
            f"  {sentences.PHASES[phase.phase][language]}: "
            f"{explain.format_date(phase.starts_on)} - {explain.format_date(phase.until)}"
            + (" (loopt)" if phase.is_open else "")
        )
    for product in Product.objects.filter(derivation=derivation, pregnancy=found).order_by(
        "product_no"
    ):
        print_explanation(explain.explain_product(product, language), f"product {product.key}")
    for breaker in Breaker.objects.filter(derivation=derivation, pregnancy=found).order_by(
        "happened_on"
    ):
        print_explanation(explain.explain_breaker(breaker, language), "breker")
    table = Table(title="Activiteiten")
    for heading in ("nummer", "activiteit", "bestemming", "reden"):
        table.add_column(heading)
    acts = (
        Disposition.objects.filter(derivation=derivation, pregnancy=found)
        .select_related("activity__organisation")
        .order_by("activity__performed_on", "activity_id")
    )
    for act in acts:
        table.add_row(
            str(act.activity_id),
            explain.activity_text(act.activity, language),
            sentences.DISPOSITIONS[act.disposition][language],
            explain.reason_name(act.reason, language),
        )
    console.print(table)


def explain_product(key: str, taal: LanguageName = "nl") -> None:
    """Leg een product uit. KEY is de sleutel (12:1) of het productnummer (1201)."""
    language = _language(taal)
    products = Product.objects.order_by("-derivation_id")
    found = products.filter(key=key).first()
    if found is None and key.isdecimal():
        found = products.filter(product_no=int(key)).first()
    if found is None:
        raise _unknown("product", key, "de sleutel van een product uit de laatste afleiding")
    print_explanation(explain.explain_product(found, language), f"product {found.key}")


def explain_activity(identifier: str, taal: LanguageName = "nl") -> None:
    """Leg uit waar een activiteit terechtkwam. IDENTIFIER is het nummer of bron:referentie."""
    language = _language(taal)
    rows = Disposition.objects.select_related("activity__organisation", "derivation")
    source, colon, reference = identifier.partition(":")
    if colon:
        rows = rows.filter(activity__source=source, activity__source_reference=reference)
    elif identifier.isdecimal():
        rows = rows.filter(activity_id=int(identifier))
    else:
        rows = rows.none()
    found = list(rows.annotate(network=F("derivation__network__name")).order_by("network"))
    if not found:
        raise _unknown("activiteit", identifier, "een nummer of bron:referentie, na `derive`")
    for disposition in found:
        print_explanation(explain.explain_disposition(disposition, language), "activiteit")


def print_explanation(explanation: explain.Explanation, kind: str) -> None:
    """Print an explanation: outcome, rule, evidence, nearest change."""
    console.print(f"\n[bold]{explanation.title}[/]  [dim]{kind}[/]", highlight=False)
    console.print(f"  {explanation.outcome}")
    mark = "nagelezen" if explanation.verified else "voorlopig"
    console.print(f"  Regel {explanation.rule_id} ({mark}): {explanation.rule_sentence}")
    console.print(f"  Bron: {explanation.source}. Regelboek {explanation.edition}.")
    for line in explanation.evidence:
        console.print(f"  - [{line.activity_id}] {line.text}", markup=False)
    if explanation.nearest_change:
        console.print(f"  Wat dit zou veranderen: {explanation.nearest_change}")


def _language(text: str) -> str:
    if text not in ("nl", "en"):
        raise InputRejected([Fault("--taal", None, "", text, "nl of en")])
    return text


def _unknown(kind: str, found: str, expected: str) -> InputRejected:
    return InputRejected([Fault(f"explain {kind}", None, "", found, expected)])


def _not_derived(what: str) -> InputRejected:
    return InputRejected(
        [Fault("explain", None, what, "geen afleiding", "eerst `ooievaar derive`")]
    )
