/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text to tokens. Every text ends in a NUL that is not counted in its length:
 * the loops below stop there without comparing pointers.
 */
#include <ctype.h>
#include <string.h>

#include "impl.h"

enum { C_NAME = 1, C_DIGIT = 2, C_BLANK = 4 };

static const unsigned char class[256] = {
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
};

static unsigned class_of(char c)
{
	return class[(unsigned char)c];
}

void rawbpf_asm_push_src(struct asm_ctx *a, const struct asm_src *src)
{
	if (a->at.src)
		a->stack[a->depth++] = a->at;
	a->at = (struct asm_frame){ src, src->text, 1 };
	if (src->len >= 3 && !memcmp(src->text, "\xef\xbb\xbf", 3))
		a->at.p += 3;
}

static void bad(struct asm_ctx *a, uint32_t len, const char *why)
{
	a->tok.pos.len = len;
	rawbpf_asm_err(a, &a->tok.pos, "%s", why);
	a->tok.kind = T_BAD;
}

/* ---- blanks and comments ----------------------------------------------------------- */

static const char *end_of_line(const struct asm_frame *at, const char *p)
{
	const char *end = at->src->text + at->src->len;
	const char *nl = memchr(p, '\n', (size_t)(end - p));

	return nl ? nl : end;
}

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

/* '#' directly after a name or a number is a token: call bpf_map_lookup_elem#1. */
static bool hash_is_comment(const struct asm_frame *at)
{
	return at->p == at->src->text || !(class_of(at->p[-1]) & (C_NAME | C_DIGIT));
}

/* To the next token; false after saying that a comment does not end. */
static bool skip_blanks(struct asm_ctx *a)
{
	struct asm_frame *at = &a->at;

	for (;;) {
		while (class_of(*at->p) & C_BLANK)
			at->p++;
		if (*at->p == '#' && hash_is_comment(at))
			at->p = end_of_line(at, at->p);
		else if (*at->p == '/' && at->p[1] == '/')
			at->p = end_of_line(at, at->p);
		else if (*at->p == '/' && at->p[1] == '*') {
			a->tok.pos = (struct asm_pos){ at->src, at->p, at->line, 2 };
			at->p += 2;
			if (!skip_block_comment(at)) {
				bad(a, 2, "this comment has no end: */ is missing");
				return false;
			}
		} else {
			return true;
		}
	}
}

/* ---- names, numbers, strings -------------------------------------------------------- */

static void scan_name(struct asm_ctx *a)
{
	const char *from = a->at.p, *p = from;
	uint32_t h = ASM_HASH_START;

	for (; class_of(*p) & (C_NAME | C_DIGIT); p++)
		h = asm_hash_step(h, (unsigned char)*p);
	a->at.p = p;
	a->tok.kind = T_NAME;
	a->tok.name = rawbpf_asm_intern(a, from, (size_t)(p - from), h);
	if (!a->tok.name)
		a->tok.kind = T_BAD;
}

static unsigned digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (isalpha((unsigned char)c))
		return (unsigned)(tolower((unsigned char)c) - 'a') + 10;
	return 99;
}

static void scan_number(struct asm_ctx *a)
{
	const char *from = a->at.p, *p = from, *end;
	unsigned base = 10;
	uint64_t v = 0;

	for (end = p; class_of(*end) & (C_NAME | C_DIGIT); end++)
		;
	a->at.p = end;
	a->tok.kind = T_NUM;
	if (*p == '0' && (p[1] | 32) == 'x')
		base = 16, p += 2;
	else if (*p == '0' && (p[1] | 32) == 'b')
		base = 2, p += 2;
	else if (*p == '0' && end - p > 1)
		base = 8, p += 1;
	if (p == end) {
		bad(a, (uint32_t)(end - from), "a number without digits");
		return;
	}
	for (; p < end; p++) {
		unsigned d = digit_value(*p);

		if (d >= base) {
			rawbpf_asm_err(a, &(struct asm_pos){ a->at.src, p, a->at.line, 1 },
				"'%c' is not a digit of a %s number%s", *p,
				base == 10   ? "decimal"
				: base == 16 ? "hexadecimal"
				: base == 8  ? "octal"
					     : "binary",
				base == 8 ? " (it starts with 0)" : "");
			a->tok.kind = T_BAD;
			return;
		}
		if (v > (UINT64_MAX - d) / base) {
			bad(a, (uint32_t)(end - from), "this number needs more than 64 bits");
			return;
		}
		v = v * base + d;
	}
	a->tok.num = v;
}

