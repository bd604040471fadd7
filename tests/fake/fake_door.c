/* SPDX-License-Identifier: BSD-2-Clause */
/* The door's functions as the linker's --wrap puts them in place of the real ones. */
#include "fake_priv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int __real_rawbpf_sys_ioctl(int fd, unsigned long request, unsigned long arg);
int __real_rawbpf_sys_openat(int dirfd, const char *path, int flags, unsigned mode);
long __real_rawbpf_sys_read(int fd, void *buf, size_t len);
long __real_rawbpf_sys_write(int fd, const void *buf, size_t len);

int __wrap_rawbpf_sys_bpf(enum rawbpf_cmd cmd, void *attr, size_t size);
int __wrap_rawbpf_sys_perf_event_open(
	struct rawbpf_perf_event_attr *attr, int pid, int cpu, int group_fd);
int __wrap_rawbpf_sys_ioctl(int fd, unsigned long request, unsigned long arg);
int __wrap_rawbpf_sys_openat(int dirfd, const char *path, int flags, unsigned mode);
int __wrap_rawbpf_sys_close(int fd);
long __wrap_rawbpf_sys_read(int fd, void *buf, size_t len);
long __wrap_rawbpf_sys_write(int fd, const void *buf, size_t len);
int __wrap_rawbpf_sys_unlimit_memlock(void);
int __wrap_rawbpf_sys_detached_mount(const char *fstype);

/* ---- bpf(2) --------------------------------------------------------------- */

/* Where commands that act on an fd have it; the others: no fd to check. */
static bool takes_fd(const struct fake_call *c, int *fd)
{
	const uint32_t *word = (const uint32_t *)c->attr;

	switch (c->cmd) {
	case RAWBPF_MAP_LOOKUP_ELEM:
	case RAWBPF_MAP_UPDATE_ELEM:
	case RAWBPF_MAP_DELETE_ELEM:
	case RAWBPF_MAP_GET_NEXT_KEY:
	case RAWBPF_MAP_LOOKUP_AND_DELETE_ELEM:
	case RAWBPF_MAP_FREEZE:
	case RAWBPF_PROG_TEST_RUN:
	case RAWBPF_OBJ_GET_INFO_BY_FD:
	case RAWBPF_PROG_BIND_MAP:
	case RAWBPF_LINK_CREATE:
	case RAWBPF_LINK_UPDATE:
	case RAWBPF_LINK_DETACH:
		*fd = (int)word[0];
		return true;
	case RAWBPF_OBJ_PIN:
	case RAWBPF_RAW_TRACEPOINT_OPEN:
		*fd = (int)word[2];
		return true;
	case RAWBPF_MAP_LOOKUP_BATCH:
	case RAWBPF_MAP_LOOKUP_AND_DELETE_BATCH:
	case RAWBPF_MAP_UPDATE_BATCH:
	case RAWBPF_MAP_DELETE_BATCH:
		*fd = (int)word[9];
		return true;
	default:
		return false;
	}
}

static void keep_elem(struct fake_call *c)
{
	const struct rawbpf_attr_map_elem *a = (const void *)c->attr;
	const struct fake_fd *map = fake_find_fd((int)a->map_fd);

	if (!map)
		return;
	fake_keep_at(c, "key", a->key, map->key_size);
	if (c->cmd == RAWBPF_MAP_UPDATE_ELEM)
		fake_keep_at(c, "value", a->value, map->value_size);
}

static void keep_batch(struct fake_call *c)
{
	const struct rawbpf_attr_map_batch *a = (const void *)c->attr;
	const struct fake_fd *map = fake_find_fd((int)a->map_fd);

	if (!map)
		return;
	fake_keep_at(c, "keys", a->keys, map->key_size * a->count);
	if (c->cmd == RAWBPF_MAP_UPDATE_BATCH)
		fake_keep_at(c, "values", a->values, map->value_size * a->count);
}

static void keep_prog(struct fake_call *c)
{
	const struct rawbpf_attr_prog_load *a = (const void *)c->attr;

	fake_keep_at(c, "insns", a->insns, a->insn_cnt * sizeof(struct rawbpf_insn));
	fake_keep_string(c, "license", a->license);
	fake_keep_at(
		c, "func_info", a->func_info, (size_t)a->func_info_cnt * a->func_info_rec_size);
	fake_keep_at(
		c, "line_info", a->line_info, (size_t)a->line_info_cnt * a->line_info_rec_size);
}

static void keep_test_run(struct fake_call *c)
{
	const struct rawbpf_attr_prog_test_run *a = (const void *)c->attr;

	fake_keep_at(c, "data_in", a->data_in, a->data_size_in);
	fake_keep_at(c, "ctx_in", a->ctx_in, a->ctx_size_in);
}

