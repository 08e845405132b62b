# Virtual Coach: `make run` serves, `make test` proves. Needs Rust and nothing else.

.PHONY: help run test bench tools rust-parts

CARGO = cargo
# Where rustup puts Cargo, also for shells that have not read its profile.
export PATH := $(PATH):$(HOME)/.cargo/bin

help:
	@echo 'make run    install what is missing, build, serve http://127.0.0.1:8000'
	@echo 'make test   install what is missing, check formatting, lint, run all tests (what CI runs)'
	@echo 'make bench  measure every way to make a workout, and 1,000 viewers, on this machine'

run: tools
	$(CARGO) run --release --locked -- serve

test: ALSO = curl
test: tools rust-parts
	$(CARGO) fmt --check
	$(CARGO) clippy --all-targets --locked -- -D warnings
	$(CARGO) test --locked

bench: ALSO = nginx
bench: tools
	$(CARGO) bench --locked --bench table

# Rust has to be there. FFmpeg (with FFprobe) and the linker that Rust needs come from the system's
# packages. Who names an own FFmpeg by COACH_FFMPEG gets no other. The tests download with curl; the
# bench measures beside nginx, which Debian starts as a service when it is installed: that is stopped again.
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
	echo "Missing: $$missing"; \
	if command -v apt-get >/dev/null 2>&1; then \
	  if [ "$$(id -u)" = 0 ]; then as_root='env'; \
	  elif command -v sudo >/dev/null 2>&1; then as_root='sudo env'; \
	  else echo "Install first, as root: apt-get install $$missing" >&2; exit 1; fi; \
	  $$as_root apt-get update -q && \
	  $$as_root DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $$missing || exit 1; \
	  case "$$missing" in *nginx*) $$as_root systemctl disable --now nginx >/dev/null 2>&1 || true;; esac; \
	elif command -v brew >/dev/null 2>&1; then \
	  brew install ffmpeg $(ALSO); \
	else \
	  echo "Install first: $$missing" >&2; exit 1; \
	fi

# A minimal toolchain comes without these two.
rust-parts:
	@{ $(CARGO) fmt --version && $(CARGO) clippy --version; } >/dev/null 2>&1 || \
	if command -v rustup >/dev/null 2>&1; then \
	  rustup component add rustfmt clippy; \
	else \
	  echo 'rustfmt and clippy are missing: install them with your Rust toolchain' >&2; exit 1; \
	fi
