/**
 * Keeps the last picture on the screen while the video has none, because its source is changed: a
 * canvas over it, until the new source shows its first picture.
 */
export function keepPicture(video: HTMLVideoElement, canvas: HTMLCanvasElement): void {
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  canvas.hidden = false;
  const reveal = () => {
    canvas.hidden = true;
  };
  const shown = () => {
    // A seek to the old place is under way: the picture of the beginning is not wanted.
    if (video.seeking) video.addEventListener("seeked", reveal, { once: true });
    else reveal();
  };
  video.addEventListener("loadeddata", shown, { once: true });
}
