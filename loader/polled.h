/* SPDX-License-Identifier: BSD-2-Clause */
/* The maps that `rawbpf run` shows, from poll to poll. */
#ifndef RAWBPF_POLLED_H
#define RAWBPF_POLLED_H

#include <stdio.h>

#include "output.h"

struct rawbpf_polled_map;

struct rawbpf_polled {
	const struct rawbpf_obj *obj;
	struct rawbpf_polled_map *maps;
	size_t nmaps;
	char place[600];
	double last; /* when the maps were last read, monotonic seconds */
	double time, interval;
};

/*
 * Which maps of obj to show: `name`, or, if it is NULL, all that can be read
 * (data maps aside). -ENOENT with the known names said; -ENOTSUP: cannot be
 * read; -ENOMEM.
 */
int rawbpf_polled_choose(struct rawbpf_polled *polled, const struct rawbpf_obj *obj,
	const char *name, const struct rawbpf_sink *sink);
/*
 * The object is loaded: its map fds (the caller's), and the place for headings.
 * -ERANGE: constants that make no rows; -ENOMEM.
 */
int rawbpf_polled_begin(struct rawbpf_polled *polled, const int *map_fds, const char *place,
	const struct rawbpf_sink *sink);
/* Reads every map. Returns 0 or -errno. */
int rawbpf_polled_read(struct rawbpf_polled *polled, const struct rawbpf_sink *sink);
/* What the last read found, as text or as JSON lines. */
void rawbpf_polled_print(FILE *out, const struct rawbpf_polled *polled, bool json);
/* The same for a node exporter. Returns 0 or -ENOMEM. */
int rawbpf_polled_openmetrics(FILE *out, const struct rawbpf_polled *polled);
void rawbpf_polled_free(struct rawbpf_polled *polled);

#endif
