/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs, links, BTF, info, perf: what each wrapper asks of the kernel, byte by byte. */
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <setjmp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "wrappers.h"

static int a_prog(void)
{
	static const struct rawbpf_insn insns[] = { { .code = 0xb7 }, { .code = 0x95 } };
	struct rawbpf_attr_prog_load attr = {
		.prog_type = RAWBPF_PROG_TYPE_SOCKET_FILTER,
		.insn_cnt = 2,
		.insns = rawbpf_ptr(insns),
		.license = rawbpf_ptr("GPL"),
	};

	return rawbpf_prog_load(&attr);
}

static void prog_load_is_retried_on_eagain(void **state)
{
	fake_kernel_answer(RAWBPF_PROG_LOAD, -EAGAIN);
	fake_kernel_answer(RAWBPF_PROG_LOAD, -EAGAIN);
	assert_int_equal(a_prog(), FAKE_FIRST_FD);
	assert_int_equal(fake_kernel_count(RAWBPF_PROG_LOAD), 3);
	assert_memory_equal(fake_kernel_call(0)->attr, fake_kernel_call(2)->attr, 256);
	assert_string_equal(fake_call_data(fake_kernel_call(2), "license", NULL), "GPL");
}

static void prog_load_gives_up_after_its_tries(void **state)
{
	for (int i = 0; i < RAWBPF_PROG_LOAD_TRIES + 1; i++)
		fake_kernel_answer(RAWBPF_PROG_LOAD, -EAGAIN);
	assert_int_equal(a_prog(), -EAGAIN);
	assert_int_equal(fake_kernel_count(RAWBPF_PROG_LOAD), RAWBPF_PROG_LOAD_TRIES);
}

static void prog_load_is_not_retried_on_other_errors(void **state)
{
	fake_kernel_answer(RAWBPF_PROG_LOAD, -EACCES);
	assert_int_equal(a_prog(), -EACCES);
	assert_int_equal(fake_kernel_count(RAWBPF_PROG_LOAD), 1);
}

static bool fill_run(void *arg, struct fake_call *call)
{
	struct rawbpf_attr_prog_test_run *run = call->live;

	if (call->cmd != RAWBPF_PROG_TEST_RUN)
		return false;
	run->retval = 42;
	run->duration = 7;
	call->result = 0;
	return true;
}

static void test_run_brings_its_results_back_in_the_attr(void **state)
{
	unsigned char packet[14] = { 1 };
	struct rawbpf_attr_prog_test_run run = {
		.prog_fd = (uint32_t)a_prog(),
		.data_in = rawbpf_ptr(packet),
		.data_size_in = sizeof(packet),
		.repeat = 3,
	}, asked_for = run;

	fake_kernel_hook(fill_run, NULL);
	assert_int_equal(rawbpf_prog_test_run(&run), 0);
	asked(1, RAWBPF_PROG_TEST_RUN, &asked_for, sizeof(run));
	assert_int_equal(run.retval, 42);
	assert_int_equal(run.duration, 7);
	assert_memory_equal(fake_call_data(fake_kernel_call(1), "data_in", NULL), packet, 14);
}

static void attach_and_detach_hand_over_the_same_attr(void **state)
{
	struct rawbpf_attr_prog_attach attr = {
		.target_fd = 7,
		.attach_bpf_fd = 8,
		.attach_type = RAWBPF_CGROUP_DEVICE,
		.attach_flags = RAWBPF_F_ALLOW_MULTI,
	};

	assert_int_equal(rawbpf_prog_attach(&attr), 0);
	asked(0, RAWBPF_PROG_ATTACH, &attr, sizeof(attr));
	assert_int_equal(rawbpf_prog_detach(&attr), 0);
	asked(1, RAWBPF_PROG_DETACH, &attr, sizeof(attr));
}

static void bind_map_and_raw_tracepoint_name_the_program(void **state)
{
	int prog = a_prog(), map = a_map(4, 4);
	struct rawbpf_attr_prog_bind_map bind = { (uint32_t)prog, (uint32_t)map, 0 };
	static const char name[] = "sys_enter";
	struct rawbpf_attr_raw_tracepoint_open open = {
		.name = rawbpf_ptr(name),
		.prog_fd = (uint32_t)prog,
	};

	assert_int_equal(rawbpf_prog_bind_map(prog, map), 0);
	asked(2, RAWBPF_PROG_BIND_MAP, &bind, sizeof(bind));
	assert_true(rawbpf_raw_tracepoint_open(name, prog) > map);
	asked(3, RAWBPF_RAW_TRACEPOINT_OPEN, &open, sizeof(open));
	assert_string_equal(fake_call_data(fake_kernel_call(3), "name", NULL), "sys_enter");
	open.name = 0;
	assert_true(rawbpf_raw_tracepoint_open(NULL, prog) > map);
	asked(4, RAWBPF_RAW_TRACEPOINT_OPEN, &open, sizeof(open));
}

