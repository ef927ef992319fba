#!/bin/sh
# The main job on real input: three single texts, then a file of posts. `lictor` exits 1 where it found something, which
# is what a demo hopes for; anything else that is not 0 ends it.
set -u
cd "$(dirname "$0")"
at=2022-07-01T09:00:00+08:00
results="$(mktemp -d)"
trap 'rm -rf "$results"' EXIT

show() {
  printf '\n$ lictor'
  printf ' %s' "$@"
  printf '\n'
  code=0
  lictor "$@" || code=$?
  [ "$code" -le 1 ] || exit "$code"
}

show check '有人聊比特币吗，最近涨得厉害' --policy wechat --field message --subject group --as-of "$at" --reasons zh
show check '数字藏品寄售大厅开放：飞马系列地板价 860 元，扫码进群即可转卖' --policy wechat --as-of "$at" --reasons en
show check '新币首次代币发行认购开启，打 1 ETH 得 5 万枚，邀请码 MOON88，名额有限' --policy wechat --as-of "$at" --reasons en

show scan posts.jsonl --policy wechat --as-of "$at" --all --out "$results/decisions.csv" --ledger "$results/ledger"
printf '\n$ cut -d, -f3-6 decisions.csv\n'
cut -d, -f3-6 "$results/decisions.csv"
show ledger verify "$results/ledger"

sh enforcement.sh
