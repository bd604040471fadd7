/* SPDX-License-Identifier: BSD-2-Clause */
/* Places in user space: a file, and an offset in it. */
#include "link.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../syscall/sys.h"
#include "elfsym.h"
#include "why.h"

#define MAX_PATH 4096

/* ---- the file --------------------------------------------------------------- */

static int say_no_file(
	const struct rawbpf_place *place, const char *path, int err, const struct rawbpf_sink *sink)
{
	char text[512], name[16];

	rawbpf_place_print(place, text, sizeof(text));
	if (err == -ESRCH)
		return rawbpf_error(
			sink, err, NULL, "%s: there is no process %d", text, place->pid);
	if (err == -ENOENT && !strchr(place->path, '/'))
		return rawbpf_error(sink, err, NULL,
			"%s: no program or library '%s' found%s; a path with a '/' is taken as it "
			"is",
			text, place->path,
			place->pid > 0 ? ", neither mapped by the process nor in the usual folders"
				       : " in the usual folders");
	if (err == -ENOEXEC)
		return rawbpf_error(sink, err, NULL,
			"%s: %s is no ELF program or library, or a broken one", text, path);
	return rawbpf_error(sink, err, NULL, "%s: cannot read %s (%s)", text, path,
		rawbpf_why_name(err, name, sizeof(name)));
}

/* ---- the function in it -------------------------------------------------------- */

static int say_no_function(const struct rawbpf_place *place, const char *path, int err,
	const struct rawbpf_function *f, const struct rawbpf_nearest *near,
	const struct rawbpf_sink *sink)
{
	char text[512], name[16];

	rawbpf_place_print(place, text, sizeof(text));
	if (err == -ENOENT && f->wrong_version)
		return rawbpf_error(sink, err, NULL,
			"%s: %s has that function, but not in that version", text, path);
	if (err == -ENOENT)
		return rawbpf_error(sink, err, NULL, "%s: no such function in %s%s%s%s", text, path,
			near->name[0] ? "; did you mean '" : "", near->name,
			near->name[0] ? "'?" : "");
	if (err == -EADDRNOTAVAIL)
		return rawbpf_error(sink, err, NULL,
			"%s: %u functions in %s have that name; say which by its offset in the "
			"file (PATH:0x...)",
			text, f->same_name, path);
	if (err == -ENOTSUP)
		return rawbpf_error(sink, err, NULL,
			"%s: it is Thumb code, which Linux cannot probe; build it with -marm",
			text);
	return rawbpf_error(sink, err, NULL, "%s: %s is broken or cannot be read (%s)", text, path,
		rawbpf_why_name(err, name, sizeof(name)));
}

static int resolve_ifunc(const struct rawbpf_place *place, const char *path,
	const struct rawbpf_exe *exe, const struct rawbpf_function *f, uint64_t *offset,
	const struct rawbpf_sink *sink)
{
	char text[512], tried[512];
	int rc = rawbpf_ifunc_offset(
		exe, f, place->symbol, place->pid, offset, tried, sizeof(tried));

	if (rc >= 0)
		return 0;
	rawbpf_place_print(place, text, sizeof(text));
	return rawbpf_error(sink, rc, NULL,
		"%s: %s chooses its implementation at run time (IFUNC), and which one it chose was "
		"not found: %s",
		text, path, tried);
}

static int find_function(const struct rawbpf_place *place, const char *path,
	const struct rawbpf_exe *exe, uint64_t *offset, const struct rawbpf_sink *sink)
{
	struct rawbpf_nearest near;
	struct rawbpf_function f;
	char text[512];
	int rc;

	rawbpf_nearest_init(&near, place->symbol);
	rc = rawbpf_exe_function(exe, place->symbol, &f, &near);
	if (rc < 0)
		return say_no_function(place, path, rc, &f, &near, sink);
	if (f.size && place->offset >= f.size && !f.ifunc) {
		rawbpf_place_print(place, text, sizeof(text));
		return rawbpf_error(sink, -EINVAL, NULL,
			"%s: the function has %" PRIu64 " bytes, so that is not in it", text,
			f.size);
	}
	*offset = f.offset;
	if (f.ifunc) {
		rc = resolve_ifunc(place, path, exe, &f, offset, sink);
		if (rc < 0)
			return rc;
	}
	*offset += place->offset;
	return 0;
}

static int find_offset(const struct rawbpf_place *place, const char *path, uint64_t *offset,
	const struct rawbpf_sink *sink)
{
	struct rawbpf_exe exe;
	int rc = rawbpf_exe_open(&exe, path);

	if (rc < 0)
		return say_no_file(place, path, rc, sink);
	if (place->symbol)
		rc = find_function(place, path, &exe, offset, sink);
	else
		*offset = place->offset;
	rawbpf_exe_close(&exe);
	return rc;
}

/* ---- the probe -------------------------------------------------------------------- */

/* The kernel cuts a tracefs definition at blanks. */
static bool has_blank(const char *path)
{
	for (; *path; path++)
		if (isspace((unsigned char)*path))
			return true;
	return false;
}

static int open_at(struct rawbpf_link *link, const char *path, uint64_t offset)
{
	const struct rawbpf_place *place = &link->place;
	char definition[MAX_PATH + 32];
	struct rawbpf_probe probe = {
		.pmu = "uprobe",
		.events = "uprobe_events",
		.name = path,
		.offset = offset,
		.definition = definition,
		.hint = place->symbol ? place->symbol : "offset",
		.ret = place->kind == RAWBPF_PLACE_URETPROBE,
		.pid = place->pid,
	};

	snprintf(definition, sizeof(definition), "%s:0x%" PRIx64, path, offset);
	if (has_blank(path))
		probe.events = NULL;
	return rawbpf_probe_open(link, &probe);
}

int rawbpf_uprobe_open(struct rawbpf_link *link, const struct rawbpf_sink *sink)
{
	struct rawbpf_place at = link->place;
	char path[MAX_PATH], why[512], *kept;
	uint64_t offset = 0;
	int rc = rawbpf_exe_find(link->place.path, link->place.pid, path, sizeof(path));

	if (rc < 0)
		return say_no_file(&link->place, link->place.path, rc, sink);
	rc = find_offset(&link->place, path, &offset, sink);
	if (rc < 0)
		return rc;
	kept = strdup(path);
	if (!kept)
		return rawbpf_error(sink, -ENOMEM, NULL, "out of memory");
	free(link->place.path);
	link->place.path = kept;
	link->file_offset = offset;
	rc = open_at(link, path, offset);
	if (rc >= 0)
		return 0;
	if (!link->asked && has_blank(path) && !rawbpf_pmu_is_there("uprobe"))
		return rawbpf_link_refused(link, rc, -EOPNOTSUPP,
			"this kernel has no uprobe PMU (Linux 4.17), and uprobe_events takes no "
			"path with a blank",
			sink);
	at.path = path;
	at.offset = offset;
	return rawbpf_link_refused(
		link, rc, rawbpf_why_uprobe(&at, rc, why, sizeof(why)), why, sink);
}
