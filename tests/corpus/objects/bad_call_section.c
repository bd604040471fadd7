/* SPDX-License-Identifier: BSD-2-Clause */
/* want: program "prog" calls function "twice" */
#include "bpf.h"

SEC("socket") __attribute__((noinline)) int twice(int n)
{
	__asm__ volatile("" : "+r"(n));
	return n * 2;
}

SEC("socket") int prog(int *ctx)
{
	return twice(*ctx);
}

char _license[] SEC("license") = "GPL";
