/* SPDX-License-Identifier: BSD-2-Clause */
/* --narrate: the whole line for each kind of call. */
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <setjmp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../../loader/narrate.h"

static char got[2048];
static unsigned lines;

static void line(void *arg, const char *text)
{
	assert_ptr_equal(arg, &lines);
	assert_null(strchr(text, '\n'));
	lines++;
	snprintf(got, sizeof(got), "%s", text);
}

static void narrate(struct rawbpf_sys_event event)
{
	lines = 0;
	got[0] = '\0';
	rawbpf_narrate(line, &lines, &event);
}

static void says_of_bpf(enum rawbpf_cmd cmd, const void *attr, long result, const char *want)
{
	narrate((struct rawbpf_sys_event){ RAWBPF_SYS_BPF, { cmd, 8 }, attr, result });
	assert_int_equal(lines, 1);
	assert_string_equal(got, want);
}

static void says_of_event(const struct rawbpf_perf_event_attr *attr, long pid, long cpu,
	long result, const char *want)
{
	narrate((struct rawbpf_sys_event){
		RAWBPF_SYS_PERF_EVENT_OPEN, { pid, cpu }, attr, result });
	assert_int_equal(lines, 1);
	assert_string_equal(got, want);
}

static void a_map_is_told_with_its_sizes(void **state)
{
	struct rawbpf_attr_map_create a = {
		.map_type = RAWBPF_MAP_TYPE_PERCPU_ARRAY,
		.key_size = 4,
		.value_size = 8,
		.max_entries = 65,
		.map_name = "sizes",
	};

	says_of_bpf(RAWBPF_MAP_CREATE, &a, 5,
		"bpf(BPF_MAP_CREATE): a percpu_array named \"sizes\", key 4 bytes, value 8 bytes, "
		"65 entries -> fd 5");
	memset(a.map_name, 0, sizeof(a.map_name));
	a.map_type = 999;
	a.map_flags = RAWBPF_F_MMAPABLE;
	says_of_bpf(RAWBPF_MAP_CREATE, &a, -EINVAL,
		"bpf(BPF_MAP_CREATE): a type 999, key 4 bytes, value 8 bytes, 65 entries, "
		"BPF_F_MMAPABLE -> EINVAL (Invalid argument)");
	memset(a.map_name, 'x', sizeof(a.map_name)); /* no NUL */
	says_of_bpf(RAWBPF_MAP_CREATE, &a, -EINVAL,
		"bpf(BPF_MAP_CREATE): a type 999 named \"xxxxxxxxxxxxxxxx\", key 4 bytes, value 8 "
		"bytes, 65 entries, BPF_F_MMAPABLE -> EINVAL (Invalid argument)");
}

static void map_flags_are_told_by_name(void **state)
{
	struct rawbpf_attr_map_create a = {
		.map_type = RAWBPF_MAP_TYPE_ARRAY,
		.key_size = 4,
		.value_size = 16,
		.max_entries = 1,
		.map_flags = RAWBPF_F_RDONLY_PROG | RAWBPF_F_RB_OVERWRITE | 1u << 30,
	};

	says_of_bpf(RAWBPF_MAP_CREATE, &a, 5,
		"bpf(BPF_MAP_CREATE): an array, key 4 bytes, value 16 bytes, 1 entry, "
		"BPF_F_RDONLY_PROG | BPF_F_RB_OVERWRITE | 0x40000000 -> fd 5");
}

