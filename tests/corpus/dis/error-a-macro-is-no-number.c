/* SPDX-License-Identifier: BSD-2-Clause */
struct bpf_insn code[] = {
	BPF_MOV64_IMM(BPF_REG_0, 1),
};
