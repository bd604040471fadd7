/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From an object to counting: its places taken, its programs loaded and bound.
 *
 * A program for `kprobe/memcpy` takes a ladder, because stock kernels refuse a
 * kprobe on memcpy: four places where memory copies can be counted, from the
 * one that was asked for to the one that always works. Which argument is the
 * size differs between them; the object's constant `size_arg` tells the program.
 */
#ifndef RAWBPF_LADDER_H
#define RAWBPF_LADDER_H

#include "attach.h"
#include "obj.h"

struct rawbpf_who {
	int pid;  /* uprobes: this process; -1: all processes */
	bool any; /* false: nobody was named, so a ladder does not reach for every process */
};

struct rawbpf_running {
	struct rawbpf_loaded *loaded;
	struct rawbpf_link **links; /* nlinks, one per attached program */
	size_t nlinks;
	unsigned size_arg; /* as set for the place that was taken; 0: not set */
};

/*
 * Loads obj and attaches each of its programs: at `on` (as --on says; the
 * object must have one program then), or by ladder, or where its section says.
 * On a ladder each place is asked for first, and nothing is loaded for one that
 * is refused.
 * obj is changed (program types, size_arg). Refused rungs are said as notes,
 * the rest as errors. On failure nothing is left.
 */
int rawbpf_start(struct rawbpf_running *run, struct rawbpf_obj *obj, const char *on,
	const struct rawbpf_who *who, const struct rawbpf_load_opts *opts,
	const struct rawbpf_sink *sink);
/* Detaches and closes all. */
void rawbpf_stop(struct rawbpf_running *run);

#endif