static void elements_are_told_with_what_enoent_means(void **state)
{
	struct rawbpf_attr_map_elem a = { .map_fd = 5, .key = 1, .flags = RAWBPF_NOEXIST };

	says_of_bpf(RAWBPF_MAP_LOOKUP_ELEM, &a, -ENOENT,
		"bpf(BPF_MAP_LOOKUP_ELEM): the value of one key in map fd 5 -> ENOENT (no such "
		"key)");
	says_of_bpf(RAWBPF_MAP_UPDATE_ELEM, &a, 0,
		"bpf(BPF_MAP_UPDATE_ELEM): set one key in map fd 5, if it is new -> 0");
	says_of_bpf(RAWBPF_MAP_DELETE_ELEM, &a, 0,
		"bpf(BPF_MAP_DELETE_ELEM): remove one key from map fd 5 -> 0");
	says_of_bpf(RAWBPF_MAP_GET_NEXT_KEY, &a, -ENOENT,
		"bpf(BPF_MAP_GET_NEXT_KEY): the next key of map fd 5 -> ENOENT (there is none)");
	a.key = 0;
	says_of_bpf(RAWBPF_MAP_GET_NEXT_KEY, &a, 0,
		"bpf(BPF_MAP_GET_NEXT_KEY): the first key of map fd 5 -> 0");
	says_of_bpf(RAWBPF_MAP_LOOKUP_AND_DELETE_ELEM, &a, 0,
		"bpf(BPF_MAP_LOOKUP_AND_DELETE_ELEM): take one value out of map fd 5 -> 0");
	says_of_bpf(RAWBPF_MAP_FREEZE, &a, 0,
		"bpf(BPF_MAP_FREEZE): map fd 5 becomes read-only for user space -> 0");
}

static void batches_are_told_with_what_was_done(void **state)
{
	struct rawbpf_attr_map_batch a = { .map_fd = 5, .count = 17 };

	says_of_bpf(RAWBPF_MAP_LOOKUP_BATCH, &a, -ENOENT,
		"bpf(BPF_MAP_LOOKUP_BATCH): many elements of map fd 5 in one call -> ENOENT (these "
		"were the last) (17 elements)");
	says_of_bpf(RAWBPF_MAP_UPDATE_BATCH, &a, 0,
		"bpf(BPF_MAP_UPDATE_BATCH): many elements of map fd 5 in one call -> 0 (17 "
		"elements)");
	says_of_bpf(RAWBPF_MAP_DELETE_BATCH, &a, -524,
		"bpf(BPF_MAP_DELETE_BATCH): many elements of map fd 5 in one call -> ENOTSUPP "
		"(Operation not supported by this kernel)");
}

static void a_program_is_told_with_its_license(void **state)
{
	struct rawbpf_attr_prog_load a = {
		.prog_type = RAWBPF_PROG_TYPE_KPROBE,
		.insn_cnt = 41,
		.license = rawbpf_ptr("Dual BSD/GPL"),
		.prog_name = "memcpy_stat",
	};

	says_of_bpf(RAWBPF_PROG_LOAD, &a, 7,
		"bpf(BPF_PROG_LOAD): kprobe program \"memcpy_stat\", 41 instructions, license "
		"\"Dual BSD/GPL\" -> fd 7");
	a.license = 0;
	a.expected_attach_type = RAWBPF_TRACE_FENTRY;
	a.line_info_cnt = 12;
	a.log_level = 1;
	a.log_size = 65536;
	says_of_bpf(RAWBPF_PROG_LOAD, &a, -EPERM,
		"bpf(BPF_PROG_LOAD): kprobe program \"memcpy_stat\", 41 instructions, license "
		"\"\", "
		"for BPF_TRACE_FENTRY, 12 source lines, verifier log of up to 65536 bytes -> EPERM "
		"(Operation not permitted)");
}

static void a_test_run_is_told_with_what_came_back(void **state)
{
	struct rawbpf_attr_prog_test_run a = {
		.prog_fd = 7,
		.repeat = 10,
		.data_in = 1,
		.data_size_in = 64,
		.retval = 2,
		.duration = 31,
	};

	says_of_bpf(RAWBPF_PROG_TEST_RUN, &a, 0,
		"bpf(BPF_PROG_TEST_RUN): run program fd 7 10 times on 64 bytes of data -> 0 (it "
		"returned 2, 31 ns a run)");
}

