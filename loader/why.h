/* SPDX-License-Identifier: BSD-2-Clause */
/* Why the kernel refused: read from the kernel after it did (why.c, why_probe.c). */
#ifndef RAWBPF_WHY_H
#define RAWBPF_WHY_H

#include <stddef.h>

#include "attach.h"

/* "EINVAL"; "error 999" where there is no name, in `buf` (of at least 16 bytes). */
const char *rawbpf_why_name(int err, char *buf, size_t len);

enum rawbpf_capability {
	RAWBPF_CAP_SYS_ADMIN = 21,
	RAWBPF_CAP_SYSLOG = 34,
	RAWBPF_CAP_PERFMON = 38,
	RAWBPF_CAP_BPF = 39,
};
/* Is it in this process's effective set? -errno if that cannot be read. */
int rawbpf_why_capable(enum rawbpf_capability cap);

/*
 * Why a probe, a breakpoint or a tracepoint was refused with `err` (-errno), as
 * one clause in buf. Returns the errno that says it best (negative): -ENOENT for
 * a symbol that is not there although the kernel said EINVAL, and so on.
 */
int rawbpf_why_kprobe(const struct rawbpf_place *place, int err, char *buf, size_t len);
int rawbpf_why_breakpoint(const struct rawbpf_place *place, int err, char *buf, size_t len);
int rawbpf_why_uprobe(const struct rawbpf_place *place, int err, char *buf, size_t len);
int rawbpf_why_tracepoint(const struct rawbpf_place *place, int err, char *buf, size_t len);

#endif
