#!/bin/sh
# One account's life: two posts are hidden, a person upholds them, the account appeals and mends, the deadline is met.
# `lictor` exits 1 where it found something, which is what is hoped for here; anything else that is not 0 ends it.
set -u
cd "$(dirname "$0")"
results="$(mktemp -d)"
trap 'rm -rf "$results"' EXIT
ledger="$results/lives.ledger"

show() {
  printf '\n$ lictor'
  printf ' %s' "$@"
  printf '\n'
  code=0
  lictor "$@" --ledger "$ledger" || code=$?
  [ "$code" -le 1 ] || exit "$code"
}

show enforce enforcement.jsonl --policy wechat
show case list --now 2022-06-22T09:00:00+08:00
show case show post-1 --now 2022-06-22T09:00:00+08:00
show case uphold post-1 post-2 --by ming --id ticket-7 --item article --item menu --now 2022-06-22T10:00:00+08:00
show account notice oa-deer --lang zh --now 2022-06-22T10:00:00+08:00
show appeal file --decision ticket-7 --id appeal-7 --text '这是展览介绍' --now 2022-06-24T10:00:00+08:00
show appeal reject appeal-7 --by hua --id answer-7 --now 2022-06-27T10:00:00+08:00

printf '\nThe account says it has mended both, and somebody checks.\n'
cat > "$results/mended.jsonl" <<'FACTS'
{"id": "claim-7", "t": "2022-06-28T09:00:00+08:00", "kind": "rectify_claim", "subject": "oa-deer", "fixed": ["article", "menu"]}
{"id": "check-7", "t": "2022-06-30T15:00:00+08:00", "kind": "reinspection", "by": "ming", "subject": "oa-deer", "outcome": "passed"}
FACTS
show enforce "$results/mended.jsonl" --policy wechat
show account show oa-deer --now 2022-06-30T16:00:00+08:00
show due --now 2022-07-30T00:00:00+08:00
