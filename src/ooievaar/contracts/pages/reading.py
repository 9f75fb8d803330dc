"""One version as people read it: aloud, its examples, what changed, what it costs whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ooievaar.contracts.agreements import words
from ooievaar.contracts.agreements.commands import (
    FOLLOWED,
    YEARLY_SURCHARGE,
    undividable,
)
from ooievaar.contracts.agreements.differences import changes_between
from ooievaar.contracts.agreements.examples import ExampleResult
from ooievaar.contracts.agreements.queries import (
    agreement_of,
    agreements_for,
    results_of,
    text_as_shown,
    text_for,
    versions_for,
)
from ooievaar.contracts.agreements.slots import effect_of, rows_for
from ooievaar.contracts.models import (
    Agreement,
    AgreementRemark,
    AgreementStep,
    AgreementVersion,
)
from ooievaar.contracts.pages.forms import AnswerForm, RemarkForm
from ooievaar.contracts.pages.shared import DOOR, READERS, look_at, version_of
from ooievaar.contracts.rules.agreement import Distribution
from ooievaar.network.doors import WorkingRequest, open_to, refuse
from ooievaar.network.models import Discipline
from ooievaar.ui.navigation import opens

Kind = AgreementRemark.Kind
BESIDE = frozenset({"parties", "examples"})
"""Chapters that stand as tables of their own."""


@dataclass(frozen=True, slots=True)
class ExampleShown:
    """An example with what it gives: who, what the text says, what the division gives."""

    name: str
    given: tuple[str, ...]
    lines: tuple[tuple[str, int, int], ...]

    @property
    def holds(self) -> bool:
        """Tell whether everything came out as the text says."""
        return all(expected == found for _, expected, found in self.lines)


@dataclass(frozen=True, slots=True)
class Thread:
    """A question, consent or objection, with its answers."""

    remark: AgreementRemark
    who: str
    answers: tuple[tuple[AgreementRemark, str], ...]

    @property
    def tone(self) -> str:
        """The class of its mark."""
        if self.remark.kind == Kind.QUESTION:
            return "" if self.answers else "tag-warm"
        return "tag-good" if self.remark.kind == Kind.CONSENT else "tag-alarm"

    @property
    def sign(self) -> str:
        """The icon of its mark."""
        signs = {Kind.QUESTION: "message-question", Kind.CONSENT: "check"}
        return signs.get(Kind(self.remark.kind), "alert-triangle")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that became of a version."""

    at: datetime
    what: str
    who: str
    words: str


@open_to(*READERS)
@require_safe
def agreement(request: WorkingRequest, agreement_id: int) -> HttpResponse:
    """Show a version: the text aloud, examples with results, differences, effect, who signed."""
    version = version_of(request, agreement_id)
    if version is None:
        return refuse(request, "row", DOOR)
    return agreement_page(request, version)


def agreement_page(
    request: WorkingRequest,
    version: AgreementVersion,
    *,
    remark_form: RemarkForm | None = None,
    answer_form: AnswerForm | None = None,
) -> HttpResponse:
    """Draw the page of a version; with a form that was filled in, where that did not go well."""
    here, today = request.workplace, timezone.localdate()
    look = look_at(here, version, today)
    others = list(_others(request, version))
    before = _compared(request, version, others)
    shown, *older = agreements_for(here, version, *([before] if before else []))
    asked_answer = request.GET.get("antwoord", "")
    if answer_form is None and asked_answer.isdigit():
        answer_form = AnswerForm(initial={"answers": int(asked_answer)})
    threads = threads_of(version)
    effect = effect_of(here, version)
    context = {
        **spoken(version, shown),
        "look": look,
        "version": version,
        "parties": _parties(version),
        "before": before,
        "others": others,
        "changes": changes_between(older[0], shown) if older else None,
        "effect": effect,
        "effect_rows": rows_for(here, effect) if effect else [],
        "discipline_names": Discipline.choices,
        "text": text_as_shown(version, shown),
        "events": sorted(_events(version), key=lambda one: one.at),
        "threads": threads,
        "stances": _stances(threads),
        "remark_form": remark_form or (RemarkForm() if look.may_speak else None),
        "answer_form": answer_form if look.may_answer else None,
        "answered": _answered(answer_form),
        "whatif": opens("whatif", here.role),
    }
    has_errors = any(form is not None and form.errors for form in (remark_form, answer_form))
    return render(request, "contracts/agreement.html", context, status=422 if has_errors else 200)


def spoken(version: AgreementVersion, shown: Distribution) -> dict[str, Any]:
    """Return what stands on a page of what a version says, to who may read `shown` of it."""
    return {
        "chapters": [one for one in words.read_aloud(shown) if one.key not in BESIDE],
        "examples": examples_shown(shown, results_of(version)),
        "is_hidden": shown != agreement_of(version),
        "undividable": YEARLY_SURCHARGE if undividable(shown) else "",
    }


