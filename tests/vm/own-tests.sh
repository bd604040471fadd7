#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Runs the programs of tests/kernel, built for the host, in a guest of the host's architecture
# (with the host's shared libraries: cmocka comes in no other form): own-tests.sh KERNEL BUILD_DIR
. "$(dirname "$0")/lib.sh"
[ $# -eq 2 ] || die "usage: own-tests.sh KERNEL BUILD_DIR"
kernel=$1 build=$2
if [ "$(dpkg --print-architecture)" != amd64 ]; then
	echo "ok 1 # SKIP own_tests_on_$kernel: the host is not amd64"
	exit 0
fi
folder=$(mktemp -d) || exit 126
trap 'rm -rf "$folder"' EXIT
mkdir "$folder"/{lib,tests}
cp "$build/vm/amd64/left" "$folder/"
for source in "$VM_DIR"/../kernel/*.c; do
	program=$build/tests/kernel/$(basename "$source" .c)
	[ -x "$program" ] || continue
	cp "$program" "$folder/tests/"
	ldd "$program" | grep -oE '/[^ ]+' | xargs -I{} cp -Lu {} "$folder/lib/"
done
if [ -z "$(ls "$folder/tests")" ]; then
	echo "ok 1 # SKIP own_tests_on_$kernel: there are none in $build/tests/kernel (make tests)"
	exit 0
fi
cp "$VM_DIR/guest/lib.sh" "$folder/"
cp "$VM_DIR/guest/own.sh" "$folder/run"
"$VM_DIR/run-guest.sh" --log "$build/vm/own-$kernel.console" "$kernel" amd64 "$folder" 180
rc=$?
[ $rc -eq 0 ] || echo "not ok - guest $kernel ended with $rc (124 time limit, 125 panic, 126 not started)"
exit $rc
