"""A Polars frame decided: eagerly, or lazily as part of a query that is streamed."""

import polars as pl

from lictor.adapters import Scanner

posts = pl.DataFrame({"id": ["a", "b"], "body": ["收U 6.42 出大饼", "今晚吃什么"]})
scanner = Scanner("wechat", columns={"text": "body"}, keep=["id"])


def decide(frame: pl.DataFrame) -> pl.DataFrame:
    return pl.from_arrow(scanner(frame.to_arrow()))


print(decide(posts).select("id", "action", "category").rows())

lazily = posts.lazy().map_batches(decide, schema=decide(posts.clear()).schema).filter(pl.col("action") != "none")
print(lazily.select("id", "severity").collect().rows())
