# Virtual Coach: `make run` serves, `make test` proves. Needs Rust and nothing else; with Node there is a page, too.

.PHONY: help run test test-api test-ffmpegs test-web bench page page-if-node api-types tools rust-parts python node chromium

CARGO = cargo
# Where rustup puts Cargo, also for shells that have not read its profile.
export PATH := $(PATH):$(HOME)/.cargo/bin
# Building the page tells nobody.
export NEXT_TELEMETRY_DISABLED := 1

help:
	@echo 'make run    install what is missing, build, serve http://127.0.0.1:8000'
	@echo 'make test   install what is missing, check formatting, lint, run all tests (what CI runs)'
	@echo 'make bench  measure every way to make a workout, and 1,000 viewers, on this machine'

run: tools page-if-node
	$(CARGO) run --release --locked -- serve

test: ALSO = curl g++
test: tools rust-parts page
	$(CARGO) fmt --check
	$(CARGO) clippy --all-targets --locked -- -D warnings
	$(CARGO) test --locked
	$(MAKE) test-api
	$(MAKE) test-ffmpegs
	$(MAKE) test-web

# The API against its own document: schemathesis sends what it allows and what it does not to the real server, the one that
# `cargo test` builds. Its packages are pinned, and in an environment of their own.
API_TESTS = $(or $(CARGO_TARGET_DIR),target)/api-tests

test-api: $(API_TESTS)/.installed
	$(CARGO) test --locked --no-run --test cli
	$(API_TESTS)/bin/python tests/api/check.py

$(API_TESTS)/.installed: tests/api/requirements.txt | python
	rm -rf $(API_TESTS)
	python3 -m venv $(API_TESTS)
	$(API_TESTS)/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	touch $@

# The page: types and style, its parts, then as its users use it, in Chromium against the real server. That is the one
# that `cargo test` builds; `cargo build` would make another, with other features of the same crates.
test-web: page chromium
	cd web && npm run --silent check && npm run --silent budget && npm run --silent test
	$(CARGO) test --locked --no-run --test cli
	cd web && npm run --silent e2e

# The newest FFmpeg, and the oldest that works: static builds from Python's package index, each in a folder with the
# system's ffprobe, which they lack. With the newest some tests run as they are, their own use of FFmpeg too; the oldest makes videos
# that the system's FFmpeg judges.
FFMPEGS = $(or $(CARGO_TARGET_DIR),target)/ffmpegs
NEWEST = $(FFMPEGS)/imageio-ffmpeg-0.8.1/tools
OLDEST = $(FFMPEGS)/imageio-ffmpeg-0.5.1/tools

test-ffmpegs: $(NEWEST) $(OLDEST)
	PATH="$(abspath $(NEWEST)):$$PATH" $(CARGO) test --locked --test stitch --test graphs --test sound -- \
	  exact::frames_of_480p against_graph::cues against_graph::a_clips decoders::two_decoders_agree_on mixed::cues mixed::a_track
	COACH_FFMPEG="$(abspath $(OLDEST))/ffmpeg" $(CARGO) test --locked --test cli -- every_way

$(FFMPEGS)/imageio-ffmpeg-%/tools: | python
	python3 -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps imageio-ffmpeg==$*
	rm -rf $@.new && mkdir $@.new
	ln -s "$$(find $(abspath $(@D))/lib -type f -path '*/binaries/ffmpeg-*')" $@.new/ffmpeg
	ln -s "$$(command -v ffprobe)" $@.new/ffprobe
	mv $@.new $@

