/* SPDX-License-Identifier: BSD-2-Clause */
/* What stands between this process and bpf(2) or perf_event_open(2). */
#include "why.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../syscall/sys.h"
#include "text.h"

const char *rawbpf_why_name(int err, char *buf, size_t len)
{
	static const struct {
		int err;
		const char *name;
	} names[] = {
#define N(e) { e, #e }
		N(EPERM),
		N(ENOENT),
		N(ESRCH),
		N(EINTR),
		N(EIO),
		N(E2BIG),
		N(ENOEXEC),
		N(EBADF),
		N(EAGAIN),
		N(ENOMEM),
		N(EACCES),
		N(EFAULT),
		N(EBUSY),
		N(EEXIST),
		N(ENODEV),
		N(ENOTDIR),
		N(EISDIR),
		N(EINVAL),
		N(ENFILE),
		N(EMFILE),
		N(EFBIG),
		N(ENOSPC),
		N(EROFS),
		N(ERANGE),
		N(ELOOP),
		N(ENAMETOOLONG),
		N(ENOSYS),
		N(EOVERFLOW),
		N(EILSEQ),
		N(EOPNOTSUPP),
		N(EADDRNOTAVAIL),
		N(ETIMEDOUT),
		N(ESTALE),
#undef N
		/* the kernel's own, which libc does not know */
		{ 524, "ENOTSUPP" },
	};

	if (err < 0)
		err = -err;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].err == err)
			return names[i].name;
	snprintf(buf, len, "error %d", err);
	return buf;
}

static int effective(unsigned long long *caps)
{
	char text[32];
	int rc = rawbpf_text_field("/proc/self/status", "CapEff", text, sizeof(text));

	if (rc < 0)
		return rc;
	*caps = strtoull(text, NULL, 16);
	return 0;
}

int rawbpf_why_capable(enum rawbpf_capability cap)
{
	unsigned long long caps;
	int rc = effective(&caps);

	return rc < 0 ? rc : (int)(caps >> cap & 1);
}

/* Text that grows clause by clause; what does not fit is cut off. */
struct clauses {
	char *buf;
	size_t len, at;
};

__attribute__((format(printf, 2, 3))) static void add(struct clauses *c, const char *fmt, ...)
{
	size_t left = c->at < c->len ? c->len - c->at : 0;
	va_list ap;
	int n;

	if (c->at)
		n = snprintf(left ? c->buf + c->at : NULL, left, "; ");
	else
		n = 0;
	c->at += (size_t)n;
	left = c->at < c->len ? c->len - c->at : 0;
	va_start(ap, fmt);
	n = vsnprintf(left ? c->buf + c->at : NULL, left, fmt, ap);
	va_end(ap);
	c->at += n > 0 ? (size_t)n : 0;
}

/* Before Linux 5.8 there was CAP_SYS_ADMIN only. */
static bool knows_cap_bpf(void)
{
	long last;

	return rawbpf_text_read_number(RAWBPF_AT_FDCWD, "/proc/sys/kernel/cap_last_cap", &last) <
		       0 ||
	       last >= RAWBPF_CAP_BPF;
}

/* True if one is missing that is known to be needed. */
static bool add_capabilities(struct clauses *c)
{
	unsigned long long caps;
	bool bpf, perfmon;

	if (effective(&caps) < 0) {
		add(c, "/proc/self/status cannot be read, so which capability is missing is not "
		       "known");
		return true;
	}
	if (caps >> RAWBPF_CAP_SYS_ADMIN & 1)
		return false;
	if (!knows_cap_bpf()) {
		add(c, "this process lacks CAP_SYS_ADMIN (run it as root)");
		return true;
	}
	bpf = caps >> RAWBPF_CAP_BPF & 1;
	perfmon = caps >> RAWBPF_CAP_PERFMON & 1;
	if (bpf && perfmon) {
		add(c, "this process has CAP_BPF and CAP_PERFMON but not CAP_SYS_ADMIN, which the "
		       "kernel may want for this");
		return false;
	}
	add(c, "this process lacks %s%s%s (CAP_SYS_ADMIN or root would do as well)",
		bpf ? "" : "CAP_BPF", bpf || perfmon ? "" : " and ", perfmon ? "" : "CAP_PERFMON");
	return true;
}

/* "0 0 4294967295" is the map of the first user namespace. */
static bool add_user_namespace(struct clauses *c)
{
	unsigned long long inside, outside, count;
	char map[96];

	if (rawbpf_text_read(RAWBPF_AT_FDCWD, "/proc/self/uid_map", map, sizeof(map)) < 0)
		return false;
	if (sscanf(map, "%llu %llu %llu", &inside, &outside, &count) == 3 && !inside && !outside &&
		count == 4294967295ULL)
		return false;
	add(c, "it runs in a user namespace, whose capabilities do not count for this");
	return true;
}

static bool add_seccomp(struct clauses *c)
{
	char mode[16];

	if (rawbpf_text_field("/proc/self/status", "Seccomp", mode, sizeof(mode)) < 0 ||
		atoi(mode) != 2)
		return false;
	add(c, "a seccomp filter is on this process (as containers have it), which may be what "
	       "refused");
	return true;
}

/* "none integrity [confidentiality]": the one in brackets is in force. */
static bool add_lockdown(struct clauses *c)
{
	char text[96], *mode, *end;

	if (rawbpf_text_read(RAWBPF_AT_FDCWD, "/sys/kernel/security/lockdown", text, sizeof(text)) <
		0)
		return false;
	mode = strchr(text, '[');
	end = mode ? strchr(mode, ']') : NULL;
	if (!end)
		return false;
	*end = '\0';
	if (!strcmp(++mode, "none"))
		return false;
	add(c, "the kernel is in lockdown mode '%s'", mode);
	return true;
}

static void add_sysctl(struct clauses *c, const char *name, const char *path, long at_least)
{
	long value;

	if (rawbpf_text_read_number(RAWBPF_AT_FDCWD, path, &value) == 0 && value >= at_least)
		add(c, "%s is %ld", name, value);
}

int rawbpf_why_eperm(char *buf, size_t len)
{
	struct clauses c = { .buf = buf, .len = len };
	bool lacking, found;

	if (len)
		buf[0] = '\0';
	lacking = add_capabilities(&c);
	found = c.at > 0;
	found |= add_user_namespace(&c);
	found |= add_seccomp(&c);
	found |= add_lockdown(&c);
	if (!found)
		add(&c, "no capability is missing, and no user namespace, seccomp filter or "
			"lockdown is seen: a security module may have refused");
	if (lacking) {
		add_sysctl(&c, "kernel.unprivileged_bpf_disabled",
			"/proc/sys/kernel/unprivileged_bpf_disabled", 1);
		add_sysctl(&c, "kernel.perf_event_paranoid", "/proc/sys/kernel/perf_event_paranoid",
			2);
	}
	return (int)c.at;
}
