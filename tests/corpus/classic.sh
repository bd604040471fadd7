#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Classic BPF against golden files: classic/NAME.bpf with its decimal line in NAME.out,
# classic-errors/NAME.bpf with its whole diagnostics in NAME.err; then against bpf_asm, bpfc and
# tcpdump. A line "; args: ..." in a file gives options. To write new golden files:
# classic.sh BUILD write
set -u
PATH=$PATH:/usr/sbin:/sbin # where Debian puts bpfc
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
compare() { # GOLDEN SEEN
	[ "$write" = write ] && cp "$2" "$1"
	diff -u "$1" "$2" >"$tmp/why" 2>&1
}
args_of() { sed -n 's/^; args: //p' "$1"; }

# Those of every form and every extension are no programs that the kernel would take.
for s in classic/*.bpf; do
	name=$(basename "$s" .bpf)
	# shellcheck disable=SC2046
	case $name in
	*wrongly-refuse | every-form* | tcpdump-d-of* | line-breaks*) check=--no-check ;;
	*) check= ;;
	esac
	# shellcheck disable=SC2046,SC2086
	(cd classic && "$rawbpf" asm $check "$name.bpf" $(args_of "$name.bpf")) >"$tmp/out" 2>&1
	compare "classic/$name.out" "$tmp/out"
	verdict $? "$name"
done

# A file that is refused says all of it and ends with status 1.
for s in classic-errors/*.bpf; do
	name=$(basename "$s" .bpf)
	# shellcheck disable=SC2046
	(cd classic-errors && "$rawbpf" asm "$name.bpf" -o "$tmp/o" $(args_of "$name.bpf")) \
		>"$tmp/err" 2>&1 </dev/null
	rc=$?
	compare "classic-errors/$name.err" "$tmp/err" || {
		not_ok "$name"
		continue
	}
	echo "status $rc; output: $(ls "$tmp/o" 2>&1)" >"$tmp/why"
	[ $rc -eq 1 ] && [ ! -e "$tmp/o" ]
	verdict $? "$name"
done

# ---- formats --------------------------------------------------------------------------

example=classic/the-example-of-the-introduction.bpf
as() { "$rawbpf" asm -f "$1" "$example" $2; }
is() { # TEXT COMMAND...: what it prints
	printf '%b' "$1" >"$tmp/expected"
	shift
	"$@" >"$tmp/seen" 2>&1
	diff -u "$tmp/expected" "$tmp/seen" >"$tmp/why"
}
is '4,40 0 0 12,21 0 1 2048,6 0 0 4294967295,6 0 0 0,\n' as decimal ''
verdict $? decimal-is-one-line-for-tc-and-xt_bpf
is '4\n40 0 0 12\n21 0 1 2048\n6 0 0 4294967295\n6 0 0 0\n' as tcpdump ''
verdict $? tcpdump-is-lines-after-their-number
is '{ 0x28, 0, 0, 0x0000000c },\n{ 0x15, 0, 1, 0x00000800 },\n{ 0x6, 0, 0, 0xffffffff },\n{ 0x6, 0, 0, 0x00000000 },\n' \
	as tcpdump-dd ''
verdict $? tcpdump-dd-is-rows-of-C
is '280000000c000000\n1500000100080000\n06000000ffffffff\n0600000000000000\n' as hex -EL
verdict $? hex-little-endian-is-the-kernels-struct-there
is '002800000000000c\n0015000100000800\n00060000ffffffff\n0006000000000000\n' as hex -EB
verdict $? hex-big-endian-is-the-kernels-struct-there
is '002800000000000c\n0015000100000800\n00060000ffffffff\n0006000000000000\n' as hex '--arch s390x'
verdict $? the-architecture-gives-the-byte-order
as raw -EB | od -An -v -tx1 | tr -d ' \n' >"$tmp/seen"
echo "$(cat "$tmp/seen")" >"$tmp/why"
[ "$(cat "$tmp/seen")" = 002800000000000c001500010000080000060000ffffffff0006000000000000 ]
verdict $? raw-is-the-bytes-of-hex
{
	printf '#include <linux/filter.h>\n#include <stdio.h>\n'
	as c ''
	printf 'int main(void) { for (unsigned i = 0; i < sizeof(filter) / sizeof(*filter); i++)\n'
	printf 'printf("%%u %%u %%u %%u,", filter[i].code, filter[i].jt, filter[i].jf, filter[i].k); }\n'
} >"$tmp/c.c"
name=an-array-of-C-compiles-to-the-same-numbers
if echo '#include <linux/filter.h>' | ${CC:-cc} -E -xc - >/dev/null 2>&1; then
	${CC:-cc} -Wall -Werror -o "$tmp/c" "$tmp/c.c" >"$tmp/why" 2>&1 &&
		is '40 0 0 12,21 0 1 2048,6 0 0 4294967295,6 0 0 0,' "$tmp/c"
	verdict $? $name
else
	skip $name "no <linux/filter.h> here"
fi
# Every text format of every program is input that gives the program again.
bad=
for s in classic/*.bpf; do
	"$rawbpf" asm --no-check "$s" $(args_of "$s") >"$tmp/decimal" 2>"$tmp/why" || bad="$bad $s"
	for f in decimal tcpdump tcpdump-dd c; do
		"$rawbpf" asm --no-check -f $f "$s" $(args_of "$s") | "$rawbpf" asm --no-check - >"$tmp/again" 2>&1
		cmp -s "$tmp/decimal" "$tmp/again" || bad="$bad $f:$s"
	done
done
echo "$bad" >"$tmp/why"
[ -z "$bad" ]
verdict $? every-text-format-reads-back-to-the-same-program
# And so do the comments of the C format, which are the instructions in words.
bad=
for s in classic/*.bpf; do
	"$rawbpf" asm --no-check "$s" $(args_of "$s") >"$tmp/decimal"
	"$rawbpf" asm --no-check -f c "$s" $(args_of "$s") | sed -n 's|^.*/\* [0-9]*: \(.*\) \*/$|\1|p' |
		"$rawbpf" asm --no-check --classic - >"$tmp/again" 2>&1
	cmp -s "$tmp/decimal" "$tmp/again" || bad="$bad $s"
