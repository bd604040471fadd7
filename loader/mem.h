/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory of the loader: arrays that grow by doubling, sizes that cannot overflow. */
#ifndef RAWBPF_MEM_H
#define RAWBPF_MEM_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* n * size, or SIZE_MAX (which no allocation grants) when that overflows. */
static inline size_t rawbpf_size_mul(size_t n, size_t size)
{
	return size && n > SIZE_MAX / size ? SIZE_MAX : n * size;
}

/*
 * Makes room for element n of an array that holds n of them, and clears it.
 * Room is always a power of two, so no capacity is kept. Returns the array,
 * which may have moved, or NULL: then the old one is untouched.
 */
static inline void *rawbpf_array_more(void *array, size_t n, size_t size)
{
	if (!n || !(n & (n - 1)))
		array = realloc(array, rawbpf_size_mul(n ? rawbpf_size_mul(n, 2) : 1, size));
	if (array)
		memset((char *)array + n * size, 0, size);
	return array;
}

/* A copy of n elements, with a zero byte after them; NULL when out of memory. */
static inline void *rawbpf_copy(const void *from, size_t n, size_t size)
{
	size_t len = rawbpf_size_mul(n, size);
	char *to = len < SIZE_MAX ? malloc(len + 1) : NULL;

	if (!to)
		return NULL;
	if (len)
		memcpy(to, from, len);
	to[len] = 0;
	return to;
}

#endif
