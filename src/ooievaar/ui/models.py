"""Long work: what was asked, how far it is, and how it ended."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

INTERRUPTED_AFTER = timedelta(seconds=60)
"""Without a sign of life for so long, whoever ran a job is gone."""


class Job(models.Model):
    """One piece of long work; it stays readable after it ended.

    `title`, `words` and `message` are msgids, filled in with `parameters` or `message_values`, so
    that each reader reads their own language. Codes, counts and ids only: no personal data.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Wacht")
        RUNNING = "running", _("Bezig")
        DONE = "done", _("Klaar")
        FAILED = "failed", _("Mislukt")
        STOPPED = "stopped", _("Gestopt")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=32)
    title = models.CharField(max_length=120)
    parameters = models.JSONField(default=dict)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    position_id = models.BigIntegerField(null=True)
    network_id = models.BigIntegerField(null=True, db_index=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING, db_index=True)
    done_count = models.PositiveIntegerField(default=0)
    total_count = models.PositiveIntegerField(default=0)
    words = models.CharField(max_length=200, blank=True, help_text="wat er nu gebeurt")
    message = models.TextField(blank=True, help_text="hoe het afliep")
    message_values = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    stop_requested = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=120, blank=True, help_text="computer:proces:sleutel")
    task_id = models.CharField(max_length=36, blank=True, help_text="plaats in de wachtrij")

    class Meta:
        indexes = [models.Index(fields=["network_id", "-created_at"], name="jobs_of_network")]

    @property
    def name(self) -> str:
        """What the job is, in the language of whoever reads."""
        return filled_in(self.title, self.parameters)

    @property
    def doing(self) -> str:
        """What happens now."""
        return gettext(self.words) if self.words else ""

    @property
    def told(self) -> str:
        """How it ended; empty until then."""
        return filled_in(self.message, self.message_values) if self.message else ""

    @property
    def is_live(self) -> bool:
        """Tell whether it waits or runs."""
        return self.state in (self.State.WAITING, self.State.RUNNING)

    @property
    def is_interrupted(self) -> bool:
        """Tell whether it runs on paper only: no worker gave a sign of life."""
        return self.is_interrupted_at(timezone.now())

    def is_interrupted_at(self, now: datetime) -> bool:
        """Tell whether nobody seemed to run it any more at a moment."""
        return (
            self.state == self.State.RUNNING
            and (self.heartbeat_at or self.created_at) < now - INTERRUPTED_AFTER
        )

    @property
    def can_start_again(self) -> bool:
        """Tell whether somebody may start it again: it ended without a result."""
        return self.state in (self.State.FAILED, self.State.STOPPED) or self.is_interrupted

    @property
    def percent(self) -> int:
        """How far it is, of 100."""
        return min(100, self.done_count * 100 // self.total_count) if self.total_count else 0


def filled_in(text: str, values: dict[str, Any]) -> str:
    """Translate a msgid and fill in its values; a month by its name."""
    if "month" in values:
        first = date.fromisoformat(f"{values['month']}-01")
        return capfirst(gettext(text) % {**values, "month": date_format(first, "F Y")})
    return gettext(text) % values if values else gettext(text)
