#!/bin/sh
# make bench: what | ours | peer | ratio. Needs root. Ratios are measured side by side in one run.
set -u
PATH=$PATH:/usr/sbin:/sbin
cd "$(dirname "$0")/../.." || exit 1
build=$1
tool=$build/rawbpf
out=$build/bench
mkdir -p "$out"
bad=0

row() { # what, "ours peer ratio", unit, the ratio that is promised ("-": none)
	# shellcheck disable=SC2086 # three numbers in one word
	set -- "$1" "$2" "$3" "$4" $2
	if [ $# -ne 7 ]; then
		printf '%-52s | not measured\n' "$1"
		bad=1
		return
	fi
	verdict="ok, at most $4"
	if [ "$4" = - ]; then
		verdict="for information"
	elif awk -v r="$7" -v most="$4" 'BEGIN { exit !(r > most) }'; then
		verdict="OVER $4" bad=1
	fi
	printf '%-52s | %9s %s | %9s %s | %5s  %s\n' "$1" "$5" "$3" "$6" "$3" "$7" "$verdict"
}

if [ "$(id -u)" -ne 0 ]; then
	echo "bench: attaching programs needs root; nothing was measured" >&2
	exit 1
fi
"$tool" asm samples/memcpy_stat.s -o "$out/memcpy_stat.o" &&
	"$tool" asm tests/bench/memcpy_stat_classic.s -I samples -o "$out/classic.o" &&
	"$tool" asm tests/bench/empty.s -o "$out/empty.o" || exit 1

printf '%-52s | %12s | %12s | %5s\n' what ours peer ratio
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
row "assembling 200,000 labels / 20,000 labels" "$("$build/tests/bench/growth" labels)" ms 20
row "assembling 200,000 functions / 20,000, on one line" "$("$build/tests/bench/growth" functions)" ms 20
exit $bad
