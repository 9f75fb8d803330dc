"""Placed dossiers into the record: of which woman, of which pregnancy, on whose name.

Nobody is invented: who wrote something and is not known here stands with it by name, and the
organisation that imports it keeps it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from ooievaar.exchange.book import read_book
from ooievaar.exchange.fhir.data import Ledger
from ooievaar.exchange.fhir.ending import Registration, registration
from ooievaar.exchange.fhir.placer import PlacedDossier
from ooievaar.exchange.fhir.report import FhirReport
from ooievaar.exchange.fhir.woman import Identity, identity_of
from ooievaar.exchange.imported_entries import ImportedEntries, digest
from ooievaar.exchange.kernset_mapping import SAME_PREGNANCY_DAYS
from ooievaar.exchange.planned_entries import Author, PlannedEntry
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.kernel.gestation import TERM_DAYS
from ooievaar.network.models import Organisation
from ooievaar.record.commands import add_pregnancy_version
from ooievaar.record.entries.dictionary import Dictionary
from ooievaar.record.entries.registering import LATEST_DUE, LONGEST_AFTER_DUE
from ooievaar.record.models import Pregnancy, Woman
from ooievaar.record.relations import Rejected, relate

SOURCE = "fhir"
TOLD_DAYS = {"birth_date", "pregnancy_end_date", "labour_date", "placenta_date"}
AFTER_DUE_DAYS = 42
"""A dossier without a due date belongs to a pregnancy up to so long after it was due."""


@dataclass
class Storing:
    """Stores placed dossiers on behalf of the organisation that imports them."""

    importer: Organisation
    dictionary: Dictionary
    ledger: Ledger
    report: FhirReport
    at: datetime

    @property
    def today(self) -> date:
        """The Dutch day on which this is stored."""
        return timezone.localdate(self.at)

    def store(self, dossiers: Iterable[PlacedDossier]) -> None:
        """Store every dossier, the pregnancy that began first first."""
        known = [(one, registration(one, self.dictionary)) for one in dossiers]
        self._refuse_wrong_women(one for one, _registered in known)
        in_order = sorted(
            known,
            key=lambda one: (one[1].first_intake_on if one[1] else date.max, one[0].dossier.key),
        )
        for placed, registered in in_order:
            reason = self._why_not(registered)
            if registered is None or reason:
                self._displace(placed, reason)
                continue
            self._store_one(placed, registered)

    def _refuse_wrong_women(self, dossiers: Iterable[PlacedDossier]) -> None:
        faults = []
        for placed in dossiers:
            if placed.woman is None:
                continue
            identity = identity_of(placed.woman)
            file, place = placed.woman.file, f"{placed.woman.key} Patient.identifier"
            if identity.is_bsn_wrong:
                expected = "negen cijfers die de elfproef doorstaan, of geen BSN"
                faults.append(Fault(file, None, place, "een BSN dat niet kan", expected))
            stored = Woman.objects.filter(bsn=identity.bsn).first() if identity.bsn else None
            if (
                stored
                and stored.birth_date
                and identity.birth_date not in (None, stored.birth_date)
            ):
                found, expected = (
                    "een BSN van een vrouw met een andere geboortedatum",
                    "haar eigen BSN",
                )
                faults.append(Fault(file, None, place, found, expected))
        if faults:
            raise InputRejected(dict.fromkeys(faults))

    def _why_not(self, registered: Registration | None) -> str:
        """Return why a pregnancy cannot be registered; empty when it can."""
        if registered is None:
            return "zonder uitgerekende datum, geboorte of einde is dit geen zwangerschap hier"
        years = read_book().years
        if registered.first_intake_on not in years:
            return f"de zorg begon buiten {years.start} tot {years.until}"
        first, due = registered.first_intake_on, registered.due_on
        if not first - LONGEST_AFTER_DUE <= due <= first + LATEST_DUE:
            return "de uitgerekende datum past niet bij de eerste dag van de zorg"
        return ""

    def _displace(self, placed: PlacedDossier, reason: str) -> None:
        for entry in placed.entries:
            self._displace_entry(entry, reason)
        for member in placed.dossier.members:
            self.ledger.displace_all(member, reason)

    def _displace_entry(self, entry: PlannedEntry, reason: str) -> None:
        for resource, path in entry.told_by:
            self.ledger.displace(resource, path, reason)

    def _store_one(self, placed: PlacedDossier, registered: Registration) -> None:
        assert placed.woman is not None, "placing leaves out who is not in the files"
        identity = identity_of(placed.woman)
        prefix = digest(f"{identity.reference}|{placed.dossier.key}", 10)
        imported = ImportedEntries(SOURCE, prefix, self.at)
        pregnancy = self._pregnancy(self._woman(identity), placed, registered, imported)
        name = pregnancy.reference
        self.report.pregnancies.append(name)
        self.report.derived += [f"{name}: {text}" for text in placed.derived]
        for entry in placed.entries:
            if not _fits(entry, registered):
                why = f"een dag die niet past bij een zwangerschap van {registered.due_on}"
                self._displace_entry(entry, why)
                continue
            fate = imported.store(pregnancy, entry, self._organisation(entry.author))
            if isinstance(fate, Rejected):
                self._displace_entry(entry, f"het dossier weigert dit: {fate.reason}")
                continue
            self.report.count(fate)
            if fate == "corrected":
                self.report.note(f"{name}: {entry.form} van {entry.day} is hier verbeterd en "
                                 "blijft zo")  # fmt: skip
        mine = imported.rows().order_by()
        relate(mine.values_list("pregnancy_id", "organisation_id", "happened_on"))

    def _woman(self, identity: Identity) -> Woman:
        if identity.bsn and (woman := Woman.objects.filter(bsn=identity.bsn).first()):
            return woman
        woman = Woman.objects.filter(reference=identity.reference).first()
        if woman is not None:
            if identity.bsn and not woman.bsn:  # masked at first, given now
                woman.bsn = identity.bsn
                woman.save(update_fields=["bsn"])
            return woman
        self.report.women_new += 1
        if not identity.bsn:
            self.report.note(
                f"{identity.reference}: zonder BSN is deze vrouw nieuw; is zij al bekend, voeg de "
                "twee dan samen"
            )
        return Woman.objects.create(
            reference=identity.reference,
            bsn=identity.bsn or None,
            name=identity.name,
            birth_date=identity.birth_date,
            postcode=identity.postcode,
        )

    def _pregnancy(
        self,
        woman: Woman,
        placed: PlacedDossier,
        registered: Registration,
        imported: ImportedEntries,
    ) -> Pregnancy:
        if before := imported.rows().select_related("pregnancy").first():
            return before.pregnancy
        if found := _same_pregnancy(woman, registered):
            return found
        pregnancy = Pregnancy.objects.create(
            woman=woman, reference=f"F-{digest(imported.prefix, 12)}"
        )
        add_pregnancy_version(
            pregnancy,
            self.today,
            first_intake_on=registered.first_intake_on,
            first_intake_organisation=self._organisation(placed.author),
            due_on=registered.due_on,
            due_precision_days=registered.due_precision_days,
        )
        self.report.pregnancies_new += 1
        if registered.why:
            self.report.note(
                f"{pregnancy.reference}: uitgerekende datum {registered.due_on} "
                f"(± {registered.due_precision_days} dagen): {registered.why}"
            )
        return pregnancy

    def _organisation(self, author: Author) -> Organisation:
        """Return who wrote something, where they are known here; else who imports it."""
        known = Organisation.objects.filter(agb=author.agb).first() if author.agb else None
        if known is None and author.name:
            code = f" (AGB {author.agb})" if author.agb else ""
            name = "wie zonder organisatie in de bron staat" if author.is_person else author.name
            self.report.note(
                f"{name}{code} is hier niet bekend: wat zij schreven staat op naam van "
                f"{self.importer.name}, met hun naam bij de bron"
            )
        return known or self.importer


def _fits(entry: PlannedEntry, registered: Registration) -> bool:
    """Tell whether the births, the labour and the end in an entry can be of this pregnancy."""
    margin = timedelta(days=AFTER_DUE_DAYS + registered.due_precision_days)
    first = registered.due_on - timedelta(days=TERM_DAYS) - margin
    return all(
        first <= date.fromisoformat(value) <= registered.due_on + margin
        for (element, _number), value in entry.values.items()
        if element in TOLD_DAYS
    )


def _same_pregnancy(woman: Woman, registered: Registration) -> Pregnancy | None:
    """Return the pregnancy of a woman that a dossier tells of: its due date agrees."""
    near: list[tuple[int, str, Pregnancy]] = []
    for pregnancy in woman.pregnancies.all():
        newest = pregnancy.versions.last()
        if newest is None:
            continue
        apart = abs((newest.due_on - registered.due_on).days)
        begins = newest.due_on - timedelta(days=TERM_DAYS)
        until = (newest.ended_on or newest.due_on) + timedelta(days=AFTER_DUE_DAYS)
        runs = begins <= registered.first_intake_on <= until
        if apart <= SAME_PREGNANCY_DAYS or (registered.why and runs):
            near.append((apart, pregnancy.reference, pregnancy))
    return min(near, key=lambda one: one[:2])[2] if near else None
