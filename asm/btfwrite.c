/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * .BTF: what the maps and variables are, laid out as clang does it
 * (Documentation/bpf/btf.rst).
 */
#include <stdlib.h>
#include <string.h>

#include "btf.h"

#define MAX_STRINGS 0xf00000U /* the kernel takes offsets below 2^24 */

/* ---- strings -------------------------------------------------------------------- */

/* `size` is a power of two, and larger than now. */
static int rehash(struct btf *b, size_t size)
{
	size_t at;
	struct btf_slot *table = calloc(size, sizeof(*table));

	if (!table) {
		b->a->fatal = -ENOMEM;
		return -ENOMEM;
	}
	for (size_t i = 0; i < b->table_size; i++) {
		if (!b->table[i].off)
			continue;
		for (at = b->table[i].hash & (size - 1); table[at].off; at = (at + 1) & (size - 1))
			;
		table[at] = b->table[i];
	}
	free(b->table);
	b->table = table;
	b->table_size = size;
	return 0;
}

/* Each source line goes through here: eight bytes at a time. */
static uint32_t hash(const char *text, size_t len)
{
	uint64_t h = len, word;

	for (; len; text += sizeof(word), len -= sizeof(word)) {
		word = 0;
		if (len < sizeof(word)) {
			memcpy(&word, text, len);
			len = sizeof(word);
		} else {
			memcpy(&word, text, sizeof(word));
		}
		h = (h ^ word) * 0x9e3779b97f4a7c15u;
		h ^= h >> 32;
	}
	return (uint32_t)h;
}

static bool is_string(const struct btf *b, uint32_t off, const char *text, size_t len)
{
	const unsigned char *p = b->strs.p + off;

	return len < b->strs.n - off && !p[len] && !memcmp(p, text, len);
}

uint32_t rawbpf_asm_btf_string(struct btf *b, const char *text, size_t len)
{
	uint32_t h = hash(text, len);
	unsigned char *p;
	size_t at;

	if (!len)
		return 0;
	if (b->nstrs >= b->table_size / 4 * 3 && rehash(b, b->table_size * 2))
		return 0;
	for (at = h & (b->table_size - 1); b->table[at].off; at = (at + 1) & (b->table_size - 1))
		if (b->table[at].hash == h && is_string(b, b->table[at].off, text, len))
			return b->table[at].off;
	if (b->strs.n + len >= MAX_STRINGS)
		return 0;
	p = rawbpf_asm_bytes_add(b->a, &b->strs, len + 1);
	if (!p)
		return 0;
	memcpy(p, text, len);
	p[len] = 0;
	b->nstrs++;
	b->table[at] = (struct btf_slot){ h, (uint32_t)(p - b->strs.p) };
	return b->table[at].off;
}

/* ---- types ---------------------------------------------------------------------- */

void rawbpf_asm_btf_words(struct btf *b, struct asm_bytes *to, unsigned n, const uint32_t *v)
{
	unsigned char *p = rawbpf_asm_bytes_add(b->a, to, (size_t)n * 4);

	for (unsigned i = 0; p && i < n; i++)
		rawbpf_asm_put32(b->a, p + (size_t)i * 4, v[i]);
}

uint32_t rawbpf_asm_btf_type(
	struct btf *b, uint32_t name, unsigned kind, uint32_t vlen, uint32_t size_or_type)
{
	BTF_WORDS(b, &b->types, name, kind << 24 | vlen, size_or_type);
	return ++b->ntypes;
}

uint32_t rawbpf_asm_btf_int(struct btf *b, unsigned t)
{
	const struct asm_type_info *info = &rawbpf_asm_types[t];
	uint32_t id;

	if (b->ints[t])
		return b->ints[t];
	id = rawbpf_asm_btf_type(b, btf_cstring(b, info->c_name), KIND_INT, 0, info->size);
	BTF_WORDS(b, &b->types, (uint32_t)(info->is_signed ? 1 << 24 : 0) | info->size * 8U);
	return b->ints[t] = id;
}

/* u32 as C programs have it: a typedef. */
static uint32_t named_type(struct btf *b, unsigned t)
{
	uint32_t of = rawbpf_asm_btf_int(b, t);

	if (!b->typedefs[t])
		b->typedefs[t] = rawbpf_asm_btf_type(
			b, btf_cstring(b, rawbpf_asm_types[t].name), KIND_TYPEDEF, 0, of);
	return b->typedefs[t];
}

