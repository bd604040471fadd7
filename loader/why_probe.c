/* SPDX-License-Identifier: BSD-2-Clause */
/* Why a place was refused: checks from the most certain to the least, each reads the kernel. */
#include "why.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "../syscall/sys.h"
#include "kernelsym.h"
#include "link.h"
#include "text.h"

struct why {
	const struct rawbpf_place *place;
	int err; /* as the kernel gave it, negative */
	char *buf;
	size_t len;
	struct rawbpf_ksym sym; /* kprobes, breakpoints: after check_symbol */
};

/* A check returns 0 if it is not the reason, else the errno that fits, and its text is in buf. */
typedef int check(struct why *w);

__attribute__((format(printf, 3, 4))) static int because(
	struct why *w, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(w->buf, w->len, fmt, ap);
	va_end(ap);
	return err;
}

static int first_of(struct why *w, check *const *checks)
{
	int rc = 0;

	while (!rc && *checks)
		rc = (*checks++)(w);
	return rc ? rc : because(w, w->err, "the kernel shows no reason; see dmesg");
}

/* ---- any place ---------------------------------------------------------------------- */

static int check_resources(struct why *w)
{
	if (w->err == -EMFILE)
		return because(w, w->err, "this process has too many open files (ulimit -n)");
	if (w->err == -ENFILE)
		return because(w, w->err, "the system has too many open files (fs.file-max)");
	if (w->err == -ENOMEM)
		return because(w, w->err, "out of memory");
	return 0;
}

static int check_permission(struct why *w)
{
	if (w->err != -EPERM && w->err != -EACCES)
		return 0;
	rawbpf_why_eperm(w->buf, w->len);
	return w->err;
}

/* 1, 0, or -errno where tracefs cannot be seen at all. */
static int tracefs_has(const char *file)
{
	int tracefs = rawbpf_tracefs_open(NULL), rc;
	char text[2];

	/* no such file system is an answer */
	if (tracefs < 0)
		return tracefs == -ENODEV ? 0 : tracefs;
	rc = rawbpf_text_read(tracefs, file, text, sizeof(text));
	rawbpf_sys_close(tracefs);
	return rc >= 0 ? 1 : rc == -ENOENT ? 0 : rc;
}

/* ---- the kernel's functions ------------------------------------------------------------ */

static int check_kprobes_built_in(struct why *w)
{
	int in_tracefs = rawbpf_pmu_is_there("kprobe") ? 1 : tracefs_has("kprobe_events");

	if (in_tracefs == 1)
		return 0;
	if (rawbpf_kernel_has_kprobes() == 0)
		return because(w, -EOPNOTSUPP,
			"this kernel was built without CONFIG_KPROBES (no kprobe PMU, no "
			"register_kprobe in /proc/kallsyms)");
	if (in_tracefs < 0)
		return 0;
	return because(w, -EOPNOTSUPP,
		"this kernel was built without CONFIG_KPROBE_EVENTS (no kprobe PMU, no "
		"kprobe_events in tracefs)");
}

static int check_symbol(struct why *w)
{
	const char *name = w->place->symbol;

	if (rawbpf_ksym_find(&w->sym, name) < 0)
		return 0;
	if (!strncmp(name, "__pfx_", 6) && w->sym.functions)
		return because(w, -EINVAL,
			"%s is the padding before a function; did you mean '%s'?", name, name + 6);
	if (w->sym.functions)
		return 0;
	if (w->sym.other)
		return because(w, -EINVAL, "%s is not a function (/proc/kallsyms: type '%c')", name,
			w->sym.other);
	if (w->sym.near[0])
		return because(w, -ENOENT, "no %s in /proc/kallsyms; did you mean '%s'?", name,
			w->sym.near);
	return because(w, -ENOENT, "no %s in /proc/kallsyms", name);
}

static int check_blacklist(struct why *w)
{
	if (rawbpf_kprobe_blacklisted(w->place->symbol, w->sym.address) != 1)
		return 0;
	return because(w, -EINVAL, "%s is on the kprobe blacklist (debugfs kprobes/blacklist)",
		w->place->symbol);
}

static int check_ambiguous(struct why *w)
{
	if (w->sym.functions < 2 || (w->sym.in_kernel == 1 && w->err != -EADDRNOTAVAIL))
		return 0;
	return because(w, -EADDRNOTAVAIL, "%u functions have the name %s (%s)", w->sym.functions,
		w->place->symbol, w->sym.where);
}

