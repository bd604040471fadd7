/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading a whole map: what is asked of the kernel, and what is made of its answers. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "../../loader/snapshot.h"
#include "fake_kernel.h"

#define FD 7

/* A map of the fake kernel: what it holds, and how it behaves. */
static struct {
	uint32_t keys[300];
	uint64_t values[300][4]; /* per CPU */
	unsigned n, cpus;
	bool no_batch;
	int bucket_too_big; /* so many batches are refused with ENOSPC first */
	uint32_t vanishes;  /* looking this key up says ENOENT */
} map;

static void put(void *to, size_t i, size_t size, const void *from)
{
	memcpy((char *)to + i * size, from, size);
}

static void batch(struct fake_call *call)
{
	struct rawbpf_attr_map_batch *a = call->live;
	uint32_t start = 0, i, want = a->count;

	if (map.no_batch) {
		call->result = -EINVAL;
		return;
	}
	if (map.bucket_too_big) {
		map.bucket_too_big--;
		a->count = 0;
		call->result = -ENOSPC;
		return;
	}
	if (a->in_batch)
		memcpy(&start, (void *)(uintptr_t)a->in_batch, 4);
	for (i = 0; i < want && start + i < map.n; i++) {
		put((void *)(uintptr_t)a->keys, i, 4, &map.keys[start + i]);
		put((void *)(uintptr_t)a->values, i, 8 * map.cpus, map.values[start + i]);
	}
	a->count = i;
	start += i;
	memcpy((void *)(uintptr_t)a->out_batch, &start, 4);
	call->result = start == map.n ? -ENOENT : 0;
}

static unsigned index_of(uint64_t key)
{
	uint32_t k;

	memcpy(&k, (void *)(uintptr_t)key, 4);
	for (unsigned i = 0; i < map.n; i++)
		if (map.keys[i] == k)
			return i;
	return map.n;
}

static bool answer(void *arg, struct fake_call *call)
{
	struct rawbpf_attr_map_elem *a = call->live;
	unsigned i;

	if (call->call != RAWBPF_SYS_BPF)
		return false;
	switch (call->cmd) {
	case RAWBPF_MAP_LOOKUP_BATCH:
		batch(call);
		return true;
	case RAWBPF_MAP_GET_NEXT_KEY:
		i = a->key ? index_of(a->key) + 1 : 0;
		call->result = i < map.n ? 0 : -ENOENT;
		if (i < map.n)
			memcpy((void *)(uintptr_t)a->value, &map.keys[i], 4);
		return true;
	case RAWBPF_MAP_LOOKUP_ELEM:
		i = index_of(a->key);
		call->result = i < map.n && map.keys[i] != map.vanishes ? 0 : -ENOENT;
		if (!call->result)
			memcpy((void *)(uintptr_t)a->value, map.values[i], 8 * map.cpus);
		return true;
	default:
		return false;
	}
}

static struct rawbpf_map described(uint32_t type, uint32_t max_entries)
{
	return (struct rawbpf_map){ .name = (char *)"m",
		.type = type,
		.key_size = 4,
		.value_size = 8,
		.max_entries = max_entries };
}

static void fill(unsigned n, unsigned cpus)
{
	memset(&map, 0, sizeof(map));
	map.n = n;
	map.cpus = cpus;
	map.vanishes = UINT32_MAX;
	for (unsigned i = 0; i < n; i++) {
		map.keys[i] = (i * 7919) % 1009; /* not sorted, none twice */
		for (unsigned c = 0; c < cpus; c++)
			map.values[i][c] = map.keys[i] + 1000 * c;
	}
	fake_kernel_reset();
	fake_kernel_hook(answer, NULL);
}

static void check(struct rawbpf_snapshot *s, unsigned n, unsigned cpus)
{
	assert_int_equal(s->n, n);
	for (unsigned i = 0; i < n; i++) {
		uint64_t key = rawbpf_number(rawbpf_snapshot_key(s, i), 4);

		if (i)
			assert_true(key > rawbpf_number(rawbpf_snapshot_key(s, i - 1), 4));
		assert_int_equal(
			rawbpf_snapshot_sum(s, i), cpus * key + 1000 * cpus * (cpus - 1) / 2);
		assert_int_equal(rawbpf_snapshot_find(s, rawbpf_snapshot_key(s, i)), i);
	}
}