/* ---- links, BTF, objects ------------------------------------------------------ */

static void link_update_replaces_only_what_it_was_told(void **state)
{
	int prog = a_prog();
	struct rawbpf_attr_link_create create = {
		.prog_fd = (uint32_t)prog,
		.target_fd = 9,
		.attach_type = RAWBPF_PERF_EVENT,
		.perf_event = { .bpf_cookie = 77 },
	};
	int link = rawbpf_link_create(&create);
	struct rawbpf_attr_link_update update = { (uint32_t)link, (uint32_t)prog, 0, 0 };
	struct rawbpf_attr_link_detach detach = { (uint32_t)link };

	asked(1, RAWBPF_LINK_CREATE, &create, sizeof(create));
	assert_int_equal(rawbpf_link_update(link, prog, -1), 0);
	asked(2, RAWBPF_LINK_UPDATE, &update, sizeof(update));
	update.flags = RAWBPF_F_REPLACE;
	update.old_prog_fd = 5;
	assert_int_equal(rawbpf_link_update(link, prog, 5), 0);
	asked(3, RAWBPF_LINK_UPDATE, &update, sizeof(update));
	assert_int_equal(rawbpf_link_detach(link), 0);
	asked(4, RAWBPF_LINK_DETACH, &detach, sizeof(detach));
}

static void an_empty_initializer_clears_all_of_a_link(void **state)
{
	struct rawbpf_attr_link_create *dirty = malloc(sizeof(*dirty));
	static const unsigned char zeroes[sizeof(*dirty)];

	assert_non_null(dirty);
	memset(dirty, 0xff, sizeof(*dirty));
	*dirty = (struct rawbpf_attr_link_create){ 0 };
	assert_memory_equal(dirty, zeroes, sizeof(*dirty));
	free(dirty);
}

static void btf_load_hands_over_the_bytes(void **state)
{
	static const unsigned char btf[24] = { 0x9f, 0xeb, 1 };
	struct rawbpf_attr_btf_load attr = { .btf = rawbpf_ptr(btf), .btf_size = sizeof(btf) };
	size_t len;

	assert_true(rawbpf_btf_load(&attr) >= FAKE_FIRST_FD);
	asked(0, RAWBPF_BTF_LOAD, &attr, sizeof(attr));
	assert_memory_equal(fake_call_data(fake_kernel_call(0), "btf", &len), btf, sizeof(btf));
	assert_int_equal(len, sizeof(btf));
}

static void pin_and_get_name_the_path(void **state)
{
	int map = a_map(4, 4);
	static const char path[] = "/sys/fs/bpf/m";
	struct rawbpf_attr_obj pin = { .pathname = rawbpf_ptr(path), .bpf_fd = (uint32_t)map };
	struct rawbpf_attr_obj get = {
		.pathname = rawbpf_ptr(path),
		.file_flags = RAWBPF_F_RDONLY,
	};

	assert_int_equal(rawbpf_obj_pin(path, map), 0);
	asked(1, RAWBPF_OBJ_PIN, &pin, sizeof(pin));
	assert_true(rawbpf_obj_get(path, RAWBPF_F_RDONLY) > map);
	asked(2, RAWBPF_OBJ_GET, &get, sizeof(get));
	assert_string_equal(fake_call_data(fake_kernel_call(2), "pathname", NULL), path);
}

static bool fill_info(void *arg, struct fake_call *call)
{
	if (call->cmd != RAWBPF_OBJ_GET_INFO_BY_FD)
		return false;
	((struct rawbpf_attr_info *)call->live)->info_len = 40;
	call->result = 0;
	return true;
}

static void info_says_how_much_an_older_kernel_filled(void **state)
{
	int map = a_map(4, 4);
	struct rawbpf_map_info info;
	uint32_t len = sizeof(info);
	struct rawbpf_attr_info attr = { (uint32_t)map, len, rawbpf_ptr(&info) };

	fake_kernel_hook(fill_info, NULL);
	assert_int_equal(rawbpf_obj_get_info_by_fd(map, &info, &len), 0);
	asked(1, RAWBPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));
	assert_int_equal(len, 40);
}

static bool next_is_plus_one(void *arg, struct fake_call *call)
{
	struct rawbpf_attr_get_id *attr = call->live;

	attr->next_id = attr->id + 1;
	call->result = 0;
	return true;
}

