/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of `rawbpf run`. */
#ifndef RAWBPF_RUN_OPTIONS_H
#define RAWBPF_RUN_OPTIONS_H

#include "ladder.h"

struct rawbpf_run_options {
	const char *file, *map, *openmetrics, *on;
	double every, duration; /* duration < 0: no end */
	long count;             /* -1: no end */
	bool json, log2, narrate, log;
	struct rawbpf_who who;
	char **settings;
	size_t nsettings;
	char **command;
};

/*
 * Reads argv, which must outlive *o. Returns -1 to go on, else the exit status
 * (help was asked for, or a mistake was said on standard error). Free
 * o->settings in either case.
 */
int rawbpf_run_parse(struct rawbpf_run_options *o, int argc, char **argv);

#endif
