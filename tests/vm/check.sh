#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Cross-builds, boots the guests two at a time and adds up: check.sh BUILD_DIR [all|TEST...]
# make check-vm runs the few below, make check-vm-all every guest-*.sh.
. "$(dirname "$0")/lib.sh"
build=${1:?usage: check.sh BUILD_DIR [TEST...]}
shift
mkdir -p "$build/vm"
build=$(realpath "$build")
cd "$VM_DIR/../.." || exit 126
[ "${1-}" = all ] && set -- tests/vm/guest-*.sh tests/vm/selftest.sh
[ $# -gt 0 ] || set -- tests/vm/{guest-amd64-6.1,guest-i386-6.1,guest-arm64-6.12,guest-own-5.10,guest-own-7.2,selftest}.sh

for arch in amd64 arm64 i386; do
	tests/vm/build.sh "$arch" "$build" >"$build/vm/build-$arch.log" 2>&1 || {
		cat "$build/vm/build-$arch.log"
		echo "not ok - the build for $arch guests"
		echo "0 passed, 1 failed, 0 skipped"
		exit 1
	}
done

# Two at a time: each guest keeps one core busy. Each test's summary is printed when all are done.
# Each is a session of its own, so that Ctrl-C can end all that belongs to it.
pids=()
# shellcheck disable=SC2317  # the trap calls it
stop() {
	for pid in "${pids[@]}"; do pkill -TERM -s "$pid"; done
	wait
	exit 130
}
trap stop INT TERM
for t; do
	while [ "$(jobs -rp | wc -l)" -ge 2 ]; do wait -n; done
	setsid tests/run.sh "$build" "$t" >"$build/vm/$(basename "$t").sum" 2>&1 &
	pids+=($!)
done
wait
for t; do
	sed '$d' "$build/vm/$(basename "$t").sum"
done
for t; do
	tail -n 1 "$build/vm/$(basename "$t").sum"
done | awk '
	/^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$/ { p += $1; f += $3; s += $5; next }
	{ f++ }
	END { print p + 0 " passed, " f + 0 " failed, " s + 0 " skipped"; exit f > 0 }'
