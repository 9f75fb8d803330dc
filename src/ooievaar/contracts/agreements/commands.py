"""The only code that writes agreements as text: versions, signatures, remarks, what divides.

Nothing is changed afterwards; a change is a new version. Whatever was wrong with the state of
things comes back as `Rejected`, in words for who asked.
"""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from ooievaar.contracts import queries as agreed
from ooievaar.contracts.agreement_models import (
    AgreementInForce,
    AgreementRemark,
    AgreementSignature,
    AgreementStep,
    AgreementVersion,
)
from ooievaar.contracts.agreements.compiling import division_rows
from ooievaar.contracts.agreements.examples import example_faults
from ooievaar.contracts.agreements.queries import (
    agreement_of,
    organisations_of,
    still_to_sign,
    unsound,
)
from ooievaar.contracts.agreements.reading import NAME, hash_of, read_agreement, with_lines
from ooievaar.contracts.models import Agreement, SupplierPrice
from ooievaar.contracts.rules.agreement import Distribution
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.kernel.period import FAR_DATE
from ooievaar.network.models import Discipline, Membership, Network, Person
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.record.relations import Rejected

LONGEST_MANDATE = 200
LONGEST_REASON = 500
LONGEST_REMARK = 4_000
FOLLOWED = gettext_noop("Opgevolgd.")
YEARLY_SURCHARGE = gettext_lazy(
    "Een toeslag met een bedrag per jaar kan de verdeling niet inhouden. Schrijf hem als een deel "
    "van elk product."
)

Step, Remark = AgreementStep.Kind, AgreementRemark.Kind
WRITERS = frozenset({Role.CONTROLLER, Role.DIRECTOR})
SIGNERS = frozenset({Role.DIRECTOR, Role.REPRESENTATIVE, Role.PRACTICE_ADMINISTRATOR})


def may_write(workplace: Workplace, network_id: int) -> bool:
    """Tell whether somebody may write, propose, withdraw, start and end for a network."""
    return workplace.role in WRITERS and workplace.network_id == network_id


def faults_of(network: Network, text: str, name: str = NAME) -> list[Fault]:
    """Return everything that keeps a text from being saved for a network; examples included."""
    try:
        agreement = read_agreement(name, text)
    except InputRejected as rejected:
        return rejected.faults
    found = [] if agreement.examples else [
        Fault(name, None, "voorbeelden", "geen voorbeelden", "ten minste één voorbeeld")
    ]  # fmt: skip
    found += strangers_in(network, agreement, name)
    return with_lines(found or example_faults(name, agreement), text)


@transaction.atomic
def add_version(
    network: Network,
    text: str,
    *,
    person: Person,
    at: datetime,
    based_on: int | None = None,
    note: str = "",
) -> AgreementVersion | Rejected:
    """Add a text as the next version; it divides nothing yet.

    `based_on` is the number that the writer began from (0: none): a version that somebody else
    added meanwhile is not passed over. The first of the faults is told; `faults_of` has them all.
    """
    text = text.replace("\r\n", "\n")
    if faults := faults_of(network, text):
        return Rejected(str(faults[0]), "text")
    if len(note) > LONGEST_REASON:
        return Rejected(_("Houd het bij %(most)s tekens.") % {"most": LONGEST_REASON}, "note")
    Network.objects.select_for_update().get(pk=network.pk)
    newest = network.agreement_versions.order_by("-number").first()
    number = newest.number if newest is not None else 0
    if based_on is not None and based_on != number:
        return Rejected(
            _("Iemand anders maakte intussen versie %(number)s.") % {"number": number}, "based_on"
        )
    if newest is not None and newest.sha256 == hash_of(text):
        return Rejected(_("Er is niets veranderd."), "text")
    return store_version(network, text, number + 1, person=person, at=at, note=note, follows=newest)


def store_version(
    network: Network,
    text: str,
    number: int,
    *,
    person: Person | None,
    at: datetime,
    note: str = "",
    follows: AgreementVersion | None = None,
    is_imported: bool = False,
) -> AgreementVersion:
    """Write a text that was checked."""
    agreement = read_agreement(NAME, text)
    return AgreementVersion.objects.create(
        network=network,
        number=number,
        title=agreement.title,
        content=text,
        sha256=hash_of(text),
        valid_from=agreement.valid_from,
        valid_until=agreement.valid_until,
        follows=follows,
        is_imported=is_imported,
        written_by=person,
        at=at,
        note=note,
    )


