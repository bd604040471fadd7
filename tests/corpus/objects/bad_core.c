/* SPDX-License-Identifier: BSD-2-Clause */
/* want: program "prog" has CO-RE relocations */
#include "bpf.h"

struct task_struct {
	int pid;
} __attribute__((preserve_access_index));

SEC("socket") int prog(struct task_struct *t)
{
	return t->pid;
}

char _license[] SEC("license") = "GPL";
