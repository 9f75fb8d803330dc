"""Why: any outcome of the engine as a person reads it, from what was stored beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from ooievaar.bundles import sentences
from ooievaar.bundles.models import Breaker, Disposition, PhasePeriod, Product
from ooievaar.kernel.money import divide_half_up, format_euro
from ooievaar.record.models import CareActivity, PregnancyVersion
from ooievaar.rulebook import load


@dataclass(frozen=True, slots=True)
class Sight:
    """What a reader may see: activities that stand in these dispositions (None: all), and euros."""

    dispositions: QuerySet[Disposition] | None = None
    shows_euros: bool = True


EVERYTHING = Sight()


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """An activity that an outcome rests on; of one that may not be seen only that it is there."""

    activity_id: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """An outcome with the rule that gave it, what it rests on and what would have turned it."""

    title: str
    outcome: str
    rule_id: str
    rule_sentence: str
    source: str
    source_url: str
    verified: bool
    evidence: list[EvidenceLine]
    nearest_change: str
    edition: str


def explain_disposition(
    disposition: Disposition, language: str = "nl", sight: Sight = EVERYTHING
) -> Explanation:
    """Say where an activity ended and why."""
    activity = disposition.activity
    reason = disposition.reason
    facts = {
        "organisation": activity.organisation.name,
        "day": format_date(activity.performed_on),
        "scope": reason,
    }
    related = [disposition.twin_id] if disposition.twin_id else []
    if disposition.product_no is not None and sight.shows_euros:
        product = Product.objects.get(
            derivation_id=disposition.derivation_id, product_no=disposition.product_no
        )
        facts["product"] = product_name(product.product, language)
        facts["cents"] = format_euro(product.cents, language)
    if reason == "before_intake":
        facts["intake"] = format_date(_first_intake_on(disposition))
    if reason == "broken":
        breaker = _first_breaker(disposition)
        facts["broken_on"] = format_date(breaker.happened_on)
        related += breaker.evidence
    if disposition.disposition == "outside_bundle":
        outcome, turn = sentences.OUTSIDE_SCOPE, sentences.TURNS["outside_scope"]
        facts["scope"] = reason_name(reason, language)
    else:
        outcome = sentences.OUTCOMES[reason]
        if not sight.shows_euros:
            outcome = sentences.OUTCOMES_WITHOUT_EUROS.get(reason, outcome)
        turn = sentences.TURNS.get(reason, {"nl": "", "en": ""})
    if reason in ("member", "supplier", "open"):
        turn = sentences.LEAVES_PRODUCT
    return _explanation(
        title=activity_text(activity, language),
        outcome=f"{capital(sentences.DISPOSITIONS[disposition.disposition][language])}. "
        + outcome[language].format(**facts),
        rule_id=disposition.rule,
        evidence=_seen(related, sight, language),
        nearest_change=turn[language].format(**facts),
        edition=disposition.derivation.edition,
        language=language,
    )


def explain_product(
    product: Product, language: str = "nl", sight: Sight = EVERYTHING
) -> Explanation:
    """Say why a phase gives this product at this amount."""
    amounts = {
        "tariff": format_euro(product.tariff_cents, language),
        "deduction": format_euro(product.deduction_cents, language),
        "cents": format_euro(product.cents, language),
    }
    name = product_name(product.product, language)
    sentence = sentences.PRODUCT_OUTCOMES[product.reason]
    if not sight.shows_euros:
        sentence = sentences.PRODUCT_OUTCOMES_WITHOUT_EUROS.get(product.reason, sentence)
    outcome = sentence[language].format(
        product=name, minutes=product.minutes, units=product.units, **amounts
    )
    if product.deduction_cents and sight.shows_euros:
        outcome += sentences.DEDUCTED[language].format(**amounts)
    evidence = _seen(product.evidence, sight, language)
    return _explanation(
        title=f"{name}: {amounts['cents']}" if sight.shows_euros else name,
        outcome=outcome,
        rule_id=product.rule,
        evidence=evidence,
        nearest_change=_product_turn(product, evidence, language, sight),
        edition=product.derivation.edition,
        language=language,
    )


def _product_turn(product: Product, evidence: Evidence, language: str, sight: Sight) -> str:
    turn = sentences.PRODUCT_TURNS[product.reason][language]
    if product.reason == "hours":
        if not sight.shows_euros:
            return ""
        minutes = product.contract.kraamzorg_unit_minutes
        return turn.format(
            unit=format_euro(divide_half_up(minutes * product.tariff_cents, 60), language)
        )
    acts = _deciding_acts(evidence, language)
    if not product.alternative_product:
        return sentences.PRODUCT_TURNS_TO_NONE[product.reason][language].format(acts=acts)
    if not sight.shows_euros:
        turn = turn.replace(", {difference}", "")
    return turn.format(
        acts=acts,
        alternative=product_name(product.alternative_product, language),
        difference=_difference(product, language),
    )


def _difference(product: Product, language: str) -> str:
    if product.alternative_cents is None:
        return {
            "nl": "waarvoor het contract geen tarief heeft",
            "en": "for which the contract has no tariff",
        }[language]
    gap = product.alternative_cents - product.tariff_cents
    if gap == 0:
        return {"nl": "voor hetzelfde bedrag", "en": "for the same amount"}[language]
    word = {"nl": ("minder", "meer"), "en": ("less", "more")}[language][gap > 0]
    return f"{format_euro(abs(gap), language)} {word}"


def _deciding_acts(evidence: Evidence, language: str) -> str:
    """Name the first of the acts that decide, and count the others; none of what is not seen."""
    acts, hidden = evidence.acts, evidence.hidden
    if not acts:
        return _hidden_text(hidden, language)
    name = _within_sentence(activity_name(acts[0], language))
    first = f"{name} {'van' if language == 'nl' else 'of'} {format_date(acts[0].performed_on)}"
    others = len(acts) - 1 + hidden
    if not others:
        return first
    more = {"nl": f" en {others} andere", "en": f" and {others} more"}[language]
    return first + more


def explain_breaker(
    breaker: Breaker, language: str = "nl", sight: Sight = EVERYTHING
) -> Explanation:
    """Say what broke a bundle, what it costs and what would have kept it whole."""
    phase = PhasePeriod.objects.filter(
        derivation_id=breaker.derivation_id,
        pregnancy_id=breaker.pregnancy_id,
        phase=breaker.phase,
    ).first()
    if not sight.shows_euros:
        cost = _cost(breaker)[language].replace("; {loss}", "")
    elif breaker.counts_loss:
        cost = _cost(breaker)[language].format(loss=_loss(breaker.loss_cents, language))
    else:
        cost = sentences.LOSS_ELSEWHERE[language]
    turn = sentences.BREAKER_TURNS[breaker.kind][language].format(
        day=format_date(breaker.happened_on),
        starts=format_date(phase.starts_on) if phase else "",
        until=format_date(phase.until) if phase else "",
    )
    return _explanation(
        title=f"{capital(breaker_name(breaker.kind, language))}, "
        + format_date(breaker.happened_on),
        outcome=f"{sentences.BREAKERS[breaker.kind][language]} {cost}",
        rule_id=breaker.rule,
        evidence=_seen(breaker.evidence, sight, language),
        nearest_change=turn,
        edition=breaker.derivation.edition,
        language=language,
    )


def _cost(breaker: Breaker) -> sentences.Sentence:
    """Choose the consequence: what broke no running product has a sentence of its own."""
    if breaker.regime != "none" and breaker.kind in sentences.COSTS:
        return sentences.COSTS[breaker.kind]
    return sentences.REGIMES[breaker.regime]


def _loss(loss_cents: int | None, language: str) -> str:
    """Name what breaking cost; below zero the old way brought in more than the bundle."""
    is_gain = loss_cents is not None and loss_cents < 0
    amount = format_euro(-loss_cents if is_gain and loss_cents else loss_cents, language)
    return f"{sentences.GAIN[language] if is_gain else sentences.LOSS[language]} {amount}"


def _explanation(
    *,
    title: str,
    outcome: str,
    rule_id: str,
    evidence: Evidence,
    nearest_change: str,
    edition: str,
    language: str,
) -> Explanation:
    book = load()
    rule = book.rule(rule_id)
    source = book.source_by_name[rule.source]
    return Explanation(
        title=title,
        outcome=outcome,
        rule_id=rule_id,
        rule_sentence=rule.sentence_nl if language == "nl" else rule.sentence_en,
        source=source.title,
        source_url=source.url or "",
        verified=rule.verified,
        evidence=list(evidence.lines),
        nearest_change=nearest_change,
        edition=edition,
    )


@dataclass(frozen=True, slots=True)
class Evidence:
    """The activities an outcome rests on, oldest first, and how many more are not to be seen."""

    acts: tuple[CareActivity, ...]
    hidden: int
    lines: tuple[EvidenceLine, ...]


def _seen(ids: Iterable[int], sight: Sight, language: str) -> Evidence:
    """Return the evidence as far as the reader may see it, in one query."""
    wanted = set(ids)
    acts: tuple[CareActivity, ...] = ()
    if wanted:
        found = CareActivity.objects.filter(pk__in=wanted)
        if sight.dispositions is not None:
            seen = sight.dispositions.filter(activity_id__in=wanted).values("activity_id")
            found = found.filter(pk__in=seen)
        acts = tuple(found.select_related("organisation").order_by("performed_on", "pk"))
    hidden = 0 if sight.dispositions is None else len(wanted) - len(acts)
    lines = [EvidenceLine(act.pk, activity_text(act, language)) for act in acts]
    if hidden:
        lines.append(EvidenceLine(None, capital(_hidden_text(hidden, language))))
    return Evidence(acts, hidden, tuple(lines))


def _hidden_text(hidden: int, language: str) -> str:
    if hidden == 1:
        return sentences.HIDDEN_ACT[language]
    return sentences.HIDDEN_ACTS[language].format(n=hidden)


def _first_intake_on(disposition: Disposition) -> date:
    version = (
        PregnancyVersion.objects.filter(
            pregnancy=disposition.pregnancy,
            recorded_on__lt=disposition.derivation.known_until,
        )
        .order_by("-recorded_on", "-id")
        .first()
    )
    assert version is not None, "a disposition before the intake has a pregnancy with a version"
    return version.first_intake_on


def _first_breaker(disposition: Disposition) -> Breaker:
    return Breaker.objects.get(
        derivation_id=disposition.derivation_id,
        pregnancy=disposition.pregnancy,
        phase=disposition.phase,
        counts_loss=True,
    )


def activity_text(activity: CareActivity, language: str) -> str:
    """Write an activity as one line: what, when, by whom."""
    return (
        f"{capital(activity_name(activity, language))} ({activity.code}), "
        f"{format_date(activity.performed_on)}, {activity.organisation.name}"
    )


def activity_name(activity: CareActivity, language: str) -> str:
    """Return the catalogue's name of an activity, or its code when the catalogue has none."""
    entry = load().catalogue_entry(activity.code, activity.performed_on)
    if entry is None:
        return activity.code
    return entry.name_nl if language == "nl" else entry.name_en


def product_name(product: str, language: str) -> str:
    """Return the rule book's name of a product."""
    named = load().product(product)
    return named.name_nl if language == "nl" else named.name_en


def breaker_name(kind: str, language: str) -> str:
    """Return a short name of a kind of breaker."""
    return sentences.BREAKER_NAMES[kind][language]


def reason_name(reason: str, language: str) -> str:
    """Return a few words for why an activity ended where it did."""
    return sentences.REASONS[reason][language]


def capital(text: str) -> str:
    """Start a sentence with a capital, leaving the rest as it is."""
    return text[:1].upper() + text[1:]


def _within_sentence(name: str) -> str:
    """Take the capital of a name's first word, unless the word is all capitals (NIPT, CTG)."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name


def format_date(day: date) -> str:
    """Write a date as `21-11-2026`."""
    return f"{day:%d-%m-%Y}"
