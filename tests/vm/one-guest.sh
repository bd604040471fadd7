#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Runs a script of guest/ with a static rawbpf and the samples beside it, and passes its TAP on:
#   one-guest.sh KERNEL ARCH SCRIPT SECONDS BUILD_DIR
. "$(dirname "$0")/lib.sh"
[ $# -eq 5 ] || die "usage: one-guest.sh KERNEL ARCH SCRIPT SECONDS BUILD_DIR"
kernel=$1 arch=$2 script=$3 limit=$4 build=$5/vm/$2
folder=$(mktemp -d) || exit 126
trap 'rm -rf "$folder"' EXIT
cp -r "$build"/{rawbpf,samples/copy_load,left,datagrams} "$VM_DIR/../../samples" "$VM_DIR/progs" \
	"$VM_DIR/guest/lib.sh" "$folder/" || exit 126
cp "$VM_DIR/guest/$script" "$folder/run" || exit 126
"$VM_DIR/run-guest.sh" --log "$build/$kernel-${script%.sh}.console" "$kernel" "$arch" "$folder" "$limit"
rc=$?
# The TAP says what failed; anything but 0 means that it is not all there.
[ $rc -eq 0 ] || echo "not ok - guest $kernel $arch ended with $rc (124 time limit, 125 panic, 126 not started)"
exit $rc
