"""The page that prints the rule book: what holds, from when, who says so, and did we read it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ooievaar.network.doors import open_to_everybody_signed_in
from ooievaar.rulebook import Entry, load


@open_to_everybody_signed_in
def rule_book(request: HttpRequest) -> HttpResponse:
    """Show the entries that fit the filters of the address, section by section."""
    book = load()
    sections = book.sections()
    filters = {
        "zoek": request.GET.get("zoek", "").strip()[:80],
        "deel": request.GET.get("deel", ""),
        "bron": request.GET.get("bron", ""),
    }
    words = filters["zoek"].casefold().split()
    shown = []
    for section in sections:
        if filters["deel"] and section.key != filters["deel"]:
            continue
        entries = [
            entry
            for entry in section.entries
            if fits_mark(entry, filters["bron"]) and fits_words(entry, words)
        ]
        if entries:
            shown.append((section, entries))
    every = [entry for section in sections for entry in section.entries]
    verified = sum(entry.verified for entry in every)
    context = {
        "book": book,
        "sections": sections,
        "shown": shown,
        "filters": filters,
        "is_filtered": any(filters.values()),
        "total": len(every),
        "verified": verified,
        "provisional": len(every) - verified,
        "found": sum(len(entries) for _section, entries in shown),
    }
    return render(request, "web/rule_book.html", context)


def fits_mark(entry: Entry, mark: str) -> bool:
    """Tell whether an entry has the mark that was asked for; an unknown mark asks nothing."""
    return {"gelezen": entry.verified, "voorlopig": not entry.verified}.get(mark, True)


def fits_words(entry: Entry, words: list[str]) -> bool:
    """Tell whether every word stands somewhere in the entry, in either language."""
    text = " ".join(
        (
            entry.key,
            entry.name_nl,
            entry.name_en,
            entry.sentence_nl,
            entry.sentence_en,
            entry.value_nl,
            entry.value_en,
            entry.source,
        )
    ).casefold()
    return all(word in text for word in words)
