/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * .BTF: what the maps, variables and functions are; .BTF.ext: which function
 * and which source line an instruction belongs to. Layouts as clang makes them
 * (Documentation/bpf/btf.rst, llvm_reloc.rst).
 */
#include <stdlib.h>
#include <string.h>

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

#define MAX_STRINGS 0xf00000U /* the kernel takes offsets below 2^24 */
#define MAX_LINE 200          /* of one source line, as much as one reads in a log */

struct btf {
	struct asm_ctx *a;
	struct asm_bytes types, strs;
	uint32_t ntypes;
	/* offsets of the strings so far, by hash; a power of two */
	uint32_t *table;
	size_t table_size, nstrs;
	/* types made once */
	uint32_t ints[TY_S64 + 1], typedefs[TY_S64 + 1], const_volatiles[TY_S64 + 1], index_type;
	uint32_t array_of_one; /* unused entries stay 0 */
	uint32_t main_proto, local_proto;
};

/* ---- strings -------------------------------------------------------------------------- */

static int rehash(struct btf *b)
{
	size_t size = b->table_size ? b->table_size * 2 : 256;
	uint32_t *table = calloc(size, sizeof(*table));

	if (!table) {
		b->a->fatal = -ENOMEM;
		return -ENOMEM;
	}
	free(b->table);
	b->table = table;
	b->table_size = size;
	for (uint32_t off = 1, n; off < b->strs.n; off += n + 1) {
		uint32_t h = ASM_HASH_START;
		size_t at;

		for (n = 0; b->strs.p[off + n]; n++)
			h = asm_hash_step(h, b->strs.p[off + n]);
		for (at = h & (size - 1); table[at]; at = (at + 1) & (size - 1))
			;
		table[at] = off;
	}
	return 0;
}

/* The offset of these bytes as a string; 0, the empty one, when there is no room. */
static uint32_t string(struct btf *b, const char *text, size_t len)
{
	uint32_t h = ASM_HASH_START;
	unsigned char *p;
	size_t at;

	if (!len || b->strs.n + len >= MAX_STRINGS)
		return 0;
	if (b->nstrs >= b->table_size / 2 && rehash(b))
		return 0;
	for (size_t i = 0; i < len; i++)
		h = asm_hash_step(h, (unsigned char)text[i]);
	for (at = h & (b->table_size - 1); b->table[at]; at = (at + 1) & (b->table_size - 1))
		if (!strncmp((char *)b->strs.p + b->table[at], text, len) &&
			!b->strs.p[b->table[at] + len])
			return b->table[at];
	p = rawbpf_asm_bytes_add(b->a, &b->strs, len + 1);
	if (!p)
		return 0;
	memcpy(p, text, len);
	p[len] = 0;
	b->nstrs++;
	return b->table[at] = (uint32_t)(p - b->strs.p);
}

static uint32_t name_string(struct btf *b, const struct asm_name *n)
{
	return string(b, n->text, n->len);
}

static uint32_t cstring(struct btf *b, const char *s)
{
	return string(b, s, strlen(s));
}

/* ---- types ------------------------------------------------------------------------------- */

static void words(struct btf *b, unsigned n, const uint32_t *v)
{
	unsigned char *p = rawbpf_asm_bytes_add(b->a, &b->types, (size_t)n * 4);

	for (unsigned i = 0; p && i < n; i++)
		rawbpf_asm_put32(b->a, p + (size_t)i * 4, v[i]);
}

