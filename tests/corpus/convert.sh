#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# rawbpf asm --to-ebpf against golden files: convert/NAME.bpf with the text of its object in
# NAME.out, convert-errors/NAME.bpf with its whole diagnostics in NAME.err. To write new golden
# files: convert.sh BUILD write
set -u
rawbpf=$(cd "$1" && pwd)/rawbpf
write=${2:-}
cd "$(dirname "$0")" || exit 1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
n=0 failures=0

ok() { n=$((n + 1)) && echo "ok $n - $1"; }
not_ok() { n=$((n + 1)) failures=$((failures + 1)) && echo "not ok $n - $1" && sed 's/^/# /' "$tmp/why"; }
verdict() { if [ "$1" -eq 0 ]; then ok "$2"; else not_ok "$2"; fi; }
compare() { # GOLDEN SEEN
	[ "$write" = write ] && cp "$2" "$1"
	diff -u "$1" "$2" >"$tmp/why" 2>&1
}

for s in convert/*.bpf; do
	name=$(basename "$s" .bpf)
	{
		"$rawbpf" asm --to-ebpf -EL "$s" -o "$tmp/filter.o" &&
			"$rawbpf" dis "$tmp/filter.o" | sed 1d # the byte order, in a form for this machine
	} >"$tmp/out" 2>&1
	compare "convert/$name.out" "$tmp/out"
	verdict $? "$name"
done

for s in convert-errors/*.bpf; do
	name=$(basename "$s" .bpf)
	(cd convert-errors && "$rawbpf" asm --to-ebpf "$name.bpf" -o "$tmp/o") >"$tmp/err" 2>&1
	rc=$?
	compare "convert-errors/$name.err" "$tmp/err" || {
		not_ok "$name"
		continue
	}
	echo "status $rc; output: $(ls "$tmp/o" 2>&1)" >"$tmp/why"
	[ $rc -eq 1 ] && [ ! -e "$tmp/o" ]
	verdict $? "$name"
done

# ---- forms of output ------------------------------------------------------------------

filter=convert/a-filter-for-tcp-to-port-22.bpf
bad=
for order in -EL -EB; do
	for s in convert/*.bpf; do
		"$rawbpf" asm --to-ebpf $order -f raw "$s" -o "$tmp/raw" 2>>"$tmp/why" &&
			"$rawbpf" dis -f raw $order "$tmp/raw" 2>>"$tmp/why" | sed -n 's/^\t//p' >"$tmp/of_raw" &&
			"$rawbpf" asm --to-ebpf $order "$s" -o "$tmp/o" 2>>"$tmp/why" &&
			"$rawbpf" dis "$tmp/o" 2>>"$tmp/why" | sed -n 's/^\t//p' >"$tmp/of_elf" &&
			[ -s "$tmp/of_raw" ] && cmp -s "$tmp/of_raw" "$tmp/of_elf" || bad="$bad $order:$s"
	done
done
echo "$bad" >"$tmp/why"
[ -z "$bad" ]
verdict $? the-object-and-the-raw-bytes-are-one-program-in-both-byte-orders

"$rawbpf" asm --to-ebpf -f c $filter >"$tmp/why" 2>&1 &&
	grep -q '^	{ 0x55, 0, 0, [0-9]*, 2048 }, /\* jne #ETHERTYPE_IP, drop \*/$' "$tmp/why"
verdict $? an-array-of-C-has-the-classic-instructions-in-comments

"$rawbpf" asm --to-ebpf $filter -o "$tmp/o" >"$tmp/why" 2>&1 && "$rawbpf" dis --source "$tmp/o" >"$tmp/why" 2>&1 &&
	grep -q '# 9: *ldh \[x + 16\]' "$tmp/why"
verdict $? line-info-is-that-of-the-classic-source

"$rawbpf" asm --to-ebpf -f hex - <$filter >"$tmp/why" 2>&1 &&
	"$rawbpf" asm --to-ebpf -f hex $filter | cmp -s - "$tmp/why"
verdict $? standard-input-is-converted-too

printf '.equ filter, 7\nld #filter\nret a\n' >"$tmp/f.bpf"
(cd "$tmp" && "$rawbpf" asm --to-ebpf f.bpf) >"$tmp/why" 2>&1 && "$rawbpf" dis "$tmp/f.bpf.o" >"$tmp/why" 2>&1 &&
	grep -q '^.prog filter, "socket"' "$tmp/why" && grep -q 'w0 = 7' "$tmp/why"
verdict $? a-constant-may-be-called-like-the-program-and-the-object-is-named-after-its-source

refuses() { # NAME MESSAGE ARGS...: wrong usage
	name=$1 message=$2
	shift 2
	"$rawbpf" asm "$@" >"$tmp/why" 2>&1
	[ $? -eq 2 ] && grep -q -- "$message" "$tmp/why"
	verdict $? "$name"
}
refuses seccomp-takes-no-extended-BPF 'no --for seccomp' --to-ebpf --for seccomp $filter -o "$tmp/x"
refuses what-is-not-checked-is-not-converted 'no --no-check' --no-check --to-ebpf $filter -o "$tmp/x"
refuses a-dialect-is-of-extended-BPF '--dialect is for extended' --to-ebpf --dialect gnu $filter -o "$tmp/x"
refuses numbers-of-classic-BPF-are-no-form-of-extended 'this is extended BPF' --to-ebpf -f decimal $filter -o "$tmp/x"

# What was converted is text that assembles to the same object's program.
bad=
for s in convert/*.bpf; do
	"$rawbpf" asm --to-ebpf "$s" -o "$tmp/o" && "$rawbpf" dis "$tmp/o" >"$tmp/o.s" &&
		"$rawbpf" asm "$tmp/o.s" -f hex -o "$tmp/one" && "$rawbpf" asm --to-ebpf "$s" -f hex -o "$tmp/two" &&
		cmp -s "$tmp/one" "$tmp/two" || bad="$bad $s"
done >"$tmp/why" 2>&1
echo "$bad" >>"$tmp/why"
[ -z "$bad" ]
verdict $? the-text-of-the-object-assembles-to-the-same-program

echo "1..$n"
[ $failures -eq 0 ]
