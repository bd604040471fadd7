/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Compilers leave the sizes of data sections and the offsets of global
 * variables in BTF at 0, for a linker to fill in; the kernel refuses that.
 */
#include <elf.h>
#include <errno.h>

#include "describe.h"
#include "mem.h"

enum { VAR_STATIC = 0 };

struct entry {
	uint32_t type, offset, size;
};

static void put_word(const struct rawbpf_btf *btf, unsigned char *p, unsigned i, uint32_t v)
{
	if (btf->swap)
		v = __builtin_bswap32(v);
	memcpy(p + i * sizeof(v), &v, sizeof(v));
}

static int by_offset(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/*
 * A global variable's offset is its symbol's value. A static one's is in place
 * already (compilers write it relative to the section), and its name may not be
 * the only one of its kind.
 */
static uint32_t var_offset(const struct rawbpf_describe *d,
	const struct rawbpf_elf_section *section, const struct entry *e)
{
	const struct rawbpf_elf_symbol *sym;
	struct rawbpf_btf_type var;

	if (rawbpf_btf_get(&d->btf, e->type, &var) || var.kind != RAWBPF_BTF_VAR ||
		rawbpf_btf_word(&d->btf, var.members, 0) == VAR_STATIC)
		return e->offset;
	sym = rawbpf_elf_symbol(d->elf, rawbpf_btf_str(&d->btf, var.name_off));
	if (!sym || &d->elf->sections[sym->section] != section)
		return e->offset;
	return (uint32_t)sym->value;
}

static int fix_datasec(struct rawbpf_describe *d, const struct rawbpf_btf_type *sec)
{
	const struct rawbpf_elf_section *section =
		rawbpf_elf_section(d->elf, rawbpf_btf_str(&d->btf, sec->name_off));
	/* the view points into obj->btf, which is ours to write */
	unsigned char *at = d->obj->btf + (d->btf.types - d->obj->btf) + sec->offset;
	struct entry *list;

	if (!section || section->size > UINT32_MAX)
		return 0; /* externs: their DATASEC is no section of the file */
	put_word(&d->btf, at, 2, (uint32_t)section->size);
	list = calloc(sec->vlen + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	at += 12;
	for (uint32_t i = 0; i < sec->vlen; i++) {
		list[i].type = rawbpf_btf_word(&d->btf, at, 3 * i);
		list[i].offset = rawbpf_btf_word(&d->btf, at, 3 * i + 1);
		list[i].size = rawbpf_btf_word(&d->btf, at, 3 * i + 2);
		list[i].offset = var_offset(d, section, &list[i]);
	}
	qsort(list, sec->vlen, sizeof(*list), by_offset);
	for (uint32_t i = 0; i < sec->vlen; i++) {
		put_word(&d->btf, at, 3 * i, list[i].type);
		put_word(&d->btf, at, 3 * i + 1, list[i].offset);
		put_word(&d->btf, at, 3 * i + 2, list[i].size);
	}
	free(list);
	return 0;
}

/* Broken BTF matters only where maps are described by it. */
static int drop_btf(struct rawbpf_describe *d)
{
	const char *why = d->btf.why ? d->btf.why : "?";

	free(d->obj->btf);
	d->obj->btf = NULL;
	d->obj->btf_len = 0;
	if (rawbpf_elf_section(d->elf, ".maps"))
		return rawbpf_error(
			d->sink, -ENOEXEC, d->obj->path, "section .BTF is broken: %s", why);
	rawbpf_remark(d->sink, RAWBPF_WARNING, d->obj->path,
		"section .BTF is broken and left out: %s", why);
	return 0;
}

int rawbpf_describe_btf(struct rawbpf_describe *d)
{
	const struct rawbpf_elf_section *s = rawbpf_elf_section(d->elf, ".BTF");
	struct rawbpf_btf_type type;
	int rc;

	if (!s || !s->data || s->size > INT32_MAX)
		return 0;
	rc = rawbpf_describe_copy(d, s->size);
	if (rc)
		return rc;
	d->obj->btf = rawbpf_copy(s->data, (size_t)s->size, 1);
	if (!d->obj->btf)
		return -ENOMEM;
	d->obj->btf_len = (uint32_t)s->size;
	rc = rawbpf_btf_open(&d->btf, d->obj->btf, d->obj->btf_len);
	if (!rc)
		rc = rawbpf_btf_index(&d->btf);
	if (rc)
		return rc == -ENOMEM ? rc : drop_btf(d);
	for (uint32_t id = 1; id < d->btf.ntypes && !rc; id++) {
		rc = rawbpf_btf_get(&d->btf, id, &type);
		if (!rc && type.kind == RAWBPF_BTF_DATASEC)
			rc = fix_datasec(d, &type);
	}
	return rc;
}

/*
 * A global function is verified alone, for any arguments; a static one with its callers'.
 * libbpf gave this meaning to the attribute "hidden": such a function counts as static.
 */
int rawbpf_describe_hidden(struct rawbpf_describe *d)
{
	struct rawbpf_obj *obj = d->obj;

	for (size_t i = 0; i < d->elf->nsymbols && obj->btf; i++) {
		const struct rawbpf_elf_symbol *sym = &d->elf->symbols[i];
		const struct rawbpf_prog *f;
		struct rawbpf_btf_type type;
		int64_t number;

		if (sym->type != STT_FUNC || sym->bind == STB_LOCAL || !sym->hidden)
			continue;
		number = rawbpf_describe_func_at(d, sym->section, sym->value / 8);
		if (number < (int64_t)obj->nprogs)
			continue; /* a program stays global */
		f = rawbpf_describe_func(d, (uint32_t)number);
		if (f->nfuncs && !rawbpf_btf_get(&d->btf, f->funcs[0].type_id, &type))
			put_word(&d->btf, obj->btf + (d->btf.types - obj->btf) + type.offset, 1,
				(uint32_t)RAWBPF_BTF_FUNC << 24);
	}
	return 0;
}
