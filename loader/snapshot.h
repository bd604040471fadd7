/* SPDX-License-Identifier: BSD-2-Clause */
/* What a map held at one moment: keys and values copied out of the kernel. */
#ifndef RAWBPF_SNAPSHOT_H
#define RAWBPF_SNAPSHOT_H

#include "obj.h"

struct rawbpf_snapshot {
	uint32_t key_size, value_size; /* bytes of one key, of one CPU's value */
	uint32_t copies;               /* possible CPUs for a per-CPU map, else 1 */
	size_t stride;                 /* bytes from one CPU's value to the next */
	size_t n, room;                /* elements held, elements there is room for */
	unsigned char *keys;           /* n x key_size */
	unsigned char *values;         /* n x copies x stride */
};

/* Can this map type be read key by key? (Not ring buffers, program arrays, queues, ...) */
bool rawbpf_map_is_readable(uint32_t map_type);

/*
 * Prepares *s for a map of `possible_cpus` machines; nothing is read yet.
 * -ENOTSUP: the type cannot be read; -ENOMEM; -EOVERFLOW.
 */
int rawbpf_snapshot_init(
	struct rawbpf_snapshot *s, const struct rawbpf_map *map, int possible_cpus);
/*
 * Reads the whole map: batches where the kernel has them (5.6), else key by
 * key. Hash elements that come and go meanwhile may or may not be in it. Keys
 * are sorted as numbers (1, 2, 4, 8 bytes) or as bytes. Returns 0 or -errno.
 */
int rawbpf_snapshot_read(struct rawbpf_snapshot *s, int map_fd, const struct rawbpf_map *map);
void rawbpf_snapshot_free(struct rawbpf_snapshot *s);

/* Integers of 1, 2, 4 or 8 bytes in the host's byte order; other sizes: 0. */
uint64_t rawbpf_number(const void *p, size_t size);
bool rawbpf_is_number(size_t size);

const unsigned char *rawbpf_snapshot_key(const struct rawbpf_snapshot *s, size_t i);
/* One CPU's value, or the value (cpu 0) of a map that is not per CPU. */
const unsigned char *rawbpf_snapshot_value(const struct rawbpf_snapshot *s, size_t i, unsigned cpu);
/* The value as a number, summed over CPUs. */
uint64_t rawbpf_snapshot_sum(const struct rawbpf_snapshot *s, size_t i);
/* The element with that key, or -1. */
long rawbpf_snapshot_find(const struct rawbpf_snapshot *s, const void *key);

#endif
