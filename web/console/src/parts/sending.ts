/** A large file on its way: says how far it is, and may be sent again with the same key. */
import { Refused, refusal, UNREACHABLE } from "@shared/api/problem";
import { accessToken } from "@shared/api/tokens";

/** Raises: Refused. */
export async function sendFile(path: string, form: FormData, key: string, onShare: (share: number) => void): Promise<{ id: string }> {
  const token = await accessToken();
  return await new Promise((resolve, reject) => {
    // fetch cannot say how much of a body has gone.
    const request = new XMLHttpRequest();
    request.open("POST", path);
    if (token) request.setRequestHeader("authorization", `Bearer ${token}`);
    request.setRequestHeader("idempotency-key", key);
    request.upload.onprogress = ({ loaded, total, lengthComputable }) => lengthComputable && onShare(loaded / total);
    request.onerror = request.onabort = () => reject(new Refused(UNREACHABLE));
    request.onload = () => {
      const response = new Response(request.responseText, { status: request.status, headers: { "retry-after": request.getResponseHeader("retry-after") ?? "" } });
      if (response.ok) response.json().then((made) => resolve(made as { id: string }), reject);
      else refusal(response).then(reject, reject);
    };
    request.send(form);
  });
}