static void attachments_are_told_with_both_ends(void **state)
{
	struct rawbpf_attr_prog_attach attach = {
		.attach_bpf_fd = 7,
		.target_fd = 8,
		.attach_type = RAWBPF_CGROUP_DEVICE,
	};
	struct rawbpf_attr_link_create create = {
		.prog_fd = 7,
		.target_fd = 8,
		.attach_type = RAWBPF_PERF_EVENT,
	};
	struct rawbpf_attr_link_update update = { 9, 10, RAWBPF_F_REPLACE, 7 };
	struct rawbpf_attr_raw_tracepoint_open raw = {
		.name = rawbpf_ptr("sys_enter"),
		.prog_fd = 7,
	};
	struct rawbpf_attr_prog_bind_map bind = { 7, 5, 0 };

	says_of_bpf(RAWBPF_PROG_ATTACH, &attach, 0,
		"bpf(BPF_PROG_ATTACH): program fd 7 on target fd 8 as BPF_CGROUP_DEVICE -> 0");
	says_of_bpf(RAWBPF_PROG_DETACH, &attach, 0,
		"bpf(BPF_PROG_DETACH): program fd 7 on target fd 8 as BPF_CGROUP_DEVICE -> 0");
	says_of_bpf(RAWBPF_LINK_CREATE, &create, 9,
		"bpf(BPF_LINK_CREATE): program fd 7 on target fd 8 as BPF_PERF_EVENT -> fd 9");
	says_of_bpf(RAWBPF_LINK_UPDATE, &update, 0,
		"bpf(BPF_LINK_UPDATE): link fd 9 gets program fd 10 in place of fd 7 -> 0");
	says_of_bpf(RAWBPF_LINK_DETACH, &update, 0, "bpf(BPF_LINK_DETACH): link fd 9 lets go -> 0");
	says_of_bpf(RAWBPF_RAW_TRACEPOINT_OPEN, &raw, 11,
		"bpf(BPF_RAW_TRACEPOINT_OPEN): program fd 7 on raw tracepoint sys_enter -> fd 11");
	says_of_bpf(RAWBPF_PROG_BIND_MAP, &bind, 0,
		"bpf(BPF_PROG_BIND_MAP): program fd 7 keeps map fd 5 -> 0");
}

static void objects_are_told_with_path_and_id(void **state)
{
	struct rawbpf_attr_obj obj = { .pathname = rawbpf_ptr("/sys/fs/bpf/m"), .bpf_fd = 5 };
	struct rawbpf_attr_get_id id = { .id = 12, .next_id = 13 };
	struct rawbpf_attr_info info = { 5, 88, 0 };
	struct rawbpf_attr_btf_load btf = { .btf_size = 300 };
	struct rawbpf_attr_enable_stats stats = { 0 };
	struct rawbpf_attr_task_fd_query query = { .pid = 3, .fd = 4, .prog_id = 5 };

	says_of_bpf(
		RAWBPF_OBJ_PIN, &obj, 0, "bpf(BPF_OBJ_PIN): fd 5 lives on at /sys/fs/bpf/m -> 0");
	says_of_bpf(RAWBPF_OBJ_GET, &obj, 6,
		"bpf(BPF_OBJ_GET): what is pinned at /sys/fs/bpf/m -> fd 6");
	says_of_bpf(RAWBPF_MAP_GET_NEXT_ID, &id, 0,
		"bpf(BPF_MAP_GET_NEXT_ID): the first above id 12 -> 0 (id 13)");
	says_of_bpf(RAWBPF_PROG_GET_FD_BY_ID, &id, 8, "bpf(BPF_PROG_GET_FD_BY_ID): id 12 -> fd 8");
	says_of_bpf(RAWBPF_OBJ_GET_INFO_BY_FD, &info, 0,
		"bpf(BPF_OBJ_GET_INFO_BY_FD): what fd 5 is -> 0 (88 bytes)");
	says_of_bpf(RAWBPF_BTF_LOAD, &btf, 6,
		"bpf(BPF_BTF_LOAD): 300 bytes of type information -> fd 6");
	says_of_bpf(RAWBPF_ENABLE_STATS, &stats, 6,
		"bpf(BPF_ENABLE_STATS): programs' run time is counted while this is open -> fd 6");
	says_of_bpf(RAWBPF_TASK_FD_QUERY, &query, 0,
		"bpf(BPF_TASK_FD_QUERY): which program hangs on fd 4 of pid 3 -> 0 (program id 5)");
}