#define WORDS(b, ...)                                                                              \
	words((b), sizeof((uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t),                         \
		(uint32_t[]){ __VA_ARGS__ })

/* The three words that every type has; returns its id. */
static uint32_t type(
	struct btf *b, uint32_t name, unsigned kind, uint32_t vlen, uint32_t size_or_type)
{
	WORDS(b, name, kind << 24 | vlen, size_or_type);
	return ++b->ntypes;
}

static uint32_t int_type(struct btf *b, unsigned t)
{
	const struct asm_type_info *info = &rawbpf_asm_types[t];
	uint32_t id;

	if (b->ints[t])
		return b->ints[t];
	id = type(b, cstring(b, info->c_name), KIND_INT, 0, info->size);
	WORDS(b, (uint32_t)(info->is_signed ? 1 << 24 : 0) | info->size * 8U);
	return b->ints[t] = id;
}

/* u32 as C programs have it: a typedef. */
static uint32_t named_type(struct btf *b, unsigned t)
{
	uint32_t of = int_type(b, t);

	if (!b->typedefs[t])
		b->typedefs[t] = type(b, cstring(b, rawbpf_asm_types[t].name), KIND_TYPEDEF, 0, of);
	return b->typedefs[t];
}

static uint32_t const_volatile(struct btf *b, unsigned t)
{
	uint32_t of = named_type(b, t);

	if (!b->const_volatiles[t]) {
		of = type(b, 0, KIND_VOLATILE, 0, of);
		b->const_volatiles[t] = type(b, 0, KIND_CONST, 0, of);
	}
	return b->const_volatiles[t];
}

static uint32_t array(struct btf *b, uint32_t of, uint32_t n)
{
	uint32_t id;

	if (!b->index_type) {
		b->index_type = type(b, cstring(b, "__ARRAY_SIZE_TYPE__"), KIND_INT, 0, 4);
		WORDS(b, 32);
	}
	id = type(b, 0, KIND_ARRAY, 0, 0);
	WORDS(b, of, b->index_type, n);
	return id;
}

/* ---- maps: a struct whose members' types carry the numbers --------------------------------- */

#define MAX_MEMBERS 10
struct members {
	uint32_t name[MAX_MEMBERS], type[MAX_MEMBERS];
	unsigned n;
};

static void member(struct btf *b, struct members *m, const char *name, uint32_t id)
{
	m->name[m->n] = cstring(b, name);
	m->type[m->n++] = id;
}

/* __uint(name, v): int (*name)[v] */
static void uint_member(struct btf *b, struct members *m, const char *name, uint32_t v)
{
	uint32_t id = array(b, int_type(b, TY_S32), v);

	member(b, m, name, type(b, 0, KIND_PTR, 0, id));
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
	id = t ? named_type(b, t) : array(b, int_type(b, TY_U8), size);
	member(b, m, key ? "key" : "value", type(b, 0, KIND_PTR, 0, id));
}

/* __ulong(map_extra, v) where 32 bits are not enough */
static void extra_member(struct btf *b, struct members *m, uint64_t v)
{
	uint32_t id;

	if (v <= UINT32_MAX) {
		uint_member(b, m, "map_extra", (uint32_t)v);
		return;
	}
	id = type(b, 0, KIND_ENUM64, 1, 8);
	WORDS(b, cstring(b, "map_extra"), (uint32_t)v, (uint32_t)(v >> 32));
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
	id = type(b, 0, KIND_STRUCT, m.n, *size);
	for (unsigned i = 0; i < m.n; i++, offset += 64)
		WORDS(b, m.name[i], m.type[i], offset);
	id = type(b, name_string(b, map->name), KIND_VAR, 0, id);
	WORDS(b, 1);
	return id;
}

uint32_t rawbpf_asm_map_size(const struct asm_map *map)
{
	return 8 * (1U + !!map->key_size + !!map->value_size + !!map->entries + !!map->flags +
			   !!map->numa_node + !!map->pinning + !!map->map_extra);
}

/* ---- sections of data ------------------------------------------------------------------------ */

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
	type(b, cstring(b, ".maps"), KIND_DATASEC, (uint32_t)a->maps.n, total);
	for (size_t i = 0; i < a->maps.n; i++, first += size) {
		size = rawbpf_asm_map_size(&a->maps.v[i]);
		WORDS(b, ids[i], first, size);
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
		ids[i] = type(b, name_string(b, a->vars.v[i].name), KIND_VAR, 0, of);
		WORDS(b, 1);
	}
	type(b, cstring(b, ".rodata"), KIND_DATASEC, (uint32_t)a->vars.n, a->rodata_size);
	for (size_t i = 0; i < a->vars.n; i++)
		WORDS(b, ids[i], a->vars.v[i].offset, rawbpf_asm_types[a->vars.v[i].type].size);
}

/* ---- functions and lines ------------------------------------------------------------------------
 */

/* int NAME(void *ctx), global; a called label is static, and what it takes is not known. */
static uint32_t function(struct btf *b, const struct asm_func *f)
{
	uint32_t ret = int_type(b, TY_S32), ptr;

	if (f->local && !b->local_proto)
		b->local_proto = type(b, 0, KIND_FUNC_PROTO, 0, ret);
	if (!f->local && !b->main_proto) {
		ptr = type(b, 0, KIND_PTR, 0, 0);
		b->main_proto = type(b, 0, KIND_FUNC_PROTO, 1, ret);
		WORDS(b, cstring(b, "ctx"), ptr);
	}
	return type(b, name_string(b, f->name), KIND_FUNC, f->local ? 0 : 1,
		f->local ? b->local_proto : b->main_proto);
}

static unsigned char *ext_words(struct btf *b, struct asm_bytes *ext, unsigned n, const uint32_t *v)
{
	unsigned char *p = rawbpf_asm_bytes_add(b->a, ext, (size_t)n * 4);

	for (unsigned i = 0; p && i < n; i++)
		rawbpf_asm_put32(b->a, p + (size_t)i * 4, v[i]);
	return p;
}

