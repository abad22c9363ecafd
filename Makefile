# SPDX-License-Identifier: Apache-2.0
#
# A thin front for Meson: `make`, `make test`, `make demo`. Each target sets up what it needs, on a
# fresh Debian 12 machine too: tools/deps installs missing packages (DEPS=no keeps it from that).

BUILD ?= build
ASAN_BUILD ?= build-asan
FUZZ_BUILD ?= build-fuzz
FUZZ_SECONDS ?= 60
DEPS ?= yes
MESON ?= meson
SETUP_ARGS ?=
TEST_ARGS ?=
BENCH_ARGS ?=

# Real servers in folders of their own, unpacked once and used by every build folder.
export POPSEAL_LAB ?= $(CURDIR)/build/lab

deps = $(if $(filter no,$(DEPS)),:,tools/deps)
setup = test -f $(1)/build.ninja || $(MESON) setup $(1) $(SETUP_ARGS) $(2)

.DEFAULT_GOAL := all
.PHONY: all build lab test test-long asan demo bench fuzz format lint clean

all: build

build:
	@$(deps) build
	@$(call setup,$(BUILD),)
	@ninja -C $(BUILD)

lab:
	@$(deps) build test
	@test ! -x tools/lab || tools/lab || \
		echo 'make: no lab: the tests against real servers will be skipped'

test: lab
	@$(MAKE) --no-print-directory DEPS=no build
	@tools/run-tests $(BUILD) --no-suite long $(TEST_ARGS)

test-long: lab
	@$(MAKE) --no-print-directory DEPS=no build
	@tools/run-tests $(BUILD) --suite long $(TEST_ARGS)

# The same suites under AddressSanitizer and UndefinedBehaviorSanitizer. GLib's packages have no
# frame pointers: without the slow unwinder a leak's stack ends at g_malloc0. Six frames lead out
# of GLib; all of them take five times as long where much is allocated.
asan: lab
	@$(call setup,$(ASAN_BUILD),-Db_sanitize=address$(comma)undefined)
	@ninja -C $(ASAN_BUILD)
	@G_SLICE=always-malloc \
	ASAN_OPTIONS=abort_on_error=1:detect_stack_use_after_return=1:fast_unwind_on_malloc=0:malloc_context_size=6 \
	UBSAN_OPTIONS=halt_on_error=1:abort_on_error=1:print_stacktrace=1 \
	tools/run-tests $(ASAN_BUILD) --no-suite long $(TEST_ARGS)

demo: build
	@$(BUILD)/popseal demo

# Measures against floors and other scanners; what it prints stays in $(BUILD)/bench.json.
bench:
	@$(deps) build test
	@$(MAKE) --no-print-directory DEPS=no build
	@ninja -C $(BUILD) bench
	@POPSEAL_BUILD=$(BUILD) python3 tests/bench/run.py $(BENCH_ARGS)

# Every target for FUZZ_SECONDS each; what it finds stays in $(FUZZ_BUILD)/crashes.
fuzz:
	@$(deps) build dev
	@CC=clang; export CC; \
	$(call setup,$(FUZZ_BUILD),-Dfuzz=true -Db_sanitize=address$(comma)undefined -Db_lundef=false)
	@ninja -C $(FUZZ_BUILD)
	@tools/run-fuzz $(FUZZ_BUILD) $(FUZZ_SECONDS)

format:
	@$(deps) dev
	@find src tests fuzz -name '*.[ch]' -exec clang-format -i {} +

# The lint suite, then the analysers: what .ci/run gates on.
lint:
	@$(deps) build test dev
	@$(MAKE) --no-print-directory DEPS=no build
	@tools/run-tests $(BUILD) --suite lint $(TEST_ARGS)
	@tools/analyse $(BUILD)

# The lab may have something mounted: never across file systems.
clean:
	rm -rf --one-file-system $(BUILD) $(ASAN_BUILD) $(FUZZ_BUILD) build-analyse

comma := ,
