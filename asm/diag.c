/* SPDX-License-Identifier: BSD-2-Clause */
/* What the assembler says: errors with their place, and tokens and values in words. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "impl.h"

/* A copy of the line that `pos` is on; *col counts from 1. */
static char *source_line(const struct asm_pos *pos, unsigned *col)
{
	const char *end = pos->src->text + pos->src->len, *from = pos->at, *to = pos->at;
	char *line;

	while (from > pos->src->text && from[-1] != '\n')
		from--;
	while (to < end && *to != '\n')
		to++;
	if (to > from && to[-1] == '\r')
		to--;
	/* The end of a line with CR LF is where its CR is. */
	*col = (unsigned)((pos->at > to ? to : pos->at) - from) + 1;
	line = malloc((size_t)(to - from) + 1);
	if (line) {
		memcpy(line, from, (size_t)(to - from));
		line[to - from] = 0;
		/* A NUL of the file must not end the string. */
		for (char *nul = memchr(line, 0, (size_t)(to - from)); nul;
			nul = memchr(nul, 0, (size_t)(line + (to - from) - nul)))
			*nul = 1;
	}
	return line;
}

static void say(struct asm_ctx *a, enum rawbpf_diag_kind kind, const struct asm_pos *pos,
	const char *fmt, va_list ap)
{
	struct rawbpf_diag d = { .kind = kind, .err = kind == RAWBPF_ERROR ? -EINVAL : 0 };
	char *line = NULL;

	if (!a->sink || !a->sink->say)
		return;
	if (pos && pos->src) {
		d.file = pos->src->name;
		d.line = pos->line;
		d.width = pos->len;
		line = source_line(pos, &d.col);
		d.source = line;
	}
	rawbpf_vsay(a->sink, &d, fmt, ap);
	free(line);
}

int rawbpf_asm_err(struct asm_ctx *a, const struct asm_pos *pos, const char *fmt, ...)
{
	va_list ap;

	a->failed = true;
	/* The scanner has complained about this very token. */
	if (a->quiet || (a->tok.kind == T_BAD && pos && pos->at == a->tok.pos.at))
		return -EINVAL;
	if (a->errors++ >= ASM_MAX_ERRORS)
		return -EINVAL;
	va_start(ap, fmt);
	say(a, RAWBPF_ERROR, pos, fmt, ap);
	va_end(ap);
	if (a->errors == ASM_MAX_ERRORS)
		rawbpf_remark(
			a->sink, RAWBPF_NOTE, NULL, "%d errors: stopping here", ASM_MAX_ERRORS);
	return -EINVAL;
}

void rawbpf_asm_warn(struct asm_ctx *a, const struct asm_pos *pos, const char *fmt, ...)
{
	va_list ap;

	if (a->warnings++ >= ASM_MAX_ERRORS)
		return;
	va_start(ap, fmt);
	say(a, RAWBPF_WARNING, pos, fmt, ap);
	va_end(ap);
}

void rawbpf_asm_note(struct asm_ctx *a, const struct asm_pos *pos, const char *fmt, ...)
{
	va_list ap;

	if (a->errors > ASM_MAX_ERRORS || !pos->src)
		return;
	va_start(ap, fmt);
	say(a, RAWBPF_NOTE, pos, fmt, ap);
	va_end(ap);
}

int rawbpf_asm_expected(struct asm_ctx *a, const char *what)
{
	char seen[ASM_SEEN_MAX];

	return rawbpf_asm_err(
		a, &a->tok.pos, "expected %s, not %s", what, rawbpf_asm_seen(&a->tok, seen));
}

const char *rawbpf_asm_seen(const struct asm_tok *t, char buf[ASM_SEEN_MAX])
{
	const int most = 40;

	if (t->kind == T_EOF)
		snprintf(buf, ASM_SEEN_MAX, "the end of the file");
	else if (t->kind == T_NL)
		snprintf(buf, ASM_SEEN_MAX, "the end of the line");
	else if (t->pos.len > (uint32_t)most)
		snprintf(buf, ASM_SEEN_MAX, "'%.*s...'", most, t->pos.at);
	else
		snprintf(buf, ASM_SEEN_MAX, "'%.*s'", (int)t->pos.len, t->pos.at);
	return buf;
}

const char *rawbpf_asm_val_text(struct asm_val v, char buf[ASM_SEEN_MAX])
{
	uint64_t magnitude = v.neg ? 0 - v.bits : v.bits;

	if (magnitude < 65536)
		snprintf(buf, ASM_SEEN_MAX, "%s%" PRIu64, v.neg ? "-" : "", magnitude);
	else
		snprintf(buf, ASM_SEEN_MAX, "%s%" PRIu64 " (%s0x%" PRIx64 ")", v.neg ? "-" : "",
			magnitude, v.neg ? "-" : "", magnitude);
	return buf;
}
