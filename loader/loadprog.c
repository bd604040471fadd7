/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>

#include "../syscall/sys.h"
#include "attach.h"
#include "load.h"
#include "mem.h"
#include "verifier_log.h"

#define LOG_FIRST (64U << 10)
#define LOG_MAX_OLD (UINT32_MAX >> 8) /* kernels before 5.2 */
#define LOG_MAX (UINT32_MAX >> 2)

struct attempt {
	struct rawbpf_loader *l;
	const struct rawbpf_prog *prog;
	struct rawbpf_insn *insns; /* patched copy */
	struct rawbpf_attr_prog_load attr;
	char *log; /* NUL-terminated; NULL before the first */
};

/* The described object stays as it is, so that it can be loaded again. */
static int patch(struct attempt *a)
{
	const struct rawbpf_prog *prog = a->prog;

	a->insns = rawbpf_copy(prog->insns, prog->ninsns, sizeof(*prog->insns));
	if (!a->insns)
		return -ENOMEM;
	for (size_t i = 0; i < prog->nrelocs; i++) {
		const struct rawbpf_reloc *r = &prog->relocs[i];
		struct rawbpf_insn *insn = &a->insns[r->slot];
		bool value = r->kind == RAWBPF_RELOC_MAP_VALUE;

		if (r->slot + 1 >= prog->ninsns || r->map >= a->l->obj->nmaps)
			return -EINVAL; /* someone changed the described object */
		rawbpf_insn_set_src(insn, value ? RAWBPF_PSEUDO_MAP_VALUE : RAWBPF_PSEUDO_MAP_FD);
		insn[0].imm = a->l->loaded->map_fds[r->map];
		insn[1].imm = value ? (int32_t)r->offset : 0;
	}
	return 0;
}

static void add_btf(struct attempt *a)
{
	const struct rawbpf_prog *prog = a->prog;

	if (a->l->loaded->btf_fd < 0 || a->l->no_prog_btf || !(prog->nfuncs || prog->nlines))
		return;
	a->attr.prog_btf_fd = (uint32_t)a->l->loaded->btf_fd;
	if (prog->nfuncs) {
		a->attr.func_info_rec_size = sizeof(*prog->funcs);
		a->attr.func_info = rawbpf_ptr(prog->funcs);
		a->attr.func_info_cnt = (uint32_t)prog->nfuncs;
	}
	if (prog->nlines) {
		a->attr.line_info_rec_size = sizeof(*prog->lines);
		a->attr.line_info = rawbpf_ptr(prog->lines);
		a->attr.line_info_cnt = (uint32_t)prog->nlines;
	}
}

static void drop_btf(struct attempt *a)
{
	a->attr.prog_btf_fd = 0;
	a->attr.func_info_rec_size = a->attr.line_info_rec_size = 0;
	a->attr.func_info_cnt = a->attr.line_info_cnt = 0;
	a->attr.func_info = a->attr.line_info = 0;
}

static void fill_attr(struct attempt *a)
{
	const struct rawbpf_prog *prog = a->prog;
	struct rawbpf_attr_prog_load *attr = &a->attr;

	attr->prog_type = prog->type;
	attr->expected_attach_type = prog->expected_attach_type;
	attr->insn_cnt = prog->ninsns;
	attr->insns = rawbpf_ptr(a->insns);
	attr->license = rawbpf_ptr(a->l->obj->license);
	if (prog->type == RAWBPF_PROG_TYPE_KPROBE)
		attr->kern_version = a->l->obj->kern_version;
	if (prog->sleepable)
		attr->prog_flags |= RAWBPF_F_SLEEPABLE;
	if (prog->xdp_frags)
		attr->prog_flags |= RAWBPF_F_XDP_HAS_FRAGS;
	if (!a->l->no_names)
		rawbpf_load_name(attr->prog_name, prog->name);
	add_btf(a);
}

/* One call with a log of `size` bytes. */
static int load_logging(struct attempt *a, uint32_t size)
{
	char *more = realloc(a->log, (size_t)size + 1);
	int rc;

	if (!more)
		return -ENOMEM;
	a->log = more;
	a->log[0] = 0;
	a->attr.log_level = a->l->opts->log_level ? a->l->opts->log_level : 1;
	a->attr.log_buf = rawbpf_ptr(a->log);
	a->attr.log_size = size;
	rc = rawbpf_prog_load(&a->attr);
	a->log[size] = 0;
	a->attr.log_level = a->attr.log_size = 0;
	a->attr.log_buf = 0;
	return rc;
}

static uint32_t next_log_size(uint32_t size)
{
	if (size < LOG_MAX_OLD)
		return size * 2 > LOG_MAX_OLD ? LOG_MAX_OLD : size * 2;
	return size > LOG_MAX / 2 ? LOG_MAX : size * 2;
}

