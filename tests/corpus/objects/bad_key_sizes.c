/* SPDX-License-Identifier: BSD-2-Clause */
/* want: map "m", field "key": the type has 4 bytes, but key_size says 8 */
#include "bpf.h"

struct {
	__uint(type, 1);
	__uint(max_entries, 4);
	__uint(key_size, 8);
	__type(key, u32);
	__type(value, u32);
} m SEC(".maps");

SEC("socket") int prog(void *ctx)
{
	u32 key = 0;

	return lookup(&m, &key) != 0;
}

char _license[] SEC("license") = "GPL";
