#!/usr/bin/env bash
# Builds the apps of this directory and Rally's counter. Cargo decides what has changed.
# Usage: build.sh TARGET, cargo's target directory. The results are in its folder `bench-browser`.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
target=$1
out=$target/bench-browser
mkdir -p "$out"

features=(--enable-bulk-memory --enable-nontrapping-float-to-int --enable-sign-ext
  --enable-mutable-globals --enable-reference-types --enable-multivalue)

# Brings wasm-bindgen in an app's lock file to the version of the root's, which is installed.
pin() {
  local version
  version=$(grep -A1 '^name = "wasm-bindgen"$' "$root/Cargo.lock" | sed -n 's/^version = "\(.*\)"/\1/p')
  grep -A1 '^name = "wasm-bindgen"$' Cargo.lock | grep -q "\"$version\"" ||
    cargo update --quiet -p wasm-bindgen --precise "$version"
}

# wasm BIN LEVEL [CARGO'S ARGUMENTS]: builds a binary of the app in this directory, for size with
# level z and for speed with level 3. Not by two profiles, which would build all macros twice.
wasm() {
  local bin=$1 level=$2 app
  app=$(basename "$PWD")
  shift 2
  (
    # The compiler and tools of the browser build.
    eval "$("$target/debug/cargo-rally" env)"
    export CARGO_TARGET_DIR=$out/cargo-$app
    export CARGO_PROFILE_RELEASE_OPT_LEVEL=$level
    cargo build --quiet --release --target wasm32-unknown-unknown --bin "$bin" "$@"
    local built=$CARGO_TARGET_DIR/wasm32-unknown-unknown/release/$bin.wasm dist=$out/$app-$bin
    [ "$dist/app_bg.wasm" -nt "$built" ] && exit
    rm -rf "$dist"
    wasm-bindgen "$built" --target web --no-typescript --out-dir "$dist" --out-name app
    wasm-opt "-O${level/3/4}" "${features[@]}" "$dist/app_bg.wasm" -o "$dist/app_bg.wasm.new"
    mv "$dist/app_bg.wasm.new" "$dist/app_bg.wasm"
  )
}

# page APP [SCRIPT] <BODY: writes the document around a body, with the preloads that Trunk writes.
page() {
  cat >"$out/$1/index.html" <<HTML
<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Rows</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="rows.css" />
    <link rel="modulepreload" href="app.js" />
    <link rel="preload" href="app_bg.wasm" as="fetch" type="application/wasm" crossorigin />
    <script>${2:-}</script>
    <script type="module">
      import init from "./app.js";
      init();
    </script>
  </head>
  <body>$(cat)</body>
</html>
HTML
  cp "$here/rows.css" "$out/$1/"
}

cargo build --quiet --manifest-path "$root/Cargo.toml" --target-dir "$target" -p rally-cli
rally() { "$target/debug/cargo-rally" "$@"; }

cd "$here/rally"
pin
CARGO_TARGET_DIR=$out/cargo-rally rally build --release
cd "$root"
CARGO_TARGET_DIR=$target rally build --release -p counter

cd "$here/leptos"
pin
wasm rows 3 --features csr
wasm counter z --features csr
wasm hydrate 3 --features hydrate
wasm hydrate_counter z --features hydrate
page leptos-rows </dev/null
page leptos-counter </dev/null
render() { cargo run --quiet --target-dir "$out/cargo-leptos" --features ssr --bin render "$1"; }
globals='__RESOLVED_RESOURCES = []; __SERIALIZED_ERRORS = []; __INCOMPLETE_CHUNKS = [];'
render rows | page leptos-hydrate "$globals"
render counter | page leptos-hydrate_counter "$globals"

cd "$here/dioxus"
pin
wasm rows 3
wasm counter z
echo '<div id="main"></div>' | page dioxus-rows
echo '<div id="main"></div>' | page dioxus-counter

rm -rf "$out/vanilla"
cp -r "$here/vanilla" "$out/vanilla"
cp "$here/rows.css" "$out/vanilla/"
