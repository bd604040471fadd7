/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Section `.maps`: each map is a struct variable whose members' *types* carry
 * the settings. A number n is a pointer to an array of n elements, a type is a
 * pointer to it, and numbers above 32 bits are an enum with one value.
 */
#include <errno.h>

#include "describe.h"
#include "mem.h"

enum { VAR_STATIC = 0 };

struct reader {
	struct rawbpf_describe *d;
	struct rawbpf_map *map;
	const char *field;
};

#define BAD(r, ...) bad(r, -ENOEXEC, __VA_ARGS__)

__attribute__((format(printf, 3, 4))) static int bad(
	const struct reader *r, int err, const char *fmt, ...)
{
	char text[RAWBPF_DIAG_MAX / 2];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return rawbpf_error(r->d->sink, err, r->d->obj->path, "map \"%s\", field \"%s\": %s",
		r->map->name, r->field, text);
}

/* The one value of an enum (`__ulong` of recent headers). */
static int enum_value(const struct rawbpf_btf *btf, const struct rawbpf_btf_type *type, uint64_t *v)
{
	if (type->vlen != 1)
		return -EINVAL;
	*v = rawbpf_btf_word(btf, type->members, 1);
	if (type->kind == RAWBPF_BTF_ENUM64)
		*v |= (uint64_t)rawbpf_btf_word(btf, type->members, 2) << 32;
	return 0;
}

static int field_number(const struct reader *r, uint32_t id, uint64_t *v)
{
	const struct rawbpf_btf *btf = &r->d->btf;
	struct rawbpf_btf_type type;

	if (rawbpf_btf_strip(btf, &id, &type))
		return BAD(r, "its type is missing or goes in a circle");
	if ((type.kind == RAWBPF_BTF_ENUM || type.kind == RAWBPF_BTF_ENUM64) &&
		!enum_value(btf, &type, v))
		return 0;
	if (type.kind == RAWBPF_BTF_PTR) {
		id = type.size;
		if (!rawbpf_btf_strip(btf, &id, &type) && type.kind == RAWBPF_BTF_ARRAY) {
			*v = rawbpf_btf_word(btf, type.members, 2);
			return 0;
		}
	}
	return BAD(r, "wanted a number, as __uint(%s, ...) makes it", r->field);
}

static int field_u32(const struct reader *r, uint32_t id, uint32_t *out)
{
	uint64_t v;
	int rc = field_number(r, id, &v);

	if (!rc && v > UINT32_MAX)
		return BAD(r, "%llu is above 32 bits", (unsigned long long)v);
	if (!rc)
		*out = (uint32_t)v;
	return rc;
}

/* __uint(key_size, n), which must agree with the type if that came first. */
static int field_size(const struct reader *r, uint32_t id, uint32_t *out)
{
	uint32_t size = 0;
	int rc = field_u32(r, id, &size);

	if (!rc && *out && *out != size)
		return BAD(r, "%u bytes, but the type has %u", size, *out);
	if (!rc)
		*out = size;
	return rc;
}

/* __type(key, T) */
static int field_type(const struct reader *r, uint32_t id, uint32_t *type_id, uint32_t *size)
{
	const struct rawbpf_btf *btf = &r->d->btf;
	struct rawbpf_btf_type type;
	uint32_t is;

	if (rawbpf_btf_strip(btf, &id, &type) || type.kind != RAWBPF_BTF_PTR)
		return BAD(r, "wanted a type, as __type(%s, ...) makes it", r->field);
	if (rawbpf_btf_sizeof(btf, type.size, &is))
		return BAD(r, "its type has no size");
	if (*size && *size != is)
		return BAD(r, "the type has %u bytes, but %s_size says %u", is, r->field, *size);
	*type_id = type.size;
	*size = is;
	return 0;
}

