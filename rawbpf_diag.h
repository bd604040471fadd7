/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One diagnostic, one sink: how asm/ and loader/ say anything in words.
 *
 * A function that can explain itself takes a `const struct rawbpf_sink *`.
 * The sink belongs to the caller and may be NULL: then nothing is said and the
 * return value (0 or more, or -errno) is all there is.
 */
#ifndef RAWBPF_DIAG_H
#define RAWBPF_DIAG_H

#include <stdarg.h>
#include <stdio.h>

enum rawbpf_diag_kind {
	RAWBPF_ERROR,	/* the call fails */
	RAWBPF_WARNING, /* the call goes on; the user will want to know */
	RAWBPF_NOTE,	/* belongs to the diagnostic before it */
};

/*
 * Valid only during the call of the sink: copy what must live longer.
 * `file` is NULL when there is no file; `line` and `col` count from 1, and 0
 * means "not known". `col` counts bytes. `source` is that line's text without
 * its newline, or NULL; `width` is how many bytes of it the message is about.
 */
struct rawbpf_diag {
	const char *file;
	unsigned line, col;
	int err; /* -errno, or 0 */
	const char *msg;
	enum rawbpf_diag_kind kind;
	const char *source;
	unsigned width;
};

struct rawbpf_sink {
	void (*say)(void *arg, const struct rawbpf_diag *diag);
	void *arg;
};

/* What one message may be long; longer ones end in "...". */
#define RAWBPF_DIAG_MAX 1024

/* Formats `d->msg` and gives `*d` to the sink. Returns d->err. */
static inline int rawbpf_vsay(const struct rawbpf_sink *sink, struct rawbpf_diag *d,
			      const char *fmt, va_list ap)
{
	char text[RAWBPF_DIAG_MAX];
	int n;

	if (!sink || !sink->say)
		return d->err;
	n = vsnprintf(text, sizeof(text), fmt, ap);
	if (n >= (int)sizeof(text))
		snprintf(text + sizeof(text) - 4, 4, "...");
	d->msg = text;
	sink->say(sink->arg, d);
	d->msg = NULL;
	return d->err;
}

/* An error about `file` as a whole (or about no file: NULL). Returns err. */
__attribute__((format(printf, 4, 5))) static inline int
rawbpf_error(const struct rawbpf_sink *sink, int err, const char *file, const char *fmt, ...)
{
	struct rawbpf_diag d = { .file = file, .err = err, .kind = RAWBPF_ERROR };
	va_list ap;

	va_start(ap, fmt);
	rawbpf_vsay(sink, &d, fmt, ap);
	va_end(ap);
	return err;
}

/* A warning or a note about `file`; the call goes on. */
__attribute__((format(printf, 4, 5))) static inline void
rawbpf_remark(const struct rawbpf_sink *sink, enum rawbpf_diag_kind kind, const char *file,
	      const char *fmt, ...)
{
	struct rawbpf_diag d = { .file = file, .kind = kind };
	va_list ap;

	va_start(ap, fmt);
	rawbpf_vsay(sink, &d, fmt, ap);
	va_end(ap);
}

#endif
