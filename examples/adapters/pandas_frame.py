"""A pandas DataFrame decided: its decisions as columns beside its own."""

import pandas as pd
import pyarrow as pa

from lictor.adapters import Scanner

posts = pd.DataFrame({"id": ["a", "b"], "body": ["收U 6.42 出大饼", "今晚吃什么"]})

scanner = Scanner("wechat", columns={"text": "body"}, keep=["id"])
decided = scanner(pa.Table.from_pandas(posts)).to_pandas()
print(decided.loc[decided["action"] != "none", ["id", "action", "category"]].to_dict("records"))
