/* SPDX-License-Identifier: BSD-2-Clause */
/* A described object, once it is there: look-up, variables, free. */
#include <errno.h>

#include "mem.h"
#include "obj.h"

static void free_prog(struct rawbpf_prog *prog)
{
	free(prog->name);
	free(prog->section);
	free(prog->insns);
	free(prog->relocs);
	free(prog->funcs);
	free(prog->lines);
	free(prog->parts);
}

void rawbpf_obj_free(struct rawbpf_obj *obj)
{
	if (!obj)
		return;
	for (size_t i = 0; i < obj->nmaps; i++) {
		free(obj->maps[i].name);
		free(obj->maps[i].data);
	}
	for (size_t i = 0; i < obj->nprogs; i++)
		free_prog(&obj->progs[i]);
	for (size_t i = 0; i < obj->nsubprogs; i++)
		free_prog(&obj->subprogs[i]);
	for (size_t i = 0; i < obj->nvars; i++)
		free(obj->vars[i].name);
	free(obj->maps);
	free(obj->progs);
	free(obj->subprogs);
	free(obj->vars);
	free(obj->btf);
	free(obj->license);
	free(obj->path);
	free(obj);
}

struct rawbpf_map *rawbpf_obj_map(const struct rawbpf_obj *obj, const char *name)
{
	for (size_t i = 0; i < obj->nmaps; i++) {
		if (!strcmp(obj->maps[i].name, name))
			return &obj->maps[i];
	}
	return NULL;
}

struct rawbpf_var *rawbpf_obj_var(const struct rawbpf_obj *obj, const char *name)
{
	for (size_t i = 0; i < obj->nvars; i++) {
		if (!strcmp(obj->vars[i].name, name))
			return &obj->vars[i];
	}
	return NULL;
}

/* The variable `name`, if it is an integer in the data of its map. */
static int find_integer(
	const struct rawbpf_obj *obj, const char *name, const struct rawbpf_var **out)
{
	const struct rawbpf_var *var = rawbpf_obj_var(obj, name);
	const struct rawbpf_map *map;

	if (!var)
		return -ENOENT;
	if (var->size != 1 && var->size != 2 && var->size != 4 && var->size != 8)
		return -ENOTSUP;
	map = &obj->maps[var->map];
	if (var->size > map->value_size || var->offset > map->value_size - var->size)
		return -EINVAL; /* someone changed the map's size */
	*out = var;
	return 0;
}

/* As an unsigned number, or as a negative one: what is cut off is all 0 or the sign. */
static int fits(uint64_t value, uint32_t size)
{
	uint64_t sign = 1ULL << (size * 8 - 1);

	return size == 8 || value < 2 * sign || value >= -sign;
}

int rawbpf_obj_set(struct rawbpf_obj *obj, const char *name, uint64_t value)
{
	const struct rawbpf_var *var;
	struct rawbpf_map *map;
	int rc = find_integer(obj, name, &var);

	if (rc)
		return rc;
	if (!fits(value, var->size))
		return -ERANGE;
	map = &obj->maps[var->map];
	if (!map->data)
		map->data = calloc(map->value_size, 1);
	if (!map->data)
		return -ENOMEM;
	for (uint32_t i = 0; i < var->size; i++) {
		uint32_t at = obj->big_endian ? var->size - 1 - i : i;

		map->data[var->offset + at] = (unsigned char)(value >> 8 * i);
	}
	return 0;
}

int rawbpf_obj_value(const struct rawbpf_obj *obj, const char *name, uint64_t *value)
{
	const struct rawbpf_var *var;
	int rc = find_integer(obj, name, &var);

	if (rc)
		return rc;
	*value = 0;
	for (uint32_t i = 0; obj->maps[var->map].data && i < var->size; i++) {
		uint32_t at = obj->big_endian ? var->size - 1 - i : i;

		*value |= (uint64_t)obj->maps[var->map].data[var->offset + at] << 8 * i;
	}
	return 0;
}
