/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The part of the kernel's ABI that rawbpf uses, in its own words, so that it
 * builds with any kernel headers or none. Every name here is the uapi name with
 * RAW or raw in front: BPF_MAP_TYPE_HASH is RAWBPF_MAP_TYPE_HASH, and field
 * names are the kernel's. bpf(2) takes a union; here each command has its own
 * small struct, whose offsets the ABI fixes. Fields named pad_ must be 0: they
 * stand where the compiler would pad, so that an initializer sets every byte.
 *
 * Sources: include/uapi/linux/bpf.h and perf_event.h to Linux 7.2;
 * tests/unit/abi.sh compares all of it with the installed headers.
 */
#ifndef RAWBPF_ABI_H
#define RAWBPF_ABI_H

#include <stdint.h>

/* 32-bit x86 aligns a 64-bit struct member to 4 bytes; the ABI wants 8 everywhere. */
typedef uint64_t rawbpf_u64 __attribute__((aligned(8)));

#define RAWBPF_HOST_BIG_ENDIAN (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

#define RAWBPF_OBJ_NAME_LEN 16 /* with the NUL */
#define RAWBPF_TAG_SIZE 8

enum rawbpf_cmd {
#define X(name, number) RAWBPF_##name = number,
#include "cmds.def"
#undef X
};

enum rawbpf_map_type {
#define X(name, number) RAWBPF_MAP_TYPE_##name = number,
#include "map_types.def"
#undef X
};

enum rawbpf_prog_type {
#define X(name, number) RAWBPF_PROG_TYPE_##name = number,
#include "prog_types.def"
#undef X
};

enum rawbpf_attach_type {
#define X(name, number) RAWBPF_##name = number,
#include "attach_types.def"
#undef X
};

enum rawbpf_link_type {
#define X(name, number) RAWBPF_LINK_TYPE_##name = number,
#include "link_types.def"
#undef X
};

enum rawbpf_stats_type {
	RAWBPF_STATS_RUN_TIME = 0,
};

/* BPF_MAP_CREATE map_flags */
enum {
	RAWBPF_F_NO_PREALLOC = 1U << 0,
	RAWBPF_F_NO_COMMON_LRU = 1U << 1,
	RAWBPF_F_NUMA_NODE = 1U << 2,
	RAWBPF_F_RDONLY = 1U << 3,
	RAWBPF_F_WRONLY = 1U << 4,
	RAWBPF_F_STACK_BUILD_ID = 1U << 5,
	RAWBPF_F_ZERO_SEED = 1U << 6,
	RAWBPF_F_RDONLY_PROG = 1U << 7,
	RAWBPF_F_WRONLY_PROG = 1U << 8,
	RAWBPF_F_CLONE = 1U << 9,
	RAWBPF_F_MMAPABLE = 1U << 10,
	RAWBPF_F_PRESERVE_ELEMS = 1U << 11,
	RAWBPF_F_INNER_MAP = 1U << 12,
	RAWBPF_F_LINK = 1U << 13,    /* struct_ops: attached through a link */
	RAWBPF_F_PATH_FD = 1U << 14, /* OBJ_PIN, OBJ_GET: path_fd counts */
	RAWBPF_F_VTYPE_BTF_OBJ_FD = 1U << 15,
	RAWBPF_F_TOKEN_FD = 1U << 16,      /* also PROG_LOAD, BTF_LOAD */
	RAWBPF_F_SEGV_ON_FAULT = 1U << 17, /* arena */
	RAWBPF_F_NO_USER_CONV = 1U << 18,  /* arena */
	RAWBPF_F_RB_OVERWRITE = 1U << 19,  /* ringbuf */
};

/* BPF_MAP_*_ELEM flags; for F_CPU the CPU's number stands in the upper 32 bits */
enum {
	RAWBPF_ANY = 0,
	RAWBPF_NOEXIST = 1,
	RAWBPF_EXIST = 2,
	RAWBPF_F_LOCK = 4,
	RAWBPF_F_CPU = 8,
	RAWBPF_F_ALL_CPUS = 16,
};

