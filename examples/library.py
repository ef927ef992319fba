"""Lictor as a library: one text, one item of several fields, a column, and the matcher alone."""

import pyarrow as pa

from lictor import Engine, Matcher

engine = Engine.load("wechat")

decision = engine.check(
    "收U 6.42 出大饼", field="message", subject="group", surface="group", at="2022-06-21T09:00:00+08:00"
)
print(decision.action, decision.status, decision.category)
for piece in decision.violations[0].evidence:
    print(" ", (piece.start, piece.end), piece.text, "is", piece.term, piece.mechanisms)
print(decision.reasons["en"])

profile = engine.check(
    {"name": "数藏行情社", "bio": "数字藏品寄售，地板价收，扫码进群"},
    subject="official_account",
    at="2022-07-01T00:00:00+08:00",
)
print(profile.action, [effect.effect for effect in profile.effects])

batch = pa.RecordBatch.from_pydict({"text": ["今天天气很好", "注册交易所领USDT，邀请码 ABC123，合约返佣"]})
for rows in engine.scan([batch], at="2022-07-01T00:00:00+08:00"):
    print(rows.column("action").to_pylist())

matcher = Matcher(["比特币", "bitcoin"])
print(matcher.find("Ｂit-coin 和 比★特★幣"))
print(matcher.replace("买 b i t c o i n 吗"))
