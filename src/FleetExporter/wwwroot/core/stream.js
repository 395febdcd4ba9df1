// Events of an answer as they come: event and data lines, an empty line ends one.
import { ApiError, send } from './api.js';

/** Calls on(name, data) for each event; resolves when the answer has ended. Aborting the signal ends the request. */
export async function stream(path, body, on, signal) {
  const answer = await send('POST', path, body, { accept: 'text/event-stream', signal });
  if (!answer.headers.get('Content-Type')?.startsWith('text/event-stream')) throw new ApiError(answer.status, { title: 'The answer is no stream' });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += value;
    let end;
    while ((end = rest.indexOf('\n\n')) >= 0) {
      dispatch(rest.slice(0, end), on);
      rest = rest.slice(end + 2);
    }
  }
}

function dispatch(block, on) {
  let name = 'message';
  const data = [];
  for (const line of block.split('\n')) {
    if (line.startsWith('event:')) name = line.slice(6).trim();
    else if (line.startsWith('data:')) data.push(line.slice(5).trimStart());
  }
  if (data.length) on(name, JSON.parse(data.join('\n')));
}
