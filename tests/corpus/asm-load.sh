#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What the assembler writes is loaded by others: bpftool, that is libbpf, on this kernel, in a
# mount namespace of its own with a bpffs of its own, so that nothing stays pinned.
set -u
rawbpf=$(cd "$1" && pwd)/rawbpf
names='bpftool-loads-an-object-with-a-map-and-rodata
the-map-has-its-type-sizes-and-flags-and-BTF-types
the-verifier-log-shows-our-source-lines
a-refused-program-is-explained-with-our-source-line
bpftool-loads-every-program-of-a-shared-section
a-local-function-has-its-own-func-info
bpftool-loads-programs-that-share-functions-of-text
functions-of-text-have-func-info-and-lines-in-each-program
a-helper-calls-a-function-of-text-back
BTF-with-numbers-of-32-bits-is-taken-by-the-kernel'

skip_all() {
	n=0
	for name in $names; do
		n=$((n + 1))
		echo "ok $n # SKIP $name: $1"
	done
	echo "1..$n"
	exit 0
}
if [ "${ASM_LOAD_INSIDE:-}" != yes ]; then
	[ "$(id -u)" -eq 0 ] || skip_all "not root"
	command -v bpftool >/dev/null || skip_all "no bpftool"
	bpftool prog list >/dev/null 2>&1 || skip_all "bpf() is refused here: $(bpftool prog list 2>&1 | head -n 1)"
	unshare -m true 2>/dev/null || skip_all "no mount namespace (unshare -m)"
	ASM_LOAD_INSIDE=yes exec unshare -m --propagation private "$0" "$@"
fi

tmp=$(mktemp -d) || exit 1
trap 'umount "$tmp/fs" 2>/dev/null; rm -rf "$tmp"' EXIT
mkdir "$tmp/fs"
mount -t bpf bpf "$tmp/fs" || skip_all "no bpffs"
n=0 failures=0
verdict() {
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		failures=$((failures + 1))
		echo "not ok $n - $2"
		sed 's/^/# /' "$tmp/log" | tail -n 30
	fi
}
assemble() { "$rawbpf" asm "$tmp/$1.s" -o "$tmp/$1.o" >"$tmp/log" 2>&1; }

cat >"$tmp/good.s" <<'EOF'
.license "GPL"
.map a_map_with_a_long_name, type=hash, key=u32, value=u64, entries=64, flags=BPF_F_NO_PREALLOC
.map plain, type=array, key=4, value=24, entries=3
.const key, type=u32, value=7

.prog a_program_with_a_long_name, "socket"
	r1 = key ll
	w1 = *(u32 *)(r1)
	*(u32 *)(r10 - 4) = w1
	r1 = a_map_with_a_long_name ll
	r2 = r10
	r2 += -4	# the key is on the stack
	call map_lookup_elem
	if r0 == 0 goto out
	r0 = *(u64 *)(r0 + 0)
out:	exit
EOF
assemble good && bpftool prog load "$tmp/good.o" "$tmp/fs/good" >"$tmp/log" 2>&1
verdict $? bpftool-loads-an-object-with-a-map-and-rodata

map=$(bpftool prog show pinned "$tmp/fs/good" 2>/dev/null | sed -n 's/.*map_ids \([0-9,]*\).*/\1/p' | tr , '\n' |
	while read -r id; do bpftool map show id "$id" | grep -q 'hash' && echo "$id"; done)
bpftool map show id "${map:-0}" >"$tmp/log" 2>&1
grep -q 'hash .*name a_map_with_a_lo *flags 0x1' "$tmp/log" &&
	grep -q 'key 4B *value 8B *max_entries 64' "$tmp/log" &&
	bpftool map update id "$map" key 7 0 0 0 value 9 0 0 0 0 0 0 0 >>"$tmp/log" 2>&1 &&
	bpftool -j map dump id "$map" >>"$tmp/log" 2>&1 &&
	grep -q '"formatted":{"key":7,"value":9}' "$tmp/log"
verdict $? the-map-has-its-type-sizes-and-flags-and-BTF-types

bpftool prog dump xlated pinned "$tmp/fs/good" linum >"$tmp/log" 2>&1
grep -q 'r2 += -4.*# the key is on the stack.*good.s line_num:12 line_col:2' "$tmp/log" &&
	grep -q 'out:	exit .*line_num:16 line_col:6' "$tmp/log"
verdict $? the-verifier-log-shows-our-source-lines

cat >"$tmp/bad.s" <<'EOF'
.license "GPL"
.prog bad, "socket"
	r0 = *(u64 *)(r2 + 8)	# nobody set r2
	exit
