/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "polled.h"

struct rawbpf_polled_map {
	const struct rawbpf_map *map;
	size_t index; /* in obj->maps */
	int fd;
	struct rawbpf_snapshot now, was;
	struct rawbpf_rows rows; /* n = 0: not a histogram */
};

static int prepare_map(struct rawbpf_polled_map *m, const struct rawbpf_obj *obj, int cpus,
	const struct rawbpf_sink *sink)
{
	int err = rawbpf_snapshot_init(&m->now, m->map, cpus);

	if (!err)
		err = rawbpf_snapshot_init(&m->was, m->map, cpus);
	if (!err)
		err = rawbpf_rows_init(&m->rows, obj, m->map);
	if (err == -ERANGE)
		return rawbpf_error(sink, err, obj->path,
			"row_max must be a multiple of row_step, and at most 4095 times it");
	return err == -ENOENT ? 0 : err;
}

static int no_such_map(
	const struct rawbpf_obj *obj, const char *name, const struct rawbpf_sink *sink)
{
	char known[512] = "";
	size_t len = 0;

	for (size_t i = 0; i < obj->nmaps && len < sizeof(known); i++)
		if (obj->maps[i].origin != RAWBPF_MAP_DATA)
			len += snprintf(known + len, sizeof(known) - len, "%s%s", len ? ", " : "",
				obj->maps[i].name);
	return rawbpf_error(sink, -ENOENT, obj->path, "no map \"%s\"; %s%s", name,
		len ? "there is: " : "the object has no maps", known);
}

int rawbpf_polled_choose(struct rawbpf_polled *polled, const struct rawbpf_obj *obj,
	const char *name, const struct rawbpf_sink *sink)
{
	const struct rawbpf_map *wanted = name ? rawbpf_obj_map(obj, name) : NULL;

	memset(polled, 0, sizeof(*polled));
	polled->obj = obj;
	if (name && !wanted)
		return no_such_map(obj, name, sink);
	if (wanted && !rawbpf_map_is_readable(wanted->type))
		return rawbpf_error(sink, -ENOTSUP, obj->path,
			"map \"%s\" is of a type that cannot be read key by key", name);
	polled->maps = calloc(obj->nmaps + 1, sizeof(*polled->maps));
	if (!polled->maps)
		return -ENOMEM;
	for (size_t i = 0; i < obj->nmaps; i++) {
		const struct rawbpf_map *map = &obj->maps[i];

		if (wanted ? map != wanted
			   : map->origin == RAWBPF_MAP_DATA || !rawbpf_map_is_readable(map->type))
			continue;
		polled->maps[polled->nmaps++] =
			(struct rawbpf_polled_map){ .map = map, .index = i, .fd = -1 };
	}
	return 0;
}

static double seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int rawbpf_polled_begin(struct rawbpf_polled *polled, const int *map_fds, const char *place,
	const struct rawbpf_sink *sink)
{
	int err = 0, cpus = polled->nmaps ? rawbpf_possible_cpus() : 1;

	if (cpus < 0)
		return rawbpf_error(sink, cpus, "/sys/devices/system/cpu/possible",
			"cannot learn how many CPUs there may be");
	snprintf(polled->place, sizeof(polled->place), "%s", place);
	polled->last = seconds(CLOCK_MONOTONIC);
	for (size_t i = 0; !err && i < polled->nmaps; i++) {
		polled->maps[i].fd = map_fds[polled->maps[i].index];
		err = prepare_map(&polled->maps[i], polled->obj, cpus, sink);
	}
	return err;
}

int rawbpf_polled_read(struct rawbpf_polled *polled, const struct rawbpf_sink *sink)
{
	double t = seconds(CLOCK_MONOTONIC);

	polled->interval = t - polled->last;
	polled->last = t;
	polled->time = seconds(CLOCK_REALTIME);
	for (size_t i = 0; i < polled->nmaps; i++) {
		struct rawbpf_polled_map *m = &polled->maps[i];
		struct rawbpf_snapshot swap = m->was;
		int err;

		m->was = m->now;
		m->now = swap;
		err = rawbpf_snapshot_read(&m->now, m->fd, m->map);
		if (err)
			return rawbpf_error(sink, err, polled->obj->path,
				"map \"%s\" cannot be read: %s", m->map->name, strerror(-err));
		if (m->rows.n)
			rawbpf_rows_fill(&m->rows, m->map, &m->now);
	}
	return 0;
}

static struct rawbpf_poll poll_of(const struct rawbpf_polled *polled, size_t i)
{
	const struct rawbpf_polled_map *m = &polled->maps[i];

	return (struct rawbpf_poll){
		.object = polled->obj->path,
		.place = polled->place,
		.map = m->map,
		.time = polled->time,
		.interval = polled->interval,
		.rows = m->rows.n ? &m->rows : NULL,
		.now = &m->now,
		.was = &m->was,
	};
}

void rawbpf_polled_print(FILE *out, const struct rawbpf_polled *polled, bool json)
{
	for (size_t i = 0; i < polled->nmaps; i++) {
		struct rawbpf_poll p = poll_of(polled, i);

		if (json)
			rawbpf_poll_json(out, &p);
		else
			rawbpf_poll_text(out, &p);
	}
}

int rawbpf_polled_openmetrics(FILE *out, const struct rawbpf_polled *polled)
{
	struct rawbpf_poll *polls = calloc(polled->nmaps + 1, sizeof(*polls));

	if (!polls)
		return -ENOMEM;
	for (size_t i = 0; i < polled->nmaps; i++)
		polls[i] = poll_of(polled, i);
	rawbpf_poll_openmetrics(out, polls, polled->nmaps);
	free(polls);
	return 0;
}

void rawbpf_polled_free(struct rawbpf_polled *polled)
{
	for (size_t i = 0; i < polled->nmaps; i++) {
		rawbpf_snapshot_free(&polled->maps[i].now);
		rawbpf_snapshot_free(&polled->maps[i].was);
		rawbpf_rows_free(&polled->maps[i].rows);
	}
	free(polled->maps);
	memset(polled, 0, sizeof(*polled));
}
