"""What ordinary words hold a term, sound like it, or are it."""

import pytest

from lictor.text.dictionary import everydayness, words_around, words_that_sound_like


def test_words_around():
    """Longer words that hold a term, the commonest first; none for a term that no word holds."""
    found = words_around(["eth", "以太", "ETH", "rzlgrmpf", "郁金香"])

    assert ["something", "together", "whether"] == found["ETH"][:3]
    assert "method" in found["ETH"]
    assert ["以太网"] == found["以太"]
    assert "rzlgrmpf" not in found


@pytest.mark.parametrize(("term", "word"), [("火币", "货币"), ("以太", "一台")])
def test_words_that_sound_like(term, word):
    """Pairs of characters with the same syllables, tones aside; never the pair itself."""
    found = words_that_sound_like(term)

    assert word in found
    assert term not in found


@pytest.mark.parametrize("term", ["", "币", "比特币", "ab", "火b"])
def test_only_pairs_are_compared_by_sound(term):
    """Anything but two Chinese characters sounds like nothing here."""
    assert [] == words_that_sound_like(term)


def test_everydayness():
    """Function words come before everyday words, those before words of a trade, and what is no word is nothing."""
    assert 1 == everydayness("the") > everydayness("free") > everydayness("tulip") == everydayness("rzlgrmpf") == 0
    assert everydayness("的") > everydayness("钱") > everydayness("交易") > everydayness("出U") == 0
