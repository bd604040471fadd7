/* SPDX-License-Identifier: BSD-2-Clause */
/* What fake_kernel.c (the script and the record) and fake_door.c (the calls) share. */
#ifndef FAKE_PRIV_H
#define FAKE_PRIV_H

#include "fake_kernel.h"

struct fake_file {
	char path[256];
	const char *text;
	int open_err, write_err;
	char *written;
	size_t written_len;
};

struct fake_fd {
	int fd;
	struct fake_file *file; /* NULL: a map, a program, ..., or a real file */
	size_t pos;
	size_t key_size, value_size; /* of a map, as user space sees them */
};

int __real_rawbpf_sys_close(int fd);

void *fake_must(void *p); /* aborts on NULL */

struct fake_fd *fake_find_fd(int fd);
struct fake_fd *fake_add_fd(int fd);
void fake_drop_fd(int fd);
bool fake_is_ours(int fd);

struct fake_call *fake_new_call(enum rawbpf_sys_call kind);
void fake_keep(struct fake_call *c, const char *what, const void *data, size_t len);
void fake_keep_at(struct fake_call *c, const char *what, uint64_t address, size_t len);
void fake_keep_string(struct fake_call *c, const char *what, uint64_t address);
/* True if the call has its answer from the fault, the queue or the hook. */
bool fake_scripted(struct fake_call *c, void *live);

struct fake_file *fake_find_file(const char *path);
bool fake_only_named(void);
unsigned fake_cpus(void);

#endif
