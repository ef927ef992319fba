"""Facts that keep arriving, into accounts' lives: each once, into the segments of one ledger."""

from pathlib import Path
from tempfile import TemporaryDirectory

from lictor.adapters import spark
from lictor.adapters.spark_enforce import enforce

facts = Path(__file__).parents[1] / "enforcement.jsonl"
session = spark.session("example")
session.sparkContext.setLogLevel("ERROR")

with TemporaryDirectory() as folder:
    arriving = session.readStream.text(f"{facts.parent}/*.jsonl", pathGlobFilter=facts.name)
    lives = enforce(arriving, f"{folder}/ledger", ["wechat"], segments=2, progress=print)
    lives = lives.option("checkpointLocation", f"{folder}/checkpoint").trigger(availableNow=True)
    lives.start().awaitTermination()
    print(sorted(one.name for one in Path(folder, "ledger").glob("*.db")))

session.stop()