done
echo "$bad" >"$tmp/why"
[ -z "$bad" ]
verdict $? the-words-of-an-instruction-assemble-to-it

# ---- the command ----------------------------------------------------------------------

echo 'ret #1' >"$tmp/f.bpf"
"$rawbpf" asm "$tmp/f.bpf" -o "$tmp/f.out" >"$tmp/why" 2>&1 && [ ! -s "$tmp/why" ] &&
	[ "$(cat "$tmp/f.out")" = "1,6 0 0 1," ]
verdict $? o-names-the-output
"$rawbpf" asm - <"$tmp/f.bpf" >"$tmp/why" 2>&1 && [ "$(cat "$tmp/why")" = "1,6 0 0 1," ]
verdict $? a-dash-reads-standard-input-and-the-result-goes-to-standard-output
refuses() { # NAME MESSAGE ARGS...: wrong usage
	name=$1 message=$2
	shift 2
	"$rawbpf" asm "$@" >"$tmp/why" 2>&1
	[ $? -eq 2 ] && grep -q -- "$message" "$tmp/why"
	verdict $? "$name"
}
refuses an-unknown-format-is-wrong-usage '-f takes elf, raw, hex, c or json' -f intel "$tmp/f.bpf"
refuses classic-has-no-object 'classic BPF has no format elf' -f elf "$tmp/f.bpf"
refuses for-takes-socket-or-seccomp '--for takes socket or seccomp' --for tc "$tmp/f.bpf"
printf '.prog p, "socket"\nr0 = 0\nexit\n' >"$tmp/p.s"
refuses extended-has-no-decimal 'extended BPF, which has -f elf, raw, hex, c and json' -f decimal "$tmp/p.s" -o "$tmp/p.o"
echo 'div #0' >"$tmp/d.bpf"
"$rawbpf" asm --no-check "$tmp/d.bpf" >"$tmp/why" 2>&1 && [ "$(cat "$tmp/why")" = "1,52 0 0 0," ]
verdict $? no-check-lets-through-what-the-kernel-refuses
cp "$tmp/f.bpf" "$tmp/f.s"
"$rawbpf" run "$tmp/f.s" >"$tmp/why" 2>&1
[ $? -eq 1 ] && grep -q 'f.s: error: this is classic BPF.*--to-ebpf an object' "$tmp/why"
verdict $? run-says-that-it-cannot-load-classic-BPF

