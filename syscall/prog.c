/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys.h"

/* Bounded, because a profiler's timer can make a signal pending at every try. */
int rawbpf_prog_load(struct rawbpf_attr_prog_load *attr)
{
	int fd = -RAWBPF_EAGAIN;

	attr->log_true_size = 0; /* a kernel that does not know it leaves it so */
	for (int i = 0; fd == -RAWBPF_EAGAIN && i < RAWBPF_PROG_LOAD_TRIES; i++)
		fd = rawbpf_sys_bpf(RAWBPF_PROG_LOAD, attr, sizeof(*attr));
	return fd;
}

int rawbpf_prog_test_run(struct rawbpf_attr_prog_test_run *attr)
{
	return rawbpf_sys_bpf(RAWBPF_PROG_TEST_RUN, attr, sizeof(*attr));
}

int rawbpf_prog_attach(struct rawbpf_attr_prog_attach *attr)
{
	return rawbpf_sys_bpf(RAWBPF_PROG_ATTACH, attr, sizeof(*attr));
}

int rawbpf_prog_detach(struct rawbpf_attr_prog_attach *attr)
{
	return rawbpf_sys_bpf(RAWBPF_PROG_DETACH, attr, sizeof(*attr));
}

int rawbpf_prog_bind_map(int prog_fd, int map_fd)
{
	struct rawbpf_attr_prog_bind_map attr = {
		.prog_fd = (uint32_t)prog_fd,
		.map_fd = (uint32_t)map_fd,
	};

	return rawbpf_sys_bpf(RAWBPF_PROG_BIND_MAP, &attr, sizeof(attr));
}

int rawbpf_raw_tracepoint_open(const char *name, int prog_fd)
{
	struct rawbpf_attr_raw_tracepoint_open attr = {
		.name = rawbpf_ptr(name),
		.prog_fd = (uint32_t)prog_fd,
	};

	return rawbpf_sys_bpf(RAWBPF_RAW_TRACEPOINT_OPEN, &attr, sizeof(attr));
}
