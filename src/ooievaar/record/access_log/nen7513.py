"""An event as a log line of NEN 7513, for who asks for the log itself."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC
from itertools import islice

from django.db.models import QuerySet

from ooievaar.record.access_log.models import AccessEvent, Kind
from ooievaar.record.models import Woman

EVENT_CODES: dict[str, tuple[str, str]] = {
    Kind.READ: ("110110", ""),
    Kind.LIST: ("110112", ""),
    Kind.SEARCH: ("110112", ""),
    Kind.EXPORT: ("110106", ""),
    Kind.CHANGE: ("110110", ""),
    Kind.REFUSAL: ("110113", ""),
    Kind.BREAK_GLASS: ("110113", "110127"),
    Kind.REVIEW: ("110100", ""),
    Kind.LOG_READ: ("110101", ""),
    Kind.SIGN_IN: ("110114", "110122"),
    Kind.SIGN_OUT: ("110114", "110123"),
    Kind.PEOPLE: ("110113", "110136"),
    Kind.MONEY: ("110100", ""),
}
"""EventID and EventTypeCode of the DICOM list (DCM) that audit messages use."""
SUCCESS, MINOR_FAILURE = "0", "4"
IP_ADDRESS = "2"
ROWS_AT_ONCE = 1_000

COLUMNS: dict[str, Callable[[AccessEvent], str]] = {
    "Number": lambda e: str(e.number),
    "EventID": lambda e: EVENT_CODES.get(e.kind, ("110100", ""))[0],
    "EventTypeCode": lambda e: EVENT_CODES.get(e.kind, ("", ""))[1] or e.kind,
    "EventActionCode": lambda e: e.action,
    "EventDateTime": lambda e: e.at.astimezone(UTC).isoformat(timespec="microseconds"),
    "EventOutcomeIndicator": lambda e: SUCCESS if e.is_success else MINOR_FAILURE,
    "UserID": lambda e: str(e.person_id or ""),
    "UserName": lambda e: e.person_name,
    "ResponsibleUserID": lambda e: str(e.responsible_id or ""),
    "ResponsibleUserName": lambda e: e.responsible_name,
    "OrganisationID": lambda e: str(e.organisation_id or ""),
    "OrganisationName": lambda e: e.place_name,
    "RoleIDCode": lambda e: e.role,
    "PurposeOfUse": lambda e: e.purpose,
    "NetworkAccessPointTypeCode": lambda e: IP_ADDRESS if e.address else "",
    "NetworkAccessPointID": lambda e: e.address,
    "ParticipantObjectTypeCode": lambda e: e.object_type,
    "ParticipantObjectID": lambda e: e.object_id,
    "Controles": lambda e: e.controls,
    "AuditSourceID": lambda e: e.source,
    "Hash": lambda e: e.hash,
}


def log_lines(
    events: QuerySet[AccessEvent], only_woman: Woman | None = None
) -> Iterator[list[str]]:
    """Yield the head and a line per event, oldest first; memory does not grow with the log.

    The last column says whom an event concerns: of one woman's own log only she stands in it.
    """
    yield [*COLUMNS, "Patients"]
    rows = events.order_by("number").iterator(chunk_size=ROWS_AT_ONCE)
    while chunk := list(islice(rows, ROWS_AT_ONCE)):
        references = {} if only_woman else _references(chunk)
        for event in chunk:
            women = only_woman.reference if only_woman else _named(event.women, references)
            yield [*(text(event) for text in COLUMNS.values()), women]


def _references(events: Iterable[AccessEvent]) -> dict[int, str]:
    women = {woman for event in events for woman in event.women}
    found: dict[int, str] = {}
    ids = iter(sorted(women))
    while part := list(islice(ids, ROWS_AT_ONCE)):
        found.update(Woman.objects.filter(pk__in=part).values_list("pk", "reference"))
    return found


def _named(women: Iterable[int], references: Mapping[int, str]) -> str:
    return " ".join(references.get(woman, f"#{woman}") for woman in women)
