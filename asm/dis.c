/* SPDX-License-Identifier: BSD-2-Clause */
/* The disassembler's calls, and what its files share: text, notes, names. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "dis_impl.h"

/* ---- text ------------------------------------------------------------------------- */

char *rawbpf_dis_room(struct dis *d, size_t n)
{
	struct asm_bytes *b = &d->out;

	if (b->cap - b->n < n)
		b->p = rawbpf_asm_grow(d->a, b->p, &b->cap, n, 1);
	return b->cap - b->n < n ? NULL : (char *)b->p + b->n;
}

void rawbpf_dis_printf(struct dis *d, const char *fmt, ...)
{
	va_list ap, again;
	char *to;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	to = n < 0 ? NULL : rawbpf_dis_room(d, (size_t)n + 1);
	if (to) {
		vsnprintf(to, (size_t)n + 1, fmt, again);
		d->out.n += (size_t)n;
	}
	va_end(again);
	va_end(ap);
}

void rawbpf_dis_quoted(struct dis *d, const char *text)
{
	char *to = rawbpf_dis_room(d, strlen(text) * 4 + 2);

	if (!to)
		return;
	*to++ = '"';
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\') {
			*to++ = '\\';
			*to++ = (char)c;
		} else if (c == '\n') {
			*to++ = '\\';
			*to++ = 'n';
		} else if (c < ' ' || c >= 0x7f) {
			*to++ = '\\';
			*to++ = 'x';
			*to++ = "0123456789abcdef"[c >> 4];
			*to++ = "0123456789abcdef"[c & 15];
		} else {
			*to++ = (char)c;
		}
	}
	*to++ = '"';
	d->out.n = (size_t)(to - (char *)d->out.p);
}

void rawbpf_dis_note(struct dis *d, const char *fmt, ...)
{
	char text[400], *copy;
	const char **slot;
	va_list ap;

	if (d->nnotes++ >= DIS_MAX_NOTES)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	copy = rawbpf_asm_alloc(d->a, strlen(text) + 1);
	slot = ASM_PUSH(d->a, d->notes);
	if (!copy || !slot)
		return;
	memcpy(copy, text, strlen(text) + 1);
	*slot = copy;
}

/* ---- names ------------------------------------------------------------------------ */

const char *rawbpf_dis_clean(struct dis *d, const char *text, size_t max)
{
	size_t n = strnlen(text, max);
	char *copy = rawbpf_asm_alloc(d->a, n + 1);

	if (!copy)
		return "";
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];

		copy[i] = (c < ' ' && c != '\t') || c == 0x7f ? '?' : (char)c;
	}
	copy[n] = 0;
	return copy;
}

static bool is_identifier(const char *name)
{
	size_t n = 0;

	for (; name[n]; n++)
		if (!isalnum((unsigned char)name[n]) && name[n] != '_')
			return false;
	return n && n <= ASM_MAX_NAME && !isdigit((unsigned char)*name);
}

bool rawbpf_dis_may_name(struct dis *d, const char *name, bool called)
{
	const struct asm_name *n;

	if (!is_identifier(name))
		return false;
	n = rawbpf_asm_name(d->a, name);
	return n && !n->reg && !n->type && !n->kw && !n->value && !(called && n->helper) &&
	       (called || (!n->obj_kind && strcmp(name, "_license") != 0));
}

/* Broken objects have a name twice; the second one needs another. */
bool rawbpf_dis_take_name(struct dis *d, const char *name)
{
	struct asm_name *n;

	if (!rawbpf_dis_may_name(d, name, false))
		return false;
	n = rawbpf_asm_name(d->a, name);
	n->obj_kind = OBJ_VAR;
	return true;
}

const char *rawbpf_dis_object_name(struct dis *d, const char *what, const char *name)
{
	const size_t digits = 10;
	size_t n = strnlen(name, ASM_MAX_NAME - 1 - digits);
	char *copy;

	if (rawbpf_dis_take_name(d, name))
		return name;
	copy = rawbpf_asm_alloc(d->a, n + 2 + digits);
	if (!copy)
		return "";
	copy[0] = '_';
	for (size_t i = 0; i < n; i++)
		copy[i + 1] = isalnum((unsigned char)name[i]) ? name[i] : '_';
	/* The number of notes grows with each name that is changed. */
	if (!rawbpf_dis_take_name(d, copy)) {
		*rawbpf_asm_put_uint(copy + n + 1, (uint32_t)d->nnotes) = 0;
		rawbpf_dis_take_name(d, copy);
	}
	rawbpf_dis_note(d, "the name of %s '%.80s': it becomes '%s'", what, name, copy);
	return copy;
}

/* ---- the whole -------------------------------------------------------------------- */

static bool host_is_big_endian(void)
{
	const uint16_t one = 1;

	return !*(const unsigned char *)&one;
}