# ---- other assemblers -----------------------------------------------------------------

name=bytes-equal-bpf_asm-for-every-form-that-it-knows
forms=classic/every-form-that-bpf_asm-takes.bpf
if command -v bpf_asm >/dev/null 2>&1; then
	bpf_asm $forms >"$tmp/theirs" 2>&1 && "$rawbpf" asm --no-check $forms >"$tmp/ours" 2>&1
	diff -u "$tmp/theirs" "$tmp/ours" >"$tmp/why"
	verdict $? $name
	bpf_asm -c $forms >"$tmp/theirs" 2>&1
	"$rawbpf" asm --no-check --classic "$tmp/theirs" >"$tmp/ours" 2>&1
	bpf_asm $forms | diff -u - "$tmp/ours" >"$tmp/why"
	verdict $? bpf_asms-rows-of-C-read-back
else
	skip $name "no bpf_asm here (it is in the kernel's sources, tools/bpf)"
fi
name=bytes-equal-bpfc-for-every-form-that-it-knows
if command -v bpfc >/dev/null 2>&1; then
	grep -v -e vlan_pr -e vlan_avail -e vlan_tpid -e rand $forms >"$tmp/forms.bpf"
	{ bpfc -b -f tc -i "$tmp/forms.bpf" && echo; } >"$tmp/theirs" 2>&1
	"$rawbpf" asm --no-check "$tmp/forms.bpf" >"$tmp/ours" 2>&1
	diff -u "$tmp/theirs" "$tmp/ours" >"$tmp/why"
	verdict $? $name
	bpfc -b -V -i "$tmp/forms.bpf" >"$tmp/report" 2>&1
	"$rawbpf" asm --no-check "$tmp/report" >"$tmp/ours" 2>&1
	diff -u "$tmp/theirs" "$tmp/ours" >"$tmp/why"
	verdict $? bpfcs-report-reads-back
	# Its text alone, too, but for what it writes wrongly: "sub #-1" for a mask, say.
	sed '/^Result:/,$d' "$tmp/report" >"$tmp/text"
	"$rawbpf" asm --no-check "$tmp/text" >"$tmp/ours" 2>&1
	diff -u "$tmp/theirs" "$tmp/ours" >"$tmp/why"
	verdict $? bpfcs-text-reads-back
else
	skip $name "no bpfc here (package netsniff-ng)"
fi

plain() { sed 's/^7 0 0 .*/7 0 0 0/' "$1"; }
name=tcpdumps-text-gives-tcpdumps-numbers
if command -v tcpdump >/dev/null 2>&1 && tcpdump -y EN10MB -d ip >/dev/null 2>&1; then
	: >"$tmp/why"
	seen=0
	while read -r expression; do
		tcpdump -y EN10MB -ddd "$expression" >"$tmp/theirs" 2>/dev/null || {
			echo "tcpdump refuses: $expression" >>"$tmp/why"
			continue
		}
		seen=$((seen + 1))
		case $expression in
		*protochain*) check=--no-check ;; # jumps backward: only libpcap itself runs it
		*) check= ;;
		esac
		for form in -d -dd -ddd; do
			tcpdump -y EN10MB $form "$expression" 2>/dev/null |
				"$rawbpf" asm $check -f tcpdump - >"$tmp/ours" 2>&1
			# libpcap leaves a number in the k of `tax`, which -d does not show.
			[ $form = -d ] && plain "$tmp/theirs" >"$tmp/plain" || cp "$tmp/theirs" "$tmp/plain"
			cmp -s "$tmp/plain" "$tmp/ours" && continue
			echo "$form $expression" >>"$tmp/why"
			diff "$tmp/plain" "$tmp/ours" >>"$tmp/why"
		done
	done <classic/tcpdump-expressions
	[ ! -s "$tmp/why" ] && [ $seen -ge 50 ]
	verdict $? $name
else
	skip $name "no tcpdump here that compiles filters"
fi

echo "1..$n"
[ $failures -eq 0 ]
