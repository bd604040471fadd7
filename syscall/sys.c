/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys.h"

#include "stub.h"

#ifndef RAWBPF_STUB
#if !__STDC_HOSTED__
#error "no system-call stub for this machine in stub.h, and no libc to ask"
#endif
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "libc_stub.h"

static long rawbpf_stub(long nr, long a, long b, long c, long d, long e)
{
	long result = syscall(nr, a, b, c, d, e);

	return result < 0 ? -errno : result;
}
#endif

/* What <fcntl.h> and friends say on the machines of stub.h; the others have libc's. */
#ifndef O_CLOEXEC
#define O_CLOEXEC 02000000
#endif
#ifndef F_DUPFD_CLOEXEC
#define F_DUPFD_CLOEXEC 1030
#endif
#ifndef RLIMIT_MEMLOCK
#define RLIMIT_MEMLOCK 8
#endif
#define FSOPEN_CLOEXEC 1
#define FSCONFIG_CMD_CREATE 6
#define FSMOUNT_CLOEXEC 1
#define EVENT_CLOEXEC 8 /* PERF_FLAG_FD_CLOEXEC */

#define FIRST_FD 3

#define END_OF(type, field) (offsetof(type, field) + sizeof(((type *)0)->field))

__attribute__((weak)) void rawbpf_sys_saw(const struct rawbpf_sys_event *event)
{
}

static long arg(const void *p)
{
	return (long)(uintptr_t)p;
}

static long tell(struct rawbpf_sys_event event, long result)
{
	event.result = result;
	rawbpf_sys_saw(&event);
	return result;
}

/* 0 in an attr's fd field means "none", and 1 and 2 are what others print to. */
static long above_stdio(long fd)
{
	long moved;

	if (fd < 0 || fd >= FIRST_FD)
		return fd;
	moved = rawbpf_stub(RAWBPF_NR_fcntl, fd, F_DUPFD_CLOEXEC, FIRST_FD, 0, 0);
	rawbpf_stub(RAWBPF_NR_close, fd, 0, 0, 0, 0);
	return moved;
}

/* ---- bpf(2) --------------------------------------------------------------- */

static int makes_fd(enum rawbpf_cmd cmd)
{
	switch (cmd) {
	case RAWBPF_MAP_CREATE:
	case RAWBPF_PROG_LOAD:
	case RAWBPF_OBJ_GET:
	case RAWBPF_PROG_GET_FD_BY_ID:
	case RAWBPF_MAP_GET_FD_BY_ID:
	case RAWBPF_RAW_TRACEPOINT_OPEN:
	case RAWBPF_BTF_LOAD:
	case RAWBPF_BTF_GET_FD_BY_ID:
	case RAWBPF_LINK_CREATE:
	case RAWBPF_LINK_GET_FD_BY_ID:
	case RAWBPF_ENABLE_STATS:
	case RAWBPF_ITER_CREATE:
	case RAWBPF_TOKEN_CREATE:
		return 1;
	default:
		return 0;
	}
}

/*
 * How far the results of a command reach. The kernel writes log_true_size only
 * where the size it was told covers it; the others it writes anyway, and we
 * would rather have said so. All kernels accept zero bytes beyond what they know.
 */
static size_t results_end(enum rawbpf_cmd cmd, const void *attr)
{
	switch (cmd) {
	case RAWBPF_PROG_LOAD:
		if (!((const struct rawbpf_attr_prog_load *)attr)->log_level)
			return 0;
		return END_OF(struct rawbpf_attr_prog_load, log_true_size);
	case RAWBPF_BTF_LOAD:
		if (!((const struct rawbpf_attr_btf_load *)attr)->btf_log_level)
			return 0;
		return END_OF(struct rawbpf_attr_btf_load, btf_log_true_size);
	case RAWBPF_PROG_TEST_RUN:
		return END_OF(struct rawbpf_attr_prog_test_run, duration);
	case RAWBPF_PROG_GET_NEXT_ID:
	case RAWBPF_MAP_GET_NEXT_ID:
	case RAWBPF_BTF_GET_NEXT_ID:
	case RAWBPF_LINK_GET_NEXT_ID:
		return END_OF(struct rawbpf_attr_get_id, next_id);
	case RAWBPF_TASK_FD_QUERY:
		return sizeof(struct rawbpf_attr_task_fd_query);
	default:
		return 0;
	}
}

