/* SPDX-License-Identifier: BSD-2-Clause */
/* Maps, pins and ids on this machine's kernel: round trips through the wrappers. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

#include "lib_syscall.h"

static void a_hash_map_keeps_what_it_was_told(void **state)
{
	uint32_t key = 7, next;
	uint64_t value = 70, got = 0;
	int map;

	need_bpf();
	map = create(RAWBPF_MAP_TYPE_HASH, 4, 8, 4);
	assert_true(map >= 3);
	assert_int_equal(fcntl(map, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal(rawbpf_map_lookup_elem(map, &key, &got, 0), -ENOENT);
	assert_int_equal(rawbpf_map_get_next_key(map, NULL, &next), -ENOENT);
	assert_int_equal(rawbpf_map_update_elem(map, &key, &value, RAWBPF_EXIST), -ENOENT);
	assert_int_equal(rawbpf_map_update_elem(map, &key, &value, RAWBPF_NOEXIST), 0);
	assert_int_equal(rawbpf_map_update_elem(map, &key, &value, RAWBPF_NOEXIST), -EEXIST);
	assert_int_equal(rawbpf_map_lookup_elem(map, &key, &got, 0), 0);
	assert_int_equal(got, 70);
	assert_int_equal(rawbpf_map_get_next_key(map, NULL, &next), 0);
	assert_int_equal(next, 7);
	assert_int_equal(rawbpf_map_get_next_key(map, &next, &next), -ENOENT);
	assert_int_equal(rawbpf_map_delete_elem(map, &key), 0);
	assert_int_equal(rawbpf_map_delete_elem(map, &key), -ENOENT);
	rawbpf_sys_close(map);
}

static void a_queue_gives_its_elements_back_once(void **state)
{
	uint32_t value = 5, got = 0;
	int map;

	need_bpf();
	map = create(RAWBPF_MAP_TYPE_QUEUE, 0, 4, 2);
	assert_true(map >= 3);
	assert_int_equal(rawbpf_map_update_elem(map, NULL, &value, 0), 0);
	assert_int_equal(rawbpf_map_lookup_and_delete_elem(map, NULL, &got, 0), 0);
	assert_int_equal(got, 5);
	assert_int_equal(rawbpf_map_lookup_and_delete_elem(map, NULL, &got, 0), -ENOENT);
	rawbpf_sys_close(map);
}

enum { N = 50 };

static void fill_in_one_call(int map, uint32_t *keys, uint64_t *values)
{
	uint32_t count = N;
	int err;

	for (uint32_t i = 0; i < N; i++) {
		keys[i] = i;
		values[i] = 100 + i;
	}
	err = rawbpf_map_update_batch(map, keys, values, &count, 0);
	if (err == -EINVAL) {
		rawbpf_sys_close(map);
		SKIP("no BPF_MAP_UPDATE_BATCH in this kernel");
	}
	assert_int_equal(err, 0);
	assert_int_equal(count, N);
}

static void batches_bring_each_element_once(void **state)
{
	uint32_t keys[N], mark, seen = 0, count;
	uint64_t values[N];
	unsigned char had[N] = { 0 };
	int map, err = 0;

	need_bpf();
	map = create(RAWBPF_MAP_TYPE_HASH, 4, 8, N);
	assert_true(map >= 3);
	fill_in_one_call(map, keys, values);
	for (int calls = 0; !err && calls < N; calls++) {
		count = 20;
		err = rawbpf_map_lookup_batch(
			map, calls ? &mark : NULL, &mark, keys, values, &count, 0);
		assert_true(err == 0 || err == -ENOENT);
		for (uint32_t i = 0; i < count; i++) {
			assert_in_range(keys[i], 0, N - 1);
			assert_int_equal(values[i], 100 + keys[i]);
			assert_int_equal(had[keys[i]]++, 0);
		}
		seen += count;
	}
	assert_int_equal(seen, N);
	rawbpf_sys_close(map);
}

static void batches_delete(void **state)
{
	uint32_t keys[N], mark, count, next;
	uint64_t values[N];
	int map, err;

	need_bpf();
	map = create(RAWBPF_MAP_TYPE_HASH, 4, 8, N);
	assert_true(map >= 3);
	fill_in_one_call(map, keys, values);
	count = 10;
	assert_int_equal(rawbpf_map_delete_batch(map, keys, &count, 0), 0);
	assert_int_equal(count, 10);
	count = 10; /* gone already: none of them can be done */
	assert_int_equal(rawbpf_map_delete_batch(map, keys, &count, 0), -ENOENT);
	assert_int_equal(count, 0);
	count = N;
	err = rawbpf_map_lookup_and_delete_batch(map, NULL, &mark, keys, values, &count, 0);
	assert_int_equal(err, -ENOENT);
	assert_int_equal(count, N - 10);
	assert_int_equal(rawbpf_map_get_next_key(map, NULL, &next), -ENOENT);
	rawbpf_sys_close(map);
}

