"""A Ray data set decided: batches go to the workers, each of which compiles the policy once."""

import ray

from lictor.adapters import Scanner

ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False, configure_logging=False)
ray.data.DataContext.get_current().enable_progress_bars = False
posts = ray.data.from_items([{"id": "a", "body": "收U 6.42 出大饼"}, {"id": "b", "body": "今晚吃什么"}])

scanner = Scanner("wechat", columns={"text": "body"}, keep=["id"])
decided = posts.map_batches(scanner, batch_format="pyarrow")
print(sorted((row["id"], row["action"]) for row in decided.take_all()))