static void keep_pointed_to(struct fake_call *c)
{
	const rawbpf_u64 *first = (const rawbpf_u64 *)c->attr;

	switch (c->cmd) {
	case RAWBPF_PROG_LOAD:
		return keep_prog(c);
	case RAWBPF_MAP_LOOKUP_ELEM:
	case RAWBPF_MAP_UPDATE_ELEM:
	case RAWBPF_MAP_DELETE_ELEM:
	case RAWBPF_MAP_GET_NEXT_KEY:
	case RAWBPF_MAP_LOOKUP_AND_DELETE_ELEM:
		return keep_elem(c);
	case RAWBPF_MAP_UPDATE_BATCH:
	case RAWBPF_MAP_DELETE_BATCH:
		return keep_batch(c);
	case RAWBPF_PROG_TEST_RUN:
		return keep_test_run(c);
	case RAWBPF_BTF_LOAD:
		return fake_keep_at(c, "btf", *first,
			((const struct rawbpf_attr_btf_load *)(const void *)c->attr)->btf_size);
	case RAWBPF_OBJ_PIN:
	case RAWBPF_OBJ_GET:
		return fake_keep_string(c, "pathname", *first);
	case RAWBPF_RAW_TRACEPOINT_OPEN:
		return fake_keep_string(c, "name", *first);
	default:
		return;
	}
}

static bool per_cpu(uint32_t map_type)
{
	return map_type == RAWBPF_MAP_TYPE_PERCPU_HASH ||
	       map_type == RAWBPF_MAP_TYPE_PERCPU_ARRAY ||
	       map_type == RAWBPF_MAP_TYPE_LRU_PERCPU_HASH ||
	       map_type == RAWBPF_MAP_TYPE_PERCPU_CGROUP_STORAGE;
}

/* However a map's fd came to be, later calls need its sizes. */
static void remember_map(const struct fake_call *c)
{
	const struct rawbpf_attr_map_create *a = (const void *)c->attr;
	struct fake_fd *map = fake_find_fd((int)c->result);

	if (!map)
		return;
	map->key_size = a->key_size;
	map->value_size = a->value_size;
	if (per_cpu(a->map_type))
		map->value_size = (a->value_size + 7) / 8 * 8 * (size_t)fake_cpus();
}

static long usual_answer(enum rawbpf_cmd cmd)
{
	switch (cmd) {
	case RAWBPF_MAP_CREATE:
	case RAWBPF_PROG_LOAD:
	case RAWBPF_BTF_LOAD:
	case RAWBPF_OBJ_GET:
	case RAWBPF_RAW_TRACEPOINT_OPEN:
	case RAWBPF_LINK_CREATE:
	case RAWBPF_ITER_CREATE:
	case RAWBPF_ENABLE_STATS:
	case RAWBPF_PROG_GET_FD_BY_ID:
	case RAWBPF_MAP_GET_FD_BY_ID:
	case RAWBPF_BTF_GET_FD_BY_ID:
	case RAWBPF_LINK_GET_FD_BY_ID:
		return fake_kernel_new_fd();
	case RAWBPF_MAP_LOOKUP_ELEM:
	case RAWBPF_MAP_LOOKUP_AND_DELETE_ELEM:
	case RAWBPF_MAP_GET_NEXT_KEY:
	case RAWBPF_MAP_LOOKUP_BATCH:
	case RAWBPF_MAP_LOOKUP_AND_DELETE_BATCH:
	case RAWBPF_PROG_GET_NEXT_ID:
	case RAWBPF_MAP_GET_NEXT_ID:
	case RAWBPF_BTF_GET_NEXT_ID:
	case RAWBPF_LINK_GET_NEXT_ID:
		return -ENOENT;
	default:
		return 0;
	}
}

int __wrap_rawbpf_sys_bpf(enum rawbpf_cmd cmd, void *attr, size_t size)
{
	struct fake_call *c = fake_new_call(RAWBPF_SYS_BPF);
	int fd;

	c->cmd = cmd;
	c->size = size;
	memcpy(c->attr, attr, size < sizeof(c->attr) ? size : sizeof(c->attr));
	keep_pointed_to(c);
	if (fake_scripted(c, attr))
		;
	else if (takes_fd(c, &fd) && !fake_find_fd(fd))
		c->result = -EBADF;
	else
		c->result = usual_answer(cmd);
	if (cmd == RAWBPF_MAP_CREATE && c->result >= 0)
		remember_map(c);
	return (int)c->result;
}

/* ---- events -------------------------------------------------------------- */

int __wrap_rawbpf_sys_perf_event_open(
	struct rawbpf_perf_event_attr *attr, int pid, int cpu, int group_fd)
{
	struct fake_call *c = fake_new_call(RAWBPF_SYS_PERF_EVENT_OPEN);

	memcpy(c->attr, attr, sizeof(*attr));
	c->size = sizeof(*attr);
	c->pid = pid;
	c->cpu = cpu;
	c->group = group_fd;
	/* the PMUs with dynamic numbers that we use take a string here: a symbol or a path */
	if (attr->type > RAWBPF_PERF_TYPE_BREAKPOINT)
		fake_keep_string(c, "config1", attr->config1);
	if (!fake_scripted(c, attr))
		c->result = fake_kernel_new_fd();
	return (int)c->result;
}

