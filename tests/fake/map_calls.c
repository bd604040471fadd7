/* SPDX-License-Identifier: BSD-2-Clause */
/* syscall/map.c: what each wrapper asks of the kernel, byte by byte. */
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <setjmp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "wrappers.h"

int __real_rawbpf_sys_bpf(enum rawbpf_cmd cmd, void *attr, size_t size);

static struct rawbpf_sys_event seen;
static unsigned nseen;

void rawbpf_sys_saw(const struct rawbpf_sys_event *event)
{
	seen = *event;
	nseen++;
}

/* The real door, with a command that no kernel knows: nothing can come of it. */
static void map_create_passes_only_the_bytes_it_filled(void **state)
{
	struct rawbpf_attr_map_create attr = {
		.map_type = RAWBPF_MAP_TYPE_ARRAY,
		.key_size = 4,
		.value_size = 8,
		.max_entries = 1,
	};

	nseen = 0;
	assert_true(__real_rawbpf_sys_bpf((enum rawbpf_cmd)9999, &attr, sizeof(attr)) < 0);
	assert_int_equal(nseen, 1);
	assert_int_equal(seen.call, RAWBPF_SYS_BPF);
	assert_int_equal(seen.a[0], 9999);
	assert_int_equal(seen.a[1], 16);
	assert_ptr_equal(seen.data, &attr);
	assert_true(seen.result < 0);
}

static void map_create_hands_over_the_callers_attr(void **state)
{
	struct rawbpf_attr_map_create attr = {
		.map_type = RAWBPF_MAP_TYPE_ARRAY,
		.key_size = 4,
		.value_size = 8,
		.max_entries = 3,
		.map_name = "sizes",
	};

	assert_int_equal(rawbpf_map_create(&attr), FAKE_FIRST_FD);
	asked(0, RAWBPF_MAP_CREATE, &attr, sizeof(attr));
}

static void element_calls_name_map_key_value_and_flags(void **state)
{
	int fd = a_map(4, 8);
	uint32_t key = 0x11223344, next;
	uint64_t value = 0x5566778899aabbccULL;
	struct rawbpf_attr_map_elem attr = { .map_fd = (uint32_t)fd, .key = rawbpf_ptr(&key) };
	size_t len;

	attr.value = rawbpf_ptr(&value);
	attr.flags = RAWBPF_NOEXIST;
	assert_int_equal(rawbpf_map_update_elem(fd, &key, &value, RAWBPF_NOEXIST), 0);
	asked(1, RAWBPF_MAP_UPDATE_ELEM, &attr, sizeof(attr));
	assert_memory_equal(fake_call_data(fake_kernel_call(1), "key", &len), &key, 4);
	assert_int_equal(len, 4);
	assert_memory_equal(fake_call_data(fake_kernel_call(1), "value", &len), &value, 8);
	assert_int_equal(len, 8);

	attr.flags = RAWBPF_F_LOCK;
	assert_int_equal(rawbpf_map_lookup_elem(fd, &key, &value, RAWBPF_F_LOCK), -ENOENT);
	asked(2, RAWBPF_MAP_LOOKUP_ELEM, &attr, sizeof(attr));
	attr.flags = 0;
	assert_int_equal(rawbpf_map_lookup_and_delete_elem(fd, &key, &value, 0), -ENOENT);
	asked(3, RAWBPF_MAP_LOOKUP_AND_DELETE_ELEM, &attr, sizeof(attr));
	attr.value = 0;
	assert_int_equal(rawbpf_map_delete_elem(fd, &key), 0);
	asked(4, RAWBPF_MAP_DELETE_ELEM, &attr, sizeof(attr));
	attr.value = rawbpf_ptr(&next);
	assert_int_equal(rawbpf_map_get_next_key(fd, &key, &next), -ENOENT);
	asked(5, RAWBPF_MAP_GET_NEXT_KEY, &attr, sizeof(attr));
	attr.key = 0;
	assert_int_equal(rawbpf_map_get_next_key(fd, NULL, &next), -ENOENT);
	asked(6, RAWBPF_MAP_GET_NEXT_KEY, &attr, sizeof(attr));
}