static size_t size_to_pass(enum rawbpf_cmd cmd, const void *attr, size_t size)
{
	const unsigned char *bytes = attr;
	size_t results = results_end(cmd, attr);

	while (size > results && !bytes[size - 1])
		size--;
	return (size + 3) / 4 * 4;
}

int rawbpf_sys_bpf(enum rawbpf_cmd cmd, void *attr, size_t size)
{
	size_t passed = size_to_pass(cmd, attr, size);
	struct rawbpf_sys_event event = { RAWBPF_SYS_BPF, { (long)cmd, (long)passed }, attr, 0 };
	long result;

	result = rawbpf_stub(RAWBPF_NR_bpf, (long)cmd, arg(attr), (long)passed, 0, 0);
	if (makes_fd(cmd))
		result = above_stdio(result);
	return (int)tell(event, result);
}

/* ---- the other doors ------------------------------------------------------- */

int rawbpf_sys_perf_event_open(struct rawbpf_perf_event_attr *attr, int pid, int cpu, int group_fd)
{
	struct rawbpf_sys_event event = { RAWBPF_SYS_PERF_EVENT_OPEN, { pid, cpu }, attr, 0 };
	long result;

	attr->size = sizeof(*attr);
	result = rawbpf_stub(
		RAWBPF_NR_perf_event_open, arg(attr), pid, cpu, group_fd, EVENT_CLOEXEC);
	return (int)tell(event, above_stdio(result));
}

int rawbpf_sys_ioctl(int fd, unsigned long request, unsigned long argument)
{
	struct rawbpf_sys_event event = { RAWBPF_SYS_IOCTL, { fd, (long)request, (long)argument },
		NULL, 0 };

	return (int)tell(
		event, rawbpf_stub(RAWBPF_NR_ioctl, fd, (long)request, (long)argument, 0, 0));
}

int rawbpf_sys_openat(int dirfd, const char *path, int flags, unsigned mode)
{
	struct rawbpf_sys_event event = { RAWBPF_SYS_OPENAT, { dirfd, flags }, path, 0 };
	long result;

	result = rawbpf_stub(RAWBPF_NR_openat, dirfd, arg(path), flags | O_CLOEXEC, (long)mode, 0);
	return (int)tell(event, above_stdio(result));
}

int rawbpf_sys_close(int fd)
{
	struct rawbpf_sys_event event = { RAWBPF_SYS_CLOSE, { fd }, NULL, 0 };

	if (fd < 0)
		return 0;
	return (int)tell(event, rawbpf_stub(RAWBPF_NR_close, fd, 0, 0, 0, 0));
}

long rawbpf_sys_read(int fd, void *buf, size_t len)
{
	struct rawbpf_sys_event event = { RAWBPF_SYS_READ, { fd, (long)len }, buf, 0 };

	return tell(event, rawbpf_stub(RAWBPF_NR_read, fd, arg(buf), (long)len, 0, 0));
}

long rawbpf_sys_write(int fd, const void *buf, size_t len)
{
	struct rawbpf_sys_event event = { RAWBPF_SYS_WRITE, { fd, (long)len }, buf, 0 };

	return tell(event, rawbpf_stub(RAWBPF_NR_write, fd, arg(buf), (long)len, 0, 0));
}

int rawbpf_sys_unlimit_memlock(void)
{
	/* struct rlimit64: soft, hard */
	const rawbpf_u64 infinite[2] = { ~0ULL, ~0ULL };
	struct rawbpf_sys_event event = { .call = RAWBPF_SYS_PRLIMIT };

	return (int)tell(
		event, rawbpf_stub(RAWBPF_NR_prlimit64, 0, RLIMIT_MEMLOCK, arg(infinite), 0, 0));
}

static long mount_of(long fs)
{
	long result = rawbpf_stub(RAWBPF_NR_fsconfig, fs, FSCONFIG_CMD_CREATE, 0, 0, 0);

	if (result < 0)
		return result;
	return rawbpf_stub(RAWBPF_NR_fsmount, fs, FSMOUNT_CLOEXEC, 0, 0, 0);
}

int rawbpf_sys_detached_mount(const char *fstype)
{
	struct rawbpf_sys_event event = { .call = RAWBPF_SYS_DETACHED_MOUNT, .data = fstype };
	long fs = rawbpf_stub(RAWBPF_NR_fsopen, arg(fstype), FSOPEN_CLOEXEC, 0, 0, 0);
	long result = fs;

	if (fs >= 0) {
		result = above_stdio(mount_of(fs));
		rawbpf_stub(RAWBPF_NR_close, fs, 0, 0, 0, 0);
	}
	return (int)tell(event, result);
}
