/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../syscall/sys.h"
#include "snapshot.h"

bool rawbpf_map_is_readable(uint32_t map_type)
{
	switch (map_type) {
	case RAWBPF_MAP_TYPE_HASH:
	case RAWBPF_MAP_TYPE_ARRAY:
	case RAWBPF_MAP_TYPE_PERCPU_HASH:
	case RAWBPF_MAP_TYPE_PERCPU_ARRAY:
	case RAWBPF_MAP_TYPE_LRU_HASH:
	case RAWBPF_MAP_TYPE_LRU_PERCPU_HASH:
	case RAWBPF_MAP_TYPE_LPM_TRIE:
		return true;
	default:
		return false;
	}
}

static bool is_per_cpu(uint32_t map_type)
{
	return map_type == RAWBPF_MAP_TYPE_PERCPU_HASH ||
	       map_type == RAWBPF_MAP_TYPE_PERCPU_ARRAY ||
	       map_type == RAWBPF_MAP_TYPE_LRU_PERCPU_HASH;
}

static int make_room(struct rawbpf_snapshot *s, size_t room)
{
	size_t value_bytes, key_bytes;
	unsigned char *keys, *values;

	if (room <= s->room)
		return 0;
	if (__builtin_mul_overflow(room, s->copies * s->stride, &value_bytes) ||
		__builtin_mul_overflow(room, (size_t)s->key_size, &key_bytes))
		return -EOVERFLOW;
	keys = realloc(s->keys, key_bytes);
	if (!keys)
		return -ENOMEM;
	s->keys = keys;
	values = realloc(s->values, value_bytes);
	if (!values)
		return -ENOMEM;
	s->values = values;
	s->room = room;
	return 0;
}

int rawbpf_snapshot_init(struct rawbpf_snapshot *s, const struct rawbpf_map *map, int possible_cpus)
{
	memset(s, 0, sizeof(*s));
	if (!rawbpf_map_is_readable(map->type) || !map->key_size || !map->value_size)
		return -ENOTSUP;
	if (map->value_size > UINT32_MAX / 2)
		return -EOVERFLOW;
	s->key_size = map->key_size;
	s->value_size = map->value_size;
	s->copies = 1;
	s->stride = map->value_size;
	if (is_per_cpu(map->type)) {
		s->copies = possible_cpus;
		s->stride = (map->value_size + 7) / 8 * 8;
	}
	return 0;
}

void rawbpf_snapshot_free(struct rawbpf_snapshot *s)
{
	free(s->keys);
	free(s->values);
	memset(s, 0, sizeof(*s));
}

static unsigned char *value_at(const struct rawbpf_snapshot *s, size_t i)
{
	return s->values + i * s->copies * s->stride;
}

static unsigned char *key_at(const struct rawbpf_snapshot *s, size_t i)
{
	return s->keys + i * s->key_size;
}

/* A full batch buffer means there may be more: room doubles, so few calls are needed. */
static int read_batches(struct rawbpf_snapshot *s, int fd, size_t max_entries)
{
	unsigned char *mark;
	int err = 0;

	mark = calloc(2, s->key_size < 8 ? 8 : s->key_size);
	if (!mark)
		return -ENOMEM;
	s->n = 0;
	while (!err) {
		uint32_t count;

		if (s->room == s->n) {
			err = make_room(s, s->n                 ? 2 * s->n
					   : max_entries < 4096 ? max_entries
								: 4096);
			if (err)
				break;
		}
		count = s->room - s->n;
		err = rawbpf_map_lookup_batch(fd, s->n ? mark : NULL, mark, key_at(s, s->n),
			value_at(s, s->n), &count, 0);
		if (err == -ENOSPC && !count) { /* one hash bucket did not fit */
			err = make_room(s, 2 * s->room);
			continue;
		}
		if (err && err != -ENOENT)
			break;
		s->n += count;
		if (s->n >= max_entries)
			break;
	}
	free(mark);
	return err == -ENOENT ? 0 : err;
}

/*
 * A key that another task deletes under us makes the walk start again at the
 * first key: max_entries bounds it, and drop_repeats() mends it.
 */
static int read_one_by_one(struct rawbpf_snapshot *s, int fd, size_t max_entries)
{
	int err;

	for (s->n = 0; s->n < max_entries; s->n++) {
		err = make_room(s, s->n + 2 > s->room ? 2 * s->n + 16 : s->room);
		if (err)
			return err;
		err = rawbpf_map_get_next_key(
			fd, s->n ? key_at(s, s->n - 1) : NULL, key_at(s, s->n));
		if (err == -ENOENT)
			return 0;
		if (err)
			return err;
		err = rawbpf_map_lookup_elem(fd, key_at(s, s->n), value_at(s, s->n), 0);
		if (err && err != -ENOENT)
			return err;
		if (err)
			memset(value_at(s, s->n), 0, s->copies * s->stride);
	}
	return 0;
}

