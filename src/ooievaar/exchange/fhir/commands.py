"""`ooievaar import fhir`: files of others become records, all or nothing, and a report."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from ooievaar.exchange.fhir.mapping import mapping_on
from ooievaar.exchange.fhir.placing import place
from ooievaar.exchange.fhir.reading import read_files
from ooievaar.exchange.fhir.report import FhirReport
from ooievaar.exchange.fhir.storing import SOURCE, Storing
from ooievaar.exchange.showing import shown
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.network.models import Organisation
from ooievaar.record.commands import remember_file
from ooievaar.record.models import ImportedFile


def import_fhir(
    paths: Sequence[Path], *, agb: str, now: datetime, reference_date: date | None = None
) -> FhirReport:
    """Read FHIR STU3 files and folders, and store what they tell of pregnancies.

    The files are one whole: they refer to each other. `agb` is the organisation that imports them;
    it keeps what was written by who is not known here. `reference_date` is day T of test files.

    Raises InputRejected with every fault of every file; then nothing is stored.
    """
    importer = Organisation.objects.filter(agb=agb).first()
    if importer is None:
        expected = "de AGB-code van een organisatie die hier bekend is"
        raise InputRejected([Fault("--organisation", None, "", shown(agb), expected)])
    files = read_files(paths, reference_on=reference_date)
    if files.faults:
        raise InputRejected(files.faults)
    if not files.resources:
        raise InputRejected([Fault("import fhir", None, "", "geen resources", "FHIR-bestanden")])
    today = timezone.localdate(now)
    mapping = mapping_on(today)
    report = FhirReport(files=len(files.sha256))
    with transaction.atomic():
        placed = place(files.resources, mapping, today)
        storing = Storing(importer, mapping.dictionary, placed.ledger, report, now)
        storing.store(placed.dossiers)
        _remember(files.sha256, report, now)
    report.counts = placed.ledger.counts()
    report.unplaced = placed.ledger.unplaced()
    return report


def _remember(sha256: Sequence[tuple[str, str]], report: FhirReport, now: datetime) -> None:
    known = set(
        ImportedFile.objects.filter(sha256__in=[one for _name, one in sha256]).values_list(
            "sha256", flat=True
        )
    )
    stored = report.entries_new + report.entries_changed
    for name, one in sha256:
        if one in known:
            report.files_known += 1
            continue
        known.add(one)
        remember_file(one, name[:200], SOURCE, now, stored)
