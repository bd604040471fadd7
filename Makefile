# rawbpf: BPF programs with nothing but the bpf(2) system call
#
#   make              build build/rawbpf and build/librawbpf.a
#   make demo         install what is missing, build, and count memory copies for 10 seconds
#   make check        install what is missing, build, and run the tests (unit, corpus, this kernel)
#                     (parts of it: check-house, check-samples, check-corpus)
#   make check-vm     run the demos inside QEMU guests: amd64, arm64 and i386 kernels from Debian;
#                     make check-vm-all: every kernel that there is a guest test for
#   make fuzz         feed broken and random input to all that reads input, FUZZ_SECONDS=60 for each
#                     target (FUZZ_TARGETS: asm classic dis obj btf log place); needs clang
#   make bench        a table: what | ours | peer | ratio
#   make install      to $(DESTDIR)$(PREFIX); make uninstall takes the same list away
#   make lint format clean
#
# O=dir builds elsewhere, V=1 shows commands, SAN=1 adds ASan and UBSan,
# CROSS=aarch64-linux-gnu- SYSROOT=dir cross-builds. The tool is one static file where the
# libraries are there for it: with musl where musl-gcc is (a third of the size and of the start-up
# time; MUSL=0 prevents that), else with this system's libc. STATIC=0 links it dynamically, and
# STATIC=1 links everything statically, the tests too.

O ?= build
PREFIX ?= /usr/local
VERSION := 0.1.0

CC := $(CROSS)$(if $(filter default undefined,$(origin CC)),gcc,$(CC))
AR := $(CROSS)$(if $(filter default undefined,$(origin AR)),ar,$(AR))
# libelf's headers are this system's, but musl's own come first.
musl_gcc := musl-gcc -idirafter /usr/include
CFLAGS ?= -O2 -g
SECTIONS := -ffunction-sections -fdata-sections
WARN := -std=gnu11 -Wall -Wextra -Wvla -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wundef \
	-Wpointer-arith -Wno-unused-parameter
