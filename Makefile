# make up     build and run; monitors this machine, or the hosts in fleet.yml
# make test   build and run all checks, as in CI
.PHONY: up demo test test-release soak build bench dashboards dist lint help
.DEFAULT_GOAL := help

OUT := artifacts/fleet-exporter
N := 20

help: ## Lists the make targets.
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 24

up: build ## Installs missing packages, builds, and runs the exporter with Prometheus and Alertmanager in the foreground; Ctrl-C stops them.
	@scripts/ensure-packages up
	@scripts/up

demo: build ## Like up, with N simulated hosts, to try it without hardware: make demo N=20
	@scripts/ensure-packages up
	@scripts/up --simulate $(N)

build: ## Publishes the exporter to artifacts/fleet-exporter/.
	@scripts/ensure-dotnet
	dotnet publish src/FleetExporter -c Release -o $(OUT) --nologo -v quiet

test: ## Installs missing packages, builds with warnings as errors, checks the code style and runs all tests.
	@scripts/ensure-dotnet
	@scripts/ensure-packages up test
	dotnet build FleetExporter.slnx --nologo -v quiet
	dotnet format FleetExporter.slnx --verify-no-changes --no-restore
	scripts/test

test-release: ## Builds a release and tests it in containers, and tests extending the source. After make test, the final summary counts both.
	@scripts/ensure-dotnet
	@scripts/ensure-packages up test dist
	dotnet build FleetExporter.slnx --nologo -v quiet
	SUITE=release scripts/test

soak: ## Runs the long variant of a test, minutes instead of seconds: make soak NAME=RekeyTests
	@scripts/ensure-dotnet
	@scripts/ensure-packages up test
	dotnet build FleetExporter.slnx --nologo -v quiet
	FLEET_TEST_LONG=1 scripts/test --filter "$(NAME)" --logger "console;verbosity=detailed"

dist: ## Builds a release in artifacts/dist/: executables that contain .NET, Debian packages, SBOM and checksums.
	@scripts/ensure-dotnet
	@scripts/ensure-packages dist
	@scripts/dist

lint: ## Checks the code style and the structure limits of the source (scripts/house).
	dotnet format FleetExporter.slnx --verify-no-changes
	scripts/house

dashboards: ## Generates grafana/dashboards/ from grafana/generate/.
	@/usr/bin/python3 -B grafana/generate

bench: build ## Runs the benchmarks and writes the tables of docs/performance.md; BENCH=page, registry, parsers, poll, targets, overview, streams, gateway, agents, dashboards, ui, control, ssh or fleet runs one. The last three need root.
	@scripts/ensure-packages up bench
	/usr/bin/python3 bench/bench.py $(BENCH)
