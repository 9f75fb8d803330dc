"""What handing a woman over would break, by the real rules (see `transfer_warning`).

The rules run once over her facts as they are with the care given by a member, and as they would be
with it given there. The difference is what is said, and its euros are the engine's own: when it
happens, the next derivation finds the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from ooievaar import rulebook
from ooievaar.bundles import sentences
from ooievaar.bundles.explain import format_date, product_name
from ooievaar.bundles.hypothesis import (
    Course,
    PhaseOutcome,
    Supposed,
    SupposedAct,
    Supposition,
    suppose,
)
from ooievaar.bundles.models import Derivation, Route
from ooievaar.network.models import Discipline, Membership, Network, Organisation
from ooievaar.record.handover.models import Referral
from ooievaar.record.handover.rules.duty import NATAL, POSTNATAL, PRENATAL
from ooievaar.record.handover.wards import full_wards
from ooievaar.record.handover.warnings import (
    Said,
    TransferIdea,
    TransferWarning,
)
from ooievaar.record.models import PregnancyVersion
from ooievaar.record.versions import newest_first

HOSPITAL = frozenset({Discipline.HOSPITAL.value, Discipline.GYNAECOLOGISTS.value})
USUAL_ACTS: dict[int, dict[str, str]] = {
    PRENATAL: {"hospital": "G-CON", "kraamzorg": "KZ-INT", "ultrasound": "E-GRO", "": "V-CON"},
    NATAL: {"hospital": "037651", "kraamzorg": "196204", "ultrasound": "", "": "V-PAR"},
    POSTNATAL: {"hospital": "G-KBD", "kraamzorg": "KZ-UUR", "ultrasound": "", "": "V-PP"},
}
"""What a provider usually does first in a phase, by discipline; `` is everybody else."""
LABOUR_BEFORE = {"hospital": "G-CTG", "kraamzorg": "", "ultrasound": "", "": "V-PAR"}
"""What whoever hands over in labour did by then."""
LONG_ACT_MINUTES = 60
MOST_NAMES = 5
BREAKS: dict[str, sentences.Sentence] = {
    "parallel_ban": {
        "nl": "breekt de {phase} bundel: onder het parallelliteitsverbod van het contract is er "
        "dan geen product, en declareren de leden hun deel op de oude wijze",
        "en": "breaks the {phase} bundle: under the contract's parallel ban there is no product "
        "then, and the members bill their part the old way",
    },
    "correction": {
        "nl": "breekt de {phase} bundel: het product blijft, verminderd met wat daarbuiten is "
        "betaald",
        "en": "breaks the {phase} bundle: the product stays, less what was paid outside it",
    },
    "none": {
        "nl": "staat naast de {phase} bundel; het contract verbindt er geen gevolg aan",
        "en": "stands beside the {phase} bundle; the contract attaches no consequence to it",
    },
}
PHASES: dict[int, sentences.Sentence] = {
    PRENATAL: {"nl": "prenatale", "en": "prenatal"},
    NATAL: {"nl": "natale", "en": "natal"},
    POSTNATAL: {"nl": "postnatale", "en": "postnatal"},
}


@dataclass(frozen=True, slots=True)
class Plan:
    """An idea worked out: whose facts, which acts there and here, and on which days."""

    supposition: Supposition
    there: tuple[SupposedAct, ...]
    before: tuple[SupposedAct, ...]
    phases: tuple[int, ...]


def what_breaks(idea: TransferIdea) -> Iterable[TransferWarning]:
    """Return what an idea breaks; nothing where the organisation is a member all the time."""
    today = timezone.localdate()
    version = newest_first(today).filter(pregnancy_id=idea.pregnancy_id)
    known = version.select_related("pregnancy").first()
    network = funding_network(known, today) if known else None
    if known is None or network is None:
        return []
    organisations = {row.pk: row for row in Organisation.objects.all()}
    members = _members(network)
    plan = _plan(idea, known, organisations, members)
    if plan is None or all(_is_member(act, members) for act in plan.there):
        return []
    supposed = suppose(network, [plan.supposition], today)
    return _told(plan, supposed, network, organisations, members)


def funding_network(version: PregnancyVersion, today: date) -> Network | None:
    """Return the network that funds a pregnancy: as it was last derived, else where she came in."""
    routes = (
        Route.objects.filter(
            pregnancy_id=version.pregnancy_id, derivation__in=Derivation.objects.all()
        )
        # `integral` sorts before `old_way`: the network that funds her comes first.
        .order_by("route", "-derivation_id")
        .select_related("derivation__network")
    )
    told = routes.first()
    if told is not None:
        return told.derivation.network
    kinds = sorted(rulebook.load().funding_kinds)
    came_in = Membership.objects.filter(
        organisation_id=version.first_intake_organisation_id,
        kind__in=kinds,
        valid_from__lte=version.first_intake_on,
        valid_until__gt=version.first_intake_on,
    )
    funded = Network.objects.filter(pk__in=came_in.values("network_id"), contracts__isnull=False)
    return funded.order_by("pk").first()


Members = Mapping[int, Sequence[tuple[date, date]]]


def _members(network: Network) -> Members:
    found: dict[int, list[tuple[date, date]]] = {}
    rows = Membership.objects.filter(
        network=network, kind__in=sorted(rulebook.load().funding_kinds)
    )
    for organisation_id, start, until in rows.values_list(
        "organisation_id", "valid_from", "valid_until"
    ):
        found.setdefault(organisation_id, []).append((start, until))
    return found


def _is_member_on(organisation_id: int, day: date, members: Members) -> bool:
    return any(start <= day < until for start, until in members.get(organisation_id, ()))


def _is_member(act: SupposedAct, members: Members) -> bool:
    return _is_member_on(act.organisation_id, act.day, members)


def _plan(
    idea: TransferIdea,
    version: PregnancyVersion,
    organisations: Mapping[int, Organisation],
    members: Members,
) -> Plan | None:
    """Work out which acts an idea means, there and with a member that could do them instead."""
    runs = _phase_on(version, idea)
    there = organisations.get(idea.organisation_id)
    kind = there.discipline if there else Discipline.HOSPITAL.value
    phases = _phases(idea, runs, kind)
    birth_on = _birth_on(version, idea, runs)
    acts, instead = [], []
    for phase in phases:
        day = _day_of(phase, runs, idea.day, birth_on)
        codes = idea.codes or _usual(phase, kind, is_consult=idea.kind == Referral.Kind.CONSULT)
        other = _member_like(kind, idea.from_organisation_id, day, organisations, members)
        acts += [supposed_act(idea.organisation_id, code, day) for code in codes]
        if other is not None and phase > PRENATAL and idea.kind == Referral.Kind.TRANSFER:
            instead += [supposed_act(other, code, day) for code in codes]
    if not acts:
        return None
    before = _before(idea, phases, runs, organisations, birth_on)
    is_born = NATAL in phases and birth_on is not None and version.ended_on is None
    born = birth_on if is_born and idea.kind == Referral.Kind.TRANSFER else None
    supposition = Supposition(
        idea.pregnancy_id,
        version.pregnancy.woman_id,
        Course((*before, *instead), born),
        Course((*before, *acts), born),
    )
    return Plan(supposition, tuple(acts), before, phases)


def _phases(idea: TransferIdea, runs: int, discipline: str) -> tuple[int, ...]:
    """Return the phases in which care would be given there, from the one that runs on."""
    if idea.kind == Referral.Kind.CONSULT:
        return (runs,)
    if idea.phase:
        return (idea.phase,) if idea.phase >= runs else ()
    # After the birth a hospital hands over again: that is an idea of its own.
    last = max(NATAL, runs) if kind_of(discipline) == "hospital" else POSTNATAL
    return tuple(range(runs, last + 1))


def _phase_on(version: PregnancyVersion, idea: TransferIdea) -> int:
    """Return the phase that runs on the day of an idea, to the day."""
    if version.birth_on is not None and version.birth_on <= idea.day:
        return NATAL if version.birth_on == idea.day and idea.in_labour else POSTNATAL
    if version.labour_on is not None and version.labour_on <= idea.day:
        return NATAL
    return NATAL if idea.in_labour else PRENATAL


def _birth_on(version: PregnancyVersion, idea: TransferIdea, runs: int) -> date | None:
    if version.birth_on is not None and version.birth_on <= idea.day:
        return version.birth_on
    return idea.day if runs == NATAL else max(version.due_on, idea.day)


def _day_of(phase: int, runs: int, day: date, birth_on: date | None) -> date:
    if phase == runs or birth_on is None:
        return day
    return birth_on if phase == NATAL else birth_on + timedelta(days=1)


def _usual(phase: int, discipline: str, *, is_consult: bool) -> tuple[str, ...]:
    acts = USUAL_ACTS[PRENATAL if is_consult else phase]
    code = acts.get(kind_of(discipline), acts[""])
    return (code,) if code else ()


def kind_of(discipline: str) -> str:
    """Return a discipline, gynaecologists and their hospital as one."""
    return "hospital" if discipline in HOSPITAL else discipline


def supposed_act(organisation_id: int, code: str, day: date) -> SupposedAct:
    """Return an act that somebody would do; one by the hour takes an hour."""
    entry = rulebook.load().catalogue_entry(code, day)
    is_timed = entry is not None and entry.mono == "kraamzorg_hour"
    return SupposedAct(organisation_id, code, day, LONG_ACT_MINUTES if is_timed else 0)


def _before(
    idea: TransferIdea,
    phases: Sequence[int],
    runs: int,
    organisations: Mapping[int, Organisation],
    birth_on: date | None,
) -> tuple[SupposedAct, ...]:
    """Return what whoever hands over in labour did by then: it will stand on record later."""
    if NATAL not in phases or runs != NATAL or idea.from_organisation_id not in organisations:
        return ()
    own = kind_of(organisations[idea.from_organisation_id].discipline)
    code = LABOUR_BEFORE.get(own, LABOUR_BEFORE[""])
    if not code or birth_on is None or idea.kind != Referral.Kind.TRANSFER:
        return ()
    return (supposed_act(idea.from_organisation_id, code, birth_on),)


def _member_like(
    discipline: str,
    own: int,
    day: date,
    organisations: Mapping[int, Organisation],
    members: Members,
) -> int | None:
    """Return a member of the same discipline on a day; else whoever hands over, if a member."""
    able = _able(discipline, day, organisations, members)
    if able:
        return able[0].pk
    return own if _is_member_on(own, day, members) else None


def _able(
    discipline: str, day: date, organisations: Mapping[int, Organisation], members: Members
) -> list[Organisation]:
    """Return the members of a discipline on a day; gynaecologists before their hospital."""
    found = [
        row
        for row in organisations.values()
        if kind_of(row.discipline) == kind_of(discipline) and _is_member_on(row.pk, day, members)
    ]
    return sorted(found, key=lambda row: (row.discipline != Discipline.GYNAECOLOGISTS, row.name))


def _told(
    plan: Plan,
    supposed: Supposed,
    network: Network,
    organisations: Mapping[int, Organisation],
    members: Members,
) -> list[TransferWarning]:
    """Say per phase what differs, with what was supposed and what could be done instead."""
    compared = supposed.by_pregnancy[plan.supposition.pregnancy_id]
    found = []
    for phase in plan.phases:
        plain = compared.plain.get(phase, PhaseOutcome())
        other = compared.other.get(phase, PhaseOutcome())
        acts = [act for act in plan.there if _phase_of(act, plan) == phase]
        sentence, loss, is_breaker = _difference(plain, other, acts, phase, network, organisations)
        if sentence is None:
            continue
        found.append(
            TransferWarning(
                sentence.sentence_nl,
                sentence.sentence_en,
                loss,
                phase,
                is_breaker,
                rests_on=_rests_on(plan, organisations),
                alternatives=_alternatives(acts, other, supposed, organisations, members),
            )
        )
    return found


def _phase_of(act: SupposedAct, plan: Plan) -> int:
    """Return for which of the plan's phases an act stands: they come in order of phase."""
    per_phase = len(plan.there) // len(plan.phases)
    return plan.phases[plan.there.index(act) // max(per_phase, 1)]


def _difference(
    plain: PhaseOutcome,
    other: PhaseOutcome,
    acts: Sequence[SupposedAct],
    phase: int,
    network: Network,
    organisations: Mapping[int, Organisation],
) -> tuple[Said | None, int | None, bool]:
    loss = loss_between(plain, other)
    if other.kinds and (other.kinds != plain.kinds or loss != 0):
        return _breaks(plain, other, acts, phase, network, organisations), loss, True
    if not other.kinds and other.cents < plain.cents:
        return _lapses(plain, phase, network), plain.cents - other.cents, False
    return None, 0, False


def loss_between(plain: PhaseOutcome, other: PhaseOutcome) -> int | None:
    """Return what a phase loses more in the other course by its breakers; None is unknown."""
    if plain.loss_cents is None or other.loss_cents is None:
        return None
    return other.loss_cents - plain.loss_cents


def _breaks(
    plain: PhaseOutcome,
    other: PhaseOutcome,
    acts: Sequence[SupposedAct],
    phase: int,
    network: Network,
    organisations: Mapping[int, Organisation],
) -> Said:
    told = {}
    for language in ("nl", "en"):
        act = acts[0]
        facts = {
            "act": _act_name(act.code, act.day, language),
            "name": _name(act.organisation_id, organisations, language),
            "day": format_date(act.day),
            "network": network.name,
            "breaks": BREAKS[other.regime][language].format(phase=PHASES[phase][language]),
        }
        text = {
            "nl": "{name} hoort op {day} niet bij {network}. {act} daar {breaks}.",
            "en": "{name} does not belong to {network} on {day}. {act} there {breaks}.",
        }[language].format(**facts)
        if plain.kinds:
            text += {
                "nl": " De bundel was al gebroken; het bedrag is wat er bij komt.",
                "en": " The bundle was broken already; the amount is what is added.",
            }[language]
        told[language] = text
    return Said(told["nl"], told["en"])


def _lapses(plain: PhaseOutcome, phase: int, network: Network) -> Said:
    text = {
        "nl": "Voor de {phase} fase heeft {network} dan geen product ({product}): dat bedrag komt "
        "niet binnen, en de leden geven die zorg ook niet.",
        "en": "For the {phase} phase {network} then has no product ({product}): that amount does "
        "not come in, and the members do not give that care either.",
    }
    said = {
        language: text[language].format(
            phase=PHASES[phase][language],
            network=network.name,
            product=product_name(plain.product, language) if plain.product else "–",
        )
        for language in ("nl", "en")
    }
    return Said(said["nl"], said["en"])


def _rests_on(plan: Plan, organisations: Mapping[int, Organisation]) -> tuple[Said, ...]:
    def written(act: SupposedAct, language: str) -> str:
        return (
            f"{_act_name(act.code, act.day, language)} ({act.code}), {format_date(act.day)}, "
            f"{_name(act.organisation_id, organisations, language)}"
        )

    return tuple(
        Said(written(act, "nl"), written(act, "en")) for act in (*plan.before, *plan.there)
    )


def _alternatives(
    acts: Sequence[SupposedAct],
    other: PhaseOutcome,
    supposed: Supposed,
    organisations: Mapping[int, Organisation],
    members: Members,
) -> tuple[Said, ...]:
    """Return what the contract allows instead: a member, a supplier, the parallel list."""
    if not acts:
        return ()
    act = acts[0]
    there = organisations.get(act.organisation_id)
    kind = there.discipline if there else Discipline.HOSPITAL.value
    found = []
    full = {row.organisation_id for row in full_wards(timezone.now())}
    able = _able(kind, act.day, organisations, members)
    if able:
        found.append(
            Said(
                f"Een lid dat dit kan: {_names(able, full, 'nl')}.",
                f"A member that can do this: {_names(able, full, 'en')}.",
            )
        )
    suppliers = [
        organisations[row["organisation_id"]]
        for row in supposed.fixed["suppliers"].to_pylist()
        if row["code"] == act.code
        and row["valid_from"] <= act.day < row["valid_until"]
        and row["organisation_id"] in organisations
    ]
    if suppliers:
        found.append(
            Said(
                f"Ingekocht, en dus in de bundel: {_names(suppliers, full, 'nl')}.",
                f"Bought, and so inside the bundle: {_names(suppliers, full, 'en')}.",
            )
        )
    listed = sorted(
        {
            row["code"]
            for row in supposed.fixed["parallel_care"].to_pylist()
            if row["contract_id"] == other.contract_id
        }
    )
    if listed:
        named = {
            language: ", ".join(_act_name(code, act.day, language) for code in listed[:MOST_NAMES])
            + (f" (+{len(listed) - MOST_NAMES})" if len(listed) > MOST_NAMES else "")
            for language in ("nl", "en")
        }
        found.append(
            Said(
                f"Mag van het contract wel buiten (parallelliteitslijst): {named['nl']}.",
                f"May be given outside by the contract (parallel list): {named['en']}.",
            )
        )
    return tuple(found)


def _names(rows: Sequence[Organisation], full: set[int], language: str) -> str:
    word = {"nl": "meldt zich vol", "en": "reports itself full"}[language]
    names = [f"{row.name} ({word})" if row.pk in full else row.name for row in rows[:MOST_NAMES]]
    more = len(rows) - MOST_NAMES
    return ", ".join(names) + (f" (+{more})" if more > 0 else "")


def _name(organisation_id: int, organisations: Mapping[int, Organisation], language: str) -> str:
    if organisation_id in organisations:
        return organisations[organisation_id].name
    return {"nl": "Een ziekenhuis elders", "en": "A hospital elsewhere"}[language]


def _act_name(code: str, day: date, language: str) -> str:
    entry = rulebook.load().catalogue_entry(code, day)
    if entry is None:
        return code
    return entry.name_nl if language == "nl" else entry.name_en
