"""The layouts and code lists in force: what comes along, and what was imported over it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from django.db import transaction

from ooievaar.claims.messages.codes import CodeList, Codes, load_codes, merged, short_name
from ooievaar.claims.messages.layout import (
    Field,
    Layout,
    layout_content,
    layout_of,
    shipped,
)
from ooievaar.claims.messages.workbook import read_layout
from ooievaar.claims.messages.workbook_changes import (
    Change,
    changes_between,
    missing_places,
    unfilled_fields,
)
from ooievaar.claims.models import ImportedCodes, ImportedLayout, KeptLayout
from ooievaar.network.models import Person


@dataclass(frozen=True, slots=True)
class LayoutImport:
    """What a specification would do: the layout now and then, what changes, what has no place."""

    layout: Layout
    before: Layout | None
    changes: tuple[Change, ...]
    missing: tuple[str, ...]
    unfilled: tuple[Field, ...]

    @property
    def is_known(self) -> bool:
        """Whether the layout in force says the same already."""
        return self.before is not None and self.before.content_hash == self.layout.content_hash

    @property
    def replaces(self) -> bool:
        """Whether it changes what is official, and does not only fill in what was provisional."""
        if self.before is None or self.is_known:
            return False
        return not self.before.is_provisional or any(one.is_firm for one in self.changes)


def known_layouts() -> Mapping[str, Layout]:
    """Return every layout in force by key ("KZ301-3.2"): imported before shipped."""
    newest = dict(ImportedLayout.objects.order_by("id").values_list("name", "sha256"))
    return _layouts(tuple(sorted(newest.items()))) if newest else shipped()


def layouts_with(*hashes: str) -> Mapping[str, Layout]:
    """Return the layouts in force, with those of these hashes as they were: to read what was sent.

    An empty hash asks for nothing; one that was never kept is a fault, and raises.
    """
    known = known_layouts()
    wanted = frozenset(hashes) - {""} - _hashes(known)
    if not wanted:
        return known
    return {**known, **{layout.key: layout for layout in _kept(wanted)}}


def keep_layouts(*layouts: Layout) -> None:
    """Keep layouts as they are now, so that what is made or read with them stays readable."""
    hashes = {layout.content_hash: layout for layout in layouts}
    there = KeptLayout.objects.filter(content_hash__in=hashes)
    for content_hash in there.values_list("content_hash", flat=True):
        del hashes[content_hash]
    KeptLayout.objects.bulk_create(
        (
            KeptLayout(content_hash=content_hash, name=one.key, content=layout_content(one))
            for content_hash, one in hashes.items()
        ),
        ignore_conflicts=True,
    )


def known_codes() -> Codes:
    """Return the code lists in force: the newest import of each laid over what comes along."""
    newest = dict(ImportedCodes.objects.order_by("id").values_list("name", "sha256"))
    return _codes(tuple(sorted(newest.items()))) if newest else load_codes()


def planned_import(name: str, content: bytes) -> LayoutImport:
    """Return what importing a specification would change; InputRejected when it does not hold."""
    known = known_layouts()
    layout = read_layout(name, content, known)
    before = known.get(layout.key)
    return LayoutImport(
        layout=layout,
        before=before,
        changes=changes_between(before, layout),
        missing=missing_places(layout),
        unfilled=unfilled_fields(layout),
    )


@transaction.atomic
def store_layout(layout: Layout, *, now: datetime, by: Person | None = None) -> ImportedLayout:
    """Put a layout in force; what was in force before stays readable."""
    content = layout_content(layout)
    before = ImportedLayout.objects.filter(name=layout.key).order_by("-id").first()
    return ImportedLayout.objects.create(
        name=layout.key,
        content=content,
        sha256=_chained(before, content),
        imported_by=by,
        imported_at=now,
    )


@transaction.atomic
def store_codes(new: CodeList, *, now: datetime, by: Person | None = None) -> ImportedCodes | None:
    """Put a list in force over what was imported of it before; None when nothing changes."""
    name = short_name(new.list)
    before = ImportedCodes.objects.filter(name=name).order_by("-id").first()
    whole = merged(_code_list(before.content), new) if before is not None else new
    content = whole.model_dump(mode="json")
    if before is not None and before.content == content:
        return None
    return ImportedCodes.objects.create(
        name=name,
        content=content,
        sha256=_chained(before, content),
        imported_by=by,
        imported_at=now,
    )


def _chained(before: ImportedLayout | ImportedCodes | None, content: Mapping[str, Any]) -> str:
    """The hash of a row: of what it says and of the row before it, so that it may come back."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{before.sha256 if before else ''}\n{text}".encode()).hexdigest()


@lru_cache(maxsize=4)
def _layouts(newest: tuple[tuple[str, str], ...]) -> Mapping[str, Layout]:
    """The layouts with these imports over them; read once per process, by their hashes."""
    rows = ImportedLayout.objects.filter(sha256__in=[sha256 for _, sha256 in newest])
    return MappingProxyType({**shipped(), **{row.name: layout_of(row.content) for row in rows}})


@lru_cache(maxsize=64)
def _kept(hashes: frozenset[str]) -> tuple[Layout, ...]:
    rows = KeptLayout.objects.filter(content_hash__in=hashes)
    found = {row.content_hash: layout_of(row.content) for row in rows}
    # Made before layouts were kept: it came along, or was imported.
    if missing := hashes - found.keys():
        earlier = (layout_of(row.content) for row in ImportedLayout.objects.order_by("-id"))
        for layout in (*shipped().values(), *earlier):
            if layout.content_hash in missing:
                found[layout.content_hash] = layout
    if lost := hashes - found.keys():
        raise LookupError(f"indeling {min(lost)} is niet bewaard")
    return tuple(found.values())


def _hashes(layouts: Mapping[str, Layout]) -> frozenset[str]:
    return frozenset(layout.content_hash for layout in layouts.values())


@lru_cache(maxsize=4)
def _codes(newest: tuple[tuple[str, str], ...]) -> Codes:
    rows = ImportedCodes.objects.filter(sha256__in=[sha256 for _, sha256 in newest])
    return load_codes().extended(_code_list(row.content) for row in rows)


def _code_list(content: Mapping[str, Any]) -> CodeList:
    return CodeList.model_validate_json(json.dumps(content))