/* BPF_PROG_LOAD prog_flags */
enum {
	RAWBPF_F_STRICT_ALIGNMENT = 1U << 0,
	RAWBPF_F_ANY_ALIGNMENT = 1U << 1,
	RAWBPF_F_TEST_RND_HI32 = 1U << 2,
	RAWBPF_F_TEST_STATE_FREQ = 1U << 3,
	RAWBPF_F_SLEEPABLE = 1U << 4,
	RAWBPF_F_XDP_HAS_FRAGS = 1U << 5,
	RAWBPF_F_XDP_DEV_BOUND_ONLY = 1U << 6,
	RAWBPF_F_TEST_REG_INVARIANTS = 1U << 7,
};

/* BPF_PROG_TEST_RUN flags */
enum {
	RAWBPF_F_TEST_RUN_ON_CPU = 1U << 0,
	RAWBPF_F_TEST_XDP_LIVE_FRAMES = 1U << 1,
	RAWBPF_F_TEST_SKB_CHECKSUM_COMPLETE = 1U << 2,
};

/* BPF_PROG_ATTACH attach_flags, BPF_LINK_UPDATE flags */
enum {
	RAWBPF_F_ALLOW_OVERRIDE = 1U << 0,
	RAWBPF_F_ALLOW_MULTI = 1U << 1,
	RAWBPF_F_REPLACE = 1U << 2,
	RAWBPF_F_BEFORE = 1U << 3,
	RAWBPF_F_AFTER = 1U << 4,
	RAWBPF_F_ID = 1U << 5,
	RAWBPF_F_PREORDER = 1U << 6,
};

/* BPF_LINK_CREATE kprobe_multi.flags, uprobe_multi.flags */
enum {
	RAWBPF_F_KPROBE_MULTI_RETURN = 1U << 0,
	RAWBPF_F_UPROBE_MULTI_RETURN = 1U << 0,
	RAWBPF_F_UPROBE_MULTI_PATH_FD = 1U << 1,
};

/* src_reg of lddw (0x18) and of call (0x85) */
enum {
	RAWBPF_PSEUDO_MAP_FD = 1,
	RAWBPF_PSEUDO_MAP_VALUE = 2,
	RAWBPF_PSEUDO_BTF_ID = 3,
	RAWBPF_PSEUDO_FUNC = 4,
	RAWBPF_PSEUDO_MAP_IDX = 5,
	RAWBPF_PSEUDO_MAP_IDX_VALUE = 6,
	RAWBPF_PSEUDO_CALL = 1,
	RAWBPF_PSEUDO_KFUNC_CALL = 2,
};

/*
 * One 8-byte slot as the kernel reads it. `regs` holds two registers: dst in the
 * low half on little-endian machines, in the high half on big-endian ones.
 */
struct rawbpf_insn {
	uint8_t code, regs;
	int16_t off;
	int32_t imm;
};

static inline unsigned rawbpf_insn_src(const struct rawbpf_insn *insn)
{
	return RAWBPF_HOST_BIG_ENDIAN ? insn->regs & 0xf : insn->regs >> 4;
}

/* `reg`: 0 to 15; dst stays. */
static inline void rawbpf_insn_set_src(struct rawbpf_insn *insn, unsigned reg)
{
	if (RAWBPF_HOST_BIG_ENDIAN)
		insn->regs = (uint8_t)((insn->regs & 0xf0) | reg);
	else
		insn->regs = (uint8_t)((insn->regs & 0x0f) | reg << 4);
}

struct rawbpf_func_info {
	uint32_t insn_off, type_id;
};

struct rawbpf_line_info {
	uint32_t insn_off, file_name_off, line_off, line_col;
};
#define RAWBPF_LINE_INFO_LINE(line_col) ((line_col) >> 10)
#define RAWBPF_LINE_INFO_COL(line_col) ((line_col)&0x3ff)

/* ---- one struct per command ---------------------------------------------------- */

struct rawbpf_attr_map_create {
	uint32_t map_type, key_size, value_size, max_entries, map_flags, inner_map_fd, numa_node;
	char map_name[RAWBPF_OBJ_NAME_LEN];
	uint32_t map_ifindex, btf_fd, btf_key_type_id, btf_value_type_id;
	uint32_t btf_vmlinux_value_type_id;
	rawbpf_u64 map_extra;
	int32_t value_type_btf_obj_fd, map_token_fd;
	rawbpf_u64 excl_prog_hash;
	uint32_t excl_prog_hash_size, pad_;
};

