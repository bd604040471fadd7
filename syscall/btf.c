/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys.h"

int rawbpf_btf_load(struct rawbpf_attr_btf_load *attr)
{
	attr->btf_log_true_size = 0;
	return rawbpf_sys_bpf(RAWBPF_BTF_LOAD, attr, sizeof(*attr));
}
