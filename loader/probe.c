/* SPDX-License-Identifier: BSD-2-Clause */
/* kprobes and uprobes: the perf PMU of Linux 4.17, else an event defined in tracefs. */
#include "link.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../syscall/sys.h"
#include "text.h"

#define PMUS "/sys/bus/event_source/devices/"

static int pmu_type(const char *pmu)
{
	char path[96];
	long type;
	int rc;

	snprintf(path, sizeof(path), PMUS "%s/type", pmu);
	rc = rawbpf_text_read_number(RAWBPF_AT_FDCWD, path, &type);
	return rc < 0 ? rc : (int)type;
}

bool rawbpf_pmu_is_there(const char *pmu)
{
	return pmu_type(pmu) >= 0;
}

/* "config:0": the bit that makes it a return probe */
static int retprobe_bit(const char *pmu)
{
	char path[96], text[32];
	unsigned bit;
	int rc;

	snprintf(path, sizeof(path), PMUS "%s/format/retprobe", pmu);
	rc = rawbpf_text_read(RAWBPF_AT_FDCWD, path, text, sizeof(text));
	if (rc < 0)
		return rc;
	return sscanf(text, "config:%u", &bit) == 1 && bit < 64 ? (int)bit : -EINVAL;
}

/* An event for all processes is opened on one CPU; its program runs on every CPU. */
static int open_event(struct rawbpf_link *link, struct rawbpf_perf_event_attr *attr, int pid)
{
	int fd = rawbpf_sys_perf_event_open(attr, pid, pid < 0 ? 0 : -1, -1);

	return fd < 0 ? fd : rawbpf_link_keep(link, fd);
}

/* 1: there is no such PMU */
static int open_by_pmu(struct rawbpf_link *link, const struct rawbpf_probe *probe)
{
	int type = pmu_type(probe->pmu), bit = 0;
	struct rawbpf_perf_event_attr attr = {
		.flags = RAWBPF_PERF_DISABLED,
		.config1 = rawbpf_ptr(probe->name),
		.config2 = probe->offset,
	};

	if (type >= 0 && probe->ret)
		bit = retprobe_bit(probe->pmu);
	if (type < 0 || bit < 0)
		return 1;
	attr.type = (uint32_t)type;
	if (probe->ret)
		attr.config = 1ULL << bit;
	link->asked = true;
	return open_event(link, &attr, probe->pid);
}

static int open_by_tracefs(struct rawbpf_link *link, const struct rawbpf_probe *probe)
{
	struct rawbpf_perf_event_attr attr = {
		.type = RAWBPF_PERF_TYPE_TRACEPOINT,
		.sample_period = 1,
		.flags = RAWBPF_PERF_DISABLED,
	};
	int id = rawbpf_trace_event_add(&link->event, probe->events, probe->ret ? 'r' : 'p',
		probe->definition, probe->hint, &link->asked);
	int rc;

	if (id < 0)
		return id;
	attr.config = (uint64_t)id;
	rc = open_event(link, &attr, probe->pid);
	if (rc < 0)
		rawbpf_trace_event_remove(&link->event);
	return rc;
}

/*
 * What the PMU refuses and tracefs may take: names with a '.' on 4.x, functions
 * under livepatch. Not what would be refused for the same reason again.
 */
static bool tracefs_may_help(int err)
{
	return err == -EINVAL || err == -EBUSY || err == -ENODEV || err == -EOPNOTSUPP;
}

int rawbpf_probe_open(struct rawbpf_link *link, const struct rawbpf_probe *probe)
{
	int by_pmu = open_by_pmu(link, probe), rc;

	if (by_pmu <= 0 && !tracefs_may_help(by_pmu))
		return by_pmu;
	rc = probe->events ? open_by_tracefs(link, probe) : -EOPNOTSUPP;
	/* the PMU's answer is the plainer one */
	return rc < 0 && by_pmu < 0 ? by_pmu : rc;
}
