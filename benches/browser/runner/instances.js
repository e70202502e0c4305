// Runs in the page, before its own scripts: notes the app's WebAssembly instance.
{
  const memories = new Set();
  let started;
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const original = WebAssembly[name];
    WebAssembly[name] = async (...args) => {
      const result = await original.apply(WebAssembly, args);
      const { memory } = (result.instance ?? result).exports;
      if (memory) memories.add(memory);
      started ??= performance.now();
      return result;
    };
  }
  window.benchInstances = {
    /** Returns the bytes of the memory. */
    bytes: () => [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0),
    /** Returns when the first instance was made, before its `main` ran. */
    started: () => started,
  };
}
