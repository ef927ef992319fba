"""The result of a DuckDB query decided batch by batch, and queried again."""

import duckdb
import pyarrow as pa

from lictor.adapters import Scanner

connection = duckdb.connect()
connection.execute("create table posts as from (values ('a', '收U 6.42 出大饼'), ('b', '今晚吃什么')) as t(id, body)")

scanner = Scanner("wechat", columns={"text": "body"}, keep=["id"])
posts = connection.sql("select id, body from posts order by id").to_arrow_reader()
decided = pa.RecordBatchReader.from_batches(scanner.schema(posts.schema), map(scanner, posts))
print(connection.cursor().execute("select id, action, len(evidence) from decided where action <> 'none'").fetchall())
