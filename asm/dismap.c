/* SPDX-License-Identifier: BSD-2-Clause */
/* What BTF knows of maps and constants, as .map and .const lines. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "btf.h"
#include "dis_impl.h"

/* The assembler's type for an integer of BTF; TY_NONE: it has none. */
static unsigned asm_type(const struct dis *d, const unsigned char *t)
{
	bool is_signed;

	if (dis_kind(d, t) != KIND_INT)
		return TY_NONE;
	is_signed = dis_word(d, t + 12) >> 24 & 1;
	for (unsigned i = TY_U8; i <= TY_S64; i++)
		if (rawbpf_asm_types[i].size == dis_word(d, t + 8) &&
			rawbpf_asm_types[i].is_signed == is_signed)
			return i;
	return TY_NONE;
}

/* ---- maps ------------------------------------------------------------------------- */

#define MAP_LINE 400

static bool map_type_name(uint32_t type, char *to, size_t size)
{
	static const char *const names[] = {
#define X(name, number) [number] = #name,
#include "../syscall/map_types.def"
#undef X
	};
	size_t n = 0;

	if (type >= sizeof(names) / sizeof(names[0]) || !names[type])
		return false;
	for (; names[type][n] && n + 1 < size; n++)
		to[n] = (char)tolower((unsigned char)names[type][n]);
	to[n] = 0;
	return true;
}

/* int (*name)[value] */
static bool number_member(const struct dis *d, uint32_t id, uint64_t *value)
{
	const unsigned char *t = rawbpf_dis_btf_strip(d, id);

	if (dis_kind(d, t) == KIND_ENUM64 && dis_vlen(d, t) == 1) {
		*value = dis_word(d, t + 16) | (uint64_t)dis_word(d, t + 20) << 32;
		return true;
	}
	if (dis_kind(d, t) != KIND_PTR)
		return false;
	t = rawbpf_dis_btf_strip(d, dis_word(d, t + 8));
	if (dis_kind(d, t) != KIND_ARRAY)
		return false;
	*value = dis_word(d, t + 20);
	return true;
}

/* key or value: a pointer to the type, which has a name in the assembler or only a size */
static bool type_member(const struct dis *d, uint32_t id, char text[32])
{
	const unsigned char *t = rawbpf_dis_btf_strip(d, id);
	uint32_t size;
	unsigned type;

	if (dis_kind(d, t) != KIND_PTR)
		return false;
	id = dis_word(d, t + 8);
	type = asm_type(d, rawbpf_dis_btf_strip(d, id));
	size = rawbpf_dis_btf_size(d, id);
	if (type)
		snprintf(text, 32, "%s", rawbpf_asm_types[type].name);
	else
		snprintf(text, 32, "%u", size);
	return type || size;
}

/* Appends " , attr=value" for one member; false: the assembler has no such attribute. */
static bool member(struct dis *d, const unsigned char *m, char *line)
{
	static const char *const numbers[][2] = { { "key_size", "key" }, { "value_size", "value" },
		{ "max_entries", "entries" }, { "map_flags", "flags" },
		{ "map_extra", "map_extra" }, { "numa_node", "numa_node" } };
	const char *name = rawbpf_dis_btf_string(d, dis_word(d, m));
	size_t n = strlen(line);
	uint32_t id = dis_word(d, m + 4);
	char text[32];
	uint64_t v;

	if (!strcmp(name, "key") || !strcmp(name, "value")) {
		if (!type_member(d, id, text))
			return false;
		snprintf(line + n, MAP_LINE - n, ", %s=%s", name, text);
		return true;
	}
	if (!number_member(d, id, &v))
		return false;
	if (!strcmp(name, "type")) {
		if (v > UINT32_MAX || !map_type_name((uint32_t)v, text, sizeof(text)))
			return false;
		snprintf(line + n, MAP_LINE - n, ", type=%s", text);
		return true;
	}
	if (!strcmp(name, "pinning")) {
		if (v)
			snprintf(line + n, MAP_LINE - n, ", pinning=by_name");
		return v < 2;
	}
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (strcmp(name, numbers[i][0]))
			continue;
		snprintf(line + n, MAP_LINE - n, v < 65536 ? ", %s=%llu" : ", %s=%#llx",
			numbers[i][1], (unsigned long long)v);
		return true;
	}
	return false;
}

