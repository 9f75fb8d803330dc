"""Who may see which scenario, and who may run one."""

from django.db.models import QuerySet

from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.record.permissions import known
from ooievaar.settlement.whatif.models import Scenario
from ooievaar.ui.models import Job

KIND = "whatif"
"""The kind of job that runs a scenario."""
STARTERS = frozenset({Role.CONTROLLER, Role.DIRECTOR})


def scenarios_for(workplace: Workplace) -> QuerySet[Scenario]:
    """Return the scenarios that a workplace may see: of its network, for who sees all its money.

    A discipline and a practice see what concerns them at the agreement that a scenario belongs to.
    """
    scenarios = Scenario.objects.select_related("made_by", "network", "care_shift")
    if not workplace.sees_whole_network:
        return scenarios.none()
    return scenarios.filter(network_id=known(workplace.network_id)).order_by("-at", "-pk")


def runs_for(workplace: Workplace) -> QuerySet[Job]:
    """Return the runs that a workplace may see and stop: of its network, for who may start one."""
    if workplace.role not in STARTERS:
        return Job.objects.none()
    jobs = Job.objects.filter(kind=KIND, network_id=known(workplace.network_id))
    return jobs.select_related("started_by").order_by("-created_at")
