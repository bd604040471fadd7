#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The mnemonic dialects: mnemonic/NAME.s with its bytes, written by hand, in NAME.hex;
# mnemonic-errors/NAME.s with its whole diagnostics in NAME.err; random programs against bpf-as
# and, in pseudo-C, llvm-mc. To write new diagnostics: mnemonic.sh BUILD write
set -u
rawbpf=$(cd "$1" && pwd)/rawbpf
write=${2:-}
cd "$(dirname "$0")" || exit 1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
n=0 failures=0

ok() { n=$((n + 1)) && echo "ok $n - $1"; }
not_ok() { n=$((n + 1)) failures=$((failures + 1)) && echo "not ok $n - $1" && sed 's/^/# /' "$tmp/why"; }
skip() { n=$((n + 1)) && echo "ok $n # SKIP $1: $2"; }
verdict() { if [ "$1" -eq 0 ]; then ok "$2"; else not_ok "$2"; fi; }
args_of() { sed -n 's/^# args: //p' "$1"; }
hex() { # FILE OUTPUT: in the file's folder, so that messages have its bare name
	# shellcheck disable=SC2046
	(cd "$(dirname "$1")" && "$rawbpf" asm -f hex -EL $(args_of "${1##*/}") "${1##*/}") >"$2" </dev/null
}

for s in mnemonic/*.s; do
	hex "$s" "$tmp/hex" 2>"$tmp/why" && diff -u "${s%.s}.hex" "$tmp/hex" >"$tmp/why" 2>&1
	verdict $? "$(basename "$s" .s)"
done

# What is refused says all of it, writes nothing, and ends with status 1.
for s in mnemonic-errors/*.s; do
	name=$(basename "$s" .s)
	hex "$s" "$tmp/hex" 2>"$tmp/err"
	rc=$?
	[ "$write" = write ] && cp "$tmp/err" "${s%.s}.err"
	diff -u "${s%.s}.err" "$tmp/err" >"$tmp/why" 2>&1 || {
		not_ok "$name"
		continue
	}
	echo "status $rc, $(wc -c <"$tmp/hex") bytes written" >"$tmp/why"
	case $name in
	warns-*) [ $rc -eq 0 ] && [ -s "$tmp/hex" ] ;;
	*) [ $rc -eq 1 ] && [ ! -s "$tmp/hex" ] ;;
	esac
	verdict $? "$name"
done

# ---- random programs, the same in two dialects, and other assemblers -------------------

random() { # FILE SIDE OLD
	awk -v seed=1 -v n=3000 -v side="$2" -v old="$3" -f mnemonic/random.awk >"$1"
}
slots() { "$rawbpf" asm -f raw -EL "$1" -o "$2" 2>"$tmp/why"; }
text_of() { # OBJECT: .text, one slot per line
	readelf -x .text "$1" 2>/dev/null | sed -n 's/^  0x//p' | cut -c10-45 | tr -d ' \n' | fold -w 16
}
same_text() { # NAME OURS OBJECT
	od -An -v -tx1 -w8 "$2" | tr -d ' ' >"$tmp/ours"
	text_of "$3" >"$tmp/theirs"
	[ -s "$tmp/theirs" ] && echo >>"$tmp/theirs"
	diff "$tmp/theirs" "$tmp/ours" >"$tmp/diff" 2>&1
	rc=$?
	head -n 20 "$tmp/diff" >"$tmp/why"
	verdict $rc "$1"
}

random "$tmp/m.s" mnemonics 0
random "$tmp/p.s" pseudoc 0
slots "$tmp/m.s" "$tmp/m" && slots "$tmp/p.s" "$tmp/p" && cmp "$tmp/m" "$tmp/p" >"$tmp/why" 2>&1
verdict $? a-random-program-is-the-same-in-mnemonics-and-in-pseudo-C

name=random-mnemonics-equal-what-llvm-mc-makes-of-their-pseudo-C
llvm=
for v in 30 29 28 27 26 25 24 23 22; do
	llvm=$(command -v "llvm-mc-$v") && break
done
if [ -z "$llvm" ]; then
	skip $name "no llvm-mc-22 or newer here"
elif "$llvm" --arch=bpf -mcpu=v4 -mattr=+alu32 -filetype=obj -o "$tmp/mc.o" "$tmp/p.s" 2>"$tmp/why"; then
	same_text $name "$tmp/m" "$tmp/mc.o"
else
	not_ok $name
fi

name=random-mnemonics-equal-bpf-as
gas=$(command -v bpf-as || command -v bpf-unknown-none-as)
random "$tmp/g.s" mnemonics 1
if [ -z "$gas" ]; then
	skip $name "no bpf-as here"
elif ! "$gas" -EL -o "$tmp/gas.o" "$tmp/g.s" 2>"$tmp/why"; then
	not_ok $name
else
	slots "$tmp/g.s" "$tmp/g" && same_text $name "$tmp/g" "$tmp/gas.o"
fi

echo "1..$n"
[ $failures -eq 0 ]
