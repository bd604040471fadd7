/* SPDX-License-Identifier: BSD-2-Clause */
/* want: calls "bpf_task_acquire", which is not defined in this object */
#include "bpf.h"

extern int bpf_task_acquire(void *t) __attribute__((section(".ksyms")));

SEC("socket") int prog(void *ctx)
{
	return bpf_task_acquire(ctx);
}

char _license[] SEC("license") = "GPL";