static uint32_t const_volatile(struct btf *b, unsigned t)
{
	uint32_t of = t == TY_CHAR ? rawbpf_asm_btf_int(b, t) : named_type(b, t);

	if (!b->const_volatiles[t]) {
		of = rawbpf_asm_btf_type(b, 0, KIND_VOLATILE, 0, of);
		b->const_volatiles[t] = rawbpf_asm_btf_type(b, 0, KIND_CONST, 0, of);
	}
	return b->const_volatiles[t];
}

static uint32_t array(struct btf *b, uint32_t of, uint32_t n)
{
	uint32_t id;

	if (!b->index_type) {
		b->index_type = rawbpf_asm_btf_type(
			b, btf_cstring(b, "__ARRAY_SIZE_TYPE__"), KIND_INT, 0, 4);
		BTF_WORDS(b, &b->types, 32);
	}
	id = rawbpf_asm_btf_type(b, 0, KIND_ARRAY, 0, 0);
	BTF_WORDS(b, &b->types, of, b->index_type, n);
	return id;
}

/* ---- maps: a struct whose members' types carry the numbers ---------------------- */

#define MAX_MEMBERS 10
struct members {
	uint32_t name[MAX_MEMBERS], type[MAX_MEMBERS];
	unsigned n;
};

static void member(struct btf *b, struct members *m, const char *name, uint32_t id)
{
	m->name[m->n] = btf_cstring(b, name);
	m->type[m->n++] = id;
}

/*
 * __uint(name, v): int (*name)[v]. The kernel refuses BTF with an array of more
 * than 2^32 - 1 bytes, so large numbers are arrays of bytes; loaders count elements.
 */
static void uint_member(struct btf *b, struct members *m, const char *name, uint32_t v)
{
	uint32_t id = array(b, rawbpf_asm_btf_int(b, v > UINT32_MAX / 4 ? TY_U8 : TY_S32), v);

	member(b, m, name, rawbpf_asm_btf_type(b, 0, KIND_PTR, 0, id));
}

/*
 * __type(key, u32): u32 *key, or __uint(key_size, 12). The kernel wants both of
 * key and value described, or none; so beside a type a number becomes bytes.
 */
static void size_member(struct btf *b, struct members *m, const struct asm_map *map, bool key)
{
	unsigned t = key ? map->key_type : map->value_type;
	uint32_t size = key ? map->key_size : map->value_size, id;

	if (!size)
		return;
	if (!map->key_type && !map->value_type) {
		uint_member(b, m, key ? "key_size" : "value_size", size);
		return;
	}
	id = t ? named_type(b, t) : array(b, rawbpf_asm_btf_int(b, TY_U8), size);
	member(b, m, key ? "key" : "value", rawbpf_asm_btf_type(b, 0, KIND_PTR, 0, id));
}

/* __ulong(map_extra, v) where 32 bits are not enough */
static void extra_member(struct btf *b, struct members *m, uint64_t v)
{
	uint32_t id;

	if (v <= UINT32_MAX) {
		uint_member(b, m, "map_extra", (uint32_t)v);
		return;
	}
	id = rawbpf_asm_btf_type(b, 0, KIND_ENUM64, 1, 8);
	BTF_WORDS(b, &b->types, btf_cstring(b, "map_extra"), (uint32_t)v, (uint32_t)(v >> 32));
	member(b, m, "map_extra", id);
}

/* The VAR's id; *size becomes the struct's size. */
static uint32_t map_var(struct btf *b, const struct asm_map *map, uint32_t *size)
{
	struct members m = { .n = 0 };
	uint32_t id, offset = 0;

	uint_member(b, &m, "type", map->type);
	size_member(b, &m, map, true);
	size_member(b, &m, map, false);
	if (map->entries)
		uint_member(b, &m, "max_entries", map->entries);
	if (map->flags)
		uint_member(b, &m, "map_flags", map->flags);
	if (map->numa_node)
		uint_member(b, &m, "numa_node", map->numa_node);
	if (map->pinning)
		uint_member(b, &m, "pinning", map->pinning);
	if (map->map_extra)
		extra_member(b, &m, map->map_extra);
	*size = rawbpf_asm_map_size(map);
	id = rawbpf_asm_btf_type(b, 0, KIND_STRUCT, m.n, *size);
	for (unsigned i = 0; i < m.n; i++, offset += 64)
		BTF_WORDS(b, &b->types, m.name[i], m.type[i], offset);
	id = rawbpf_asm_btf_type(b, btf_name(b, map->name), KIND_VAR, 0, id);
	BTF_WORDS(b, &b->types, 1);
	return id;
}