struct rawbpf_attr_map_elem {
	uint32_t map_fd, pad_;
	rawbpf_u64 key;
	rawbpf_u64 value; /* or next_key */
	rawbpf_u64 flags;
};

struct rawbpf_attr_map_batch {
	rawbpf_u64 in_batch, out_batch, keys, values;
	uint32_t count, map_fd;
	rawbpf_u64 elem_flags, flags;
};

struct rawbpf_attr_prog_load {
	uint32_t prog_type, insn_cnt;
	rawbpf_u64 insns, license;
	uint32_t log_level, log_size;
	rawbpf_u64 log_buf;
	uint32_t kern_version, prog_flags;
	char prog_name[RAWBPF_OBJ_NAME_LEN];
	uint32_t prog_ifindex, expected_attach_type, prog_btf_fd, func_info_rec_size;
	rawbpf_u64 func_info;
	uint32_t func_info_cnt, line_info_rec_size;
	rawbpf_u64 line_info;
	uint32_t line_info_cnt, attach_btf_id;
	uint32_t attach_prog_fd; /* or attach_btf_obj_fd */
	uint32_t core_relo_cnt;
	rawbpf_u64 fd_array, core_relos;
	uint32_t core_relo_rec_size, log_true_size;
	int32_t prog_token_fd;
	uint32_t fd_array_cnt;
	rawbpf_u64 signature;
	uint32_t signature_size;
	int32_t keyring_id;
};

struct rawbpf_attr_obj {
	rawbpf_u64 pathname;
	uint32_t bpf_fd, file_flags;
	int32_t path_fd;
	uint32_t pad_;
};

struct rawbpf_attr_prog_attach {
	uint32_t target_fd; /* or target_ifindex */
	uint32_t attach_bpf_fd, attach_type, attach_flags, replace_bpf_fd;
	uint32_t relative_fd; /* or relative_id */
	rawbpf_u64 expected_revision;
};

struct rawbpf_attr_prog_test_run {
	uint32_t prog_fd, retval, data_size_in, data_size_out;
	rawbpf_u64 data_in, data_out;
	uint32_t repeat, duration, ctx_size_in, ctx_size_out;
	rawbpf_u64 ctx_in, ctx_out;
	uint32_t flags, cpu, batch_size, pad_;
};

struct rawbpf_attr_get_id {
	uint32_t id; /* start_id, prog_id, map_id, btf_id or link_id */
	uint32_t next_id, open_flags;
	int32_t fd_by_id_token_fd;
};

struct rawbpf_attr_info {
	uint32_t bpf_fd, info_len;
	rawbpf_u64 info;
};

struct rawbpf_attr_raw_tracepoint_open {
	rawbpf_u64 name;
	uint32_t prog_fd, pad_;
	rawbpf_u64 cookie;
};

struct rawbpf_attr_btf_load {
	rawbpf_u64 btf, btf_log_buf;
	uint32_t btf_size, btf_log_size, btf_log_level, btf_log_true_size, btf_flags;
	int32_t btf_token_fd;
};

struct rawbpf_attr_task_fd_query {
	uint32_t pid, fd, flags, buf_len;
	rawbpf_u64 buf;
	uint32_t prog_id, fd_type;
	rawbpf_u64 probe_offset, probe_addr;
};

struct rawbpf_attr_link_create {
	uint32_t prog_fd;
	uint32_t target_fd; /* or target_ifindex */
	uint32_t attach_type, flags;
	union {
		rawbpf_u64 all_[6]; /* the first and largest, so that {0} clears the rest too */
		uint32_t target_btf_id;
		struct {
			rawbpf_u64 iter_info;
			uint32_t iter_info_len, iter_pad_;
		};
		struct {
			rawbpf_u64 bpf_cookie;
		} perf_event;
		struct {
			uint32_t flags, cnt;
			rawbpf_u64 syms, addrs, cookies;
		} kprobe_multi;
		struct {
			uint32_t target_btf_id, pad_;
			rawbpf_u64 cookie;
		} tracing;
		struct {
			uint32_t pf, hooknum;
			int32_t priority;
			uint32_t flags;
		} netfilter;
		struct {
			uint32_t relative_fd, pad_; /* or relative_id */
			rawbpf_u64 expected_revision;
		} tcx, netkit, cgroup;
		struct {
			rawbpf_u64 path, offsets, ref_ctr_offsets, cookies;
			uint32_t cnt, flags, pid, path_fd;
		} uprobe_multi;
		struct {
			rawbpf_u64 ids, cookies;
			uint32_t cnt, pad_;
		} tracing_multi;
	};
};