static void ids_come_one_after_the_other_and_then_enoent(void **state)
{
	static const struct {
		int (*next)(uint32_t id), (*fd)(uint32_t id);
		enum rawbpf_cmd next_cmd, fd_cmd;
	} kinds[] = {
		{ rawbpf_prog_get_next_id, rawbpf_prog_get_fd_by_id, RAWBPF_PROG_GET_NEXT_ID,
			RAWBPF_PROG_GET_FD_BY_ID },
		{ rawbpf_map_get_next_id, rawbpf_map_get_fd_by_id, RAWBPF_MAP_GET_NEXT_ID,
			RAWBPF_MAP_GET_FD_BY_ID },
		{ rawbpf_btf_get_next_id, rawbpf_btf_get_fd_by_id, RAWBPF_BTF_GET_NEXT_ID,
			RAWBPF_BTF_GET_FD_BY_ID },
		{ rawbpf_link_get_next_id, rawbpf_link_get_fd_by_id, RAWBPF_LINK_GET_NEXT_ID,
			RAWBPF_LINK_GET_FD_BY_ID },
	};
	struct rawbpf_attr_get_id attr = { .id = 12 };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		fake_kernel_reset();
		assert_int_equal(kinds[i].next(12), -ENOENT);
		asked(0, kinds[i].next_cmd, &attr, sizeof(attr));
		assert_int_equal(kinds[i].fd(12), FAKE_FIRST_FD);
		asked(1, kinds[i].fd_cmd, &attr, sizeof(attr));
		fake_kernel_hook(next_is_plus_one, NULL);
		assert_int_equal(kinds[i].next(12), 13);
	}
}

static void stats_and_task_fd_query_hand_over_their_attrs(void **state)
{
	struct rawbpf_attr_enable_stats stats = { RAWBPF_STATS_RUN_TIME };
	char name[32];
	struct rawbpf_attr_task_fd_query query = {
		.pid = 1,
		.fd = 2,
		.buf = rawbpf_ptr(name),
		.buf_len = sizeof(name),
	};

	assert_int_equal(rawbpf_enable_stats(RAWBPF_STATS_RUN_TIME), FAKE_FIRST_FD);
	asked(0, RAWBPF_ENABLE_STATS, &stats, sizeof(stats));
	assert_int_equal(rawbpf_task_fd_query(&query), 0);
	asked(1, RAWBPF_TASK_FD_QUERY, &query, sizeof(query));
}

static void perf_ioctls_carry_event_and_program(void **state)
{
	struct rawbpf_perf_event_attr attr = { .type = RAWBPF_PERF_TYPE_SOFTWARE };
	int event = rawbpf_sys_perf_event_open(&attr, 0, -1, -1), prog = a_prog();
	const struct fake_call *c;

	assert_int_equal(rawbpf_perf_event_set_bpf(event, prog), 0);
	c = fake_kernel_nth_call(RAWBPF_SYS_IOCTL, 0);
	assert_int_equal(c->fd, event);
	assert_int_equal(c->request, RAWBPF_PERF_EVENT_IOC_SET_BPF);
	assert_int_equal(c->arg, prog);
	assert_int_equal(rawbpf_perf_event_enable(event), 0);
	c = fake_kernel_nth_call(RAWBPF_SYS_IOCTL, 1);
	assert_int_equal(c->request, RAWBPF_PERF_EVENT_IOC_ENABLE);
	assert_int_equal(rawbpf_perf_event_disable(event), 0);
	c = fake_kernel_nth_call(RAWBPF_SYS_IOCTL, 2);
	assert_int_equal(c->request, RAWBPF_PERF_EVENT_IOC_DISABLE);
	assert_int_equal(c->arg, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(prog_load_is_retried_on_eagain),
		TEST(prog_load_gives_up_after_its_tries),
		TEST(prog_load_is_not_retried_on_other_errors),
		TEST(test_run_brings_its_results_back_in_the_attr),
		TEST(attach_and_detach_hand_over_the_same_attr),
		TEST(bind_map_and_raw_tracepoint_name_the_program),
		TEST(link_update_replaces_only_what_it_was_told),
		TEST(an_empty_initializer_clears_all_of_a_link),
		TEST(btf_load_hands_over_the_bytes),
		TEST(pin_and_get_name_the_path),
		TEST(info_says_how_much_an_older_kernel_filled),
		TEST(ids_come_one_after_the_other_and_then_enoent),
		TEST(stats_and_task_fd_query_hand_over_their_attrs),
		TEST(perf_ioctls_carry_event_and_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
