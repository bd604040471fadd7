/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POSSIBLE "/sys/devices/system/cpu/possible"
#define MAX_FILES 64
#define MAX_FDS 512
#define MAX_ANSWERS 64

struct answer {
	enum rawbpf_sys_call call;
	int cmd; /* -1 unless bpf */
	long result;
};

static struct {
	struct fake_call **calls;
	unsigned ncalls, room;
	struct answer answers[MAX_ANSWERS];
	unsigned nanswers;
	struct fake_file files[MAX_FILES];
	unsigned nfiles;
	bool only_named;
	struct fake_fd fds[MAX_FDS];
	unsigned nfds, bad_closes;
	int next_fd;
	fake_hook *hook;
	void *hook_arg;
	unsigned fail_in;
	int fail_err;
	bool failed;
	unsigned cpus;
	char cpu_list[16];
} k;

void *fake_must(void *p)
{
	if (!p) {
		fputs("fake kernel: out of memory\n", stderr);
		abort();
	}
	return p;
}

static void too_many(const char *what)
{
	fprintf(stderr, "fake kernel: too many %s\n", what);
	abort();
}

/* ---- fds ------------------------------------------------------------------ */

struct fake_fd *fake_find_fd(int fd)
{
	for (unsigned i = 0; i < k.nfds; i++)
		if (k.fds[i].fd == fd)
			return &k.fds[i];
	return NULL;
}

struct fake_fd *fake_add_fd(int fd)
{
	if (k.nfds == MAX_FDS)
		too_many("open fds");
	k.fds[k.nfds] = (struct fake_fd){ .fd = fd };
	return &k.fds[k.nfds++];
}

bool fake_is_ours(int fd)
{
	return fd >= FAKE_FIRST_FD;
}

int fake_kernel_new_fd(void)
{
	return fake_add_fd(k.next_fd++)->fd;
}

unsigned fake_kernel_open_fds(void)
{
	return k.nfds;
}

void fake_drop_fd(int fd)
{
	struct fake_fd *f = fake_find_fd(fd);

	if (f)
		*f = k.fds[--k.nfds];
	else if (fake_is_ours(fd))
		k.bad_closes++;
}

unsigned fake_kernel_bad_closes(void)
{
	return k.bad_closes;
}

/* ---- calls ---------------------------------------------------------------- */

struct fake_call *fake_new_call(enum rawbpf_sys_call kind)
{
	struct fake_call *c;

	if (k.ncalls == k.room) {
		k.room = k.room ? 2 * k.room : 64;
		k.calls = fake_must(realloc(k.calls, k.room * sizeof(*k.calls)));
	}
	c = fake_must(calloc(1, sizeof(*c)));
	k.calls[k.ncalls++] = c;
	c->call = kind;
	c->fd = -1;
	return c;
}

void fake_keep(struct fake_call *c, const char *what, const void *data, size_t len)
{
	struct fake_blob *b;

	if (!data)
		return;
	if (c->nblobs == FAKE_BLOBS)
		too_many("blobs");
	b = &c->blobs[c->nblobs++];
	b->what = what;
	b->len = len;
	b->data = fake_must(malloc(len + 1));
	memcpy(b->data, data, len);
	((char *)b->data)[len] = '\0';
}

void fake_keep_at(struct fake_call *c, const char *what, uint64_t address, size_t len)
{
	fake_keep(c, what, (const void *)(uintptr_t)address, len);
}

void fake_keep_string(struct fake_call *c, const char *what, uint64_t address)
{
	if (address)
		fake_keep_at(c, what, address, strlen((const char *)(uintptr_t)address));
}

static bool queued(struct fake_call *c)
{
	int cmd = c->call == RAWBPF_SYS_BPF ? (int)c->cmd : -1;

	for (unsigned i = 0; i < k.nanswers; i++) {
		struct answer a = k.answers[i];

		if (a.call != c->call || a.cmd != cmd)
			continue;
		k.nanswers--;
		memmove(&k.answers[i], &k.answers[i + 1], (k.nanswers - i) * sizeof(a));
		c->result = a.result;
		return a.result != FAKE_USUAL;
	}
	return false;
}

/* True if the call has its answer from the fault, the queue or the hook. */
bool fake_scripted(struct fake_call *c, void *live)
{
	bool done;

	if (k.fail_in && --k.fail_in == 0) {
		k.failed = true;
		c->result = -k.fail_err;
		return true;
	}
	if (queued(c))
		return true;
	if (!k.hook)
		return false;
	c->live = live;
	done = k.hook(k.hook_arg, c);
	c->live = NULL;
	return done;
}

