/* SPDX-License-Identifier: BSD-2-Clause */
/* Places in the kernel: kprobes, and hardware breakpoints on its functions. */
#include "link.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../syscall/sys.h"
#include "kernelsym.h"
#include "text.h"
#include "why.h"

int rawbpf_kprobe_open(struct rawbpf_link *link, const struct rawbpf_sink *sink)
{
	const struct rawbpf_place *place = &link->place;
	char definition[640], why[512];
	struct rawbpf_probe probe = {
		.pmu = "kprobe",
		.events = "kprobe_events",
		.name = place->symbol,
		.offset = place->offset,
		.definition = definition,
		.hint = place->symbol,
		.ret = place->kind == RAWBPF_PLACE_KRETPROBE,
		.pid = -1,
	};
	int rc;

	if (place->offset)
		snprintf(definition, sizeof(definition), "%s+%" PRIu64, place->symbol,
			place->offset);
	else
		snprintf(definition, sizeof(definition), "%s", place->symbol);
	rc = rawbpf_probe_open(link, &probe);
	if (rc >= 0)
		return 0;
	return rawbpf_link_refused(
		link, rc, rawbpf_why_kprobe(place, rc, why, sizeof(why)), why, sink);
}

/* ---- breakpoints ---------------------------------------------------------------- */

/* "0-3,5": calls see(arg, cpu) for each; 0, what see() returned below 0, or -EINVAL */
static int each_cpu(const char *list, int (*see)(void *arg, int cpu), void *arg)
{
	int first, last, used, rc = 0;

	while (*list && rc >= 0) {
		if (sscanf(list, "%d%n", &first, &used) != 1)
			return -EINVAL;
		list += used;
		last = first;
		if (*list == '-') {
			if (sscanf(++list, "%d%n", &last, &used) != 1)
				return -EINVAL;
			list += used;
		}
		if (first < 0 || last < first || last > 65535)
			return -EINVAL;
		for (int cpu = first; cpu <= last && rc >= 0; cpu++)
			rc = see(arg, cpu);
		list += strspn(list, ", \n");
	}
	return rc;
}

struct on_each {
	struct rawbpf_link *link;
	struct rawbpf_perf_event_attr attr;
};

static int open_on_cpu(void *arg, int cpu)
{
	struct on_each *o = arg;
	struct rawbpf_perf_event_attr attr = o->attr;
	int fd = rawbpf_sys_perf_event_open(&attr, -1, cpu, -1);

	/* the CPU went off line since the list was read: the others count */
	if (fd == -ENODEV && o->link->nfds)
		return 0;
	return fd < 0 ? fd : rawbpf_link_keep(o->link, fd);
}

static int open_on_all(struct rawbpf_link *link, uint64_t address)
{
	struct on_each o = {
		.link = link,
		.attr = {
			.type = RAWBPF_PERF_TYPE_BREAKPOINT,
			.sample_period = 1,
			.flags = RAWBPF_PERF_DISABLED,
			.bp_type = RAWBPF_HW_BREAKPOINT_X,
			.config1 = address,
			.config2 = sizeof(long),
		},
	};
	char list[1024];
	int rc = rawbpf_text_read(
		RAWBPF_AT_FDCWD, "/sys/devices/system/cpu/online", list, sizeof(list));

	if (rc < 0)
		return rc;
	link->asked = true;
	rc = each_cpu(list, open_on_cpu, &o);
	return rc < 0 ? rc : link->nfds ? 0 : -ENODEV;
}

static int find_address(const char *symbol, uint64_t *address)
{
	struct rawbpf_ksym sym;
	int rc = rawbpf_ksym_find(&sym, symbol);

	if (rc < 0)
		return rc;
	if (!sym.functions)
		return -ENOENT;
	if (!sym.address)
		return -EPERM;
	if (sym.functions > 1 && sym.in_kernel != 1)
		return -EADDRNOTAVAIL;
	*address = sym.address;
	return 0;
}

int rawbpf_breakpoint_open(struct rawbpf_link *link, const struct rawbpf_sink *sink)
{
	uint64_t address = 0;
	char why[512];
	int rc = find_address(link->place.symbol, &address);

	if (rc >= 0)
		rc = open_on_all(link, address + link->place.offset);
	if (rc >= 0)
		return 0;
	return rawbpf_link_refused(
		link, rc, rawbpf_why_breakpoint(&link->place, rc, why, sizeof(why)), why, sink);
}