#define EXT_WORDS(b, ext, ...)                                                                     \
	ext_words((b), (ext), sizeof((uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t),              \
		(uint32_t[]){ __VA_ARGS__ })

static void func_info(struct btf *b, struct asm_bytes *ext)
{
	EXT_WORDS(b, ext, 8);
	for (size_t i = 0; i < b->a->sections.n && !b->a->fatal; i++) {
		const struct asm_section *s = &b->a->sections.v[i];

		EXT_WORDS(b, ext, cstring(b, s->name), (uint32_t)s->funcs.n);
		for (size_t j = 0; j < s->funcs.n; j++)
			EXT_WORDS(b, ext, s->funcs.v[j].slot * 8, function(b, &s->funcs.v[j]));
	}
}

static void line_record(struct btf *b, struct asm_bytes *ext, const struct asm_line *l)
{
	const char *end = l->src->text + l->src->len, *from = l->at, *to = l->at;
	uint32_t col, line = l->line > 0x3fffff ? 0x3fffff : l->line;

	while (from > l->src->text && from[-1] != '\n')
		from--;
	col = l->at - from > 1022 ? 1023 : (uint32_t)(l->at - from) + 1;
	/* Of a very long line, what starts at the instruction. */
	if (l->at - from > MAX_LINE / 2)
		from = l->at;
	while (to < end && *to != '\n' && *to != '\r' && to - from < MAX_LINE)
		to++;
	EXT_WORDS(b, ext, l->slot * 8, cstring(b, l->src->name),
		string(b, from, (size_t)(to - from)), line << 10 | col);
}

/* One record per line, and one where a function starts, as the kernel demands. */
static uint32_t section_lines(struct btf *b, struct asm_bytes *ext, const struct asm_section *s)
{
	const struct asm_line *last = NULL, *l;
	uint32_t n = 0;
	size_t f = 0;

	for (size_t i = 0; i < s->lines.n && !b->a->fatal; i++) {
		bool starts;

		l = &s->lines.v[i];
		starts = f < s->funcs.n && s->funcs.v[f].slot == l->slot;
		f += starts;
		if (last && last->line == l->line && last->src == l->src && !starts)
			continue;
		line_record(b, ext, l);
		last = l;
		n++;
	}
	return n;
}

static void line_info(struct btf *b, struct asm_bytes *ext)
{
	EXT_WORDS(b, ext, 16);
	for (size_t i = 0; i < b->a->sections.n && !b->a->fatal; i++) {
		size_t head = ext->n;
		uint32_t n;

		EXT_WORDS(b, ext, cstring(b, b->a->sections.v[i].name), 0);
		n = section_lines(b, ext, &b->a->sections.v[i]);
		if (!b->a->fatal)
			rawbpf_asm_put32(b->a, ext->p + head + 4, n);
	}
}

/* ---- the two sections
 * ------------------------------------------------------------------------------ */

#define EXT_HEADER 32

static void write_ext(struct btf *b, struct asm_bytes *ext)
{
	unsigned char *p = rawbpf_asm_bytes_add(b->a, ext, EXT_HEADER);
	size_t lines;

	if (!p)
		return;
	memset(p, 0, EXT_HEADER);
	func_info(b, ext);
	lines = ext->n;
	line_info(b, ext);
	if (b->a->fatal)
		return;
	p = ext->p;
	rawbpf_asm_put16(b->a, p, 0xeb9f);
	p[2] = 1;
	rawbpf_asm_put32(b->a, p + 4, EXT_HEADER);
	rawbpf_asm_put32(b->a, p + 12, (uint32_t)lines - EXT_HEADER);
	rawbpf_asm_put32(b->a, p + 16, (uint32_t)lines - EXT_HEADER);
	rawbpf_asm_put32(b->a, p + 20, (uint32_t)(ext->n - lines));
	rawbpf_asm_put32(b->a, p + 24, (uint32_t)ext->n - EXT_HEADER);
}

static void write_btf(struct btf *b, struct asm_bytes *out)
{
	unsigned char *p = rawbpf_asm_bytes_add(b->a, out, 24 + b->types.n + b->strs.n);

	if (!p)
		return;
	memset(p, 0, 24);
	rawbpf_asm_put16(b->a, p, 0xeb9f);
	p[2] = 1;
	rawbpf_asm_put32(b->a, p + 4, 24);
	rawbpf_asm_put32(b->a, p + 12, (uint32_t)b->types.n);
	rawbpf_asm_put32(b->a, p + 16, (uint32_t)b->types.n);
	rawbpf_asm_put32(b->a, p + 20, (uint32_t)b->strs.n);
	memcpy(p + 24, b->types.p, b->types.n);
	memcpy(p + 24 + b->types.n, b->strs.p, b->strs.n);
}

int rawbpf_asm_btf(struct asm_ctx *a, struct asm_bytes *btf, struct asm_bytes *ext)
{
	struct btf b = { .a = a };
	unsigned char *empty = rawbpf_asm_bytes_add(a, &b.strs, 1);

	if (empty)
		*empty = 0;
	maps_section(&b);
	rodata_section(&b);
	if (!a->fatal)
		write_ext(&b, ext);
	if (!a->fatal)
		write_btf(&b, btf);
	free(b.table);
	free(b.types.p);
	free(b.strs.p);
	return a->fatal;
}
