/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs, BTF, links and perf events on this machine's kernel, all on things of our own. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <setjmp.h>
#include <time.h>
#include <cmocka.h>

#include "lib_syscall.h"

static unsigned bpf_calls_seen;
static long last_size;

void rawbpf_sys_saw(const struct rawbpf_sys_event *event)
{
	if (event->call != RAWBPF_SYS_BPF)
		return;
	bpf_calls_seen++;
	last_size = event->a[1];
}

static void a_program_runs_and_its_result_comes_back(void **state)
{
	unsigned char packet[64] = { 0 };
	struct rawbpf_attr_prog_test_run run = {
		.data_in = rawbpf_ptr(packet),
		.data_size_in = sizeof(packet),
		.repeat = 5,
	};
	int prog;

	need_bpf();
	prog = load_returning(RAWBPF_PROG_TYPE_SOCKET_FILTER, 0, 42);
	assert_true(prog >= 3);
	run.prog_fd = (uint32_t)prog;
	assert_int_equal(rawbpf_prog_test_run(&run), 0);
	assert_int_equal(run.retval, 42);
	rawbpf_sys_close(prog);
}

static void a_call_is_seen_with_the_size_that_was_passed(void **state)
{
	unsigned before;
	int map;

	need_bpf();
	before = bpf_calls_seen;
	map = create(RAWBPF_MAP_TYPE_ARRAY, 4, 4, 1);
	assert_int_equal(bpf_calls_seen, before + 1);
	assert_int_equal(last_size, 40); /* up to the last letter of "rawbpf_test", at 28 */
	rawbpf_sys_close(map);
}

static void the_verifier_says_why_it_refuses(void **state)
{
	const struct rawbpf_insn insns[] = { EXIT }; /* r0 was never set */
	static char log[4096];
	struct rawbpf_attr_prog_load attr = {
		.prog_type = RAWBPF_PROG_TYPE_SOCKET_FILTER,
		.insns = rawbpf_ptr(insns),
		.insn_cnt = 1,
		.license = rawbpf_ptr("GPL"),
		.log_level = 1,
		.log_size = sizeof(log),
		.log_buf = rawbpf_ptr(log),
	};
	int err;

	need_bpf();
	err = rawbpf_prog_load(&attr);
	assert_true(err == -EACCES || err == -EINVAL);
	assert_non_null(strstr(log, "R0 !read_ok"));
	if (!attr.log_true_size)
		SKIP("no log_true_size in this kernel (Linux 6.4)");
	assert_int_equal(attr.log_true_size, strlen(log) + 1);
}

static void info_and_ids_find_the_program_and_its_map_again(void **state)
{
	struct rawbpf_prog_info info = { 0 };
	uint32_t len = sizeof(info);
	int prog, map, again, id, found = 0, bound;

	need_bpf();
	prog = load_returning(RAWBPF_PROG_TYPE_SOCKET_FILTER, 0, 0);
	map = create(RAWBPF_MAP_TYPE_ARRAY, 4, 4, 1);
	bound = rawbpf_prog_bind_map(prog, map);
	assert_int_equal(rawbpf_obj_get_info_by_fd(prog, &info, &len), 0);
	assert_int_equal(info.type, RAWBPF_PROG_TYPE_SOCKET_FILTER);
	assert_string_equal(info.name, "rawbpf_test");
	if (bound == 0)
		assert_int_equal(info.nr_map_ids, 1);
	else
		assert_int_equal(bound, -EINVAL); /* before Linux 5.10 */
	for (id = 0; (id = rawbpf_prog_get_next_id((uint32_t)id)) > 0;)
		found |= (uint32_t)id == info.id;
	assert_int_equal(id, -ENOENT);
	assert_true(found);
	again = rawbpf_prog_get_fd_by_id(info.id);
	assert_true(again >= 3);
	rawbpf_sys_close(prog);
	rawbpf_sys_close(map);
	rawbpf_sys_close(again);
}

