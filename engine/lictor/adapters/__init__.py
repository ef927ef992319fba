"""The column kernel in other hosts: Arrow batches in, typed columns of decisions out.

arrow       a batch or table decided, in whichever process
spark       DataFrames, and files spread over a cluster's executors
"""

from lictor.adapters.arrow import Scanner

__all__ = ["Scanner"]
