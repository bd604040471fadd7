/* SPDX-License-Identifier: BSD-2-Clause */
/* The door itself, with a stub of ours in place of the system-call instruction. */
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#define RAWBPF_STUB_H
#define RAWBPF_STUB 1
enum {
	RAWBPF_NR_read = 1000,
	RAWBPF_NR_write,
	RAWBPF_NR_close,
	RAWBPF_NR_ioctl,
	RAWBPF_NR_fcntl,
	RAWBPF_NR_openat,
	RAWBPF_NR_perf_event_open,
	RAWBPF_NR_prlimit64,
	RAWBPF_NR_bpf,
	RAWBPF_NR_fsopen,
	RAWBPF_NR_fsconfig,
	RAWBPF_NR_fsmount,
};

struct made {
	long nr, a[5];
};
static struct made made[16];
static unsigned nmade;
static long answers[16];

static long rawbpf_stub(long nr, long a, long b, long c, long d, long e)
{
	assert_true(nmade < 16);
	made[nmade] = (struct made){ nr, { a, b, c, d, e } };
	return answers[nmade++];
}

#include "../../syscall/sys.c"

static void answer(long a, long b, long c, long d)
{
	nmade = 0;
	memset(made, 0, sizeof(made));
	memset(answers, 0, sizeof(answers));
	answers[0] = a;
	answers[1] = b;
	answers[2] = c;
	answers[3] = d;
}

static long size_passed(enum rawbpf_cmd cmd, void *attr, size_t size)
{
	answer(7, 0, 0, 0);
	assert_int_equal(rawbpf_sys_bpf(cmd, attr, size), 7);
	assert_int_equal(nmade, 1);
	assert_int_equal(made[0].nr, RAWBPF_NR_bpf);
	assert_int_equal(made[0].a[0], cmd);
	assert_ptr_equal((void *)made[0].a[1], attr);
	return made[0].a[2];
}

static void size_ends_after_the_last_byte_that_is_not_zero(void **state)
{
	struct rawbpf_attr_map_create attr = { .map_type = 1 };

	assert_int_equal(size_passed(RAWBPF_MAP_CREATE, &attr, sizeof(attr)), 4);
	attr.max_entries = 1;
	assert_int_equal(size_passed(RAWBPF_MAP_CREATE, &attr, sizeof(attr)), 16);
	attr.map_name[0] = 'x'; /* at 28: one byte is rounded up to four */
	assert_int_equal(size_passed(RAWBPF_MAP_CREATE, &attr, sizeof(attr)), 32);
	attr.map_extra = 1ULL << 63; /* its last byte or its first, by byte order */
	assert_in_range(size_passed(RAWBPF_MAP_CREATE, &attr, sizeof(attr)), 68, 72);
	memset(&attr, 0xff, sizeof(attr));
	assert_int_equal(size_passed(RAWBPF_MAP_CREATE, &attr, sizeof(attr)), sizeof(attr));
}

static void an_attr_of_zeroes_passes_no_byte(void **state)
{
	struct rawbpf_attr_enable_stats attr = { 0 };

	assert_int_equal(size_passed(RAWBPF_ENABLE_STATS, &attr, sizeof(attr)), 0);
}

static void size_covers_the_fields_that_the_kernel_writes(void **state)
{
	struct rawbpf_attr_prog_load load = { .prog_type = 1 };
	struct rawbpf_attr_btf_load btf = { .btf_size = 1 };
	struct rawbpf_attr_get_id id = { 0 };
	struct rawbpf_attr_prog_test_run run = { .prog_fd = 3 };

	assert_int_equal(size_passed(RAWBPF_PROG_LOAD, &load, sizeof(load)), 4);
	load.log_level = 1;
	assert_int_equal(size_passed(RAWBPF_PROG_LOAD, &load, sizeof(load)), 144);
	assert_int_equal(size_passed(RAWBPF_BTF_LOAD, &btf, sizeof(btf)), 20);
	btf.btf_log_level = 1;
	assert_int_equal(size_passed(RAWBPF_BTF_LOAD, &btf, sizeof(btf)), 32);
	assert_int_equal(size_passed(RAWBPF_MAP_GET_NEXT_ID, &id, sizeof(id)), 8);
	assert_int_equal(size_passed(RAWBPF_PROG_TEST_RUN, &run, sizeof(run)), 40);
}

static void an_fd_below_3_is_moved_with_close_on_exec(void **state)
{
	struct rawbpf_attr_map_create attr = { .map_type = 1 };

	for (int fd = 0; fd < 3; fd++) {
		answer(fd, 9, 0, 0);
		assert_int_equal(rawbpf_sys_bpf(RAWBPF_MAP_CREATE, &attr, sizeof(attr)), 9);
		assert_int_equal(nmade, 3);
		assert_int_equal(made[1].nr, RAWBPF_NR_fcntl);
		assert_int_equal(made[1].a[0], fd);
		assert_int_equal(made[1].a[1], F_DUPFD_CLOEXEC);
		assert_int_equal(made[1].a[2], 3);
		assert_int_equal(made[2].nr, RAWBPF_NR_close);
		assert_int_equal(made[2].a[0], fd);
	}
}

static void an_fd_that_cannot_be_moved_is_closed(void **state)
{
	answer(0, -24, 0, 0); /* EMFILE */
	assert_int_equal(rawbpf_sys_openat(RAWBPF_AT_FDCWD, "x", 0, 0), -24);
	assert_int_equal(made[2].nr, RAWBPF_NR_close);
	assert_int_equal(made[2].a[0], 0);
}

