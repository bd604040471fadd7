/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of syscall/ on this machine's kernel. Included after cmocka.h. */
#ifndef LIB_SYSCALL_H
#define LIB_SYSCALL_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../syscall/sys.h"

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define REGS(dst, src) ((dst) | (src) << 4)
#else
#define REGS(dst, src) ((dst) << 4 | (src))
#endif
#define MOV_IMM(dst, value)                                                                        \
	{                                                                                          \
		.code = 0xb7, .regs = REGS(dst, 0), .imm = value                                   \
	}
#define EXIT                                                                                       \
	{                                                                                          \
		.code = 0x95                                                                       \
	}

static int fds_before;

static inline int count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	if (!dir)
		return -1;
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static inline int fds_setup(void **state)
{
	fds_before = count_fds();
	return 0;
}

static inline int fds_teardown(void **state)
{
	int now = count_fds();

	if (now == fds_before)
		return 0;
	print_error("%d fds before the test, %d after it\n", fds_before, now);
	return -1;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fds_setup, fds_teardown)

#define SKIP(...)                                                                                  \
	do {                                                                                       \
		printf("# " __VA_ARGS__);                                                          \
		printf("\n");                                                                      \
		fflush(stdout);                                                                    \
		skip();                                                                            \
	} while (0)

/* Without privilege nothing here can be tried: the test that calls it is skipped. */
static inline void need_bpf(void)
{
	struct rawbpf_attr_map_create attr = {
		.map_type = RAWBPF_MAP_TYPE_ARRAY,
		.key_size = 4,
		.value_size = 4,
		.max_entries = 1,
	};
	int fd = rawbpf_map_create(&attr);

	if (fd == -EPERM || fd == -ENOSYS)
		SKIP("bpf(2) says %s here", strerror(-fd));
	assert_true(fd >= 3);
	rawbpf_sys_close(fd);
}

static inline int load(uint32_t type, uint32_t attach, const struct rawbpf_insn *insns, uint32_t n)
{
	struct rawbpf_attr_prog_load attr = {
		.prog_type = type,
		.expected_attach_type = attach,
		.insns = rawbpf_ptr(insns),
		.insn_cnt = n,
		.license = rawbpf_ptr("GPL"),
		.prog_name = "rawbpf_test",
	};

	return rawbpf_prog_load(&attr);
}

/* r0 = value; exit */
static inline int load_returning(uint32_t type, uint32_t attach, int value)
{
	const struct rawbpf_insn insns[] = { MOV_IMM(0, value), EXIT };

	return load(type, attach, insns, 2);
}

/* One more for element 0 of an array of u64, at each run. */
static inline int load_counter(uint32_t type, int map)
{
	const struct rawbpf_insn insns[] = {
		{ .code = 0x18, .regs = REGS(1, RAWBPF_PSEUDO_MAP_VALUE), .imm = map },
		{ 0 },
		MOV_IMM(2, 1),
		{ .code = 0xdb, .regs = REGS(1, 2) }, /* lock *(u64 *)(r1 + 0) += r2 */
		MOV_IMM(0, 0),
		EXIT,
	};

	return load(type, 0, insns, sizeof(insns) / sizeof(insns[0]));
}

static inline int create(uint32_t type, uint32_t key, uint32_t value, uint32_t entries)
{
	struct rawbpf_attr_map_create attr = {
		.map_type = type,
		.key_size = key,
		.value_size = value,
		.max_entries = entries,
		.map_name = "rawbpf_test",
	};

	return rawbpf_map_create(&attr);
}

static inline uint64_t element_0(int map)
{
	uint64_t value = 0;
	uint32_t key = 0;

	assert_int_equal(rawbpf_map_lookup_elem(map, &key, &value, 0), 0);
	return value;
}

/* What a child says with its exit status. */
enum { CHILD_OK = 0, CHILD_SKIP = 77 };
#define CHILD_NEED(condition)                                                                      \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: child: %s\n", __FILE__, __LINE__, #condition);     \
			return 1;                                                                  \
		}                                                                                  \
	} while (0)

/* Runs `work` in a child with namespaces of its own, so that nothing of it can stay. */
static inline void in_child(int namespaces, int (*work)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		alarm(20);
		if (unshare(namespaces))
			_exit(CHILD_SKIP);
		if ((namespaces & CLONE_NEWNS) && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
			_exit(CHILD_SKIP);
		_exit(work());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == CHILD_SKIP)
		SKIP("no namespace or no mount of our own here");
	assert_int_equal(WEXITSTATUS(status), CHILD_OK);
}

#endif