struct rawbpf_attr_link_update {
	uint32_t link_fd, new_prog_fd, flags, old_prog_fd;
};

struct rawbpf_attr_link_detach {
	uint32_t link_fd;
};

struct rawbpf_attr_enable_stats {
	uint32_t type;
};

struct rawbpf_attr_prog_bind_map {
	uint32_t prog_fd, map_fd, flags;
};

/* ---- BPF_OBJ_GET_INFO_BY_FD ----------------------------------------------------- */

struct rawbpf_prog_info {
	uint32_t type, id;
	uint8_t tag[RAWBPF_TAG_SIZE];
	uint32_t jited_prog_len, xlated_prog_len;
	rawbpf_u64 jited_prog_insns, xlated_prog_insns;
	rawbpf_u64 load_time; /* ns since boot */
	uint32_t created_by_uid, nr_map_ids;
	rawbpf_u64 map_ids;
	char name[RAWBPF_OBJ_NAME_LEN];
	uint32_t ifindex;
	uint32_t gpl_compatible; /* one bit of it */
	rawbpf_u64 netns_dev, netns_ino;
	uint32_t nr_jited_ksyms, nr_jited_func_lens;
	rawbpf_u64 jited_ksyms, jited_func_lens;
	uint32_t btf_id, func_info_rec_size;
	rawbpf_u64 func_info;
	uint32_t nr_func_info, nr_line_info;
	rawbpf_u64 line_info, jited_line_info;
	uint32_t nr_jited_line_info, line_info_rec_size, jited_line_info_rec_size, nr_prog_tags;
	rawbpf_u64 prog_tags;
	rawbpf_u64 run_time_ns, run_cnt, recursion_misses;
	uint32_t verified_insns, attach_btf_obj_id, attach_btf_id, pad_;
};

struct rawbpf_map_info {
	uint32_t type, id, key_size, value_size, max_entries, map_flags;
	char name[RAWBPF_OBJ_NAME_LEN];
	uint32_t ifindex, btf_vmlinux_value_type_id;
	rawbpf_u64 netns_dev, netns_ino;
	uint32_t btf_id, btf_key_type_id, btf_value_type_id, btf_vmlinux_id;
	rawbpf_u64 map_extra;
	rawbpf_u64 hash;
	uint32_t hash_size, pad_;
};

struct rawbpf_btf_info {
	rawbpf_u64 btf;
	uint32_t btf_size, id;
	rawbpf_u64 name;
	uint32_t name_len, kernel_btf;
};

struct rawbpf_link_info {
	uint32_t type, id, prog_id, pad_;
	union {
		rawbpf_u64 all_[6];
		struct {
			rawbpf_u64 tp_name; /* in: a buffer, or 0 */
			uint32_t tp_name_len, pad_;
			rawbpf_u64 cookie;
		} raw_tracepoint;
		struct {
			uint32_t attach_type, target_obj_id, target_btf_id, pad_;
			rawbpf_u64 cookie;
		} tracing;
		struct {
			rawbpf_u64 cgroup_id;
			uint32_t attach_type, pad_;
		} cgroup;
		struct {
			uint32_t netns_ino, attach_type;
		} netns;
		struct {
			uint32_t ifindex;
		} xdp;
		struct {
			uint32_t map_id;
		} struct_ops;
		struct {
			uint32_t pf, hooknum;
			int32_t priority;
			uint32_t flags;
		} netfilter;
		struct {
			rawbpf_u64 addrs;
			uint32_t count, flags;
			rawbpf_u64 missed, cookies;
		} kprobe_multi;
		struct {
			rawbpf_u64 path, offsets, ref_ctr_offsets, cookies;
			uint32_t path_size, count, flags, pid;
		} uprobe_multi;
		struct {
			uint32_t type, pad_; /* 1 uprobe, 2 uretprobe, 3 kprobe, 4 kretprobe, ... */
			rawbpf_u64 name;     /* in: a buffer, or 0 */
			uint32_t name_len, offset;
			rawbpf_u64 addr, missed, cookie; /* uprobe: cookie, ref_ctr_offset, - */
		} perf_event;
		struct {
			uint32_t ifindex, attach_type;
		} tcx, netkit;
		struct {
			uint32_t map_id, attach_type;
		} sockmap;
	};
};

