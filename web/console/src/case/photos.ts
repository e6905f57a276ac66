/** Sending photos with their progress; the same bytes twice are one photo. */
import { Refused, UNREACHABLE, type Problem } from "@shared/api/problem";
import type { components } from "@shared/api/schema";
import { accessToken } from "@shared/api/tokens";

export type Photo = components["schemas"]["StoredPhotoOut"];
export const PHOTO_TYPES = "image/jpeg,image/png,image/webp,image/heic,image/heif";
export const LARGEST_PHOTO = 20 * 1024 * 1024;

interface Answer {
  status: number;
  body: unknown;
}

/** `progress` hears 0 to 1. Only this kind of request tells how far it is. Raises: Refused. */
export async function sendPhoto(file: File, key: string, progress: (share: number) => void): Promise<Photo> {
  const token = await accessToken();
  const first = await post(file, key, token, progress);
  const answer = first.status === 401 && token ? await post(file, key, await accessToken(token), progress) : first;
  if (answer.status === 200 || answer.status === 201) return answer.body as Photo;
  const body = answer.body as Partial<Problem> | null;
  throw new Refused({ type: "about:blank", title: `HTTP ${answer.status}`, ...body, status: answer.status });
}

function post(file: File, key: string, token: string | null, progress: (share: number) => void): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/v1/photos");
    request.responseType = "json";
    request.setRequestHeader("idempotency-key", key);
    if (token) request.setRequestHeader("authorization", `Bearer ${token}`);
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onload = () => resolve({ status: request.status, body: request.response });
    request.onerror = () => reject(new Refused(UNREACHABLE));
    const form = new FormData();
    form.set("file", file);
    request.send(form);
  });
}