static bool map_line(struct dis *d, const char *name, uint32_t id, char line[MAP_LINE])
{
	const unsigned char *t = rawbpf_dis_btf_strip(d, id);

	snprintf(line, MAP_LINE, ".map %s", name);
	if (dis_kind(d, t) != KIND_STRUCT || dis_vlen(d, t) > 16)
		return false;
	for (uint32_t i = 0; i < dis_vlen(d, t); i++)
		if (!member(d, t + 12 + (size_t)i * 12, line))
			return false;
	return true;
}

struct why {
	char text[200];
};

static void keep_first(void *arg, const struct rawbpf_diag *diag)
{
	struct why *why = arg;

	if (!*why->text)
		snprintf(why->text, sizeof(why->text), ": %s", diag->msg);
}

/* The assembler's own rules for maps, asked of the assembler itself. */
static bool assembles(const char *line, struct why *why)
{
	const struct rawbpf_sink sink = { keep_first, why };
	void *elf;
	size_t len;

	if (rawbpf_asm_text(line, strlen(line), "map", NULL, &elf, &len, &sink))
		return false;
	free(elf);
	return true;
}

/* LLVM leaves offsets in .BTF to the linker or loader: the symbol knows. */
static uint32_t offset_of(
	const struct dis *d, const char *name, const struct dis_section *s, uint32_t otherwise)
{
	uint32_t index = (uint32_t)(s - d->sections);

	for (size_t i = 0; i < d->nsymbols; i++)
		if (d->symbols[i].section == index && d->symbols[i].value <= UINT32_MAX &&
			!strcmp(d->symbols[i].name, name))
			return (uint32_t)d->symbols[i].value;
	return otherwise;
}

static void add_object(
	struct dis *d, const char *name, const struct dis_section *s, uint64_t offset)
{
	struct dis_object *o = ASM_PUSH(d->a, d->objects);

	if (o)
		*o = (struct dis_object){ name, (uint32_t)(s - d->sections), offset, false };
}

/* The DATASEC of this name, and in *vars its members. */
static const unsigned char *data_section(struct dis *d, const char *name, uint32_t *vars)
{
	*vars = 0;
	for (uint32_t id = 1; id < d->btf.n; id++) {
		const unsigned char *t = dis_type(d, id);

		if (dis_kind(d, t) != KIND_DATASEC || strcmp(rawbpf_dis_btf_name(d, id), name) != 0)
			continue;
		*vars = dis_vlen(d, t);
		return t;
	}
	return NULL;
}

static void one_map(struct dis *d, const unsigned char *member_words)
{
	const unsigned char *var = dis_type(d, dis_word(d, member_words));
	char line[MAP_LINE] = "";
	struct why why = { "" };
	const struct dis_section *s = rawbpf_dis_section(d, ".maps");
	const char *name, *symbol;

	if (dis_kind(d, var) != KIND_VAR || !s)
		return;
	symbol = rawbpf_dis_btf_string(d, dis_word(d, var));
	name = rawbpf_dis_object_name(d, "map", symbol);
	if (map_line(d, name, dis_word(d, var + 8), line) && assembles(line, &why)) {
		rawbpf_dis_printf(d, "%s\n", line);
		add_object(d, name, s, offset_of(d, symbol, s, dis_word(d, member_words + 4)));
		return;
	}
	rawbpf_dis_printf(d, "# %s\n", line);
	rawbpf_dis_note(d, "map %s%s", name,
		*why.text ? why.text : ": .map has no words for all that it is");
}

void rawbpf_dis_maps(struct dis *d)
{
	uint32_t n;
	const unsigned char *sec = data_section(d, ".maps", &n);

	if (!n && rawbpf_dis_section(d, ".maps"))
		rawbpf_dis_note(d, "section .maps: no BTF says what is there");

	for (uint32_t i = 0; i < n && !d->a->fatal; i++)
		one_map(d, sec + 12 + (size_t)i * 12);
}

/* ---- constants -------------------------------------------------------------------- */

struct constant {
	const char *name;
	unsigned type; /* TY_CHAR: a string */
	uint32_t offset, size;
};

