/* SPDX-License-Identifier: BSD-2-Clause */
/* want: map "m", field "type": it is missing, or 0 */
#include "bpf.h"

struct {
	__uint(max_entries, 4);
	__type(key, u32);
	__type(value, u32);
} m SEC(".maps");

SEC("socket") int prog(void *ctx)
{
	u32 key = 0;

	return lookup(&m, &key) != 0;
}

char _license[] SEC("license") = "GPL";
