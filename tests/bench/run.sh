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

row() { # what, "ours peer ratio", unit, the ratio that is promised
	set -- "$1" "$2" "$3" "$4" $2
	if [ $# -ne 7 ]; then
		printf '%-52s | not measured\n' "$1"
		bad=1
		return
	fi
	verdict=ok
	awk -v r="$7" -v most="$4" 'BEGIN { exit !(r > most) }' && verdict="OVER $4" bad=1
	printf '%-52s | %9s %s | %9s %s | %5s  %s\n' "$1" "$5" "$3" "$6" "$3" "$7" "$verdict"
}

if [ "$(id -u)" -ne 0 ]; then
	echo "bench: attaching programs needs root; nothing was measured" >&2
	exit 1
fi
"$tool" asm samples/memcpy_stat.s -o "$out/memcpy_stat.o" &&
	"$tool" asm tests/bench/memcpy_stat_classic.s -I samples -o "$out/classic.o" || exit 1

printf '%-52s | %12s | %12s | %5s\n' what ours peer ratio
row "memcpy_stat, ns per hit / classic hash-map version" \
	"$("$build/tests/bench/hits" "$out/memcpy_stat.o" "$out/classic.o")" ns 0.5

if command -v bpftool >/dev/null 2>&1; then
	# The pins go away with the mount namespace.
	row "rawbpf run, start to first attach / bpftool prog load" \
		"$(unshare -m sh -c 'mount -t bpf bpf "$1" && exec "$2" "rawbpf: attached" \
			-- "$3" run "$4" --on "uprobe:$5:copy:3" --all \
			-- bpftool prog load "$4" "$1/p{}"' sh \
			"$(mkdir -p "$out/bpffs" && echo "$out/bpffs")" \
			"$build/tests/bench/startup" "$tool" "$out/memcpy_stat.o" "$build/samples/copy_load")" us 0.5
else
	echo "skipped: rawbpf run beside bpftool prog load: bpftool is not installed"
fi
exit $bad
