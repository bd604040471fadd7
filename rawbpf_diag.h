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
#include <string.h>

enum rawbpf_diag_kind {
	RAWBPF_ERROR,   /* the call fails */
	RAWBPF_WARNING, /* the call goes on; the user will want to know */
	RAWBPF_NOTE,    /* belongs to the diagnostic before it */
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
static inline int rawbpf_vsay(
	const struct rawbpf_sink *sink, struct rawbpf_diag *d, const char *fmt, va_list ap)
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
__attribute__((format(printf, 4, 5))) static inline int rawbpf_error(
	const struct rawbpf_sink *sink, int err, const char *file, const char *fmt, ...)
{
	struct rawbpf_diag d = { .file = file, .err = err, .kind = RAWBPF_ERROR };
	va_list ap;

	va_start(ap, fmt);
	rawbpf_vsay(sink, &d, fmt, ap);
	va_end(ap);
	return err;
}

/* A warning or a note about `file`; the call goes on. */
__attribute__((format(printf, 4, 5))) static inline void rawbpf_remark(
	const struct rawbpf_sink *sink, enum rawbpf_diag_kind kind, const char *file,
	const char *fmt, ...)
{
	struct rawbpf_diag d = { .file = file, .kind = kind };
	va_list ap;

	va_start(ap, fmt);
	rawbpf_vsay(sink, &d, fmt, ap);
	va_end(ap);
}

/* `len` bytes of text for a terminal: what is not printable becomes '?', a tab stays. */
static inline void rawbpf_print_text(FILE *out, const char *text, size_t len)
{
	for (; len; text++, len--)
		putc((unsigned char)*text < ' ' && *text != '\t' ? '?'
			: *text == 0x7f                          ? '?'
								 : *text,
			out);
}

/* The source line and carets below it; of a long line only the part around `col`. */
static inline void rawbpf_print_source(FILE *out, const struct rawbpf_diag *d)
{
	const size_t before = 60, window = 160;
	size_t len = strlen(d->source), at = d->col ? d->col - 1 : 0, from = 0, n;

	if (at > len)
		at = len;
	if (len > window && at > before)
		from = at - before;
	n = len - from > window ? window : len - from;
	fputs("    ", out);
	rawbpf_print_text(out, d->source + from, n);
	fputs("\n    ", out);
	/* A character of UTF-8 is one column: its later bytes are 10xxxxxx. */
	for (size_t i = from; i < at; i++)
		if (((unsigned char)d->source[i] & 0xc0) != 0x80)
			putc(d->source[i] == '\t' ? '\t' : ' ', out);
	putc('^', out);
	for (size_t i = 1; i < d->width && at + i < from + n; i++)
		putc('~', out);
	putc('\n', out);
}

/*
 * A sink's `say` for the tool: prints to the FILE * in `file`
 * "file:line:col: error: msg", the source line, and a caret line.
 */
static inline void rawbpf_print_diag(void *file, const struct rawbpf_diag *d)
{
	static const char *const kinds[] = { "error", "warning", "note" };
	FILE *out = (FILE *)file;

	if (d->file) {
		rawbpf_print_text(out, d->file, strlen(d->file));
		if (d->line)
			fprintf(out, ":%u", d->line);
		if (d->line && d->col)
			fprintf(out, ":%u", d->col);
		fputs(": ", out);
	}
	fprintf(out, "%s: ", kinds[d->kind]);
	rawbpf_print_text(out, d->msg, strlen(d->msg));
	putc('\n', out);
	if (d->source && d->line && d->col)
		rawbpf_print_source(out, d);
}

#endif