# The page, ready to be embedded; built only after a change. What npm installed is good for as long as the lock file
# is the same. Not `npm ci`: it refuses a lock file without the packages of every platform there is, which not every
# registry has.
PAGE = web/out/.built
PAGE_SOURCES := $(shell find web/src web/public web/scripts -type f) $(wildcard web/*.json web/*.ts web/*.mjs)
ifeq ($(wildcard web/dist/index.html),)
.PHONY: $(PAGE)
endif

page: $(PAGE)

$(PAGE): $(PAGE_SOURCES) | node
	cd web && { [ node_modules/.installed -nt package-lock.json ] || \
	  { npm install --no-save --no-audit --no-fund && touch node_modules/.installed; }; }
	cd web && npm run --silent build && npm run --silent publish
	touch $@

page-if-node:
	@if command -v npm >/dev/null 2>&1 && $(NODE_IS_NEW); then $(MAKE) --no-print-directory page; \
	else echo 'Node 20.9 or newer is missing: the API is served without its page'; fi

# After a change of the API: its document, and the types that the page has of it.
api-types: node
	$(CARGO) run --locked --quiet -- openapi > web/openapi.json
	cd web && npm run --silent api-types

bench: ALSO = nginx g++
bench: tools
	$(CARGO) bench --locked --bench table

NODE_IS_NEW = node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 9) ? 0 : 1)'

# For the tests, which must not skip the page: Node from the system's packages, if they have one new enough.
node:
	@command -v npm >/dev/null 2>&1 && $(NODE_IS_NEW) && exit 0; \
	$(call install,nodejs npm,node); \
	$(NODE_IS_NEW) || { echo 'Node 20.9 or newer is missing: install it from https://nodejs.org' >&2; exit 1; }

# Debian has the parts of Python's environments in a package of their own.
PYTHON_IS_NEW = python3 -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))' 2>/dev/null

python:
	@$(PYTHON_IS_NEW) && exit 0; \
	$(call install,python3 python3-venv,python3); \
	$(PYTHON_IS_NEW) || { echo 'Python 3.10 or newer is missing: install it from https://www.python.org' >&2; exit 1; }

chromium:
	@command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || \
	command -v google-chrome >/dev/null 2>&1 || [ -n "$$COACH_CHROMIUM" ] || \
	{ $(call install,chromium,--cask chromium); }

# Rust has to be there. FFmpeg (with FFprobe) and the linker that Rust needs come from the system's
# packages. Who names an own FFmpeg by COACH_FFMPEG gets no other. The tests download with curl and decode with
# OpenH264, which is C++; the bench measures beside nginx, which Debian starts as a service when it is installed: that
# is stopped again.
tools:
	@command -v $(CARGO) >/dev/null 2>&1 || { \
	  echo 'Rust is missing: install it from https://rustup.rs' >&2; exit 1; }
	@missing=; \
	command -v cc >/dev/null 2>&1 || missing='gcc libc6-dev'; \
	if [ -z "$$COACH_FFMPEG" ]; then \
	  { command -v ffmpeg && command -v ffprobe; } >/dev/null 2>&1 || missing="$$missing ffmpeg"; \
	fi; \
	for also in $(ALSO); do \
	  PATH="$$PATH:/usr/sbin" command -v $$also >/dev/null 2>&1 || missing="$$missing $$also"; \
	done; \
	[ -n "$$missing" ] || exit 0; \
	$(call install,$$missing,ffmpeg $(ALSO))

# Shell code that installs packages: those of Debian and Ubuntu, those of Homebrew.
define install
echo "Missing: $(1)"; \
if command -v apt-get >/dev/null 2>&1; then \
  if [ "$$(id -u)" = 0 ]; then as_root='env'; \
  elif command -v sudo >/dev/null 2>&1; then as_root='sudo env'; \
  else echo "Install first, as root: apt-get install $(1)" >&2; exit 1; fi; \
  $$as_root apt-get update -q && \
  $$as_root DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $(1) || exit 1; \
  case "$(1)" in *nginx*) $$as_root systemctl disable --now nginx >/dev/null 2>&1 || true;; esac; \
elif command -v brew >/dev/null 2>&1; then \
  brew install $(2); \
else \
  echo "Install first: $(1)" >&2; exit 1; \
fi
endef

# A minimal toolchain comes without these two.
rust-parts:
	@{ $(CARGO) fmt --version && $(CARGO) clippy --version; } >/dev/null 2>&1 || \
	if command -v rustup >/dev/null 2>&1; then \
	  rustup component add rustfmt clippy; \
	else \
	  echo 'rustfmt and clippy are missing: install them with your Rust toolchain' >&2; exit 1; \
	fi
