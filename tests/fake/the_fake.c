/* SPDX-License-Identifier: BSD-2-Clause */
/* The fake kernel keeps its own promises. */
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <setjmp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "wrappers.h"

static void the_fake_knows_which_fds_are_open(void **state)
{
	int map = a_map(4, 4);

	assert_int_equal(fake_kernel_open_fds(), 1);
	assert_int_equal(rawbpf_sys_close(map), 0);
	assert_int_equal(fake_kernel_open_fds(), 0);
	assert_int_equal(rawbpf_map_freeze(map), -EBADF);
	assert_int_equal(rawbpf_sys_close(map), -EBADF);
	assert_int_equal(fake_kernel_bad_closes(), 1);
}

static void the_fake_fails_each_call_in_turn(void **state)
{
	unsigned n;

	for (n = 1;; n++) {
		uint32_t key = 0;
		int map, err = 0;
		struct rawbpf_attr_map_create attr = { .map_type = 1, .key_size = 4 };

		fake_kernel_reset();
		fake_kernel_fail(n, ENOMEM);
		map = rawbpf_map_create(&attr);
		if (map >= 0)
			err = rawbpf_map_delete_elem(map, &key);
		rawbpf_sys_close(map);
		if (!fake_kernel_failed())
			break;
		assert_true(map == -ENOMEM || err == -ENOMEM);
		assert_int_equal(fake_kernel_open_fds(), 0);
	}
	assert_int_equal(n, 3);
}

static void the_fake_serves_and_records_named_files(void **state)
{
	char text[8] = "";
	int dir, fd;

	fake_kernel_only_named_files(true);
	fake_kernel_dir("/sys/kernel/tracing");
	fake_kernel_file("/sys/kernel/tracing/kprobe_events", "old\n");
	fake_kernel_no_file("/secret", EACCES);
	dir = rawbpf_sys_openat(RAWBPF_AT_FDCWD, "/sys/kernel/tracing", 0, 0);
	fd = rawbpf_sys_openat(dir, "kprobe_events", 2, 0);
	assert_int_equal(rawbpf_sys_read(fd, text, 3), 3);
	assert_string_equal(text, "old");
	assert_int_equal(rawbpf_sys_read(fd, text, 8), 1);
	assert_int_equal(rawbpf_sys_read(fd, text, 8), 0);
	assert_int_equal(rawbpf_sys_write(fd, "p:a b\n", 6), 6);
	assert_int_equal(rawbpf_sys_write(fd, "-:a\n", 4), 4);
	assert_string_equal(
		fake_kernel_written("/sys/kernel/tracing/kprobe_events"), "p:a b\n-:a\n");
	fake_kernel_refuse_writes("/sys/kernel/tracing/kprobe_events", EINVAL);
	assert_int_equal(rawbpf_sys_write(fd, "x", 1), -EINVAL);
	assert_int_equal(rawbpf_sys_openat(dir, "nothing", 0, 0), -ENOENT);
	assert_int_equal(rawbpf_sys_openat(RAWBPF_AT_FDCWD, "/secret", 0, 0), -EACCES);
	assert_int_equal(rawbpf_sys_openat(RAWBPF_AT_FDCWD, "/dev/null", 0, 0), -ENOENT);
	assert_int_equal(fake_kernel_open_fds(), 2);
}

static void the_fake_passes_unnamed_files_through(void **state)
{
	char byte;
	int fd = rawbpf_sys_openat(RAWBPF_AT_FDCWD, "/dev/zero", 0, 0);

	assert_in_range(fd, 3, FAKE_FIRST_FD - 1);
	assert_int_equal(rawbpf_sys_read(fd, &byte, 1), 1);
	assert_int_equal(fake_kernel_open_fds(), 1);
	assert_int_equal(rawbpf_sys_close(fd), 0);
	assert_int_equal(fake_kernel_open_fds(), 0);
}

static void the_fake_copies_per_cpu_values_of_all_cpus(void **state)
{
	struct rawbpf_attr_map_create attr = {
		.map_type = RAWBPF_MAP_TYPE_PERCPU_ARRAY,
		.key_size = 4,
		.value_size = 4, /* 8 bytes a CPU */
		.max_entries = 1,
	};
	uint32_t key = 0;
	uint64_t values[3] = { 1, 2, 3 };
	size_t len;
	int fd;

	fake_kernel_cpus(3);
	fd = rawbpf_map_create(&attr);
	assert_int_equal(rawbpf_map_update_elem(fd, &key, values, 0), 0);
	assert_memory_equal(fake_call_data(fake_kernel_call(1), "value", &len), values, 24);
	assert_int_equal(len, 24);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_fake_knows_which_fds_are_open),
		TEST(the_fake_fails_each_call_in_turn),
		TEST(the_fake_serves_and_records_named_files),
		TEST(the_fake_passes_unnamed_files_through),
		TEST(the_fake_copies_per_cpu_values_of_all_cpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
