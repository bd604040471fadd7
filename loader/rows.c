/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rows.h"

#define MAX_ROWS 4096
#define POWER_ROWS 65 /* 0 bits to 64 bits */

static bool is_array(const struct rawbpf_map *map)
{
	return map->type == RAWBPF_MAP_TYPE_ARRAY || map->type == RAWBPF_MAP_TYPE_PERCPU_ARRAY;
}

static int alloc_rows(struct rawbpf_rows *rows, size_t n)
{
	rows->row = calloc(n, sizeof(*rows->row));
	if (!rows->row)
		return -ENOMEM;
	rows->n = n;
	return 0;
}

static int rows_of_powers(struct rawbpf_rows *rows)
{
	int err = alloc_rows(rows, POWER_ROWS);

	if (err)
		return err;
	for (unsigned i = 1; i < POWER_ROWS; i++) {
		rows->row[i].from = 1ULL << (i - 1);
		rows->row[i].to = (rows->row[i].from - 1) * 2 + 1;
	}
	return 0;
}

static int rows_of_steps(struct rawbpf_rows *rows, uint64_t step, uint64_t max)
{
	int err;

	if (!step || max % step || max / step >= MAX_ROWS)
		return -ERANGE;
	err = alloc_rows(rows, max / step + 1);
	if (err)
		return err;
	rows->step = step;
	rows->last_has_rest = true;
	for (size_t i = 1; i < rows->n; i++) {
		rows->row[i].from = step * (i - 1) + 1;
		rows->row[i].to = step * i;
	}
	return 0;
}

int rawbpf_rows_init(
	struct rawbpf_rows *rows, const struct rawbpf_obj *obj, const struct rawbpf_map *map)
{
	uint64_t step, max, by_power = 0;

	memset(rows, 0, sizeof(*rows));
	if (rawbpf_obj_value(obj, "row_step", &step) || rawbpf_obj_value(obj, "row_max", &max))
		return -ENOENT;
	if (!rawbpf_is_number(map->key_size) || !rawbpf_is_number(map->value_size))
		return -ENOENT;
	rawbpf_obj_value(obj, "log2_rows", &by_power);
	return by_power ? rows_of_powers(rows) : rows_of_steps(rows, step, max);
}

void rawbpf_rows_free(struct rawbpf_rows *rows)
{
	free(rows->row);
	memset(rows, 0, sizeof(*rows));
}

/* Which row a hash map's key (a size) belongs to. */
static size_t row_of_size(const struct rawbpf_rows *rows, uint64_t size)
{
	size_t row;

	if (!rows->step)
		return size ? 64 - __builtin_clzll(size) : 0;
	row = size / rows->step + (size % rows->step != 0);
	return row < rows->n ? row : rows->n - 1;
}

void rawbpf_rows_fill(
	struct rawbpf_rows *rows, const struct rawbpf_map *map, const struct rawbpf_snapshot *s)
{
	for (size_t i = 0; i < rows->n; i++) {
		rows->row[i].count = rows->row[i].total; /* the old total, for now */
		rows->row[i].total = 0;
	}
	for (size_t i = 0; i < s->n; i++) {
		uint64_t key = rawbpf_number(rawbpf_snapshot_key(s, i), s->key_size);
		size_t row = is_array(map) ? key : row_of_size(rows, key);

		if (row < rows->n)
			rows->row[row].total += rawbpf_snapshot_sum(s, i);
	}
	for (size_t i = 0; i < rows->n; i++)
		rows->row[i].count = rows->row[i].total - rows->row[i].count;
}
