"""A text lacks a language the policy speaks.

Notices, the way to appeal, and the titles of categories, severities and rules are shown to people. Where some of
them are in two languages and one is in a single one, half of the readers are told nothing they can read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from lictor.author.lint.finding import Fault, listed
from lictor.author.lint.study import Study

CODE = "L031"
LEVEL = "warning"


def find(study: Study) -> Iterator[Fault]:
    """Each text for people that is not there in every language of the policy."""
    texts = list(_texts(study))
    spoken = Counter(lang for _, _, text in texts for lang in text if lang != "und")
    title = {lang for lang in study.document.title if lang != "und"}
    languages = sorted(title | {lang for lang, times in spoken.items() if times * 2 > len(texts)})
    if len(languages) < 2:
        return
    for path, what, text in texts:
        missing = [lang for lang in languages if lang not in text]
        if missing:
            message = f"{what} is not there in {listed(missing)}"
            hint = f"write it in each language: `{{{', '.join(f'{lang}: ...' for lang in languages)}}}`"
            yield Fault(study.place(*path), message, hint)


def _texts(study: Study) -> Iterator[tuple[tuple[str | int, ...], str, Mapping[str, str]]]:
    document = study.document
    yield ("title",), "the policy's title", document.title
    yield ("appeals", "how"), "the way to appeal", document.appeals.how
    for number, notice in enumerate(document.notices):
        yield ("notices", number, "text"), f"the text of notice `{notice.id}`", notice.text
    for name, category in document.categories.items():
        yield ("categories", name, "title"), f"the title of category `{name}`", category.title
    for number, severity in enumerate(document.severities):
        yield ("severities", number, "title"), f"the title of severity `{severity.id}`", severity.title
    for number, rule in enumerate(document.rules):
        yield ("rules", number, "title"), f"the title of rule `{rule.id}`", rule.title
