/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's door and the commands of bpf(2) behind it.
 *
 * Every function returns >= 0 or -errno. No malloc, no stdio, no globals: this
 * folder alone, compiled with -ffreestanding -nostdlib, is enough for a device.
 * File descriptors that a call returns are close-on-exec, never below 3, and
 * the caller's to close (rawbpf_sys_close).
 *
 * Sources: bpf(2), perf_event_open(2), include/uapi/linux/bpf.h (to Linux 7.2).
 */
#ifndef RAWBPF_SYS_H
#define RAWBPF_SYS_H

#include <stddef.h>
#include <stdint.h>

#include "abi.h"

/* ---- sys.c: the one door ------------------------------------------------ */

/*
 * bpf(2). `attr` points to `size` bytes, all of them set (zero where unused).
 * The kernel is told the smallest multiple of 4 that covers the last byte that
 * is not zero and the fields where this command's results go, so that old
 * kernels accept us; it may write results anywhere in the `size` bytes. An fd
 * result below 3 is moved above 2.
 */
int rawbpf_sys_bpf(enum rawbpf_cmd cmd, void *attr, size_t size);

/* perf_event_open(2), with PERF_FLAG_FD_CLOEXEC added. attr->size is filled in. */
int rawbpf_sys_perf_event_open(struct rawbpf_perf_event_attr *attr, int pid, int cpu, int group_fd);

int rawbpf_sys_ioctl(int fd, unsigned long request, unsigned long arg);
/* openat(2) with O_CLOEXEC added; dirfd RAWBPF_AT_FDCWD for the working directory. */
int rawbpf_sys_openat(int dirfd, const char *path, int flags, unsigned mode);
int rawbpf_sys_close(int fd); /* fd < 0 is accepted and does nothing */
long rawbpf_sys_read(int fd, void *buf, size_t len);
long rawbpf_sys_write(int fd, const void *buf, size_t len);
/* prlimit(2) on this process, RLIMIT_MEMLOCK: sets soft and hard to infinity. */
int rawbpf_sys_unlimit_memlock(void);
/*
 * A file system instance with no mount point (fsopen, fsmount: Linux 5.2), so
 * that nothing is left mounted: returns a directory fd for rawbpf_sys_openat.
 */
int rawbpf_sys_detached_mount(const char *fstype);

/*
 * Called after each call through the door, for `--narrate`. This library
 * defines it weak and empty; a program that wants to watch defines its own.
 */
enum rawbpf_sys_call {
	RAWBPF_SYS_BPF,             /* a[0] = cmd, a[1] = size passed; data = attr (full struct) */
	RAWBPF_SYS_PERF_EVENT_OPEN, /* a[0] = pid, a[1] = cpu; data = struct rawbpf_perf_event_attr
				     */
	RAWBPF_SYS_IOCTL,           /* a[0] = fd, a[1] = request, a[2] = arg */
	RAWBPF_SYS_OPENAT,          /* a[0] = dirfd, a[1] = flags; data = path */
	RAWBPF_SYS_CLOSE,           /* a[0] = fd */
	RAWBPF_SYS_READ,            /* a[0] = fd, a[1] = len; data = buf */
	RAWBPF_SYS_WRITE,           /* a[0] = fd, a[1] = len; data = buf */
	RAWBPF_SYS_PRLIMIT,
	RAWBPF_SYS_DETACHED_MOUNT, /* data = fstype */
};
struct rawbpf_sys_event {
	enum rawbpf_sys_call call;
	long a[3];
	const void *data;
	long result; /* >= 0 or -errno */
};
void rawbpf_sys_saw(const struct rawbpf_sys_event *event);

/* A pointer as bpf(2) wants it: 64 bits, never sign-extended. */
static inline uint64_t rawbpf_ptr(const void *p)
{
	return (uint64_t)(uintptr_t)p;
}

/* ---- map.c: sizes in bytes; keys and values in the host's byte order ------ */

