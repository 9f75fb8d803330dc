"""The chain of events: one row per look, in the order of its number, without a gap."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Action(models.TextChoices):
    """The event action code of NEN 7513."""

    CREATE = "C", _("Toegevoegd")
    READ = "R", _("Ingezien")
    UPDATE = "U", _("Gewijzigd")
    DELETE = "D", _("Verwijderd")
    EXECUTE = "E", _("Uitgevoerd")


class Kind(models.TextChoices):
    """What happened, in the words of the people who ask."""

    READ = "read", _("Dossier ingezien")
    LIST = "list", _("In een lijst gezien")
    SEARCH = "search", _("Gezocht")
    EXPORT = "export", _("Uitgevoerd naar een bestand")
    CHANGE = "change", _("Gewijzigd")
    REFUSAL = "refusal", _("Geweigerd")
    BREAK_GLASS = "break_glass", _("Noodknop gebruikt")
    REVIEW = "review", _("Gebruik van de noodknop beoordeeld")
    LOG_READ = "log_read", _("Toegangslog ingezien")
    SIGN_IN = "sign_in", _("Aangemeld")
    SIGN_OUT = "sign_out", _("Afgemeld")
    PEOPLE = "people", _("Functie gegeven of beëindigd")
    MONEY = "money", _("Maand voorbereid, goedgekeurd of afgesloten")


class AccessEvent(models.Model):
    """One event; `number` counts from 1 without a gap, `hash` covers the row and the one before.

    `at` is when the event began. `controls` are the four checks of NEN 7513 as T or F:
    authorisation, treatment relation, consent, emergency button. `format` says which fields the
    hash covers, so that old rows stay provable when fields are added.
    """

    append_only = True

    number = models.BigIntegerField(primary_key=True)
    format = models.PositiveSmallIntegerField()
    at = models.DateTimeField(db_index=True)
    kind = models.CharField(max_length=12, choices=Kind)
    action = models.CharField(max_length=1, choices=Action)
    is_success = models.BooleanField()
    person_id = models.BigIntegerField(null=True)
    person_name = models.CharField(max_length=310, blank=True)
    responsible_id = models.BigIntegerField(null=True, help_text="namens wie")
    responsible_name = models.CharField(max_length=310, blank=True)
    organisation_id = models.BigIntegerField(null=True)
    network_id = models.BigIntegerField(null=True)
    place_name = models.CharField(max_length=400, blank=True)
    role = models.CharField(max_length=24, blank=True)
    purpose = models.CharField(max_length=16, blank=True)
    object_type = models.CharField(max_length=32)
    object_id = models.CharField(max_length=64, blank=True)
    controls = models.CharField(max_length=4)
    address = models.CharField(max_length=45, blank=True, help_text="netwerkadres")
    source = models.CharField(max_length=80, help_text="het systeem dat dit schreef")
    women = models.JSONField(default=list, help_text="ids van wie er iets te zien was")
    detail = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["person_id", "number"], name="event_of_person")]


class AccessSubject(models.Model):
    """Which event concerns which woman: the index for "who looked at my record".

    Rows come in the order of their events, so that a check reads both tables side by side.
    """

    append_only = True

    event = models.ForeignKey(AccessEvent, models.PROTECT, db_index=False, related_name="subjects")
    woman_id = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["woman_id", "event"], name="subject_of_woman")]
