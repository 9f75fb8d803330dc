"""On which account everybody is paid: proposed by one, checked by another, and ended in time."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ooievaar.network.doors import Door, WorkingRequest, open_to, refuse
from ooievaar.network.models import Network, Organisation
from ooievaar.network.roles import WHOLE_NETWORK_ROLES, Role
from ooievaar.network.signing_in.again import reauthenticated
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import NO_RELATION, note
from ooievaar.record.permissions import known
from ooievaar.record.relations import Rejected
from ooievaar.settlement.payments.accounts import (
    accounts_before,
    approve_account,
    end_account,
    propose_account,
    refuse_account,
)
from ooievaar.settlement.payments.models import BankAccount, BankAccountStep
from ooievaar.settlement.payments.pages import words
from ooievaar.settlement.payments.pages.forms import (
    APPROVE,
    AccountForm,
    DecisionForm,
    EndForm,
    WhoseAccountForm,
)
from ooievaar.settlement.payments.pages.reading import network_of
from ooievaar.settlement.payments.queries import accounts_for
from ooievaar.settlement.tabs import our_tabs_for, tabs_for
from ooievaar.ui.check_answers import confirmed, sign_answers
from ooievaar.ui.columns import Column
from ooievaar.ui.tables import Filter, Table
from ooievaar.ui.templatetags.ooievaar import day

State = BankAccountStep.State
WAITS = "proposed"
TAGS = {WAITS: "tag-warm", State.APPROVED: "tag-good", State.REFUSED: "tag-plain",
        State.ENDED: "tag-plain"}  # fmt: skip
TYPED = "bank-account"
OUR_TYPED = "our-bank-account"


def standing_accounts(accounts: QuerySet[BankAccount]) -> QuerySet[Any]:
    """Return accounts with what became of them: the newest step, and the day of an end."""
    steps = BankAccountStep.objects.filter(account=OuterRef("pk")).order_by("-pk")
    return accounts.annotate(
        state=Subquery(steps.values("state")[:1]), ends_on=Subquery(steps.values("ends_on")[:1])
    ).select_related("organisation", "network", "proposed_by")


def state_tag(account: Any) -> Any:
    """Return how an account stands, as a tag."""
    return words.tag(TAGS, account.state or WAITS, state_text(account))


def state_text(account: Any) -> str:
    """Return how an account stands."""
    if account.state == State.ENDED:
        return _("Eindigt op %(day)s") % {"day": day(account.ends_on)}
    return str(State(account.state).label) if account.state else _("Wacht op goedkeuring")


def holder_of(account: BankAccount) -> str:
    """Return whose account it is."""
    return account.organisation.name if account.organisation else account.network.name


def _of_state(rows: QuerySet[Any], state: str) -> QuerySet[Any]:
    return rows.filter(state__isnull=True) if state == WAITS else rows.filter(state=state)


@open_to(*WHOLE_NETWORK_ROLES)
@require_http_methods(["GET", "HEAD"])
def bank_accounts(request: WorkingRequest) -> HttpResponseBase:
    """List the accounts of everybody, those that wait first; IBANs whole for who checks them."""
    here = request.workplace

    def iban(account: Any) -> str:
        return words.shown_iban(account.iban, here)

    table = Table(
        "rekeningen",
        [
            Column("wie", _("Van wie"), holder_of, sort=("organisation__name", "valid_from"),
                   link=lambda account: reverse("bank_account", args=[account.pk])),
            Column("rekening", _("Rekening"), iban,
                   show=lambda account: words.unbroken(iban(account))),
            Column("naam", _("Op naam van"), lambda account: account.name, sort="name"),
            Column("vanaf", _("Vanaf"), lambda account: account.valid_from, "day",
                   sort="valid_from"),
            Column("stand", _("Stand"), state_text, sort="state", show=state_tag),
            Column("opgegeven", _("Opgegeven door"), lambda account: account.proposed_by.name),
            Column("op", _("Opgegeven op"), lambda account: account.proposed_at, "moment",
                   sort="proposed_at", is_default=False),
        ],
        standing_accounts(accounts_for(here)).order_by(
            F("state").asc(nulls_first=True), "-valid_from", "-pk"
        ),
        request,
        search_label=_("Zoek op naam"),
        search=lambda rows, text: rows.filter(
            Q(organisation__name__icontains=text) | Q(name__icontains=text)
        ),
        filters=[
            Filter("stand", _("Stand"),
                   [(WAITS, _("Wacht op goedkeuring")), *State.choices],
                   _of_state),
        ],
        caption=_("Rekeningen"),
        empty_heading=_("Nog geen rekeningen"),
        empty_text=_(
            "Hier komt op welke rekening wordt betaald. Elke praktijk geeft haar eigen rekening "
            "op; de controller kan het ook doen. Een ander keurt haar goed."
        ),
    )  # fmt: skip
    if table.wants_export:
        note(request, Kind.EXPORT, "bank_account", controls=NO_RELATION, rows=table.count)
        return table.export(table.wants_export)
    context = {
        "table": table,
        "tabs": tabs_for(here),
        "may_propose": here.role is Role.CONTROLLER,
        "is_masked": here.role not in words.SEES_IBANS,
    }
    return render(request, "payments/accounts.html", context)


@open_to(*WHOLE_NETWORK_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def bank_account(request: WorkingRequest, account_id: int) -> HttpResponseBase:
    """Show one account beside the one before it, and take a decision about it to its check."""
    here = request.workplace
    account: Any = standing_accounts(accounts_for(here)).filter(pk=account_id).first()
    if account is None:
        return refuse(request, "row", Door(frozenset(WHOLE_NETWORK_ROLES)))
    form, end_form = DecisionForm(), EndForm(initial={"ends_on": timezone.localdate()})
    if request.method == "POST":
        match request.POST.get("doe"), here.role:
            case "besluiten", Role.APPROVER:
                form = DecisionForm(request.POST)
                if form.is_valid():
                    request.session[_key(account)] = form.cleaned_data
                    return redirect("decide_bank_account", account.pk)
            case "eindigen", Role.CONTROLLER | Role.APPROVER:
                end_form = EndForm(request.POST)
                if end_form.is_valid():
                    return _end(request, account, end_form.cleaned_data)
    is_own = account.proposed_by_id == here.person_id
    waits = account.state is None
    before = previous_account(account)
    context = {
        "account": account,
        "holder": holder_of(account),
        "iban": words.shown_iban(account.iban, here),
        "before": before,
        "before_iban": words.shown_iban(before.iban, here) if before else "",
        "is_changed": before is not None and before.iban != account.iban,
        "tag": state_tag(account),
        "steps": [
            {"at": step.at, "done": step.get_state_display(), "reason": step.reason,
             "who": step.person.name if step.person else _("Ooievaar zelf")}
            for step in account.steps.select_related("person").order_by("pk")
        ],
        "form": form,
        "end_form": end_form,
        "tabs": tabs_for(here),
        "may_decide": here.role is Role.APPROVER and waits and not is_own,
        "waits_for_another": here.role is Role.APPROVER and waits and is_own,
        "may_end": here.role in (Role.CONTROLLER, Role.APPROVER)
        and account.state == State.APPROVED,
        "is_ending": bool(end_form.errors),
    }  # fmt: skip
    failed = form.errors or end_form.errors
    return render(request, "payments/account.html", context, status=422 if failed else 200)


def previous_account(account: BankAccount) -> BankAccount | None:
    """Return the account that this one comes, or came, in the place of."""
    if account.state == State.APPROVED:  # type: ignore[attr-defined]
        return accounts_before([account], account.network).get(account.pk)
    approved = standing_accounts(
        BankAccount.objects.filter(network_id=account.network_id, organisation=account.organisation)
    ).filter(state=State.APPROVED)
    return approved.exclude(pk=account.pk).order_by("-valid_from", "-pk").first()


def _end(request: WorkingRequest, account: BankAccount, typed: dict[str, Any]) -> HttpResponse:
    made = end_account(
        request.workplace, account, typed["ends_on"], typed["reason"], timezone.now()
    )
    if isinstance(made, Rejected):
        messages.error(request, str(made.reason))
    else:
        _note(request, account, "ended")
        said = _("Vanaf %(day)s wordt er niets meer op gestort.")
        messages.success(request, said % {"day": day(typed["ends_on"])})
    return redirect("bank_account", account.pk)


def _note(request: WorkingRequest, account: BankAccount, step: str) -> None:
    note(request, Kind.MONEY, "bank_account", account.pk, controls=NO_RELATION, step=step)


def _key(account: BankAccount) -> str:
    return f"bank-account-{account.pk}"


@open_to(Role.APPROVER)
@reauthenticated
@require_http_methods(["GET", "HEAD", "POST"])
def decide_bank_account(request: WorkingRequest, account_id: int) -> HttpResponseBase:
    """Show once more what is approved or refused of an account, and do it."""
    here = request.workplace
    account: Any = standing_accounts(accounts_for(here)).filter(pk=account_id).first()
    if account is None:
        return refuse(request, "row", Door(frozenset({Role.APPROVER})))
    back = reverse("bank_account", args=[account.pk])
    decision = request.session.get(_key(account), {})
    purpose = f"decide-account:{here.position_id}:{account.pk}"
    if request.method == "POST":
        answers = confirmed(request, purpose)
        return (
            _decide(request, account, answers)
            if answers is not None
            else redirect("decide_bank_account", account.pk)
        )
    if not decision or account.state is not None:
        return redirect(back)
    is_approval = decision["decision"] == APPROVE
    before = previous_account(account)
    rows = account_answers(account, holder_of(account), back="")
    if before is not None and before.iban != account.iban:
        rows.append((_("Hiervoor"), words.shown_iban(before.iban, here), ""))
    rows.append((_("Opgegeven door"), account.proposed_by.name, ""))
    if not is_approval:
        rows.append((_("Reden"), decision["reason"], back))
    context = {
        "heading": _("Controleer: rekening goedkeuren")
        if is_approval
        else _("Controleer: rekening afkeuren"),
        "answers": rows,
        "action": _("Goedkeuren") if is_approval else _("Afkeuren"),
        "token": sign_answers(decision, purpose=purpose),
        "back_address": back,
        "warning": _(
            "Heeft u de rekening nagevraagd bij iemand die u kent, op een nummer dat u al had? "
            "Een gewijzigde rekening in een bericht is een bekende vorm van fraude."
        )
        if is_approval
        else "",
    }
    return render(request, "ooievaar/check_answers.html", context)


def _decide(request: WorkingRequest, account: BankAccount, answers: dict[str, Any]) -> HttpResponse:
    here, now = request.workplace, timezone.now()
    if answers["decision"] == APPROVE:
        made, said = approve_account(here, account, now), _("De rekening is goedgekeurd.")
    else:
        made = refuse_account(here, account, str(answers["reason"]), now)
        said = _("De rekening is afgekeurd.")
    request.session.pop(_key(account), None)
    if isinstance(made, Rejected):
        messages.error(request, str(made.reason))
    else:
        _note(request, account, made.state)
        messages.success(request, said)
    return redirect("bank_account", account.pk)


# --- Proposing: by the controller for anybody, by a practice for itself ---


def account_answers(account: Any, holder: str, back: str) -> list[tuple[str, str, str]]:
    """Return what is typed of an account, to check letter by letter."""
    iban = " ".join(account.iban[start : start + 4] for start in range(0, len(account.iban), 4))
    return [
        (_("Van wie"), holder, back),
        (_("IBAN"), iban, back),
        (_("Op naam van"), account.name, back),
        (_("Vanaf"), day(account.valid_from), back),
        (_("Toelichting"), account.note or "–", back),
    ]


@open_to(Role.CONTROLLER)
@require_http_methods(["GET", "HEAD", "POST"])
def propose_bank_account(request: WorkingRequest) -> HttpResponseBase:
    """Ask the controller for an account of somebody, or of the network itself."""
    typed = request.session.get(TYPED) or {"valid_from": timezone.localdate()}
    form = WhoseAccountForm(_payees(request), request.POST or None, initial=typed)
    if request.method == "POST" and form.is_valid():
        return _keep(request, TYPED, form, "check_bank_account")
    context = {
        "form": form,
        "back": reverse("bank_accounts"),
        "tabs": tabs_for(request.workplace),
        "heading": _("Rekening opgeven"),
    }
    return render(
        request, "payments/account_form.html", context, status=422 if form.errors else 200
    )


def _payees(request: WorkingRequest) -> QuerySet[Organisation]:
    """Return who may be paid here: members, now or before, and suppliers."""
    network_id = known(request.workplace.network_id)
    return (
        Organisation.objects.filter(
            Q(memberships__network_id=network_id) | Q(supplies__network_id=network_id)
        )
        .distinct()
        .order_by("name")
    )


def _keep(request: WorkingRequest, key: str, form: AccountForm, following: str) -> HttpResponse:
    typed = {**form.cleaned_data, "valid_from": form.cleaned_data["valid_from"].isoformat()}
    request.session[key] = typed
    return redirect(following)


@open_to(Role.CONTROLLER)
@reauthenticated
@require_http_methods(["GET", "HEAD", "POST"])
def check_bank_account(request: WorkingRequest) -> HttpResponseBase:
    """Show once more what the controller typed, and propose it."""
    return _check(request, TYPED, "propose_bank_account", "bank_accounts")


def _check(request: WorkingRequest, key: str, form: str, done: str) -> HttpResponse:
    here = request.workplace
    purpose = f"propose-account:{here.position_id}"
    if request.method == "POST":
        answers = confirmed(request, purpose)
        return (
            _propose(request, key, answers, form, done)
            if answers is not None
            else redirect(request.path)
        )
    typed = request.session.get(key)
    if not typed:
        return redirect(form)
    whose = _whose(request, typed)
    network = _network(request)
    proposed = BankAccount(
        iban=typed["iban"],
        name=typed["name"],
        valid_from=date.fromisoformat(typed["valid_from"]),
        note=typed["note"],
    )
    current = standing_accounts(
        BankAccount.objects.filter(network=network, organisation=whose)
    ).filter(state=State.APPROVED)
    before = current.order_by("-valid_from", "-pk").first()
    warning = _("Er wordt niets op gestort voordat een ander deze rekening goedkeurt.")
    if before is not None and before.iban != typed["iban"]:
        warning = _(
            "Dit is een andere rekening dan nu (eindigt op %(end)s). Wie goedkeurt, ziet dat, en "
            "bij de eerstvolgende betalingen wordt erop gewezen."
        ) % {"end": before.iban[-4:]}
    holder = whose.name if whose else network.name
    context = {
        "heading": _("Controleer: rekening opgeven"),
        "answers": account_answers(proposed, holder, reverse(form)),
        "action": _("Ter goedkeuring aanbieden"),
        "token": sign_answers(typed, purpose=purpose),
        "back_address": reverse(form),
        "warning": warning,
    }
    return render(request, "ooievaar/check_answers.html", context)


def _propose(
    request: WorkingRequest, key: str, typed: dict[str, Any], form: str, done: str
) -> HttpResponse:
    made = propose_account(
        request.workplace,
        _network(request),
        _whose(request, typed),
        iban=typed["iban"],
        name=typed["name"],
        valid_from=date.fromisoformat(typed["valid_from"]),
        now=timezone.now(),
        note=typed["note"],
    )
    if isinstance(made, Rejected):
        messages.error(request, str(made.reason))
        return redirect(form)
    request.session.pop(key, None)
    _note(request, made, "proposed")
    messages.success(request, _("De rekening wacht op goedkeuring door een ander."))
    return redirect(done)


def _network(request: WorkingRequest) -> Network:
    """Return the network of an account: the own, or the one in which a practice takes part."""
    here = request.workplace
    if here.network_id is not None:
        return network_of(here)
    return our_networks(request)[0]


def _whose(request: WorkingRequest, typed: dict[str, Any]) -> Organisation | None:
    if request.workplace.role is Role.PRACTICE_ADMINISTRATOR:
        return request.workplace.organisation
    whose = int(typed["whose"])
    return _payees(request).get(pk=whose) if whose else None


def our_networks(request: WorkingRequest) -> list[Network]:
    """Return the networks that pay our organisation, those with an account of ours first."""
    organisation_id = known(request.workplace.organisation_id)
    found = Network.objects.filter(memberships__organisation_id=organisation_id).distinct()
    return list(found.order_by("kind", "pk"))


@open_to(Role.PRACTICE_ADMINISTRATOR)
@require_http_methods(["GET", "HEAD"])
def our_bank_account(request: WorkingRequest) -> HttpResponseBase:
    """Show a practice on which account it is paid, and what waits for approval."""
    here = request.workplace
    accounts: list[Any] = list(standing_accounts(accounts_for(here)))
    today = timezone.localdate()
    approved = [
        one
        for one in accounts
        if one.state in (State.APPROVED, State.ENDED) and one.valid_from <= today
    ]
    newest = approved[0] if approved else None
    ended = newest is not None and newest.state == State.ENDED and newest.ends_on <= today
    rows = [
        {"account": one, "iban": words.shown_iban(one.iban, here, is_own=True),
         "tag": state_tag(one)}
        for one in accounts
    ]  # fmt: skip
    context = {
        "now": None if ended else newest,
        "now_iban": words.shown_iban(newest.iban, here, is_own=True) if newest else "",
        "waiting": [one for one in accounts if one.state is None],
        "rows": rows,
        "has_network": bool(accounts) or bool(our_networks(request)),
        "tabs": our_tabs_for(here),
    }
    return render(request, "payments/our_account.html", context)


@open_to(Role.PRACTICE_ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def propose_our_account(request: WorkingRequest) -> HttpResponseBase:
    """Ask a practice for its own account."""
    if not our_networks(request):
        return redirect("our_bank_account")
    typed = request.session.get(OUR_TYPED) or {"valid_from": timezone.localdate()}
    form = AccountForm(request.POST or None, initial=typed)
    if request.method == "POST" and form.is_valid():
        return _keep(request, OUR_TYPED, form, "check_our_account")
    context = {
        "form": form,
        "back": reverse("our_bank_account"),
        "tabs": our_tabs_for(request.workplace),
        "heading": _("Onze rekening opgeven"),
    }
    return render(
        request, "payments/account_form.html", context, status=422 if form.errors else 200
    )


@open_to(Role.PRACTICE_ADMINISTRATOR)
@reauthenticated
@require_http_methods(["GET", "HEAD", "POST"])
def check_our_account(request: WorkingRequest) -> HttpResponseBase:
    """Show once more what a practice typed of its account, and propose it."""
    if not our_networks(request):
        return redirect("our_bank_account")
    return _check(request, OUR_TYPED, "propose_our_account", "our_bank_account")
