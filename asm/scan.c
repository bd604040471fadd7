/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text to tokens. Every text ends in a NUL that is not counted in its length:
 * the loops below stop there without comparing pointers.
 */
#include <string.h>

#include "impl.h"

const unsigned char rawbpf_asm_class[256] = {
	['a' ... 'z'] = C_NAME,
	['A' ... 'Z'] = C_NAME,
	['_'] = C_NAME,
	['.'] = C_NAME,
	['$'] = C_NAME,
	['0' ... '9'] = C_DIGIT,
	[' '] = C_BLANK,
	['\t'] = C_BLANK,
	['\r'] = C_BLANK,
	['\v'] = C_BLANK,
	['\f'] = C_BLANK,
	['#'] = C_COMMENT,
	['/'] = C_COMMENT,
	[';'] = C_COMMENT,
};

void rawbpf_asm_push_src(struct asm_ctx *a, const struct asm_src *src)
{
	if (a->at.src)
		a->stack[a->depth++] = a->at;
	a->at = (struct asm_frame){ src, src->text, 1 };
	if (src->len >= 3 && !memcmp(src->text, "\xef\xbb\xbf", 3))
		a->at.p += 3;
}

/* ---- blanks and comments -------------------------------------------------------- */

/* After the slash and star; false at the end of the file. */
static bool skip_block_comment(struct asm_frame *at)
{
	const char *end = at->src->text + at->src->len;

	for (; at->p < end; at->p++) {
		if (*at->p == '\n')
			at->line++;
		if (*at->p == '*' && at->p[1] == '/') {
			at->p += 2;
			return true;
		}
	}
	return false;
}

/* In pseudo-C '#' directly after a name or a number is a token: call bpf_map_lookup_elem#1. */
static bool hash_is_comment(const struct asm_ctx *a)
{
	const struct asm_frame *at = &a->at;

	return asm_has_mnemonics(a) || at->p == at->src->text ||
	       !(asm_class(at->p[-1]) & (C_NAME | C_DIGIT));
}

/* A classic immediate has a '#', too. */
static bool comment_starts(const struct asm_ctx *a)
{
	const struct asm_frame *at = &a->at;

	if (a->classic)
		return *at->p == ';' ||
		       (*at->p == '#' && (at->p == at->src->text || at->p[-1] == '\n'));
	return *at->p == '#' && hash_is_comment(a);
}

static void skip_spaces(struct asm_frame *at)
{
	const char *p = at->p;

	while (asm_class(*p) & C_BLANK)
		p++;
	at->p = p;
}

/* To the next token; false after saying that a comment does not end. */
static bool skip_comments(struct asm_ctx *a)
{
	struct asm_frame *at = &a->at;

	for (;; skip_spaces(at)) {
		if (comment_starts(a))
			at->p = asm_end_of_line(at, at->p);
		else if (*at->p == ';' && asm_has_mnemonics(a))
			rawbpf_asm_skip_semicolon(a);
		else if (*at->p == '/' && at->p[1] == '/')
			at->p = asm_end_of_line(at, at->p);
		else if (*at->p == '/' && at->p[1] == '*') {
			a->tok.pos = (struct asm_pos){ at->src, at->p, at->line, 2 };
			at->p += 2;
			if (!skip_block_comment(at)) {
				rawbpf_asm_bad_token(
					a, 2, "this comment has no end: */ is missing");
				return false;
			}
		} else {
			return true;
		}
	}
}

/* ---- names ---------------------------------------------------------------------- */

static void scan_name(struct asm_ctx *a)
{
	const char *from = a->at.p, *p = from;
	uint32_t h = ASM_HASH_START;

	for (; asm_class(*p) & (C_NAME | C_DIGIT); p++)
		h = asm_hash_step(h, (unsigned char)*p);
	a->at.p = p;
	a->tok.kind = T_NAME;
	a->tok.name = rawbpf_asm_intern(a, from, (size_t)(p - from), h);
	if (!a->tok.name)
		a->tok.kind = T_BAD;
}

/* ---- operators ------------------------------------------------------------------ */

/* The next char, and `=` after it: OP, OP=, or doubled OP. */
static enum asm_tok_kind op(struct asm_ctx *a, enum asm_tok_kind alone, enum asm_tok_kind assign)
{
	if (a->at.p[1] == '=') {
		a->at.p += 2;
		return assign;
	}
	a->at.p++;
	return alone;
}

static enum asm_tok_kind shift(struct asm_ctx *a, enum asm_tok_kind one, enum asm_tok_kind one_eq,
	enum asm_tok_kind two, enum asm_tok_kind two_eq)
{
	if (a->at.p[1] != a->at.p[0])
		return op(a, one, one_eq);
	a->at.p++;
	return op(a, two, two_eq);
}

static enum asm_tok_kind twice(
	struct asm_ctx *a, enum asm_tok_kind one, enum asm_tok_kind assign, enum asm_tok_kind two)
{
	if (a->at.p[1] != a->at.p[0])
		return op(a, one, assign);
	a->at.p += 2;
	return two;
}

static const unsigned char single[256] = {
	['('] = T_LPAREN,
	[')'] = T_RPAREN,
	['['] = T_LBRACKET,
	[']'] = T_RBRACKET,
	[','] = T_COMMA,
	[':'] = T_COLON,
	['?'] = T_QUESTION,
	['#'] = T_HASH,
	['~'] = T_TILDE,
	[';'] = T_SEMI,
};