/* One NUL, at the end. */
static bool is_string(const unsigned char *p, uint32_t n)
{
	return n && memchr(p, 0, n) == p + n - 1;
}

static bool read_const(
	struct dis *d, const unsigned char *words, const struct dis_section *s, struct constant *c)
{
	const unsigned char *var = dis_type(d, dis_word(d, words)), *t;

	if (dis_kind(d, var) != KIND_VAR)
		return false;
	c->name = rawbpf_dis_btf_string(d, dis_word(d, var));
	c->offset = offset_of(d, c->name, s, dis_word(d, words + 4));
	c->size = dis_word(d, words + 8);
	if (c->offset > s->size || c->size > s->size - c->offset)
		return false;
	t = rawbpf_dis_btf_strip(d, dis_word(d, var + 8));
	c->type = asm_type(d, t);
	if (dis_kind(d, t) == KIND_ARRAY && rawbpf_dis_btf_size(d, dis_word(d, t + 12)) == 1 &&
		is_string(s->data + c->offset, c->size))
		c->type = TY_CHAR;
	return c->type && (c->type == TY_CHAR || c->size == rawbpf_asm_types[c->type].size) &&
	       rawbpf_dis_take_name(d, c->name);
}

/* Whether .const puts it where it is, with zeroes before it. */
static bool lies_naturally(const struct dis_section *s, const struct constant *c, uint32_t *end)
{
	uint32_t align = rawbpf_asm_types[c->type].size, at = *end;

	if (c->offset != ((at + align - 1) & ~(align - 1)))
		return false;
	for (; at < c->offset; at++)
		if (s->data[at])
			return false;
	*end = c->offset + c->size;
	return true;
}

static void write_const(struct dis *d, const struct dis_section *s, const struct constant *c)
{
	const struct asm_type_info *t = &rawbpf_asm_types[c->type];
	const unsigned char *p = s->data + c->offset;
	uint64_t v;

	rawbpf_dis_printf(d, ".const %s, type=%s, value=", c->name, t->name);
	if (c->type == TY_CHAR) {
		rawbpf_dis_quoted(d, (const char *)p);
	} else {
		v = rawbpf_asm_get(p, t->size, d->big_endian);
		if (t->is_signed && v >> (t->size * 8 - 1))
			rawbpf_dis_printf(d, "%lld",
				(long long)(int64_t)(v | ~(UINT64_MAX >> (64 - t->size * 8))));
		else
			rawbpf_dis_printf(d, v < 65536 ? "%llu" : "%#llx", (unsigned long long)v);
	}
	rawbpf_dis_printf(d, "\n");
	add_object(d, c->name, s, c->offset);
}

static int by_offset(const void *x, const void *y)
{
	uint32_t a = ((const struct constant *)x)->offset, b = ((const struct constant *)y)->offset;

	return a < b ? -1 : a > b;
}

/* In order of their offsets; false: something is there that .const cannot say. */
static bool read_consts(struct dis *d, const struct dis_section *s, struct constant *c, uint32_t *n)
{
	const unsigned char *sec = data_section(d, ".rodata", n);
	uint32_t end = 0;

	for (uint32_t i = 0; i < *n; i++)
		if (!read_const(d, sec + 12 + (size_t)i * 12, s, &c[i]))
			return false;
	qsort(c, *n, sizeof(*c), by_offset);
	for (uint32_t i = 0; i < *n; i++)
		if (!lies_naturally(s, &c[i], &end))
			return false;
	return end == s->size;
}

/* All of .rodata or nothing: with one part missing, the others would move. */
void rawbpf_dis_consts(struct dis *d)
{
	const struct dis_section *s = rawbpf_dis_section(d, ".rodata");
	struct constant *c;
	uint32_t n;

	if (!s)
		return;
	data_section(d, ".rodata", &n);
	c = rawbpf_asm_alloc(d->a, (n + 1) * sizeof(*c));
	if (!c)
		return;
	if (!read_consts(d, s, c, &n))
		rawbpf_dis_note(d,
			"section .rodata (%llu bytes): not all of it is integers and strings as "
			".const writes them",
			(unsigned long long)s->size);
	else
		for (uint32_t i = 0; i < n && !d->a->fatal; i++)
			write_const(d, s, &c[i]);
}
