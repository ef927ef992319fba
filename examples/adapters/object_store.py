"""Parquet in an object store, read and written through fsspec; here the store is memory, as it would be `s3://`."""

import fsspec
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from lictor.adapters import Scanner

store = fsspec.filesystem("memory")
posts = pa.table({"id": ["a", "b"], "body": ["收U 6.42 出大饼", "今晚吃什么"]})
pq.write_table(posts, "/posts/part-0.parquet", filesystem=store)

scanner = Scanner("wechat", columns={"text": "body"}, keep=["id"])
posts = ds.dataset("/posts", filesystem=store, format="parquet")
batches = map(scanner, posts.to_batches(columns=scanner.reads(posts.schema.names), batch_size=16_384))
ds.write_dataset(batches, "/decided", schema=scanner.schema(posts.schema), filesystem=store, format="parquet")
print(ds.dataset("/decided", filesystem=store).to_table(columns=["id", "action"]).to_pylist())
