# `make demo` and `make test` are all that a newcomer needs; the rest are parts of them.
# They install what is missing and say so; see scripts/need.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# Every step builds with the same profile, features and flags, or cargo would compile
# the dependencies again for each. RUSTDOCFLAGS and what follows `clippy --` concern
# our own crate only.
CARGO := cargo
LADDER := fmt clippy doc deny check-manifests check-image check-loadtest cargo-test browser check-release bench-routes loadtest-k6 bench-request

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /\1\t/' \
		| while IFS=$$'\t' read -r name text; do printf '  make %-16s %s\n' "$$name" "$$text"; done

.PHONY: demo
demo: ## Run the gateway and three echo services on loopback; nothing else is needed
	@scripts/need demo
	$(CARGO) run --locked -- demo

# A test as well, so that it doesn't rot. Rootless, so that it needs no network namespaces.
.PHONY: demo-mesh
demo-mesh: ## Show the 503 and its cure among real sidecars with STRICT mTLS on loopback
	@scripts/need build python
	@$(CARGO) test --locked --quiet --test mesh --no-run
	@$(CARGO) test --locked --quiet --test mesh demo:: -- --nocapture \
		| { grep -vxE 'running 1 test|\.|test result: ok\..*' || true; }

.PHONY: test
test: ## Everything that must hold before a change lands, in the order below
	@scripts/need build fmt clippy deny python network valgrind prometheus kubectl crds checkov cyclonedx browser
	@scripts/ladder $(LADDER)

.PHONY: fmt
fmt: ## Check the formatting (`cargo fmt` repairs it)
	@scripts/need fmt
	$(CARGO) fmt --check

.PHONY: clippy
clippy: ## Lint all targets; warnings are errors
	@scripts/need build clippy
	$(CARGO) clippy --locked --all-targets -- -D warnings

.PHONY: doc
doc: ## Build our API pages; a broken link is an error
	@scripts/need build
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --locked --no-deps

# Not `advisories`: that check downloads a database, and the ladder must pass offline.
.PHONY: deny
deny: ## Check the dependencies' licences, bans and sources (deny.toml)
	@scripts/need deny
	.tools/bin/cargo-deny --locked check --hide-inclusion-graph licenses bans sources

# Built as `cargo test` builds it, which comes later: one build serves both.
.PHONY: check-manifests
check-manifests: ## Build manifests/, lint them, and check them against schemas, conf/, the gateway and each other
	@scripts/need build python kubectl crds checkov prometheus
	$(CARGO) build --locked --bins --tests
	.tools/venv/bin/python3 scripts/check_manifests_test.py --quiet
	.tools/venv/bin/python3 scripts/check_manifests.py

# That the image runs is tests/image, a part of cargo-test.
.PHONY: check-image
check-image: ## Lint the Dockerfile, and broken copies of it, which have to fail
	@scripts/need python
	scripts/check-image

# After cargo-test, whose build it uses: what is checked is how a release is put together.
.PHONY: check-release
check-release: ## Put a release together from the debug build and look at what is in it
	@scripts/need build python cyclonedx
	$(CARGO) build --locked --bins --tests --examples
	.tools/venv/bin/python3 scripts/release_test.py --quiet

.PHONY: check-loadtest
check-loadtest: ## Test how the load tests judge and the comparison counts; no load
	@scripts/need python
	.tools/venv/bin/python3 -W error loadtest/compare/compare_test.py --quiet
	.tools/venv/bin/python3 loadtest/oha/judge_test.py --quiet

.PHONY: reference
reference: ## Write the schema for editors, and the table of docs/configuration.md that is made of it
	@scripts/need build
	$(CARGO) run --locked --quiet -- schema >target/schema.json
	mv target/schema.json conf/schema.json
	WRITE_REFERENCE=1 $(CARGO) test --locked --quiet --test docs reference

.PHONY: unit
unit: ## Run the tests beside the code only: seconds, no sockets
	@scripts/need build
	$(CARGO) test --locked --lib

.PHONY: cargo-test
cargo-test: ## Run all of cargo's tests, real Envoy included
	@scripts/need demo python network prometheus
	@mkdir -p target
	$(CARGO) test --locked 2>&1 | tee target/cargo-test.log

.PHONY: browser
browser: ## Test the live page in a headless Chromium
	@scripts/need build browser
	$(CARGO) build --locked --bins --tests
	CHROMIUM=$${CHROMIUM:-$$(command -v chromium)} node --test tests/browser/page.test.mjs

.PHONY: page-pictures
page-pictures: ## Make the pictures of the live page in docs/ anew; a minute
	@scripts/need build browser
	$(CARGO) build --locked --bins --tests
	CHROMIUM=$${CHROMIUM:-$$(command -v chromium)} node tests/browser/pictures.mjs docs/page

.PHONY: test-slow
test-slow: ## Wait for the deadlines as they are by default, 30 s and more
	@scripts/need build
	$(CARGO) test --locked --test slow -- --ignored --test-threads 16

