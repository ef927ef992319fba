#!/bin/sh
# What the rule of June 2022 changed against that of August 2018: every line is judged as if said on a day of either, by
# five kinds of account. Writes a report under build/studies, and says the result. `--short` takes one line in 21.
set -eu
here="$(dirname "$0")"
out=build/studies
mkdir -p "$out"

python "$here/corpus.py" mixed "$out/mixed.jsonl" "$@"
lictor simulate diff wechat wechat --corpus "$out/mixed.jsonl" --html "$out/rule-of-2022.html" \
  --at-a 2018-09-01T00:00:00+08:00 --at-b 2022-07-01T00:00:00+08:00
