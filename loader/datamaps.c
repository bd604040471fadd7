/* SPDX-License-Identifier: BSD-2-Clause */
/* .rodata, .data, .bss: each that is used becomes an array of one element. */
#include <elf.h>
#include <errno.h>

#include "describe.h"
#include "mem.h"

static bool is_named(const char *name, const char *base)
{
	size_t len = strlen(base);

	return !strncmp(name, base, len) && (!name[len] || name[len] == '.');
}

bool rawbpf_is_data(const struct rawbpf_elf_section *s)
{
	if (!(s->flags & SHF_ALLOC) || (s->type != SHT_PROGBITS && s->type != SHT_NOBITS))
		return false;
	return is_named(s->name, ".rodata") || is_named(s->name, ".data") ||
	       is_named(s->name, ".bss");
}

static int fill(
	struct rawbpf_describe *d, struct rawbpf_map *map, const struct rawbpf_elf_section *s)
{
	int rc;

	map->type = RAWBPF_MAP_TYPE_ARRAY;
	map->key_size = sizeof(uint32_t);
	map->value_size = (uint32_t)s->size;
	map->max_entries = 1;
	map->read_only = is_named(s->name, ".rodata");
	map->map_flags = map->read_only ? RAWBPF_F_RDONLY_PROG : 0;
	if (d->obj->btf)
		map->btf_value_type_id = rawbpf_btf_datasec(&d->btf, s->name);
	if (!s->data)
		return 0;
	rc = rawbpf_describe_copy(d, s->size);
	if (rc)
		return rc;
	map->data = rawbpf_copy(s->data, (size_t)s->size, 1);
	return map->data ? 0 : -ENOMEM;
}

int rawbpf_describe_data_map(struct rawbpf_describe *d, uint32_t section)
{
	const struct rawbpf_elf_section *s = &d->elf->sections[section];
	int found = rawbpf_describe_find_map(d, section, 0);
	struct rawbpf_map *map;

	if (found >= 0)
		return found;
	if (!s->size || s->size > INT32_MAX)
		return rawbpf_error(d->sink, -ENOEXEC, d->obj->path,
			"section %s has a size of %llu bytes: not one that a map can have", s->name,
			(unsigned long long)s->size);
	found = rawbpf_describe_add_map(d, &map, s->name, RAWBPF_MAP_DATA, section, 0);
	if (!found)
		found = fill(d, map, s);
	return found ? found : (int)d->obj->nmaps - 1;
}

/* The symbol is a variable in a data section. */
static bool is_var(const struct rawbpf_describe *d, const struct rawbpf_elf_symbol *sym)
{
	return sym->type == STT_OBJECT && sym->section && sym->section < d->elf->nsections &&
	       rawbpf_is_data(&d->elf->sections[sym->section]);
}

int rawbpf_describe_globals(struct rawbpf_describe *d)
{
	for (size_t i = 0; i < d->elf->nsymbols; i++) {
		const struct rawbpf_elf_symbol *sym = &d->elf->symbols[i];
		int map;

		if (!is_var(d, sym) || sym->bind == STB_LOCAL || !sym->size)
			continue;
		map = rawbpf_describe_data_map(d, sym->section);
		if (map < 0)
			return map;
	}
	return 0;
}

/*
 * The kernel cannot relocate data: a pointer in it would be loaded as 0, or as
 * an offset. Better no program than one that reads from there.
 */
static int refuse_pointers(const struct rawbpf_describe *d, const struct rawbpf_map *map)
{
	const struct rawbpf_elf_section *s = &d->elf->sections[map->section];

	if (!s->nrels)
		return 0;
	return rawbpf_error(d->sink, -ENOTSUP, d->obj->path,
		"%s:%llu: a pointer to \"%s\" in initialised data cannot be loaded: "
		"set it at run time instead",
		s->name, (unsigned long long)s->rels[0].offset,
		d->elf->symbols[s->rels[0].symbol].name);
}

static int add_var(struct rawbpf_describe *d, const struct rawbpf_elf_symbol *sym, int map)
{
	struct rawbpf_obj *obj = d->obj;
	struct rawbpf_var *var;
	uint32_t size = obj->maps[map].value_size;

	if (sym->value > size || sym->size > size - sym->value)
		return rawbpf_error(d->sink, -ENOEXEC, obj->path,
			"variable \"%s\" (%llu bytes at byte %llu) ends after its section %s (%u "
			"bytes)",
			sym->name, (unsigned long long)sym->size, (unsigned long long)sym->value,
			d->elf->sections[sym->section].name, size);
	var = rawbpf_array_more(obj->vars, obj->nvars, sizeof(*var));
	if (!var)
		return -ENOMEM;
	obj->vars = var;
	var += obj->nvars;
	var->name = rawbpf_copy(sym->name, strlen(sym->name), 1);
	if (!var->name)
		return -ENOMEM;
	var->map = (uint32_t)map;
	var->offset = (uint32_t)sym->value;
	var->size = (uint32_t)sym->size;
	obj->nvars++;
	return 0;
}

int rawbpf_describe_vars(struct rawbpf_describe *d)
{
	int rc = 0;

	for (size_t i = 0; i < d->obj->nmaps && !rc; i++) {
		if (d->obj->maps[i].origin == RAWBPF_MAP_DATA)
			rc = refuse_pointers(d, &d->obj->maps[i]);
	}
	for (size_t i = 0; i < d->elf->nsymbols && !rc; i++) {
		const struct rawbpf_elf_symbol *sym = &d->elf->symbols[i];
		int map = is_var(d, sym) ? rawbpf_describe_find_map(d, sym->section, 0) : -1;

		if (map >= 0)
			rc = add_var(d, sym, map);
	}
	return rc;
}
