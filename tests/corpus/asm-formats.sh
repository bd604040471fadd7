#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# `rawbpf asm -f`: one program as bytes, hex, a C array and JSON.
set -u
rawbpf=$(cd "$1" && pwd)/rawbpf
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
n=0 failures=0
verdict() { # STATUS NAME: what was seen is in log
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		failures=$((failures + 1))
		echo "not ok $n - $2"
		sed 's/^/# /' log
	fi
}
skip() { n=$((n + 1)) && echo "ok $n # SKIP $1: $2"; }
asm() {
	"$rawbpf" asm "$@" >out 2>log </dev/null
	rc=$?
	echo "exit status $rc; files: $(ls -C)" >>log
}
is() { # EXPECTED, on standard input
	cat >want
	diff -u want out >>log
}

cat >one.s <<'EOF'
.map hits, type=array, key=u32, value=u64, entries=1
.prog p, "sock\"et"
	r1 = hits ll  # a comment
	r2 /* here */ = '/' ; r3 = -2147483648
	*(u32 *)(r10 - 4) = ';' // */
	lock *(u64 *)(r10 - 8) += r1
	exit
EOF
cat >two.s <<'EOF'
.prog first, "socket"
	r0 = 1
	exit
.prog second, "socket"
	r0 = 0x1122334455667788 ll
	r0 = *(u32 *)(r10 - 258)
	exit
EOF

asm -f c one.s
is <<'EOF'
/* struct bpf_insn is in <linux/bpf.h>. */
static const struct bpf_insn p[] = {
	{ 0x18, 1, 0, 0, 0 }, /* r1 = hits ll */
	{ 0x00, 0, 0, 0, 0 },
	{ 0xb7, 2, 0, 0, 47 }, /* r2 = '/' */
	{ 0xb7, 3, 0, 0, -2147483648 }, /* r3 = -2147483648 */
	{ 0x62, 10, 0, -4, 59 }, /* *(u32 *)(r10 - 4) = ';' */
	{ 0xdb, 10, 1, -8, 0 }, /* lock *(u64 *)(r10 - 8) += r1 */
	{ 0x95, 0, 0, 0, 0 }, /* exit */
};

/* The slots whose 64-bit load takes the address of a map or variable. */
static const struct {
	unsigned int slot;
	const char *name;
} p_relocs[] = {
	{ 0, "hits" },
};
EOF
verdict $? c-has-the-source-of-each-instruction-and-the-slots-of-maps

asm -f json one.s
is <<'EOF'
{"prog":"p","section":"sock\"et","insns":"18010000000000000000000000000000b70200002f000000b703000000000080620afcff3b000000db1af8ff000000009500000000000000","relocs":{"0":"hits"}}
EOF
verdict $? json-is-one-line-with-the-slots-of-maps

for f in raw hex; do
	asm -f $f one.s -o x
	[ $rc -eq 1 ] && [ ! -e x ] && grep -q "^one.s:3:7: error: -f $f cannot say that this is the address of 'hits'" log
	verdict $? "$f-refuses-the-address-of-a-map"
done

asm -f hex --prog second -EB two.s
is <<'EOF'
18 00 00 00 55 66 77 88
00 00 00 00 11 22 33 44
61 0a fe fe 00 00 00 00
95 00 00 00 00 00 00 00
EOF
verdict $? hex-is-one-slot-per-line-in-the-byte-order-asked-for

asm -f raw --prog second -EL two.s
[ "$(od -An -v -tx1 two.bin | tr -d ' \n')" = 1800000088776655000000004433221161a0fefe000000009500000000000000 ]
verdict $? raw-is-the-slots-of-the-program-that-was-asked-for

asm -f raw two.s -o x
[ $rc -eq 1 ] && [ ! -e x ] && grep -q "^error: 2 programs, and this format is for one: say which with --prog, such as 'first'" log
verdict $? several-programs-need-a-choice
asm -f raw --prog third two.s -o x
[ $rc -eq 1 ] && [ ! -e x ] && grep -q "^error: no program 'third'" log
verdict $? a-program-that-is-not-there-is-said
asm --prog first two.s
[ $rc -eq 2 ] && grep -q -e '--prog chooses for -f raw, hex, c and json' log
verdict $? an-object-has-all-programs
asm -f xml two.s
[ $rc -eq 2 ] && grep -q -e '-f takes elf, raw, hex, c or json' log
verdict $? an-unknown-format-is-wrong-usage

printf 'r0 = 1\nexit\n' >bare.s
asm -f hex -EL bare.s
is <<'EOF'
b7 00 00 00 01 00 00 00
95 00 00 00 00 00 00 00
EOF
verdict $? bare-instructions-need-no-prog
asm bare.s
[ $rc -eq 1 ] && [ ! -e bare.o ] && grep -q 'no program yet' log
verdict $? an-object-needs-one
printf '.map m, type=array, key=u32, value=u32, entries=1\n' >none.s
asm -f hex none.s
[ $rc -eq 1 ] && grep -q 'there is no program to write' log
verdict $? a-file-without-instructions-is-said

name=the-C-array-compiles-to-the-same-bytes
echo '#include <linux/bpf.h>' | ${CC:-cc} -E - >/dev/null 2>&1
has_header=$?
if [ $has_header -ne 0 ]; then
	skip $name "no C compiler, or no <linux/bpf.h>"
else
	"$rawbpf" asm -f c --prog second two.s -o second.h 2>log
	cat >main.c <<'EOF'
#include <stdio.h>
#include <linux/bpf.h>
#include "second.h"
int main(void) { return fwrite(second, sizeof(second), 1, stdout) != 1; }
EOF
	${CC:-cc} -Wall -Wextra -Werror -o main main.c 2>>log && ./main >built && "$rawbpf" asm -f raw --prog second two.s -o second &&
		cmp built second >>log 2>&1
	verdict $? $name
fi

echo "1..$n"
[ $failures -eq 0 ]
