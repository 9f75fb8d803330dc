"""The strip on top of a page that tells which wards are full."""

from typing import Any

from django import template
from django.utils import timezone

from ooievaar.record.handover.wards import full_wards

register = template.Library()


@register.inclusion_tag("handover/full_ward_strip.html", takes_context=True)
def full_ward_strip(context: template.Context) -> dict[str, Any]:
    """Show which wards are full to whoever gives care; one query, and nothing when none is."""
    workplace = getattr(context.get("request"), "workplace", None)
    shows = workplace is not None and workplace.gives_care
    return {"full_wards": full_wards(timezone.now()) if shows else []}
