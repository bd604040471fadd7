#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Cross-builds for a guest, linked statically: build.sh ARCH BUILD_DIR [TARGET...]
# Targets are as in the Makefile, below BUILD_DIR/vm/ARCH: by default rawbpf and
# samples/copy_load. Prints that folder. Exit status 126 when the compiler or a library is
# missing, else make's.
. "$(dirname "$0")/lib.sh"
[ $# -ge 2 ] || die "usage: build.sh ARCH BUILD_DIR [TARGET...]"
arch=$1 dir=$2/vm/$1
shift 2
[ $# -gt 0 ] || set -- rawbpf samples/copy_load
cross=
if [ "$arch" != "$(dpkg --print-architecture)" ]; then
	cross=$("$VM_DIR/fetch.sh" cross "$arch") || exit 126
fi
sysroot=$("$VM_DIR/fetch.sh" sysroot "$arch") || exit 126
mkdir -p "$dir"
# What `make` hands down (O=, SAN=1, ...) is about the host's build, not the guest's.
env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u SAN -u V -u CC -u CFLAGS -u CPPFLAGS -u LDFLAGS -u LDLIBS \
	make --no-print-directory -C "$VM_DIR/../.." -j"$(nproc)" O="$(realpath "$dir")" \
	STATIC=1 CROSS="$cross" SYSROOT="$sysroot" "${@/#/$(realpath "$dir")/}" >&2 || exit
for helper in left datagrams; do
	"${cross}gcc" -Wall -Wextra -O1 -static -o "$dir/$helper" "$VM_DIR/$helper.c" || exit
done
echo "$dir"
