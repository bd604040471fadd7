#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The disassembler against golden files: dis/NAME.{s,hex,c} with its text in NAME.out, or its
# diagnostics if NAME starts with "error-"; then what it makes of assemblers' and compilers'
# objects, assembled again. A line "args: ..." in a file gives options. TAP.
# To write new golden files: dis.sh BUILD write
set -u
rawbpf=$(cd "$1" && pwd)/rawbpf
write=${2:-}
cd "$(dirname "$0")" || exit 1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
n=0 failures=0

ok() { n=$((n + 1)) && echo "ok $n - $1"; }
not_ok() { n=$((n + 1)) failures=$((failures + 1)) && echo "not ok $n - $1" && sed 's/^/# /' "$tmp/why" | head -n 60; }
skip() { n=$((n + 1)) && echo "ok $n # SKIP $1: $2"; }
verdict() { if [ "$1" -eq 0 ]; then ok "$2"; else not_ok "$2"; fi; }
compare() { # GOLDEN SEEN
	[ "$write" = write ] && cp "$2" "$1"
	diff -u "$1" "$2" >"$tmp/why" 2>&1
}
args_of() { sed -n 's/^\(#\|\/\/\) args: //p' "$1"; }

cd dis || exit 1
for f in *.s *.hex *.c; do
	in=$f
	args=$(args_of "$f")
	if [ "${f%.s}" != "$f" ]; then
		in=$tmp/in.o
		"$rawbpf" asm "$f" -EL -o "$in" 2>"$tmp/why" || {
			not_ok "${f%.*}"
			continue
		}
	fi
	# shellcheck disable=SC2086
	"$rawbpf" dis $args "$in" >"$tmp/out" 2>"$tmp/err"
	rc=$?
	case $f in
	error-*) compare "${f%.*}.out" "$tmp/err" && [ $rc -eq 1 ] && [ ! -s "$tmp/out" ] ;;
	*)
		cat "$tmp/err" >>"$tmp/out"
		compare "${f%.*}.out" "$tmp/out" && [ $rc -eq 0 ]
		;;
	esac
	verdict $? "${f%.*}"
done
cd ..

# ---- there and back --------------------------------------------------------------------