static void a_batch_on_a_map_without_batches_did_nothing(void **state)
{
	uint32_t keys[2], count = 2, mark;
	uint32_t values[2];
	int map;

	need_bpf();
	map = create(RAWBPF_MAP_TYPE_QUEUE, 0, 4, 2);
	assert_true(map >= 3);
	assert_true(rawbpf_map_lookup_batch(map, NULL, &mark, keys, values, &count, 0) < 0);
	assert_int_equal(count, 0);
	rawbpf_sys_close(map);
}

static void a_frozen_map_refuses_writes(void **state)
{
	uint32_t key = 0, value = 1;
	int map;

	need_bpf();
	map = create(RAWBPF_MAP_TYPE_ARRAY, 4, 4, 1);
	assert_true(map >= 3);
	assert_int_equal(rawbpf_map_update_elem(map, &key, &value, 0), 0);
	assert_int_equal(rawbpf_map_freeze(map), 0);
	assert_int_equal(rawbpf_map_update_elem(map, &key, &value, 0), -EPERM);
	assert_int_equal(rawbpf_map_lookup_elem(map, &key, &value, 0), 0);
	assert_int_equal(value, 1);
	rawbpf_sys_close(map);
}

static void info_and_ids_find_the_map_again(void **state)
{
	struct rawbpf_map_info info = { 0 };
	uint32_t len = sizeof(info);
	int map, again, id, found = 0;

	need_bpf();
	map = create(RAWBPF_MAP_TYPE_ARRAY, 4, 24, 3);
	assert_int_equal(rawbpf_obj_get_info_by_fd(map, &info, &len), 0);
	assert_in_range(len, 40, sizeof(info));
	assert_int_equal(info.type, RAWBPF_MAP_TYPE_ARRAY);
	assert_int_equal(info.value_size, 24);
	assert_int_equal(info.max_entries, 3);
	assert_string_equal(info.name, "rawbpf_test");
	for (id = 0; (id = rawbpf_map_get_next_id((uint32_t)id)) > 0;)
		found |= (uint32_t)id == info.id;
	assert_int_equal(id, -ENOENT);
	assert_true(found);
	again = rawbpf_map_get_fd_by_id(info.id);
	assert_true(again >= 3);
	rawbpf_sys_close(map);
	rawbpf_sys_close(again);
}

static void an_fd_is_never_below_3(void **state)
{
	int kept, map, was_open;

	need_bpf();
	kept = dup(0);
	assert_true(kept >= 3);
	close(0);
	map = create(RAWBPF_MAP_TYPE_ARRAY, 4, 4, 1);
	was_open = fcntl(0, F_GETFD);
	dup2(kept, 0);
	close(kept);
	assert_int_equal(was_open, -1);
	assert_true(map >= 3);
	assert_int_equal(fcntl(map, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	rawbpf_sys_close(map);
}

static int pin_get_and_look(void)
{
	char dir[] = "/tmp/rawbpf-test-XXXXXX", path[64];
	uint32_t key = 0, value = 99, got = 0;
	int map = create(RAWBPF_MAP_TYPE_ARRAY, 4, 4, 1), again, err;

	CHILD_NEED(map >= 3 && mkdtemp(dir));
	if (mount("none", dir, "bpf", 0, NULL)) {
		rmdir(dir);
		return CHILD_SKIP;
	}
	snprintf(path, sizeof(path), "%s/map", dir);
	rawbpf_map_update_elem(map, &key, &value, 0);
	err = rawbpf_obj_pin(path, map);
	rawbpf_sys_close(map);
	again = rawbpf_obj_get(path, 0);
	rawbpf_map_lookup_elem(again, &key, &got, 0);
	umount(dir);
	rmdir(dir);
	CHILD_NEED(err == 0);
	CHILD_NEED(again >= 3);
	CHILD_NEED(got == 99);
	return CHILD_OK;
}

static void a_pinned_map_is_got_back_by_its_path(void **state)
{
	need_bpf();
	in_child(CLONE_NEWNS, pin_get_and_look);
}

static void a_detached_bpffs_is_reached_only_by_its_fd(void **state)
{
	int dir;

	need_bpf();
	dir = rawbpf_sys_detached_mount("bpf");
	if (dir == -EPERM || dir == -ENOSYS)
		SKIP("fsmount(2) says %s here", strerror(-dir));
	assert_true(dir >= 3);
	assert_int_equal(mkdirat(dir, "x", 0700), 0);
	assert_int_equal(faccessat(dir, "x", F_OK, 0), 0);
	assert_int_equal(rawbpf_sys_close(dir), 0);
	assert_int_equal(rawbpf_sys_detached_mount("no such file system"), -ENODEV);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_hash_map_keeps_what_it_was_told),
		TEST(a_queue_gives_its_elements_back_once),
		TEST(batches_bring_each_element_once),
		TEST(batches_delete),
		TEST(a_batch_on_a_map_without_batches_did_nothing),
		TEST(a_frozen_map_refuses_writes),
		TEST(info_and_ids_find_the_map_again),
		TEST(an_fd_is_never_below_3),
		TEST(a_pinned_map_is_got_back_by_its_path),
		TEST(a_detached_bpffs_is_reached_only_by_its_fd),
	};

	/* before 5.11 maps and programs count as locked memory, and are given back late */
	rawbpf_sys_unlimit_memlock();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