CPPFLAGS += -D_FILE_OFFSET_BITS=64 $(if $(SYSROOT),-I$(SYSROOT)/usr/include)
LDFLAGS += $(if $(filter 1,$(STATIC)),-static) $(if $(SYSROOT),$(SYSROOT_LIBS))
SYSROOT_LIBS = $(addprefix -L,$(wildcard $(SYSROOT)/usr/lib/*-linux-gnu*))
LDLIBS += -lelf $(if $(filter 1,$(STATIC)),-lz $(STATIC_LIBS))
ifeq ($(SAN),1)
CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
LDFLAGS += -fsanitize=address,undefined
STATIC ?= 0
endif
ifndef STATIC
try_static = $(shell tests/try-static.sh $(1))
ifeq ($(MUSL)$(CROSS)$(SYSROOT)$(origin CC),file)
TOOL_STATIC := $(call try_static,$(musl_gcc))
MUSL := $(if $(TOOL_STATIC),1,0)
endif
ifneq ($(MUSL),1)
TOOL_STATIC := $(or $(TOOL_STATIC),$(call try_static,$(CC)))
endif
endif
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' $(1) $(2))

lib_src := $(wildcard syscall/*.c loader/*.c asm/*.c)
lib_obj := $(lib_src:%.c=$(O)/%.o)
tool_obj := $(O)/rawbpf.o
headers := rawbpf_diag.h $(wildcard syscall/*.h syscall/*.def loader/obj.h loader/attach.h asm/asm.h asm/classic.h asm/dis.h)
man_pages := $(wildcard docs/*.[1378])

.PHONY: all demo check check-samples check-corpus check-vm check-vm-all check-house FORCE
.PHONY: bench fuzz fuzz-programs install uninstall lint format clean deps-demo deps-check deps-check-or-skip
.PHONY: tests script-tests

.DELETE_ON_ERROR:

all: $(O)/rawbpf $(O)/librawbpf.a

ifeq ($(MUSL),1)
$(O)/rawbpf: $(lib_src) rawbpf.c $(headers) FORCE
	$(Q)$(MAKE) -s --no-print-directory O=$(O)/musl MUSL=0 CC='$(musl_gcc)' \
	  TOOL_STATIC='$(TOOL_STATIC)' $(O)/musl/rawbpf
	$(Q)cmp -s $(O)/musl/rawbpf $@ || cp $(O)/musl/rawbpf $@
else
$(O)/rawbpf: $(tool_obj) $(O)/librawbpf.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -Wl,--gc-sections -o $@ $^ $(or $(TOOL_STATIC),$(LDLIBS))
endif

$(O)/librawbpf.a: $(lib_obj)
	$(call say,AR,$@)
	$(Q)rm -f $@; $(AR) rcs $@ $^

$(O)/%.o: %.c Makefile
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(WARN) $(CPPFLAGS) $(SECTIONS) $(CFLAGS) -DRAWBPF_VERSION='"$(VERSION)"' -MMD -MP -c -o $@ $<

-include $(wildcard $(O)/*.d $(O)/*/*.d $(O)/*/*/*.d)

# ---- tests: every runner speaks TAP, tests/run.sh adds it up ---------------------

# The fake kernel takes the place of the door at link time.
door := rawbpf_sys_bpf rawbpf_sys_perf_event_open rawbpf_sys_ioctl rawbpf_sys_openat \
	rawbpf_sys_close rawbpf_sys_read rawbpf_sys_write rawbpf_sys_unlimit_memlock \
	rawbpf_sys_detached_mount
comma := ,
wraps := $(addprefix -Wl$(comma)--wrap=,$(door))

unit_tests := $(patsubst %.c,$(O)/%,$(filter-out tests/unit/lib_%,$(wildcard tests/unit/*.c)))
fake_tests := $(patsubst %.c,$(O)/%,$(filter-out tests/fake/fake_%,$(wildcard tests/fake/*.c)))
kernel_tests := $(patsubst %.c,$(O)/%,$(filter-out tests/kernel/lib_%,$(wildcard tests/kernel/*.c)))
script_tests := $(wildcard tests/unit/*.sh tests/corpus/*.sh tests/kernel/*.sh)

$(unit_tests) $(kernel_tests): $(O)/%: $(O)/%.o $(O)/librawbpf.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka $(LDLIBS)

fake_kernel := $(patsubst %.c,$(O)/%.o,$(wildcard tests/fake/fake_*.c))

$(fake_tests): $(O)/%: $(O)/%.o $(fake_kernel) $(O)/librawbpf.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(wraps) -o $@ $^ -lcmocka $(LDLIBS)

script-tests: all $(O)/samples/copy_load
tests: script-tests $(unit_tests) $(fake_tests) $(kernel_tests)

# Without cmocka, where it cannot be installed, its tests are skipped and the scripts run.
check: deps-check-or-skip
	$(Q)$(MAKE) --no-print-directory O=$(O) $$(tests/need.sh cmocka && echo tests || echo script-tests)
	$(Q)SKIP_ABSENT="$$(tests/need.sh cmocka || echo libcmocka-dev is not installed)" tests/run.sh $(O) tests/house.sh $(unit_tests) $(fake_tests) $(script_tests) $(kernel_tests)

# Parts of it, by name.
check-house: all
	$(Q)tests/run.sh $(O) tests/house.sh
check-samples: all $(O)/samples/copy_load
	$(Q)tests/run.sh $(O) tests/kernel/run.sh
check-corpus: all
	$(Q)tests/run.sh $(O) $(wildcard tests/corpus/*.sh)

check-vm: deps-check
	$(Q)$(MAKE) --no-print-directory O=$(O) all $(kernel_tests)
	$(Q)tests/vm/check.sh $(O)

check-vm-all: deps-check
	$(Q)$(MAKE) --no-print-directory O=$(O) all $(kernel_tests)
	$(Q)tests/vm/check.sh $(O) all

# libFuzzer is clang's. The library is built anew for it, with its sanitizers, in $(O)/fuzz.
FUZZ_SECONDS ?= 60
FUZZ_CC ?= clang
FUZZ_TARGETS ?= $(filter-out lib_%,$(notdir $(basename $(wildcard tests/fuzz/*.c))))
fuzz_programs := $(FUZZ_TARGETS:%=$(O)/tests/fuzz/%)
fuzz_flags := -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=undefined

fuzz:
	$(Q)tests/need.sh fuzz $(FUZZ_CC)
	$(Q)$(MAKE) --no-print-directory O=$(O)/fuzz CC=$(FUZZ_CC) MUSL=0 STATIC=0 \
	  CFLAGS='$(fuzz_flags) -fsanitize=fuzzer-no-link,address,undefined' fuzz-programs
	$(Q)tests/fuzz/run.sh $(O) $(FUZZ_SECONDS) $(FUZZ_TARGETS)
fuzz-programs: $(fuzz_programs)
$(fuzz_programs): $(O)/tests/fuzz/%: $(O)/tests/fuzz/%.o $(O)/tests/fuzz/lib_elf.o $(O)/librawbpf.a
	$(call say,LINK,$@)
	$(Q)$(CC) -fsanitize=fuzzer,address,undefined -o $@ $^ $(LDLIBS)

bench_programs := $(patsubst %.c,$(O)/%,$(wildcard tests/bench/*.c))
$(bench_programs): $(O)/%: $(O)/%.o $(O)/librawbpf.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

bench: deps-check
	$(Q)$(MAKE) --no-print-directory O=$(O) all $(bench_programs) $(O)/samples/copy_load
	$(Q)tests/bench/run.sh $(O)

demo: deps-demo
	$(Q)$(MAKE) --no-print-directory O=$(O) all $(O)/samples/copy_load
	$(Q)samples/demo.sh $(O)

$(O)/samples/copy_load: samples/copy_load.c Makefile
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(WARN) -O1 -fno-builtin -pthread $(LDFLAGS) -o $@ $<

deps-demo:
	$(Q)tests/need.sh demo
deps-check:
	$(Q)tests/need.sh check
deps-check-or-skip:
	$(Q)tests/need.sh check or-skip

# ---- housekeeping -----------------------------------------------------------------

install_list := bin/rawbpf lib/librawbpf.a lib/pkgconfig/rawbpf.pc \
	$(addprefix include/rawbpf/,$(headers)) \
	$(foreach m,$(man_pages),share/man/man$(patsubst .%,%,$(suffix $(m)))/$(notdir $(m)))

install: all $(O)/rawbpf.pc
	$(Q)tests/install-list.sh install "$(DESTDIR)$(PREFIX)" $(O) $(install_list)
uninstall:
	$(Q)tests/install-list.sh uninstall "$(DESTDIR)$(PREFIX)" $(O) $(install_list)

# Anew each time: PREFIX may be another than at the last install.
$(O)/rawbpf.pc: FORCE
	$(Q)mkdir -p $(@D)
	$(Q)printf '%s\n' 'prefix=$(PREFIX)' 'includedir=$${prefix}/include' 'libdir=$${prefix}/lib' '' \
	  'Name: rawbpf' 'Description: BPF loader and assembler on raw bpf(2) calls' \
	  'Version: $(VERSION)' 'Cflags: -I$${includedir}' 'Libs: -L$${libdir} -lrawbpf -lelf' \
	  'Libs.private: -lz' >$@

format:
	$(Q)git ls-files '*.c' '*.h' | xargs clang-format -i
lint:
	$(Q)git ls-files '*.c' '*.h' | xargs clang-format --dry-run -Werror
	$(Q)cppcheck --quiet --std=c11 --enable=warning,portability --inline-suppr --error-exitcode=1 \
	  syscall loader asm rawbpf.c

clean:
	rm -rf $(O)
