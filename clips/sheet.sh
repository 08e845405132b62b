#!/bin/sh
# Draws docs/pictures/exercises.webp: every clip of the set, moving, brought to two seconds each.
# Run it from the top of the repository; needs an FFmpeg with libwebp.
set -eu
inputs=; chains=; stack=; layout=; n=0
for clip in videos/*.mov; do
  length=$(ffprobe -v error -select_streams v -show_entries stream=duration -of csv=p=0 "$clip")
  inputs="$inputs -i $clip"
  over="color=0xd9dce1:s=160x90:r=12:d=2[b$n];"
  fitted="scale=160:90:flags=area:force_original_aspect_ratio=decrease,format=yuva420p"
  chains="$chains$over[$n:v:0]setpts=PTS*2/$length,fps=12,$fitted[f$n];[b$n][f$n]overlay=(W-w)/2:(H-h)/2:shortest=0,trim=end_frame=24,setpts=N/12/TB[c$n];"
  stack="$stack[c$n]"; layout="$layout$( [ $n = 0 ] || echo '|')$((n % 8 * 160))_$((n / 8 * 90))"
  n=$((n + 1))
done
ffmpeg -v error -y $inputs -filter_complex "$chains${stack}xstack=inputs=$n:layout=$layout:fill=0xd9dce1[out]" -map '[out]' -c:v libwebp_anim -lossless 0 -q:v 60 -loop 0 -r 12 docs/pictures/exercises.webp
