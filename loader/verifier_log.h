/* SPDX-License-Identifier: BSD-2-Clause */
/* What the verifier said, found in its log: texts of Linux 4.14 to 7.3. */
#ifndef RAWBPF_VERIFIER_LOG_H
#define RAWBPF_VERIFIER_LOG_H

#include "obj.h"

struct rawbpf_verdict {
	long insn;        /* the instruction (slot) that was refused, -1 unknown */
	char reason[400]; /* one line, without its newline; "" if none was found */
	const char *hint; /* what to do about it, static; NULL if nothing is known */
	char advice[400]; /* the kernel's own suggestion (7.3 and later), or "" */
};

/* `log` is untrusted text of `len` bytes; it need not end in NUL. */
void rawbpf_verifier_read(struct rawbpf_verdict *verdict, const char *log, size_t len);

/*
 * Says why the program was refused, at its source line, with a hint. Returns
 * err. `log` may be "": then only the error is known.
 */
int rawbpf_verifier_explain(const struct rawbpf_sink *sink, int err, const struct rawbpf_obj *obj,
	const struct rawbpf_prog *prog, const char *log);

#endif
