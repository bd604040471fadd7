/* SPDX-License-Identifier: BSD-2-Clause */
/* Maps of an object: the list, and legacy `maps` sections. */
#include <elf.h>
#include <errno.h>

#include "describe.h"
#include "mem.h"

bool rawbpf_is_legacy_maps(const struct rawbpf_elf_section *s)
{
	return s->type == SHT_PROGBITS &&
	       (!strcmp(s->name, "maps") || !strncmp(s->name, "maps/", 5));
}

bool rawbpf_is_maps(const struct rawbpf_elf_section *s)
{
	return rawbpf_is_legacy_maps(s) || !strcmp(s->name, ".maps");
}

/* A program may use 64; the limit keeps a hostile file from taking minutes. */
#define MAPS_MAX 1024

int rawbpf_describe_add_map(struct rawbpf_describe *d, struct rawbpf_map **out, const char *name,
	enum rawbpf_map_origin origin, uint32_t section, uint64_t offset)
{
	struct rawbpf_obj *obj = d->obj;
	struct rawbpf_map *map;

	if (obj->nmaps >= MAPS_MAX)
		return rawbpf_error(d->sink, -ENOTSUP, obj->path,
			"map \"%s\": an object may have %d maps", name, MAPS_MAX);
	map = rawbpf_array_more(obj->maps, obj->nmaps, sizeof(*map));
	if (!map)
		return -ENOMEM;
	obj->maps = map;
	map += obj->nmaps;
	map->name = rawbpf_copy(name, strlen(name), 1);
	if (!map->name)
		return -ENOMEM;
	map->origin = origin;
	map->section = section;
	map->offset = offset;
	obj->nmaps++;
	*out = map;
	return 0;
}

int rawbpf_describe_find_map(const struct rawbpf_describe *d, uint32_t section, uint64_t offset)
{
	for (size_t i = 0; i < d->obj->nmaps; i++) {
		if (d->obj->maps[i].section == section && d->obj->maps[i].offset == offset)
			return (int)i;
	}
	return -ENOENT;
}

/*
 * struct bpf_map_def is whatever the program's author made of it. All of them
 * begin with these words; shorter ones are filled up with zeroes.
 */
enum { DEF_TYPE, DEF_KEY_SIZE, DEF_VALUE_SIZE, DEF_MAX_ENTRIES, DEF_FLAGS, DEF_WORDS };

static int read_def(
	struct rawbpf_describe *d, struct rawbpf_map *map, const unsigned char *def, size_t size)
{
	uint32_t word[DEF_WORDS] = { 0 };

	memcpy(word, def, size < sizeof(word) ? size : sizeof(word));
	for (unsigned i = 0; i < DEF_WORDS && d->obj->big_endian != RAWBPF_HOST_BIG_ENDIAN; i++)
		word[i] = __builtin_bswap32(word[i]);
	for (size_t i = sizeof(word); i < size; i++) {
		if (def[i])
			return rawbpf_error(d->sink, -ENOTSUP, d->obj->path,
				"map \"%s\": its definition has %zu bytes, and byte %zu is not "
				"zero: rawbpf knows type, key_size, value_size, max_entries, "
				"map_flags",
				map->name, size, i);
	}
	map->type = word[DEF_TYPE];
	map->key_size = word[DEF_KEY_SIZE];
	map->value_size = word[DEF_VALUE_SIZE];
	map->max_entries = word[DEF_MAX_ENTRIES];
	map->map_flags = word[DEF_FLAGS];
	return 0;
}

static int by_value(const void *a, const void *b)
{
	const struct rawbpf_elf_symbol *const *x = a, *const *y = b;

	return (*x)->value < (*y)->value ? -1 : (*x)->value > (*y)->value;
}

/* The map symbols of one section in their order; clang before 8 gives them no type. */
static int map_symbols(struct rawbpf_describe *d, uint32_t section,
	const struct rawbpf_elf_symbol **list, size_t *n)
{
	const struct rawbpf_elf *elf = d->elf;

	*n = 0;
	for (size_t i = 0; i < elf->nsymbols; i++) {
		const struct rawbpf_elf_symbol *s = &elf->symbols[i];

		if (s->section != section || s->type == STT_SECTION)
			continue;
		if (s->bind == STB_LOCAL && s->type == STT_OBJECT)
			return rawbpf_error(d->sink, -ENOTSUP, d->obj->path,
				"map \"%s\" is static; a map must be a global symbol", s->name);
		if (s->bind != STB_LOCAL)
			list[(*n)++] = s;
	}
	qsort(list, *n, sizeof(*list), by_value);
	return 0;
}

static int legacy_section(
	struct rawbpf_describe *d, uint32_t section, const struct rawbpf_elf_symbol **list)
{
	const struct rawbpf_elf_section *s = &d->elf->sections[section];
	size_t n, stride;
	int rc;

	if (!s->size)
		return 0; /* there may be thousands of these, and all symbols are looked at below */
	rc = map_symbols(d, section, list, &n);
	if (rc)
		return rc;
	if (!n || s->size % n)
		return rawbpf_error(d->sink, -ENOEXEC, d->obj->path,
			"section %s: %llu bytes cannot be shared by %zu maps of one size", s->name,
			(unsigned long long)s->size, n);
	stride = (size_t)s->size / n;
	for (size_t i = 0; i < n && !rc; i++) {
		struct rawbpf_map *map;

		if (list[i]->value != i * stride || !stride)
			return rawbpf_error(d->sink, -ENOEXEC, d->obj->path,
				"section %s: map \"%s\" is at byte %llu, but %zu maps of %zu "
				"bytes put it at %zu",
				s->name, list[i]->name, (unsigned long long)list[i]->value, n,
				stride, i * stride);
		rc = rawbpf_describe_add_map(
			d, &map, list[i]->name, RAWBPF_MAP_LEGACY, section, list[i]->value);
		if (!rc)
			rc = read_def(d, map, s->data + list[i]->value, stride);
	}
	return rc;
}

int rawbpf_describe_legacy_maps(struct rawbpf_describe *d)
{
	const struct rawbpf_elf *elf = d->elf;
	const struct rawbpf_elf_symbol **list;
	int rc = 0;

	list = calloc(elf->nsymbols + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	for (uint32_t i = 1; i < elf->nsections && !rc; i++) {
		if (rawbpf_is_legacy_maps(&elf->sections[i]))
			rc = legacy_section(d, i, list);
	}
	free(list);
	return rc;
}
