"""What a page showed of whom, gathered while it is made; the middleware appends it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.http import HttpRequest

from ooievaar.kernel.identifiers import is_bsn
from ooievaar.record.access_log.models import Action, Kind

ACTIONS = {
    Kind.READ: Action.READ,
    Kind.LIST: Action.READ,
    Kind.SEARCH: Action.READ,
    Kind.EXPORT: Action.READ,
    Kind.CHANGE: Action.UPDATE,
    Kind.REFUSAL: Action.READ,
    Kind.BREAK_GLASS: Action.EXECUTE,
    Kind.REVIEW: Action.UPDATE,
    Kind.LOG_READ: Action.READ,
    Kind.SIGN_IN: Action.EXECUTE,
    Kind.SIGN_OUT: Action.EXECUTE,
    Kind.PEOPLE: Action.UPDATE,
    Kind.MONEY: Action.EXECUTE,
}
NO_RELATION = "TFFF"
"""Authorised by role alone: nobody's record was opened, so no relation or consent was asked."""
CONTROLS = re.compile(r"[TF]{4}")
CODE = re.compile(r"[\w.,:/+-]{0,64}", re.ASCII)
"""What a text in `detail` may look like: a code, a date, names of fields; never a sentence."""


class NotedTooLate(RuntimeError):
    """A look was noted after the events of its request had been appended."""


@dataclass(frozen=True, slots=True)
class Look:
    """One event before it has a number: `women` are ids of whom something was to be seen.

    `detail` holds counts, field names and codes; never a name, a number of a person or free text.
    `purpose` is empty where it is that of the role; with the emergency button it is emergency.
    """

    kind: Kind
    object_type: str
    object_id: str = ""
    women: tuple[int, ...] = ()
    controls: str = "TTTF"
    is_success: bool = True
    action: Action | None = None
    detail: Mapping[str, str | int] = field(default_factory=dict)
    purpose: str = ""

    def __post_init__(self) -> None:
        if not CONTROLS.fullmatch(self.controls):
            raise ValueError(f"controls are four of T or F, not {self.controls!r}")
        for key, value in self.detail.items():
            if isinstance(value, str) and (not CODE.fullmatch(value) or is_bsn(value)):
                raise ValueError(f"detail {key!r} of an event holds codes and counts only")


def note(
    request: HttpRequest,
    kind: Kind,
    object_type: str,
    object_id: object = "",
    *,
    women: Iterable[int] = (),
    controls: str = "TTTF",
    is_success: bool = True,
    action: Action | None = None,
    purpose: str = "",
    **detail: str | int,
) -> None:
    """Remember an event of this request, to be appended when the page succeeds.

    Raises NotedTooLate when the events of the request were appended already: what a streaming
    answer will show must be noted before the view returns it.
    """
    look = Look(
        kind=kind,
        object_type=object_type,
        object_id=str(object_id),
        women=tuple(sorted(set(women))),
        controls=controls,
        is_success=is_success,
        action=action,
        detail=detail,
        purpose=purpose,
    )
    looks: list[Look] | None = request.__dict__.setdefault("looks", [])
    if looks is None:
        raise NotedTooLate(f"{kind} of {object_type} after the answer was given")
    looks.append(look)


def take_looks(request: HttpRequest) -> list[Look]:
    """Return what was noted so far; from now on nothing can be noted any more."""
    looks: list[Look] | None = request.__dict__.get("looks")
    request.__dict__["looks"] = None
    return looks or []
