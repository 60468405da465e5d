#!/usr/bin/env bash
# The work of the action: build, annotate, compare with the base branch, summarise.
# In: INPUT_* and what GitHub sets. Out: lines in GITHUB_OUTPUT and GITHUB_STEP_SUMMARY.
set -euo pipefail

zipper() { "$ZIPPER_PYTHON" -m zipper "$@"; }

options=()
[ -z "$INPUT_HANDLER" ] || options+=(--handler "$INPUT_HANDLER")
[ -z "$INPUT_RUNTIME" ] || options+=(--runtime "$INPUT_RUNTIME")
[ -z "$INPUT_ARCH" ] || options+=(--arch "$INPUT_ARCH")
[ "$INPUT_STRICT" != true ] || options+=(--strict)

work=$(mktemp -d "$RUNNER_TEMP/zipper-build-XXXXXX")
comment="$work/comment.md"

# A package that fails its check is written beside, so that its findings can be annotated.
status=0
zipper build "$INPUT_PROJECT" "${options[@]}" -o "$work/new.zip" --keep-failed --json > "$work/build.json" || status=$?
if [ ! -f "$work/new.zip" ]; then
  cat "$work/build.json"
  exit "$status"
fi
field() { "$ZIPPER_PYTHON" -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$work/build.json" "$1"; }

checked=(--handler "$(field handler)" --runtime "$(field runtime)" --arch "$(field architecture)")
[ "$INPUT_STRICT" != true ] || checked+=(--strict)
zipper check "$work/new.zip" "${checked[@]}" --format github || true

if [ "$status" -eq 0 ]; then
  mkdir -p "$(dirname "$INPUT_OUTPUT")"
  mv "$work/new.zip" "$INPUT_OUTPUT"
  new="$INPUT_OUTPUT"
else
  new="$work/new.zip"
fi

{
  echo "### \`$INPUT_PROJECT\`: $(field verdict)"
  echo
  echo "$(field size_bytes) bytes zipped, $(field unzipped_size_bytes) unzipped, $(field files) files," \
    "\`$(field runtime)\` \`$(field architecture)\`, \`$(field code_sha256)\`"
} > "$comment"

if [ -n "$INPUT_BASE" ]; then
  top=$(git rev-parse --show-toplevel)
  place=$(git rev-parse --show-prefix)
  # Where the base branch cannot be built, the comment says so, and nothing fails.
  if git fetch --quiet --depth 1 origin "$INPUT_BASE" &&
    git -C "$top" worktree add --quiet --detach "$work/base" FETCH_HEAD &&
    (cd "$work/base/$place" && zipper build "$INPUT_PROJECT" "${options[@]}" -o "$work/old.zip" --keep-failed --quiet) 2> "$work/base.txt" ||
    [ -f "$work/old.zip" ]; then
    { echo; zipper explain --diff "$work/old.zip" "$new" --format markdown; } >> "$comment"
  else
    { echo; echo "\`$INPUT_BASE\` could not be built, so there is no difference in size."; } >> "$comment"
  fi
  git -C "$top" worktree remove --force "$work/base" 2> /dev/null || true
fi

cat "$comment" >> "$GITHUB_STEP_SUMMARY"
{
  echo "path=$INPUT_OUTPUT"
  echo "code-sha256=$(field code_sha256)"
  echo "size-bytes=$(field size_bytes)"
  echo "comment=$comment"
} >> "$GITHUB_OUTPUT"
exit "$status"
