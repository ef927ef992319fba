"""A Spark DataFrame decided on the executors; set `spark.master` as for any Spark program."""

from lictor.adapters import spark

session = spark.session("example")
session.sparkContext.setLogLevel("ERROR")
posts = session.createDataFrame([("a", "收U 6.42 出大饼"), ("b", "今晚吃什么")], "id string, body string")

metrics = spark.Metrics(session.sparkContext)
decided = spark.scan(posts, "wechat", columns={"text": "body"}, keep=["id"], metrics=metrics)
print(sorted(tuple(row) for row in decided.select("id", "action").collect()))
print(metrics.rows.value, metrics.decided.value, metrics.errors.value)
session.stop()