static int check_offset(struct why *w)
{
	const struct rawbpf_place *p = w->place;
	uint64_t size;

	if (w->err == -EILSEQ)
		return because(
			w, -EINVAL, "no instruction starts at %s+0x%" PRIx64, p->symbol, p->offset);
	if (!p->offset)
		return 0;
	size = rawbpf_ksym_size(w->sym.address);
	if (!size || p->offset < size)
		return 0;
	return because(w, -EINVAL, "%s has 0x%" PRIx64 " bytes, so +0x%" PRIx64 " is not in it",
		p->symbol, size, p->offset);
}

static int check_notrace(struct why *w)
{
	char config;

	if (rawbpf_ksym_traceable(w->place->symbol, w->sym.address) != 0)
		return 0;
	config = rawbpf_kernel_config("CONFIG_KPROBE_EVENTS_ON_NOTRACE");
	if (config == 'y')
		return 0;
	return because(w, -EINVAL, "%s is notrace: not in tracefs available_filter_functions%s",
		w->place->symbol, config ? ", and CONFIG_KPROBE_EVENTS_ON_NOTRACE is not set" : "");
}

int rawbpf_why_kprobe(const struct rawbpf_place *place, int err, char *buf, size_t len)
{
	static check *const checks[] = { check_resources, check_kprobes_built_in, check_permission,
		check_symbol, check_blacklist, check_offset, check_notrace, check_ambiguous, NULL };
	struct why w = { .place = place, .err = err, .buf = buf, .len = len };

	return first_of(&w, checks);
}

/* ---- breakpoints ------------------------------------------------------------------------ */

static int check_breakpoint_pmu(struct why *w)
{
	struct utsname uts;

	if (rawbpf_pmu_is_there("breakpoint"))
		return 0;
	return because(w, -EOPNOTSUPP,
		"this kernel has no breakpoint PMU (%s: no hardware breakpoints)",
		uname(&uts) == 0 ? uts.machine : "this architecture");
}

/* The kernel wants CAP_SYS_ADMIN here; CAP_PERFMON is not enough. */
static int check_breakpoint_permission(struct why *w)
{
	struct utsname uts;

	if (w->err != -EPERM && w->err != -EACCES)
		return 0;
	if (rawbpf_why_capable(RAWBPF_CAP_SYS_ADMIN) == 0)
		return because(w, w->err,
			"this process lacks CAP_SYS_ADMIN, which breakpoints in the kernel need");
	if (uname(&uts) == 0 && !strncmp(uts.machine, "arm", 3))
		return because(w, -EOPNOTSUPP, "on %s Linux refuses all breakpoints in the kernel",
			uts.machine);
	return check_permission(w);
}

static int check_hidden(struct why *w)
{
	long restricted;

	if (w->sym.address || !w->sym.functions)
		return 0;
	if (rawbpf_why_capable(RAWBPF_CAP_SYSLOG) == 0)
		return because(
			w, -EPERM, "/proc/kallsyms hides addresses: this process lacks CAP_SYSLOG");
	if (rawbpf_text_read_number(
		    RAWBPF_AT_FDCWD, "/proc/sys/kernel/kptr_restrict", &restricted) < 0)
		restricted = -1;
	return because(w, -EPERM, "/proc/kallsyms hides addresses: kernel.kptr_restrict is %ld",
		restricted);
}

static int check_slots(struct why *w)
{
	if (w->err != -ENOSPC)
		return 0;
	return because(w, w->err, "all hardware breakpoint slots of a CPU are in use");
}

static int check_unsupported(struct why *w)
{
	struct utsname uts;

	if (w->err != -EOPNOTSUPP && w->err != -ENODEV && w->err != -ENOENT)
		return 0;
	return because(w, -EOPNOTSUPP, "%s has no execution breakpoints for perf",
		uname(&uts) == 0 ? uts.machine : "this architecture");
}

/* x86 asks the kprobe blacklist, and without kprobes everything is on it. */
static int check_no_kprobes(struct why *w)
{
	if (w->err != -EINVAL || rawbpf_kernel_has_kprobes() != 0)
		return 0;
	return because(w, -EOPNOTSUPP,
		"this kernel was built without CONFIG_KPROBES (no register_kprobe in "
		"/proc/kallsyms), and then takes no breakpoint in itself");
}

int rawbpf_why_breakpoint(const struct rawbpf_place *place, int err, char *buf, size_t len)
{
	static check *const checks[] = { check_resources, check_breakpoint_pmu, check_symbol,
		check_ambiguous, check_hidden, check_breakpoint_permission, check_slots,
		check_no_kprobes, check_blacklist, check_unsupported, NULL };
	struct why w = { .place = place, .err = err, .buf = buf, .len = len };

	return first_of(&w, checks);
}

/* ---- user space -------------------------------------------------------------------------- */

static int check_uprobes_built_in(struct why *w)
{
	if (rawbpf_pmu_is_there("uprobe") || tracefs_has("uprobe_events") != 0)
		return 0;
	return because(w, -EOPNOTSUPP,
		"this kernel was built without CONFIG_UPROBE_EVENTS (no uprobe PMU, no "
		"uprobe_events in tracefs)");
}

