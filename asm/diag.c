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

static void say_now(const struct asm_ctx *a, const struct asm_said *s)
{
	struct rawbpf_diag d = { .kind = (enum rawbpf_diag_kind)s->kind,
		.err = s->kind == RAWBPF_ERROR ? -EINVAL : 0,
		.msg = s->msg };
	char *line = NULL;

	if (s->pos.src) {
		d.file = s->pos.src->name;
		d.line = s->pos.line;
		d.width = s->pos.len;
		line = source_line(&s->pos, &d.col);
		d.source = line;
	}
	a->sink->say(a->sink->arg, &d);
	free(line);
}

/* Kept until the end: what is known only there belongs before what came later in the text. */
static void say(struct asm_ctx *a, enum rawbpf_diag_kind kind, const struct asm_pos *pos,
	const char *fmt, va_list ap)
{
	struct asm_said s = { .kind = kind, .index = (uint32_t)a->said.n }, *kept;
	char text[RAWBPF_DIAG_MAX], *copy;
	int n;

	if (!a->sink || !a->sink->say)
		return;
	n = vsnprintf(text, sizeof(text), fmt, ap);
	if (n >= (int)sizeof(text))
		memcpy(text + sizeof(text) - 4, "...", 4);
	s.msg = text;
	if (pos)
		s.pos = s.leader = *pos;
	if (kind == RAWBPF_NOTE && a->said.n)
		s.leader = a->said.v[a->said.n - 1].leader;
	copy = rawbpf_asm_alloc(a, strlen(text) + 1);
	kept = copy ? ASM_PUSH(a, a->said) : NULL;
	if (!kept) {
		say_now(a, &s);
		return;
	}
	s.msg = memcpy(copy, text, strlen(text) + 1);
	*kept = s;
}

static unsigned depth_of(const struct asm_src *src)
{
	unsigned depth = 0;

	while (src && (src = src->includer))
		depth++;
	return depth;
}

static void to_includer(struct asm_pos *pos)
{
	pos->at = pos->src->included_at;
	pos->src = pos->src->includer;
}

/* By place in the text, an included file standing where it is included; else as they came. */
static int by_place(const void *left, const void *right)
{
	const struct asm_said *l = left, *r = right;
	struct asm_pos x = l->leader, y = r->leader;
	unsigned dx = depth_of(x.src), dy = depth_of(y.src);

	for (; dx > dy; dx--)
		to_includer(&x);
	for (; dy > dx; dy--)
		to_includer(&y);
	for (; x.src != y.src && dx; dx--) {
		to_includer(&x);
		to_includer(&y);
	}
	if (x.src == y.src && x.at != y.at)
		return x.at < y.at ? -1 : 1;
	return l->index < r->index ? -1 : l->index > r->index;
}

void rawbpf_asm_flush(struct asm_ctx *a)
{
	size_t n = a->said.n;

	if (n)
		qsort(a->said.v, n, sizeof(*a->said.v), by_place);
	for (size_t i = 0; i < n; i++)
		say_now(a, &a->said.v[i]);
	if (n && a->errors >= ASM_MAX_ERRORS)
		rawbpf_remark(
			a->sink, RAWBPF_NOTE, NULL, "%d errors: stopping here", ASM_MAX_ERRORS);
	a->said.n = 0;
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
	return -EINVAL;
}

void rawbpf_asm_warn(struct asm_ctx *a, const struct asm_pos *pos, const char *fmt, ...)
{
	va_list ap;

	if (a->quiet || a->warnings++ >= ASM_MAX_ERRORS)
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