/* What the notes say is in the text, too: who gets only the text must know. */
static void head(struct dis *d)
{
	if (d->opts->kernel)
		return;
	rawbpf_dis_printf(d, "# %s-endian: rawbpf asm -E%c\n", d->big_endian ? "big" : "little",
		d->big_endian ? 'B' : 'L');
	if (!d->nnotes)
		return;
	rawbpf_dis_printf(d, "#\n# This does not assemble again as it was:\n");
	for (size_t i = 0; i < d->notes.n; i++)
		rawbpf_dis_printf(d, "# - %s\n", d->notes.v[i]);
	if (d->nnotes > d->notes.n)
		rawbpf_dis_printf(d, "# - and %zu more\n", d->nnotes - d->notes.n);
}

static void say_notes(const struct dis *d)
{
	if (!d->nnotes || d->opts->kernel)
		return;
	rawbpf_remark(
		d->a->sink, RAWBPF_WARNING, d->path, "this does not assemble again as it was");
	for (size_t i = 0; i < d->notes.n; i++)
		rawbpf_remark(d->a->sink, RAWBPF_NOTE, d->path, "%s", d->notes.v[i]);
	if (d->nnotes > d->notes.n)
		rawbpf_remark(
			d->a->sink, RAWBPF_NOTE, d->path, "and %zu more", d->nnotes - d->notes.n);
}

/* The head is known last: the text is put behind it. */
static int finish(struct dis *d, char **text, size_t *len)
{
	struct asm_bytes body = d->out;

	d->out = (struct asm_bytes){ 0 };
	head(d);
	if (rawbpf_dis_room(d, body.n + 1)) {
		memcpy(d->out.p + d->out.n, body.p, body.n);
		d->out.n += body.n;
		d->out.p[d->out.n] = 0;
	}
	free(body.p);
	if (d->a->fatal)
		return d->a->fatal;
	say_notes(d);
	*text = (char *)d->out.p;
	*len = d->out.n;
	d->out.p = NULL;
	return 0;
}

static int not_elf(struct dis *d, const char *data, size_t len)
{
	struct dis_code code = { .name = "prog", .section = "socket" };
	size_t nbytes = 0;
	int rc;

	if (d->opts->endian == RAWBPF_DIS_HOST)
		d->big_endian = host_is_big_endian();
	else
		d->big_endian = d->opts->endian == RAWBPF_DIS_BIG;
	rc = rawbpf_dis_input(d, data, len, &code.bytes, &nbytes);
	if (rc)
		return rc;
	code.nslots = (uint32_t)(nbytes / 8);
	if (!d->opts->kernel)
		rawbpf_dis_printf(d, "# \"socket\" is a guess: the input says no section\n");
	d->label_prefix = "L";
	rawbpf_dis_program(d, &code);
	return 0;
}

static int disassemble(struct dis *d, const char *data, size_t len)
{
	bool elf = len >= 4 && !memcmp(data, "\177ELF", 4);

	rawbpf_asm_decoder_init(&d->decoder);
	if (d->opts->format == RAWBPF_DIS_ELF || (elf && d->opts->format == RAWBPF_DIS_ANY))
		return rawbpf_dis_object(d, data, len);
	return not_elf(d, data, len);
}

static void clear(struct dis *d)
{
	struct asm_ctx *a = d->a;

	rawbpf_dis_free_elf(d);
	free(d->out.p);
	free(d->notes.v);
	free(d->objects.v);
	for (size_t i = 0; a && i < a->srcs.n; i++) {
		free(a->srcs.v[i]->name);
		free(a->srcs.v[i]->text);
		free(a->srcs.v[i]);
	}
	if (a) {
		free(a->srcs.v);
		rawbpf_asm_names_free(a);
	}
	free(a);
}

/* `path` is read, or `data` is given. */
static int run(const char *path, const char *data, size_t data_len, const char *name,
	const struct rawbpf_dis_opts *opts, char **text, size_t *len,
	const struct rawbpf_sink *sink)
{
	static const struct rawbpf_dis_opts defaults;
	static const struct rawbpf_asm_opts asm_opts;
	struct dis d = { .opts = opts ? opts : &defaults, .path = name };
	struct asm_src *src = NULL;
	int rc = -ENOMEM;

	d.a = calloc(1, sizeof(*d.a));
	if (d.a) {
		d.a->opts = &asm_opts;
		d.a->sink = sink;
		rc = rawbpf_asm_names_init(d.a);
	}
	if (!rc && path)
		rc = rawbpf_asm_read(d.a, path, NULL, &src);
	if (!rc)
		rc = src ? disassemble(&d, src->text, src->len) : disassemble(&d, data, data_len);
	if (!rc)
		rc = finish(&d, text, len);
	if (rc == -ENOMEM)
		rawbpf_error(sink, -ENOMEM, name, "out of memory");
	clear(&d);
	return rc;
}

int rawbpf_dis_file(const char *path, const struct rawbpf_dis_opts *opts, char **text, size_t *len,
	const struct rawbpf_sink *sink)
{
	return run(path, NULL, 0, path, opts, text, len, sink);
}

int rawbpf_dis_mem(const void *data, size_t data_len, const char *name,
	const struct rawbpf_dis_opts *opts, char **text, size_t *len,
	const struct rawbpf_sink *sink)
{
	return run(NULL, data, data_len, name, opts, text, len, sink);
}