/* Since Linux 6.16, and in the stable kernels of that time, CAP_PERFMON is not enough. */
static int check_uprobe_permission(struct why *w)
{
	if (w->err != -EPERM && w->err != -EACCES)
		return 0;
	if (rawbpf_why_capable(RAWBPF_CAP_SYS_ADMIN) == 0 &&
		rawbpf_why_capable(RAWBPF_CAP_PERFMON) > 0)
		return because(w, w->err,
			"this process lacks CAP_SYS_ADMIN, which uprobes need on kernels since "
			"July 2025 (6.16 and stable ones): CAP_PERFMON is not enough");
	return check_permission(w);
}

static int check_process(struct why *w)
{
	char path[64], text[2];

	if (w->err != -ESRCH)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/comm", w->place->pid);
	if (rawbpf_text_read(RAWBPF_AT_FDCWD, path, text, sizeof(text)) >= 0)
		return 0;
	return because(w, w->err, "there is no process %d", w->place->pid);
}

static int check_file(struct why *w)
{
	struct stat st;

	if (stat(w->place->path, &st) < 0)
		return because(w, -ENOENT, "%s is not there any more", w->place->path);
	if (!S_ISREG(st.st_mode))
		return because(w, -EINVAL, "%s is not a regular file", w->place->path);
	if (w->place->offset < (uint64_t)st.st_size)
		return 0;
	return because(w, -EINVAL, "the file has %llu bytes, so there is no offset 0x%" PRIx64,
		(unsigned long long)st.st_size, w->place->offset);
}

static int check_instruction(struct why *w)
{
	if (w->err != -524 && w->err != -ENOEXEC)
		return 0;
	return because(w, w->err, "the kernel cannot probe the instruction there");
}

static int check_file_system(struct why *w)
{
	if (w->err != -EIO && w->err != -EINVAL)
		return 0;
	return because(w, w->err,
		"the file is there and has that offset; its file system may not support uprobes, "
		"or "
		"the offset is not the start of an instruction");
}

/* place->path and place->offset are the file and the offset in it that were asked for. */
int rawbpf_why_uprobe(const struct rawbpf_place *place, int err, char *buf, size_t len)
{
	static check *const checks[] = { check_resources, check_uprobes_built_in,
		check_uprobe_permission, check_process, check_file, check_instruction,
		check_file_system, NULL };
	struct why w = { .place = place, .err = err, .buf = buf, .len = len };

	return first_of(&w, checks);
}

/* ---- tracepoints --------------------------------------------------------------------------- */

/* available_events has "CATEGORY:NAME" lines; a raw tracepoint is named without its category. */
static int nearest_event(const char *category, const char *name, struct rawbpf_nearest *near)
{
	int tracefs = rawbpf_tracefs_open(NULL), rc;
	struct rawbpf_lines lines;
	char *line, *colon;

	if (tracefs < 0)
		return tracefs;
	rc = rawbpf_lines_open(&lines, tracefs, "available_events");
	rawbpf_sys_close(tracefs);
	if (rc < 0)
		return rc;
	while ((line = rawbpf_lines_next(&lines))) {
		colon = strchr(line, ':');
		if (!colon)
			continue;
		*colon = '/';
		if (category && !strcmp(colon + 1, name)) {
			/* the right name in another category */
			near->name[0] = '\0';
			strncat(near->name, line, sizeof(near->name) - 1);
			near->distance = 0;
		}
		rawbpf_nearest_see(near, category ? line : colon + 1);
	}
	return rawbpf_lines_close(&lines);
}

static int check_event(struct why *w)
{
	const struct rawbpf_place *p = w->place;
	struct rawbpf_nearest near;
	char want[256];
	int rc;

	if (w->err != -ENOENT)
		return 0;
	snprintf(want, sizeof(want), "%s%s%s", p->path ? p->path : "", p->path ? "/" : "",
		p->symbol);
	rawbpf_nearest_init(&near, want);
	rc = nearest_event(p->path, p->symbol, &near);
	if (rc < 0 || !strcmp(near.name, want))
		return 0;
	return because(w, -ENOENT, "no such tracepoint in tracefs available_events%s%s%s",
		near.name[0] ? "; did you mean '" : "", near.name, near.name[0] ? "'?" : "");
}

int rawbpf_why_tracepoint(const struct rawbpf_place *place, int err, char *buf, size_t len)
{
	static check *const checks[] = { check_resources, check_permission, check_event, NULL };
	struct why w = { .place = place, .err = err, .buf = buf, .len = len };

	return first_of(&w, checks);
}
