/* SPDX-License-Identifier: BSD-2-Clause */
/* A line under construction, between narrate.c and narrate_bpf.c. */
#ifndef RAWBPF_WORDS_H
#define RAWBPF_WORDS_H

#include <stddef.h>

#include "../syscall/sys.h"

struct rawbpf_words {
	size_t len; /* without the NUL; stops growing when the buffer is full */
	char text[1024];
};

/* Appends; what does not fit is cut and the text ends in "...". */
__attribute__((format(printf, 2, 3))) void rawbpf_words_add(
	struct rawbpf_words *w, const char *fmt, ...);
/* "NAME" of a table, or its number; the lower-case form is how we write types. */
void rawbpf_words_add_name(
	struct rawbpf_words *w, const char *const *names, size_t n, unsigned value, int lower);

/* "bpf(BPF_MAP_CREATE): a hash named ..." with its result */
void rawbpf_words_bpf(struct rawbpf_words *w, const struct rawbpf_sys_event *event);
/* " -> EINVAL (Invalid argument)" */
void rawbpf_words_refused(struct rawbpf_words *w, long result);

#endif