static void every_command_gives_a_line(void **state)
{
	static const unsigned char zeroes[256] __attribute__((aligned(8)));
	char name[64];

#define X(cmd, number)                                                                             \
	narrate((struct rawbpf_sys_event){ RAWBPF_SYS_BPF, { number, 0 }, zeroes, 3 });            \
	assert_int_equal(lines, 1);                                                                \
	snprintf(name, sizeof(name), "bpf(BPF_%s)", #cmd);                                         \
	assert_memory_equal(got, name, strlen(name));
#include "../../syscall/cmds.def"
#undef X
	says_of_bpf((enum rawbpf_cmd)9999, zeroes, -EINVAL,
		"bpf(command 9999) -> EINVAL (Invalid argument)");
}

static void perf_events_are_told_by_kind(void **state)
{
	struct rawbpf_perf_event_attr a = {
		.type = 8,
		.config1 = rawbpf_ptr("/lib/libc.so.6"),
		.config2 = 0x9ab40,
	};

	says_of_event(&a, 4242, -1, 8,
		"perf_event_open(uprobe /lib/libc.so.6 +0x9ab40, pid 4242, cpu -1) -> fd 8");
	a.config1 = rawbpf_ptr("build/copy_load");
	says_of_event(&a, 4242, -1, 8,
		"perf_event_open(uprobe build/copy_load +0x9ab40, pid 4242, cpu -1) -> fd 8");
	a.config = 1;
	a.config1 = rawbpf_ptr("vfs_read");
	a.config2 = 0;
	says_of_event(&a, -1, 0, -ENOENT,
		"perf_event_open(kretprobe vfs_read +0x0, pid -1, cpu 0) -> ENOENT (No such file "
		"or "
		"directory)");
	a.config1 = 0;
	a.config = 0;
	a.config2 = 0x1000;
	says_of_event(&a, -1, 0, 8, "perf_event_open(kprobe at 0x1000, pid -1, cpu 0) -> fd 8");
	a.type = RAWBPF_PERF_TYPE_BREAKPOINT;
	a.bp_type = RAWBPF_HW_BREAKPOINT_X;
	a.config1 = 0xffff800080000000ULL;
	says_of_event(&a, -1, 1, 8,
		"perf_event_open(breakpoint at 0xffff800080000000 when it executes, pid -1, cpu 1) "
		"-> fd 8");
	a.type = RAWBPF_PERF_TYPE_TRACEPOINT;
	a.config = 321;
	says_of_event(
		&a, 0, -1, 8, "perf_event_open(tracepoint number 321, pid 0, cpu -1) -> fd 8");
	a.type = RAWBPF_PERF_TYPE_SOFTWARE;
	a.config = 0;
	says_of_event(&a, 0, -1, 8, "perf_event_open(cpu clock, pid 0, cpu -1) -> fd 8");
}

static void perf_ioctls_are_told_and_others_are_not(void **state)
{
	struct rawbpf_sys_event e = { RAWBPF_SYS_IOCTL,
		{ 8, (long)RAWBPF_PERF_EVENT_IOC_SET_BPF, 7 }, NULL, 0 };

	narrate(e);
	assert_string_equal(got, "ioctl(PERF_EVENT_IOC_SET_BPF): program fd 7 on event fd 8 -> 0");
	e.a[1] = (long)RAWBPF_PERF_EVENT_IOC_ENABLE;
	narrate(e);
	assert_string_equal(got, "ioctl(PERF_EVENT_IOC_ENABLE): event fd 8 starts -> 0");
	e.a[1] = (long)RAWBPF_PERF_EVENT_IOC_DISABLE;
	e.result = -EBADF;
	narrate(e);
	assert_string_equal(got,
		"ioctl(PERF_EVENT_IOC_DISABLE): event fd 8 stops -> EBADF (Bad file descriptor)");
	e.a[1] = 0x5401; /* TCGETS */
	narrate(e);
	assert_int_equal(lines, 0);
}

static void only_tracefs_probe_files_are_told(void **state)
{
	static const char add[] = "p:rawbpf/memcpy_1 memcpy\n";
	struct rawbpf_sys_event open = { RAWBPF_SYS_OPENAT, { -100, 1 },
		"/sys/kernel/tracing/kprobe_events", 5 };
	struct rawbpf_sys_event write = { RAWBPF_SYS_WRITE, { 5, sizeof(add) - 1 }, add, 25 };

	narrate(open);
	assert_string_equal(
		got, "openat(/sys/kernel/tracing/kprobe_events): tracefs's list of probes -> fd 5");
	open.data = "/proc/self/status";
	narrate(open);
	assert_int_equal(lines, 0);
	narrate(write);
	assert_string_equal(got, "write(fd 5): \"p:rawbpf/memcpy_1 memcpy\" -> 25");
	write.data = "-:rawbpf/memcpy_1";
	write.a[1] = 17;
	write.result = -EBUSY;
	narrate(write);
	assert_string_equal(
		got, "write(fd 5): \"-:rawbpf/memcpy_1\" -> EBUSY (Device or resource busy)");
	write.data = "r16:a/b c";
	write.a[1] = 9;
	narrate(write);
	assert_int_equal(lines, 1);
	write.data = "rawbpf_copies_total 17\n"; /* a metrics file */
	write.a[1] = 23;
	narrate(write);
	assert_int_equal(lines, 0);
}

static void reads_and_closes_are_not_told(void **state)
{
	narrate((struct rawbpf_sys_event){ RAWBPF_SYS_READ, { 5, 10 }, "x", 1 });
	assert_int_equal(lines, 0);
	narrate((struct rawbpf_sys_event){ RAWBPF_SYS_CLOSE, { 5 }, NULL, 0 });
	assert_int_equal(lines, 0);
}

static void limit_and_mount_are_told(void **state)
{
	narrate((struct rawbpf_sys_event){ .call = RAWBPF_SYS_PRLIMIT, .result = -EPERM });
	assert_string_equal(got,
		"prlimit(RLIMIT_MEMLOCK): no limit on locked memory -> EPERM (Operation not "
		"permitted)");
	narrate((struct rawbpf_sys_event){ RAWBPF_SYS_DETACHED_MOUNT, { 0 }, "tracefs", 6 });
	assert_string_equal(
		got, "fsopen, fsmount(tracefs): an instance that no path leads to -> fd 6");
}

static void control_characters_do_not_reach_the_terminal(void **state)
{
	struct rawbpf_attr_obj obj = { .pathname = rawbpf_ptr("/a\033[2J\nb"), .bpf_fd = 5 };

	says_of_bpf(RAWBPF_OBJ_PIN, &obj, 0, "bpf(BPF_OBJ_PIN): fd 5 lives on at /a?[2J?b -> 0");
}

static void a_line_too_long_ends_in_dots(void **state)
{
	char path[4000];
	struct rawbpf_attr_obj obj = { .pathname = rawbpf_ptr(path), .bpf_fd = 5 };

	memset(path, 'x', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	narrate((struct rawbpf_sys_event){ RAWBPF_SYS_BPF, { RAWBPF_OBJ_PIN, 16 }, &obj, 0 });
	assert_int_equal(strlen(got), 1023);
	assert_string_equal(got + 1020, "...");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_map_is_told_with_its_sizes),
		cmocka_unit_test(map_flags_are_told_by_name),
		cmocka_unit_test(elements_are_told_with_what_enoent_means),
		cmocka_unit_test(batches_are_told_with_what_was_done),
		cmocka_unit_test(a_program_is_told_with_its_license),
		cmocka_unit_test(a_test_run_is_told_with_what_came_back),
		cmocka_unit_test(attachments_are_told_with_both_ends),
		cmocka_unit_test(objects_are_told_with_path_and_id),
		cmocka_unit_test(every_command_gives_a_line),
		cmocka_unit_test(perf_events_are_told_by_kind),
		cmocka_unit_test(perf_ioctls_are_told_and_others_are_not),
		cmocka_unit_test(only_tracefs_probe_files_are_told),
		cmocka_unit_test(reads_and_closes_are_not_told),
		cmocka_unit_test(limit_and_mount_are_told),
		cmocka_unit_test(control_characters_do_not_reach_the_terminal),
		cmocka_unit_test(a_line_too_long_ends_in_dots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
