/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a BPF program in C needs here: sections, the helpers that the samples
 * call, maps in both flavours, and where registers are in a ctx. No kernel or
 * libbpf header is needed.
 *
 *	clang -O2 -g -target bpf -D__TARGET_ARCH_x86_64 -c memcpy_stat.c -o memcpy_stat.o
 *	clang -O2 -target bpf -D__TARGET_ARCH_x86_64 -DLEGACY_MAPS -c memcpy_stat.c -o legacy.o
 */
#ifndef SAMPLES_RAWBPF_H
#define SAMPLES_RAWBPF_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#define SEC(name) __attribute__((section(name), used))
#define __always_inline inline __attribute__((always_inline))

enum {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
};

/* MAP(name, type, key type, value type, max_entries): a section `maps` of structs, or BTF */
#ifdef LEGACY_MAPS
struct bpf_map_def {
	u32 type, key_size, value_size, max_entries, map_flags;
};
#define MAP(map, map_type, key_type, value_type, entries)                                          \
	struct bpf_map_def SEC("maps") map = {                                                     \
		.type = map_type,                                                                  \
		.key_size = sizeof(key_type),                                                      \
		.value_size = sizeof(value_type),                                                  \
		.max_entries = entries,                                                            \
	}
#else
#define MAP(map, map_type, key_type, value_type, entries)                                          \
	struct {                                                                                   \
		int (*type)[map_type];                                                             \
		int (*max_entries)[entries];                                                       \
		key_type *key;                                                                     \
		value_type *value;                                                                 \
	} map SEC(".maps")
#endif

/* A helper is called by its number. */
static void *(*bpf_map_lookup_elem)(void *map, const void *key) = (void *)1;
static long (*bpf_map_update_elem)(
	void *map, const void *key, const void *value, u64 flags) = (void *)2;
static long (*bpf_trace_printk)(const char *format, u32 format_size, ...) = (void *)6;

/*
 * Where the arguments of the probed function are in ctx; offsets as in
 * arch/.../ptregs.inc. NO_REG: on the stack; the verifier refuses such an
 * offset if a program really reads it.
 */
#define NO_REG 32764
#if defined(__TARGET_ARCH_x86_64)
#define REG_BYTES 8
#define PT_REGS_PARM1 112
#define PT_REGS_PARM2 104
#define PT_REGS_PARM3 96
#define PT_REGS_PARM4 88
#define PT_REGS_PARM5 72
#elif defined(__TARGET_ARCH_i386)
#define REG_BYTES 4
#define PT_REGS_PARM1 24
#define PT_REGS_PARM2 8
#define PT_REGS_PARM3 4
#define PT_REGS_PARM4 NO_REG
#define PT_REGS_PARM5 NO_REG
#elif defined(__TARGET_ARCH_arm64)
#define REG_BYTES 8
#define PT_REGS_PARM1 0
#define PT_REGS_PARM2 8
#define PT_REGS_PARM3 16
#define PT_REGS_PARM4 24
#define PT_REGS_PARM5 32
#elif defined(__TARGET_ARCH_arm)
#define REG_BYTES 4
#define PT_REGS_PARM1 0
#define PT_REGS_PARM2 4
#define PT_REGS_PARM3 8
#define PT_REGS_PARM4 12
#define PT_REGS_PARM5 NO_REG
#elif defined(__TARGET_ARCH_riscv64)
#define REG_BYTES 8
#define PT_REGS_PARM1 80
#define PT_REGS_PARM2 88
#define PT_REGS_PARM3 96
#define PT_REGS_PARM4 104
#define PT_REGS_PARM5 112
#elif defined(__TARGET_ARCH_s390x)
#define REG_BYTES 8
#define PT_REGS_PARM1 40
#define PT_REGS_PARM2 48
#define PT_REGS_PARM3 56
#define PT_REGS_PARM4 64
#define PT_REGS_PARM5 72
#else
#error "say for which machine: -D__TARGET_ARCH_x86_64, i386, arm64, arm, riscv64 or s390x"
#endif

/*
 * The load is written out because the verifier wants "ctx + constant" in one
 * instruction, and clang would merge several such loads into one with a
 * computed address.
 */
#if REG_BYTES == 8
#define REG_LOAD "%0 = *(u64 *)(%1 + %2)"
#else
#define REG_LOAD "%0 = *(u32 *)(%1 + %2)"
#endif
#define PT_REGS(ctx, offset)                                                                       \
	({                                                                                         \
		u64 reg;                                                                           \
		__asm__ volatile(REG_LOAD : "=r"(reg) : "r"(ctx), "i"(offset));                    \
		reg;                                                                               \
	})

/* Which argument of the probed function is the size: `rawbpf run` sets it before loading. */
extern const volatile u32 size_arg;

/* The branches that size_arg rules out are never verified and never run. */
static __always_inline u64 size_of_copy(const void *ctx)
{
	switch (size_arg) {
	case 1:
		return PT_REGS(ctx, PT_REGS_PARM1);
	case 2:
		return PT_REGS(ctx, PT_REGS_PARM2);
	case 4:
		return PT_REGS(ctx, PT_REGS_PARM4);
	case 5:
		return PT_REGS(ctx, PT_REGS_PARM5);
	default:
		return PT_REGS(ctx, PT_REGS_PARM3);
	}
}

#endif