EOF
assemble bad && ! bpftool prog load "$tmp/bad.o" "$tmp/fs/bad" >"$tmp/log" 2>&1 &&
	grep -q '^; r0 = \*(u64 \*)(r2 + 8)	# nobody set r2' "$tmp/log" && grep -q 'R2 !read_ok' "$tmp/log"
verdict $? a-refused-program-is-explained-with-our-source-line

cat >"$tmp/two.s" <<'EOF'
.license "GPL"
.prog first, "socket"
	r0 = 1
	exit
.prog second, "socket"
	r0 = 2
	if r0 != 2 goto second_out
	r0 = 3
second_out:
	exit
EOF
mkdir "$tmp/fs/two"
assemble two && bpftool prog loadall "$tmp/two.o" "$tmp/fs/two" >"$tmp/log" 2>&1 &&
	bpftool prog dump xlated pinned "$tmp/fs/two/second" >"$tmp/log" 2>&1 &&
	grep -q '(b7) r0 = 2' "$tmp/log" && bpftool prog show pinned "$tmp/fs/two/first" >"$tmp/log" 2>&1
verdict $? bpftool-loads-every-program-of-a-shared-section

cat >"$tmp/sub.s" <<'EOF'
.license "GPL"
.prog main_prog, "socket"
	r1 = 20
	call twice
	r0 += 2
	exit
twice:	r0 = r1
	r0 += r1
	exit
EOF
assemble sub && bpftool btf dump file "$tmp/sub.o" >"$tmp/log" 2>&1 &&
	grep -q "FUNC 'main_prog' .*linkage=global" "$tmp/log" && grep -q "FUNC 'twice' .*linkage=static" "$tmp/log"
verdict $? a-local-function-has-its-own-func-info

cat >"$tmp/functions.s" <<'EOF'
.license "GPL"
.map counts, type=array, key=u32, value=u64, entries=4
.const slot, type=u32, value=3

.prog one, "socket"
	r1 = 5
	call twice
	call count
	r0 = 0
	exit
.prog twice, ".text"
	r0 = r1
	r0 += r1
	exit
.prog unused, ".text"
	r0 = 1
	exit
.prog two, "socket"
	r1 = 10
	r2 = each ll
	r3 = 0
	r4 = 0
	call loop
	r0 = 0
	exit
.prog each, ".text"
	call count	# from a callback
	r0 = 0
	exit
.prog count, ".text"
	r1 = slot ll
	w1 = *(u32 *)(r1)
	*(u32 *)(r10 - 4) = w1
	call twice
	r1 = counts ll
	r2 = r10
	r2 += -4
	call map_lookup_elem
	if r0 == 0 goto out
	r1 = 1
	lock *(u64 *)(r0 + 0) += r1
out:	r0 = 0
	exit
EOF
mkdir "$tmp/fs/functions"
assemble functions && bpftool prog loadall "$tmp/functions.o" "$tmp/fs/functions" >"$tmp/log" 2>&1
verdict $? bpftool-loads-programs-that-share-functions-of-text
bpftool prog dump xlated pinned "$tmp/fs/functions/one" >"$tmp/log" 2>&1
grep -q '^int one(' "$tmp/log" && grep -q '^int twice(' "$tmp/log" && grep -q '^int count(' "$tmp/log" &&
	! grep -q 'int each\|int unused' "$tmp/log" && grep -q '^; lock ' "$tmp/log" && grep -q '^; r0 += r1' "$tmp/log"
verdict $? functions-of-text-have-func-info-and-lines-in-each-program
bpftool prog dump xlated pinned "$tmp/fs/functions/two" >"$tmp/log" 2>&1
grep -q '^int each(' "$tmp/log" && grep -q '^int count(' "$tmp/log" && grep -q '; call count	# from a callback' "$tmp/log"
verdict $? a-helper-calls-a-function-of-text-back

cat >"$tmp/large.s" <<'EOF'
.license "GPL"
.map large, type=lpm_trie, key=8, value=4, entries=0xffffffff, flags=BPF_F_NO_PREALLOC
.prog large_prog, "socket"
	r1 = large ll
	r0 = 0
	exit
EOF
assemble large && bpftool prog load "$tmp/large.o" "$tmp/fs/large" >"$tmp/log" 2>&1 &&
	bpftool prog show pinned "$tmp/fs/large" >>"$tmp/log" 2>&1 && grep -q 'btf_id' "$tmp/log"
verdict $? BTF-with-numbers-of-32-bits-is-taken-by-the-kernel

echo "1..$n"
[ $failures -eq 0 ]
