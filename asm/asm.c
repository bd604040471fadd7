/* SPDX-License-Identifier: BSD-2-Clause */
/* From text to ELF bytes: the calls of asm.h. */
#include <stdlib.h>
#include <string.h>

#include "classic_impl.h"
#include "impl.h"

/* ---- architectures -------------------------------------------------------------- */

static const struct arch {
	const char *name;
	bool big_endian;
} arches[] = {
	{ "x86_64", false },
	{ "i386", false },
	{ "arm64", false },
	{ "arm", false },
	{ "riscv64", false },
	{ "riscv32", false },
	{ "loongarch64", false },
	{ "ppc64le", false },
	{ "mipsel", false },
	{ "mips64el", false },
	{ "s390x", true },
	{ "ppc64", true },
	{ "ppc", true },
	{ "mips", true },
	{ "mips64", true },
	{ "sparc64", true },
	{ "m68k", true },
};

const char *rawbpf_asm_host_arch(void)
{
#if defined(__x86_64__)
	return "x86_64";
#elif defined(__i386__)
	return "i386";
#elif defined(__aarch64__)
	return "arm64";
#elif defined(__arm__)
	return "arm";
#elif defined(__riscv) && __riscv_xlen == 64
	return "riscv64";
#elif defined(__riscv)
	return "riscv32";
#elif defined(__s390x__)
	return "s390x";
#elif defined(__loongarch64)
	return "loongarch64";
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
	return "ppc64le";
#elif defined(__powerpc64__)
	return "ppc64";
#elif defined(__mips64) && defined(__MIPSEL__)
	return "mips64el";
#elif defined(__mips64)
	return "mips64";
#elif defined(__mips__) && defined(__MIPSEL__)
	return "mipsel";
#elif defined(__mips__)
	return "mips";
#elif defined(__sparc__)
	return "sparc64";
#else
	return "unknown";
#endif
}

static bool host_is_big_endian(void)
{
	const uint16_t one = 1;

	return !*(const unsigned char *)&one;
}

static int set_arch(struct asm_ctx *a)
{
	const char *words[sizeof(arches) / sizeof(arches[0])];
	const size_t n = sizeof(arches) / sizeof(arches[0]);
	char hint[ASM_SEEN_MAX * 2];

	a->arch = a->opts->arch ? a->opts->arch : rawbpf_asm_host_arch();
	a->big_endian = a->opts->endian == RAWBPF_ASM_BIG;
	if (!a->opts->arch && a->opts->endian == RAWBPF_ASM_HOST_ENDIAN)
		a->big_endian = host_is_big_endian();
	if (!a->opts->arch)
		return 0;
	for (size_t i = 0; i < n; i++) {
		words[i] = arches[i].name;
		if (strcmp(a->arch, arches[i].name))
			continue;
		if (a->opts->endian == RAWBPF_ASM_HOST_ENDIAN)
			a->big_endian = arches[i].big_endian;
		return 0;
	}
	return rawbpf_error(a->sink, -EINVAL, NULL, "no architecture '%s'%s", a->arch,
		rawbpf_asm_suggest_word(a->arch, strlen(a->arch), words, n, hint));
}

bool rawbpf_asm_big_endian(const struct rawbpf_asm_opts *opts)
{
	if (opts && opts->endian != RAWBPF_ASM_HOST_ENDIAN)
		return opts->endian == RAWBPF_ASM_BIG;
	for (size_t i = 0; opts && opts->arch && i < sizeof(arches) / sizeof(arches[0]); i++)
		if (!strcmp(opts->arch, arches[i].name))
			return arches[i].big_endian;
	return host_is_big_endian();
}

/* ---- one run -------------------------------------------------------------------- */

static void clear(struct asm_ctx *a)
{
	for (size_t i = 0; i < a->srcs.n; i++) {
		free(a->srcs.v[i]->name);
		free(a->srcs.v[i]->text);
		free(a->srcs.v[i]);
	}
	for (size_t i = 0; i < a->sections.n; i++) {
		free(a->sections.v[i].insns.v);
		free(a->sections.v[i].lines.v);
		free(a->sections.v[i].funcs.v);
		free(a->sections.v[i].relocs.v);
	}
	free(a->srcs.v);
	free(a->sections.v);
	free(a->maps.v);
	free(a->vars.v);
	free(a->progs.v);
	free(a->labels.v);
	free(a->fixups.v);
	free(a->said.v);
	rawbpf_asm_names_free(a);
}

/* Where a run leaves its result; without `insns` a classic program is refused. */
struct output {
	void **elf;
	size_t *len;
	struct rawbpf_classic_insn **insns;
	size_t *n;
};

static int write_object(struct asm_ctx *a, const struct output *out)
{
	return a->opts->format == RAWBPF_ASM_ELF ? rawbpf_asm_elf(a, out->elf, out->len)
						 : rawbpf_asm_raw(a, out->elf, out->len);
}

