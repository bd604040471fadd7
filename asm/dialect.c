/* SPDX-License-Identifier: BSD-2-Clause */
/* Which dialect a file is written in: an option, .dialect, or its first instruction says. */
#include <string.h>

#include "impl.h"

static const char *const names[] = { "pseudoc", "gnu", "conformance" };
static const enum asm_dialect values[] = { DIALECT_PSEUDOC, DIALECT_GNU, DIALECT_CONFORMANCE };
#define NNAMES (sizeof(names) / sizeof(names[0]))

static enum asm_dialect by_name(const char *text, size_t len)
{
	for (size_t i = 0; i < NNAMES; i++)
		if (strlen(names[i]) == len && !memcmp(names[i], text, len))
			return values[i];
	return 0;
}

static int set(struct asm_ctx *a, enum asm_dialect dialect)
{
	a->dialect = dialect;
	return dialect & DIALECT_MNEMONICS ? rawbpf_asm_mnemonics_init(a) : 0;
}

/* ---- .dialect NAME -------------------------------------------------------------- */

static bool has_instructions(const struct asm_ctx *a)
{
	for (size_t i = 0; i < a->sections.n; i++)
		if (a->sections.v[i].insns.n)
			return true;
	return false;
}

int rawbpf_asm_dialect(struct asm_ctx *a)
{
	char hint[ASM_SEEN_MAX * 2], seen[ASM_SEEN_MAX];
	const struct asm_pos pos = a->tok.pos;
	enum asm_dialect d;
	int rc;

	rawbpf_asm_next(a);
	if (a->tok.kind != T_NAME)
		return rawbpf_asm_expected(a, "pseudoc, gnu or conformance");
	d = by_name(a->tok.name->text, a->tok.name->len);
	if (!d)
		return rawbpf_asm_err(a, &a->tok.pos,
			"no dialect %s: there are pseudoc, gnu and conformance%s",
			rawbpf_asm_seen(&a->tok, seen),
			rawbpf_asm_suggest_word(
				a->tok.name->text, a->tok.name->len, names, NNAMES, hint));
	if (d != a->dialect && a->opts->dialect)
		return rawbpf_asm_err(a, &a->tok.pos,
			"the file is to be read as %s (--dialect), but says %s", a->opts->dialect,
			rawbpf_asm_seen(&a->tok, seen));
	if (d != a->dialect && has_instructions(a))
		return rawbpf_asm_err(
			a, &pos, ".dialect comes before the first instruction: a file has one");
	/* First, as it decides what is a comment behind the name. */
	rc = set(a, d);
	rawbpf_asm_next(a);
	return rc;
}

/* ---- the first instruction ------------------------------------------------------ */

static const char *skip_blanks(const char *p)
{
	while (asm_class(*p) & C_BLANK)
		p++;
	return p;
}

static const char *end_of_line(const char *p, const char *end)
{
	const char *nl = memchr(p, '\n', (size_t)(end - p));

	return nl ? nl : end;
}

/* To the first byte that is not blank, comment or line end. */
static const char *skip_empty(const char *p, const char *end)
{
	for (;;) {
		p = skip_blanks(p);
		if (*p == '\n') {
			p++;
		} else if (*p == '#' || *p == ';' || (*p == '/' && p[1] == '/')) {
			p = end_of_line(p, end);
		} else if (*p == '/' && p[1] == '*') {
			for (p += 2; p < end && (p[0] != '*' || p[1] != '/'); p++)
				;
			p = p < end ? p + 2 : end;
		} else {
			return p;
		}
	}
}

static const char *word_end(const char *p)
{
	while (asm_class(*p) & (C_NAME | C_DIGIT))
		p++;
	return p;
}

static bool word_is(const char *p, size_t len, const char *word)
{
	return strlen(word) == len && !memcmp(p, word, len);
}

/* `call` and `exit` are in both families, and only some operands tell. */
static enum asm_dialect by_operand(const char *word, size_t len, const char *p)
{
	size_t next = (size_t)(word_end(p) - p);
	const char *after = skip_blanks(p + next);

