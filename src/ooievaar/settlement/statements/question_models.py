"""What partners ask about a line of their money, and what they are answered."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ooievaar.network.models import Network, Organisation, Person, Position
from ooievaar.settlement.models import Share


class StatementQuestion(models.Model):
    """A question of a partner about one of its lines: the first message of a thread."""

    append_only = True

    network = models.ForeignKey(Network, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    share = models.ForeignKey(Share, models.PROTECT, related_name="questions")
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    asked_as = models.ForeignKey(Position, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    text = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["network", "asked_at"], name="question_of_network")]


class StatementAnswer(models.Model):
    """What followed on a question: the newest says who is to speak."""

    append_only = True

    class Kind(models.TextChoices):
        ANSWER = "answer", _("Antwoord")
        ASKED_ON = "asked_on", _("Doorgevraagd")
        CLEAR = "clear", _("Duidelijk")

    question = models.ForeignKey(StatementQuestion, models.PROTECT, related_name="answers")
    kind = models.CharField(max_length=8, choices=Kind)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    by_as = models.ForeignKey(Position, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.TextField(blank=True, help_text="leeg: alleen dat het duidelijk is")
