/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A map of counts as a histogram: rows of sizes, what each gained since the
 * last poll, and its total.
 *
 * An object says how its rows are meant by integer constants in .rodata:
 *	row_step   width of a row: row 0 is the size 0, row i is step*(i-1)+1 ... step*i
 *	row_max    the last row ends here, and holds all larger sizes as well
 *	log2_rows  1: row i holds the sizes of i bits instead: 0, 1, 2-3, 4-7, ...
 */
#ifndef RAWBPF_ROWS_H
#define RAWBPF_ROWS_H

#include "obj.h"
#include "snapshot.h"

struct rawbpf_row {
	uint64_t from, to; /* sizes, both included */
	uint64_t count;    /* gained since the last fill */
	uint64_t total;
};

struct rawbpf_rows {
	size_t n;
	struct rawbpf_row *row;
	uint64_t step;      /* 0: by powers of two */
	bool last_has_rest; /* the last row also counts everything above its `to` */
};

/*
 * Makes the rows that obj's constants describe for `map` (an array indexed by
 * row, or a hash keyed by size). 0: done; -ENOENT: the object describes none,
 * or the map's keys and values are not numbers; -ERANGE: constants that make no
 * sense; -ENOMEM.
 */
int rawbpf_rows_init(
	struct rawbpf_rows *rows, const struct rawbpf_obj *obj, const struct rawbpf_map *map);
void rawbpf_rows_fill(
	struct rawbpf_rows *rows, const struct rawbpf_map *map, const struct rawbpf_snapshot *s);
void rawbpf_rows_free(struct rawbpf_rows *rows);

#endif
