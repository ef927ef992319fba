"""A ladder is hidden behind another.

Of several ladders that are in force for the same accounts, categories and version, the first one listed decides. A
later one with the same pattern is not heard while the earlier one lasts: an `until` was forgotten, or `from` is too
early. A ladder for a narrower pattern listed first is no mistake; one listed after the wider pattern is never
heard.
"""

from __future__ import annotations

from collections.abc import Iterator

from lictor.author.lint.finding import Fault, listed
from lictor.author.lint.ladders import fitting, holds, ladder_for
from lictor.author.lint.study import Study
from lictor.policy.models import Ladder

CODE = "L021"
LEVEL = "warning"


def find(study: Study) -> Iterator[Fault]:
    """Each ladder that another one silences, for always or for a time."""
    document = study.document
    versions = range(len(document.versions))
    for number, ladder in enumerate(document.ladders):
        claims = [
            (category, subject, version)
            for category in document.categories
            for subject in ladder.subjects
            for version in versions
            if holds(document, ladder, category, version)
        ]
        decided = {claim: ladder_for(document, *claim) for claim in claims}
        lost = [claim for claim, by in decided.items() if by is not ladder]
        if not claims:
            message = f"ladder `{ladder.id}` is never in force: no category and version is left to it"
            yield Fault(study.place("ladders", number), message, "look at its `categories`, `from` and `until`")
        elif len(lost) == len(claims):
            others = listed(dict.fromkeys(by.id for by in decided.values() if by))
            message = f"ladder `{ladder.id}` is never heard: {others} decides wherever it would"
            hint = "list it before the wider one, give the other an `until`, or take it away"
            yield Fault(study.place("ladders", number), message, hint)
        else:
            yield from _for_a_time(study, number, ladder, {claim: by for claim, by in decided.items() if claim in lost})


def _for_a_time(
    study: Study, number: int, ladder: Ladder, lost: dict[tuple[str, str, int], Ladder | None]
) -> Iterator[Fault]:
    """Where another ladder of the same pattern lasts into the versions this one claims."""
    for other in study.document.ladders:
        same = [
            claim for claim, by in lost.items() if by is other and fitting(other, claim[0]) == fitting(ladder, claim[0])
        ]
        if same:
            names = listed(dict.fromkeys(study.document.versions[version].id for _, _, version in same))
            subjects = listed(dict.fromkeys(subject for _, subject, _ in same))
            message = f"ladders `{other.id}` and `{ladder.id}` overlap for {subjects} under {names}"
            first, then = _in_order(study, ladder, other)
            hint = f"end `{first}` with `until` where `{then}` begins"
            related = ((study.place("ladders", other.id), "this one decides"),)
            yield Fault(study.place("ladders", number), message, hint, related=related)


def _in_order(study: Study, one: Ladder, other: Ladder) -> tuple[str, str]:
    """The two ladders by the version they begin with; of equals, the one that is heard first ends."""
    numbers = study.document.version_numbers
    begins = [min(numbers[start] for start in ladder.start.values()) for ladder in (one, other)]
    return (one.id, other.id) if begins[0] < begins[1] else (other.id, one.id)