bool rawbpf_is_number(size_t size)
{
	return size == 1 || size == 2 || size == 4 || size == 8;
}

uint64_t rawbpf_number(const void *p, size_t size)
{
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;

	switch (size) {
	case 1:
		return *(const unsigned char *)p;
	case 2:
		return memcpy(&u16, p, 2), u16;
	case 4:
		return memcpy(&u32, p, 4), u32;
	case 8:
		return memcpy(&u64, p, 8), u64;
	default:
		return 0;
	}
}

static int compare_keys(const void *a, const void *b, size_t size)
{
	uint64_t x, y;

	if (!rawbpf_is_number(size))
		return memcmp(a, b, size);
	x = rawbpf_number(a, size);
	y = rawbpf_number(b, size);
	return x < y ? -1 : x > y;
}

static bool is_sorted(const struct rawbpf_snapshot *s)
{
	for (size_t i = 1; i < s->n; i++)
		if (compare_keys(key_at(s, i - 1), key_at(s, i), s->key_size) > 0)
			return false;
	return true;
}

struct by_key {
	const struct rawbpf_snapshot *s;
	size_t i;
};

static int compare_elements(const void *a, const void *b)
{
	const struct by_key *x = a, *y = b;

	return compare_keys(key_at(x->s, x->i), key_at(y->s, y->i), x->s->key_size);
}

static int sort_by_key(struct rawbpf_snapshot *s)
{
	struct rawbpf_snapshot sorted = *s;
	struct by_key *order;
	int err;

	if (is_sorted(s))
		return 0;
	order = calloc(s->n, sizeof(*order));
	if (!order)
		return -ENOMEM;
	sorted.keys = sorted.values = NULL;
	sorted.room = 0;
	err = make_room(&sorted, s->room);
	if (err) {
		rawbpf_snapshot_free(&sorted);
		free(order);
		return err;
	}
	for (size_t i = 0; i < s->n; i++)
		order[i] = (struct by_key){ s, i };
	qsort(order, s->n, sizeof(*order), compare_elements);
	for (size_t i = 0; i < s->n; i++) {
		memcpy(key_at(&sorted, i), key_at(s, order[i].i), s->key_size);
		memcpy(value_at(&sorted, i), value_at(s, order[i].i), s->copies * s->stride);
	}
	free(order);
	rawbpf_snapshot_free(s);
	*s = sorted;
	return 0;
}

static void drop_repeats(struct rawbpf_snapshot *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->n; i++) {
		if (kept && !compare_keys(key_at(s, kept - 1), key_at(s, i), s->key_size))
			continue;
		if (kept != i) {
			memcpy(key_at(s, kept), key_at(s, i), s->key_size);
			memcpy(value_at(s, kept), value_at(s, i), s->copies * s->stride);
		}
		kept++;
	}
	s->n = kept;
}

int rawbpf_snapshot_read(struct rawbpf_snapshot *s, int map_fd, const struct rawbpf_map *map)
{
	int err = read_batches(s, map_fd, map->max_entries);

	/*
	 * EINVAL: no such command (before 5.6); 524: not for this map type (ENOTSUPP); EINTR: an
	 * LPM trie lost a key under the walk.
	 */
	if (err == -EINVAL || err == -524 || err == -EOPNOTSUPP || err == -EINTR)
		err = read_one_by_one(s, map_fd, map->max_entries);
	if (!err)
		err = sort_by_key(s);
	if (!err)
		drop_repeats(s);
	return err;
}

const unsigned char *rawbpf_snapshot_key(const struct rawbpf_snapshot *s, size_t i)
{
	return key_at(s, i);
}

const unsigned char *rawbpf_snapshot_value(const struct rawbpf_snapshot *s, size_t i, unsigned cpu)
{
	return value_at(s, i) + cpu * s->stride;
}

uint64_t rawbpf_snapshot_sum(const struct rawbpf_snapshot *s, size_t i)
{
	uint64_t sum = 0;

	for (unsigned cpu = 0; cpu < s->copies; cpu++)
		sum += rawbpf_number(rawbpf_snapshot_value(s, i, cpu), s->value_size);
	return sum;
}

long rawbpf_snapshot_find(const struct rawbpf_snapshot *s, const void *key)
{
	size_t lo = 0, hi = s->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = compare_keys(key, key_at(s, mid), s->key_size);

		if (!c)
			return mid;
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return -1;
}
