# make up     build and run: this machine is watched, or what fleet.yml says
# make test   everything that is checked, as in CI
.PHONY: up demo test soak build bench dashboards lint help
.DEFAULT_GOAL := help

OUT := artifacts/fleet-exporter
N := 20

help: ## Lists the targets.
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 16

up: build ## Installs what is missing, builds, and runs the service with Prometheus and Alertmanager in the foreground; Ctrl-C stops all.
	@scripts/ensure-packages up
	@scripts/up

demo: build ## The same with N simulated hosts, to look around without hardware: make demo N=20
	@scripts/ensure-packages up
	@scripts/up --simulate $(N)

build: ## Publishes the service to artifacts/fleet-exporter/.
	@scripts/ensure-dotnet
	dotnet publish src/FleetExporter -c Release -o $(OUT) --nologo -v quiet

test: ## Installs what is missing, builds with warnings as errors, checks the style and runs all tests.
	@scripts/ensure-dotnet
	@scripts/ensure-packages up test
	dotnet build FleetExporter.slnx --nologo -v quiet
	dotnet format FleetExporter.slnx --verify-no-changes --no-restore
	scripts/test

soak: ## The long form of a test by its name, minutes instead of seconds: make soak NAME=RekeyTests
	@scripts/ensure-dotnet
	@scripts/ensure-packages up test
	dotnet build FleetExporter.slnx --nologo -v quiet
	FLEET_TEST_LONG=1 scripts/test --filter "$(NAME)" --logger "console;verbosity=detailed"

lint: ## Checks the style only.
	dotnet format FleetExporter.slnx --verify-no-changes

dashboards: ## Writes grafana/dashboards/ from grafana/generate/.
	@/usr/bin/python3 -B grafana/generate

bench: build ## Measures, and writes the tables of docs/performance.md; BENCH=page, registry, parsers, targets, overview, streams, gateway, dashboards, ui, control, ssh or fleet for one. The last three need root.
	@scripts/ensure-packages up bench
	/usr/bin/python3 bench/bench.py $(BENCH)
