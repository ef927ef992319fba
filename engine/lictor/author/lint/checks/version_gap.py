"""A version leaves a gap.

Under some version the category binds and no ladder is in force, though there is one before or after: between an
`until` and the next `from`, or before the first ladder of all. What is found then leads to nothing. The same holds
for a ground that begins after its category does: an older decision would cite a clause that was not there yet.
"""

from __future__ import annotations

from collections.abc import Iterator

from lictor.author.lint.finding import Fault, listed
from lictor.author.lint.ladders import asked, begins, ladder_for
from lictor.author.lint.study import Study

CODE = "L022"
LEVEL = "warning"


def find(study: Study) -> Iterator[Fault]:
    """Each stretch of versions for which a category has no ladder, or no ground."""
    document = study.document
    versions = range(len(document.versions))
    told: set[tuple[str, tuple[int, ...]]] = set()
    for category in asked(document) if document.ladders else ():
        spec = document.categories[category]
        end = len(versions) if spec.until is None else document.version_numbers[spec.until]
        covered: dict[str, list[bool]] = {}
        for subject in document.subjects:
            start = begins(document, category, subject)
            if start is not None:
                found = [ladder_for(document, category, subject, version) is not None for version in versions]
                covered[subject] = [found[v] if start <= v < end else True for v in versions]
        for subject, held in covered.items():
            first = next((v for v in versions if ladder_for(document, category, subject, v)), None)
            holes = tuple(v for v in versions if not held[v] and first is not None and v > first)
            if holes and (subject, holes) not in told:
                told.add((subject, holes))
                names = listed(document.versions[v].id for v in holes)
                message = f"no ladder is in force for `{subject}` under {names}, though one was before"
                before = ladder_for(document, category, subject, holes[0] - 1)
                place = study.place("ladders", before.id, "until") if before else study.place("ladders")
                yield Fault(place, message, "let the next ladder begin where this one ends")
        early = [v for v in versions if covered and not any(held[v] for held in covered.values())]
        starts = [start for subject in covered if (start := begins(document, category, subject)) is not None]
        early = [v for v in early if starts and v >= min(starts) and not _had(study, category, v)]
        if early and len(early) < end - min(starts):
            names = listed(document.versions[v].id for v in early)
            message = f"category `{category}` binds under {names}, and no ladder is in force yet"
            hint = "let a ladder begin with the category, or the category with its first ladder"
            yield Fault(study.place("categories", category, "from"), message, hint)
    for name, spec in document.categories.items():
        first = min(document.version_numbers[one] for one in spec.start.values())
        since = spec.grounds[0].since
        if since is not None and document.version_numbers[since] > first:
            message = f"the first ground of `{name}` begins after the category does"
            hint = f"add the ground that held from `{document.versions[first].id}`, or begin both together"
            yield Fault(study.place("categories", name, "ground", 0, "from"), message, hint)


def _had(study: Study, category: str, version: int) -> bool:
    """Whether any account had a ladder for the category before that version."""
    return any(
        ladder_for(study.document, category, subject, v) is not None
        for subject in study.document.subjects
        for v in range(version)
    )
