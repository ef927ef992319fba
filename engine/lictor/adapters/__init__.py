"""The column kernel in other hosts: Arrow batches in, typed columns of decisions out.

arrow           a batch or table decided, in whichever process
spark           DataFrames, and files spread over a cluster's executors
shares          accounts' lives shared out by key, together the same as one fold
spark_enforce   a stream of facts into those shares
"""

from lictor.adapters.arrow import Scanner

__all__ = ["Scanner"]
