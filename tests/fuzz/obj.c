/* SPDX-License-Identifier: BSD-2-Clause */
/* The loader's reader of objects: whatever it describes is there, to the last byte. */
#include "fuzz.h"
#include "../../loader/btf.h"
#include "../../loader/obj.h"

static void touch_text(const char *text)
{
	fuzz_touch(text, strlen(text));
}

static void touch_prog(const struct rawbpf_obj *obj, const struct rawbpf_prog *prog)
{
	touch_text(prog->name);
	touch_text(prog->section);
	FUZZ_CHECK(prog->ninsns, "%s has no instructions", prog->name);
	fuzz_touch(prog->insns, prog->ninsns * sizeof(*prog->insns));
	fuzz_touch(prog->funcs, prog->nfuncs * sizeof(*prog->funcs));
	fuzz_touch(prog->lines, prog->nlines * sizeof(*prog->lines));
	for (size_t i = 0; i < prog->nfuncs; i++)
		FUZZ_CHECK(prog->funcs[i].insn_off < prog->ninsns, "func_info %zu", i);
	for (size_t i = 0; i < prog->nlines; i++)
		FUZZ_CHECK(prog->lines[i].insn_off < prog->ninsns, "line_info %zu", i);
	for (size_t i = 0; i < prog->nrelocs; i++) {
		FUZZ_CHECK(prog->relocs[i].slot < prog->ninsns, "relocation %zu", i);
		FUZZ_CHECK(prog->relocs[i].map < obj->nmaps, "relocation %zu", i);
	}
}

static void touch_var(struct rawbpf_obj *obj, const struct rawbpf_var *var)
{
	const struct rawbpf_map *map = &obj->maps[var->map];
	uint64_t value = 0, again = 1;

	FUZZ_CHECK(var->map < obj->nmaps, "map %u", var->map);
	FUZZ_CHECK(var->offset <= map->value_size && var->size <= map->value_size - var->offset,
		"%s lies outside its map", var->name);
	if (rawbpf_obj_value(obj, var->name, &value) < 0)
		return;
	FUZZ_CHECK(rawbpf_obj_set(obj, var->name, value) >= 0 &&
			   rawbpf_obj_value(obj, var->name, &again) >= 0 && value == again,
		"%s is %llx and becomes %llx", var->name, (unsigned long long)value,
		(unsigned long long)again);
	rawbpf_obj_set(obj, var->name, ~value);
	rawbpf_obj_set(obj, var->name, 0);
}

static void touch(struct rawbpf_obj *obj)
{
	touch_text(obj->path);
	touch_text(obj->license);
	fuzz_touch(obj->btf, obj->btf ? obj->btf_len : 0);
	for (size_t i = 0; i < obj->nmaps; i++) {
		struct rawbpf_map *map = &obj->maps[i];

		touch_text(map->name);
		FUZZ_CHECK(rawbpf_obj_map(obj, map->name), "%s is not found", map->name);
		if (map->data)
			fuzz_touch(map->data, map->value_size);
	}
	for (size_t i = 0; i < obj->nprogs; i++)
		touch_prog(obj, &obj->progs[i]);
	for (size_t i = 0; i < obj->nvars; i++)
		touch_var(obj, &obj->vars[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_said said = { 0 };
	const struct rawbpf_sink sink = { fuzz_hear, &said };
	struct rawbpf_obj *obj = NULL;
	int rc = rawbpf_obj_read_mem(&obj, data, size, "fuzz.o", &sink);

	FUZZ_CHECK(!rc == !said.n[RAWBPF_ERROR], "%d after %u errors", rc, said.n[RAWBPF_ERROR]);
	if (rc)
		return 0;
	touch(obj);
	rawbpf_obj_free(obj);
	return 0;
}
