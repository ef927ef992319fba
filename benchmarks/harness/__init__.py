"""What the benchmarks are made of: definitions are data, an answer is checked before it is timed.

definitions  TOML -> cases: which text, which terms, which engines, the expected answer
corpora      texts from packages, cut, planted with disguised terms, or made to be hostile
terms        terms by kind, count and seed
folds        what users put before a matcher that folds nothing itself, and a naive search
rivals       Lictor and the others behind one door: rows hit, matches, and what each does not do
node         the rivals under node, through one driver script
columns      a case timed: all engines in turn, round after round
combinations a policy of ten thousand combinations, against its terms alone
calls        latency of single calls, start of the command, `lictor scan`, threads, memory
enforcement  facts from a file to durable commit, lives included
ledger       rows to durable commit, verified, read back
machine      machine and versions
plots, page  the record drawn and written as docs/benchmarks.md
"""
