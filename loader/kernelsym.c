/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernelsym.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "../syscall/sys.h"
#include "attach.h"
#include "text.h"

#define MAX_ALIASES 16

/* ---- /proc/kallsyms: "ADDRESS TYPE NAME" or "ADDRESS TYPE NAME\t[MODULE]" -------- */

struct row {
	uint64_t address;
	char type;
	char *name, *module; /* module NULL: the kernel itself */
};

static bool parse_row(char *line, struct row *row)
{
	char *end;

	row->address = strtoull(line, &end, 16);
	if (end == line || end[0] != ' ' || !end[1] || end[2] != ' ')
		return false;
	row->type = end[1];
	row->name = end + 3;
	end = row->name + strcspn(row->name, " \t");
	row->module = *end ? strchr(end, '[') : NULL;
	if (*end)
		*end = '\0';
	if (row->module) {
		row->module++;
		row->module[strcspn(row->module, "]")] = '\0';
	}
	return true;
}

static int each_row(bool (*see)(void *arg, const struct row *row), void *arg)
{
	struct rawbpf_lines lines;
	struct row row;
	char *line;
	int rc = rawbpf_lines_open(&lines, RAWBPF_AT_FDCWD, "/proc/kallsyms");

	if (rc < 0)
		return rc;
	while ((line = rawbpf_lines_next(&lines)))
		if (parse_row(line, &row) && !see(arg, &row))
			break;
	return rawbpf_lines_close(&lines);
}

static bool is_function(char type)
{
	return type && strchr("tTwW", type);
}

struct finding {
	struct rawbpf_ksym *out;
	const char *name;
	size_t len;
	struct rawbpf_nearest near;
};

static void add_where(struct rawbpf_ksym *out, const char *module)
{
	size_t n = strlen(out->where);

	if (module)
		snprintf(out->where + n, sizeof(out->where) - n, "%smodule %s", n ? ", " : "",
			module);
	else
		snprintf(out->where + n, sizeof(out->where) - n, "%sthe kernel", n ? ", " : "");
}

static bool find_row(void *arg, const struct row *row)
{
	struct finding *f = arg;
	struct rawbpf_ksym *out = f->out;

	if (strcmp(row->name, f->name)) {
		/* "name.isra.0" is what a compiler made of "name": nearer than any spelling */
		if (is_function(row->type) && !strncmp(row->name, f->name, f->len) &&
			row->name[f->len] == '.' && strlen(row->name) < sizeof(f->near.name)) {
			strcpy(f->near.name, row->name);
			f->near.distance = 0;
		} else if (is_function(row->type)) {
			rawbpf_nearest_see(&f->near, row->name);
		}
		return true;
	}
	if (!is_function(row->type)) {
		out->other = row->type;
		return true;
	}
	if (!out->functions || (!row->module && !out->in_kernel))
		out->address = row->address;
	out->functions++;
	out->in_kernel += !row->module;
	add_where(out, row->module);
	return true;
}

int rawbpf_ksym_find(struct rawbpf_ksym *out, const char *name)
{
	struct finding f = { .out = out, .name = name, .len = strlen(name) };
	int rc;

	memset(out, 0, sizeof(*out));
	rawbpf_nearest_init(&f.near, name);
	rc = each_row(find_row, &f);
	if (!out->functions)
		strcpy(out->near, f.near.name);
	return rc;
}

struct next {
	uint64_t address, best;
};

static bool see_next(void *arg, const struct row *row)
{
	struct next *n = arg;

	if (row->address > n->address && (!n->best || row->address < n->best))
		n->best = row->address;
	return true;
}

uint64_t rawbpf_ksym_size(uint64_t address)
{
	struct next n = { .address = address };

	if (!address || each_row(see_next, &n) < 0 || !n.best)
		return 0;
	return n.best - address;
}

static bool is_register_kprobe(void *arg, const struct row *row)
{
	bool *seen = arg;

	*seen = !strcmp(row->name, "register_kprobe");
	return !*seen;
}

int rawbpf_kernel_has_kprobes(void)
{
	bool seen = false;
	int rc = each_row(is_register_kprobe, &seen);

	return seen ? 1 : rc;
}

/* ---- the kprobe blacklist: "0xSTART-0xEND\tNAME" ------------------------------------ */