@transaction.atomic
def propose(
    version: AgreementVersion, *, person: Person, at: datetime, reason: str = ""
) -> AgreementStep | Rejected:
    """Show a version to the parties, for their questions and signatures."""
    _locked(version)
    if version.is_imported:
        return Rejected(_("Deze afspraak is ingelezen en geldt al."))
    if _has(version, Step.PROPOSED):
        return Rejected(_("Deze versie is al voorgesteld."))
    if _has(version, Step.WITHDRAWN):
        return Rejected(_("Deze versie is ingetrokken."))
    return _stepped(version, Step.PROPOSED, person, at, reason)


@transaction.atomic
def withdraw(
    version: AgreementVersion, *, person: Person, at: datetime, reason: str
) -> AgreementStep | Rejected:
    """Take back a version that is not in force."""
    _locked(version)
    if version.compiled.exists():
        return Rejected(_("Deze afspraak is van kracht. Beëindig haar met een volgende."))
    if _has(version, Step.WITHDRAWN):
        return Rejected(_("Deze versie is al ingetrokken."))
    if not reason.strip():
        return Rejected(_("Zeg waarom."), "reason")
    return _stepped(version, Step.WITHDRAWN, person, at, reason)


@transaction.atomic
def sign(
    version: AgreementVersion,
    *,
    workplace: Workplace,
    mandate: str,
    sha256: str,
    at: datetime,
) -> AgreementSignature | Rejected:
    """Sign a proposed version on behalf of whom `mandate` says.

    `sha256` is that of the text that was read. A director signs for the network, a representative
    for the discipline, the administration of a practice for that organisation. A person signs a
    version once.
    """
    mandate = mandate.strip()
    if not mandate:
        return Rejected(_("Zeg namens wie u tekent."), "mandate")
    if len(mandate) > LONGEST_MANDATE:
        return Rejected(_("Houd het bij %(most)s tekens.") % {"most": LONGEST_MANDATE}, "mandate")
    if sha256 != version.sha256:
        return Rejected(_("U las een andere tekst dan deze versie."), "sha256")
    for_whom = signs_for(workplace, version)
    if for_whom is None:
        return Rejected(_("Uw functie mag dit niet."))
    _locked(version)
    if not _has(version, Step.PROPOSED):
        return Rejected(_("Deze versie is nog niet voorgesteld."))
    if _has(version, Step.WITHDRAWN):
        return Rejected(_("Deze versie is ingetrokken."))
    if version.compiled.exists():
        return Rejected(_("Deze afspraak is al van kracht."))
    if undividable(agreement_of(version)):
        return Rejected(YEARLY_SURCHARGE)
    if version.signatures.filter(person_id=workplace.person_id).exists():
        return Rejected(_("U heeft deze versie al ondertekend."))
    discipline, organisation_id = for_whom
    return AgreementSignature.objects.create(
        version=version,
        person_id=workplace.person_id,
        discipline=discipline,
        organisation_id=organisation_id,
        mandate=mandate,
        sha256=sha256,
        signed_at=at,
    )


def undividable(agreement: Distribution) -> bool:
    """Tell whether a text asks what the division cannot do: a surcharge as an amount a year."""
    return any(row.cents for row in agreement.surcharges)


def signs_for(workplace: Workplace, version: AgreementVersion) -> tuple[str, int | None] | None:
    """Return for which discipline or organisation somebody signs a version; None: for nobody."""
    if workplace.role not in SIGNERS:
        return None
    parties = agreement_of(version).parties
    if workplace.role == Role.PRACTICE_ADMINISTRATOR:
        organisation = workplace.organisation
        is_party = organisation and any(party.agb == organisation.agb for party in parties)
        return ("", workplace.organisation_id) if is_party else None
    if workplace.network_id != version.network_id:
        return None
    if workplace.role == Role.DIRECTOR:
        return "", None
    has_parties = any(party.discipline == workplace.discipline for party in parties)
    return (workplace.discipline, None) if has_parties else None


