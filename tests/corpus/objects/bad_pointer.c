/* SPDX-License-Identifier: BSD-2-Clause */
/* want: a pointer to "here" in initialised data */
#include "bpf.h"

int here = 3;
int *volatile where[2] = { 0, &here };

SEC("socket") int prog(void *ctx)
{
	return where[1] != 0;
}

char _license[] SEC("license") = "GPL";
