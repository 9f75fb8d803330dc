"""The only code that reads agreements for others: texts, how they stand, who still has to sign."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ooievaar.contracts.agreement_models import (
    AgreementSignature,
    AgreementStep,
    AgreementVersion,
)
from ooievaar.contracts.agreements.examples import ExampleResult, example_faults, run_examples
from ooievaar.contracts.agreements.reading import stored_agreement
from ooievaar.contracts.agreements.writing import write
from ooievaar.contracts.models import Agreement
from ooievaar.contracts.rules.agreement import Distribution, as_shown_to
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.network.models import Discipline, Membership, Network, Organisation
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.record.permissions import known

TAKING_PART = (Membership.Kind.VOTING, Membership.Kind.ADVISORY)


class Standing(StrEnum):
    """How a version stands."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    SIGNED = "signed"
    IN_FORCE = "in_force"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


STANDINGS: dict[Standing, str | Promise] = {
    Standing.DRAFT: _("Concept"),
    Standing.PROPOSED: _("Voorgesteld"),
    Standing.SIGNED: _("Ondertekend"),
    Standing.IN_FORCE: _("Van kracht"),
    Standing.ENDED: _("Beëindigd"),
    Standing.WITHDRAWN: _("Ingetrokken"),
}


@dataclass(frozen=True, slots=True)
class Missing:
    """Whose signature a version still waits for.

    Neither: the director of the network. A discipline: its representative, or each of the
    organisations that have not signed for themselves.
    """

    discipline: str = ""
    organisations: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Say who it is."""
        return str(Discipline(self.discipline).label) if self.discipline else str(_("De directeur"))


def versions_for(workplace: Workplace) -> QuerySet[AgreementVersion]:
    """Return the versions that a workplace may see: those of its network, or of its organisation's.

    A draft is its network's own; who takes part sees it once it is proposed.
    """
    versions = AgreementVersion.objects.select_related("network").order_by("-number")
    if workplace.sees_whole_network:
        return versions.filter(network_id=known(workplace.network_id))
    shown = versions.filter(
        Q(steps__kind=AgreementStep.Kind.PROPOSED) | Q(is_imported=True)
    ).distinct()
    if workplace.role == Role.REPRESENTATIVE:
        return shown.filter(network_id=known(workplace.network_id))
    if workplace.role == Role.PRACTICE_ADMINISTRATOR:
        networks = Membership.objects.filter(
            organisation_id=known(workplace.organisation_id), kind__in=TAKING_PART
        )
        return shown.filter(network_id__in=networks.values("network_id"))
    return versions.none()


def agbs_of(workplace: Workplace) -> frozenset[str]:
    """Return the parties whose secret rules a workplace may read beside those of the network."""
    if workplace.role == Role.REPRESENTATIVE:
        members = Organisation.objects.filter(
            memberships__network_id=known(workplace.network_id), discipline=workplace.discipline
        )
        return frozenset(members.values_list("agb", flat=True))
    own = Organisation.objects.filter(pk=workplace.organisation_id or 0)
    return frozenset(own.values_list("agb", flat=True))


def agreement_of(version: AgreementVersion) -> Distribution:
    """Return what a version says."""
    return stored_agreement(version.sha256, version.content)


def agreements_for(workplace: Workplace, *versions: AgreementVersion) -> list[Distribution]:
    """Return what versions say to whoever works here, in one query at most."""
    whole = [agreement_of(version) for version in versions]
    if workplace.sees_whole_network:
        return whole
    agbs = agbs_of(workplace)
    return [as_shown_to(agreement, agbs) for agreement in whole]


def agreement_for(workplace: Workplace, version: AgreementVersion) -> Distribution:
    """Return what a version says to whoever works here: without the secret rules of others."""
    return agreements_for(workplace, version)[0]


def text_for(workplace: Workplace, version: AgreementVersion) -> str:
    """Return the text as whoever works here may read it; what is signed is always the whole."""
    return text_as_shown(version, agreement_for(workplace, version))


def text_as_shown(version: AgreementVersion, shown: Distribution) -> str:
    """Return the text of a version as it was written, or of what is shown of it."""
    return version.content if shown == agreement_of(version) else write(shown)


def standing_of(version: AgreementVersion, today: date) -> Standing:
    """Return how a version stands on a day; three queries, none with what was prefetched."""
    steps = {step.kind for step in version.steps.all()}
    compiled = list(version.compiled.all())
    if AgreementStep.Kind.WITHDRAWN in steps:
        return Standing.WITHDRAWN
    if compiled:
        until = max(row.valid_until for row in compiled)
        return Standing.ENDED if until <= today else Standing.IN_FORCE
    if AgreementStep.Kind.PROPOSED not in steps:
        return Standing.DRAFT
    return Standing.PROPOSED if still_to_sign(version) else Standing.SIGNED


def with_standing(versions: QuerySet[AgreementVersion]) -> QuerySet[AgreementVersion]:
    """Fetch along what `standing_of` asks, for a list."""
    return versions.prefetch_related("steps", "compiled", "signatures__organisation")


def still_to_sign(version: AgreementVersion) -> list[Missing]:
    """Return whose signatures are missing: the director's, and one for every discipline.

    Provisional, until governance says otherwise. A discipline is bound by its representative, or
    by all of its parties. A signature under another text than the stored one counts for nothing.
    """
    agreement = agreement_of(version)
    signed = [row for row in version.signatures.all() if row.sha256 == version.sha256]
    by_discipline = {row.discipline for row in signed if not row.organisation_id}
    by_party = {row.organisation.agb for row in signed if row.organisation}
    missing = [] if "" in by_discipline else [Missing()]
    for discipline in dict.fromkeys(party.discipline for party in agreement.parties):
        waiting = [
            party.name for party in agreement.parties_of(discipline) if party.agb not in by_party
        ]
        if discipline not in by_discipline and waiting:
            missing.append(Missing(discipline, tuple(waiting)))
    return missing


def signatures_of(version: AgreementVersion) -> QuerySet[AgreementSignature]:
    """Return the signatures under a version, with who and for whom, oldest first."""
    return version.signatures.select_related("person", "organisation").order_by("signed_at", "id")


def version_on(network: Network, day: date) -> AgreementVersion | None:
    """Return the version whose rows divide what starts on a day."""
    held = Agreement.objects.filter(network=network, valid_from__lte=day, valid_until__gt=day)
    found = held.select_related("version").order_by("id").first()
    return found.version if found is not None else None


def agreement_on(network: Network, day: date) -> Distribution | None:
    """Return what holds for what starts on a day; None without an agreement with a text."""
    version = version_on(network, day)
    return agreement_of(version) if version is not None else None


def results_of(version: AgreementVersion) -> tuple[ExampleResult, ...]:
    """Return what the examples of a version give, run once per process."""
    return _results(version.sha256, version.content)


@lru_cache(maxsize=64)
def _results(sha256: str, text: str) -> tuple[ExampleResult, ...]:
    return run_examples(stored_agreement(sha256, text))


class AgreementUnsound(InputRejected):
    """An agreement cannot divide: not signed as it stands, or an example fails."""


def refuse_unsound(network: Network) -> None:
    """Raise AgreementUnsound when an agreement that divides here is unsigned or fails an example.

    Of all of them, also what has ended: a late change of an old product is divided by it.
    """
    held = Agreement.objects.filter(network=network, version__isnull=False)
    faults: list[Fault] = []
    for version in AgreementVersion.objects.filter(compiled__in=held).distinct().order_by("number"):
        faults += unsound(version)
    if faults:
        raise AgreementUnsound(faults)


def unsound(version: AgreementVersion) -> list[Fault]:
    """Return why a version may not divide; nothing when it may."""
    name = f"verdeelafspraak “{version.title}”"
    if not version.is_imported and (missing := still_to_sign(version)):
        who = ", ".join(one.label for one in missing)
        return [Fault(name, None, "", "een tekst zonder alle handtekeningen", f"getekend: {who}")]
    if all(result.holds for result in results_of(version)):
        return []
    return example_faults(name, agreement_of(version))


def organisations_of(agreement: Distribution) -> dict[str, Organisation]:
    """Return the organisations that the text names, by AGB code; unknown ones are left out."""
    agbs: Iterable[str] = [party.agb for party in agreement.parties]
    agbs = {*agbs, *(row.agb for row in agreement.suppliers)}
    return {row.agb: row for row in Organisation.objects.filter(agb__in=agbs)}