static void run_time_is_counted_while_stats_are_on(void **state)
{
	unsigned char packet[64] = { 0 };
	struct rawbpf_attr_prog_test_run run = {
		.data_in = rawbpf_ptr(packet),
		.data_size_in = sizeof(packet),
		.repeat = 7,
	};
	struct rawbpf_prog_info info = { 0 };
	uint32_t len = sizeof(info);
	int stats, prog;

	need_bpf();
	stats = rawbpf_enable_stats(RAWBPF_STATS_RUN_TIME);
	if (stats == -EINVAL)
		SKIP("no BPF_ENABLE_STATS in this kernel (Linux 5.8)");
	assert_true(stats >= 3);
	prog = load_returning(RAWBPF_PROG_TYPE_SOCKET_FILTER, 0, 0);
	run.prog_fd = (uint32_t)prog;
	assert_int_equal(rawbpf_prog_test_run(&run), 0);
	assert_int_equal(rawbpf_obj_get_info_by_fd(prog, &info, &len), 0);
	assert_int_equal(info.run_cnt, 7);
	rawbpf_sys_close(prog);
	rawbpf_sys_close(stats);
}

/* BTF by hand: a header, one `int`, the strings "" and "int" */
static const struct {
	uint16_t magic;
	uint8_t version, flags;
	uint32_t hdr_len, type_off, type_len, str_off, str_len;
	uint32_t name, kind, size, encoding;
	char strings[8];
} one_int = { 0xeb9f, 1, 0, 24, 0, 16, 16, 5, 1, 1u << 24, 4, 1u << 24 | 32, "\0int" };

static void btf_goes_in_and_comes_back(void **state)
{
	struct rawbpf_attr_btf_load attr = { .btf = rawbpf_ptr(&one_int), .btf_size = 24 + 16 + 5 };
	unsigned char back[64] = { 0 };
	struct rawbpf_btf_info info = { .btf = rawbpf_ptr(back), .btf_size = sizeof(back) };
	uint32_t len = sizeof(info);
	int btf, again, id;

	need_bpf();
	btf = rawbpf_btf_load(&attr);
	assert_true(btf >= 3);
	assert_int_equal(rawbpf_obj_get_info_by_fd(btf, &info, &len), 0);
	assert_int_equal(info.btf_size, 45);
	assert_memory_equal(back, &one_int, 45);
	id = rawbpf_btf_get_next_id(info.id - 1);
	if (id != -EINVAL)
		assert_int_equal(id, info.id);
	again = rawbpf_btf_get_fd_by_id(info.id);
	assert_true(again >= 3);
	rawbpf_sys_close(btf);
	rawbpf_sys_close(again);
}

static void broken_btf_is_explained(void **state)
{
	static char log[4096];
	unsigned char bad[45];
	struct rawbpf_attr_btf_load attr = {
		.btf = rawbpf_ptr(bad),
		.btf_size = sizeof(bad),
		.btf_log_level = 1,
		.btf_log_size = sizeof(log),
		.btf_log_buf = rawbpf_ptr(log),
	};

	need_bpf();
	memcpy(bad, &one_int, sizeof(bad));
	memset(bad + 24, 0xff, 4); /* the name's offset */
	assert_int_equal(rawbpf_btf_load(&attr), -EINVAL);
	assert_true(log[0] != '\0');
	if (!attr.btf_log_true_size)
		SKIP("no btf_log_true_size in this kernel (Linux 6.4)");
	assert_int_equal(attr.btf_log_true_size, strlen(log) + 1);
}

/* ---- perf events ------------------------------------------------------------------- */

/* The clock of this task alone, every 100 us of its own run time. */
static int own_clock(void)
{
	struct rawbpf_perf_event_attr attr = {
		.type = RAWBPF_PERF_TYPE_SOFTWARE,
		.config = RAWBPF_PERF_COUNT_SW_CPU_CLOCK,
		.sample_period = 100000,
		.flags = RAWBPF_PERF_DISABLED,
	};

	return rawbpf_sys_perf_event_open(&attr, 0, -1, -1);
}