static int open_debugfs(void)
{
	int dir = rawbpf_sys_openat(
		RAWBPF_AT_FDCWD, "/sys/kernel/debug/kprobes", O_RDONLY | O_DIRECTORY, 0);

	if (dir >= 0) {
		rawbpf_sys_close(dir);
		return rawbpf_sys_openat(
			RAWBPF_AT_FDCWD, "/sys/kernel/debug", O_RDONLY | O_DIRECTORY, 0);
	}
	return rawbpf_sys_detached_mount("debugfs");
}

static bool line_names(char *line, const char *name, uint64_t address)
{
	uint64_t start, end;
	char *p;

	start = strtoull(line, &p, 16);
	if (p == line || *p != '-')
		return false;
	end = strtoull(p + 1, &p, 16);
	if (address && start && address >= start && address < end)
		return true;
	p += strspn(p, " \t");
	p[strcspn(p, " \t+")] = '\0';
	return !strcmp(p, name);
}

int rawbpf_kprobe_blacklisted(const char *name, uint64_t address)
{
	struct rawbpf_lines lines;
	bool seen = false;
	char *line;
	int rc, debugfs = open_debugfs();

	if (debugfs < 0)
		return debugfs;
	rc = rawbpf_lines_open(&lines, debugfs, "kprobes/blacklist");
	rawbpf_sys_close(debugfs);
	if (rc < 0)
		return rc;
	while (!seen && (line = rawbpf_lines_next(&lines)))
		seen = line_names(line, name, address);
	rc = rawbpf_lines_close(&lines);
	return seen ? 1 : rc;
}

/* ---- notrace --------------------------------------------------------------------------- */

/* One address can have several names, and the list below shows one of them. */
struct aliases {
	uint64_t address;
	size_t n;
	char names[MAX_ALIASES][128];
};

static bool add_alias(void *arg, const struct row *row)
{
	struct aliases *a = arg;

	if (row->address != a->address || row->module || !is_function(row->type) ||
		strlen(row->name) >= sizeof(a->names[0]))
		return true;
	strcpy(a->names[a->n++], row->name);
	return a->n < MAX_ALIASES;
}

static bool is_one_of(const struct aliases *a, const char *name)
{
	for (size_t i = 0; i < a->n; i++)
		if (!strcmp(a->names[i], name))
			return true;
	return false;
}

int rawbpf_ksym_traceable(const char *name, uint64_t address)
{
	struct rawbpf_lines lines;
	struct aliases a = { .address = address };
	int tracefs = rawbpf_tracefs_open(NULL), rc;
	bool seen = false;
	char *line;

	if (tracefs < 0)
		return tracefs;
	rc = rawbpf_lines_open(&lines, tracefs, "available_filter_functions");
	rawbpf_sys_close(tracefs);
	if (rc < 0)
		return rc;
	if (address)
		each_row(add_alias, &a);
	while (!seen && (line = rawbpf_lines_next(&lines))) {
		line[strcspn(line, " \t")] = '\0';
		seen = !strcmp(line, name) || is_one_of(&a, line);
	}
	rc = rawbpf_lines_close(&lines);
	return seen ? 1 : rc;
}

/* ---- the kernel's configuration ------------------------------------------------------------ */

static char config_in(const char *path, const char *option)
{
	size_t n = strlen(option);
	struct rawbpf_lines lines;
	char *line, found = 'n';

	if (rawbpf_lines_open(&lines, RAWBPF_AT_FDCWD, path) < 0)
		return 0;
	while ((line = rawbpf_lines_next(&lines)))
		if (!strncmp(line, option, n) && line[n] == '=')
			found = line[n + 1];
	return rawbpf_lines_close(&lines) < 0 ? 0 : found;
}

char rawbpf_kernel_config(const char *option)
{
	static const char *const before[] = { "/boot/config-", "/lib/modules/" };
	static const char *const after[] = { "", "/config" };
	char path[128], value = 0;
	struct utsname uts;

	if (uname(&uts) < 0)
		return 0;
	for (size_t i = 0; i < 2 && !value; i++) {
		snprintf(path, sizeof(path), "%s%s%s", before[i], uts.release, after[i]);
		value = config_in(path, option);
	}
	return value;
}
