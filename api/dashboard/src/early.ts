// A file of its own, loaded beside the dashboard's code and there long before it: what the frame shows first is asked for meanwhile.
// It shares no code with the rest; api/client.ts takes the answers from window.dropshipEarly.

export {};

declare global {
  interface Window {
    /** Answers on their way, by path. */
    dropshipEarly?: Map<string, Promise<Response>>;
  }
}

function signedIn(): boolean {
  try {
    return localStorage.getItem('dropship.signed-in') !== null;
  } catch {
    return false;
  }
}

/** The answer with its whole body, which nobody reads for a while. */
async function ask(path: string): Promise<Response> {
  const answer = await fetch(path, { headers: { accept: 'application/json' }, credentials: 'same-origin', cache: 'no-store', signal: AbortSignal.timeout(20000) });
  return new Response(await answer.arrayBuffer(), { status: answer.status, headers: answer.headers });
}

if (signedIn()) {
  window.dropshipEarly = new Map(['session', 'flows', 'health', 'needs'].map((name) => {
    const path = `/api/v1/${name}`;
    const answer = ask(path);
    answer.catch(() => undefined); // it is asked for again by whom it is for
    return [path, answer];
  }));
}
