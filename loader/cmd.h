/* SPDX-License-Identifier: BSD-2-Clause */
/* The verbs of the tool that live in loader/, and what the tool lends them. */
#ifndef RAWBPF_CMD_H
#define RAWBPF_CMD_H

#include <stdbool.h>
#include <sys/types.h>

#include "obj.h"

struct rawbpf_tool {
	/* An object from a file: an assembly source is assembled first. As rawbpf_obj_read_file. */
	int (*read_object)(
		struct rawbpf_obj **out, const char *path, const struct rawbpf_sink *sink);
	/* From now on each call through the door is told on standard error. */
	void (*narrate)(void);
};

/* `rawbpf run`: argv[0] is "run". Returns the exit status. */
int rawbpf_cmd_run(int argc, char **argv, const struct rawbpf_tool *tool);

/* ---- cmd_child.c: the command that `run` starts and watches ---------------------- */

struct rawbpf_child {
	pid_t pid;  /* 0: none */
	int go;     /* write end: the child waits for a byte before it execs */
	int failed; /* read end: an errno comes here if exec fails, else end of file */
};

/*
 * Forks a child that holds still until rawbpf_child_start. It dies with us.
 * Returns 0 or -errno.
 */
int rawbpf_child_fork(struct rawbpf_child *child, char *const argv[]);
/* Lets it exec. Returns 0, or -errno if exec failed (the child is gone then). */
int rawbpf_child_start(struct rawbpf_child *child);
/* Has it ended? Its exit status then (128 + signal if killed), else -1. Never waits. */
int rawbpf_child_ended(struct rawbpf_child *child);
/* Ends it if it still runs (SIGTERM, after a second SIGKILL) and reaps it. */
void rawbpf_child_end(struct rawbpf_child *child);

#endif
