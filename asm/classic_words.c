/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables of classic.def, and the meaning of names in a classic program. */
#include "classic_impl.h"

const struct classic_row rawbpf_classic_rows[] = {
#define CLASSIC(name, operand, code, jump, users)                                                  \
	{ #name, OP_##operand, code, JUMP_##jump, USERS_##users },
#include "classic.def"
};
const size_t rawbpf_classic_nrows = sizeof(rawbpf_classic_rows) / sizeof(rawbpf_classic_rows[0]);

enum {
#define CLASSIC(name, operand, code, jump, users) ROW_##name##_##operand,
#include "classic.def"
};

/* A mnemonic stands here once per row; the first one is found. */
static const struct classic_word words[] = {
#define CLASSIC(name, operand, code, jump, users) { #name, W_MNEMONIC, ROW_##name##_##operand },
#include "classic.def"
#define CLASSIC_EXT(name, offset) { #name, W_EXT, offset },
#include "classic.def"
#define CLASSIC_WORD(name, kind) { #name, W_##kind, 0 },
#include "classic.def"
};
#define NWORDS (sizeof(words) / sizeof(words[0]))
static const struct classic_word no_word;

static const struct {
	const char *name;
	uint32_t offset;
} exts[] = {
#define CLASSIC_EXT(name, offset) { #name, offset },
#include "classic.def"
};

/* 1 + the row of a code. */
static const uint8_t by_code[256] = {
#define CLASSIC_ALIAS(name, operand, code, jump, users)
#define CLASSIC(name, operand, code, jump, users) [code] = ROW_##name##_##operand + 1,
#include "classic.def"
};

const struct classic_row *rawbpf_classic_row(uint16_t code)
{
	return code < 256 && by_code[code] ? &rawbpf_classic_rows[by_code[code] - 1] : NULL;
}

const char *rawbpf_classic_ext(uint32_t offset)
{
	for (size_t i = 0; i < sizeof(exts) / sizeof(exts[0]); i++)
		if (exts[i].offset == offset)
			return exts[i].name;
	return NULL;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool is_word(const struct asm_name *name, const char *word)
{
	for (uint32_t i = 0; i < name->len; i++)
		if (lower(name->text[i]) != word[i])
			return false;
	return !word[name->len];
}

bool rawbpf_classic_same(const struct classic_row *x, const struct classic_row *y)
{
	return !memcmp(x->name, y->name, sizeof(x->name));
}

/* Looked up once per name: the name keeps 1 (no word) or 2 + its index. */
const struct classic_word *rawbpf_classic_word(struct asm_name *name)
{
	_Static_assert(NWORDS + 2 <= UINT8_MAX, "asm_name.classic is a byte");
	if (!name->classic) {
		const char first = lower(*name->text);

		name->classic = 1;
		for (size_t i = 0; i < NWORDS && name->classic == 1; i++)
			if (words[i].name[0] == first && is_word(name, words[i].name))
				name->classic = (uint8_t)(i + 2);
	}
	return name->classic == 1 ? &no_word : &words[name->classic - 2];
}

const char *rawbpf_classic_suggest(const char *text, size_t len, char buf[ASM_SEEN_MAX * 2])
{
	const char *names[NWORDS] = { NULL };
	size_t n = 0;

	for (size_t i = 0; i < rawbpf_classic_nrows; i++)
		if (!n || strcmp(names[n - 1], rawbpf_classic_rows[i].name))
			names[n++] = rawbpf_classic_rows[i].name;
	return rawbpf_asm_suggest_word(text, len, names, n, buf);
}

int rawbpf_classic_constants(struct asm_ctx *a)
{
	static const struct {
		const char *name;
		uint32_t value;
	} constants[] = {
#define X(name, number) { #name, number },
#include "classic_const.def"
#undef X
	};

	for (size_t i = 0; i < sizeof(constants) / sizeof(constants[0]); i++) {
		struct asm_name *n = rawbpf_asm_name(a, constants[i].name);
		struct asm_const *value = rawbpf_asm_alloc(a, sizeof(*value));

		if (!n || !value)
			return -ENOMEM;
		value->value.bits = constants[i].value;
		if (!n->value) /* -D comes first */
			n->value = value;
	}
	return 0;
}
