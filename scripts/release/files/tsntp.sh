#!/bin/sh
# Runs tsntp with the Node beside it, or else with the one in PATH. Calls no other program unless this file is a link.
self=$0
while [ -L "$self" ]; do
  to=$(readlink "$self") || exit 1
  case $to in /*) self=$to ;; *) self=${self%/*}/$to ;; esac
done
lib=${self%/*}/../lib/tsntp
# A run is over before the garbage of 4 MB has to be collected, and one thread is enough for that and for compilation.
[ -x "$lib/node" ] && exec "$lib/node" --min-semi-space-size=4 --v8-pool-size=1 "$lib/bin/tsntp.js" "$@"
if node=$(command -v node); then exec "$node" "$lib/bin/tsntp.js" "$@"; fi
echo "tsntp: there is no node in PATH: install Node.js 20 from 20.19 on, or 22.12 or later" >&2
exit 4