def examples_shown(shown: Distribution, results: Iterable[ExampleResult]) -> list[ExampleShown]:
    """Return the examples with what they give; of a secret rule nothing."""
    names = words.outcome_words(shown)
    found = {result.name: result.found for result in results}
    return [
        ExampleShown(
            example.name,
            tuple(words.given_words(shown, example)),
            tuple((names[key], cents, found[example.name][key])
                  for key, cents in example.then.items()),
        )
        for example in shown.examples
    ]  # fmt: skip


@open_to(*READERS)
@require_safe
def agreement_yaml(request: WorkingRequest, agreement_id: int) -> HttpResponseBase:
    """Give the text of a version as a file: byte for byte as it is signed, or what is shown."""
    version = version_of(request, agreement_id)
    if version is None:
        return refuse(request, "row", DOOR)
    text = text_for(request.workplace, version)
    part = "" if text == version.content else "-zonder-besloten-regels"
    name = f"verdeelafspraak-v{version.number}{part}.yaml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type="application/yaml; charset=utf-8", headers=headers)


def _others(request: WorkingRequest, version: AgreementVersion) -> Iterable[AgreementVersion]:
    """Return the earlier versions that the reader may see, newest first; `was_held`: it divided."""
    return (
        versions_for(request.workplace)
        .filter(network_id=version.network_id, number__lt=version.number)
        .annotate(was_held=Exists(Agreement.objects.filter(version=OuterRef("pk"))))
    )


def _compared(
    request: WorkingRequest, version: AgreementVersion, others: list[AgreementVersion]
) -> AgreementVersion | None:
    """Return the version beside which this one is laid: the one asked for, else what it replaces.

    That is the newest that ever divided; before there was one, the version that it was made from.
    """
    asked = request.GET.get("met", "")
    for one in others:
        if str(one.number) == asked:
            return one
    in_force = (one for one in others if vars(one)["was_held"])
    followed = (one for one in others if one.pk == version.follows_id)
    return next(in_force, None) or next(followed, None) or next(iter(others), None)


def _parties(version: AgreementVersion) -> list[tuple[str, list[tuple[str, str]], str]]:
    """Return the parties by discipline, each with who signed for it, and for the whole of it."""
    said = agreement_of(version)
    by_discipline = {row.discipline: row for row in version.signatures.all()
                     if not row.organisation_id and row.discipline}  # fmt: skip
    by_party = {row.organisation.agb: row for row in version.signatures.all() if row.organisation}
    return [
        (
            str(Discipline(discipline).label),
            [
                (party.name, by_party[party.agb].person.name if party.agb in by_party else "")
                for party in said.parties_of(discipline)
            ],
            by_discipline[discipline].person.name if discipline in by_discipline else "",
        )
        for discipline in dict.fromkeys(party.discipline for party in said.parties)
    ]


def _events(version: AgreementVersion) -> Iterable[Event]:
    if version.written_by:
        yield Event(version.at, _("Geschreven"), version.written_by.name, version.note)
    else:
        yield Event(version.at, _("Ingelezen"), _("uit de regiotabellen"), version.note)
    for step in version.steps.all():
        what = str(AgreementStep.Kind(step.kind).label)
        if step.ended_on:
            what = _("Eindigt op %(day)s") % {"day": f"{step.ended_on:%d-%m-%Y}"}
        yield Event(step.at, what, step.person.name, _told(step.reason))
    for row in version.signatures.all():
        yield Event(row.signed_at, _("Ondertekend"), row.person.name, row.mandate)
    in_force = getattr(version, "in_force", None)
    if in_force is not None:
        yield Event(in_force.put_at, _("Van kracht"), in_force.put_by.name, "")


def _told(reason: str) -> str:
    """Return why, in the reader's language where it was Ooievaar that said it."""
    return _(FOLLOWED) if reason == FOLLOWED else reason


def threads_of(version: AgreementVersion) -> list[Thread]:
    """Return what was asked and said, each with its answers, oldest first."""
    remarks = list(version.remarks.all())
    return [
        Thread(
            row,
            speaks_for(row),
            tuple((one, speaks_for(one)) for one in remarks if one.answers_id == row.pk),
        )
        for row in remarks
        if row.kind != Kind.ANSWER
    ]


def speaks_for(remark: AgreementRemark) -> str:
    """Say on behalf of whom something was said; of the network itself nothing."""
    if remark.organisation:
        return remark.organisation.name
    return str(Discipline(remark.discipline).label) if remark.discipline else ""


def _stances(threads: Iterable[Thread]) -> list[tuple[str, bool]]:
    """Return who consented and who objected; of each what was said last."""
    said = {
        thread.who: thread.remark.kind == Kind.CONSENT
        for thread in threads
        if thread.remark.kind in (Kind.CONSENT, Kind.OBJECTION)
    }
    return sorted(said.items())


def _answered(form: AnswerForm | None) -> int:
    """Return under which remark the form of an answer stands."""
    value = str(form["answers"].value() or "") if form is not None else ""
    return int(value) if value.isdigit() else 0
