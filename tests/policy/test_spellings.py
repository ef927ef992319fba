"""Character classes in terms."""

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lictor.policy.spellings import spellings


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("比特币", ("比特币",)),
        ("[ab]币", ("a币", "b币")),
        ("[ab][cd]", ("ac", "ad", "bc", "bd")),
        ("[a-c]币", ("a币", "b币", "c币")),
        ("[a-]币", ("a币", "-币")),
        ("[aa]币", ("a币",)),
        ("a[[]b[]]", ("a[b]",)),
        ("[火货]币[网]", ("火币网", "货币网")),
    ],
)
def test_a_class_stands_for_each_of_its_characters(term, expected):
    """A class stands for each of its characters, a range for all between, and a bracket in brackets for itself."""
    assert expected == spellings(term)


@pytest.mark.parametrize("term", ["[ab", "ab]", "[]", "[b-a]", "[a-z][a-z]", "[\u4e00-\u9fff]"])
def test_what_is_no_class_is_refused(term):
    """Brackets without a partner, empty classes, ranges that run backwards, and too many spellings are refused."""
    with pytest.raises(ValueError, match=r"partner|backwards|more than"):
        spellings(term)


@given(st.lists(st.one_of(st.sampled_from("ab币"), st.text("abc币", min_size=1, max_size=3).map(list)), max_size=4))
def test_spellings_are_what_the_same_classes_match_as_an_expression(parts):
    """The spellings of a term are exactly the texts that the term, read as an expression, matches."""
    term = "".join(part if isinstance(part, str) else f"[{''.join(part)}]" for part in parts)
    texts = {"".join(text) for text in product("abc币", repeat=len(parts))}

    assert {text for text in texts if re.fullmatch(term, text)} == set(spellings(term))