static int read_field(const struct reader *r, uint32_t id)
{
	struct rawbpf_map *map = r->map;
	const struct {
		const char *name;
		uint32_t *to;
	} numbers[] = {
		{ "type", &map->type },
		{ "max_entries", &map->max_entries },
		{ "map_flags", &map->map_flags },
		{ "numa_node", &map->numa_node },
		{ "pinning", &map->pinning },
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (!strcmp(r->field, numbers[i].name))
			return field_u32(r, id, numbers[i].to);
	}
	if (!strcmp(r->field, "key_size"))
		return field_size(r, id, &map->key_size);
	if (!strcmp(r->field, "value_size"))
		return field_size(r, id, &map->value_size);
	if (!strcmp(r->field, "key"))
		return field_type(r, id, &map->btf_key_type_id, &map->key_size);
	if (!strcmp(r->field, "value"))
		return field_type(r, id, &map->btf_value_type_id, &map->value_size);
	if (!strcmp(r->field, "map_extra"))
		return field_number(r, id, &map->map_extra);
	if (!strcmp(r->field, "values"))
		return bad(r, -ENOTSUP,
			"maps of maps and filled program arrays are not supported "
			"yet");
	return bad(r, -ENOTSUP,
		"no such field; known are type, max_entries, map_flags, numa_node, "
		"key_size, key, value_size, value, pinning, map_extra");
}

static int read_map(struct rawbpf_describe *d, struct rawbpf_map *map, uint32_t type_id)
{
	struct reader r = { .d = d, .map = map, .field = "(all)" };
	struct rawbpf_btf_type type;
	int rc = 0;

	if (rawbpf_btf_strip(&d->btf, &type_id, &type) || type.kind != RAWBPF_BTF_STRUCT)
		return BAD(&r, "a map in .maps is described by a struct");
	for (uint32_t i = 0; i < type.vlen && !rc; i++) {
		const unsigned char *member = type.members + (size_t)i * RAWBPF_BTF_MEMBER_SIZE;

		r.field = rawbpf_btf_str(&d->btf, rawbpf_btf_word(&d->btf, member, 0));
		rc = read_field(&r, rawbpf_btf_word(&d->btf, member, 1));
	}
	r.field = "type";
	if (!rc && !map->type)
		return BAD(&r, "it is missing, or 0");
	return rc;
}

/* One entry of the DATASEC. */
static int read_var(struct rawbpf_describe *d, uint32_t id, uint32_t section)
{
	const struct rawbpf_elf_symbol *sym;
	struct rawbpf_btf_type var;
	struct rawbpf_map *map;
	const char *name;
	int rc;

	if (rawbpf_btf_get(&d->btf, id, &var) || var.kind != RAWBPF_BTF_VAR)
		return rawbpf_error(d->sink, -ENOEXEC, d->obj->path,
			"section .BTF: type %u in .maps is not a variable", id);
	name = rawbpf_btf_str(&d->btf, var.name_off);
	sym = rawbpf_elf_symbol(d->elf, name);
	if (rawbpf_btf_word(&d->btf, var.members, 0) == VAR_STATIC)
		return rawbpf_error(d->sink, -ENOTSUP, d->obj->path,
			"map \"%s\" is static; a map must be a global symbol", name);
	if (!sym || sym->section != section)
		return rawbpf_error(d->sink, -ENOEXEC, d->obj->path,
			"map \"%s\" is in BTF, but no symbol of that name is in section .maps",
			name);
	if (rawbpf_describe_find_map(d, section, sym->value) >= 0)
		return rawbpf_error(d->sink, -ENOEXEC, d->obj->path,
			"map \"%s\" lies where another map is (.maps, byte %llu)", name,
			(unsigned long long)sym->value);
	rc = rawbpf_describe_add_map(d, &map, name, RAWBPF_MAP_BTF, section, sym->value);
	return rc ? rc : read_map(d, map, var.size);
}

int rawbpf_describe_btf_maps(struct rawbpf_describe *d)
{
	const struct rawbpf_elf_section *s = rawbpf_elf_section(d->elf, ".maps");
	struct rawbpf_btf_type sec;
	uint32_t id, section;
	int rc = 0;

	if (!s || !s->size)
		return 0;
	id = d->obj->btf ? rawbpf_btf_datasec(&d->btf, ".maps") : 0;
	if (!id)
		return rawbpf_error(d->sink, -ENOEXEC, d->obj->path,
			"section .maps is described by BTF, and there is none: compile with -g");
	section = rawbpf_describe_section(d, s);
	rc = rawbpf_btf_get(&d->btf, id, &sec);
	for (uint32_t i = 0; i < sec.vlen && !rc; i++)
		rc = read_var(d, rawbpf_btf_word(&d->btf, sec.members, 3 * i), section);
	return rc;
}
