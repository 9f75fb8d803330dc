"""From resources to the entries of each pregnancy, and what became of every datum. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ooievaar.exchange.fhir.around import place_around
from ooievaar.exchange.fhir.data import Ledger
from ooievaar.exchange.fhir.dossiers import Graph, agb_of, gather
from ooievaar.exchange.fhir.ending import place_ending
from ooievaar.exchange.fhir.mapping import Mapping
from ooievaar.exchange.fhir.placer import PlacedDossier, Placer
from ooievaar.exchange.fhir.resource import Resource
from ooievaar.exchange.planned_entries import Author


@dataclass
class Placed:
    """What a set of resources comes to: the pregnancies with their entries, and the ledger."""

    ledger: Ledger
    dossiers: list[PlacedDossier]


def place(resources: Iterable[Resource], mapping: Mapping, today: date) -> Placed:
    """Return the entries that resources come to; `today` bounds what can have happened."""
    graph = Graph(resources)
    ledger = Ledger(graph.resources)
    placed: list[PlacedDossier] = []
    for dossier in gather(graph, ledger):
        woman = graph.get(dossier.woman)
        if woman is None or woman.kind != "Patient":
            reason = f"de vrouw ({dossier.woman or 'niet genoemd'}) staat niet in deze bestanden"
            for member in dossier.members:
                ledger.refuse(member, reason)
            continue
        placer = Placer(graph, ledger, dossier, mapping, today)
        place_around(placer)
        for observation in placer.members("Observation"):
            placer.observe(observation)
        place_ending(placer)
        placed.append(placer.placed)
    _tell_of_others(graph, ledger, placed)
    return Placed(ledger, placed)


def _tell_of_others(graph: Graph, ledger: Ledger, placed: Iterable[PlacedDossier]) -> None:
    """Organisations and people: who wrote an entry is kept with it, the rest is not."""
    authors: set[Author] = {entry.author for one in placed for entry in one.entries}
    names, codes = {author.name for author in authors}, {author.agb for author in authors}
    for organisation in graph.of_kind("Organization"):
        if organisation.word("name") in names:
            ledger.place(organisation, "name")
        for number, identifier in enumerate(organisation.many("identifier"), start=1):
            agb = agb_of(organisation)
            if agb and agb in codes and identifier.get("value") == agb:
                ledger.place(organisation, f"identifier[{number}]")
        ledger.refuse(organisation, "van een organisatie gaan alleen naam en AGB-code mee")
    for kind, why in (
        ("Practitioner", "wie het schreef, gaat mee als organisatie, niet als persoon"),
        ("PractitionerRole", "wie het schreef, gaat mee als organisatie, niet als persoon"),
        ("RelatedPerson", "verwanten hebben hier geen eigen plaats"),
        ("Coverage", "een verzekering komt uit de controle op verzekering, niet uit een dossier"),
    ):
        for resource in graph.of_kind(kind):
            ledger.refuse(resource, why)
    women = {one.dossier.woman for one in placed}
    for patient in graph.of_kind("Patient"):
        if patient.key not in women:
            ledger.refuse(patient, "geen zwangerschap van haar in deze bestanden")
