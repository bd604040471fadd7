/* SPDX-License-Identifier: BSD-2-Clause */
#include "link.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../syscall/sys.h"
#include "text.h"
#include "why.h"

#define MAX_EVENTS_OF_A_NAME 1000
#define MAX_HINT 40 /* with our suffix within the kernel's 63 characters */

/* ---- the folder --------------------------------------------------------------- */

/* A mount point that nothing is mounted on is an empty folder: look for a file. */
static int open_if_tracefs(const char *path)
{
	int dir = rawbpf_sys_openat(RAWBPF_AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);
	int file;

	if (dir < 0)
		return dir;
	file = rawbpf_sys_openat(dir, "trace_marker", O_WRONLY, 0);
	if (file < 0) {
		rawbpf_sys_close(dir);
		return file;
	}
	rawbpf_sys_close(file);
	return dir;
}

/* Mount points of the type, from "DEVICE PATH TYPE ..." lines; \040 stays as it is. */
static int open_elsewhere(void)
{
	struct rawbpf_lines lines;
	char *line, *path, *type;
	int dir = -ENOENT, rc = rawbpf_lines_open(&lines, RAWBPF_AT_FDCWD, "/proc/self/mounts");

	if (rc < 0)
		return rc;
	while (dir < 0 && (line = rawbpf_lines_next(&lines))) {
		path = strchr(line, ' ');
		type = path ? strchr(path + 1, ' ') : NULL;
		if (!type || strncmp(type, " tracefs ", 9))
			continue;
		*type = '\0';
		dir = open_if_tracefs(path + 1);
	}
	rawbpf_lines_close(&lines);
	return dir;
}

int rawbpf_tracefs_open(const struct rawbpf_sink *sink)
{
	static const char *const usual[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
	char why[512], name[16];
	int dir, first = 0;

	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		dir = open_if_tracefs(usual[i]);
		if (dir >= 0)
			return dir;
		if (dir != -ENOENT && !first)
			first = dir;
	}
	dir = open_elsewhere();
	if (dir >= 0)
		return dir;
	dir = rawbpf_sys_detached_mount("tracefs");
	if (dir >= 0)
		return dir;
	if (first)
		dir = first;
	if (!sink)
		return dir;
	if (dir == -EPERM || dir == -EACCES)
		rawbpf_why_eperm(why, sizeof(why));
	else
		snprintf(why, sizeof(why), "it is not mounted at /sys/kernel/tracing");
	return rawbpf_error(sink, dir, NULL, "tracefs cannot be opened (%s): %s",
		rawbpf_why_name(dir, name, sizeof(name)), why);
}

/* ---- events that are there -------------------------------------------------------- */

int rawbpf_trace_event_id(int tracefs, const char *category, const char *name)
{
	char path[1100];
	long id;
	int rc;

	if (snprintf(path, sizeof(path), "events/%s/%s/id", category, name) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	rc = rawbpf_text_read_number(tracefs, path, &id);
	return rc < 0 ? rc : (int)id;
}

/* ---- events of our own -------------------------------------------------------------- */

/*
 * A name that is free: our pid, the symbol with all but [A-Za-z0-9_] replaced (the
 * kernel accepts no more), our link's address (threads of one process), a count.
 * Defining a name twice would add a second probe to the other one's event.
 */
static int choose_name(struct rawbpf_trace_event *event, int tracefs, const char *hint)
{
	char base[MAX_HINT + 1];
	size_t n = 0;

	for (; n < MAX_HINT && hint[n]; n++) {
		unsigned char c = (unsigned char)hint[n];

		base[n] = c < 0x80 && isalnum(c) ? (char)c : '_';
	}
	base[n] = '\0';
	for (unsigned i = 0; i < MAX_EVENTS_OF_A_NAME; i++) {
		char group[24], name[96];
		int id;

		snprintf(group, sizeof(group), "rawbpf_%ld", (long)getpid());
		snprintf(name, sizeof(name), "p_%s_%x_%u", base,
			(unsigned)((uintptr_t)event >> 4 & 0xffffff), i);
		snprintf(event->name, sizeof(event->name), "%s/%s", group, name);
		id = rawbpf_trace_event_id(tracefs, group, name);
		if (id < 0)
			return id == -ENOENT ? 0 : id;
	}
	return -EEXIST;
}

static int define(struct rawbpf_trace_event *event, char type, const char *what)
{
	char line[4096 + 256];
	int n = snprintf(line, sizeof(line), "%c:%s %s\n", type, event->name, what);
	long rc;

	/* a definition that straddles two of the kernel's 4096-byte buffers is torn */
	if (n >= 4096)
		return -ENAMETOOLONG;
	rc = rawbpf_sys_write(event->events_fd, line, (size_t)n);
	return rc < 0 ? (int)rc : rc < n ? -EIO : 0;
}

static int add_in(struct rawbpf_trace_event *event, int tracefs, const char *file, char type,
	const char *what, const char *hint, bool *asked)
{
	char group[128], *slash;
	int rc = rawbpf_sys_openat(tracefs, file, O_WRONLY | O_APPEND, 0);

	if (rc < 0)
		return rc == -ENOENT ? -EOPNOTSUPP : rc;
	event->events_fd = rc;
	rc = choose_name(event, tracefs, hint);
	if (rc < 0)
		goto fail;
	*asked = true;
	rc = define(event, type, what);
	if (rc < 0)
		goto fail;
	memcpy(group, event->name, sizeof(group));
	slash = strchr(group, '/');
	*slash = '\0';
	rc = rawbpf_trace_event_id(tracefs, group, slash + 1);
	if (rc < 0)
		rawbpf_trace_event_remove(event);
	return rc;
fail:
	rawbpf_sys_close(event->events_fd);
	event->events_fd = -1;
	return rc;
}

int rawbpf_trace_event_add(struct rawbpf_trace_event *event, const char *file, char type,
	const char *what, const char *hint, bool *asked)
{
	int tracefs = rawbpf_tracefs_open(NULL), rc;

	event->events_fd = -1;
	if (tracefs < 0)
		return tracefs == -ENOENT || tracefs == -ENODEV ? -EOPNOTSUPP : tracefs;
	rc = add_in(event, tracefs, file, type, what, hint, asked);
	rawbpf_sys_close(tracefs);
	return rc;
}

void rawbpf_trace_event_remove(struct rawbpf_trace_event *event)
{
	char line[160];
	int n;

	if (event->events_fd < 0)
		return;
	n = snprintf(line, sizeof(line), "-:%s\n", event->name);
	/* the file was opened when the event was made, so that this cannot fail for want of an fd
	 */
	rawbpf_sys_write(event->events_fd, line, (size_t)n);
	rawbpf_sys_close(event->events_fd);
	event->events_fd = -1;
}
