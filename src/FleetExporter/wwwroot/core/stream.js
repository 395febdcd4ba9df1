// Reads server-sent events from the response of a POST, which EventSource cannot send.
import { ApiError, send } from './api.js';

/** Calls onEvent(name, data) for each event; resolves at the end of the response. Aborting the signal ends the request. */
export async function stream(path, body, onEvent, signal) {
  const response = await send('POST', path, body, { accept: 'text/event-stream', signal });
  if (!response.headers.get('Content-Type')?.startsWith('text/event-stream'))
    throw new ApiError(response.status, { title: 'The response is not an event stream' });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = '';
  for (;;) {
    const { value, done } = await reader.read().catch(error => {
      throw error.name === 'AbortError' ? error : new ApiError(0, { detail: 'The connection to the service was lost.' });
    });
    if (done) return;
    buffer += value;
    let end;
    while ((end = buffer.indexOf('\n\n')) >= 0) {
      dispatch(buffer.slice(0, end), onEvent);
      buffer = buffer.slice(end + 2);
    }
  }
}

function dispatch(text, onEvent) {
  let name = 'message';
  const data = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('event:')) name = line.slice(6).trim();
    else if (line.startsWith('data:')) data.push(line.slice(5).trimStart());
  }
  if (data.length) onEvent(name, JSON.parse(data.join('\n')));
}
