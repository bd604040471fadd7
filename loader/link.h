/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files behind attach.h share: attachments and the ways to open them. */
#ifndef RAWBPF_LINK_H
#define RAWBPF_LINK_H

#include "attach.h"

/* ---- tracefs.c ------------------------------------------------------------- */

/* An event that we defined in kprobe_events or uprobe_events. */
struct rawbpf_trace_event {
	int events_fd;  /* the file it is defined in; -1: there is no event */
	char name[128]; /* "rawbpf_123/vfs_read_7f00_0" */
};

/*
 * Appends a definition to `file` ("kprobe_events"). `type` is 'p' or 'r'; `what`
 * is the place in the kernel's words ("vfs_read+0x10", "/bin/sh:0x1234"), `hint` what
 * the event's name is made from. Returns the event's id for
 * perf_event_open; -EOPNOTSUPP: this kernel has no such file; or -errno, and
 * then there is no event. *asked becomes true if the kernel saw the definition.
 */
int rawbpf_trace_event_add(struct rawbpf_trace_event *event, const char *file, char type,
	const char *what, const char *hint, bool *asked);
/* Removes it. Its perf events must have been closed: the kernel refuses (EBUSY) before. */
void rawbpf_trace_event_remove(struct rawbpf_trace_event *event);
/* The id of events/CATEGORY/NAME, or -errno. */
int rawbpf_trace_event_id(int tracefs, const char *category, const char *name);

/* ---- attach.c --------------------------------------------------------------- */

struct rawbpf_link {
	struct rawbpf_place place; /* a copy; uprobes: path and offset as they were taken */
	bool asked;                /* the kernel was asked for the place, so a refusal is its own */
	uint64_t file_offset;      /* uprobes */
	int *fds;                  /* perf events; the open raw tracepoint */
	size_t nfds;
	struct rawbpf_trace_event event;
};

/* Adds an open event fd to the link, which then owns it; closes it on failure. */
int rawbpf_link_keep(struct rawbpf_link *link, int fd);

/* ---- probe.c: kprobes and uprobes, by perf PMU or else tracefs ------------------ */

struct rawbpf_probe {
	const char *pmu;        /* "kprobe" */
	const char *events;     /* "kprobe_events"; NULL: the place cannot be said there */
	const char *name;       /* symbol, or the file's path: config1 */
	uint64_t offset;        /* config2 */
	const char *definition; /* the place in the words of tracefs */
	const char *hint;
	bool ret;
	int pid; /* -1: all processes */
};

/* 0 and the event is in link->fds, or -errno; -EOPNOTSUPP: neither way is there. */
int rawbpf_probe_open(struct rawbpf_link *link, const struct rawbpf_probe *probe);
/* The PMU of that name is registered: 1 or 0. */
bool rawbpf_pmu_is_there(const char *pmu);

/* ---- one function per kind: 0 or -errno, said ------------------------------------ */

int rawbpf_kprobe_open(struct rawbpf_link *link, const struct rawbpf_sink *sink);
int rawbpf_uprobe_open(struct rawbpf_link *link, const struct rawbpf_sink *sink);
int rawbpf_breakpoint_open(struct rawbpf_link *link, const struct rawbpf_sink *sink);
int rawbpf_tracepoint_open(struct rawbpf_link *link, const struct rawbpf_sink *sink);

/* "PLACE: refused by the kernel (EINVAL): WHY" to the sink. Returns `best`. */
int rawbpf_link_refused(const struct rawbpf_link *link, int err, int best, const char *why,
	const struct rawbpf_sink *sink);

#endif
