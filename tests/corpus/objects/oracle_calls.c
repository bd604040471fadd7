/* SPDX-License-Identifier: BSD-2-Clause */
/* Static, global and hidden functions, loaded by libbpf and by us. One program a section. */
#include "bpf.h"

#define NOINLINE __attribute__((noinline))
#define OPAQUE(v) __asm__ volatile("" : "+r"(v))

struct {
	__uint(type, 2);
	__uint(max_entries, 4);
	__type(key, u32);
	__type(value, u64);
} counts SEC(".maps");

const volatile u32 step = 64;
u64 total;

static const char text[] = "slot %d";
static long (*const print)(const char *fmt, u32 size, ...) = (void *)6;

/* nobody calls it: it is in no program */
NOINLINE int unused(int n)
{
	OPAQUE(n);
	return n * 3;
}

static NOINLINE u32 slot_of(u32 n)
{
	OPAQUE(n);
	return n / step;
}

/* hidden, so not verified alone, where v could be NULL */
__attribute__((visibility("hidden"))) NOINLINE int bump(u64 *v)
{
	__sync_fetch_and_add(v, 1);
	return 0;
}

static NOINLINE void count(u32 n)
{
	u32 slot = slot_of(n);
	u64 *v = lookup(&counts, &slot);

	if (v)
		bump(v);
}

NOINLINE int twice(u32 n)
{
	OPAQUE(n);
	return (int)(n * 2 + slot_of(n));
}

__attribute__((visibility("hidden"))) NOINLINE int report(u32 n)
{
	OPAQUE(n);
	total += n;
	count(n + 1);
	print(text, sizeof(text), n);
	return twice(n) > 7;
}

SEC("kprobe/vfs_read") int on_read(void *ctx)
{
	count(7);
	return twice(3) + report(5);
}

SEC("kprobe/vfs_write") int on_write(void *ctx)
{
	return report(9) + twice(4) + report(1);
}

char _license[] SEC("license") = "GPL";
