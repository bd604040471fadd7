/* SPDX-License-Identifier: BSD-2-Clause */
/* Every identifier once: a hash table of names, filled with the words of the language. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "impl.h"

const struct asm_type_info rawbpf_asm_types[] = {
	[TY_NONE] = { "", "", 0, false },
	[TY_U8] = { "u8", "unsigned char", 1, false },
	[TY_U16] = { "u16", "unsigned short", 2, false },
	[TY_U32] = { "u32", "unsigned int", 4, false },
	[TY_U64] = { "u64", "unsigned long long", 8, false },
	[TY_S8] = { "s8", "signed char", 1, true },
	[TY_S16] = { "s16", "short", 2, true },
	[TY_S32] = { "s32", "int", 4, true },
	[TY_S64] = { "s64", "long long", 8, true },
	[TY_CHAR] = { "char", "char", 1, true },
};

/* ---- memory that lives as long as the context ----------------------------------- */

struct asm_chunk {
	struct asm_chunk *next;
	size_t used, size;
	max_align_t data[];
};

#define MIN_CHUNK 32768
#define MAX_CHUNK (1 << 20)

void *rawbpf_asm_alloc(struct asm_ctx *a, size_t size)
{
	const size_t align = sizeof(max_align_t);
	struct asm_chunk *c = a->names.chunks;
	size_t want;
	void *p;

	if (size > SIZE_MAX / 4) {
		a->fatal = -ENOMEM;
		return NULL;
	}
	size = (size + align - 1) / align * align;
	if (!c || c->size - c->used < size) {
		/* Each twice as large as the last, to a limit: many names, few chunks. */
		want = !c ? MIN_CHUNK : c->size < MAX_CHUNK ? c->size * 2 : MAX_CHUNK;
		want = size > want ? size : want;
		c = calloc(1, sizeof(*c) + want);
		if (!c) {
			a->fatal = -ENOMEM;
			return NULL;
		}
		c->size = want;
		c->next = a->names.chunks;
		a->names.chunks = c;
	}
	p = (char *)c->data + c->used;
	c->used += size;
	return p;
}

void *rawbpf_asm_grow(struct asm_ctx *a, void *v, size_t *cap, size_t more, size_t elem)
{
	size_t want = *cap ? *cap * 2 : 16;
	void *p;

	if (want < *cap + more)
		want = *cap + more;
	if (*cap > SIZE_MAX / 4 || more > SIZE_MAX / 4 || want > SIZE_MAX / elem) {
		a->fatal = -ENOMEM;
		return v;
	}
	p = realloc(v, want * elem);
	if (!p) {
		a->fatal = -ENOMEM;
		return v;
	}
	*cap = want;
	return p;
}

/* ---- the table ------------------------------------------------------------------ */

static int rehash(struct asm_ctx *a)
{
	struct asm_names *n = &a->names;
	size_t size = n->size ? n->size * 2 : 1024;
	struct asm_name **table;

	if (size > SIZE_MAX / sizeof(*table) || !(table = calloc(size, sizeof(*table)))) {
		a->fatal = -ENOMEM;
		return -ENOMEM;
	}
	for (size_t i = 0; i < n->size; i++) {
		size_t at = n->table[i] ? n->table[i]->hash & (size - 1) : 0;

		if (!n->table[i])
			continue;
		while (table[at])
			at = (at + 1) & (size - 1);
		table[at] = n->table[i];
	}
	free(n->table);
	n->table = table;
	n->size = size;
	return 0;
}

struct asm_name *rawbpf_asm_intern(struct asm_ctx *a, const char *text, size_t len, uint32_t hash)
{
	struct asm_names *n = &a->names;
	struct asm_name *name;
	size_t at;

	if (n->n >= n->size / 2 && rehash(a))
		return NULL;
	for (at = hash & (n->size - 1); (name = n->table[at]); at = (at + 1) & (n->size - 1))
		if (name->hash == hash && name->len == len && !memcmp(name->text, text, len))
			return name;
	name = rawbpf_asm_alloc(a, sizeof(*name));
	if (!name)
		return NULL;
	name->text = text;
	name->len = (uint32_t)len;
	name->hash = hash;
	n->table[at] = name;
	n->n++;
	return name;
}

struct asm_name *rawbpf_asm_name(struct asm_ctx *a, const char *text)
{
	uint32_t h = ASM_HASH_START;
	const char *p;

	for (p = text; *p; p++)
		h = asm_hash_step(h, (unsigned char)*p);
	return rawbpf_asm_intern(a, text, (size_t)(p - text), h);
}

void rawbpf_asm_names_free(struct asm_ctx *a)
{
	struct asm_chunk *c, *next;

	for (c = a->names.chunks; c; c = next) {
		next = c->next;
		free(c);
	}
	free(a->names.table);
}

/* ---- the words of the language -------------------------------------------------- */

