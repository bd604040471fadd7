#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The public bpf_conformance suite: DIR= names a folder with its tests/*.data and
# negative/*.data (they are not copied here). Every program assembles, 40 of them to the bytes
# in mnemonic/vectors.txt; every mistake is refused; raw bytes come back as they are.
set -u
rawbpf=$(cd "$1" && pwd)/rawbpf
suite=${DIR:-}
cd "$(dirname "$0")" || exit 1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
n=0 failures=0
verdict() { # STATUS NAME
	n=$((n + 1))
	[ "$1" -eq 0 ] && echo "ok $n - $2" && return
	failures=$((failures + 1))
	echo "not ok $n - $2"
	head -n 20 "$tmp/why" | sed 's/^/# /'
}
skip() { n=$((n + 1)) && echo "ok $n # SKIP $1: $2"; }

if [ -z "$suite" ] || [ ! -d "$suite/tests" ]; then
	skip the-conformance-suite-assembles "DIR= does not name a folder with the suite's tests/"
	echo "1..1"
	exit 0
fi

section() { # FILE SECTION
	awk -v want="-- $2" '/^-- / { on = $0 == want; next } on' "$1"
}
has() { grep -q "^-- $2" "$1"; }
assemble() { # FILE OUTPUT [OPTION...]
	section "$1" asm >"$tmp/in.s"
	out=$2
	shift 2
	"$rawbpf" asm -f raw -EL "$@" "$tmp/in.s" -o "$out" 2>"$tmp/err"
}
plain() { od -An -v -tx1 "$1" | tr -d ' \n'; }

# With the dialect given, and with it found out.
: >"$tmp/why"
total=0
for f in "$suite"/tests/*.data; do
	has "$f" asm || continue
	total=$((total + 1))
	assemble "$f" "$tmp/a" --dialect conformance || { echo "$f" && cat "$tmp/err"; } >>"$tmp/why"
	assemble "$f" "$tmp/b" && cmp "$tmp/a" "$tmp/b" >>"$tmp/why" 2>&1 || echo "$f: not found out" >>"$tmp/why"
	has "$f" raw || continue
	section "$f" raw | sed 's/#.*//' | tr -d ' \t\r\n' >"$tmp/raw"
	[ "$(plain "$tmp/a")" = "$(cat "$tmp/raw")" ] || echo "$f: not its -- raw" >>"$tmp/why"
done
[ $total -gt 0 ] && [ ! -s "$tmp/why" ]
verdict $? "all-$total-programs-assemble"

: >"$tmp/why"
seen=0
while read -r name bytes; do
	case $name in \#*) continue ;; esac
	[ -f "$suite/tests/$name.data" ] || continue
	seen=$((seen + 1))
	assemble "$suite/tests/$name.data" "$tmp/a" --dialect conformance
	[ "$(plain "$tmp/a")" = "$bytes" ] || echo "$name: $(plain "$tmp/a"), not $bytes" >>"$tmp/why"
done <mnemonic/vectors.txt
[ $seen -gt 0 ] && [ ! -s "$tmp/why" ]
verdict $? "$seen-programs-are-the-bytes-that-the-RFC-says"

# Files named incorrect_ assemble: their mistake is the result that they claim.
: >"$tmp/why"
refused=0
for f in "$suite"/negative/*.data; do
	if ! has "$f" asm || [ -z "$(section "$f" asm | sed '/^#/d')" ]; then continue; fi
	case $f in */incorrect_*) continue ;; esac
	refused=$((refused + 1))
	rm -f "$tmp/a"
	assemble "$f" "$tmp/a" --dialect conformance && echo "$f: assembled" >>"$tmp/why"
	grep -q '^[^:]*:[0-9]*:[0-9]*: error: ' "$tmp/err" || echo "$f: $(cat "$tmp/err")" >>"$tmp/why"
done
[ ! -s "$tmp/why" ]
verdict $? "all-$refused-mistakes-are-refused-with-their-place"

# -- raw: what no mnemonic can say, as .quad.
name=raw-programs-come-back-byte-by-byte
printf '.quad 0x95\nexit\n' >"$tmp/in.s"
if ! "$rawbpf" asm -f raw -EL "$tmp/in.s" -o "$tmp/a" 2>/dev/null; then
	skip $name "this assembler has no .quad"
else
	: >"$tmp/why"
	for f in "$suite"/negative/*.data; do
		has "$f" raw || continue
		section "$f" raw | sed 's/#.*//' | tr -s ' \t\r\n' '\n' | sed '/^$/d' >"$tmp/bytes"
		awk '{ b = $1 b } NR % 8 == 0 { print ".quad 0x" b; b = "" }' "$tmp/bytes" >"$tmp/in.s"
		"$rawbpf" asm -f raw -EL "$tmp/in.s" -o "$tmp/a" 2>>"$tmp/why"
		[ "$(plain "$tmp/a")" = "$(tr -d '\n' <"$tmp/bytes")" ] || echo "$f" >>"$tmp/why"
	done
	[ ! -s "$tmp/why" ]
	verdict $? $name
fi

echo "1..$n"
[ $failures -eq 0 ]