/* ---- perf_event_open(2) ----------------------------------------------------------- */

enum {
	RAWBPF_PERF_TYPE_HARDWARE = 0,
	RAWBPF_PERF_TYPE_SOFTWARE = 1,
	RAWBPF_PERF_TYPE_TRACEPOINT = 2,
	RAWBPF_PERF_TYPE_BREAKPOINT = 5,
};
enum { RAWBPF_PERF_COUNT_SW_CPU_CLOCK = 0 };
enum { RAWBPF_HW_BREAKPOINT_X = 4 };

struct rawbpf_perf_event_attr {
	uint32_t type, size;
	rawbpf_u64 config;
	rawbpf_u64 sample_period; /* or sample_freq */
	rawbpf_u64 sample_type, read_format;
	rawbpf_u64 flags; /* RAWBPF_PERF_FLAG(n) */
	uint32_t wakeup_events;
	uint32_t bp_type;
	rawbpf_u64 config1; /* bp_addr, kprobe_func, uprobe_path */
	rawbpf_u64 config2; /* bp_len, kprobe_addr, probe_offset */
	rawbpf_u64 branch_sample_type, sample_regs_user;
	uint32_t sample_stack_user;
	int32_t clockid;
	rawbpf_u64 sample_regs_intr;
	uint32_t aux_watermark;
	uint16_t sample_max_stack, reserved_2;
};

/* Bit n of perf_event_attr's bit-field word: C numbers bit-fields from the other end on big-endian.
 */
#if RAWBPF_HOST_BIG_ENDIAN
#define RAWBPF_PERF_FLAG(n) (1ULL << (63 - (n)))
#else
#define RAWBPF_PERF_FLAG(n) (1ULL << (n))
#endif
#define RAWBPF_PERF_DISABLED RAWBPF_PERF_FLAG(0)
#define RAWBPF_PERF_INHERIT RAWBPF_PERF_FLAG(1)
#define RAWBPF_PERF_EXCLUDE_USER RAWBPF_PERF_FLAG(4)
#define RAWBPF_PERF_EXCLUDE_KERNEL RAWBPF_PERF_FLAG(5)
#define RAWBPF_PERF_FREQ RAWBPF_PERF_FLAG(10)

/* ioctl(2) on an event's fd. Four families of machines number their ioctls in their own way. */
#if defined(__mips__) || defined(__powerpc__) || defined(__sparc__) || defined(__alpha__)
#define RAWBPF_IOC_(dir, size, n) ((dir) << 29 | (size) << 16 | 0x24UL << 8 | (n))
#define RAWBPF_PERF_EVENT_IOC_ENABLE RAWBPF_IOC_(1UL, 0UL, 0)
#define RAWBPF_PERF_EVENT_IOC_DISABLE RAWBPF_IOC_(1UL, 0UL, 1)
#define RAWBPF_PERF_EVENT_IOC_SET_BPF RAWBPF_IOC_(4UL, 4UL, 8)
#else
#define RAWBPF_PERF_EVENT_IOC_ENABLE 0x2400UL
#define RAWBPF_PERF_EVENT_IOC_DISABLE 0x2401UL
#define RAWBPF_PERF_EVENT_IOC_SET_BPF 0x40042408UL
#endif

/* ---- numbers that libc has and a freestanding build lacks -------------------------- */

#define RAWBPF_AT_FDCWD (-100)
enum { RAWBPF_ENOENT = 2, RAWBPF_EAGAIN = 11 };

#endif