/* Returns the map's fd. Fill the struct's fields by their uapi names. */
int rawbpf_map_create(struct rawbpf_attr_map_create *attr);
/* `value` holds value_size bytes; per-CPU maps: round_up(value_size, 8) x possible CPUs. */
int rawbpf_map_lookup_elem(int fd, const void *key, void *value, uint64_t flags);
int rawbpf_map_update_elem(int fd, const void *key, const void *value, uint64_t flags);
int rawbpf_map_delete_elem(int fd, const void *key);
/* key NULL: the first key (Linux 4.12). -ENOENT after the last. */
int rawbpf_map_get_next_key(int fd, const void *key, void *next_key);
int rawbpf_map_lookup_and_delete_elem(int fd, const void *key, void *value, uint64_t flags);
int rawbpf_map_freeze(int fd);
/*
 * Linux 5.6. `*count`: elements wanted in, elements done out (also on error).
 * `in_batch` NULL starts; pass what `out_batch` received to go on. -ENOENT: the
 * end was reached, and *count elements are good. A batch mark is key_size
 * bytes, and at least 4.
 */
int rawbpf_map_lookup_batch(int fd, const void *in_batch, void *out_batch, void *keys, void *values,
	uint32_t *count, uint64_t elem_flags);
int rawbpf_map_lookup_and_delete_batch(int fd, const void *in_batch, void *out_batch, void *keys,
	void *values, uint32_t *count, uint64_t elem_flags);
int rawbpf_map_update_batch(
	int fd, const void *keys, const void *values, uint32_t *count, uint64_t elem_flags);
int rawbpf_map_delete_batch(int fd, const void *keys, uint32_t *count, uint64_t elem_flags);

/* ---- prog.c -------------------------------------------------------------- */

/*
 * BPF_PROG_LOAD, retried while the kernel says EAGAIN (a signal was pending),
 * at most RAWBPF_PROG_LOAD_TRIES times. Returns the program's fd.
 */
#define RAWBPF_PROG_LOAD_TRIES 8
int rawbpf_prog_load(struct rawbpf_attr_prog_load *attr);
/* BPF_PROG_TEST_RUN; results are in `attr` (retval, duration in ns per run, data_size_out, ...). */
int rawbpf_prog_test_run(struct rawbpf_attr_prog_test_run *attr);
int rawbpf_prog_attach(struct rawbpf_attr_prog_attach *attr);
int rawbpf_prog_detach(struct rawbpf_attr_prog_attach *attr);
int rawbpf_prog_bind_map(int prog_fd, int map_fd);
/* Returns the fd of the open raw tracepoint; closing it detaches. name NULL for BTF-typed programs.
 */
int rawbpf_raw_tracepoint_open(const char *name, int prog_fd);

/* ---- link.c -------------------------------------------------------------- */

int rawbpf_link_create(struct rawbpf_attr_link_create *attr);
/* old_fd -1: replace whatever is there; else BPF_F_REPLACE is set. */
int rawbpf_link_update(int link_fd, int new_prog_fd, int old_prog_fd);
int rawbpf_link_detach(int link_fd);

/* ---- btf.c, info.c ------------------------------------------------------- */

int rawbpf_btf_load(struct rawbpf_attr_btf_load *attr);

int rawbpf_obj_pin(const char *path, int fd);
int rawbpf_obj_get(const char *path, uint32_t file_flags);
/*
 * `info` is one of struct rawbpf_{prog,map,btf,link}_info, `*len` its size in;
 * out, how many bytes the kernel filled (an older kernel fills fewer).
 */
int rawbpf_obj_get_info_by_fd(int fd, void *info, uint32_t *len);
/* The id after `id` (0 starts) as a positive int. -ENOENT after the last. */
int rawbpf_prog_get_next_id(uint32_t id);
int rawbpf_map_get_next_id(uint32_t id);
int rawbpf_btf_get_next_id(uint32_t id);
int rawbpf_link_get_next_id(uint32_t id);
int rawbpf_prog_get_fd_by_id(uint32_t id);
int rawbpf_map_get_fd_by_id(uint32_t id);
int rawbpf_btf_get_fd_by_id(uint32_t id);
int rawbpf_link_get_fd_by_id(uint32_t id);
/* Run-time statistics count while the returned fd is open (Linux 5.8). */
int rawbpf_enable_stats(enum rawbpf_stats_type type);
int rawbpf_task_fd_query(struct rawbpf_attr_task_fd_query *attr);

/* ---- perf.c: the perf events that programs hang on ------------------------ */

int rawbpf_perf_event_set_bpf(int event_fd, int prog_fd);
int rawbpf_perf_event_enable(int event_fd);
int rawbpf_perf_event_disable(int event_fd);

#endif