	if (word_is(word, len, "lock"))
		return *p == '*' ? DIALECT_PSEUDOC : DIALECT_MNEMONICS;
	if (*p == '%' && word_is(word, len, "call"))
		return DIALECT_MNEMONICS;
	if ((word_is(p, next, "local") || word_is(p, next, "helper") ||
		    word_is(p, next, "runtime")) &&
		asm_class(*after) & (C_NAME | C_DIGIT))
		return DIALECT_MNEMONICS;
	return 0;
}

/* 0 if this instruction does not tell. */
static enum asm_dialect by_instruction(const char *word, size_t len)
{
	const char *operand = skip_blanks(word + len);

	if (word_is(word, len, "call") || word_is(word, len, "exit") || word_is(word, len, "lock"))
		return by_operand(word, len, operand);
	return rawbpf_asm_is_mnemonic(word, len) ? DIALECT_MNEMONICS : DIALECT_PSEUDOC;
}

/* Included files are not looked into: what tells is in the file that is named. */
static enum asm_dialect guess(const struct asm_src *src)
{
	const char *p = src->text, *end = p + src->len, *next;
	enum asm_dialect d = 0;

	if (src->len >= 3 && !memcmp(p, "\xef\xbb\xbf", 3))
		p += 3;
	while (!d) {
		p = skip_empty(p, end);
		next = word_end(p);
		/* The end of the text, or what is no word in either family. */
		if (p >= end || next == p)
			return DIALECT_PSEUDOC;
		if (*skip_blanks(next) == ':') {
			p = skip_blanks(next) + 1;
			continue;
		}
		/* Here already, as what is above it may be a comment in that dialect only. */
		if (word_is(p, (size_t)(next - p), ".dialect")) {
			p = skip_blanks(next);
			d = by_name(p, (size_t)(word_end(p) - p));
			return d ? d : DIALECT_PSEUDOC;
		}
		if (*p != '.')
			d = by_instruction(p, (size_t)(next - p));
		p = end_of_line(next, end);
	}
	return d;
}

int rawbpf_asm_choose_dialect(struct asm_ctx *a, const struct asm_src *src)
{
	const char *name = a->opts->dialect;
	enum asm_dialect d = name ? by_name(name, strlen(name)) : guess(src);
	char hint[ASM_SEEN_MAX * 2];

	if (d)
		return set(a, d);
	return rawbpf_error(a->sink, -EINVAL, NULL,
		"no dialect '%s': there are pseudoc, gnu and conformance%s", name,
		rawbpf_asm_suggest_word(name, strlen(name), names, NNAMES, hint));
}

/* ---- the semicolon -------------------------------------------------------------- */

static bool starts_line(const struct asm_frame *at)
{
	const char *p = at->p;

	while (p > at->src->text && asm_class(p[-1]) & C_BLANK)
		p--;
	return p == at->src->text || p[-1] == '\n';
}

/*
 * GNU as before 2.42 takes it for a comment, since 2.42 for a separator. Here it
 * is a comment, but an instruction is not dropped in silence.
 */
void rawbpf_asm_skip_semicolon(struct asm_ctx *a)
{
	const char *word = skip_blanks(a->at.p + 1), *after = word_end(word);
	const char *operand = skip_blanks(after);
	bool instruction = strchr("%[+-0123456789", *operand) && *operand;

	if (word_is(word, (size_t)(after - word), "exit"))
		instruction = !*operand || *operand == '\n';
	if (instruction && rawbpf_asm_is_mnemonic(word, (size_t)(after - word)) &&
		!starts_line(&a->at))
		rawbpf_asm_warn(a, &(struct asm_pos){ a->at.src, a->at.p, a->at.line, 1 },
			"';' starts a comment here, as in GNU as before 2.42: '%.*s' is not "
			"assembled",
			(int)(after - word), word);
	a->at.p = asm_end_of_line(&a->at, a->at.p);
}
