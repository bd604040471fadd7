/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * .BTF.ext: which source line, and which function type, belongs to which
 * instruction. Three parts of one shape: a record size, then for each code
 * section its name, a count, and the records, by byte offset in that section.
 */
#include <errno.h>

#include "describe.h"
#include "mem.h"
#include "where.h"

#define EXT_HEADER_LEN 24
#define EXT_HEADER_CORE_LEN 32

/* Where one part lies, and how small its records may be. */
struct part {
	const unsigned char *p;
	uint32_t len, min_record;
	int (*take)(struct rawbpf_describe *d, struct rawbpf_prog *prog, uint32_t slot,
		const unsigned char *record);
};

static int take_func(struct rawbpf_describe *d, struct rawbpf_prog *prog, uint32_t slot,
	const unsigned char *record)
{
	struct rawbpf_func_info *f = rawbpf_array_more(prog->funcs, prog->nfuncs, sizeof(*f));

	if (!f)
		return -ENOMEM;
	prog->funcs = f;
	f[prog->nfuncs].insn_off = slot;
	f[prog->nfuncs++].type_id = rawbpf_btf_word(&d->btf, record, 1);
	return 0;
}

static int take_line(struct rawbpf_describe *d, struct rawbpf_prog *prog, uint32_t slot,
	const unsigned char *record)
{
	struct rawbpf_line_info *l = rawbpf_array_more(prog->lines, prog->nlines, sizeof(*l));

	if (!l)
		return -ENOMEM;
	prog->lines = l;
	l += prog->nlines++;
	l->insn_off = slot;
	l->file_name_off = rawbpf_btf_word(&d->btf, record, 1);
	l->line_off = rawbpf_btf_word(&d->btf, record, 2);
	l->line_col = rawbpf_btf_word(&d->btf, record, 3);
	return 0;
}

static int refuse_core(struct rawbpf_describe *d, struct rawbpf_prog *prog, uint32_t slot,
	const unsigned char *record)
{
	return rawbpf_error_at(d->sink, -ENOTSUP, d->obj, prog, slot,
		"program \"%s\" has CO-RE relocations, which are not supported yet; without them "
		"it would read kernel structs at the wrong offsets",
		prog->name);
}

/* `n` records of one section. */
static int take_records(struct rawbpf_describe *d, const struct part *part, const unsigned char *p,
	uint32_t size, uint32_t n, const char *section)
{
	const struct rawbpf_elf_section *s = n ? rawbpf_elf_section(d->elf, section) : NULL;
	int rc = 0;

	for (uint32_t i = 0; s && i < n && !rc; i++, p += size) {
		uint32_t slot = rawbpf_btf_word(&d->btf, p, 0) / 8;
		struct rawbpf_prog *prog =
			rawbpf_describe_reached_at(d, rawbpf_describe_section(d, s), slot);

		if (prog) /* else: a function that is not loaded */
			rc = part->take(d, prog, slot - prog->section_slot, p);
	}
	return rc;
}

/* 1: broken. */
static int walk(struct rawbpf_describe *d, const struct part *part)
{
	const unsigned char *p = part->p;
	uint32_t left = part->len, size, n;
	int rc = 0;

	if (left < 4)
		return left ? 1 : 0;
	size = rawbpf_btf_word(&d->btf, p, 0);
	if (size < part->min_record || size % 4)
		return 1;
	for (p += 4, left -= 4; left && !rc; left -= size * n, p += (size_t)size * n) {
		const char *section;

		if (left < 8)
			return 1;
		section = rawbpf_btf_str(&d->btf, rawbpf_btf_word(&d->btf, p, 0));
		n = rawbpf_btf_word(&d->btf, p, 1);
		p += 8;
		left -= 8;
		if (n > left / size)
			return 1;
		rc = take_records(d, part, p, size, n, section);
	}
	return rc;
}

