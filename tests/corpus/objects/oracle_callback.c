/* SPDX-License-Identifier: BSD-2-Clause */
/* A helper that calls back, loaded by libbpf and by us: static functions, one calls another. */
#include "bpf.h"

struct {
	__uint(type, 1);
	__uint(max_entries, 16);
	__type(key, u32);
	__type(value, u64);
} table SEC(".maps");

u64 sum;

static long (*const for_each)(void *map, void *callback, void *ctx, u64 flags) = (void *)164;
static long (*const loop)(u32 n, void *callback, void *ctx, u64 flags) = (void *)181;

static __attribute__((noinline)) void add(u64 n)
{
	sum += n;
}

static long each(void *map, u32 *key, u64 *value, void *ctx)
{
	add(*value);
	return 0;
}

static long turn(u32 i, void *ctx)
{
	add(i);
	return 0;
}

SEC("kprobe/vfs_read") int on_read(void *ctx)
{
	for_each(&table, each, 0, 0);
	loop(10, turn, 0, 0);
	return 0;
}

char _license[] SEC("license") = "GPL";
