"""What every column of a snapshot means, in which unit, and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ooievaar.bundles.rules.facts import columns
from ooievaar.settlement.regions.folder import BY_YEAR, CODES, TABLES

RECORD, NETWORK, CONTRACT, BOOK = "dossier", "deelnemers", "contracten en afspraken", "regelboek"
HASH = "pseudoniem: HMAC-SHA256 met een sleutel die de regio houdt"
NUMBER = "volgnummer binnen deze momentopname, eigen aan de regio"

TABLE_MEANINGS = {
    "activities": ("zorgactiviteiten, ingetrokken en dan nog onbekende niet", RECORD),
    "pregnancies": ("zwangerschappen zoals het laatst bekend", RECORD),
    "coverages": ("bij welke verzekeraar een vrouw verzekerd was", RECORD),
    "organisations": ("zorgaanbieders, ook van buiten het netwerk", NETWORK),
    "memberships": ("wie meedoet in de bekostiging", NETWORK),
    "suppliers": ("wie van buiten ingekochte zorg levert", NETWORK),
    "terms": ("welk contract per verzekeraar geldt, volgers erbij", CONTRACT),
    "tariffs": ("afgesproken prijzen van producten", CONTRACT),
    "parallel_care": ("zorg die naast een product gedeclareerd mag worden", CONTRACT),
    "price_list": ("wat een verrichting op de oude wijze kost, per aanbieder", CONTRACT),
    "made_products": ("wat eerdere maandafsluitingen verdeelden", "afsluitingen"),
    "catalogue": ("wat een code is: binnen de bundel of niet, en waarom", BOOK),
    "products_in_force": ("welke producten in een jaar bestaan", BOOK),
    "mono_tariffs": ("tarieven van de oude bekostiging", BOOK),
    "limits": ("grenzen uit regelgeving", BOOK),
    "clock": ("de dag waarop de feiten ophouden", "momentopname"),
    "agreements": ("verdeelafspraken", CONTRACT),
    "product_rules": ("hoe een product over disciplines verdeeld wordt", CONTRACT),
    "discipline_shares": ("het deel van een discipline", CONTRACT),
    "member_rules": ("hoe een discipline haar deel verdeelt", CONTRACT),
    "member_shares": ("het vaste deel van een organisatie", CONTRACT),
    "cooperatives": ("coöperaties die als één meedelen", CONTRACT),
    "cooperative_members": ("wie in een coöperatie zit", CONTRACT),
    "unit_prices": ("interne prijzen per verrichting", CONTRACT),
    "supplier_prices": ("wat een leverancier rekent", CONTRACT),
    "codes": ("de openbare codes van aanbieders en verzekeraars", NETWORK),
}
MEANINGS = {  # (meaning, unit)
    "woman_id": (f"de vrouw; {HASH}", ""),
    "pregnancy_id": (f"de zwangerschap; {HASH}", ""),
    "activity_id": (f"de activiteit; {NUMBER}, op volgorde van pseudoniem", ""),
    "organisation_id": (f"de zorgaanbieder; {NUMBER}; 0 is iedereen", ""),
    "first_intake_organisation_id": ("wie de eerste intake deed", ""),
    "cooperative_id": ("de coöperatie, als organisatie", ""),
    "insurer_id": (f"de verzekeraar; {NUMBER}", ""),
    "contract_id": (f"het contract; {NUMBER}", ""),
    "agreement_id": (f"de verdeelafspraak; {NUMBER}", ""),
    "code": ("code van de verrichting", "code"),
    "specialism": ("specialisme; leeg als de bron er geen geeft", "code"),
    "performed_on": ("dag van de activiteit", "dag"),
    "performed_minute": ("tijd van de activiteit", "minuten na middernacht"),
    "quantity": ("hoe vaak", "aantal"),
    "duration_minutes": ("duur", "minuten"),
    "child_number": ("bij welk kind; 0 is de moeder", "nummer"),
    "source_rank": ("hoe betrouwbaar de bron is; lager is beter", "rang"),
    "billed_mono": ("al op de oude wijze gedeclareerd", "ja of nee"),
    "first_intake_on": ("eerste fysieke intake", "dag"),
    "due_on": ("uitgerekende dag", "dag"),
    "due_precision_days": ("weggelaten: altijd 0", "dagen"),
    "end_kind": ("hoe de zwangerschap eindigde", "woord"),
    "ended_on": ("laatste dag van de zwangerschap", "dag"),
    "ended_precision_days": ("weggelaten: altijd 0", "dagen"),
    "birth_on": ("dag van de geboorte", "dag"),
    "labour_on": ("begin van de baring, geplande sectio of inleiding", "dag"),
    "labour_minute": ("tijd daarvan", "minuten na middernacht"),
    "placenta_on": ("geboorte van de placenta", "dag"),
    "placenta_minute": ("tijd daarvan", "minuten na middernacht"),
    "entered_on": ("overgenomen van buiten het netwerk", "dag"),
    "exempt": ("buiten de integrale bekostiging gehouden", "ja of nee"),
    "discipline": ("soort aanbieder", "woord"),
    "valid_from": ("geldt vanaf deze dag", "dag"),
    "valid_until": ("geldt tot deze dag, die niet meetelt", "dag"),
    "followed": ("de voorwaarden van een andere verzekeraar die deze volgt", "ja of nee"),
    "regime": ("wat een breker doet", "woord"),
    "insurer_switch_breaks": ("wisselen van verzekeraar breekt de bundel", "ja of nee"),
    "kraamzorg_bills_itself": ("kraamzorg mag zelf declareren", "ja of nee"),
    "kraamzorg_unit_minutes": ("eenheid waarop kraamzorg wordt afgerond", "minuten"),
    "product": ("het product; * is elk ander", "woord"),
    "cents": ("bedrag", "eurocent"),
    "phase": ("fase: 1 prenataal, 2 nataal, 3 postnataal", "nummer"),
    "scope": ("binnen de bundel, of waarom niet", "woord"),
    "phase_hint": ("fase die de code al zegt; 0 geen", "nummer"),
    "match_hint": ("wat de code zegt over de zwangerschap waar zij bij hoort", "woord"),
    "complex_counts": ("maakt een fase complex", "ja of nee"),
    "on_request": ("verplaatste thuisbevalling", "ja of nee"),
    "hourly": ("kraamzorg per uur", "ja of nee"),
    "equivalent": ("codes met dezelfde waarde zijn dezelfde verrichting", "woord"),
    "mono": ("hoe de oude bekostiging haar prijst", "woord"),
    "mono_item": ("onder welk tarief daarvan", "woord"),
    "variant": ("uitvoering van het product", "woord"),
    "item": ("tarief van de oude bekostiging", "woord"),
    "is_exact": ("tarief van dat jaar zelf, niet van het dichtstbijzijnde", "ja of nee"),
    "term_days": ("duur van een zwangerschap", "dagen"),
    "early_end_days": ("tot wanneer een einde vroeg is", "dagen"),
    "aftercare_days": ("hoe lang nazorg duurt", "dagen"),
    "ongoing_extra_days": ("hoe lang na de uitgerekende dag een zwangerschap nog loopt", "dagen"),
    "after_placenta_minutes": ("nataal loopt door tot zo lang na de placenta", "minuten"),
    "gynaecology_specialism": ("specialisme van gynaecologen", "code"),
    "until": ("tot deze dag, die niet meetelt", "dag"),
    "overhead_ppm": ("overhead", "miljoensten"),
    "overhead_cents": ("vaste overhead per maand", "eurocent"),
    "reserve_ppm": ("reserve", "miljoensten"),
    "earmarked_ppm": ("geoormerkt", "miljoensten"),
    "method": ("verdeelmethode", "woord"),
    "ppm": ("deel", "miljoensten"),
    "kind": ("agb (aanbieder) of uzovi (verzekeraar)", "woord"),
    "number": ("het nummer in deze momentopname", ""),
}


WOMEN = {
    "all": "Alle vrouwen van de regio staan hier in, ook wie bezwaar maakte tegen leren van haar "
    "zorg. Gebruik dit alleen voor het geld waarvoor het is afgesproken; leer er niet van.",
    "without_objections": "Van vrouwen die bezwaar maakten tegen leren van hun zorg, geheel of "
    "voor een deel, staat hier niets: geen zwangerschap, geen activiteit, geen bedrag; ook niet "
    "hoeveel het er zijn. Geld telt daarom niet op tot dat van de regio: wat hieruit te "
    "declareren en te verdelen is, is minder dan in haar boeken, en wat per maand vaststaat of "
    "naar aantallen verdeeld wordt, valt voor de anderen hoger of lager uit dan het was.",
}
"""Of whom a snapshot tells, and what may be done with it."""


def described() -> dict[str, Any]:
    """Return every table with its columns, as data."""
    return {
        name: {
            "meaning": TABLE_MEANINGS[name][0],
            "source": TABLE_MEANINGS[name][1],
            "year_of": BY_YEAR.get(name, ""),
            "columns": {
                column: {
                    "type": kind,
                    "may_be_empty": f"{column}?" in schema,
                    "meaning": MEANINGS[column][0],
                    "unit": MEANINGS[column][1],
                }
                for column, kind in columns(schema).items()
            },
        }
        for name, schema in {**TABLES, "codes": CODES}.items()
    }


def markdown(about: Mapping[str, Any]) -> str:
    """Write the description to read."""
    lines = [
        f"# Momentopname van regio {about['region']}",
        "",
        f"Feiten van vóór {about['until']}, zoals bekend vóór {about['known_until']}. "
        f"Regelboek {about['rule_book']}.",
        "",
        "Van een vrouw staat hier geen naam, BSN, geboortedatum, adres of nummer uit het dossier; "
        "wel een pseudoniem en de dagen van haar zorg. De sleutel van de pseudoniemen staat hier "
        "niet bij. Dagen en plaatsen van zorg samen kunnen iemand herkenbaar maken: behandel dit "
        "als persoonsgegevens.",
        "",
        WOMEN[about["women"]],
    ]
    for name, table in about["tables"].items():
        rows = about["rows"].get(name)
        told = "" if rows is None else f" ({rows} rijen)"
        apart = f", apart per jaar van `{table['year_of']}`" if table["year_of"] else ""
        lines += [
            "",
            f"## {name}{told}",
            f"{table['meaning'].capitalize()}{apart}. Bron: {table['source']}.",
            "",
            "| kolom | type | mag leeg | betekenis | eenheid |",
            "|---|---|---|---|---|",
        ]
        lines += [
            f"| {name_of} | {column['type']} | {'ja' if column['may_be_empty'] else ''} "
            f"| {column['meaning']} | {column['unit']} |"
            for name_of, column in table["columns"].items()
        ]
    return "\n".join(lines) + "\n"
