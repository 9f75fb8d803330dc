"""Layouts and code lists that an administrator imported, and the layouts that were ever used."""

from django.db import models

from ooievaar.network.models import Person


class ImportedLayout(models.Model):
    """The layout of a standard as imported; the newest of a name is in force."""

    append_only = True

    name = models.CharField(max_length=16, db_index=True, help_text="KZ301-3.2")
    content = models.JSONField()
    sha256 = models.CharField(max_length=64, unique=True)
    imported_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    imported_at = models.DateTimeField()


class KeptLayout(models.Model):
    """A layout that a file was made or read with, so that the file can be read for good.

    The ones that come along change with the program; what was sent does not.
    """

    append_only = True

    content_hash = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=16, help_text="KZ301-3.2")
    content = models.JSONField()


class ImportedCodes(models.Model):
    """A dated code list as imported; the newest of a name is in force."""

    append_only = True

    name = models.CharField(max_length=32, db_index=True, help_text="COD954-VEKT")
    content = models.JSONField()
    sha256 = models.CharField(max_length=64, unique=True)
    imported_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    imported_at = models.DateTimeField()