static int escape(char c)
{
	static const char from[] = "abfnrtv0\\'\"", to[] = "\a\b\f\n\r\t\v\0\\'\"";
	const char *at = c ? strchr(from, c) : NULL;

	return at ? (unsigned char)to[at - from] : -1;
}

/* One byte between quotes: 'a', '\n', '\x1b'. */
static void scan_char(struct asm_ctx *a)
{
	const char *from = a->at.p, *p = from + 1;
	int v = (unsigned char)*p;

	a->tok.kind = T_NUM;
	if (v < ' ' || v == '\'' || v > '~') {
		a->at.p++;
		bad(a, 1, "expected one ASCII character between quotes");
		return;
	}
	if (*p == '\\' && p[1] == 'x' && isxdigit((unsigned char)p[2]) &&
		isxdigit((unsigned char)p[3])) {
		v = (int)(digit_value(p[2]) * 16 + digit_value(p[3]));
		p += 4;
	} else if (*p == '\\') {
		v = escape(p[1]);
		p += v < 0 ? 1 : 2;
	} else {
		p++;
	}
	a->at.p = *p == '\'' ? p + 1 : p;
	if (v < 0)
		bad(a, 2,
			"unknown escape: there are \\a \\b \\f \\n \\r \\t \\v \\0 \\\\ \\' \\\" "
			"and \\xHH");
	else if (*p != '\'')
		bad(a, 1, "this character constant has no closing quote");
	a->tok.num = (uint64_t)v;
}

static void scan_string(struct asm_ctx *a)
{
	const char *from = a->at.p, *p = from + 1;

	a->tok.kind = T_STR;
	while (*p != '"' && *p != '\\' && (unsigned char)*p >= ' ')
		p++;
	a->at.p = *p == '"' ? p + 1 : end_of_line(&a->at, p);
	if (*p == '\\')
		bad(a, 1, "a string has no escapes: '\\' cannot be in it");
	else if (*p != '"' && *p != '\n' && *p != '\r' && *p)
		bad(a, 1, "a control character in a string");
	else if (*p != '"')
		bad(a, 1, "this string has no closing quote on its line");
}

/* ---- operators ------------------------------------------------------------------------ */

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
	default:
		return T_BAD;
	}
}

static void bad_byte(struct asm_ctx *a)
{
	unsigned char c = (unsigned char)*a->at.p++;

	a->tok.pos.len = 1;
	if (c >= ' ' && c < 127)
		rawbpf_asm_err(a, &a->tok.pos, "'%c' has no meaning here", c);
	else if (c)
		rawbpf_asm_err(a, &a->tok.pos, "byte 0x%02x has no meaning outside comments", c);
	else
		rawbpf_asm_err(a, &a->tok.pos, "a NUL byte: this is not a text file");
	a->tok.kind = T_BAD;
}

/* ---- the next token --------------------------------------------------------------------- */

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
	if (!skip_blanks(a))
		return;
	a->tok.pos = (struct asm_pos){ a->at.src, a->at.p, a->at.line, 0 };
	c = *a->at.p;
	if (c == '\n') {
		a->tok.kind = T_NL;
		a->at.p++;
		a->at.line++;
	} else if (class_of(c) & C_NAME) {
		scan_name(a);
	} else if (class_of(c) & C_DIGIT) {
		scan_number(a);
	} else if (c == '"') {
		scan_string(a);
	} else if (c == '\'') {
		scan_char(a);
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

	while (class_of(*p) & C_BLANK)
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

	if (a->prev_end > start->at && a->at.src == start->src)
		pos.len = (uint32_t)(a->prev_end - start->at);
	return pos;
}
