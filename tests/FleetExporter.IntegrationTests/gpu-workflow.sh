#!/usr/bin/env bash
# Starts a training if a GPU is free, with curl. Needs: BASE (http://127.0.0.1:9470), KEY (an admin key), DGX (a connection's name), jq.
set -euo pipefail
curl() { command curl -fsS -H "X-API-Key: $KEY" "$@"; }

# Check GPU availability
curl "$BASE/api/dgx/metrics/$DGX" | jq -e '.gpus | length > 0' >/dev/null

# If GPUs free, create project and job
free=$(curl "$BASE/api/gpus?free=true&count=1&memory_mb=40000&name=H100&host=$DGX")
if ! jq -e '.items | length > 0' <<<"$free" >/dev/null; then
  why=$(curl "$BASE/api/gpus?host=$DGX" | jq -r '.items[] | "GPU \(.index) of \(.host) is not, because of \(.not_free)"')
  echo "no GPU is free: $why" >&2
  exit 3
fi
gpu=$(jq -r '.items[0].index' <<<"$free")
connection=$(curl "$BASE/api/dgx/connections" | jq -er --arg name "$DGX" '.items[] | select(.name == $name).id')
project=$(curl -X POST "$BASE/api/dgx/projects" -d "{\"connection_id\": \"$connection\", \"name\": \"vision\"}" | jq -er .id)
job=$(curl -X POST "$BASE/api/dgx/jobs" -d "{\"project_id\": \"$project\", \"name\": \"Experiment 1\", \"status\": \"pending\"}" | jq -er .id)

# SSH to DGX and start training
command="cd / && CUDA_VISIBLE_DEVICES=$gpu sh -c 'echo training on GPU \$CUDA_VISIBLE_DEVICES'"
out=$(curl -X POST "$BASE/api/dgx/exec/$DGX" -d "$(jq -n --arg command "$command" '{command: $command}')")
jq -e --arg out "training on GPU $gpu" '.stdout | rtrimstr("\n") == $out' <<<"$out" >/dev/null
curl -X PUT "$BASE/api/dgx/jobs/$job" -d '{"status": "running"}' | jq -e .started_at >/dev/null

# Monitor via metrics API
curl "$BASE/api/dgx/metrics/$DGX/history?hours=1" | jq -e '.series | type == "array"' >/dev/null
echo "workflow ok"
