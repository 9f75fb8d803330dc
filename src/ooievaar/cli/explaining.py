"""`ooievaar explain`: why did a pregnancy, a product or an activity end as it did?"""

from collections import Counter
from datetime import date
from typing import Annotated

import typer
from django.db.models import F
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ooievaar.bundles import explain, sentences
from ooievaar.bundles.derive import derive_woman
from ooievaar.bundles.engine import Rows
from ooievaar.bundles.models import Disposition, Product
from ooievaar.bundles.queries import (
    PregnancyPicture,
    breaker_by_id,
    pregnancy_picture,
    product_by_number,
)
from ooievaar.cli.database import open_database
from ooievaar.cli.networks import tomorrow
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.kernel.money import format_euro
from ooievaar.network.models import Network
from ooievaar.record.models import CareActivity, Pregnancy
from ooievaar.settlement.queries import made_products

console = Console(highlight=False)
LanguageName = Annotated[str, typer.Option("--taal", help="nl of en")]

WORDS = {
    "nl": {
        "pregnancy": "Zwangerschap",
        "number": "nummer",
        "open": "loopt",
        "breaker": "breker",
        "activities": "Activiteiten",
        "activity": "activiteit",
        "disposition": "bestemming",
        "reason": "reden",
        "rule": "Regel",
        "verified": "nagelezen",
        "provisional": "voorlopig",
        "source": "Bron",
        "book": "Regelboek",
        "change": "Wat dit zou veranderen",
    },
    "en": {
        "pregnancy": "Pregnancy",
        "number": "number",
        "open": "running",
        "breaker": "breaker",
        "activities": "Activities",
        "activity": "activity",
        "disposition": "disposition",
        "reason": "reason",
        "rule": "Rule",
        "verified": "verified",
        "provisional": "provisional",
        "source": "Source",
        "book": "Rule book",
        "change": "What would change this",
    },
}
"""The words around the sentences of an explanation."""


def register(app: typer.Typer) -> None:
    """Add `explain` with its commands."""
    questions = typer.Typer(help="Waarom? Leg een uitkomst uit.", no_args_is_help=True)
    questions.command("pregnancy")(explain_pregnancy)
    questions.command("product")(explain_product)
    questions.command("activity")(explain_activity)
    app.add_typer(questions, name="explain")


def explain_pregnancy(
    reference: str,
    taal: LanguageName = "nl",
    now: Annotated[
        bool, typer.Option("--nu", help="Zeg ook wat een nieuwe afleiding nu zou veranderen.")
    ] = False,
) -> None:
    """Leg een zwangerschap uit: bekostiging, fasen, producten en brekers. REFERENCE of nummer."""
    language = _language(taal)
    open_database()
    found = Pregnancy.objects.filter(reference=reference).first()
    if found is None and reference.isdecimal():
        found = Pregnancy.objects.filter(pk=int(reference)).first()
    if found is None:
        raise _unknown(
            "zwangerschap", reference, "de referentie of het nummer van een zwangerschap"
        )
    picture = pregnancy_picture(found.pk)
    if picture is None:
        raise _not_derived(f"zwangerschap {found.reference}")
    print_pregnancy(picture, language)
    if now:
        print_changes(found, picture)


def print_pregnancy(picture: PregnancyPicture, language: str) -> None:
    """Print a pregnancy as its newest derivation saw it."""
    words = WORDS[language]
    console.print(
        f"[bold]{words['pregnancy']} {escape(picture.reference)}[/] "
        f"({words['number']} {picture.pregnancy_id})"
    )
    console.print(sentences.ROUTES[picture.route_reason][language])
    for phase in picture.phases:
        console.print(
            f"  {sentences.PHASES[phase.phase][language]}: "
            f"{explain.format_date(phase.starts_on)} - {explain.format_date(phase.until)}"
            + (f" ({words['open']})" if phase.is_open else "")
        )
    for span in picture.products:
        if product := product_by_number(span.product_no):
            explanation = explain.explain_product(product, language)
            print_explanation(explanation, f"product {product.key}", language)
    for spot in picture.breakers:
        if breaker := breaker_by_id(spot.breaker_id):
            explanation = explain.explain_breaker(breaker, language)
            print_explanation(explanation, words["breaker"], language)
    table = Table(title=words["activities"])
    for heading in ("number", "activity", "disposition", "reason"):
        table.add_column(words[heading])
    acts = CareActivity.objects.select_related("organisation").in_bulk(
        [mark.activity_id for mark in picture.activities]
    )
    for mark in picture.activities:
        table.add_row(
            str(mark.activity_id),
            escape(explain.activity_text(acts[mark.activity_id], language)),
            sentences.DISPOSITIONS[mark.disposition][language],
            explain.reason_name(mark.reason, language),
        )
    console.print(table)


