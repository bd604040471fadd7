/* SPDX-License-Identifier: BSD-2-Clause */
#include "narrate.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "why.h"
#include "words.h"

/* ---- a line ----------------------------------------------------------------- */

void rawbpf_words_add(struct rawbpf_words *w, const char *fmt, ...)
{
	size_t room = sizeof(w->text) - w->len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(w->text + w->len, room, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	if ((size_t)n >= room) {
		w->len = sizeof(w->text) - 1;
		memcpy(w->text + w->len - 3, "...", 3);
		return;
	}
	w->len += (size_t)n;
}

void rawbpf_words_add_name(
	struct rawbpf_words *w, const char *const *names, size_t n, unsigned value, int lower)
{
	char name[64];
	size_t i;

	if (value >= n || !names[value]) {
		rawbpf_words_add(w, "type %u", value);
		return;
	}
	snprintf(name, sizeof(name), "%s", names[value]);
	for (i = 0; lower && name[i]; i++)
		name[i] = (char)tolower((unsigned char)name[i]);
	rawbpf_words_add(w, "%s", name);
}

void rawbpf_words_refused(struct rawbpf_words *w, long result)
{
	char buf[32];
	const char *text = strerror((int)-result);

	if (result == -524) /* ENOTSUPP, which libc does not know */
		text = "Operation not supported by this kernel";
	rawbpf_words_add(w, " -> %s (%s)", rawbpf_why_name((int)result, buf, sizeof(buf)), text);
}

static void add_fd(struct rawbpf_words *w, long result)
{
	if (result < 0)
		rawbpf_words_refused(w, result);
	else
		rawbpf_words_add(w, " -> fd %ld", result);
}

static void add_number(struct rawbpf_words *w, long result)
{
	if (result < 0)
		rawbpf_words_refused(w, result);
	else
		rawbpf_words_add(w, " -> %ld", result);
}

/* Names come from objects and paths that we did not write: no escape sequences from there. */
static void defuse(struct rawbpf_words *w)
{
	for (size_t i = 0; i < w->len; i++)
		if ((unsigned char)w->text[i] < ' ' || w->text[i] == 0x7f)
			w->text[i] = '?';
}

/* ---- perf events ---------------------------------------------------------------- */

static void add_probe(struct rawbpf_words *w, const struct rawbpf_perf_event_attr *a)
{
	const char *name = (const char *)(uintptr_t)a->config1;
	const char *ret = a->config & 1 ? "ret" : "";

	if (!name)
		rawbpf_words_add(w, "k%sprobe at 0x%llx", ret, (unsigned long long)a->config2);
	else
		/* a file is always named with a slash, and no symbol of the kernel has one */
		rawbpf_words_add(w, "%c%sprobe %s +0x%llx", strchr(name, '/') ? 'u' : 'k', ret,
			name, (unsigned long long)a->config2);
}

static void add_event(struct rawbpf_words *w, const struct rawbpf_perf_event_attr *a)
{
	unsigned long long config = a->config;

	switch (a->type) {
	case RAWBPF_PERF_TYPE_HARDWARE:
		rawbpf_words_add(w, "hardware counter %llu", config);
		break;
	case RAWBPF_PERF_TYPE_SOFTWARE:
		if (config == RAWBPF_PERF_COUNT_SW_CPU_CLOCK)
			rawbpf_words_add(w, "cpu clock");
		else
			rawbpf_words_add(w, "software counter %llu", config);
		break;
	case RAWBPF_PERF_TYPE_TRACEPOINT:
		rawbpf_words_add(w, "tracepoint number %llu", config);
		break;
	case RAWBPF_PERF_TYPE_BREAKPOINT:
		rawbpf_words_add(w, "breakpoint at 0x%llx%s", (unsigned long long)a->config1,
			a->bp_type == RAWBPF_HW_BREAKPOINT_X ? " when it executes" : "");
		break;
	default:
		if (a->type > RAWBPF_PERF_TYPE_BREAKPOINT)
			add_probe(w, a);
		else
			rawbpf_words_add(w, "event type %u", a->type);
	}
}

static void perf_event_open(struct rawbpf_words *w, const struct rawbpf_sys_event *e)
{
	rawbpf_words_add(w, "perf_event_open(");
	add_event(w, e->data);
	rawbpf_words_add(w, ", pid %ld, cpu %ld)", e->a[0], e->a[1]);
	add_fd(w, e->result);
}

static void perf_ioctl(struct rawbpf_words *w, const struct rawbpf_sys_event *e)
{
	switch ((unsigned long)e->a[1]) {
	case RAWBPF_PERF_EVENT_IOC_SET_BPF:
		rawbpf_words_add(w, "ioctl(PERF_EVENT_IOC_SET_BPF): program fd %ld on event fd %ld",
			e->a[2], e->a[0]);
		break;
	case RAWBPF_PERF_EVENT_IOC_ENABLE:
		rawbpf_words_add(w, "ioctl(PERF_EVENT_IOC_ENABLE): event fd %ld starts", e->a[0]);
		break;
	case RAWBPF_PERF_EVENT_IOC_DISABLE:
		rawbpf_words_add(w, "ioctl(PERF_EVENT_IOC_DISABLE): event fd %ld stops", e->a[0]);
		break;
	default:
		return;
	}
	add_number(w, e->result);
}

/* ---- files ---------------------------------------------------------------------- */

static bool ends_in(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && !strcmp(text + n - m, end);
}

static void open_file(struct rawbpf_words *w, const struct rawbpf_sys_event *e)
{
	const char *path = e->data;

	if (!ends_in(path, "kprobe_events") && !ends_in(path, "uprobe_events"))
		return;
	rawbpf_words_add(w, "openat(%s): tracefs's list of probes", path);
	add_fd(w, e->result);
}

/* "p:grp/ev ...", "r:...", "r16:...", "-:...": nothing else that we write looks so. */
static bool is_probe_line(const char *text, size_t len)
{
	size_t i = 1;

	if (len < 4 || !strchr("pr-", text[0]))
		return false;
	while (i < len && text[0] == 'r' && isdigit((unsigned char)text[i]))
		i++;
	return i < len && text[i] == ':';
}

static void write_file(struct rawbpf_words *w, const struct rawbpf_sys_event *e)
{
	const char *text = e->data;
	size_t len = (size_t)e->a[1];

	if (!is_probe_line(text, len))
		return;
	if (text[len - 1] == '\n')
		len--;
	rawbpf_words_add(w, "write(fd %ld): \"%.*s\"", e->a[0], (int)(len < 512 ? len : 512), text);
	add_number(w, e->result);
}

void rawbpf_narrate(
	void (*line)(void *arg, const char *text), void *arg, const struct rawbpf_sys_event *event)
{
	struct rawbpf_words w = { 0 };

	switch (event->call) {
	case RAWBPF_SYS_BPF:
		rawbpf_words_bpf(&w, event);
		break;
	case RAWBPF_SYS_PERF_EVENT_OPEN:
		perf_event_open(&w, event);
		break;
	case RAWBPF_SYS_IOCTL:
		perf_ioctl(&w, event);
		break;
	case RAWBPF_SYS_OPENAT:
		open_file(&w, event);
		break;
	case RAWBPF_SYS_WRITE:
		write_file(&w, event);
		break;
	case RAWBPF_SYS_PRLIMIT:
		rawbpf_words_add(&w, "prlimit(RLIMIT_MEMLOCK): no limit on locked memory");
		add_number(&w, event->result);
		break;
	case RAWBPF_SYS_DETACHED_MOUNT:
		rawbpf_words_add(&w, "fsopen, fsmount(%s): an instance that no path leads to",
			(const char *)event->data);
		add_fd(&w, event->result);
		break;
	case RAWBPF_SYS_READ:
	case RAWBPF_SYS_CLOSE:
		break;
	}
	if (!w.len)
		return;
	defuse(&w);
	line(arg, w.text);
}