static void burn_ms(long ms)
{
	struct timespec from, now;

	clock_gettime(CLOCK_MONOTONIC, &from);
	do
		clock_gettime(CLOCK_MONOTONIC, &now);
	while ((now.tv_sec - from.tv_sec) * 1000 + (now.tv_nsec - from.tv_nsec) / 1000000 < ms);
}

static void a_program_on_a_perf_event_runs_while_it_is_enabled(void **state)
{
	uint64_t ran;
	int map, prog, event;

	need_bpf();
	event = own_clock();
	if (event == -EACCES || event == -EPERM)
		SKIP("perf_event_open(2) says %s here", strerror(-event));
	map = create(RAWBPF_MAP_TYPE_ARRAY, 4, 8, 1);
	prog = load_counter(RAWBPF_PROG_TYPE_PERF_EVENT, map);
	assert_true(map >= 3 && prog >= 3 && event >= 3);
	assert_int_equal(rawbpf_perf_event_set_bpf(event, prog), 0);
	burn_ms(20);
	assert_int_equal(element_0(map), 0); /* not enabled yet */
	assert_int_equal(rawbpf_perf_event_enable(event), 0);
	burn_ms(100);
	assert_int_equal(rawbpf_perf_event_disable(event), 0);
	ran = element_0(map);
	assert_true(ran > 0);
	burn_ms(20);
	assert_int_equal(element_0(map), ran);
	rawbpf_sys_close(event);
	rawbpf_sys_close(prog);
	rawbpf_sys_close(map);
}

static void a_link_holds_a_program_on_a_perf_event(void **state)
{
	struct rawbpf_attr_link_create attr = { .attach_type = RAWBPF_PERF_EVENT };
	struct rawbpf_link_info info = { 0 };
	uint32_t len = sizeof(info);
	int map, prog, event, link;

	need_bpf();
	map = create(RAWBPF_MAP_TYPE_ARRAY, 4, 8, 1);
	prog = load_counter(RAWBPF_PROG_TYPE_PERF_EVENT, map);
	event = own_clock();
	attr.prog_fd = (uint32_t)prog;
	attr.target_fd = (uint32_t)event;
	link = rawbpf_link_create(&attr);
	rawbpf_sys_close(prog);
	if (link < 0) {
		rawbpf_sys_close(event);
		rawbpf_sys_close(map);
		SKIP("no perf links in this kernel (Linux 5.15): %s", strerror(-link));
	}
	assert_int_equal(rawbpf_obj_get_info_by_fd(link, &info, &len), 0);
	assert_int_equal(info.type, RAWBPF_LINK_TYPE_PERF_EVENT);
	assert_int_equal(rawbpf_link_get_next_id(info.id - 1), info.id);
	rawbpf_perf_event_enable(event);
	burn_ms(100);
	assert_true(element_0(map) > 0);
	rawbpf_sys_close(link);
	rawbpf_sys_close(event);
	rawbpf_sys_close(map);
}

/* ---- things of a child's own ------------------------------------------------------- */

