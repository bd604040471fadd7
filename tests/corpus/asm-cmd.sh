#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# `rawbpf asm` as a command: what it writes, what it leaves alone, and its exit status.
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
run() {
	"$rawbpf" asm "$@" >log 2>&1 </dev/null
	rc=$?
	echo "exit status $rc; files: $(ls -C)" >>log
}
printf '.prog p, "socket"\n\tr0 = 7\n\texit\n' >good.s
printf '.prog p, "socket"\n\tr77 = 7\n\texit\n' >bad.s

run good.s
[ $rc -eq 0 ] && [ -s good.o ]
verdict $? without-o-the-object-stands-beside-its-source
run good.s -o other.o && cmp -s good.o other.o
verdict $? o-names-the-object
cp good.o bad.o
run bad.s
[ $rc -eq 1 ] && cmp -s good.o bad.o
verdict $? an-error-ends-with-1-and-leaves-the-old-object-as-it-was
rm bad.o
run bad.s
[ $rc -eq 1 ] && [ ! -e bad.o ] && [ "$(ls)" = "bad.s
good.o
good.s
log
other.o" ]
verdict $? an-error-leaves-no-file-behind
run good.s -o no/such/dir/x.o
[ $rc -eq 1 ] && grep -q '^no/such/dir/x.o: error: cannot write: No such file or directory' log
verdict $? an-output-that-cannot-be-written-is-said
mkdir folder
run good.s -o folder
[ $rc -eq 1 ] && grep -q '^.*folder: error: cannot write: Is a directory' log && [ -z "$(ls -d folder.* 2>/dev/null)" ]
verdict $? a-folder-is-no-output-and-no-temporary-stays
run no-such-file.s
[ $rc -eq 1 ] && grep -q '^no-such-file.s: error: cannot read: No such file or directory' log
verdict $? a-missing-file-is-said-and-not-read-from-standard-input
run .
[ $rc -eq 1 ] && grep -q 'Is a directory' log
verdict $? a-folder-is-no-source
: >empty.s
run empty.s
[ $rc -eq 1 ] && grep -q '^empty.s: error: nothing to assemble' log && [ ! -e empty.o ]
verdict $? an-empty-file-is-an-error
"$rawbpf" asm - -o stdin.o <good.s >log 2>&1 && readelf -s stdin.o | grep -q 'FUNC .* p$'
verdict $? a-dash-reads-standard-input
"$rawbpf" asm good.s -o - >stdout.o 2>log && cmp -s stdout.o good.o
verdict $? o-dash-writes-to-standard-output
echo before >stdout.log
"$rawbpf" asm good.s -o /dev/stdout >>stdout.log 2>log
{ echo before && cat good.o; } | cmp -s - stdout.log
verdict $? o-dev-stdout-appends-where-standard-output-does
"$rawbpf" asm - <good.s >log 2>&1
[ $? -eq 2 ]
verdict $? standard-input-without-o-is-wrong-usage
run
[ $rc -eq 2 ] && grep -q '^usage: rawbpf asm' log
verdict $? no-file-is-wrong-usage
run good.s bad.s
[ $rc -eq 2 ]
verdict $? two-files-are-wrong-usage
run good.s -Ex
[ $rc -eq 2 ] && grep -q 'byte order is -EB or -EL' log
verdict $? an-unknown-byte-order-is-wrong-usage
run good.s -EB -o big.o && readelf -h big.o | grep -q 'big endian' && run good.s -EL -o little.o &&
	readelf -h little.o | grep -q 'little endian'
verdict $? EB-and-EL-choose-the-byte-order
cp good.s same.s
run same.s -o ./same.s
[ $rc -eq 2 ] && cmp -s good.s same.s && grep -q 'would replace its source' log
verdict $? the-source-is-not-overwritten-by-its-object
rm same.s
mkfifo pipe
cat pipe >from-pipe.o &
run good.s -o pipe
wait $!
cmp -s from-pipe.o good.o && [ -p pipe ]
verdict $? a-pipe-is-written-to-not-replaced
ln -s good.o link.o
run good.s -o link.o
[ -L link.o ] && [ $rc -eq 0 ]
verdict $? a-symbolic-link-stays-one
(umask 027 && run good.s -o mode.o)
[ "$(stat -c %a mode.o)" = 640 ]
verdict $? the-object-has-the-mode-that-the-umask-gives
"$rawbpf" asm good.s -o /dev/full >log 2>&1
[ $? -eq 1 ] && grep -q 'No space left' log && [ -c /dev/full ]
verdict $? a-full-device-is-said-and-stays
echo "1..$n"
[ $failures -eq 0 ]
