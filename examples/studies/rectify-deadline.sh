#!/bin/sh
# How long should an account have to mend what it was ordered to? A modelled population under eight deadlines, on the same
# chances. Writes a report under build/studies, and says the result. `--short` takes few accounts for a short time.
set -eu
here="$(dirname "$0")"
out=build/studies
mkdir -p "$out"

if [ "${1:-}" = --short ]; then
  set -- --accounts 1000 --days 60 --replicates 2
else
  set -- --accounts 20000 --days 180 --replicates 5
fi
lictor simulate population --policy wechat --sweep "$here/deadline.yaml" "$@" --jobs 2 --html "$out/rectify-deadline.html"
