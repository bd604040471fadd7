/* SPDX-License-Identifier: BSD-2-Clause */
/* How big are the memory copies on this machine? memcpy_stat.s says the same in assembly. */
#include "rawbpf.h"

#define ROW 64
#define MAX 1024
#define POWERS 65

/*
 * Every CPU has rows of its own. The classic version keeps one hash map and
 * stores back the value that it looked up plus one: two CPUs that meet in one
 * row lose a count.
 */
MAP(sizes, BPF_MAP_TYPE_PERCPU_ARRAY, u32, u64, POWERS);

const volatile u32 size_arg = 3;
const volatile u32 log2_rows = 0; /* 1: a row per power of two */
/* for rawbpf run: how to print the rows */
const volatile u32 row_step = ROW;
const volatile u32 row_max = MAX;

static __always_inline u32 row_by_size(u64 size)
{
	if (size > MAX)
		size = MAX;
	return (size + ROW - 1) / ROW;
}

/* The number of bits in the size: halve the question six times. */
static __always_inline u32 row_by_power(u64 size)
{
	u32 bits = size != 0;

#pragma unroll
	for (u32 half = 32; half; half /= 2) {
		if (size >> half) {
			size >>= half;
			bits += half;
		}
	}
	return bits;
}

SEC("kprobe/memcpy")
int memcpy_stat(void *ctx)
{
	u64 size = size_of_copy(ctx);
	u32 row = log2_rows ? row_by_power(size) : row_by_size(size);
	u64 *count = bpf_map_lookup_elem(&sizes, &row);

	if (count)
		__sync_fetch_and_add(count, 1); /* one task can interrupt another here */
	return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