/*
 * Of a refused program only the reason counts, unless the caller wants it all.
 * Kernels from 6.4 on keep the end of a log that does not fit, which is where
 * the reason stands; older ones keep its beginning, so the buffer must grow.
 */
static bool has_the_end(const struct attempt *a)
{
	size_t len = strlen(a->log);
	const char *tail = a->log + (len > 512 ? len - 512 : 0);

	return strstr(tail, "\nprocessed ");
}

/* `refused`: it was, without a log; now the log is what we want. */
static int load_with_log(struct attempt *a, bool refused)
{
	for (uint32_t size = LOG_FIRST;; size = next_log_size(size)) {
		int rc = load_logging(a, size);

		/* this kernel takes no log of that size: the beginning of it must do */
		if (rc == -EINVAL && size > LOG_MAX_OLD && !a->log[0])
			return load_logging(a, LOG_MAX_OLD);
		if (rc != -ENOSPC || size >= LOG_MAX ||
			(refused && !a->l->opts->log && has_the_end(a)))
			return rc;
	}
}

/*
 * Refused before the verifier looked at it, or for its BTF: the next simpler
 * form. False when there is none.
 */
static bool fall_back(struct attempt *a, int rc)
{
	bool btf = a->attr.prog_btf_fd;

	if (rc == -EINVAL && a->prog->type == RAWBPF_PROG_TYPE_KPROBE) {
		int version = rawbpf_kernel_version();

		if (version > 0 && version < 5 << 16 && a->attr.kern_version != (uint32_t)version) {
			a->attr.kern_version = (uint32_t)version;
			return true;
		}
	}
	if (btf && (rc == -E2BIG || rc == -EINVAL)) {
		drop_btf(a);
		a->l->no_prog_btf |= rc == -E2BIG;
		if (a->l->opts->verbose)
			rawbpf_remark(a->l->sink, RAWBPF_NOTE, a->l->obj->path,
				"program \"%s\": loaded without func_info and line_info, which "
				"this kernel refuses",
				a->prog->name);
		return true;
	}
	if (rc == -E2BIG && a->attr.prog_name[0]) {
		memset(a->attr.prog_name, 0, sizeof(a->attr.prog_name));
		a->l->no_names = true;
		return true;
	}
	return false;
}

/* The verifier's complaint is about the debug information, not about the program. */
static bool blames_btf(const struct attempt *a)
{
	return a->attr.prog_btf_fd &&
	       (strstr(a->log, "func_info") || strstr(a->log, "line_info")) &&
	       strlen(a->log) < 1024;
}

/*
 * Returns the fd, or what the kernel said to the call without a log: with one,
 * ENOSPC may hide it.
 */
static int try_to_load(struct attempt *a)
{
	const bool logs = a->l->opts->log_level;

	for (;;) {
		int rc = logs ? load_with_log(a, false) : rawbpf_prog_load(&a->attr);
		int again;

		if (rc >= 0)
			return rc;
		if (rawbpf_load_raise_memlock(a->l, rc))
			continue;
		again = logs ? rc : load_with_log(a, true);
		if (again >= 0)
			return again;
		if (a->log && a->log[0] && !blames_btf(a))
			return rc;
		if (!fall_back(a, rc))
			return rc;
	}
}

/* No verifier log: the call itself was refused. */
static int refuse(const struct attempt *a, int rc)
{
	const struct rawbpf_prog *prog = a->prog;
	const char *hint = "";
	char why[512];

	if (rc == -EINVAL)
		hint = "; this kernel may not know programs of this kind";
	else if (rc == -E2BIG)
		hint = "; a program may have 4096 instructions (a million from Linux 5.2 on, with "
		       "CAP_BPF)";
	else if (rc == -EAGAIN)
		hint = "; signals kept interrupting the verifier";
	return rawbpf_error(a->l->sink, rc, a->l->obj->path,
		"program \"%s\" (section \"%s\", %u instructions): the kernel refuses to load it: "
		"%s%s",
		prog->name, prog->section, prog->ninsns, rawbpf_load_why(rc, why, sizeof(why)),
		hint);
}

int rawbpf_load_prog(struct rawbpf_loader *l, size_t i)
{
	struct attempt a = { .l = l, .prog = &l->obj->progs[i] };
	int rc = patch(&a);

	if (!rc) {
		fill_attr(&a);
		rc = try_to_load(&a);
		if (l->opts->log && a.log && a.log[0])
			l->opts->log(l->opts->log_arg, a.prog->name, a.log);
		if (rc >= 0)
			l->loaded->prog_fds[i] = rc;
		else if (a.log && a.log[0])
			rawbpf_verifier_explain(l->sink, rc, l->obj, a.prog, a.log);
		else
			refuse(&a, rc);
	} else {
		rawbpf_error(l->sink, rc, l->obj->path, "program \"%s\": %s", a.prog->name,
			strerror(-rc));
	}
	free(a.log);
	free(a.insns);
	return rc < 0 ? rc : 0;
}
