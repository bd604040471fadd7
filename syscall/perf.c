/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys.h"

int rawbpf_perf_event_set_bpf(int event_fd, int prog_fd)
{
	return rawbpf_sys_ioctl(event_fd, RAWBPF_PERF_EVENT_IOC_SET_BPF, (unsigned long)prog_fd);
}

int rawbpf_perf_event_enable(int event_fd)
{
	return rawbpf_sys_ioctl(event_fd, RAWBPF_PERF_EVENT_IOC_ENABLE, 0);
}

int rawbpf_perf_event_disable(int event_fd)
{
	return rawbpf_sys_ioctl(event_fd, RAWBPF_PERF_EVENT_IOC_DISABLE, 0);
}