static void a_small_map_is_one_call(void **state)
{
	struct rawbpf_map m = described(RAWBPF_MAP_TYPE_PERCPU_ARRAY, 65);
	struct rawbpf_snapshot s;

	fill(65, 4);
	assert_int_equal(rawbpf_snapshot_init(&s, &m, 4), 0);
	assert_int_equal(rawbpf_snapshot_read(&s, FD, &m), 0);
	check(&s, 65, 4);
	assert_int_equal(fake_kernel_ncalls(), 1);
	rawbpf_snapshot_free(&s);
}

static void a_hash_with_room_left_is_read_to_its_end(void **state)
{
	struct rawbpf_map m = described(RAWBPF_MAP_TYPE_HASH, 10000);
	struct rawbpf_snapshot s;

	fill(300, 1);
	assert_int_equal(rawbpf_snapshot_init(&s, &m, 4), 0);
	assert_int_equal(rawbpf_snapshot_read(&s, FD, &m), 0);
	check(&s, 300, 1);
	rawbpf_snapshot_free(&s);
}

static void a_bucket_that_does_not_fit_gets_more_room(void **state)
{
	struct rawbpf_map m = described(RAWBPF_MAP_TYPE_HASH, 300);
	struct rawbpf_snapshot s;

	fill(300, 1);
	map.bucket_too_big = 2;
	assert_int_equal(rawbpf_snapshot_init(&s, &m, 4), 0);
	assert_int_equal(rawbpf_snapshot_read(&s, FD, &m), 0);
	check(&s, 300, 1);
	rawbpf_snapshot_free(&s);
}

static void a_kernel_without_batches_is_read_key_by_key(void **state)
{
	struct rawbpf_map m = described(RAWBPF_MAP_TYPE_PERCPU_HASH, 300);
	struct rawbpf_snapshot s;

	fill(120, 3);
	map.no_batch = true;
	assert_int_equal(rawbpf_snapshot_init(&s, &m, 3), 0);
	assert_int_equal(rawbpf_snapshot_read(&s, FD, &m), 0);
	check(&s, 120, 3);
	rawbpf_snapshot_free(&s);
}

static void a_key_deleted_meanwhile_neither_ends_nor_repeats_the_walk(void **state)
{
	struct rawbpf_map m = described(RAWBPF_MAP_TYPE_HASH, 50);
	struct rawbpf_snapshot s;

	fill(20, 1);
	map.no_batch = true;
	map.vanishes = map.keys[5];
	assert_int_equal(rawbpf_snapshot_init(&s, &m, 1), 0);
	assert_int_equal(rawbpf_snapshot_read(&s, FD, &m), 0);
	assert_int_equal(s.n, 20);
	for (unsigned i = 1; i < s.n; i++)
		assert_true(rawbpf_number(rawbpf_snapshot_key(&s, i - 1), 4) <
			    rawbpf_number(rawbpf_snapshot_key(&s, i), 4));
	rawbpf_snapshot_free(&s);
}

static void an_error_of_the_kernel_comes_back_as_it_is(void **state)
{
	struct rawbpf_map m = described(RAWBPF_MAP_TYPE_HASH, 50);
	struct rawbpf_snapshot s;

	fill(20, 1);
	assert_int_equal(rawbpf_snapshot_init(&s, &m, 1), 0);
	fake_kernel_answer(RAWBPF_MAP_LOOKUP_BATCH, -EPERM);
	assert_int_equal(rawbpf_snapshot_read(&s, FD, &m), -EPERM);
	rawbpf_snapshot_free(&s);
}

static void a_ring_buffer_is_not_read_key_by_key(void **state)
{
	struct rawbpf_map m = described(RAWBPF_MAP_TYPE_RINGBUF, 4096);
	struct rawbpf_snapshot s;

	assert_int_equal(rawbpf_snapshot_init(&s, &m, 1), -ENOTSUP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_small_map_is_one_call),
		cmocka_unit_test(a_hash_with_room_left_is_read_to_its_end),
		cmocka_unit_test(a_bucket_that_does_not_fit_gets_more_room),
		cmocka_unit_test(a_kernel_without_batches_is_read_key_by_key),
		cmocka_unit_test(a_key_deleted_meanwhile_neither_ends_nor_repeats_the_walk),
		cmocka_unit_test(an_error_of_the_kernel_comes_back_as_it_is),
		cmocka_unit_test(a_ring_buffer_is_not_read_key_by_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
