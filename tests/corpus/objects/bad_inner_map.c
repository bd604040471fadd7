/* SPDX-License-Identifier: BSD-2-Clause */
/* want: map "m", field "values": maps of maps */
#include "bpf.h"

struct inner {
	__uint(type, 2);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u32);
};

struct {
	__uint(type, 12);
	__uint(max_entries, 4);
	__uint(key_size, 4);
	struct inner *values[];
} m SEC(".maps");

SEC("socket") int prog(void *ctx)
{
	u32 key = 0;

	return lookup(&m, &key) != 0;
}

char _license[] SEC("license") = "GPL";
