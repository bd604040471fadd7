/* SPDX-License-Identifier: BSD-2-Clause */
/* Attachments: opened for a place, bound to a program, taken down. */
#include "attach.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../syscall/sys.h"
#include "link.h"
#include "mem.h"
#include "why.h"

int rawbpf_link_keep(struct rawbpf_link *link, int fd)
{
	int *fds = rawbpf_array_more(link->fds, link->nfds, sizeof(*fds));

	if (!fds) {
		rawbpf_sys_close(fd);
		return -ENOMEM;
	}
	link->fds = fds;
	link->fds[link->nfds++] = fd;
	return 0;
}

int rawbpf_link_refused(const struct rawbpf_link *link, int err, int best, const char *why,
	const struct rawbpf_sink *sink)
{
	char place[512], name[16];

	rawbpf_place_print(&link->place, place, sizeof(place));
	if (!link->asked)
		return rawbpf_error(sink, best, NULL, "%s: not possible here: %s", place, why);
	return rawbpf_error(sink, best, NULL, "%s: refused by the kernel (%s): %s", place,
		rawbpf_why_name(err, name, sizeof(name)), why);
}

int rawbpf_tracepoint_open(struct rawbpf_link *link, const struct rawbpf_sink *sink)
{
	struct rawbpf_perf_event_attr attr = {
		.type = RAWBPF_PERF_TYPE_TRACEPOINT,
		.sample_period = 1,
		.flags = RAWBPF_PERF_DISABLED,
	};
	int tracefs = rawbpf_tracefs_open(sink), rc;
	char why[512];

	if (tracefs < 0)
		return tracefs;
	rc = rawbpf_trace_event_id(tracefs, link->place.path, link->place.symbol);
	rawbpf_sys_close(tracefs);
	link->asked = true;
	if (rc >= 0) {
		attr.config = (uint64_t)rc;
		/* one event: its program runs for every task and CPU, whatever is asked for here */
		rc = rawbpf_sys_perf_event_open(&attr, -1, 0, -1);
	}
	if (rc >= 0)
		rc = rawbpf_link_keep(link, rc);
	if (rc >= 0)
		return 0;
	return rawbpf_link_refused(
		link, rc, rawbpf_why_tracepoint(&link->place, rc, why, sizeof(why)), why, sink);
}

static int open_by_kind(struct rawbpf_link *link, const struct rawbpf_sink *sink)
{
	switch (link->place.kind) {
	case RAWBPF_PLACE_KPROBE:
	case RAWBPF_PLACE_KRETPROBE:
		return rawbpf_kprobe_open(link, sink);
	case RAWBPF_PLACE_UPROBE:
	case RAWBPF_PLACE_URETPROBE:
		return rawbpf_uprobe_open(link, sink);
	case RAWBPF_PLACE_TRACEPOINT:
		return rawbpf_tracepoint_open(link, sink);
	case RAWBPF_PLACE_BREAKPOINT:
		return rawbpf_breakpoint_open(link, sink);
	case RAWBPF_PLACE_RAW_TRACEPOINT:
		return 0; /* there is no asking without a program */
	case RAWBPF_PLACE_NONE:
		break;
	}
	return rawbpf_error(sink, -EINVAL, NULL, "this kind of program is not attached here");
}

static int copy_place(struct rawbpf_place *to, const struct rawbpf_place *from)
{
	*to = *from;
	to->symbol = from->symbol ? strdup(from->symbol) : NULL;
	to->path = from->path ? strdup(from->path) : NULL;
	return (from->symbol && !to->symbol) || (from->path && !to->path) ? -ENOMEM : 0;
}

int rawbpf_link_open(
	struct rawbpf_link **out, const struct rawbpf_place *place, const struct rawbpf_sink *sink)
{
	struct rawbpf_link *link = calloc(1, sizeof(*link));
	int rc;

	*out = NULL;
	if (!link)
		return rawbpf_error(sink, -ENOMEM, NULL, "out of memory");
	link->event.events_fd = -1;
	rc = copy_place(&link->place, place);
	if (rc < 0)
		rawbpf_error(sink, rc, NULL, "out of memory");
	else
		rc = open_by_kind(link, sink);
	if (rc < 0) {
		rawbpf_link_free(link);
		return rc;
	}
	*out = link;
	return 0;
}

/* The order counts: the kernel keeps a tracefs event while a perf event is open on it. */
static void take_down(struct rawbpf_link *link)
{
	while (link->nfds)
		rawbpf_sys_close(link->fds[--link->nfds]);
	rawbpf_trace_event_remove(&link->event);
}

static int bind_events(struct rawbpf_link *link, int prog_fd)
{
	int rc = 0;

	/* all have the program before the first counts */
	for (size_t i = 0; i < link->nfds && rc >= 0; i++)
		rc = rawbpf_perf_event_set_bpf(link->fds[i], prog_fd);
	for (size_t i = 0; i < link->nfds && rc >= 0; i++)
		rc = rawbpf_perf_event_enable(link->fds[i]);
	return rc < 0 ? rc : 0;
}

static int bind_raw_tracepoint(struct rawbpf_link *link, int prog_fd)
{
	int fd = rawbpf_raw_tracepoint_open(link->place.symbol, prog_fd);

	return fd < 0 ? fd : rawbpf_link_keep(link, fd);
}

static int say_not_bound(const struct rawbpf_link *link, int err, const struct rawbpf_sink *sink)
{
	char place[512], name[16], why[512];
	int best = err;

	if (link->place.kind == RAWBPF_PLACE_RAW_TRACEPOINT && err != -EINVAL)
		best = rawbpf_why_tracepoint(&link->place, err, why, sizeof(why));
	else if (err == -EPERM || err == -EACCES)
		rawbpf_why_eperm(why, sizeof(why));
	else if (err == -EEXIST)
		snprintf(why, sizeof(why),
			"another program is there, and kernels before 4.15 take "
			"one only");
	else
		snprintf(why, sizeof(why), "is the program of the type that this place needs?");
	rawbpf_place_print(&link->place, place, sizeof(place));
	return rawbpf_error(sink, best, NULL, "%s: the program was refused by the kernel (%s): %s",
		place, rawbpf_why_name(err, name, sizeof(name)), why);
}

int rawbpf_link_bind(struct rawbpf_link *link, int prog_fd, const struct rawbpf_sink *sink)
{
	int rc;

	if (link->place.kind == RAWBPF_PLACE_RAW_TRACEPOINT)
		rc = bind_raw_tracepoint(link, prog_fd);
	else
		rc = bind_events(link, prog_fd);
	if (rc >= 0)
		return 0;
	take_down(link);
	return say_not_bound(link, rc, sink);
}

int rawbpf_link_print(const struct rawbpf_link *link, char *buf, size_t len)
{
	char place[5000];

	rawbpf_place_print(&link->place, place, sizeof(place));
	if (link->place.kind != RAWBPF_PLACE_UPROBE && link->place.kind != RAWBPF_PLACE_URETPROBE)
		return snprintf(buf, len, "%s", place);
	return snprintf(buf, len, "%s (+0x%" PRIx64 ")", place, link->file_offset);
}

void rawbpf_link_free(struct rawbpf_link *link)
{
	if (!link)
		return;
	take_down(link);
	free(link->fds);
	rawbpf_place_clear(&link->place);
	free(link);
}
