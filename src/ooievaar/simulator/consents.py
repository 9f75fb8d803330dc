"""What the women of a synthetic region said about sharing: most agree at intake, a few object."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any

from django.db import transaction

from ooievaar.record.models import Consent, Pregnancy, PregnancyVersion, TreatmentRelation
from ooievaar.record.relations import add_consents
from ooievaar.simulator.randomness import stream
from ooievaar.storage.bulk import analyse_tables

AGREES = 0.97
"""Agrees with sharing in the network, and leaves it at that."""
OBJECTS = 0.02
"""Agrees, but one organisation may not see what others wrote. The rest said nothing."""
AT_INTAKE = time(9, 0, tzinfo=UTC)

Row = Sequence[Any]


def simulate_consents(seed: int) -> int:
    """Store what every woman said at her first intake; equal seeds give equal words."""
    rows = list(_rows(seed))
    with transaction.atomic():
        add_consents(rows)
        transaction.on_commit(partial(analyse_tables, Consent), robust=True)
    return len(rows)


def _rows(seed: int) -> Iterator[Row]:
    rng = stream(seed, "consents")
    treating, spoken = _treating(), set(Consent.objects.values_list("woman_id", flat=True))
    for woman_id, said_on in sorted(_first_intakes().items()):
        drawn, chosen = rng.random(2)
        if woman_id in spoken:
            continue
        at = datetime.combine(said_on, AT_INTAKE)
        if drawn < AGREES + OBJECTS:
            yield woman_id, None, None, True, at
        others = treating.get(woman_id, [])
        if AGREES <= drawn < AGREES + OBJECTS and others:
            yield woman_id, None, others[int(chosen * len(others))], False, at


def _first_intakes() -> dict[int, date]:
    """Return the day of the first intake ever of each woman."""
    versions = PregnancyVersion.objects.order_by("-first_intake_on", "-pk")
    return dict(versions.values_list("pregnancy__woman_id", "first_intake_on"))


def _treating() -> dict[int, list[int]]:
    """Return per woman the organisations that treat her, in the order of their numbers."""
    women = dict(Pregnancy.objects.values_list("pk", "woman_id"))
    treating: dict[int, list[int]] = {}
    pairs = TreatmentRelation.objects.order_by("organisation_id", "pregnancy_id")
    for pregnancy_id, organisation_id in pairs.values_list("pregnancy_id", "organisation_id"):
        own = treating.setdefault(women[pregnancy_id], [])
        if organisation_id not in own[-1:]:
            own.append(organisation_id)
    return treating
