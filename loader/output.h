/* SPDX-License-Identifier: BSD-2-Clause */
/* One poll of a map, written for people, as JSON, or for Prometheus. */
#ifndef RAWBPF_OUTPUT_H
#define RAWBPF_OUTPUT_H

#include <stdio.h>

#include "rows.h"

struct rawbpf_poll {
	const char *object, *place; /* place: "" if there are several or none */
	const struct rawbpf_map *map;
	double time, interval;             /* seconds since the epoch; since the last poll */
	const struct rawbpf_rows *rows;    /* NULL: not a histogram, print `now` */
	const struct rawbpf_snapshot *now; /* what the map holds */
	const struct rawbpf_snapshot *was; /* and held at the last poll (n = 0 at first) */
};

void rawbpf_poll_text(FILE *out, const struct rawbpf_poll *poll);
/* A quoted JSON string; bytes that are not UTF-8 become U+FFFD. */
void rawbpf_json_string(FILE *out, const char *text);
/* One object, one line. */
void rawbpf_poll_json(FILE *out, const struct rawbpf_poll *poll);

/*
 * All maps of one round in the text format of a Prometheus node exporter's
 * textfile collector.
 */
void rawbpf_poll_openmetrics(FILE *out, const struct rawbpf_poll *polls, size_t npolls);

/*
 * One character of text that should be UTF-8, and may be a file's name: what is none
 * becomes U+FFFD, as neither JSON nor Prometheus reads it. Returns the bytes used.
 */
size_t rawbpf_put_utf8(FILE *out, const char *text);

#endif
