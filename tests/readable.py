"""What any explanation must be: whole, filled in, and told in two languages."""

from ooievaar.bundles.explain import Explanation
from ooievaar.kernel.period import FAR_DATE


def readable(explanation: Explanation) -> str:
    """All of its text; every part is there, and no brace was left unfilled."""
    parts = (
        *(explanation.title, explanation.outcome, explanation.rule_sentence),
        *(explanation.source, explanation.nearest_change, explanation.edition),
        *(line.text for line in explanation.evidence),
    )
    text = "\n".join(parts)
    assert all(parts), explanation
    assert not set("{}") & set(text), text
    assert "None" not in text and "  " not in text and ".." not in text, text
    assert f"{FAR_DATE:%d-%m-%Y}" not in text, text
    return text


def in_both_languages(dutch: Explanation, english: Explanation) -> None:
    assert readable(dutch) != readable(english)
    for part in ("outcome", "rule_sentence", "nearest_change"):
        assert getattr(dutch, part) != getattr(english, part)
    assert [line.activity_id for line in dutch.evidence] == [
        line.activity_id for line in english.evidence
    ]