/* The part whose offset and length are words `i` and `i + 1` of the header. False: outside. */
static bool find_part(const struct rawbpf_describe *d, const struct rawbpf_elf_section *s,
	uint32_t header, unsigned i, struct part *part)
{
	uint32_t off = rawbpf_btf_word(&d->btf, s->data, i);
	uint64_t left = s->size - header;

	part->len = rawbpf_btf_word(&d->btf, s->data, i + 1);
	if (off > left || part->len > left - off)
		return false;
	part->p = s->data + header + off;
	return true;
}

static int read_ext(struct rawbpf_describe *d, const struct rawbpf_elf_section *s)
{
	struct part parts[] = {
		{ .min_record = 8, .take = take_func },
		{ .min_record = 16, .take = take_line },
		{ .min_record = 16, .take = refuse_core },
	};
	uint32_t header = s->size >= EXT_HEADER_LEN ? rawbpf_btf_word(&d->btf, s->data, 1) : 0;
	uint16_t magic;
	int rc = 0;

	if (header < EXT_HEADER_LEN || header > s->size)
		return 1;
	memcpy(&magic, s->data, sizeof(magic));
	if ((d->btf.swap ? __builtin_bswap16(magic) : magic) != 0xeB9F || s->data[2] != 1)
		return 1;
	for (unsigned i = 0; i < (header < EXT_HEADER_CORE_LEN ? 2 : 3) && !rc; i++) {
		if (!find_part(d, s, header, 2 + 2 * i, &parts[i]))
			return 1;
		rc = walk(d, &parts[i]);
	}
	return rc;
}

/* What the kernel will check too, and would refuse the program for. */
static bool lines_are_good(const struct rawbpf_describe *d, const struct rawbpf_prog *prog)
{
	for (size_t i = 0; i < prog->nlines; i++) {
		const struct rawbpf_line_info *l = &prog->lines[i];

		if (i ? l->insn_off <= l[-1].insn_off : l->insn_off)
			return false;
		if (!prog->insns[l->insn_off].code || l->line_off >= d->btf.strings_len ||
			l->file_name_off >= d->btf.strings_len)
			return false;
	}
	return true;
}

static bool funcs_are_good(const struct rawbpf_describe *d, const struct rawbpf_prog *prog)
{
	for (size_t i = 0; i < prog->nfuncs; i++) {
		const struct rawbpf_func_info *f = &prog->funcs[i];
		struct rawbpf_btf_type type;

		if (i ? f->insn_off <= f[-1].insn_off : f->insn_off)
			return false;
		if (rawbpf_btf_get(&d->btf, f->type_id, &type) || type.kind != RAWBPF_BTF_FUNC)
			return false;
	}
	return true;
}

static void check_prog(struct rawbpf_describe *d, struct rawbpf_prog *prog)
{
	bool lines = lines_are_good(d, prog), funcs = funcs_are_good(d, prog);

	if (!lines || !funcs)
		rawbpf_remark(d->sink, RAWBPF_WARNING, d->obj->path,
			"program \"%s\": its %s in .BTF.ext is broken and left out", prog->name,
			lines ? "func_info" : "line_info");
	if (!lines)
		prog->nlines = 0;
	if (!funcs)
		prog->nfuncs = 0;
}

int rawbpf_describe_btf_ext(struct rawbpf_describe *d)
{
	const struct rawbpf_elf_section *s = rawbpf_elf_section(d->elf, ".BTF.ext");
	int rc;

	if (!d->obj->btf || !s || !s->data)
		return 0;
	rc = read_ext(d, s);
	if (rc == 1)
		rawbpf_remark(d->sink, RAWBPF_WARNING, d->obj->path,
			"section .BTF.ext is broken: source lines may be missing");
	for (size_t i = 0; rc >= 0 && i < d->obj->nprogs; i++)
		check_prog(d, &d->obj->progs[i]);
	for (size_t i = 0; rc >= 0 && i < d->obj->nsubprogs; i++)
		check_prog(d, &d->obj->subprogs[i]);
	return rc < 0 ? rc : 0;
}
