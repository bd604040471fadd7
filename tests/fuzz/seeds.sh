#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Makes the seed corpora in tests/fuzz/corpus out of the inputs of other tests, anew:
# seeds.sh BUILD_DIR. Needs clang; libFuzzer (make fuzz first) keeps those that reach something
# that smaller ones do not.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=$1
rawbpf=$build/rawbpf
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

seed() { # TARGET, first byte (in printf's words; "": none), FILE
	n=$((n + 1))
	mkdir -p "$tmp/$1"
	{ printf '%b' "$2" && cat "$3"; } >"$tmp/$1/$n-$(basename "$3" | cut -c1-40)"
}
n=0

for f in tests/corpus/asm/*.s tests/corpus/asm/*.inc tests/corpus/asm-errors/*.s tests/corpus/dis/*.s samples/*.s; do
	seed asm 0 "$f"
	seed asm 1 "$f"
done
for f in tests/corpus/mnemonic/*.s tests/corpus/mnemonic-errors/*.s; do
	for byte in 0 1 2 8 '\0200' '\0301'; do seed asm "$byte" "$f"; done
done
for f in tests/corpus/classic/*.bpf tests/corpus/classic-errors/*.bpf; do
	[ "$(wc -c <"$f")" -lt 8000 ] || continue
	for byte in '\0000' '\0002' '\0014' '\0050'; do seed classic "$byte" "$f"; done
	"$rawbpf" asm "$f" --no-check -f raw -EL -o "$tmp/slots" 2>/dev/null || continue
	for byte in '\0020' '\0022'; do seed classic "$byte" "$tmp/slots"; done
done

mkdir "$tmp/o"
for f in tests/corpus/asm/*.s tests/corpus/dis/*.s samples/*.s; do
	for order in -EL -EB; do
		"$rawbpf" asm $order "$f" -o "$tmp/o/$(basename "$f")$order" 2>/dev/null
	done
done
for f in tests/corpus/objects/*.c samples/*.c; do
	for order in l b; do
		clang -O2 -g -target bpfe$order -D__TARGET_ARCH_x86_64 -c "$f" \
			-o "$tmp/o/$(basename "$f")$order" 2>/dev/null &&
			llvm-strip -g "$tmp/o/$(basename "$f")$order" # of DWARF, which nobody here reads
	done
done
for f in "$tmp"/o/*; do
	rm -f "$tmp/types" "$tmp/slots"
	[ "$(wc -c <"$f")" -lt 5000 ] || continue
	seed obj '' "$f"
	seed dis '\0034' "$f"
	llvm-objcopy --dump-section .BTF="$tmp/types" "$f" /dev/null 2>/dev/null &&
		[ -s "$tmp/types" ] && seed btf '' "$tmp/types"
	llvm-objcopy --dump-section socket="$tmp/slots" "$f" /dev/null 2>/dev/null &&
		[ -s "$tmp/slots" ] && seed dis '\0040' "$tmp/slots" && seed dis '\0042' "$tmp/slots" && seed dis '\0041' "$tmp/slots"
done
for f in tests/corpus/dis/*.hex tests/corpus/asm/*.hex; do
	seed dis '\0060' "$f"
	seed dis '\0001' "$f"
done
for f in tests/corpus/dis/*.c; do seed dis '\0100' "$f"; done

# Quoted text of the unit tests: each run of string literals is a log, each literal a place.
awk '/^[^"]*"/ { while (match($0, /"([^"\\]|\\.)*"/)) {
		printf "%s", substr($0, RSTART + 1, RLENGTH - 2); $0 = substr($0, RSTART + RLENGTH); got = 1 } }
	/;[ \t]*$/ { if (got) print ""; got = 0 }' tests/unit/verifier_log.c |
	while read -r line; do
		printf '%b' "$line" >"$tmp/one"
		n=$(($(ls "$tmp/log" 2>/dev/null | wc -l) + 1))
		mkdir -p "$tmp/log" && cp "$tmp/one" "$tmp/log/$n-log"
	done
sed -n 's/.*\(SECTION\|ON\)("\([^"]*\)".*/\2/p' tests/unit/place.c | LC_ALL=C sort -u | while read -r line; do
	n=$(($(ls "$tmp/place" 2>/dev/null | wc -l) + 1))
	mkdir -p "$tmp/place" && printf '%s' "$line" >"$tmp/place/$n-place"
done


for t in asm classic dis obj btf log place; do
	rm -rf "tests/fuzz/corpus/$t"
	mkdir -p "tests/fuzz/corpus/$t"
	"$build/fuzz/tests/fuzz/$t" -merge=1 "tests/fuzz/corpus/$t" "$tmp/$t" >"$tmp/out" 2>&1 ||
		tail -n 5 "$tmp/out"
	echo "$t: $(ls "$tmp/$t" | wc -l) inputs, $(ls "tests/fuzz/corpus/$t" | wc -l) kept"
done
