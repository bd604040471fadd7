#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The assembler against golden files: asm/NAME.s with the bytes of its programs in NAME.hex,
# asm-errors/NAME.s with its whole diagnostics in NAME.err; then against other assemblers.
# A line "# args: ..." in a file gives options. To write new golden files: asm.sh BUILD write
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

# One 8-byte slot per line, bytes in file order.
bytes_of() { # OBJECT SECTION
	readelf -x "$2" "$1" 2>/dev/null | sed -n 's/^  0x//p' | cut -c10-45 | tr -d ' \n' | fold -w 16
	echo
}
programs_of() { # OBJECT: every section of programs
	readelf -SW "$1" | sed -nE 's/^ *\[ *[0-9]+\] ([^ ]+) +PROGBITS .* AX .*/\1/p' |
		while read -r section; do
			echo "section $section"
			bytes_of "$1" "$section"
		done
}
compare() { # GOLDEN SEEN
	[ "$write" = write ] && cp "$2" "$1"
	diff -u "$1" "$2" >"$tmp/why" 2>&1
}
args_of() { sed -n 's/^# args: //p' "$1"; }

for s in asm/*.s; do
	name=$(basename "$s" .s)
	rm -f "$tmp/o"
	# shellcheck disable=SC2046
	(cd asm && "$rawbpf" asm "$name.s" -o "$tmp/o" $(args_of "$name.s")) >"$tmp/why" 2>&1 || {
		not_ok "$name"
		continue
	}
	programs_of "$tmp/o" >"$tmp/hex"
	compare "asm/$name.hex" "$tmp/hex"
	verdict $? "$name"
done

awk '/^section/ { s = $2; next } { b[s] = b[s] $0 } END { exit b["kernel"] != b["llvm"] }' \
	asm/both-spellings-give-the-same-bytes.hex
verdict $? the-golden-bytes-of-both-spellings-are-equal

# A file that is refused says all of it, leaves no object, and ends with status 1.
for s in asm-errors/*.s; do
	name=$(basename "$s" .s)
	rm -f "$tmp/o"
	# shellcheck disable=SC2046
	(cd asm-errors && "$rawbpf" asm "$name.s" -o "$tmp/o" $(args_of "$name.s")) >"$tmp/err" 2>&1 </dev/null
	rc=$?
	compare "asm-errors/$name.err" "$tmp/err" || {
		not_ok "$name"
		continue
	}
	echo "status $rc; object: $(ls "$tmp/o" 2>&1)" >"$tmp/why"
	case $name in
	warns-*) [ $rc -eq 0 ] && [ -e "$tmp/o" ] ;;
	*) [ $rc -eq 1 ] && [ ! -e "$tmp/o" ] ;;
	esac
	verdict $? "$name"
done

# ---- other assemblers -----------------------------------------------------------------

ours() { # FORMS: the same lines as a program of ours
	{
		echo '.prog p, "ours"'
		cat "$1"
		printf 'exit\nexit\n'
	} >"$tmp/ours.s"
	"$rawbpf" asm "$tmp/ours.s" -o "$tmp/ours.o" 2>"$tmp/why" || return 1
	bytes_of "$tmp/ours.o" ours | sed '$d' | sed '$d' >"$tmp/ours.hex"
}
same_as() { # NAME FORMS OBJECT
	ours "$2" && bytes_of "$3" .text >"$tmp/theirs.hex" &&
		diff -u "$tmp/theirs.hex" "$tmp/ours.hex" >"$tmp/why" 2>&1
	verdict $? "$1"
}

# The newest llvm-mc there is.
llvm= version=0
for v in 30 29 28 27 26 25 24 23 22 21 20 19 18 17 16 15 14; do
	llvm=$(command -v "llvm-mc-$v") && version=$v && break
done
mc() { "$llvm" --arch=bpf -mcpu="$1" -mattr=+alu32 -filetype=obj -o "$tmp/mc.o" "$2" 2>"$tmp/why"; }
for forms in 14 22; do
	name="bytes-equal-llvm-mc-for-every-form-that-$forms-knows"
	if [ "$version" -lt $forms ]; then
		skip "$name" "no llvm-mc-$forms or newer here"
	elif mc "v$((forms == 14 ? 3 : 4))" asm/forms-llvm$forms.inc; then
		same_as "$name" asm/forms-llvm$forms.inc "$tmp/mc.o"
	else
		not_ok "$name"
	fi
done

name=bytes-equal-bpf-as-in-its-pseudo-C-dialect
gas=$(command -v bpf-as || command -v bpf-unknown-none-as)
echo 'r1 += 5' >"$tmp/gas.s"
if [ -z "$gas" ]; then
	skip "$name" "no bpf-as here"
elif ! "$gas" -mdialect=pseudoc -o "$tmp/gas.o" "$tmp/gas.s" 2>/dev/null; then
	skip "$name" "this bpf-as does not know -mdialect=pseudoc (binutils 2.42 brought it)"
else
	# Jumps by a number are what it writes differently.
	grep -v -e goto -e skb asm/forms-llvm14.inc >"$tmp/forms"
	if "$gas" -mdialect=pseudoc -mrelax- -o "$tmp/gas.o" "$tmp/forms" 2>"$tmp/why" ||
		"$gas" -mdialect=pseudoc -o "$tmp/gas.o" "$tmp/forms" 2>"$tmp/why"; then
		same_as "$name" "$tmp/forms" "$tmp/gas.o"
	else
		skip "$name" "$(head -n 2 "$tmp/why" | tail -n 1)"
	fi
fi

echo "1..$n"
[ $failures -eq 0 ]
