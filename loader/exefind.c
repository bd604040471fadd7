/* SPDX-License-Identifier: BSD-2-Clause */
/* Which file a short name means. */
#include "elfsym.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../syscall/sys.h"

/* Where Debian and its kin keep this architecture's libraries. */
#if defined(__x86_64__) && !defined(__ILP32__)
#define MULTIARCH "x86_64-linux-gnu"
#elif defined(__i386__)
#define MULTIARCH "i386-linux-gnu"
#elif defined(__aarch64__) && !defined(__AARCH64EB__)
#define MULTIARCH "aarch64-linux-gnu"
#elif defined(__arm__) && defined(__ARM_PCS_VFP)
#define MULTIARCH "arm-linux-gnueabihf"
#elif defined(__riscv) && __riscv_xlen == 64
#define MULTIARCH "riscv64-linux-gnu"
#elif defined(__s390x__)
#define MULTIARCH "s390x-linux-gnu"
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define MULTIARCH "powerpc64le-linux-gnu"
#endif

#define MAX_SONAME 9 /* libNAME.so.0 ... .9 */

/* "START-END PERMS OFFSET DEV INODE   PATH" */
bool rawbpf_mapping_parse(char *line, struct rawbpf_mapping *out)
{
	char perms[8] = "";
	int used = 0;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s %" SCNx64 " %*s %" SCNu64 "%n", &out->start,
		    &out->end, perms, &out->offset, &out->inode, &used) != 5 ||
		out->end < out->start)
		return false;
	out->executable = strlen(perms) > 2 && perms[2] == 'x';
	line += used;
	out->path = line + strspn(line, " ");
	return true;
}

static bool is_elf(const char *path)
{
	char magic[4];
	int fd = rawbpf_sys_openat(RAWBPF_AT_FDCWD, path, O_RDONLY | O_NONBLOCK, 0);
	bool yes;

	if (fd < 0)
		return false;
	yes = rawbpf_sys_read(fd, magic, sizeof(magic)) == 4 && !memcmp(magic, "\177ELF", 4);
	rawbpf_sys_close(fd);
	return yes;
}

static bool try_file(char *path, size_t len, const char *dir, const char *name, const char *rest)
{
	return snprintf(path, len, "%s/%s%s", dir, name, rest) < (int)len && is_elf(path);
}

/* Is the file `base` what "c", "libc" or "libc.so.6" means? libc.so.6, libc-2.31.so */
static bool is_called(const char *base, const char *name)
{
	size_t n = strlen(name);

	if (!strncmp(base, "lib", 3) && strncmp(name, "lib", 3))
		base += 3;
	if (strncmp(base, name, n))
		return false;
	base += n;
	return !*base || !strncmp(base, ".so", 3) ||
	       (base[0] == '-' && base[1] >= '0' && base[1] <= '9' && strstr(base, ".so"));
}

static bool same_file(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/*
 * A path of another mount namespace is reached through /proc/PID/root; plain if
 * it is the same file here, as people read it more easily.
 */
static int path_of(const char *seen, int pid, char *path, size_t len)
{
	int n = pid > 0 ? snprintf(path, len, "/proc/%d/root%s", pid, seen) : 0;

	if (pid <= 0 || same_file(path, seen))
		n = snprintf(path, len, "%s", seen);
	return n < (int)len ? 0 : -ENAMETOOLONG;
}

static int find_mapped(const char *name, int pid, char *path, size_t len)
{
	struct rawbpf_lines lines;
	struct rawbpf_mapping m;
	char maps[64], *line;
	const char *slash;
	int rc, found = -ENOENT;

	if (pid > 0)
		snprintf(maps, sizeof(maps), "/proc/%d/maps", pid);
	else
		snprintf(maps, sizeof(maps), "/proc/self/maps");
	rc = rawbpf_lines_open(&lines, RAWBPF_AT_FDCWD, maps);
	if (rc < 0)
		return rc == -ENOENT && pid > 0 ? -ESRCH : rc;
	while (found == -ENOENT && (line = rawbpf_lines_next(&lines))) {
		if (!rawbpf_mapping_parse(line, &m) || m.path[0] != '/')
			continue;
		slash = strrchr(m.path, '/');
		if (is_called(slash + 1, name))
			found = path_of(m.path, pid, path, len);
	}
	rc = rawbpf_lines_close(&lines);
	/* a process that ends meanwhile gives ESRCH */
	return found == -ENOENT && rc < 0 ? rc : found;
}

/* The usual ones: this library reads no environment, and PATH is the caller's. */
static bool find_command(const char *name, char *path, size_t len)
{
	static const char *const dirs[] = { "/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin",
		"/usr/sbin", "/sbin" };

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (try_file(path, len, dirs[i], name, ""))
			return true;
	return false;
}

static bool find_library_in(const char *dir, const char *name, char *path, size_t len)
{
	const char *lib = strncmp(name, "lib", 3) ? "lib" : "";
	char full[256], rest[8];

	if (try_file(path, len, dir, name, ""))
		return true;
	snprintf(full, sizeof(full), "%s%s", lib, name);
	for (int n = MAX_SONAME; n >= 0; n--) {
		snprintf(rest, sizeof(rest), ".so.%d", n);
		if (try_file(path, len, dir, full, rest))
			return true;
	}
	return try_file(path, len, dir, full, ".so");
}

static bool find_library(const char *name, char *path, size_t len)
{
	static const char *const dirs[] = {
#ifdef MULTIARCH
		"/lib/" MULTIARCH,
		"/usr/lib/" MULTIARCH,
#endif
		"/lib64",
		"/usr/lib64",
		"/lib",
		"/usr/lib",
		"/usr/local/lib",
	};

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (find_library_in(dirs[i], name, path, len))
			return true;
	return false;
}

int rawbpf_exe_find(const char *name, int pid, char *path, size_t len)
{
	int rc;

	if (strchr(name, '/'))
		return snprintf(path, len, "%s", name) < (int)len ? 0 : -ENAMETOOLONG;
	if (pid > 0) {
		rc = find_mapped(name, pid, path, len);
		if (rc != -ENOENT)
			return rc;
	}
	if (find_command(name, path, len) || find_mapped(name, -1, path, len) == 0 ||
		find_library(name, path, len))
		return 0;
	return -ENOENT;
}
