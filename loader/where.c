/* SPDX-License-Identifier: BSD-2-Clause */
#include "btf.h"
#include "where.h"

/* The last record at or before `slot`; they are sorted. */
static const struct rawbpf_line_info *line_at(const struct rawbpf_prog *prog, uint32_t slot)
{
	size_t low = 0, high = prog->nlines;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (prog->lines[mid].insn_off <= slot)
			low = mid + 1;
		else
			high = mid;
	}
	return low ? &prog->lines[low - 1] : NULL;
}

bool rawbpf_where(const struct rawbpf_obj *obj, const struct rawbpf_prog *prog, uint32_t slot,
	struct rawbpf_diag *d)
{
	const struct rawbpf_line_info *info = line_at(prog, slot);
	struct rawbpf_btf btf;
	const char *file, *source;

	if (!info || !obj->btf || rawbpf_btf_open(&btf, obj->btf, obj->btf_len))
		return false;
	file = rawbpf_btf_str(&btf, info->file_name_off);
	source = rawbpf_btf_str(&btf, info->line_off);
	if (!*file || !RAWBPF_LINE_INFO_LINE(info->line_col))
		return false;
	d->file = file;
	d->line = RAWBPF_LINE_INFO_LINE(info->line_col);
	d->col = RAWBPF_LINE_INFO_COL(info->line_col);
	d->source = *source ? source : NULL;
	/* A column behind the end of its line comes from a broken object: not known. */
	if (d->source && d->col > strlen(source) + 1)
		d->col = 0;
	return true;
}

/* In which function's section, and at which slot there. */
static const char *place(
	const struct rawbpf_obj *obj, const struct rawbpf_prog *prog, uint32_t *slot)
{
	for (size_t i = prog->nparts; i--;) {
		const struct rawbpf_part *part = &prog->parts[i];

		if (part->slot > *slot || part->func >= obj->nprogs + obj->nsubprogs)
			continue;
		prog = part->func < obj->nprogs ? &obj->progs[part->func]
						: &obj->subprogs[part->func - obj->nprogs];
		*slot -= part->slot;
		break;
	}
	*slot += prog->section_slot;
	return prog->section;
}

int rawbpf_error_at(const struct rawbpf_sink *sink, int err, const struct rawbpf_obj *obj,
	const struct rawbpf_prog *prog, uint32_t slot, const char *fmt, ...)
{
	struct rawbpf_diag d = { .file = obj->path, .err = err, .kind = RAWBPF_ERROR };
	char text[RAWBPF_DIAG_MAX];
	const char *section;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	d.msg = text;
	if (!rawbpf_where(obj, prog, slot, &d)) {
		section = place(obj, prog, &slot);
		return rawbpf_error(sink, err, obj->path, "%s:%u: %s", section, slot, text);
	}
	if (sink && sink->say)
		sink->say(sink->arg, &d);
	return err;
}
