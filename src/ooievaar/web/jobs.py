"""The long work of a network: what waits, what runs, how it ended; and stopping it."""

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ooievaar.network.doors import Door, WorkingRequest, open_to, refuse
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.ui.columns import Column
from ooievaar.ui.jobs import start_again, stop_job
from ooievaar.ui.models import Job
from ooievaar.ui.tables import Table

JOB_ROLES = (Role.CONTROLLER, Role.APPROVER)
TAGS = {
    Job.State.WAITING: "tag-plain",
    Job.State.RUNNING: "tag-warm",
    Job.State.DONE: "tag-good",
    Job.State.FAILED: "tag-alarm",
    Job.State.STOPPED: "tag-plain",
}


def jobs_for(workplace: Workplace) -> QuerySet[Job]:
    """Return the jobs that a workplace may see: those of its network."""
    if workplace.role not in JOB_ROLES or workplace.network_id is None:
        return Job.objects.none()
    return Job.objects.filter(network_id=workplace.network_id).select_related("started_by")


@open_to(*JOB_ROLES)
@require_safe
def jobs(request: WorkingRequest) -> HttpResponseBase:
    """List the jobs of the network, newest first."""
    table = Table(
        "taken",
        [
            Column("taak", _("Taak"), lambda job: job.name, link=job_address),
            Column("stand", _("Stand"), state_words, sort="state", show=state_tag),
            Column("wie", _("Gevraagd door"), lambda job: job.started_by.name),
            Column("begin", _("Gevraagd"), lambda job: job.created_at, "moment", "created_at"),
            Column("eind", _("Klaar"), lambda job: job.ended_at, "moment", "ended_at"),
        ],
        jobs_for(request.workplace).order_by("-created_at"),
        request,
        caption=_("Taken"),
        empty_heading=_("Nog geen taken"),
        empty_text=_(
            "Lang werk, zoals een maand afsluiten, komt hier te staan met hoe ver het is."
        ),
    )
    if table.wants_export:
        return table.export(table.wants_export)
    return render(request, "ooievaar/jobs/jobs.html", {"table": table})


def job_address(job: Job) -> str:
    """Return where a job is shown."""
    return reverse("job", args=[job.pk])


def state_words(job: Job) -> str:
    """Return how a job stands, in words."""
    return _("Onderbroken") if job.is_interrupted else str(Job.State(job.state).label)


def state_tag(job: Job) -> str:
    """Return how a job stands as a tag."""
    tone = "tag-alarm" if job.is_interrupted else TAGS[Job.State(job.state)]
    return format_html('<span class="tag {}">{}</span>', tone, state_words(job))


@open_to(*JOB_ROLES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def job(request: WorkingRequest, job_id: UUID) -> HttpResponse:
    """Show how far a job is; the page asks again each second until it ends."""
    found = jobs_for(request.workplace).filter(pk=job_id).first()
    if found is None:
        return refuse(request, "row", Door(frozenset(JOB_ROLES)))
    if request.method == "POST":
        return _do(request, found)
    context = {
        "job": found,
        "state": state_words(found),
        "way_on": way_on(found, request.workplace),
    }
    if not getattr(request, "htmx", False):
        response = render(request, "ooievaar/jobs/job.html", context)
    elif found.is_live:
        response = render(request, "ooievaar/jobs/moving.html", context)
    else:
        response = render(request, "ooievaar/jobs/progress.html", context)
        response["HX-Retarget"] = "#job"
    patch_vary_headers(response, ["HX-Request"])
    return response


def _do(request: WorkingRequest, found: Job) -> HttpResponse:
    if request.POST.get("doe") == "stoppen":
        if stop_job(found):
            messages.info(request, _("De taak is gevraagd te stoppen."))
        else:
            messages.warning(request, _("De taak was al klaar; er viel niets te stoppen."))
    elif request.POST.get("doe") == "opnieuw":
        if start_again(found):
            messages.success(request, _("De taak staat opnieuw in de rij."))
        else:
            messages.warning(request, _("De taak loopt al, of is klaar."))
    return redirect("job", found.pk)


def way_on(job: Job, workplace: Workplace) -> tuple[str, str] | None:
    """Return where somebody goes on after a job, as an address and its words."""
    month = str(job.parameters.get("month", ""))
    is_done = job.state == Job.State.DONE
    if job.kind == "draft_closing" and workplace.role is Role.CONTROLLER:
        return reverse("close_month", args=[month]), _("Naar de cijfers") if is_done else _("Terug")
    if job.kind == "close_month":
        if is_done:
            return reverse("month_page", args=[month]), _("Naar de afgesloten maand")
        if workplace.role is Role.CONTROLLER:
            return reverse("close_month", args=[month]), _("Naar de afsluiting")
        number = job.parameters.get("request")
        return reverse("approve_closing", args=[number]), _("Naar de afsluiting")
    if job.kind == "look_at_payments" and workplace.role is Role.CONTROLLER:
        return reverse("propose_payment_run"), _("Naar wat er te betalen is")
    if job.kind == "send_payment_run":
        return reverse("payment_run", args=[job.parameters["run"]]), _("Naar de betaalrun")
    if job.kind == "offset_advances":
        return reverse("advances"), _("Naar de voorschotten")
    return None
