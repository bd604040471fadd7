/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is a source classic BPF? Its first instruction says so, or `.dialect classic`. Some
 * mnemonics, such as add, are those of GNU's dialect of extended BPF, too: then its operand
 * tells, and a line that fits both (ja label) leaves it to the next.
 */
#include <ctype.h>

#include "classic_impl.h"

static bool line_ends(char ch)
{
	return !ch || ch == '\n';
}

static const char *skip_blanks(const char *p)
{
	while (asm_class(*p) & C_BLANK)
		p++;
	return p;
}

static const char *next_line(const char *p)
{
	while (!line_ends(*p))
		p++;
	return *p ? p + 1 : p;
}

/* Blanks, empty lines and comments. Where '#' or ';' starts a word, it starts a comment. */
static const char *skip_comments(const char *p)
{
	const char *end;

	for (;;) {
		p = skip_blanks(p);
		if (*p == '\n') {
			p++;
		} else if (*p == '#' || *p == ';' || (*p == '/' && p[1] == '/')) {
			p = next_line(p);
		} else if (*p == '/' && p[1] == '*') {
			end = strstr(p + 2, "*/");
			if (!end)
				return p;
			p = end + 2;
		} else {
			return p;
		}
	}
}

static size_t word_length(const char *p)
{
	size_t n = 0;

	while (asm_class(p[n]) & (C_NAME | C_DIGIT))
		n++;
	return n;
}

static bool word_is(const char *p, size_t n, const char *word)
{
	return strlen(word) == n && !memcmp(p, word, n);
}

static bool is_mnemonic(const char *p, size_t n)
{
	for (size_t i = 0; i < rawbpf_classic_nrows; i++) {
		const char *name = rawbpf_classic_rows[i].name;
		size_t j = 0;

		while (j < n && name[j] && tolower((unsigned char)p[j]) == name[j])
			j++;
		if (j == n && !name[j])
			return true;
	}
	return false;
}

/* r1, %r1, w1: an operand that only extended BPF has. */
static bool is_register(const char *p)
{
	if (*p == '%')
		p++;
	return (*p == 'r' || *p == 'w') && isdigit((unsigned char)p[1]);
}

enum answer { NO, YES, NEXT_LINE };

static enum answer about_word(const char *p, size_t n)
{
	const char *rest = skip_blanks(p + n);

	if (word_is(p, n, ".dialect"))
		return word_is(rest, word_length(rest), "classic");
	if (word_is(p, n, ".equ") || word_is(p, n, ".set") || word_is(p, n, ".include"))
		return NEXT_LINE;
	if (word_is(p, n, "static") || word_is(p, n, "const") || word_is(p, n, "struct"))
		return YES;
	if (word_is(p, n, "unimp") || word_is(p, n, "nosup"))
		return YES;
	if (word_is(p, n, "Generated"))
		return word_is(rest, word_length(rest), "program");
	if (!is_mnemonic(p, n))
		return NO;
	if (word_is(p, n, "ja") || word_is(p, n, "jmp"))
		return NEXT_LINE;
	return is_register(rest) || *rest == '=' ? NO : YES;
}

bool rawbpf_classic_found(const struct asm_src *src)
{
	const char *p = src->text;
	enum answer said;

	if (src->len >= 3 && !memcmp(p, "\xef\xbb\xbf", 3))
		p += 3;
	for (;;) {
		size_t n;

		p = skip_comments(p);
		if (*p == '{' || isdigit((unsigned char)*p) ||
			(*p == '(' && isdigit((unsigned char)p[1])))
			return true;
		n = word_length(p);
		if (!n)
			return false;
		if (*skip_blanks(p + n) == ':') {
			p = skip_blanks(p + n) + 1;
			continue;
		}
		said = about_word(p, n);
		if (said != NEXT_LINE)
			return said == YES;
		p = next_line(p);
	}
}
