// An OpenAI-compatible server on loopback that answers without a model. FAKE_PORT is its port.
// The model fake-broken fails; a message with USE_READ makes the agent read a file, one with USE_SPAWN makes the agent start a sub-agent; one with SLOW waits until GET /release, which also ends later waits.
import http from "node:http";

let answers = 0;
let waiting = [];
let released = false;

const textOf = (message) => typeof message?.content === "string" ? message.content : (message?.content ?? []).map((part) => part.text ?? "").join("");
const isUser = (message) => message.role === "user" && !/BEGIN_OPENCLAW_INTERNAL_CONTEXT/.test(textOf(message));

function toolFor(request) {
  const messages = request.messages ?? [];
  const last = messages.findLastIndex(isUser);
  const used = messages.slice(last + 1).some((m) => m.role === "tool" || (m.role === "assistant" && m.tool_calls));
  const asked = textOf(messages[last]);
  const names = (request.tools ?? []).map((t) => t.function?.name);
  if (!used && /USE_READ/.test(asked) && names.includes("read")) return { name: "read", args: { path: "NOTES.md" } };
  if (used || !/USE_SPAWN/.test(asked)) return null;
  const spawn = { task: "Say hello as a helper.", label: "helper" };
  if (names.includes("sessions_spawn")) return { name: "sessions_spawn", args: spawn };
  return names.includes("tool_call") ? { name: "tool_call", args: { id: "sessions_spawn", args: spawn } } : null;
}

function complete(request, response) {
  answers++;
  const messages = request.messages ?? [];
  const id = `chatcmpl-fake${answers}`, created = Math.floor(Date.now() / 1000), model = request.model;
  const prompt = 1200 + 50 * messages.length;
  const usage = { prompt_tokens: prompt, completion_tokens: 85, total_tokens: prompt + 85, prompt_tokens_details: { cached_tokens: 200 } };
  const tool = toolFor(request);
  const calls = tool && [{ index: 0, id: `call_fake${answers}`, type: "function", function: { name: tool.name, arguments: JSON.stringify(tool.args) } }];
  const text = tool ? "" : `Fake answer number ${answers}.`;
  if (!request.stream) {
    response.writeHead(200, { "content-type": "application/json" });
    const message = { role: "assistant", content: text, ...(calls ? { tool_calls: calls } : {}) };
    response.end(JSON.stringify({ id, object: "chat.completion", created, model, choices: [{ index: 0, message, finish_reason: tool ? "tool_calls" : "stop" }], usage }));
    return;
  }

  response.writeHead(200, { "content-type": "text/event-stream" });
  const send = (choices, more = {}) => response.write(`data: ${JSON.stringify({ id, object: "chat.completion.chunk", created, model, choices, ...more })}\n\n`);
  send([{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }]);
  send([{ index: 0, delta: calls ? { tool_calls: calls } : { content: text }, finish_reason: null }]);
  send([{ index: 0, delta: {}, finish_reason: tool ? "tool_calls" : "stop" }]);
  send([], { usage });
  response.end("data: [DONE]\n\n");
}

http.createServer((request, response) => {
  let body = "";
  request.on("data", (data) => { body += data; });
  request.on("end", () => {
    const json = (status, value) => { response.writeHead(status, { "content-type": "application/json" }); response.end(JSON.stringify(value)); };
    if (request.url === "/release") {
      waiting.forEach((go) => go());
      waiting = [];
      released = true;
      return json(200, {});
    }

    if (request.url.endsWith("/models")) return json(200, { object: "list", data: ["fake-chat", "fake-broken"].map((id) => ({ id, object: "model", owned_by: "fake" })) });
    if (!request.url.endsWith("/chat/completions")) return json(404, { error: { message: "not found" } });
    const asked = JSON.parse(body);
    if (asked.model === "fake-broken") return json(400, { error: { message: "refuses every request", type: "invalid_request_error", code: "fake_broken" } });
    if (!released && /SLOW/.test(textOf((asked.messages ?? []).findLast(isUser)))) return waiting.push(() => complete(asked, response));
    return complete(asked, response);
  });
}).listen(Number(process.env.FAKE_PORT), "127.0.0.1");
