"""The cases in the folder named by LICTOR_DATA: term lists, options, texts and the matches expected."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from lictor.errors import UsageError
from lictor.match import Matcher, MatchOptions, Term

DATA = os.environ.get("LICTOR_DATA")
NOT_RUN = {"wildcard", "combo", "combo_unless", "replace", "email", "url", "ipv4", "number_run", "invite_code", "error"}
SEPARATORS = {"none": "none", "space": "space", "special": "symbols", "special+space": "any", "non_han": "any"}
BOUNDARIES = {"english": "word", "unicode": "word", "english_num": "number", "none": "none"}
FLAGS = {"leet": "leet", "split": "split", "shape": "shape", "ticker": "ticker"}


@pytest.mark.skipif(not DATA, reason="LICTOR_DATA names no folder with match_cases.jsonl")
def test_cases_of_other_matchers(record_property):
    """At least 95 of 100 cases that other matchers agree on come out as they say."""
    right, wrong, refused = 0, [], []
    for line in (Path(str(DATA)) / "match_cases.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        if case["class"] in NOT_RUN or case["agree"] == "peer-specific":
            continue
        try:
            options = options_of(case["options"])
        except LookupError as missing:
            refused.append((case["id"], str(missing)))
            continue
        terms = [Term(text, options=options) for text in case["terms"]]
        matcher = Matcher(terms, allow=case["options"].get("allow", ()))
        matches = matcher.find(case["text"], overlap="all" if case["options"].get("overlap") == "all" else "longest")
        agrees = bool(matches) == case["expected"] and all(m.text == case["text"][m.start : m.end] for m in matches)
        if "expected_spans" in case:
            agrees = agrees and [[m.start, m.end] for m in matches] == case["expected_spans"]
        right += agrees
        if not agrees:
            wrong.append((case["id"], case["text"][:40], [(m.term, m.start, m.end) for m in matches]))
    record_property("right", right)
    print(f"{right} right, wrong: {wrong}, options not built: {refused}")

    assert right >= 0.95 * (right + len(wrong)), wrong


def test_an_empty_term_is_refused():
    """A term of nothing is refused before anything is searched."""
    with pytest.raises(UsageError):
        Matcher([""])


def options_of(given: dict[str, object]) -> MatchOptions:
    values: dict[str, object] = {}
    for name, value in given.items():
        if name in ("case", "width", "accents") and value == "ignore":
            values[name] = True
        elif name == "han":
            values["script"] = True
        elif name in ("letter_style", "num_style") and value == "ignore":
            values |= {"style": True, "case": True, "width": True}
        elif name == "confusables" and value:
            values |= dict.fromkeys(("lookalike", "case", "width", "style"), True)
        elif name == "invisible" or (name == "bidi" and value == "strip"):
            values["invisible"] = True
        elif name == "bidi":
            values["reversed"] = True
        elif name == "repeat":
            values["repeats"] = value == "collapse"
        elif name == "self_censor":
            values["masked"] = True
        elif name == "skip":
            values["separators"] = SEPARATORS.get(str(value), value)
        elif name == "homophone":
            values["sound"] = "homophone"
        elif name == "pinyin":
            values["sound"] = {"full": "pinyin", "mixed": "mixed"}.get(str(value), "initials")
        elif name == "boundary":
            values["boundary"] = BOUNDARIES[str(value)]
        elif name == "inflect":
            values["inflect"] = value == "plural"
        elif name in FLAGS:
            values[name] = bool(value)
    exact = MatchOptions.exact()
    fields = {name: getattr(exact, name) for name in MatchOptions.__dataclass_fields__}
    for name in values:
        if name not in fields:
            raise LookupError(name)
    return MatchOptions(**(fields | values))
