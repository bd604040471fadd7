/* SPDX-License-Identifier: BSD-2-Clause */
/* BTF maps, all kinds of data, several programs in one section. */
#include "bpf.h"

struct key {
	u32 a, b;
};

struct {
	__uint(type, 1);
	__uint(max_entries, 64);
	__type(key, struct key);
	__type(value, u64);
} by_key SEC(".maps");

struct {
	__uint(type, 2);
	__uint(max_entries, 4);
	__uint(key_size, 4);
	__uint(value_size, 16);
	__uint(map_flags, 1024);
} table SEC(".maps");

const volatile u32 step = 64;
const volatile u8 flag = 1;
u64 first = 7, second = 9, array[10] = { 1, 2, 3 };
u64 zero_a, zero_b;
static volatile u64 hidden;
static volatile u64 shown = 3;

SEC("socket") int count(void *ctx)
{
	struct key k = { step, flag };
	u32 slot = 1;
	u64 *v = lookup(&by_key, &k), one = 1;

	if (v)
		*v += 1;
	else
		update(&by_key, &k, &one, 0);
	v = lookup(&table, &slot);
	if (v)
		v[1] += second;
	zero_b += first;
	array[5]++;
	hidden++;
	return (int)shown;
}

SEC("socket") int again(void *ctx)
{
	second += step;
	return 0;
}

SEC("?socket") int not_loaded(void *ctx)
{
	return 1;
}

char _license[] SEC("license") = "Dual BSD/GPL";
u32 _version SEC("version") = 0x061200;