static int converted(struct asm_ctx *a, const struct asm_src *src, const struct output *out)
{
	struct rawbpf_classic_insn *insns = NULL;
	size_t n;
	int rc = rawbpf_classic_assemble(a, src, &insns, &n);

	free(insns);
	rawbpf_asm_flush(a);
	return rc ? rc : write_object(a, out);
}

static int classic(struct asm_ctx *a, const struct asm_src *src, const struct output *out)
{
	if (a->opts->to_ebpf)
		return converted(a, src, out);
	if (!out->insns)
		return rawbpf_error(a->sink, -EINVAL, src->name,
			"this is classic BPF, for socket filters and seccomp: it has no object; "
			"'rawbpf asm' gives its numbers, and with --to-ebpf an object");
	return rawbpf_classic_assemble(a, src, out->insns, out->n);
}

static int assemble(struct asm_ctx *a, const struct asm_src *src, const struct output *out)
{
	int rc;

	if (a->opts->classic || (!a->opts->dialect && rawbpf_classic_found(src)))
		return classic(a, src, out);
	if (a->opts->to_ebpf)
		return rawbpf_error(a->sink, -EINVAL, src->name,
			"this is extended BPF already; if it is classic BPF, --classic says so");
	rc = rawbpf_asm_choose_dialect(a, src);
	if (rc)
		return rc;
	a->at = (struct asm_frame){ 0 };
	a->depth = 0;
	rawbpf_asm_push_src(a, src);
	a->tok.kind = T_EOF;
	rawbpf_asm_next(a);
	rawbpf_asm_statements(a);
	if (a->fatal)
		return a->fatal;
	if (a->errors < ASM_MAX_ERRORS)
		rawbpf_asm_check_relocs(a);
	rawbpf_asm_flush(a);
	if (a->failed)
		return -EINVAL;
	if (!a->progs.n && !a->maps.n && !a->vars.n)
		return rawbpf_error(a->sink, -EINVAL, src->name,
			"nothing to assemble: no .prog, .map or .const");
	return write_object(a, out);
}

static int prepare(struct asm_ctx *a)
{
	int rc = set_arch(a);

	if (!rc)
		rc = rawbpf_asm_names_init(a);
	for (size_t i = 0; !rc && i < a->opts->ndefines; i++) {
		a->tok.kind = T_EOF;
		rc = rawbpf_asm_define(a, a->opts->defines[i]);
	}
	return rc;
}

/* `path` or `text` is given. */
static int run(const char *path, const char *text, size_t text_len, const char *name,
	const struct rawbpf_asm_opts *opts, const struct output *out,
	const struct rawbpf_sink *sink)
{
	static const struct rawbpf_asm_opts defaults;
	struct asm_ctx *a = calloc(1, sizeof(*a));
	struct asm_src *src;
	int rc;

	if (!a)
		return rawbpf_error(sink, -ENOMEM, name, "out of memory");
	a->opts = opts ? opts : &defaults;
	a->sink = sink;
	a->dialect = DIALECT_PSEUDOC;
	rc = prepare(a);
	if (!rc)
		rc = path ? rawbpf_asm_read(a, path, NULL, &src)
			  : rawbpf_asm_add_text(a, text, text_len, name, &src);
	if (!rc)
		rc = assemble(a, src, out);
	rawbpf_asm_flush(a);
	if (rc == -ENOMEM)
		rawbpf_error(sink, -ENOMEM, name, "out of memory");
	clear(a);
	free(a);
	return rc;
}

int rawbpf_asm_file(const char *path, const struct rawbpf_asm_opts *opts, void **elf, size_t *len,
	const struct rawbpf_sink *sink)
{
	const struct output out = { elf, len, NULL, NULL };

	return run(path, NULL, 0, path, opts, &out, sink);
}

int rawbpf_asm_text(const char *text, size_t text_len, const char *name,
	const struct rawbpf_asm_opts *opts, void **elf, size_t *len, const struct rawbpf_sink *sink)
{
	const struct output out = { elf, len, NULL, NULL };

	return run(NULL, text, text_len, name, opts, &out, sink);
}

int rawbpf_asm_either_file(const char *path, const struct rawbpf_asm_opts *opts, void **elf,
	size_t *len, struct rawbpf_classic_insn **insns, size_t *n, const struct rawbpf_sink *sink)
{
	const struct output out = { elf, len, insns, n };

	*elf = NULL;
	*insns = NULL;
	return run(path, NULL, 0, path, opts, &out, sink);
}

int rawbpf_asm_either_text(const char *text, size_t text_len, const char *name,
	const struct rawbpf_asm_opts *opts, void **elf, size_t *len,
	struct rawbpf_classic_insn **insns, size_t *n, const struct rawbpf_sink *sink)
{
	const struct output out = { elf, len, insns, n };

	*elf = NULL;
	*insns = NULL;
	return run(NULL, text, text_len, name, opts, &out, sink);
}