int __wrap_rawbpf_sys_ioctl(int fd, unsigned long request, unsigned long arg)
{
	struct fake_call *c = fake_new_call(RAWBPF_SYS_IOCTL);

	c->fd = fd;
	c->request = request;
	c->arg = arg;
	if (fake_scripted(c, (void *)(uintptr_t)arg))
		;
	else if (!fake_is_ours(fd))
		c->result = __real_rawbpf_sys_ioctl(fd, request, arg);
	else
		c->result = fake_find_fd(fd) ? 0 : -EBADF;
	return (int)c->result;
}

int __wrap_rawbpf_sys_unlimit_memlock(void)
{
	struct fake_call *c = fake_new_call(RAWBPF_SYS_PRLIMIT);

	if (!fake_scripted(c, NULL))
		c->result = 0;
	return (int)c->result;
}

int __wrap_rawbpf_sys_detached_mount(const char *fstype)
{
	struct fake_call *c = fake_new_call(RAWBPF_SYS_DETACHED_MOUNT);

	fake_keep(c, "fstype", fstype, strlen(fstype));
	if (!fake_scripted(c, NULL))
		c->result = fake_kernel_new_fd();
	return (int)c->result;
}

/* ---- files ---------------------------------------------------------------- */

/* The path as it was named to the fake, or the path itself. */
static void full_path(char *out, size_t len, int dirfd, const char *path)
{
	const struct fake_fd *dir = path[0] == '/' ? NULL : fake_find_fd(dirfd);

	if (dir && dir->file)
		snprintf(out, len, "%s/%s", dir->file->path, path);
	else
		snprintf(out, len, "%s", path);
}

static long open_file(const struct fake_call *c, const char *full, const char *path)
{
	struct fake_file *file = fake_find_file(full);
	struct fake_fd *fd;
	int real;

	if (file && file->open_err)
		return -file->open_err;
	if (file) {
		fd = fake_find_fd(fake_kernel_new_fd());
		fd->file = file;
		return fd->fd;
	}
	if (fake_only_named() || fake_is_ours(c->fd))
		return -ENOENT;
	real = __real_rawbpf_sys_openat(c->fd, path, (int)c->request, (unsigned)c->arg);
	if (real >= 0)
		fake_add_fd(real);
	return real;
}

int __wrap_rawbpf_sys_openat(int dirfd, const char *path, int flags, unsigned mode)
{
	struct fake_call *c = fake_new_call(RAWBPF_SYS_OPENAT);
	char full[512];

	full_path(full, sizeof(full), dirfd, path);
	fake_keep(c, "path", full, strlen(full));
	c->fd = dirfd;
	c->request = (unsigned)flags;
	c->arg = mode;
	if (!fake_scripted(c, NULL))
		c->result = open_file(c, full, path);
	return (int)c->result;
}

int __wrap_rawbpf_sys_close(int fd)
{
	struct fake_call *c;

	if (fd < 0)
		return 0;
	c = fake_new_call(RAWBPF_SYS_CLOSE);
	c->fd = fd;
	if (!fake_is_ours(fd))
		c->result = __real_rawbpf_sys_close(fd);
	else
		c->result = fake_find_fd(fd) ? 0 : -EBADF;
	fake_drop_fd(fd);
	return (int)c->result;
}

static long read_file(struct fake_fd *fd, void *buf, size_t len)
{
	const char *from;

	if (!fd->file)
		return 0;
	from = fd->file->text + fd->pos;
	len = strnlen(from, len);
	memcpy(buf, from, len);
	fd->pos += len;
	return (long)len;
}

static long write_file(struct fake_file *file, const void *buf, size_t len)
{
	if (!file)
		return (long)len;
	if (file->write_err)
		return -file->write_err;
	file->written = fake_must(realloc(file->written, file->written_len + len + 1));
	memcpy(file->written + file->written_len, buf, len);
	file->written_len += len;
	file->written[file->written_len] = '\0';
	return (long)len;
}

long __wrap_rawbpf_sys_read(int fd, void *buf, size_t len)
{
	struct fake_call *c = fake_new_call(RAWBPF_SYS_READ);
	struct fake_fd *f;

	c->fd = fd;
	c->arg = len;
	if (fake_scripted(c, buf))
		;
	else if (!fake_is_ours(fd))
		c->result = __real_rawbpf_sys_read(fd, buf, len);
	else
		c->result = (f = fake_find_fd(fd)) ? read_file(f, buf, len) : -EBADF;
	return c->result;
}

long __wrap_rawbpf_sys_write(int fd, const void *buf, size_t len)
{
	struct fake_call *c = fake_new_call(RAWBPF_SYS_WRITE);
	struct fake_fd *f;

	c->fd = fd;
	c->arg = len;
	fake_keep(c, "buf", buf, len);
	if (fake_scripted(c, NULL))
		;
	else if (!fake_is_ours(fd))
		c->result = __real_rawbpf_sys_write(fd, buf, len);
	else
		c->result = (f = fake_find_fd(fd)) ? write_file(f->file, buf, len) : -EBADF;
	return c->result;
}