static void results_that_are_no_fds_are_not_moved(void **state)
{
	struct rawbpf_attr_prog_test_run run = { .prog_fd = 3 };
	char byte;

	answer(0, 0, 0, 0);
	assert_int_equal(rawbpf_sys_bpf(RAWBPF_PROG_TEST_RUN, &run, sizeof(run)), 0);
	assert_int_equal(rawbpf_sys_read(5, &byte, 1), 0);
	assert_int_equal(nmade, 2);
}

static void errors_come_back_as_the_kernel_says_them(void **state)
{
	struct rawbpf_attr_map_create attr = { .map_type = 1 };

	answer(-7, 0, 0, 0);
	assert_int_equal(rawbpf_sys_bpf(RAWBPF_MAP_CREATE, &attr, sizeof(attr)), -7);
	assert_int_equal(nmade, 1);
}

static void perf_event_open_fills_in_its_size_and_asks_close_on_exec(void **state)
{
	struct rawbpf_perf_event_attr attr = { .type = 5 };

	answer(2, 8, 0, 0);
	assert_int_equal(rawbpf_sys_perf_event_open(&attr, -1, 1, -1), 8);
	assert_int_equal(attr.size, 112); /* PERF_ATTR_SIZE_VER5 */
	assert_ptr_equal((void *)made[0].a[0], &attr);
	assert_int_equal(made[0].a[1], -1);
	assert_int_equal(made[0].a[2], 1);
	assert_int_equal(made[0].a[3], -1);
	assert_int_equal(made[0].a[4], EVENT_CLOEXEC);
}

static void openat_asks_close_on_exec(void **state)
{
	answer(5, 0, 0, 0);
	assert_int_equal(rawbpf_sys_openat(RAWBPF_AT_FDCWD, "x", 1, 0600), 5);
	assert_int_equal(made[0].a[0], -100);
	assert_int_equal(made[0].a[2], 1 | O_CLOEXEC);
	assert_int_equal(made[0].a[3], 0600);
}

static void close_of_no_fd_asks_nothing(void **state)
{
	answer(0, 0, 0, 0);
	assert_int_equal(rawbpf_sys_close(-1), 0);
	assert_int_equal(rawbpf_sys_close(-22), 0);
	assert_int_equal(nmade, 0);
}

static void unlimit_memlock_sets_both_limits_of_this_process(void **state)
{
	answer(-1, 0, 0, 0);
	assert_int_equal(rawbpf_sys_unlimit_memlock(), -1);
	assert_int_equal(made[0].nr, RAWBPF_NR_prlimit64);
	assert_int_equal(made[0].a[0], 0);
	assert_int_equal(made[0].a[1], RLIMIT_MEMLOCK);
	assert_int_equal(made[0].a[3], 0);
}

static void a_detached_mount_leaves_only_its_own_fd(void **state)
{
	answer(5, 0, 6, 0);
	assert_int_equal(rawbpf_sys_detached_mount("tracefs"), 6);
	assert_int_equal(nmade, 4);
	assert_int_equal(made[0].nr, RAWBPF_NR_fsopen);
	assert_int_equal(made[1].nr, RAWBPF_NR_fsconfig);
	assert_int_equal(made[1].a[1], FSCONFIG_CMD_CREATE);
	assert_int_equal(made[2].nr, RAWBPF_NR_fsmount);
	assert_int_equal(made[3].nr, RAWBPF_NR_close);
	assert_int_equal(made[3].a[0], 5);
}

static void a_detached_mount_that_fails_leaves_nothing(void **state)
{
	answer(-38, 0, 0, 0);
	assert_int_equal(rawbpf_sys_detached_mount("tracefs"), -38);
	assert_int_equal(nmade, 1);

	answer(5, -1, 0, 0);
	assert_int_equal(rawbpf_sys_detached_mount("tracefs"), -1);
	assert_int_equal(nmade, 3);
	assert_int_equal(made[2].nr, RAWBPF_NR_close);
	assert_int_equal(made[2].a[0], 5);

	answer(5, 0, -1, 0);
	assert_int_equal(rawbpf_sys_detached_mount("tracefs"), -1);
	assert_int_equal(nmade, 4);
	assert_int_equal(made[3].a[0], 5);
}

static void pointers_are_not_sign_extended(void **state)
{
	assert_true(rawbpf_ptr((void *)(uintptr_t)0x80000000u) == 0x80000000u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(size_ends_after_the_last_byte_that_is_not_zero),
		cmocka_unit_test(an_attr_of_zeroes_passes_no_byte),
		cmocka_unit_test(size_covers_the_fields_that_the_kernel_writes),
		cmocka_unit_test(an_fd_below_3_is_moved_with_close_on_exec),
		cmocka_unit_test(an_fd_that_cannot_be_moved_is_closed),
		cmocka_unit_test(results_that_are_no_fds_are_not_moved),
		cmocka_unit_test(errors_come_back_as_the_kernel_says_them),
		cmocka_unit_test(perf_event_open_fills_in_its_size_and_asks_close_on_exec),
		cmocka_unit_test(openat_asks_close_on_exec),
		cmocka_unit_test(close_of_no_fd_asks_nothing),
		cmocka_unit_test(unlimit_memlock_sets_both_limits_of_this_process),
		cmocka_unit_test(a_detached_mount_leaves_only_its_own_fd),
		cmocka_unit_test(a_detached_mount_that_fails_leaves_nothing),
		cmocka_unit_test(pointers_are_not_sign_extended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
