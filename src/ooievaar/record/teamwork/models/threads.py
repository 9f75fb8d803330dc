"""Conversations on a pregnancy or on one entry of it."""

from django.db import models
from django.db.models import Q

from ooievaar.network.models import Organisation, Person
from ooievaar.record.entries.models import Entry
from ooievaar.record.models import Pregnancy, Woman


class Thread(models.Model):
    """A conversation; one without an organisation holds what the system itself announces."""

    append_only = True

    pregnancy = models.ForeignKey(Pregnancy, models.PROTECT, related_name="threads")
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, blank=True, related_name="threads")
    subject = models.CharField(max_length=120)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(max_length=24, blank=True)
    started_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pregnancy"],
                condition=Q(organisation__isnull=True),
                name="one_thread_of_the_system",
            ),
        ]


class ThreadMessage(models.Model):
    """One message; a question when an answer is expected by a day.

    The woman and the pregnancy are those of the thread: who may read it is asked of them.
    `addressed` says to whom, in the names of that moment. `answers` is the question it answers.
    """

    append_only = True

    thread = models.ForeignKey(Thread, models.PROTECT, related_name="messages")
    woman = models.ForeignKey(Woman, models.PROTECT, related_name="+")
    pregnancy = models.ForeignKey(Pregnancy, models.PROTECT, related_name="thread_messages")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(max_length=24, blank=True)
    text = models.TextField()
    addressed = models.CharField(max_length=500, blank=True)
    answer_by = models.DateField(null=True, blank=True)
    answers = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="answered_by"
    )
    sent_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["sent_at"], name="message_sent"),
            models.Index(
                fields=["answer_by"],
                condition=Q(answer_by__isnull=False),
                name="message_asking",
            ),
        ]


class Mention(models.Model):
    """To whom a message speaks: an organisation, a role in it, or one person of it."""

    append_only = True

    message = models.ForeignKey(ThreadMessage, models.PROTECT, related_name="mentions")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(max_length=24, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "message"], name="mention_of_organisation")]


class ThreadRead(models.Model):
    """How far somebody read in a thread.

    Messages of one pregnancy are written one at a time, so that a higher id came later.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    thread = models.ForeignKey(Thread, models.CASCADE, related_name="reads")
    last_message = models.ForeignKey(ThreadMessage, models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "thread"], name="one_mark_per_reader"),
        ]