static const struct word {
	const char *text;
	uint8_t kw, row;
} words[] = {
	{ "if", K_IF, 0 },
	{ "goto", K_GOTO, 0 },
	{ "gotol", K_GOTOL, 0 },
	{ "may_goto", K_MAY_GOTO, 0 },
	{ "gotox", K_GOTOX, 0 },
	{ "call", K_CALL, 0 },
	{ "callx", K_CALLX, 0 },
	{ "exit", K_EXIT, 0 },
	{ "lock", K_LOCK, 0 },
	{ "ll", K_LL, 0 },
	{ "skb", K_SKB, 0 },
	{ "pc", K_PC, 0 },
	{ "s", K_S, 0 },
	{ "ld_pseudo", K_LD_PSEUDO, 0 },
	{ "store_release", K_STORE_RELEASE, 0 },
	{ "load_acquire", K_LOAD_ACQUIRE, 0 },
	{ "addr_space_cast", K_ADDR_SPACE_CAST, 0 },
	{ "xchg_64", K_XCHG, 8 },
	{ "xchg32_32", K_XCHG, 4 },
	{ "cmpxchg_64", K_CMPXCHG, 8 },
	{ "cmpxchg32_32", K_CMPXCHG, 4 },
	{ "atomic64_cmpxchg", K_CMPXCHG_MEM, 8 },
	{ "atomic_cmpxchg", K_CMPXCHG_MEM, 4 },
	{ ".map", K_D_MAP, 0 },
	{ ".prog", K_D_PROG, 0 },
	{ ".license", K_D_LICENSE, 0 },
	{ ".version", K_D_VERSION, 0 },
	{ ".const", K_D_CONST, 0 },
	{ ".equ", K_D_EQU, 0 },
	{ ".set", K_D_SET, 0 },
	{ ".include", K_D_INCLUDE, 0 },
	{ ".typedef", K_D_TYPEDEF, 0 },
	{ ".quad", K_D_QUAD, 0 },
	{ ".dialect", K_D_DIALECT, 0 },
#define END(name, code, imm, text, group, cpu) { text, K_END, END_##name },
#define FETCH_WORDS(text32, text64, imm) { text32, K_FETCH, imm }, { text64, K_FETCH64, imm },
#define LOCK_WORDS(text32, text64, imm)
#define CMPXCHG_WORDS(text32, text64, imm)
#define LOAD_WORDS(text32, text64, imm)
#define STORE_WORDS(text32, text64, imm)
#define ATOMIC(name, imm, shape, text32, text64, group, cpu) shape##_WORDS(text32, text64, imm)
#include "isa.def"
};

static int add_words(struct asm_ctx *a)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct asm_name *n = rawbpf_asm_name(a, words[i].text);

		if (!n)
			return -ENOMEM;
		n->kw = words[i].kw;
		n->row = words[i].row;
	}
	for (unsigned i = TY_U8; i <= TY_S64; i++) {
		struct asm_name *n = rawbpf_asm_name(a, rawbpf_asm_types[i].name);

		if (!n)
			return -ENOMEM;
		n->type = (uint8_t)i;
	}
	return 0;
}

static int add_registers(struct asm_ctx *a)
{
	static const char names[2][11][4] = {
		{ "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10" },
		{ "w0", "w1", "w2", "w3", "w4", "w5", "w6", "w7", "w8", "w9", "w10" },
	};

	for (unsigned i = 0; i < 22; i++) {
		struct asm_name *n = rawbpf_asm_name(a, names[i / 11][i % 11]);

		if (!n)
			return -ENOMEM;
		n->reg = (uint8_t)((i < 11 ? REG_R : REG_W) | i % 11);
	}
	return 0;
}

static const struct helper {
	const char *name;
	uint16_t id;
} helpers[] = {
#define X(name, id) { "bpf_" #name, id },
#include "helpers.def"
#undef X
};

static const struct constant {
	const char *name;
	struct asm_const value;
} constants[] = {
#define X(name, number) { #name, { .value = { .bits = (number) } } },
#include "constants.def"
#undef X
};

int rawbpf_asm_names_init(struct asm_ctx *a)
{
	if (add_words(a) || add_registers(a))
		return -ENOMEM;
	for (size_t i = 0; i < sizeof(helpers) / sizeof(helpers[0]); i++) {
		struct asm_name *full = rawbpf_asm_name(a, helpers[i].name);
		struct asm_name *bare = rawbpf_asm_name(a, helpers[i].name + strlen("bpf_"));

		if (!full || !bare)
			return -ENOMEM;
		full->helper = bare->helper = helpers[i].id;
	}
	for (size_t i = 0; i < sizeof(constants) / sizeof(constants[0]); i++) {
		struct asm_name *n = rawbpf_asm_name(a, constants[i].name);
		struct asm_const *c = rawbpf_asm_alloc(a, sizeof(*c));

		if (!n || !c)
			return -ENOMEM;
		*c = constants[i].value;
		n->value = c;
	}
	return 0;
}

int rawbpf_asm_check_ident(struct asm_ctx *a, const struct asm_tok *t, const char *what)
{
	const struct asm_name *n = t->name;

	if (n->len > ASM_MAX_NAME)
		return rawbpf_asm_err(a, &t->pos,
			"the name of a %s may have %d bytes; this one has %u", what, ASM_MAX_NAME,
			n->len);
	for (uint32_t i = 0; i < n->len; i++)
		if (!isalnum((unsigned char)n->text[i]) && n->text[i] != '_')
			return rawbpf_asm_err(a, &t->pos,
				"the name of a %s is letters, digits and '_': '%c' is not", what,
				n->text[i]);
	return 0;
}
