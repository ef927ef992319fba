"""A Hugging Face data set decided: the decisions become columns of it."""

from datasets import Dataset, disable_progress_bars

from lictor.adapters import Scanner

disable_progress_bars()
posts = Dataset.from_dict({"id": ["a", "b"], "body": ["收U 6.42 出大饼", "今晚吃什么"]})

scanner = Scanner("wechat", columns={"text": "body"}, keep=["id"])
decided = posts.with_format("arrow").map(scanner, batched=True).with_format(None)
print([(row["id"], row["action"], row["category"]) for row in decided])
