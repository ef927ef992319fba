"""The reading half of a scan: files of any supported kind in, batches of rows with their origin out.

paths         names -> the files behind them, by kind; folders walked in order
stored        a file's bytes: digest, spooling, unpacking within bounds
lines         bytes -> blocks of whole lines
txt_rows, jsonl_rows, csv_rows, parquet_rows
              -> rows: Arrow's readers where they can be believed, line by line where a row is bad
wanted        which columns are read, and under which name
facts         files of facts, a line each, in batches
stream        all of it as one stream, with what went wrong as values in it
"""

from lictor.scan.inputs.paths import Kind
from lictor.scan.inputs.stream import Inputs, open_inputs
from lictor.scan.inputs.values import FileError, InputBatch, Limits, Note, Piece, Reason, Reject

__all__ = ["FileError", "InputBatch", "Inputs", "Kind", "Limits", "Note", "Piece", "Reason", "Reject", "open_inputs"]
