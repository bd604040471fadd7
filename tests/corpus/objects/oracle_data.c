/* SPDX-License-Identifier: BSD-2-Clause */
/* All kinds of data, loaded by libbpf and by us. */
#include "bpf.h"

const volatile u32 step = 64;
u64 first = 7, second = 9, array[10] = { 1, 2, 3 };
u64 zero_a, zero_b;
static volatile u64 hidden;
static volatile u32 shown = 3;
u32 apart SEC(".data.apart") = 5;
const volatile u32 fixed SEC(".rodata.fixed") = 6;

static const char text[] = "hidden is %d";
static long (*const print)(const char *fmt, u32 size, ...) = (void *)6;

SEC("kprobe/vfs_read") int on_read(void *ctx)
{
	second += first + step + fixed;
	array[5]++;
	apart++;
	zero_b = zero_a++;
	hidden += shown;
	print(text, sizeof(text), hidden);
	return 0;
}

SEC("kprobe/vfs_write") int on_write(void *ctx)
{
	/* all of .rodata: libbpf binds it to programs that do not use it as well */
	second -= array[7] + step + fixed;
	print(text, sizeof(text), 1);
	return 0;
}

char _license[] SEC("license") = "GPL";
