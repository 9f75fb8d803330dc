"""What is remembered of working together; what was said or decided is never changed."""

from ooievaar.record.teamwork.models.appointments import Appointment
from ooievaar.record.teamwork.models.buddies import BuddyPair
from ooievaar.record.teamwork.models.meetings import (
    AgendaItem,
    AgendaSharing,
    MeetingClosing,
    MeetingDecision,
    MeetingMinutes,
    MeetingOrganisation,
    TeamMeeting,
)
from ooievaar.record.teamwork.models.plan import PlanItem, PlanStep
from ooievaar.record.teamwork.models.threads import Mention, Thread, ThreadMessage, ThreadRead

__all__ = [
    "AgendaItem",
    "AgendaSharing",
    "Appointment",
    "BuddyPair",
    "MeetingClosing",
    "MeetingDecision",
    "MeetingMinutes",
    "MeetingOrganisation",
    "Mention",
    "PlanItem",
    "PlanStep",
    "TeamMeeting",
    "Thread",
    "ThreadMessage",
    "ThreadRead",
]
