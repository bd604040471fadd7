/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's trace pipe, where bpf_trace_printk() goes. There is one, and a line has one reader.
 */
#ifndef RAWBPF_TRACEPIPE_H
#define RAWBPF_TRACEPIPE_H

#include <stdio.h>

#include "obj.h"

struct rawbpf_trace {
	int fd;          /* -1: no program prints to it */
	char line[4096]; /* the part of a line that the last read ended with */
	size_t len;
};

/*
 * Opens the pipe, non-blocking and without what was printed before, if a
 * program of obj prints to it. 0 or -errno, said. Close t->fd.
 */
int rawbpf_trace_open(
	struct rawbpf_trace *t, const struct rawbpf_obj *obj, const struct rawbpf_sink *sink);
/* Writes the lines that are whole by now, or each as {"trace":"..."}. Never waits. */
void rawbpf_trace_print(FILE *out, struct rawbpf_trace *t, bool json);

/* Does a program call bpf_trace_printk or bpf_trace_vprintk? */
bool rawbpf_obj_prints_trace(const struct rawbpf_obj *obj);

#endif
