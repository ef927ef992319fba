"""What an author who wrote one word is likely to have meant by it: a word for the same thing, or one spelled like it.

Other engines, other languages and plain English have their words for what a policy says; each is here with the word
the policy language has for it. A name that is only spelled like another is found by its letters.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping

from lictor.facts import suggest

__all__ = ["as_condition", "meant", "near", "several"]


def meant(word: str, known: Iterable[str]) -> str:
    """A hint towards the name meant: one for the same thing, the nearest one, or all of them where there are few."""
    names = list(known)
    same = _same(word, set(names))
    return f"did you mean `{same}`?" if same else suggest(word, names)


def near(word: str, known: Iterable[str]) -> str:
    """A hint only where a name is surely meant: one for the same thing, or one spelled nearly so; else nothing."""
    names = list(known)
    same = _same(word, set(names))
    close = [same] if same else difflib.get_close_matches(word, names, n=1, cutoff=0.72)
    return f"did you mean `{close[0]}`?" if close else ""


def several(text: str, known: Iterable[str]) -> list[str]:
    """The names in a text that stands where one of the known ones is wanted and holds several of them; else none."""
    parts = [part.strip() for part in re.split(r"[,，、;；|/+&\s]+(?:(?:and|or)\s+)?", text.strip())]
    return parts if len(parts) > 1 and set(parts) <= set(known) else []


def as_condition(text: str, known: Iterable[str], signals: Iterable[str]) -> str:
    """A hint for a condition that is written as in a programming language or a sentence; nothing for any other."""
    names = {*known, *signals}
    compared = re.fullmatch(r"([\w.-]+)\s*(<=|>=|==|=|<|>|≤|≥)\s*([^\s<>=]+)", text)
    if compared and compared[1] in signals:
        key = _COMPARED.get(compared[2])
        bound = f"{{{key}: {compared[3]}}}" if key else compared[3]
        return f"write `{{{compared[1]}: {bound}}}`"
    negated = re.fullmatch(r"(?i)not\s+(\S+)|!\s*(\S+)", text)
    if negated and (negated[1] or negated[2]) in names:
        return f"write `{{not: {negated[1] or negated[2]}}}`"
    for word, between in (("all", r"(?i)\s+and\s+|\s*[&+]+\s*"), ("any", r"(?i)\s+or\s+|\s*\|+\s*")):
        parts = re.split(between, text)
        if len(parts) > 1 and names.issuperset(parts):
            return f"write `{{{word}: [{', '.join(parts)}]}}`"
    listed = several(text, names)
    return f"write a list: `[{', '.join(listed)}]`" if listed else ""


_COMPARED: Mapping[str, str] = {
    "<": "below", "<=": "at_most", "≤": "at_most", ">": "above", ">=": "at_least", "≥": "at_least",
}  # fmt: skip


def _same(word: str, known: set[str]) -> str:
    alike = [name for name in known if name.casefold() == word.casefold()]
    if len(alike) == 1:
        return alike[0]
    folded = word.casefold().replace("-", "_").replace(" ", "_").strip("_")
    for name in (folded, *_SAME.get(folded, ())):
        if name in known:
            return name
    begins = [name for name in known if len(folded) > 2 and name.startswith((f"{folded}_", f"{folded}."))]
    return begins[0] if len(begins) == 1 else ""


_GROUPS: Mapping[str, str] = {
    # keys of a rule, a condition, a category
    "when": "if condition conditions match matches on trigger where expression",
    "unless": "except exceptions exception exempt exempts exemption exemptions excuse excuses exclude exclusions",
    "any": "or one_of any_of anyof either some",
    "all": "and all_of allof both every",
    "not": "none none_of no neither",
    "terms": "words keywords keyword phrases patterns entries values items list",
    "lexicon": "lex wordlist word_list dictionary list",
    "within": "distance max_distance window proximity apart",
    "minimum": "min at_least threshold least",
    "at_least": "n min minimum",
    "title": "name label heading",
    "id": "name key slug",
    "severity": "level grade gravity",
    "in": "field fields scope applies_to",
    "tests": "test examples cases",
    "fires": "fire positive positives matches hits yes must_fire",
    "silent": "negative negatives misses no must_not_fire passes",
    "from": "start since begins starts effective valid_from",
    "until": "end ends to valid_until expires",
    "for": "subjects subject applies_to duration during lasting",
    "rectify": "deadline rectify_by time_to_rectify",
    "clause": "section article paragraph",
    "text": "message body words string str",
    "note": "notes comment comments",
    "owner": "author owned_by team maintainer",
    "include": "includes import imports files",
    "borrow": "borrows inherit extends",
    "versions": "releases revisions",
    "never_restrict": "never protected",
    # statuses and actions
    "enforce": "active enabled enable on live production act block",
    "monitor": "shadow watch log dry_run observe test audit passive",
    "draft": "off disabled disable inactive wip",
    "hide": "delete remove takedown take_down block censor unpublish",
    "warn": "warning notify caution",
    "restrict": "mute limit throttle",
    "suspend": "freeze lock timeout",
    "ban_permanent": "ban permanent_ban permaban terminate banned block kick",
    "refuse": "reject deny",
    "flag": "report mark review",
    "strikes": "count number",
    # places and forms
    "paragraph": "para block line",
    "message": "messages chat dm",
    "post": "posts tweet status",
    "comment": "comments reply",
    "incompatible_content": "incompatible terms tos",
    "illegal_content": "illegal law",
    "number": "integer int float numeric count",
    "boolean": "bool flag",
    "Asia/Shanghai": "asia/beijing china cst beijing",
}
_SAME: dict[str, tuple[str, ...]] = {}
for _name, _words in _GROUPS.items():
    for _word in _words.split():
        _SAME[_word] = (*_SAME.get(_word, ()), _name)
