/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of the wrappers share: included after cmocka's headers. */
#ifndef WRAPPERS_H
#define WRAPPERS_H

#include "fake_kernel.h"

static inline int fresh(void **state)
{
	fake_kernel_reset();
	return 0;
}

/* The n-th call through the door asked exactly this attr. */
static inline void asked(unsigned n, enum rawbpf_cmd cmd, const void *attr, size_t size)
{
	const struct fake_call *c = fake_kernel_call(n);

	assert_non_null(c);
	assert_int_equal(c->call, RAWBPF_SYS_BPF);
	assert_int_equal(c->cmd, cmd);
	assert_int_equal(c->size, size);
	assert_memory_equal(c->attr, attr, size);
}

static inline int a_map(uint32_t key_size, uint32_t value_size)
{
	struct rawbpf_attr_map_create attr = {
		.map_type = RAWBPF_MAP_TYPE_HASH,
		.key_size = key_size,
		.value_size = value_size,
		.max_entries = 8,
	};
	int fd = rawbpf_map_create(&attr);

	assert_true(fd >= FAKE_FIRST_FD);
	return fd;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fresh, fresh)

#endif
