/* SPDX-License-Identifier: BSD-2-Clause */
/* Where in the source an instruction comes from. */
#ifndef RAWBPF_WHERE_H
#define RAWBPF_WHERE_H

#include "obj.h"

/*
 * Fills file, line, col and source from the line_info that covers `slot` of the
 * program. False, and *d untouched, if there is none. The strings are obj->btf's.
 */
bool rawbpf_where(const struct rawbpf_obj *obj, const struct rawbpf_prog *prog, uint32_t slot,
	struct rawbpf_diag *d);

/*
 * An error about one instruction: at its source line if that is known, else the
 * message begins with "section:slot: ", slot counted in the ELF section. Returns err.
 */
__attribute__((format(printf, 6, 7))) int rawbpf_error_at(const struct rawbpf_sink *sink, int err,
	const struct rawbpf_obj *obj, const struct rawbpf_prog *prog, uint32_t slot,
	const char *fmt, ...);

#endif