static enum asm_tok_kind punctuation(struct asm_ctx *a)
{
	unsigned char c = (unsigned char)*a->at.p;

	if (single[c]) {
		a->at.p++;
		return single[c];
	}
	switch (c) {
	case '+':
		return op(a, T_ADD, T_ADD_ASSIGN);
	case '-':
		return op(a, T_SUB, T_SUB_ASSIGN);
	case '*':
		return op(a, T_MUL, T_MUL_ASSIGN);
	case '/':
		return op(a, T_DIV, T_DIV_ASSIGN);
	case '%':
		return op(a, T_MOD, T_MOD_ASSIGN);
	case '^':
		return op(a, T_XOR, T_XOR_ASSIGN);
	case '!':
		return op(a, T_NOT, T_NE);
	case '=':
		return op(a, T_ASSIGN, T_EQ);
	case '&':
		return twice(a, T_AND, T_AND_ASSIGN, T_ANDAND);
	case '|':
		return twice(a, T_OR, T_OR_ASSIGN, T_OROR);
	case '<':
		return shift(a, T_LT, T_LE, T_SHL, T_SHL_ASSIGN);
	case '>':
		return shift(a, T_GT, T_GE, T_SHR, T_SHR_ASSIGN);
	case '{':
	case '}':
		if (!a->classic)
			return T_BAD;
		a->at.p++;
		return c == '{' ? T_LBRACE : T_RBRACE;
	default:
		return T_BAD;
	}
}

static void bad_byte(struct asm_ctx *a)
{
	unsigned char c = (unsigned char)*a->at.p++;

	a->tok.kind = T_HASH; /* not said yet */
	a->tok.pos.len = 1;
	if (c >= ' ' && c < 127)
		rawbpf_asm_err(a, &a->tok.pos, "'%c' has no meaning here", c);
	else if (c)
		rawbpf_asm_err(a, &a->tok.pos, "byte 0x%02x has no meaning outside comments", c);
	else
		rawbpf_asm_err(a, &a->tok.pos, "a NUL byte: this is not a text file");
	a->tok.kind = T_BAD;
}

/* ---- the next token ------------------------------------------------------------- */

/*
 * The last line ends even without a newline; only then an included file ends
 * and the includer goes on, so that an .include on that line is still inside.
 */
static void end_of_source(struct asm_ctx *a)
{
	if (a->tok.kind == T_NL && !a->depth) {
		a->tok.kind = T_EOF;
		return;
	}
	if (a->tok.kind == T_NL)
		a->at = a->stack[--a->depth];
	a->tok.kind = T_NL;
}

void rawbpf_asm_next(struct asm_ctx *a)
{
	char c;

	a->prev_end = a->at.p;
	skip_spaces(&a->at);
	if (asm_class(*a->at.p) & C_COMMENT && !skip_comments(a))
		return;
	a->tok.pos = (struct asm_pos){ a->at.src, a->at.p, a->at.line, 0 };
	c = *a->at.p;
	if (c == '\n') {
		a->tok.kind = T_NL;
		a->at.p++;
		a->at.line++;
	} else if (asm_class(c) & C_NAME) {
		scan_name(a);
	} else if (asm_class(c) & C_DIGIT) {
		rawbpf_asm_scan_number(a);
	} else if (c == '"') {
		rawbpf_asm_scan_string(a);
	} else if (c == '\'') {
		rawbpf_asm_scan_char(a);
	} else if (!c && a->at.p == a->at.src->text + a->at.src->len) {
		end_of_source(a);
		return;
	} else {
		a->tok.kind = punctuation(a);
		if (a->tok.kind == T_BAD)
			bad_byte(a);
	}
	if (a->tok.kind != T_BAD)
		a->tok.pos.len = (uint32_t)(a->at.p - a->tok.pos.at);
}

struct asm_tok rawbpf_asm_peek(struct asm_ctx *a)
{
	struct asm_tok now = a->tok, next;
	struct asm_frame at = a->at;
	const char *prev_end = a->prev_end;
	unsigned depth = a->depth;

	/* What is wrong with the next token is said when its turn comes. */
	a->quiet = true;
	rawbpf_asm_next(a);
	a->quiet = false;
	next = a->tok;
	a->tok = now;
	a->at = at;
	a->prev_end = prev_end;
	a->depth = depth;
	return next;
}

bool rawbpf_asm_take_label_colon(struct asm_ctx *a)
{
	const char *p = a->at.p;

	while (asm_class(*p) & C_BLANK)
		p++;
	if (*p != ':')
		return false;
	a->at.p = p + 1;
	rawbpf_asm_next(a);
	return true;
}

void rawbpf_asm_skip_statement(struct asm_ctx *a)
{
	/* Nothing in the rest of this statement is worth a second message. */
	a->quiet = true;
	while (!asm_at_end(a))
		rawbpf_asm_next(a);
	a->quiet = false;
}

int rawbpf_asm_expect(struct asm_ctx *a, enum asm_tok_kind kind, const char *what)
{
	return asm_take(a, kind) ? 0 : rawbpf_asm_expected(a, what);
}

struct asm_pos rawbpf_asm_span(const struct asm_ctx *a, const struct asm_pos *start)
{
	struct asm_pos pos = *start;

	if (a->at.src == start->src && a->prev_end > start->at)
		pos.len = (uint32_t)(a->prev_end - start->at);
	return pos;
}