def may_speak(workplace: Workplace, version: AgreementVersion) -> bool:
    """Tell whether somebody may ask, consent or object: on behalf of a party or a discipline."""
    is_for_a_party = workplace.role in SIGNERS - {Role.DIRECTOR}
    return is_for_a_party and signs_for(workplace, version) is not None


def may_answer(workplace: Workplace, version: AgreementVersion) -> bool:
    """Tell whether somebody may answer: who writes for the network, and who may speak."""
    return may_write(workplace, version.network_id) or may_speak(workplace, version)


@transaction.atomic
def put_in_force(
    version: AgreementVersion, *, person: Person, at: datetime
) -> AgreementInForce | Rejected:
    """Let a signed version divide what starts in its period; the one before it ends there.

    The examples are run once more. An agreement that starts on that day or later is not passed
    over: two for one day would divide everything twice.
    """
    _locked(version)
    if version.compiled.exists():
        return Rejected(_("Deze versie is al van kracht."))
    if _has(version, Step.WITHDRAWN):
        return Rejected(_("Deze versie is ingetrokken."))
    if not _has(version, Step.PROPOSED):
        return Rejected(_("Deze versie is nog niet voorgesteld."))
    if missing := still_to_sign(version):
        who = ", ".join(one.label for one in missing)
        return Rejected(_("Nog te tekenen: %(who)s.") % {"who": who})
    if faults := unsound(version):
        return Rejected(str(faults[0]))
    agreement = agreement_of(version)
    if undividable(agreement):
        return Rejected(YEARLY_SURCHARGE)
    if strangers := strangers_in(version.network, agreement):
        return Rejected(str(strangers[0]))
    until = version.valid_until or FAR_DATE
    held = Agreement.objects.filter(
        network_id=version.network_id, valid_until__gt=version.valid_from
    )
    later = held.filter(valid_from__gte=version.valid_from, valid_from__lt=until).first()
    if later is not None:
        words = {"title": later.title, "day": f"{later.valid_from:%d-%m-%Y}"}
        return Rejected(_("“%(title)s” geldt al vanaf %(day)s.") % words)
    for row in held.filter(valid_from__lt=version.valid_from):
        _end(row, version.valid_from, person, at)
    in_force = AgreementInForce.objects.create(version=version, put_by=person, put_at=at)
    _store_rows(version, agreement)
    return in_force


@transaction.atomic
def end(
    version: AgreementVersion, *, person: Person, ended_on: date, at: datetime, reason: str
) -> AgreementStep | Rejected:
    """Let an agreement end earlier than it says; from that day on there is none."""
    _locked(version)
    row = version.compiled.first()
    if row is None:
        return Rejected(_("Deze versie is niet van kracht."))
    if not row.valid_from < ended_on < row.valid_until:
        return Rejected(_("Kies een dag waarop deze afspraak geldt, na de eerste."), "ended_on")
    if not reason.strip():
        return Rejected(_("Zeg waarom."), "reason")
    if _has(version, Step.ENDED):
        return Rejected(_("Deze afspraak is al beëindigd."))
    row.valid_until = ended_on
    row.save(update_fields=["valid_until"])
    return _stepped(version, Step.ENDED, person, at, reason, ended_on)


@transaction.atomic
def remark(
    version: AgreementVersion,
    kind: AgreementRemark.Kind,
    text: str,
    *,
    workplace: Workplace,
    at: datetime,
    answers: AgreementRemark | None = None,
) -> AgreementRemark | Rejected:
    """Ask, answer, consent or object, as whoever works here; consent needs no words."""
    text = text.strip()
    if not text and kind != Remark.CONSENT:
        return Rejected(_("Schrijf iets op."), "text")
    if len(text) > LONGEST_REMARK:
        return Rejected(_("Houd het bij %(most)s tekens.") % {"most": LONGEST_REMARK}, "text")
    if not _has(version, Step.PROPOSED):
        return Rejected(_("Deze versie is nog niet voorgesteld."))
    if _has(version, Step.WITHDRAWN):
        return Rejected(_("Deze versie is ingetrokken."))
    if (kind == Remark.ANSWER) != (answers is not None):
        return Rejected(_("Een antwoord hoort bij een vraag."), "text")
    if answers is not None and answers.version_id != version.pk:
        return Rejected(_("Een antwoord hoort bij een vraag."), "text")
    return AgreementRemark.objects.create(
        version=version,
        kind=kind,
        person_id=workplace.person_id,
        discipline=workplace.discipline if not workplace.organisation_id else "",
        organisation_id=workplace.organisation_id,
        answers=answers,
        text=text,
        at=at,
    )