# The short form of it is a part of cargo-test. Optimised, for the rate.
LIFECYCLE := LIFECYCLE_UPGRADES=100 LIFECYCLE_RELOADS=200 LIFECYCLE_RATE=2000 LIFECYCLE_DOWNLOAD=30

.PHONY: lifecycle
lifecycle: ## Upgrade 100 times and reload 200 times at 2,000 requests/s; none may fail
	@scripts/need build
	$(LIFECYCLE) $(CARGO) test --locked --release --test lifecycle -- --nocapture

# `make test` runs the targets on their committed corpora only (tests/fuzz.rs).
.PHONY: fuzz
fuzz: ## Search for inputs that break a promise, FUZZ_SECONDS (60) for each target
	@scripts/need fuzz
	scripts/fuzz

# The short form of it is a part of cargo-test. Not optimised: a debug build checks overflows
# and its own assumptions, and what it leaks a release leaks too.
SOAK_SECONDS ?= 600

.PHONY: soak
soak: ## Break everything under load for SOAK_SECONDS (600) and draw memory and open files
	@scripts/need build python
	SOAK_SECONDS=$(SOAK_SECONDS) SOAK_CSV=$(CURDIR)/target/soak.csv \
		$(CARGO) test --locked --test survival soak::soak -- --exact --nocapture
	.tools/venv/bin/python3 scripts/plot_soak.py target/soak.csv docs/soak

# Built as `cargo test` builds it: development dependencies switch on features, and a
# plain `cargo build` would compile their dependents once more.
.PHONY: loadtest-k6
loadtest-k6: ## Run each load test with k6 for seconds, and again with what must fail
	@scripts/need build python
	$(CARGO) build --locked --bins --tests
	loadtest/check

# Not a part of `make test`: oha takes almost 6 minutes of one core to compile.
.PHONY: loadtest-smoke
loadtest-smoke: ## Put a short load on the demo, or BASE_URL, with k6 and oha
	@scripts/need build python oha
	$(CARGO) build --locked --bins --tests
	loadtest/run k6 smoke
	loadtest/run oha smoke

# Against BASE_URL, or a demo where there is none. loadtest/README.md says what else can be set.
LOADTESTS := loadtest-ramp loadtest-rate loadtest-soak loadtest-host
loadtest-ramp: ## k6: the team's stages of 10, 50 and 100 users
loadtest-rate: ## k6: RATE (200) requests/s, limits on latency
loadtest-soak: ## k6: USERS (20) for DURATION (10m), as fast at the end
loadtest-host: ## k6: whatever Host a client sends, the service gets its own
.PHONY: $(LOADTESTS)
$(LOADTESTS): loadtest-%:
	@scripts/need build python
	$(if $(BASE_URL),,$(CARGO) build --locked --bins --tests)
	loadtest/run k6 $*

.PHONY: loadtest-drain
loadtest-drain: ## k6: upgrade the gateway three times under load; no request may fail
	@scripts/need build python
	$(CARGO) build --locked --bins --tests
	loadtest/drain

# GATEWAY names a binary to measure instead of the one that is built, ALSO further ones as
# NAME=PATH.
COMPARE = .tools/venv/bin/python3 loadtest/compare/compare.py $(ALSO)

.PHONY: compare
compare: ## Measure the gateway beside nginx, haproxy, Envoy, Pingora and Go, 15 minutes
	@scripts/need build python nginx haproxy
	$(COMPARE)

.PHONY: compare-quick
compare-quick: ## The same in 3 minutes, less exact, into target/compare/results
	@scripts/need build python nginx haproxy
	$(COMPARE) --quick

.PHONY: bench-routes
bench-routes: ## Count what a decision costs among 10 and 10,000 routes (callgrind)
	@scripts/need build valgrind
	scripts/bench-routes

.PHONY: bench-request
bench-request: ## Count what a small request costs the release (callgrind), beside the baseline
	@scripts/need build valgrind python
	scripts/bench-request

.PHONY: release-pgo
release-pgo: ## Build target/pgo/api-gateway, optimised for what our own load showed; 15 minutes
	@scripts/need build python valgrind llvm
	scripts/release-pgo

# GATEWAY names a binary that is built already, such as target/pgo/api-gateway.
.PHONY: release
release: ## Build the release into dist/: binary, SBOM, checksums, completions, manual
	@scripts/need build cyclonedx
	GATEWAY=$(GATEWAY) scripts/release

.PHONY: bench-guard
bench-guard: ## Count what the guard costs a proxied request (callgrind)
	@scripts/need build valgrind
	scripts/bench-guard

.PHONY: bench-fairness
bench-fairness: ## Compare the slowest of 1,000 busy clients with nginx's
	@scripts/need build nginx
	scripts/bench-fairness

.PHONY: clean-tools
clean-tools: ## Remove what the other targets installed into .tools
	rm -rf .tools
