/* SPDX-License-Identifier: BSD-2-Clause */
/* One .BTF in the making, shared by btfwrite.c (types) and btfext.c (functions and lines). */
#ifndef RAWBPF_ASM_BTF_H
#define RAWBPF_ASM_BTF_H

#include "impl.h"

enum {
	KIND_INT = 1,
	KIND_PTR = 2,
	KIND_ARRAY = 3,
	KIND_STRUCT = 4,
	KIND_TYPEDEF = 8,
	KIND_VOLATILE = 9,
	KIND_CONST = 10,
	KIND_FUNC = 12,
	KIND_FUNC_PROTO = 13,
	KIND_VAR = 14,
	KIND_DATASEC = 15,
	KIND_ENUM64 = 19,
};

struct btf_slot {
	uint32_t hash, off; /* off 0: free */
};

struct btf {
	struct asm_ctx *a;
	struct asm_bytes types, strs;
	uint32_t ntypes;
	/* the strings so far, by hash; a power of two */
	struct btf_slot *table;
	size_t table_size, nstrs;
	/* types made once */
	uint32_t ints[TY_COUNT], typedefs[TY_COUNT], const_volatiles[TY_COUNT], index_type;
	uint32_t main_proto, local_proto;
};

/* The offset of these bytes as a string; 0, the empty one, when there is no room. */
uint32_t rawbpf_asm_btf_string(struct btf *b, const char *text, size_t len);
static inline uint32_t btf_name(struct btf *b, const struct asm_name *n)
{
	return rawbpf_asm_btf_string(b, n->text, n->len);
}
static inline uint32_t btf_cstring(struct btf *b, const char *s)
{
	return rawbpf_asm_btf_string(b, s, strlen(s));
}
/* The three words that every type has; returns its id. What follows them: BTF_WORDS. */
uint32_t rawbpf_asm_btf_type(
	struct btf *b, uint32_t name, unsigned kind, uint32_t vlen, uint32_t size_or_type);
/* The id of the INT for an enum asm_type. */
uint32_t rawbpf_asm_btf_int(struct btf *b, unsigned type);
/* Words in the object's byte order, at the end of `to`. */
void rawbpf_asm_btf_words(struct btf *b, struct asm_bytes *to, unsigned n, const uint32_t *v);
#define BTF_WORDS(b, to, ...)                                                                      \
	rawbpf_asm_btf_words((b), (to), sizeof((uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t),    \
		(uint32_t[]){ __VA_ARGS__ })

/* .BTF.ext; its functions add types to `b`. */
void rawbpf_asm_btf_ext(struct btf *b, struct asm_bytes *ext);

#endif
