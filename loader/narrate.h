/* SPDX-License-Identifier: BSD-2-Clause */
/* `--narrate`: what the kernel was told and what it said, in words. */
#ifndef RAWBPF_NARRATE_H
#define RAWBPF_NARRATE_H

#include "../syscall/sys.h"

/*
 * Turns one event of the door into at most one line (no newline in it), which
 * is valid only during the call of `line`:
 *
 *	bpf(BPF_MAP_CREATE): a percpu_array named "sizes", key 4 bytes, ... -> fd 5
 *
 * All of bpf(2), perf events and their ioctls, the memory limit, mounts without
 * a mount point, and tracefs's *_events files are told; other opens, reads,
 * writes and closes give no line. Keeps no state and asks nothing of the kernel.
 *
 * It follows the event's pointers, so the event must be of a call just made.
 * A perf event type above PERF_TYPE_BREAKPOINT is taken for the kprobe or
 * uprobe PMU, whose config1 is a string or 0.
 */
void rawbpf_narrate(
	void (*line)(void *arg, const char *text), void *arg, const struct rawbpf_sys_event *event);

#endif
