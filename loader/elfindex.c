/* SPDX-License-Identifier: BSD-2-Clause */
/* Sections and symbols by name: sorted once, so that no file makes us search for long. */
#include <elf.h>
#include <errno.h>

#include "elfread.h"
#include "mem.h"

static int by_name(const void *a, const void *b)
{
	const struct rawbpf_elf_symbol *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static int index_symbols(struct rawbpf_elf *out, const struct rawbpf_sink *sink)
{
	size_t n = 0;

	out->by_name = calloc(out->nsymbols ? out->nsymbols : 1, sizeof(*out->by_name));
	if (!out->by_name)
		return -ENOMEM;
	for (size_t i = 0; i < out->nsymbols; i++) {
		const struct rawbpf_elf_symbol *s = &out->symbols[i];

		if (s->bind != STB_LOCAL && s->section && s->section < out->nsections)
			out->by_name[n++] = s;
	}
	out->nby_name = n;
	qsort(out->by_name, n, sizeof(*out->by_name), by_name);
	for (size_t i = 1; i < n; i++) {
		const struct rawbpf_elf_symbol *a = out->by_name[i - 1], *b = out->by_name[i];

		if (!strcmp(a->name, b->name))
			return rawbpf_error(sink, -ENOEXEC, out->path,
				"symbol \"%s\" is defined twice: in section %s and in %s", a->name,
				out->sections[a->section].name, out->sections[b->section].name);
	}
	return 0;
}

static int by_section_name(const void *a, const void *b)
{
	const struct rawbpf_elf_section *x = *(const struct rawbpf_elf_section *const *)a;
	const struct rawbpf_elf_section *y = *(const struct rawbpf_elf_section *const *)b;
	int order = strcmp(x->name, y->name);

	return order ? order : x < y ? -1 : x > y;
}

/* Of sections with one name only the first is found by it. */
static int index_sections(struct rawbpf_elf *out)
{
	size_t n = 0;

	out->section_names = calloc(out->nsections, sizeof(*out->section_names));
	if (!out->section_names)
		return -ENOMEM;
	for (size_t i = 0; i < out->nsections; i++)
		out->section_names[i] = &out->sections[i];
	qsort(out->section_names, out->nsections, sizeof(*out->section_names), by_section_name);
	for (size_t i = 0; i < out->nsections; i++) {
		if (!n || strcmp(out->section_names[n - 1]->name, out->section_names[i]->name))
			out->section_names[n++] = out->section_names[i];
	}
	out->nsection_names = n;
	return 0;
}

int rawbpf_elf_index(struct rawbpf_elf *elf, const struct rawbpf_sink *sink)
{
	int rc = index_sections(elf);

	return rc ? rc : index_symbols(elf, sink);
}

const struct rawbpf_elf_section *rawbpf_elf_section(const struct rawbpf_elf *elf, const char *name)
{
	size_t low = 0, high = elf->nsection_names;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = strcmp(elf->section_names[mid]->name, name);

		if (!order)
			return elf->section_names[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

const struct rawbpf_elf_symbol *rawbpf_elf_symbol(const struct rawbpf_elf *elf, const char *name)
{
	const struct rawbpf_elf_symbol key = { .name = name }, *k = &key, *const * found;

	if (!elf->nby_name)
		return NULL;
	found = bsearch(&k, elf->by_name, elf->nby_name, sizeof(*elf->by_name), by_name);
	return found ? *found : NULL;
}