static int update_and_detach_a_netns_link(void)
{
	struct rawbpf_attr_link_create attr = { .attach_type = RAWBPF_SK_LOOKUP };
	struct rawbpf_link_info info = { 0 };
	uint32_t len = sizeof(info), first;
	int one = load_returning(RAWBPF_PROG_TYPE_SK_LOOKUP, RAWBPF_SK_LOOKUP, 1);
	int two = load_returning(RAWBPF_PROG_TYPE_SK_LOOKUP, RAWBPF_SK_LOOKUP, 1);
	int net = rawbpf_sys_openat(RAWBPF_AT_FDCWD, "/proc/self/ns/net", 0, 0), link;

	CHILD_NEED(net >= 3);
	if (one < 0)
		return CHILD_SKIP;
	attr.prog_fd = (uint32_t)one;
	attr.target_fd = (uint32_t)net;
	link = rawbpf_link_create(&attr);
	CHILD_NEED(link >= 3);
	CHILD_NEED(rawbpf_obj_get_info_by_fd(link, &info, &len) == 0);
	CHILD_NEED(info.type == RAWBPF_LINK_TYPE_NETNS);
	CHILD_NEED(info.netns.attach_type == RAWBPF_SK_LOOKUP);
	first = info.prog_id;
	/* not what is there: refused */
	CHILD_NEED(rawbpf_link_update(link, two, two) == -EPERM);
	CHILD_NEED(rawbpf_link_update(link, two, one) == 0);
	CHILD_NEED(rawbpf_link_update(link, two, -1) == 0);
	len = sizeof(info);
	CHILD_NEED(rawbpf_obj_get_info_by_fd(link, &info, &len) == 0);
	CHILD_NEED(info.prog_id != first);
	CHILD_NEED(rawbpf_link_detach(link) == 0);
	len = sizeof(info);
	CHILD_NEED(rawbpf_obj_get_info_by_fd(link, &info, &len) == 0);
	CHILD_NEED(info.netns.netns_ino == 0);
	return CHILD_OK;
}

static void a_link_is_updated_and_detached(void **state)
{
	need_bpf();
	in_child(CLONE_NEWNET, update_and_detach_a_netns_link);
}

/* A cgroup with no process in it, in a cgroup2 that only this child has mounted. */
static int attach_to_a_cgroup(void)
{
	char dir[] = "/tmp/rawbpf-test-XXXXXX", path[64];
	struct rawbpf_attr_prog_attach attr = { .attach_type = RAWBPF_CGROUP_DEVICE };
	int prog = load_returning(RAWBPF_PROG_TYPE_CGROUP_DEVICE, 0, 1), cgroup;
	int attached = 1, detached = 1, again = 0;

	CHILD_NEED(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/rawbpf-test-%d", dir, (int)getpid());
	if (prog < 0 || mount("none", dir, "cgroup2", 0, NULL)) {
		rmdir(dir);
		return CHILD_SKIP;
	}
	if (mkdir(path, 0700) == 0) {
		cgroup = rawbpf_sys_openat(RAWBPF_AT_FDCWD, path, O_DIRECTORY, 0);
		attr.target_fd = (uint32_t)cgroup;
		attr.attach_bpf_fd = (uint32_t)prog;
		attached = rawbpf_prog_attach(&attr);
		detached = rawbpf_prog_detach(&attr);
		again = rawbpf_prog_detach(&attr);
		rawbpf_sys_close(cgroup);
		rmdir(path);
	}
	umount(dir);
	rmdir(dir);
	if (attached == 1)
		return CHILD_SKIP;
	CHILD_NEED(attached == 0);
	CHILD_NEED(detached == 0);
	CHILD_NEED(again == -ENOENT);
	return CHILD_OK;
}

static void a_program_is_attached_to_a_cgroup_and_detached(void **state)
{
	need_bpf();
	in_child(CLONE_NEWNS, attach_to_a_cgroup);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_program_runs_and_its_result_comes_back),
		TEST(a_call_is_seen_with_the_size_that_was_passed),
		TEST(the_verifier_says_why_it_refuses),
		TEST(info_and_ids_find_the_program_and_its_map_again),
		TEST(run_time_is_counted_while_stats_are_on),
		TEST(btf_goes_in_and_comes_back),
		TEST(broken_btf_is_explained),
		TEST(a_program_on_a_perf_event_runs_while_it_is_enabled),
		TEST(a_link_holds_a_program_on_a_perf_event),
		TEST(a_link_is_updated_and_detached),
		TEST(a_program_is_attached_to_a_cgroup_and_detached),
	};

	/* before 5.11 maps and programs count as locked memory, and are given back late */
	rawbpf_sys_unlimit_memlock();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
