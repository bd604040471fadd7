/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel for tests: at link time it takes the place of the door
 * (-Wl,--wrap=rawbpf_sys_bpf and so on), so no privilege is needed, every call
 * can be looked at afterwards, and every call can be made to fail.
 *
 *	fake_kernel_reset();                                  first in each test
 *	fake_kernel_answer(RAWBPF_PROG_LOAD, -EAGAIN);        the next one; then the usual answer
 *	... run the code ...
 *	call = fake_kernel_nth(RAWBPF_MAP_CREATE, 0);
 *	attr = (const void *)call->attr;                      struct rawbpf_attr_map_create
 *	assert_int_equal(fake_kernel_open_fds(), 0);
 *
 * Usual answers: commands that make an fd give a new one (100, 101, ...); MAP_LOOKUP_*,
 * MAP_GET_NEXT_KEY, *_GET_NEXT_ID and the lookup batches give -ENOENT; all else gives 0.
 * An fd of ours that is not open (or was closed) gives -EBADF wherever it is used.
 *
 * Fault injection, to prove that nothing stays behind whatever fails:
 *
 *	for (n = 1;; n++) {
 *		fake_kernel_reset();
 *		fake_kernel_fail(n, ENOMEM);
 *		rc = run();
 *		if (!fake_kernel_failed())
 *			break;                  all calls were made to fail once
 *		assert_true(rc < 0);
 *		assert_int_equal(fake_kernel_open_fds(), 0);
 *	}
 */
#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

#include "../../syscall/sys.h"

#define FAKE_FIRST_FD 100
#define FAKE_BLOBS 4

/* A copy of something an argument pointed to, with a NUL added after it. */
struct fake_blob {
	const char *what; /* "insns", "license", "key", ...: the attr's field name */
	void *data;
	size_t len;
};

/* One call through the door, as it was made. */
struct fake_call {
	enum rawbpf_sys_call call;
	enum rawbpf_cmd cmd; /* RAWBPF_SYS_BPF only */
	/* bpf: the attr; perf_event_open: its attr. Copied before the answer, zero beyond size. */
	unsigned char attr[256] __attribute__((aligned(8)));
	size_t size;                /* bytes of attr that the caller gave */
	int fd;                     /* ioctl, close, read, write: the fd; openat: dirfd */
	int pid, cpu, group;        /* perf_event_open */
	unsigned long request, arg; /* ioctl; openat: flags, mode; read: -, len */
	struct fake_blob blobs[FAKE_BLOBS];
	unsigned nblobs;
	void *live;  /* during a hook: the caller's attr or buffer, to be written to */
	long result; /* what was answered */
};

/* Forgets calls, scripts, files and fds (real ones are closed). Files known then: only the
 * list of possible CPUs, as of fake_kernel_cpus(4). */
void fake_kernel_reset(void);

/* ---- what to answer ------------------------------------------------------ */

/* Queues one answer for the next call of `cmd`: -errno, or >= 0 as it is. */
void fake_kernel_answer(enum rawbpf_cmd cmd, long result);
/* The same for the other calls of the door (RAWBPF_SYS_PERF_EVENT_OPEN, ...). */
void fake_kernel_answer_call(enum rawbpf_sys_call call, long result);
/* As an answer: not from the queue, but as usual. */
#define FAKE_USUAL (-1000000L)

/*
 * Called for each call that has no queued answer (close excepted). True: it set
 * call->result, and wrote results through call->live. False: as usual.
 */
typedef bool fake_hook(void *arg, struct fake_call *call);
void fake_kernel_hook(fake_hook *hook, void *arg);
/* For hooks: a new open fd. */
int fake_kernel_new_fd(void);

/* The n-th call from now (1 = the next; closes are not counted) fails with -err. */
void fake_kernel_fail(unsigned n, int err);
/* Whether that call came. */
bool fake_kernel_failed(void);

/* Possible CPUs: per-CPU values, and /sys/devices/system/cpu/possible. */
void fake_kernel_cpus(unsigned n);

/* ---- files: path (dirfd's path is put in front) -> contents ---------------- */

/* NUL-terminated; the string must live as long as it is used. Any path below can be named twice:
 * the last counts. */
void fake_kernel_file(const char *path, const char *text);
/* Opening it gives -err. */
void fake_kernel_no_file(const char *path, int err);
/* It opens, but writing to it gives -err. */
void fake_kernel_refuse_writes(const char *path, int err);
void fake_kernel_dir(const char *path);
/* Paths that were not named: the real file (false, as after reset) or -ENOENT (true). */
void fake_kernel_only_named_files(bool only);
/* All that was written to it, one write after the other; "" if nothing. */
const char *fake_kernel_written(const char *path);

/* ---- what was asked --------------------------------------------------------- */

/* fds that came out of the door, real ones included, and were not closed. */
unsigned fake_kernel_open_fds(void);
/* Closes of our fds that were not open. */
unsigned fake_kernel_bad_closes(void);
unsigned fake_kernel_ncalls(void);
/* All calls in their order; NULL beyond the last. Valid until the next reset. */
const struct fake_call *fake_kernel_call(unsigned i);
/* The n-th (from 0) call of that command or kind; NULL if there were fewer. */
const struct fake_call *fake_kernel_nth(enum rawbpf_cmd cmd, unsigned n);
const struct fake_call *fake_kernel_nth_call(enum rawbpf_sys_call call, unsigned n);
unsigned fake_kernel_count(enum rawbpf_cmd cmd);
/* The bytes that field `what` pointed to, or NULL; *len may be NULL. */
const void *fake_call_data(const struct fake_call *call, const char *what, size_t *len);

#endif
