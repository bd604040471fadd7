/* SPDX-License-Identifier: BSD-2-Clause */
/* From struct rawbpf_obj to fds. */
#include <errno.h>

#include "../syscall/sys.h"
#include "attach.h"
#include "load.h"
#include "mem.h"
#include "why.h"

bool rawbpf_load_raise_memlock(struct rawbpf_loader *l, int rc)
{
	if (rc != -EPERM || l->memlock_tried)
		return false;
	l->memlock_tried = true;
	return rawbpf_sys_unlimit_memlock() >= 0;
}

void rawbpf_load_name(char out[RAWBPF_OBJ_NAME_LEN], const char *name)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789_.";
	size_t i;

	for (i = 0; i < RAWBPF_OBJ_NAME_LEN - 1 && name[i]; i++)
		out[i] = strchr(good, name[i]) ? name[i] : '_';
	memset(out + i, 0, RAWBPF_OBJ_NAME_LEN - i);
}

const char *rawbpf_load_why(int rc, char *buf, size_t len)
{
	char name[16], eperm[384];

	if ((rc == -EPERM || rc == -EACCES) && rawbpf_why_eperm(eperm, sizeof(eperm)) > 0)
		snprintf(buf, len, "%s: %s", rawbpf_why_name(rc, name, sizeof(name)), eperm);
	else
		snprintf(buf, len, "%s (%s)", rawbpf_why_name(rc, name, sizeof(name)),
			rc == -524 ? "not supported by this kernel" : strerror(-rc));
	return buf;
}

/* What can be known to fail without asking the kernel. */
static int check_prog(const struct rawbpf_loader *l, const struct rawbpf_prog *prog)
{
	const struct rawbpf_section_kind *kind = rawbpf_section_kind(prog->section);
	const char *path = l->obj->path, *guess = rawbpf_section_guess(prog->section);

	if (!prog->type && guess)
		return rawbpf_error(l->sink, -ENOTSUP, path,
			"section \"%s\" of program \"%s\" names no program type; did you mean "
			"\"%s\"?",
			prog->section, prog->name, guess);
	if (!prog->type)
		return rawbpf_error(l->sink, -ENOTSUP, path,
			"section \"%s\" of program \"%s\" names no program type", prog->section,
			prog->name);
	if (kind && kind->needs_btf_id && prog->type == kind->prog_type)
		return rawbpf_error(l->sink, -ENOTSUP, path,
			"program \"%s\": section kind \"%s\" needs the BTF id of what it attaches "
			"to, which is not supported yet",
			prog->name, kind->prefix);
	return 0;
}

static int check(const struct rawbpf_loader *l)
{
	const struct rawbpf_obj *obj = l->obj;
	int rc = 0;

	if (obj->big_endian != RAWBPF_HOST_BIG_ENDIAN)
		return rawbpf_error(l->sink, -ENOTSUP, obj->path,
			"the object is %s-endian, this machine is not: compile with -target %s",
			obj->big_endian ? "big" : "little", obj->big_endian ? "bpfel" : "bpfeb");
	for (size_t i = 0; i < obj->nprogs && !rc; i++) {
		if (obj->progs[i].autoload)
			rc = check_prog(l, &obj->progs[i]);
	}
	return rc;
}

/* BTF is of use, never needed: an old kernel may not know a kind that a new compiler wrote. */
static void load_btf(struct rawbpf_loader *l)
{
	struct rawbpf_attr_btf_load attr;
	char why[512];
	int rc;

	if (!l->obj->btf)
		return;
	do {
		memset(&attr, 0, sizeof(attr));
		attr.btf = rawbpf_ptr(l->obj->btf);
		attr.btf_size = l->obj->btf_len;
		rc = rawbpf_btf_load(&attr);
	} while (rawbpf_load_raise_memlock(l, rc));
	if (rc >= 0)
		l->loaded->btf_fd = rc;
	else if (l->opts->verbose)
		rawbpf_remark(l->sink, RAWBPF_NOTE, l->obj->path,
			"loaded without BTF, as the kernel refuses it: %s",
			rawbpf_load_why(rc, why, sizeof(why)));
}

static int load_all(struct rawbpf_loader *l)
{
	int rc = check(l);

	if (rc)
		return rc;
	load_btf(l);
	for (size_t i = 0; i < l->obj->nmaps && !rc; i++)
		rc = rawbpf_load_map(l, i);
	for (size_t i = 0; i < l->obj->nprogs && !rc; i++) {
		if (l->obj->progs[i].autoload)
			rc = rawbpf_load_prog(l, i);
	}
	return rc;
}

static struct rawbpf_loaded *new_loaded(const struct rawbpf_obj *obj)
{
	struct rawbpf_loaded *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->obj = obj;
	l->btf_fd = -1;
	l->map_fds = calloc(obj->nmaps + 1, sizeof(*l->map_fds));
	l->prog_fds = calloc(obj->nprogs + 1, sizeof(*l->prog_fds));
	for (size_t i = 0; l->map_fds && i < obj->nmaps; i++)
		l->map_fds[i] = -1;
	for (size_t i = 0; l->prog_fds && i < obj->nprogs; i++)
		l->prog_fds[i] = -1;
	if (l->map_fds && l->prog_fds)
		return l;
	free(l->map_fds);
	free(l->prog_fds);
	free(l);
	return NULL;
}

int rawbpf_obj_load(struct rawbpf_loaded **out, const struct rawbpf_obj *obj,
	const struct rawbpf_load_opts *opts, const struct rawbpf_sink *sink)
{
	static const struct rawbpf_load_opts defaults;
	struct rawbpf_loader l = {
		.obj = obj, .opts = opts ? opts : &defaults, .sink = sink, .loaded = new_loaded(obj)
	};
	int rc;

	*out = NULL;
	rc = l.loaded ? load_all(&l) : -ENOMEM;
	if (rc == -ENOMEM && !l.loaded)
		rawbpf_error(sink, rc, obj->path, "out of memory");
	if (rc < 0)
		rawbpf_loaded_free(l.loaded);
	else
		*out = l.loaded;
	return rc;
}

void rawbpf_loaded_free(struct rawbpf_loaded *loaded)
{
	if (!loaded)
		return;
	for (size_t i = 0; i < loaded->obj->nprogs; i++)
		rawbpf_sys_close(loaded->prog_fds[i]);
	for (size_t i = 0; i < loaded->obj->nmaps; i++)
		rawbpf_sys_close(loaded->map_fds[i]);
	rawbpf_sys_close(loaded->btf_fd);
	free(loaded->prog_fds);
	free(loaded->map_fds);
	free(loaded);
}
