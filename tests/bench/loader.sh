#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# make bench: what loading and running a program costs. Needs root. loader.sh BUILD_DIR
. tests/bench/lib.sh

if [ "$(id -u)" -ne 0 ]; then
	echo "bench: attaching programs needs root; nothing was measured" >&2
	exit 1
fi
"$tool" asm samples/memcpy_stat.s -o "$out/memcpy_stat.o" &&
	"$tool" asm tests/bench/memcpy_stat_classic.s -I samples -o "$out/classic.o" &&
	"$tool" asm tests/bench/empty.s -o "$out/empty.o" || exit 1

row "memcpy_stat, ns per hit / classic version" \
	"$("$build/tests/bench/hits" "$out/memcpy_stat.o" "$out/classic.o")" ns 0.5
# The counters' own cost is in both numbers above; this is how much of them it is.
row "memcpy_stat, ns per hit / a program that does nothing" \
	"$("$build/tests/bench/hits" "$out/memcpy_stat.o" "$out/empty.o")" ns -

startup() { # place, text that ends the measurement
	unshare -m sh -c 'mount -t bpf bpf "$1" && exec "$2" "$6" \
		-- "$3" run "$4" --on "$5" --all -- bpftool prog load "$4" "$1/p{}"' sh \
		"$out/bpffs" "$build/tests/bench/startup" "$tool" "$out/memcpy_stat.o" "$1" "$2"
}
if command -v bpftool >/dev/null 2>&1; then
	mkdir -p "$out/bpffs" # the pins go away with the mount namespace
	# bpftool loads and does not attach. So ours is measured from its start to its first attach,
	# and that one fails at once; what the kernel takes to register a uprobe is the next row.
	row "rawbpf run, start to first attach / bpftool prog load" \
		"$(startup uprobe:/nonexistent:copy:3 'rawbpf: error: uprobe on /nonexistent')" us 0.5
	row "the same, and the kernel has registered the uprobe" \
		"$(startup "uprobe:$build/samples/copy_load:copy:3" 'rawbpf: attached')" us -
else
	echo "skipped: rawbpf run beside bpftool prog load: bpftool is not installed"
fi
exit $bad
