/* SPDX-License-Identifier: BSD-2-Clause */
/* What the running kernel says of its own functions: asked after it refused one. */
#ifndef RAWBPF_KERNELSYM_H
#define RAWBPF_KERNELSYM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rawbpf_ksym {
	unsigned functions; /* that have the name, modules' included */
	unsigned in_kernel; /* those of them that are in no module */
	uint64_t address; /* of the kernel's own, else of the first; 0: kallsyms hides addresses */
	char other;       /* no function, but a symbol of this type ('D': data); else 0 */
	char where[160];  /* "the kernel, module xfs": where the functions are */
	char near[96];    /* none of that name: the nearest one, or "" */
};

/* Looks through /proc/kallsyms. 0 (also if there is none of that name) or -errno: not readable. */
int rawbpf_ksym_find(struct rawbpf_ksym *out, const char *name);
/* Bytes from `address` to the next symbol: 0 if not known. */
uint64_t rawbpf_ksym_size(uint64_t address);
/* CONFIG_KPROBES, as /proc/kallsyms shows it (it has register_kprobe or not): 1, 0, -errno. */
int rawbpf_kernel_has_kprobes(void);

/* Is it in debugfs kprobes/blacklist? By address, or by name where addresses are hidden. 1, 0,
 * -errno. */
int rawbpf_kprobe_blacklisted(const char *name, uint64_t address);
/*
 * Is it, or another name of that address, in tracefs available_filter_functions?
 * 1, 0 (notrace), -errno.
 */
int rawbpf_ksym_traceable(const char *name, uint64_t address);

/* The option in the running kernel's /boot/config-*: 'y', 'm', 'n', or 0: no such file. */
char rawbpf_kernel_config(const char *option);

#endif