bytes_of() { # OBJECT SECTION
	readelf -x "$2" "$1" 2>/dev/null | sed -n 's/^  0x//p' | cut -c10-45 | tr -d ' \n'
}
order_of() { if readelf -h "$1" | grep -q 'big endian'; then echo -EB; else echo -EL; fi; }
back() { # OBJECT: to $tmp/back.o
	"$rawbpf" dis "$1" >"$tmp/back.s" 2>"$tmp/why" &&
		"$rawbpf" asm "$(order_of "$1")" "$tmp/back.s" -o "$tmp/back.o" >>"$tmp/why" 2>&1
}
same_sections() { # OBJECT PATTERN, of what readelf -S says of the section
	for section in $(readelf -SW "$1" | sed -nE "s/^ *\[ *[0-9]+\] ([^ ]+) +($2).*/\1/p"); do
		[ "$(bytes_of "$1" "$section")" = "$(bytes_of "$tmp/back.o" "$section")" ] || {
			echo "section $section differs" >>"$tmp/why"
			return 1
		}
	done
}
# All but .BTF and .BTF.ext, which have the lines of the text.
whole() {
	back "$1" && ! grep -q '^# - ' "$tmp/back.s" &&
		same_sections "$1" 'PROGBITS .* (AX|A|WA) |SYMTAB|STRTAB|REL'
}
for s in asm/*.s ../../samples/*.s; do
	name=$(basename "$s" .s)
	# shellcheck disable=SC2046
	(cd "$(dirname "$s")" && "$rawbpf" asm "$name.s" -o "$tmp/x.o" $(sed -n 's/^# args: //p' "$name.s")) \
		>"$tmp/why" 2>&1 && whole "$tmp/x.o"
	verdict $? "comes-back-whole: $name"
done

# Compilers: the programs come back to the byte, and the text is the same the second time
# (its first line aside: notes are of the first object).
programs_back() {
	back "$1" && same_sections "$1" 'PROGBITS .* AX '
}
for compiler in clang-14 clang-19 clang-22 clang bpf-gcc; do
	for source in ../../samples/memcpy_stat.c ../../samples/memcpy_kprobe.c objects/counters.c objects/legacy.c objects/oracle_calls.c; do
		name="programs-come-back-from-$compiler: $(basename "$source" .c)"
		command -v $compiler >/dev/null 2>&1 || {
			skip "$name" "no $compiler here"
			continue
		}
		for order in l b; do
			case $compiler$order in
			bpf-gccl) set -- -O2 -gbtf ;;
			bpf-gccb) set -- -O2 -gbtf -mbig-endian ;;
			*) set -- -O2 -g -target bpfe$order ;;
			esac
			"$compiler" "$@" -D__TARGET_ARCH_x86_64 -c "$source" -o "$tmp/$order.o" 2>"$tmp/err" || {
				rm -f "$tmp/$order.o"
				break
			}
		done
		if [ ! -e "$tmp/l.o" ] || [ ! -e "$tmp/b.o" ]; then
			skip "$name" "$(grep -m 1 -i error "$tmp/err")"
		else
			programs_back "$tmp/l.o" && programs_back "$tmp/b.o"
			verdict $? "$name"
		fi
		rm -f "$tmp/l.o" "$tmp/b.o"
	done
done

# What does not come back is said, on top and on standard error.
name=what-is-left-out-is-said-in-the-text-and-on-standard-error
if clang -O2 -g -target bpfel -c objects/counters.c -o "$tmp/c.o" 2>"$tmp/why"; then
	"$rawbpf" dis "$tmp/c.o" >"$tmp/out" 2>"$tmp/err"
	cat "$tmp/err" >"$tmp/why"
	grep -q '^# - section \.data (' "$tmp/out" && grep -q 'warning: this does not assemble again' "$tmp/err" &&
		grep -q 'note: section \.bss (' "$tmp/err" && grep -q 'R_BPF_64_64' "$tmp/out"
	verdict $? $name
else
	skip $name "no clang for BPF here"
fi

# ---- the command ------------------------------------------------------------------------

run() {
	"$rawbpf" dis "$@" >"$tmp/why" 2>&1 </dev/null
	rc=$?
}
run "$tmp/nothing-there"
[ $rc -eq 1 ] && grep -q 'cannot read' "$tmp/why"
verdict $? a-missing-file-is-said
run
[ $rc -eq 2 ] && grep -q '^usage: rawbpf dis' "$tmp/why"
verdict $? no-file-is-wrong-usage
run -f elves x
[ $rc -eq 2 ] && grep -q 'formats are elf, raw, hex and c, not elves' "$tmp/why"
verdict $? an-unknown-format-is-wrong-usage
run --dialect gas x
[ $rc -eq 2 ] && grep -q 'dialects are' "$tmp/why"
verdict $? an-unknown-dialect-is-wrong-usage
run "$rawbpf"
[ $rc -eq 1 ] && grep -Eq 'not for BPF|not 64-bit|64-bit ELF' "$tmp/why"
verdict $? a-program-for-this-machine-is-refused
printf '\225\0\0\0\0\0\0\0' | "$rawbpf" dis - >"$tmp/why" 2>&1 && grep -q '	exit' "$tmp/why"
verdict $? a-dash-reads-standard-input
echo 9500000000000000 >"$tmp/full.hex"
"$rawbpf" dis "$tmp/full.hex" >/dev/full 2>"$tmp/why"
[ $? -eq 1 ] && grep -q 'No space left' "$tmp/why"
verdict $? a-full-device-is-said

echo "1..$n"
[ $failures -eq 0 ]
