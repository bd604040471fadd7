#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The folder syscall/ alone, without libc: it compiles, links, and lacks nothing.
# Every compiler of a machine that stub.h knows is asked; those that are missing are named.
set -u
build=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
n=0
# the program that a device would write: every wrapper is referenced by the partial link below
program='
#include "syscall/sys.h"
#include "syscall/stub.h"
#if defined(__x86_64__)
enum { EXIT = 60 };
__asm__(".globl _start\n_start: and $-16, %rsp\n call go\n");
#else
enum { EXIT = RAWBPF_NR_openat == 56 ? 93 : 1 };
void _start(void);
void go(void);
void _start(void) { go(); }
#endif
void go(void);
void go(void)
{
	int fd = rawbpf_sys_openat(RAWBPF_AT_FDCWD, "/dev/null", 2, 0), ok;
	char byte;
	int err = rawbpf_map_freeze(1000), not_perf;

	ok = fd > 2 && rawbpf_sys_write(fd, "abc", 3) == 3 && rawbpf_sys_read(fd, &byte, 1) == 0;
	not_perf = rawbpf_sys_ioctl(fd, RAWBPF_PERF_EVENT_IOC_ENABLE, 0);
	ok = ok && rawbpf_sys_close(fd) == 0 && rawbpf_sys_close(fd) == -9; /* EBADF */
	/* no such fd: EBADF; EPERM without privilege; ENOSYS (38) inside qemu-user */
	ok = ok && (err == -9 || err == -1 || err == -38);
	ok = ok && (not_perf == -25 || not_perf == -38); /* ENOTTY */
	rawbpf_stub(EXIT, ok ? 42 : 1, 0, 0, 0, 0);
}
'

result() { # NAME, passed?, log
	n=$((n + 1))
	if [ "$2" -eq 0 ]; then echo "ok $n - $1"; else
		echo "not ok $n - $1"
		sed 's/^/# /' "$3"
	fi
}

# Compiles all of syscall/ with "$@", links it, and prints what is undefined. 0: nothing is.
build_alone() (
	prefix=$1 dir=$2
	shift 2
	rm -rf "$dir" && mkdir -p "$dir" || exit 1
	cd "$root" || exit 1
	for f in syscall/*.c; do
		"${prefix}gcc" -std=gnu11 -ffreestanding -nostdlib -fno-stack-protector -Wall -Wextra \
			-Wno-unused-parameter -Werror "$@" -c -o "$dir/$(basename "$f" .c).o" "$f" || exit 1
	done
	"${prefix}gcc" -nostdlib -r -o "$dir/all.o" "$dir"/*.o || exit 1
	undefined=$("${prefix}nm" -u "$dir/all.o" | grep -v _GLOBAL_OFFSET_TABLE_)
	[ -z "$undefined" ] || { echo "undefined: $undefined"; exit 1; }
	printf '%s' "$program" | "${prefix}gcc" -std=gnu11 -ffreestanding -nostdlib -fno-stack-protector -I. "$@" \
		-static -o "$dir/program" -xc - -xnone "$dir/all.o"
)

# Runs that program where this machine or qemu-user can.
run_alone() { # TARGET, LEVEL
	cpu=${1%%-*} ran=a_program_without_libc_gets_the_kernels_own_errors_on_$(echo ${1%%-*} | tr - _)_at$(echo $2 | tr - _)
	[ "$cpu" = "$(uname -m)" ] && qemu= || qemu=$(command -v qemu-$cpu-static qemu-$cpu | head -n 1)
	if [ -z "$qemu" ] && [ "$cpu" != "$(uname -m)" ]; then
		n=$((n + 1))
		echo "ok $n # SKIP $ran: no qemu-$cpu"
		return
	fi
	$qemu "$build/freestanding/$1$2/program" >"$build/freestanding-run.log" 2>&1
	[ $? -eq 42 ]
	result "$ran" $? "$build/freestanding-run.log"
}

for target in x86_64-linux-gnu aarch64-linux-gnu arm-linux-gnueabihf arm-linux-gnueabi \
	riscv64-linux-gnu s390x-linux-gnu; do
	name=syscall_alone_needs_no_libc_on_$(echo ${target%%-*} | tr - _)
	[ "$target" = arm-linux-gnueabi ] && name=${name}_soft_float
	if command -v "$target-gcc" >/dev/null; then prefix=$target-; else
		n=$((n + 1))
		echo "ok $n # SKIP $name: no $target-gcc"
		continue
	fi
	for level in -O0 -O2 -Os; do
		log=$build/freestanding-$target$level.log
		build_alone "$prefix" "$build/freestanding/$target$level" $level >"$log" 2>&1
		result "${name}_at$(echo $level | tr - _)" $? "$log"
		run_alone $target $level
	done
done

# with libc, nothing but the project's own names comes out of this folder
hosted=$build/freestanding/hosted
mkdir -p "$hosted"
for f in "$root"/syscall/*.c; do gcc -std=gnu11 -c -o "$hosted/$(basename "$f" .c).o" "$f"; done
nm -g --defined-only "$hosted"/*.o | awk 'NF == 3 && $3 !~ /^rawbpf_/' >"$hosted/log"
[ ! -s "$hosted/log" ]
result a_hosted_build_defines_only_rawbpf_names $? "$hosted/log"

echo "1..$n"