uint32_t rawbpf_asm_map_size(const struct asm_map *map)
{
	return 8 * (1U + !!map->key_size + !!map->value_size + !!map->entries + !!map->flags +
			   !!map->numa_node + !!map->pinning + !!map->map_extra);
}

/* ---- sections of data ----------------------------------------------------------- */

static void maps_section(struct btf *b)
{
	struct asm_ctx *a = b->a;
	uint32_t first = 0, size, total = 0, *ids = rawbpf_asm_alloc(a, a->maps.n * sizeof(*ids));

	if (!ids || !a->maps.n)
		return;
	for (size_t i = 0; i < a->maps.n; i++) {
		ids[i] = map_var(b, &a->maps.v[i], &size);
		total += size;
	}
	rawbpf_asm_btf_type(b, btf_cstring(b, ".maps"), KIND_DATASEC, (uint32_t)a->maps.n, total);
	for (size_t i = 0; i < a->maps.n; i++, first += size) {
		size = rawbpf_asm_map_size(&a->maps.v[i]);
		BTF_WORDS(b, &b->types, ids[i], first, size);
	}
}

static void rodata_section(struct btf *b)
{
	struct asm_ctx *a = b->a;
	uint32_t *ids = rawbpf_asm_alloc(a, a->vars.n * sizeof(*ids)), of;

	if (!ids || !a->vars.n)
		return;
	for (size_t i = 0; i < a->vars.n; i++) {
		of = const_volatile(b, a->vars.v[i].type);
		if (a->vars.v[i].type == TY_CHAR)
			of = array(b, of, a->vars.v[i].size);
		ids[i] = rawbpf_asm_btf_type(b, btf_name(b, a->vars.v[i].name), KIND_VAR, 0, of);
		BTF_WORDS(b, &b->types, 1);
	}
	rawbpf_asm_btf_type(
		b, btf_cstring(b, ".rodata"), KIND_DATASEC, (uint32_t)a->vars.n, a->rodata_size);
	for (size_t i = 0; i < a->vars.n; i++)
		BTF_WORDS(b, &b->types, ids[i], a->vars.v[i].offset, a->vars.v[i].size);
}

/* ---- the two sections
 * ------------------------------------------------------------------------------ */

/* In the place of the strings, which are most of it: there is no second copy. */
static void write_btf(struct btf *b, struct asm_bytes *out)
{
	const size_t types = b->types.n, strs = b->strs.n, head = 24 + types;
	unsigned char *p;

	if (!rawbpf_asm_bytes_add(b->a, &b->strs, head))
		return;
	*out = b->strs;
	b->strs = (struct asm_bytes){ 0 };
	p = out->p;
	memmove(p + head, p, strs);
	memset(p, 0, 24);
	rawbpf_asm_put16(b->a, p, 0xeb9f);
	p[2] = 1;
	rawbpf_asm_put32(b->a, p + 4, 24);
	rawbpf_asm_put32(b->a, p + 12, (uint32_t)types);
	rawbpf_asm_put32(b->a, p + 16, (uint32_t)types);
	rawbpf_asm_put32(b->a, p + 20, (uint32_t)strs);
	if (types)
		memcpy(p + 24, b->types.p, types);
}

/* Nearly every line is a string of its own: a table for all of them is made at once. */
static int first_table(struct btf *b)
{
	size_t lines = 0, size = 256;

	for (size_t i = 0; i < b->a->sections.n; i++)
		lines += b->a->sections.v[i].lines.n;
	while (size / 4 * 3 < lines)
		size *= 2;
	return rehash(b, size);
}

int rawbpf_asm_btf(struct asm_ctx *a, struct asm_bytes *btf, struct asm_bytes *ext)
{
	struct btf b = { .a = a };
	unsigned char *empty = rawbpf_asm_bytes_add(a, &b.strs, 1);

	if (empty && !first_table(&b)) {
		*empty = 0;
		maps_section(&b);
		rodata_section(&b);
	}
	if (!a->fatal)
		rawbpf_asm_btf_ext(&b, ext);
	if (!a->fatal)
		write_btf(&b, btf);
	free(b.table);
	free(b.types.p);
	free(b.strs.p);
	return a->fatal;
}