unsigned fake_kernel_ncalls(void)
{
	return k.ncalls;
}

const struct fake_call *fake_kernel_call(unsigned i)
{
	return i < k.ncalls ? k.calls[i] : NULL;
}

const struct fake_call *fake_kernel_nth_call(enum rawbpf_sys_call call, unsigned n)
{
	for (unsigned i = 0; i < k.ncalls; i++)
		if (k.calls[i]->call == call && n-- == 0)
			return k.calls[i];
	return NULL;
}

const struct fake_call *fake_kernel_nth(enum rawbpf_cmd cmd, unsigned n)
{
	for (unsigned i = 0; i < k.ncalls; i++)
		if (k.calls[i]->call == RAWBPF_SYS_BPF && k.calls[i]->cmd == cmd && n-- == 0)
			return k.calls[i];
	return NULL;
}

unsigned fake_kernel_count(enum rawbpf_cmd cmd)
{
	unsigned n = 0;

	while (fake_kernel_nth(cmd, n))
		n++;
	return n;
}

const void *fake_call_data(const struct fake_call *call, const char *what, size_t *len)
{
	for (unsigned i = 0; i < call->nblobs; i++) {
		if (strcmp(call->blobs[i].what, what))
			continue;
		if (len)
			*len = call->blobs[i].len;
		return call->blobs[i].data;
	}
	return NULL;
}

/* ---- the script ------------------------------------------------------------- */

static void add_answer(enum rawbpf_sys_call call, int cmd, long result)
{
	if (k.nanswers == MAX_ANSWERS)
		too_many("queued answers");
	k.answers[k.nanswers++] = (struct answer){ call, cmd, result };
}

void fake_kernel_answer(enum rawbpf_cmd cmd, long result)
{
	add_answer(RAWBPF_SYS_BPF, cmd, result);
}

void fake_kernel_answer_call(enum rawbpf_sys_call call, long result)
{
	add_answer(call, -1, result);
}

void fake_kernel_hook(fake_hook *hook, void *arg)
{
	k.hook = hook;
	k.hook_arg = arg;
}

void fake_kernel_fail(unsigned n, int err)
{
	k.fail_in = n;
	k.fail_err = err;
	k.failed = false;
}

bool fake_kernel_failed(void)
{
	return k.failed;
}

struct fake_file *fake_find_file(const char *path)
{
	for (unsigned i = 0; i < k.nfiles; i++)
		if (!strcmp(k.files[i].path, path))
			return &k.files[i];
	return NULL;
}

static struct fake_file *name_file(const char *path)
{
	struct fake_file *f = fake_find_file(path);

	if (f)
		return f;
	if (k.nfiles == MAX_FILES)
		too_many("files");
	f = &k.files[k.nfiles++];
	snprintf(f->path, sizeof(f->path), "%s", path);
	f->text = "";
	return f;
}

void fake_kernel_file(const char *path, const char *text)
{
	struct fake_file *f = name_file(path);

	f->text = text;
	f->open_err = f->write_err = 0;
}

void fake_kernel_no_file(const char *path, int err)
{
	name_file(path)->open_err = err;
}

void fake_kernel_refuse_writes(const char *path, int err)
{
	name_file(path)->write_err = err;
}

void fake_kernel_dir(const char *path)
{
	fake_kernel_file(path, "");
}

bool fake_only_named(void)
{
	return k.only_named;
}

unsigned fake_cpus(void)
{
	return k.cpus;
}

void fake_kernel_only_named_files(bool only)
{
	k.only_named = only;
}

const char *fake_kernel_written(const char *path)
{
	struct fake_file *f = fake_find_file(path);

	return f && f->written ? f->written : "";
}

void fake_kernel_cpus(unsigned n)
{
	k.cpus = n;
	snprintf(k.cpu_list, sizeof(k.cpu_list), n > 1 ? "0-%u\n" : "%u\n", n - 1);
	fake_kernel_file(POSSIBLE, k.cpu_list);
}

void fake_kernel_reset(void)
{
	for (unsigned i = 0; i < k.nfds; i++)
		if (!fake_is_ours(k.fds[i].fd))
			__real_rawbpf_sys_close(k.fds[i].fd);
	for (unsigned i = 0; i < k.ncalls; i++) {
		for (unsigned b = 0; b < k.calls[i]->nblobs; b++)
			free(k.calls[i]->blobs[b].data);
		free(k.calls[i]);
	}
	for (unsigned i = 0; i < k.nfiles; i++)
		free(k.files[i].written);
	free(k.calls);
	memset(&k, 0, sizeof(k));
	k.next_fd = FAKE_FIRST_FD;
	fake_kernel_cpus(4);
}