def strangers_in(network: Network, agreement: Distribution, name: str = NAME) -> list[Fault]:
    """Return what the text says of the network and the parties that is not so here."""
    faults = []
    if agreement.network != network.name:
        faults.append(Fault(name, None, "netwerk", agreement.network, network.name))
    organisations = organisations_of(agreement)
    until = agreement.valid_until or FAR_DATE
    taking_part = set(
        Membership.objects.filter(
            network=network, valid_from__lt=until, valid_until__gt=agreement.valid_from
        )
        .exclude(kind=Membership.Kind.OUTSIDE_FUNDING)
        .values_list("organisation_id", flat=True)
    )
    for party in agreement.parties:
        known = organisations.get(party.agb)
        place = f"partijen.{party.name}"
        if known is None:
            faults.append(Fault(name, None, place, party.agb, "een AGB-code die hier bekend is"))
        elif known.discipline != party.discipline:
            there = str(Discipline(party.discipline).label).lower()
            here = str(Discipline(known.discipline).label).lower()
            faults.append(Fault(name, None, place, there, here))
        elif known.pk not in taking_part:
            expected = "een lid dat in de looptijd meedoet met de bekostiging"
            faults.append(Fault(name, None, place, known.name, expected))
    faults += [
        Fault(name, None, f"leveranciers.{row.name}", row.agb, "een AGB-code die hier bekend is")
        for row in agreement.suppliers
        if row.agb not in organisations
    ]
    return faults


def _store_rows(version: AgreementVersion, agreement: Distribution) -> None:
    """Write the rows that the division reads, under a title of their own."""
    title, taken = agreement.title, Agreement.objects.values_list("title", flat=True)
    if title in taken:
        suffix = f" ({version.number})"
        title = title[: 120 - len(suffix)] + suffix
    ids = {agb: row.pk for agb, row in organisations_of(agreement).items()}
    rows = division_rows(agreement, 0, ids)
    (values,) = rows["agreements"]
    del values["agreement_id"]
    stored = Agreement.objects.create(
        network_id=version.network_id, title=title, version=version, **values
    )
    models = {name: model for name, (model, _fields) in agreed.AGREED.items()}
    models["supplier_prices"] = SupplierPrice
    for name, model in models.items():
        model._default_manager.bulk_create(
            [model(**{**row, "agreement_id": stored.pk}) for row in rows[name]]
        )


def _end(row: Agreement, day: date, person: Person, at: datetime) -> None:
    """Let the agreement before end where the next begins."""
    row.valid_until = day
    row.save(update_fields=["valid_until"])
    if row.version is not None and not _has(row.version, Step.ENDED):
        _stepped(row.version, Step.ENDED, person, at, FOLLOWED, day)


def _stepped(
    version: AgreementVersion,
    kind: AgreementStep.Kind,
    person: Person,
    at: datetime,
    reason: str,
    ended_on: date | None = None,
) -> AgreementStep | Rejected:
    reason = reason.strip()
    if len(reason) > LONGEST_REASON:
        return Rejected(_("Houd het bij %(most)s tekens.") % {"most": LONGEST_REASON}, "reason")
    return AgreementStep.objects.create(
        version=version, kind=kind, person=person, at=at, reason=reason, ended_on=ended_on
    )


def _has(version: AgreementVersion, kind: AgreementStep.Kind) -> bool:
    return version.steps.filter(kind=kind).exists()


def _locked(version: AgreementVersion) -> None:
    """Let others wait who sign, withdraw or start for the same network."""
    Network.objects.select_for_update().get(pk=version.network_id)
