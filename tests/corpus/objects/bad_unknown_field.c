/* SPDX-License-Identifier: BSD-2-Clause */
/* want: map "m", field "max_entris": no such field */
#include "bpf.h"

struct {
	__uint(type, 1);
	__uint(max_entris, 64);
} m SEC(".maps");

SEC("socket") int prog(void *ctx)
{
	u32 key = 0;

	return lookup(&m, &key) != 0;
}

char _license[] SEC("license") = "GPL";
