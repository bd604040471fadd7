#!/bin/sh
# make demo: the memory copies of this machine, counted in the kernel, for about 10 seconds.
#	demo.sh BUILD_DIR
set -u
cd "$(dirname "$0")/.." || exit 1
build=$1
seconds=${DEMO_SECONDS:-10}

show() {
	echo "\$ $*"
	"$@"
}

# BPF wants root, or CAP_BPF and CAP_PERFMON: ask the kernel, not the user id.
privileged() {
	eff=$(sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status)
	[ $(((0x$eff >> 21) & 1)) -eq 1 ] || [ $(((0x$eff >> 38) & (0x$eff >> 39) & 1)) -eq 1 ]
}

as=
if ! privileged; then
	if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
		as='sudo -n'
	else
		show "$build/rawbpf" asm samples/memcpy_stat.s -o "$build/samples/memcpy_stat.o" || exit 1
		echo
		echo "The program is assembled: $build/samples/memcpy_stat.o."
		echo "To load it the kernel wants root (or CAP_BPF and CAP_PERFMON), and there is no sudo"
		echo "without a password here. As root:"
		echo
		echo "    $build/rawbpf run samples/memcpy_stat.s --for $seconds -- $build/samples/copy_load $seconds"
		exit 0
	fi
fi
# shellcheck disable=SC2086 # $as is two words
show $as "$build/rawbpf" run samples/memcpy_stat.s --for "$seconds" -- \
	"$build/samples/copy_load" $((seconds + 1))