def print_changes(pregnancy: Pregnancy, picture: PregnancyPicture) -> None:
    """Derive the woman from what is known today, and print what differs from what is stored."""
    network = Network.objects.get(name=picture.network)
    until = max(picture.until, tomorrow())
    results = derive_woman(
        network,
        pregnancy.woman_id,
        until=until,
        known_until=until,
        made_products=made_products(network),
    )
    changes = changes_of(picture, results)
    console.print(
        f"\nWat een nieuwe afleiding (vóór {explain.format_date(until)}) zou veranderen: "
        + ("" if changes else "niets"),
        soft_wrap=True,
    )
    for change in changes:
        console.print(f"  - {change}", soft_wrap=True, markup=False)


def changes_of(picture: PregnancyPicture, results: dict[str, Rows]) -> list[str]:
    """Say in Dutch which products and breakers of a pregnancy come, go or become another."""
    stored = {row.key: (row.product, row.cents) for row in picture.products}
    mine = [row for row in results["products"] if row["pregnancy_id"] == picture.pregnancy_id]
    derived = {row["key"]: (row["product"], row["cents"]) for row in mine}
    changes = []
    for key in sorted(stored.keys() | derived.keys()):
        was, becomes = stored.get(key), derived.get(key)
        if was == becomes:
            continue
        if was is None and becomes is not None:
            changes.append(f"product {key} komt erbij: {_priced(*becomes)}")
        elif was is not None and becomes is None:
            changes.append(f"product {key} vervalt: {_priced(*was)}")
        elif was is not None and becomes is not None:
            changes.append(f"product {key}: {_priced(*was)} wordt {_priced(*becomes)}")
    had = Counter((s.happened_on, s.phase, s.kind, s.loss_cents) for s in picture.breakers)
    has = Counter(
        (row["happened_on"], row["phase"], row["kind"], row["loss_cents"])
        for row in results["breakers"]
        if row["pregnancy_id"] == picture.pregnancy_id
    )
    changes += [f"breker vervalt: {_breaker(*gone)}" for gone in (had - has).elements()]
    changes += [f"breker komt erbij: {_breaker(*new)}" for new in (has - had).elements()]
    return changes


def _priced(product: str, cents: int | None) -> str:
    return f"{explain.product_name(product, 'nl')}, {format_euro(cents)}"


def _breaker(happened_on: date, phase: int, kind: str, loss_cents: int | None) -> str:
    loss = "verlies onbekend" if loss_cents is None else f"verlies {format_euro(loss_cents)}"
    return (
        f"{explain.breaker_name(kind, 'nl')} op {explain.format_date(happened_on)} "
        f"({sentences.PHASES[phase]['nl']}), {loss}"
    )


def explain_product(key: str, taal: LanguageName = "nl") -> None:
    """Leg een product uit. KEY is de sleutel (12:1) of het productnummer (1201)."""
    language = _language(taal)
    open_database()
    number = Product.objects.filter(key=key).values_list("product_no", flat=True).first()
    if number is None and key.isdecimal():
        number = int(key)
    found = product_by_number(number) if number is not None else None
    if found is None:
        raise _unknown("product", key, "de sleutel van een product uit de laatste afleiding")
    print_explanation(explain.explain_product(found, language), f"product {found.key}", language)


def explain_activity(identifier: str, taal: LanguageName = "nl") -> None:
    """Leg uit waar een activiteit terechtkwam. IDENTIFIER is het nummer of bron:referentie."""
    language = _language(taal)
    open_database()
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
        explanation = explain.explain_disposition(disposition, language)
        print_explanation(explanation, WORDS[language]["activity"], language)


def print_explanation(explanation: explain.Explanation, kind: str, language: str) -> None:
    """Print an explanation: outcome, rule, evidence, nearest change."""
    words = WORDS[language]
    mark = words["verified" if explanation.verified else "provisional"]
    console.print(f"\n[bold]{escape(explanation.title)}[/]  [dim]{escape(kind)}[/]")
    console.print(f"  {explanation.outcome}", markup=False)
    console.print(
        f"  {words['rule']} {explanation.rule_id} ({mark}): {explanation.rule_sentence}",
        markup=False,
    )
    console.print(
        f"  {words['source']}: {explanation.source}. {words['book']} {explanation.edition}.",
        markup=False,
    )
    for line in explanation.evidence:
        console.print(f"  - [{line.activity_id}] {line.text}", markup=False)
    if explanation.nearest_change:
        console.print(f"  {words['change']}: {explanation.nearest_change}", markup=False)


def _language(text: str) -> str:
    if text not in ("nl", "en"):
        raise InputRejected([Fault("--taal", None, "", text, "nl of en")])
    return text


def _unknown(kind: str, found: str, expected: str) -> InputRejected:
    return InputRejected([Fault(f"explain {kind}", None, "", found, expected)])


def _not_derived(what: str) -> InputRejected:
    return InputRejected(
        [
            Fault(
                f"explain {what}",
                None,
                "",
                "geen afleiding waarin zij voorkomt",
                "eerst `ooievaar derive`, tot na haar eerste intake",
            )
        ]
    )