static void map_freeze_names_only_the_map(void **state)
{
	int fd = a_map(4, 4);
	struct rawbpf_attr_map_elem attr = { .map_fd = (uint32_t)fd };

	assert_int_equal(rawbpf_map_freeze(fd), 0);
	asked(1, RAWBPF_MAP_FREEZE, &attr, sizeof(attr));
}

static bool set_count(void *arg, struct fake_call *call)
{
	const long *script = arg; /* result, count or -1 */

	if (call->cmd < RAWBPF_MAP_LOOKUP_BATCH || call->cmd > RAWBPF_MAP_DELETE_BATCH)
		return false;
	if (script[1] >= 0)
		((struct rawbpf_attr_map_batch *)call->live)->count = (uint32_t)script[1];
	call->result = script[0];
	return true;
}

static void batches_name_their_buffers(void **state)
{
	int fd = a_map(4, 8);
	uint32_t keys[2] = { 1, 2 }, in, out, count = 2;
	uint64_t values[2] = { 3, 4 };
	struct rawbpf_attr_map_batch attr = {
		.in_batch = rawbpf_ptr(&in),
		.out_batch = rawbpf_ptr(&out),
		.keys = rawbpf_ptr(keys),
		.values = rawbpf_ptr(values),
		.count = 2,
		.map_fd = (uint32_t)fd,
		.elem_flags = RAWBPF_F_LOCK,
	};
	size_t len;

	rawbpf_map_lookup_batch(fd, &in, &out, keys, values, &count, RAWBPF_F_LOCK);
	asked(1, RAWBPF_MAP_LOOKUP_BATCH, &attr, sizeof(attr));
	count = 2;
	rawbpf_map_lookup_and_delete_batch(fd, &in, &out, keys, values, &count, RAWBPF_F_LOCK);
	asked(2, RAWBPF_MAP_LOOKUP_AND_DELETE_BATCH, &attr, sizeof(attr));
	attr.in_batch = attr.out_batch = 0;
	count = 2;
	assert_int_equal(rawbpf_map_update_batch(fd, keys, values, &count, RAWBPF_F_LOCK), 0);
	asked(3, RAWBPF_MAP_UPDATE_BATCH, &attr, sizeof(attr));
	assert_memory_equal(fake_call_data(fake_kernel_call(3), "values", &len), values, 16);
	assert_int_equal(len, 16);
	attr.values = 0;
	assert_int_equal(rawbpf_map_delete_batch(fd, keys, &count, RAWBPF_F_LOCK), 0);
	asked(4, RAWBPF_MAP_DELETE_BATCH, &attr, sizeof(attr));
}

static void a_batch_counts_what_was_done_also_when_it_fails(void **state)
{
	/* answered, count written (-1: none); count to expect of 3 wanted */
	static const struct {
		long script[2];
		uint32_t done;
	} cases[] = {
		{ { 0, 3 }, 3 },        /* all */
		{ { 0, -1 }, 3 },       /* all, not written again */
		{ { -ENOENT, 3 }, 3 },  /* the last ones */
		{ { -ENOENT, 0 }, 0 },  /* nothing there */
		{ { -ENOSPC, 0 }, 0 },  /* the buffer holds less than a bucket */
		{ { -EFAULT, 2 }, 2 },  /* failed underway */
		{ { -EINVAL, -1 }, 0 }, /* this kernel has no batches */
		{ { -524, -1 }, 0 },    /* ENOTSUPP: this map has no batches */
		{ { -EPERM, -1 }, 0 },
	};
	uint32_t keys[3], out;
	uint64_t values[3];
	int fd = a_map(4, 8);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t count = 3;

		fake_kernel_hook(set_count, (void *)cases[i].script);
		assert_int_equal(rawbpf_map_lookup_batch(fd, NULL, &out, keys, values, &count, 0),
			cases[i].script[0]);
		assert_int_equal(count, cases[i].done);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(map_create_passes_only_the_bytes_it_filled),
		TEST(map_create_hands_over_the_callers_attr),
		TEST(element_calls_name_map_key_value_and_flags),
		TEST(map_freeze_names_only_the_map),
		TEST(batches_name_their_buffers),
		TEST(a_batch_counts_what_was_done_also_when_it_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
