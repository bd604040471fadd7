/* SPDX-License-Identifier: BSD-2-Clause */
/* "did you mean": the nearest word by edit distance. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "impl.h"

#define LONGEST 48

static unsigned least(unsigned x, unsigned y)
{
	return x < y ? x : y;
}

/* Inserted, deleted, changed and swapped bytes; both words are at most LONGEST long. */
static unsigned distance(const char *x, size_t nx, const char *y, size_t ny)
{
	unsigned rows[3][LONGEST + 1], *two = rows[0], *last = rows[1], *now = rows[2], *t;

	for (size_t j = 0; j <= ny; j++)
		last[j] = (unsigned)j;
	for (size_t i = 1; i <= nx; i++) {
		now[0] = (unsigned)i;
		for (size_t j = 1; j <= ny; j++) {
			bool same = tolower((unsigned char)x[i - 1]) ==
				    tolower((unsigned char)y[j - 1]);
			unsigned d = last[j - 1] + !same;

			d = least(d, least(last[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1])
				d = least(d, two[j - 2] + 1);
			now[j] = d;
		}
		t = two;
		two = last;
		last = now;
		now = t;
	}
	return last[ny];
}

struct best {
	const char *text;
	size_t len;
	unsigned distance;
};

/* Is the shorter of the two words a part of the longer, and at least half of it? */
static bool contains(const char *x, size_t nx, const char *y, size_t ny)
{
	if (nx < ny)
		return contains(y, ny, x, nx);
	for (size_t i = 0; ny >= 4 && ny * 2 >= nx && i + ny <= nx; i++)
		if (!memcmp(x + i, y, ny))
			return true;
	return false;
}

/* Half-right words are near; with three letters one may be wrong. */
static void consider(struct best *b, const char *text, size_t len, const char *word, size_t nword)
{
	size_t diff = len > nword ? len - nword : nword - len;
	unsigned d = b->distance;

	if (len > LONGEST || nword > LONGEST || (len == nword && !memcmp(text, word, len)))
		return;
	if (diff <= d)
		d = distance(text, len, word, nword);
	else if (!contains(text, len, word, nword))
		return;
	if (d > b->distance || d >= len)
		return;
	/* The table has no order: of two that are as near, the first in the alphabet. */
	if (d == b->distance && b->text &&
		memcmp(word, b->text, nword < b->len ? nword : b->len) > 0)
		return;
	*b = (struct best){ word, nword, d };
}

static struct best start(size_t len)
{
	return (struct best){ NULL, 0, len < 6 ? 1 : len < 12 ? 2 : 3 };
}

static const char *answer(const struct best *b, char buf[ASM_SEEN_MAX * 2])
{
	if (b->text)
		snprintf(buf, ASM_SEEN_MAX * 2, "; did you mean '%.*s'?", (int)b->len, b->text);
	else
		*buf = 0;
	return buf;
}

static unsigned kinds_of(const struct asm_ctx *a, const struct asm_name *n)
{
	unsigned k = 0;

	if (n->reg)
		k |= SUGGEST_REG;
	if (n->type)
		k |= SUGGEST_TYPE;
	if (n->kw >= K_D_MAP)
		k |= SUGGEST_DIRECTIVE;
	else if (n->kw >= K_LOAD_ACQUIRE)
		k |= SUGGEST_FUNCTION;
	else if (n->kw && n->kw != K_LL && n->kw != K_SKB && n->kw != K_PC && n->kw != K_S)
		k |= SUGGEST_KEYWORD;
	if (n->mnemonic)
		k |= SUGGEST_MNEMONIC;
	if (n->helper)
		k |= SUGGEST_HELPER;
	if (n->obj_kind == OBJ_MAP || n->obj_kind == OBJ_VAR)
		k |= SUGGEST_OBJECT;
	if (rawbpf_asm_is_function(a, n))
		k |= SUGGEST_CALLEE;
	if (n->label)
		k |= SUGGEST_LABEL;
	if (n->value)
		k |= SUGGEST_CONST;
	return k;
}

const char *rawbpf_asm_suggest(
	struct asm_ctx *a, const char *text, size_t len, unsigned kinds, char buf[ASM_SEEN_MAX * 2])
{
	struct best b = start(len);

	for (size_t i = 0; i < a->names.size; i++) {
		const struct asm_name *n = a->names.table[i];

		if (n && kinds_of(a, n) & kinds)
			consider(&b, text, len, n->text, n->len);
	}
	return answer(&b, buf);
}

const char *rawbpf_asm_suggest_word(const char *text, size_t len, const char *const *words,
	size_t n, char buf[ASM_SEEN_MAX * 2])
{
	struct best b = start(len);

	for (size_t i = 0; i < n; i++)
		consider(&b, text, len, words[i], strlen(words[i]));
	return answer(&b, buf);
}
