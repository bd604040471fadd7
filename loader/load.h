/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loading, inside. One rule for old kernels: nothing is probed. The best form of
 * a call is tried; when it is refused, the next simpler one, and what was
 * learned is kept for the rest of this load.
 */
#ifndef RAWBPF_LOAD_H
#define RAWBPF_LOAD_H

#include "obj.h"

struct rawbpf_loader {
	const struct rawbpf_obj *obj;
	const struct rawbpf_load_opts *opts; /* never NULL */
	const struct rawbpf_sink *sink;
	struct rawbpf_loaded *loaded;
	bool memlock_tried; /* RLIMIT_MEMLOCK was raised, or could not be */
	bool no_names;      /* before Linux 4.15 */
	bool no_prog_btf;   /* before Linux 5.0 */
};

/* loadmaps.c: creates obj->maps[i], fills and freezes it. 0 or -errno, said. */
int rawbpf_load_map(struct rawbpf_loader *l, size_t i);
/* loadprog.c: patches and loads obj->progs[i]. 0 or -errno, said. */
int rawbpf_load_prog(struct rawbpf_loader *l, size_t i);

/* load.c */
/*
 * After a refusal with `rc`: whether to try the same again because the limit of
 * locked memory, which kernels before 5.11 charge maps and programs to, is gone.
 */
bool rawbpf_load_raise_memlock(struct rawbpf_loader *l, int rc);
/* A name as the kernel takes it: cut to 15 bytes, other than [A-Za-z0-9_.] replaced by '_'. */
void rawbpf_load_name(char out[RAWBPF_OBJ_NAME_LEN], const char *name);
/* "EINVAL (Invalid argument)", for EPERM and EACCES what is missing. Returns buf. */
const char *rawbpf_load_why(int rc, char *buf, size_t len);

/* machine.c */
/* LINUX_VERSION_CODE of the running kernel, as its BPF checks it; or -errno. */
int rawbpf_kernel_version(void);

#endif
